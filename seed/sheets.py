"""`demo-sheets/`: this month's workbooks of three units, for a newcomer to upload.

One in our template, filled in; one in the layout that 崇川 published (title lines, merged cells,
months in the headings); one with three mistakes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet
from sqlmodel import Session, select

from dashboard.documents.template import template
from dashboard.imports.context import Context, Project, Value, WorkItem
from dashboard.permissions import Actor, Grant
from dashboard.queries.upload import template_context
from models.account import Account, Role
from models.agency import Agency
from models.programme import Programme
from seed.living_reports import item_row, report_row
from seed.rows import key
from seed.story import YEAR, Story, stories, words

MONTH = date(YEAR, 8, 1)
LAGGING = ("cause", "measure", "forecast_on")
"""What a row that lags must give."""
TEMPLATE = "1-市住建局8月月报（本系统模板）.xlsx"
OWN_LAYOUT = "2-市交通局8月推进情况（单位自有格式）.xlsx"
MISTAKEN = "3-市卫健委8月月报（有三处错误）.xlsx"
UNITS = {TEMPLATE: "zj", OWN_LAYOUT: "jt", MISTAKEN: "wj"}
"""Whose sheet each file is, by the letters in the account name."""
_LINE = Side(style="thin", color="000000")
_BORDER = Border(_LINE, _LINE, _LINE, _LINE)
_NOT_FILLED = {"project_code", "project_name", "unit_of_measure", "target_quantity", "work_item"}


def write_sheets(session: Session, folder: Path) -> list[Path]:
    """Write the three workbooks and give where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    by_code = {story.code: story for story in stories()}
    made = {
        TEMPLATE: template(filled(context_of(session, UNITS[TEMPLATE]), by_code)),
        OWN_LAYOUT: own_layout([by_code[f"SF{YEAR}-{n}"] for n in ("04", "05", "06")]),
        MISTAKEN: mistaken([by_code[f"SF{YEAR}-{n}"] for n in ("07", "08")]),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in made]


def context_of(session: Session, short: str) -> Context:
    """Give what a sheet of this unit for August is read against."""
    account = session.exec(select(Account).where(Account.name == f"demo-reporter-{short}")).one()
    agency = session.get_one(Agency, account.agency_id)
    grant = Grant(Role.REPORTER, agency_path=agency.path)
    actor = Actor(key(account), account.name, (grant,), agency.id)
    programme = session.exec(select(Programme).where(Programme.year == YEAR)).one()
    return template_context(session, actor, key(programme), key(agency), MONTH)


def filled(context: Context, by_code: Mapping[str, Story]) -> Context:
    """Give the context with August's figures, which the template writes into its cells."""
    return replace(context, projects=tuple(_filled(each, by_code) for each in context.projects))


def _filled(project: Project, by_code: Mapping[str, Story]) -> Project:
    story = by_code[project.code]
    row = report_row(story, MONTH.month, story.done[MONTH.month - 1])
    items = {item.code: item for item in story.items}

    def with_figures(item: WorkItem) -> WorkItem:
        behind = items[item.code].done[MONTH.month - 1].pct < (item.planned_pct or 0)
        why = {field: row[field] for field in LAGGING} if behind else {}
        return replace(item, current=_entered(item_row(story, items[item.code], MONTH.month) | why))

    work_items = tuple(with_figures(item) for item in project.work_items)
    return replace(project, current=_entered(row), work_items=work_items)


def _entered(row: Mapping[str, Value]) -> dict[str, Value]:
    return {
        field: value
        for field, value in row.items()
        if field not in _NOT_FILLED and value not in (None, "")
    }


def _start(title: str, lines: list[str], columns: int) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    for number, text in enumerate([title, *lines], start=1):
        sheet.cell(row=number, column=1, value=text)
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=columns)
    sheet["A1"].font = Font(name="方正小标宋简体", size=18)
    sheet["A1"].alignment = Alignment(horizontal="center")
    return book, sheet


def _table(sheet: Worksheet, first: int, rows: list[list[Value]]) -> None:
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            cell: Any = sheet.cell(row=number, column=column)
            cell.value = value
            cell.border = _BORDER
            cell.alignment = Alignment(wrap_text=True, vertical="center")


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OWN_HEADINGS = [
    "序号", "主要任务", "全年目标任务", "分管\n领导", "牵头单位", "责任主体与\n协同单位",
    "1-7月推进情况", "1-8月推进情况", "累计完成数量", "完成比例（%）", "是否达序",
    "未达序原因", "整改措施", "预计完成时间", "已完成节点", "说明",
]  # fmt: skip
"""崇川's published headings in their order, with what a lagging row needs put before 说明."""


