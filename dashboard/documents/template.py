"""The workbook an agency fills in: names locked, drop-downs, last month, what is expected now."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from dashboard.i18n import _
from dashboard.imports import monthly, plan
from dashboard.imports.columns.column import Column, Kind
from dashboard.imports.columns.headings import columns_of
from dashboard.imports.context import Context, Project, SheetKind, Value, WorkItem
from dashboard.imports.files.read import MARK, MARK_SHEET

_LOCKED = (
    "project_code",
    "project_name",
    "work_item_code",
    "work_item_name",
)
_HINTS = (
    ("计量单位", 10),
    ("年度目标数量", 12),
    ("上月累计完成数量", 14),
    ("上月完成进度(%)", 12),
    ("本月序时进度(%)", 12),
    ("本月应完成数量", 12),
)
_WIDTHS = {
    Kind.CODE: 14,
    Kind.TEXT: 26,
    Kind.NUMBER: 13,
    Kind.PERCENT: 11,
    Kind.MONEY: 15,
    Kind.DAY: 14,
    Kind.DEADLINE: 14,
    Kind.FLAG: 9,
    Kind.NAMES: 22,
    Kind.MILESTONES: 40,
    Kind.FIGURE: 13,
    Kind.CHOICE: 14,
}
_HEADER_ROW = 2
_SPARE_ROWS = 60
_ALLOWED = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
    "sort": True,
}


def template(context: Context) -> bytes:
    """Give the workbook to fill in for the context's kind, month and agency, as .xlsx.

    Figures already there for the month are filled in. The sheet is protected without a password:
    that keeps from slips, not from intent; what was locked is checked again when it comes back.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    styles = _Styles.of(book)
    if context.kind is SheetKind.MONTHLY:
        _monthly(book, styles, context)
    else:
        _plan(book, styles, context)
    _guide(book, styles, context)
    _mark(book, context)
    book.close()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    head: Format
    fixed: Format
    fixed_number: Format
    fixed_percent: Format
    open: dict[Kind, Format]
    plain: Format

    @classmethod
    def of(cls, book: Workbook) -> _Styles:
        """Make the formats. Percent cells are percent cells: 85 and 85% typed are the same."""
        grey = {"bg_color": "#EEEEEE", "border": 1, "valign": "top", "text_wrap": True}
        free = {"border": 1, "valign": "top", "text_wrap": True, "locked": False}
        codes = {
            Kind.PERCENT: "0.##%",
            Kind.DAY: "yyyy-mm-dd",
            Kind.DEADLINE: "yyyy-mm-dd",
            Kind.CODE: "@",
            Kind.MONEY: "#,##0.00####",
            Kind.NUMBER: "#,##0.######",
            Kind.FIGURE: "#,##0.######",
        }
        formats = {
            kind: book.add_format(free | ({"num_format": codes[kind]} if kind in codes else {}))
            for kind in Kind
        }
        return cls(
            book.add_format({"bold": True, "font_size": 16}),
            book.add_format(
                {
                    "bold": True,
                    "border": 1,
                    "bg_color": "#DDEBF7",
                    "text_wrap": True,
                    "valign": "vcenter",
                }
            ),
            book.add_format(grey),
            book.add_format(grey | {"num_format": "#,##0.######"}),
            book.add_format(grey | {"num_format": "0.##%"}),
            formats,
            book.add_format({"text_wrap": True, "valign": "top"}),
        )


def _monthly(book: Workbook, styles: _Styles, context: Context) -> None:
    sheet = book.add_worksheet(_("月报"))
    agency = context.agency.name if context.agency else ""
    title = _("{year}年{month}月民生实事项目月报").format(
        year=context.month.year, month=context.month.month
    )
    _top(sheet, styles, title, _("填报单位：{agency}").format(agency=agency))
    columns = {column.field: column for column in monthly.COLUMNS}
    locked = [columns[field] for field in _LOCKED]
    entered = [
        column
        for column in monthly.COLUMNS
        if column.field not in (*_LOCKED, "agency_name", "unit_of_measure", "narrative")
    ] + list(context.own)
    heads = [column.title for column in locked] + [text for text, _w in _HINTS]
    heads += [_head(column) for column in entered]
    sheet.write_row(_HEADER_ROW, 0, heads, styles.head)
    row = _HEADER_ROW + 1
    for project, item in _targets(context):
        _fixed(sheet, styles, row, project, item)
        start = len(locked) + len(_HINTS)
        current = (item or project).current
        for column, spec in enumerate(entered, start):
            if spec.own and item and len(project.work_items) > 1:
                sheet.write_blank(row, column, None, styles.fixed)
                continue
            value = project.current.get(spec.field) if spec.own else current.get(spec.field)
            _enter(sheet, row, column, value, styles.open[spec.kind], spec.kind)
        row += 1
    _finish(sheet, entered, len(locked) + len(_HINTS), row, context)
    for column, width in enumerate([*(_WIDTHS[c.kind] for c in locked), *(w for _t, w in _HINTS)]):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(_HEADER_ROW + 1, 2)


