"""Rows of declared tables as JSON, and the OpenAPI description of what a caller may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from dashboard.admin.spec import AdminPage
from dashboard.i18n import _
from dashboard.queries.row_source import LABEL
from dashboard.rules.entry import Field, Kind

LOGGED = ("created_at", "changed_at")


def row_of(record: Mapping[str, Any], known: Sequence[Field]) -> dict[str, Any]:
    """Write a row: exact numbers as text, instants in UTC, codes and keys with their words.

    A key whose row the caller may not see is null, as the page shows nothing there.
    """
    given = {name: plain_value(record[name]) for name in ("id", "version") if name in record}
    for field in known:
        value = record.get(field.name)
        if field.kind is Kind.ROW:
            label = record.get(f"{field.name}{LABEL}")
            given[field.name] = None if label is None else _pair("key", value, label)
        elif value is not None and (field.codes or field.words):
            word = _(field.codes.of(value).label) if field.codes else field.word(value)
            given[field.name] = _pair("code", value, word)
        else:
            given[field.name] = plain_value(value)
    return given | {name: plain_value(record[name]) for name in LOGGED if name in record}


def _pair(name: str, value: Any, label: Any) -> dict[str, Any]:
    return {name: plain_value(value), "label": plain_value(label)}


def plain_value(value: Any) -> Any:
    """Write a value as JSON has it; a number that must stay exact is text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    return value


_STRING: dict[str, Any] = {"type": "string"}
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.WHOLE: {"type": "integer"},
    Kind.EXACT: {"type": "string", "format": "decimal"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.FLAG: {"type": "boolean"},
}


def _schema(field: Field) -> dict[str, Any]:
    title = {"title": field.label}
    if field.kind is Kind.ROW:
        key = _TYPES[Kind.WHOLE] if field.target_key == "id" else _STRING
        return title | _object({"key": key, "label": {"type": ["string", "integer", "number"]}})
    if field.codes or field.words:
        values = [code.value for code in field.codes] if field.codes else list(field.options)
        return title | _object({"code": {"type": "string", "enum": values}, "label": _STRING})
    plain = _TYPES.get(field.kind, _STRING)
    return title | (plain if field.required else {**plain, "type": [plain["type"], "null"]})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "properties": dict(properties)}


def _parameter(name: str, text: str, **schema: Any) -> dict[str, Any]:
    kind = {"type": "string", **schema}
    return {"name": name, "in": "query", "description": text, "schema": kind}


def _parameters(page: AdminPage, known: Mapping[str, Field], most: int) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1}
    found = [
        _parameter("search", _("要查找的字")),
        _parameter("sort", _("按哪一列排序，前加 - 为降序")),
        _parameter("columns", _("要哪些列，以 . 分隔：{names}").format(names=" ".join(known))),
        _parameter("n", _("第几页"), **number),
        _parameter("limit", _("每页条数"), **number, maximum=most, default=page.page_size),
    ]
    if page.days in known:
        title = known[page.days].label
        found.append(_parameter("days", _("按{title}：年或年-月").format(title=title)))
    usable = [
        name for name in page.filters if name in known or f"{name}_id" in known or "." in name
    ]
    several = _("取其中之一，多个值以 ~ 分隔，- 为空")
    return found + [_parameter(f"is-{name}", several) for name in usable]


def described(known: Mapping[AdminPage, Mapping[str, Field]], most: int) -> dict[str, Any]:
    """Describe the tables and fields (OpenAPI 3.1) that a caller may read, and nothing else."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for page, fields in known.items():
        answers = _answers(f"#/components/schemas/{page.table}")
        summary = {"summary": _(page.title), "tags": [_(page.group)]}
        asked = _parameters(page, fields, most)
        paths[f"/{page.table}"] = {"get": {**summary, "parameters": asked, "responses": answers[0]}}
        key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        paths[f"/{page.table}/{{id}}"] = {
            "get": {**summary, "parameters": [key], "responses": answers[1]}
        }
        properties = {"id": _TYPES[Kind.WHOLE]} | {n: _schema(f) for n, f in fields.items()}
        schemas[page.table] = {"type": "object", "title": _(page.title), "properties": properties}
    bearer = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": _("民生实事督查看板"), "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": bearer},
    }


def _answers(reference: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = {"$ref": reference}
    whole = {"type": "integer"}
    envelope = {
        "type": "object",
        "properties": {
            "table": _STRING, "title": _STRING, "total": whole, "page": whole, "limit": whole,
            "next": {"type": ["string", "null"]}, "rows": {"type": "array", "items": row},
        },
    }  # fmt: skip
    return _responses(envelope), _responses(row)


def _responses(schema: Mapping[str, Any]) -> dict[str, Any]:
    wrong = {"application/problem+json": {"schema": {"type": "object"}}}
    told = {"401": _("令牌无效"), "403": _("无权读取"), "404": _("没有该记录"),
            "422": _("参数不正确"), "429": _("请求过于频繁")}  # fmt: skip
    good = {"application/json": {"schema": schema}}
    found: dict[str, Any] = {"200": {"description": "OK", "content": good}}
    found |= {code: {"description": text, "content": wrong} for code, text in told.items()}
    return found | {"304": {"description": _("自上次读取以来没有变化")}}
