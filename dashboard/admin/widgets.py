"""One column, one input; and how the values of a column are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard.admin.spec import AdminPage
from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.imports.examination import shown as plain_value
from dashboard.permissions import Actor
from dashboard.queries.row_choice import choices
from dashboard.rules.entry import Field, Kind
from dashboard.ui import parts
from dashboard.ui.plain import plain
from dashboard.ui.read import read

OFFERED = 30
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def shown(value: Any) -> str:
    """Write a value as people read it."""
    return parts.shown(value)


def start(field: Field, value: Any) -> Any:
    """Give a stored value as the field's input holds it."""
    if field.kind in (Kind.TEXT, Kind.LONG):
        return value or ""
    if field.kind is Kind.EXACT:
        return "" if value is None else plain_value(value)
    if field.kind is Kind.DAY and isinstance(value, str):
        return date.fromisoformat(value)
    return bool(value) if field.kind is Kind.FLAG and field.required else value


def begin(page: AdminPage, field: Field, value: Any, *, new: bool) -> Any:
    """Give what a field starts with: of a new row, the schema's own default."""
    if value is None and new and not field.own:
        default = page.model.model_fields[field.name].default
        value = default if isinstance(default, bool | int | str) else None
    return start(field, value)


def ask(
    actor: Actor, page: AdminPage, field: Field, value: Any, label: Any, key: str, wrong: str = ""
) -> Any:
    """Offer the input of a field, with what stands in it and what is wrong with it."""
    title = plain(field.label) + (" *" if field.required and field.kind is not Kind.FLAG else "")
    if field.kind is Kind.ROW:
        entered = _row(actor, page, field, value, label, title, key)
    else:
        entered = _INPUTS[field.kind](field, value, title, key)
    if wrong:
        st.html(f'<p class="ms-wrong" role="alert">{escape(wrong)}</p>')
    return entered


def _help(field: Field) -> str | None:
    return plain(field.help if field.own else _(field.help)) if field.help else None


def _text(field: Field, value: Any, title: str, key: str) -> Any:
    return st.text_input(title, value=value, max_chars=field.longest, key=key, help=_help(field))


def _long(field: Field, value: Any, title: str, key: str) -> Any:
    return st.text_area(title, value=value, max_chars=field.longest, key=key, help=_help(field))


def _whole(field: Field, value: Any, title: str, key: str) -> Any:
    return st.number_input(
        title, value=value, min_value=field.low, max_value=field.high, step=1, key=key,
        help=_help(field),
    )  # fmt: skip


def _exact(field: Field, value: Any, title: str, key: str) -> Any:
    return st.text_input(title, value=value, max_chars=24, key=key, help=_help(field))


def _day(field: Field, value: Any, title: str, key: str) -> Any:
    return st.date_input(
        title, value=value, min_value=FIRST, max_value=LAST, format="YYYY-MM-DD", key=key,
        help=_help(field),
    )  # fmt: skip


def _flag(field: Field, value: Any, title: str, key: str) -> Any:
    if field.required:
        return st.checkbox(title, value=value, key=key, help=_help(field))
    words = {True: _("是"), False: _("否")}
    return _pick(field, value, title, key, list(words), words.__getitem__)


def _code(field: Field, value: Any, title: str, key: str) -> Any:
    codes = list(field.codes or ())
    return _pick(field, value, title, key, codes, lambda code: _(code.label))


def _choice(field: Field, value: Any, title: str, key: str) -> Any:
    return _pick(field, value, title, key, list(field.options), lambda o: str(field.word(o)))


def _pick(
    field: Field, value: Any, title: str, key: str, options: list[Any], name: Callable[[Any], str]
) -> Any:
    return st.selectbox(
        title,
        options,
        index=options.index(value) if value in options else None,
        format_func=lambda option: name(option),
        key=key,
        placeholder=_("请选择"),
        help=_help(field),
        filter_mode=None,
    )


def _row(
    actor: Actor, page: AdminPage, field: Field, value: Any, label: Any, title: str, key: str
) -> Any:
    """Offer rows to point to, found by typing where there are many; the present one stays."""
    offered = read(choices, actor, page, field.name, "")
    if len(offered) >= OFFERED:
        term = st.text_input(
            _("查找{title}").format(title=plain(field.label)), key=f"{key}-find", max_chars=40,
            placeholder=_("输入名称或代码的一部分"),
        )  # fmt: skip
        offered = read(choices, actor, page, field.name, term or "") if term else offered
    names = {value: shown(label) or str(value)} if value is not None else {}
    names |= {
        row["key"]: shown(row["label"]) + aside(row["hint"])
        if str(row["hint"]) not in (str(row["label"]), str(row["key"]))
        else shown(row["label"])
        for row in records(offered)
    }
    return _pick(field, value, title, key, list(names), names.__getitem__)


_INPUTS: dict[Kind, Callable[[Field, Any, str, str], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG: _long,
    Kind.WHOLE: _whole,
    Kind.EXACT: _exact,
    Kind.DAY: _day,
    Kind.FLAG: _flag,
    Kind.CODE: _code,
    Kind.CHOICE: _choice,
}