def _head(column: Column) -> str:
    """Give a column's heading; a star says that an office requires it."""
    return f"{column.title}*" if column.required else column.title


def _targets(context: Context) -> Iterator[tuple[Project, WorkItem | None]]:
    for project in context.projects:
        yield project, None
        for item in project.work_items:
            yield project, item


def _fixed(
    sheet: Worksheet, styles: _Styles, row: int, project: Project, item: WorkItem | None
) -> None:
    """Write what the system knows: names, target, last month, what is expected now."""
    target = item or project
    texts = (project.code, project.name, item.code if item else "", item.name if item else "")
    for column, text in enumerate((*texts, target.unit_of_measure)):
        sheet.write_string(row, column, text, styles.fixed)
    quantity, planned = target.target_quantity, target.planned_pct
    due = quantity * planned / 100 if quantity is not None and planned is not None else None
    last = target.last
    figures: Sequence[tuple[Value, Format, Kind]] = (
        (quantity, styles.fixed_number, Kind.NUMBER),
        (last.get("cumulative_quantity"), styles.fixed_number, Kind.NUMBER),
        (last.get("completed_pct"), styles.fixed_percent, Kind.PERCENT),
        (planned, styles.fixed_percent, Kind.PERCENT),
        (due, styles.fixed_number, Kind.NUMBER),
    )
    for column, (value, style, kind) in enumerate(figures, 5):
        _enter(sheet, row, column, value, style, kind)


