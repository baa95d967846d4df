"""整改台账 as a workbook, under the headings such registers really have; without internal notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.documents.export import export_xlsx
from models.rectification import RectificationKind
from models.remark import Severity

HEADINGS = (
    "序号", "检查时间", "检查单位", "检查人", "检查项目", "检查工点", "隐患问题描述", "隐患类型",
    "隐患等级", "整改要求(措施)", "整改期限", "整改责任单位", "整改责任人", "整改完成日期",
    "销号情况", "项目编号", "整改编号", "整改标准", "联系电话",
)  # fmt: skip
"""The headings of a real register of hidden dangers in construction, then what ours needs to know
an item again."""
DONE = (RectificationKind.PROPOSED, RectificationKind.FIXED)
TITLE = "整改台账"


def register(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write the records of the query `rectifications` as .xlsx, in their order."""
    return export_xlsx(TITLE, HEADINGS, [row_of(n, row) for n, row in enumerate(rows, 1)])


def row_of(number: int, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give a record's cells under `HEADINGS`."""
    done = RectificationKind.of(row["kind"]) in DONE
    return (
        number,
        row["found_on"],
        row["inspected_by"],
        row["inspector"],
        row["project"],
        row["thing"],
        row["finding"],
        row["category"],
        Severity.of(row["severity"]).label,
        row["requirement"],
        row["due_on"],
        row["agency"],
        row["responsible"],
        row["proposed_on"] if done else None,
        row["state_name"],
        row["code"],
        row["number"],
        row["standard"],
        row["phone"],
    )