def own_layout(told: list[Story]) -> bytes:
    """Write a sheet as 崇川 lays it out: two heading rows, merged cells, months in headings."""
    lines = ["填报单位：市交通运输局（盖章）          填报日期：2026年9月2日"]
    book, sheet = _start("示范市2026年民生实事项目推进情况（1-8月）", lines, len(OWN_HEADINGS))
    sheet.title = "推进情况"
    top: list[Value] = [*OWN_HEADINGS]
    top[6:11] = ["工作推进情况", None, None, None, None]
    _table(sheet, 3, [top, [*OWN_HEADINGS]])
    sheet.merge_cells("G3:K3")
    for column in [*range(1, 7), *range(12, len(OWN_HEADINGS) + 1)]:
        sheet.cell(row=4, column=column).value = None
        sheet.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
    _table(sheet, 5, [_own_row(number, story) for number, story in enumerate(told, start=1)])
    notes = 5 + len(told)
    sheet.merge_cells(start_row=5, start_column=4, end_row=notes - 1, end_column=4)
    sheet.merge_cells(start_row=5, start_column=5, end_row=notes - 1, end_column=5)
    sheet.cell(row=notes, column=1, value="注：1.数据截至8月底。2.公路里程以交工计量数为准。")
    for column, width in zip("BCGHLMNO", (22, 26, 36, 40, 28, 32, 16, 22), strict=True):
        sheet.column_dimensions[column].width = width
    return _saved(book)


def _own_row(number: int, story: Story) -> list[Value]:
    before, figures = story.done[MONTH.month - 2], story.done[MONTH.month - 1]
    now = report_row(story, MONTH.month, figures)
    earlier = report_row(story, MONTH.month - 1, before)
    ahead = figures.pct >= story.planned[MONTH.month - 1]
    forecast = now["forecast_on"]
    return [
        Decimal(number),
        story.row["name"],
        story.row["target"],
        story.row["leader"],
        "市交通局",
        "示范县、市财政局",
        earlier["physical_progress"],
        now["physical_progress"],
        figures.quantity,
        f"{words(figures.pct)}%",
        "是" if ahead else "否",
        now["cause"] or None,
        now["measure"] or None,
        f"{forecast.year}年{forecast.month}月{forecast.day}日"
        if isinstance(forecast, date)
        else None,
        now["milestone_done"] or None,
        None,
    ]


PLAIN_HEADINGS = {
    "project_name": "项目名称",
    "target": "全年目标",
    "monthly_quantity": "本月完成",
    "cumulative_quantity": "累计完成",
    "completed_pct": "完成比例（%）",
    "physical_progress": "形象进度",
    "problem": "存在问题",
    "cause": "滞后原因",
    "measure": "整改措施",
    "forecast_on": "预计完成时间",
    "next_step": "下一步打算",
}


def mistaken(told: list[Story]) -> bytes:
    """Write a sheet with three mistakes: a rough number, no measure, another unit's project."""
    lines = ["填报单位：市卫生健康委员会        填报人：蒋科长        2026年9月3日"]
    book, sheet = _start("8月份民生实事项目进展情况表", lines, len(PLAIN_HEADINGS) + 1)
    sheet.title = "8月"
    rows: list[list[Value]] = [["序号", *PLAIN_HEADINGS.values()]]
    for number, story in enumerate(told, start=1):
        row: dict[str, Value] = {
            **report_row(story, MONTH.month, story.done[MONTH.month - 1]),
            "target": story.row["target"],
        }
        rows.append([Decimal(number), *(row[field] or None for field in PLAIN_HEADINGS)])
    places = list(PLAIN_HEADINGS)
    rows[1][places.index("monthly_quantity") + 1] = "1300人左右"
    rows[2][places.index("measure") + 1] = None
    another: dict[str, Value] = {
        "project_name": "建设社区老年助餐点",
        "target": "新建社区老年助餐点60个",
        "physical_progress": "配合做好助餐点食品安全培训。",
    }
    rows.append([Decimal(3), *(another.get(field) for field in PLAIN_HEADINGS)])
    _table(sheet, 3, rows)
    for column, width in zip("BCGHIJL", (24, 26, 40, 28, 28, 28, 28), strict=True):
        sheet.column_dimensions[column].width = width
    return _saved(book)
