"""The workbook an agency fills in."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from dashboard.documents.template import template
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.sheet import examine
from tests.imports.conftest import EDUCATION, ESTATES, HOUSING, PIPES, saved

CONTEXT = Context(
    SheetKind.MONTHLY, date(2026, 8, 1), HOUSING, (HOUSING, EDUCATION), (PIPES, ESTATES)
)


def opened(context: Context) -> Workbook:
    return load_workbook(io.BytesIO(template(context)))


@pytest.mark.feature("G4")
def test_ids_are_locked_and_last_month_and_what_is_expected_stand_there() -> None:
    sheet = opened(CONTEXT).worksheets[0]

    row = {sheet.cell(3, c).value: sheet.cell(4, c) for c in range(1, sheet.max_column + 1)}
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert row["项目编号"].value == "SF2026-01"
    assert row["项目编号"].protection.locked
    assert not row["完成进度(%)"].protection.locked
    assert row["上月累计完成数量"].value == 20
    assert row["本月序时进度(%)"].value == 0.6
    assert row["本月应完成数量"].value == 24
    assert [
        rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"
    ] == ['"是,否"']


@pytest.mark.feature("G4")
def test_a_template_filled_in_is_read_without_a_problem() -> None:
    book = opened(CONTEXT)
    sheet = book.worksheets[0]
    columns = {sheet.cell(3, c).value: c for c in range(1, sheet.max_column + 1)}
    sheet.cell(4, columns["累计完成数量"]).value = 26
    sheet.cell(4, columns["完成进度(%)"]).value = 0.65

    found = examine(saved(book), "模板.xlsx", CONTEXT)

    assert found.problems == ()
    (draft,) = found.drafts
    assert draft.values["cumulative_quantity"] == Decimal(26)
    assert draft.values["completed_pct"] == Decimal(65)


@pytest.mark.feature("G9")
def test_a_template_with_the_figures_already_there_changes_nothing() -> None:
    current = {"cumulative_quantity": Decimal(26), "completed_pct": Decimal("65.25")}
    filled = replace(CONTEXT, projects=(replace(PIPES, current=current),))

    found = examine(template(filled), "模板.xlsx", filled)

    assert [draft.status for draft in found.drafts] == ["unchanged"]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (replace(CONTEXT, month=date(2026, 7, 1)), "wrong_month"),
        (replace(CONTEXT, agency=EDUCATION), "wrong_agency"),
        (replace(CONTEXT, kind=SheetKind.PLAN), "wrong_kind"),
    ],
)
def test_a_template_of_another_month_unit_or_kind_is_refused(other: Context, rule: str) -> None:
    found = examine(template(other), "模板.xlsx", CONTEXT)

    assert rule in {problem.rule for problem in found.errors}


def test_a_plan_template_is_read_as_a_plan() -> None:
    plan = replace(CONTEXT, kind=SheetKind.PLAN)

    found = examine(template(plan), "模板.xlsx", plan)

    assert found.errors == ()
    assert [draft.project_code for draft in found.drafts] == [
        "SF2026-01",
        "SF2026-02",
        "SF2026-02",
        "SF2026-02",
    ]