def _enter(
    sheet: Worksheet, row: int, column: int, value: Value, style: Format, kind: Kind
) -> None:
    """Write a value into a cell so that it reads back as the same value."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", style)
    elif isinstance(value, Decimal):
        sheet.write_number(
            row, column, float(value / 100 if kind is Kind.PERCENT else value), style
        )
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, tuple):
        sheet.write_string(row, column, _joined(value, kind), style)
    else:
        sheet.write_string(row, column, value, style)


def _joined(value: tuple[Any, ...], kind: Kind) -> str:
    if kind is Kind.MILESTONES:
        return "\n".join(
            f"{step.due_text}：{step.name}" if step.due_text else step.name for step in value
        )
    return "、".join(map(str, value))


def _top(sheet: Worksheet, styles: _Styles, title: str, note: str) -> None:
    sheet.write_string(0, 0, title, styles.title)
    sheet.write_string(1, 0, note)


def _finish(
    sheet: Worksheet, columns: Sequence[Column], start: int, end: int, context: Context
) -> None:
    """Add widths, drop-downs and limits to the columns that are filled in, and lock the rest."""
    top = _HEADER_ROW + 1
    for index, column in enumerate(columns, start):
        sheet.set_column(index, index, _WIDTHS[column.kind])
        if end > top and (rule := _validation(column, context)):
            sheet.data_validation(top, index, end - 1, index, rule)
    sheet.protect("", dict(_ALLOWED))
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)


def _validation(column: Column, context: Context) -> dict[str, Any] | None:
    """Give the rule Excel holds a column to; a warning only, since our own check decides."""
    rule: Mapping[str, Any] | None = None
    if column.kind is Kind.FLAG:
        rule = {"validate": "list", "source": ["是", "否"]}
    elif column.field == "lead_agency" and context.agencies:
        rule = {"validate": "list", "source": f"={MARK_SHEET}!$D$1:$D${len(context.agencies)}"}
    elif column.kind is Kind.CHOICE:
        rule = {"validate": "list", "source": _listed(context, column)}
    elif column.kind is Kind.FIGURE:
        rule = {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
    elif column.kind in (Kind.NUMBER, Kind.MONEY, Kind.PERCENT):
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
    elif column.kind is Kind.DAY:
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": date(context.month.year - 5, 1, 1),
            "maximum": date(context.month.year + 10, 12, 31),
        }
    told = {"input_title": column.title[:32], "input_message": column.help} if column.help else {}
    if rule is None:
        return {"validate": "any", **told} if told else None
    return {
        **rule,
        **told,
        "error_type": "warning",
        "error_title": column.title[:32],
        "error_message": _("请核对：这里要{what}。").format(what=_wanted(column.kind)),
    }


def _listed(context: Context, column: Column) -> str:
    """Say where on the hidden sheet the words to choose from stand: field below field."""
    before = context.own[: context.own.index(column)]
    first = 1 + sum(len(other.choices) for other in before)
    return f"={MARK_SHEET}!$E${first}:$E${first + len(column.choices) - 1}"


def _wanted(kind: Kind) -> str:
    return {
        Kind.FLAG: _("“是”或“否”"),
        Kind.DAY: _("日期"),
        Kind.PERCENT: _("不小于 0 的百分比"),
        Kind.TEXT: _("列表中的单位"),
        Kind.CHOICE: _("列表中的内容"),
        Kind.FIGURE: _("数字"),
    }.get(kind, _("不小于 0 的数字"))


def _plan(book: Workbook, styles: _Styles, context: Context) -> None:
    sheet = book.add_worksheet(_("任务分解表"))
    title = _("{year}年民生实事项目任务分解表").format(year=context.month.year)
    _top(sheet, styles, title, _("一个项目有几个子项时，一个子项一行，项目名称照写"))
    planned = [c for c in columns_of(context) if c.field not in plan.STEPS]
    sheet.write_row(_HEADER_ROW, 0, [_head(column) for column in planned], styles.head)
    row = _HEADER_ROW + 1
    for project, item in _targets(context):
        values = dict((item or project).current)
        values |= {column.field: project.current.get(column.field) for column in context.own}
        values |= {"project_code": project.code, "project_name": project.name}
        if item:
            values |= {"work_item_code": item.code, "work_item_name": item.name}
        if values.get("due_on") is None:
            values["due_on"] = values.get("due_text")
        for index, column in enumerate(planned):
            style = styles.fixed if column.field == "project_code" else styles.open[column.kind]
            _enter(sheet, row, index, values.get(column.field), style, column.kind)
        row += 1
    for spare in range(row, row + _SPARE_ROWS):
        for index, column in enumerate(planned):
            sheet.write_blank(spare, index, None, styles.open[column.kind])
    _finish(sheet, planned, 0, row + _SPARE_ROWS, context)
    sheet.freeze_panes(_HEADER_ROW + 1, 2)


def _guide(book: Workbook, styles: _Styles, context: Context) -> None:
    sheet = book.add_worksheet(_("填表说明"))
    sheet.set_column(0, 0, 100)
    lines = [
        _("灰色的格子由系统填写，已经锁定；白色的格子由本单位填写。"),
        _("进度写 85 或 85% 都可以；金额以万元计；日期写成 2026-10-31 或 10月底前。"),
        _("没有内容的格子留空，不要写“约”“左右”，不要在一格里写几个数字。"),
        _("低于序时进度的项目，必须填写滞后原因、整改措施和新的预计完成时间。"),
        _("请勿填写涉密内容。"),
    ]
    for row, text in enumerate(lines):
        sheet.write_string(row, 0, text, styles.plain)
    sheet.protect("", dict(_ALLOWED))


def _mark(book: Workbook, context: Context) -> None:
    """Write the hidden sheet that says which template this is."""
    sheet = book.add_worksheet(MARK_SHEET)
    month = f"{context.month:%Y-%m}" if context.kind is SheetKind.MONTHLY else f"{context.month:%Y}"
    agency = context.agency
    pairs = (
        (MARK, "1"),
        ("kind", context.kind.value),
        ("period", month),
        ("agency", agency.code if agency else ""),
        ("agency_name", agency.name if agency else ""),
    )
    for row, (name, value) in enumerate(pairs):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    for row, one in enumerate(context.agencies):
        sheet.write_string(row, 3, one.name)
    for row, word in enumerate(word for column in context.own for word in column.choices):
        sheet.write_string(row, 4, word)
    sheet.very_hidden()
