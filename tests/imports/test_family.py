"""A project against its work items, and plans given as quantities or by items alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboard.imports.child import examine_in_child
from dashboard.imports.context import Context, Project, WorkItem
from dashboard.imports.sheet import examine
from tests.imports.conftest import ESTATES, workbook

HEAD = ["项目名称", "子项名称", "累计完成数量", "完成进度", "滞后原因", "整改措施", "预计完成时间"]
ITEMS = tuple(
    replace(item, weight_pct=Decimal(weight), planned_pct=None)
    for item, weight in zip(ESTATES.work_items, (40, 60), strict=True)
)
ESTATE = replace(ESTATES, work_items=ITEMS, planned_pct=None)


def read(context: Context, rows: list[Any], project: Project = ESTATE) -> list[Any]:
    found = examine(workbook([HEAD, *rows]), "月报.xlsx", replace(context, projects=(project,)))
    return [(p.level.value, p.rule, p.cell, p.field) for p in found.problems]


@pytest.mark.feature("G10")
@pytest.mark.parametrize(("stated", "doubted"), [("70%", False), ("71%", False), ("82%", True)])
def test_a_projects_percent_is_held_against_its_items_by_weight(
    context: Context, stated: str, doubted: bool
) -> None:
    rows: list[Any] = [
        ["老旧小区改造", None, None, stated],
        [None, "屋面防水", 50],
        [None, "外墙保温", 35],
    ]

    found = read(context, rows)

    doubt = ("warning", "percent_contradicts_items", "D2", "completed_pct")
    assert found == ([doubt] if doubted else [])


@pytest.mark.feature("G10")
def test_a_projects_quantity_is_held_against_its_items_counted_alike(context: Context) -> None:
    rows: list[Any] = [["老旧小区改造", None, 80], [None, "屋面防水", 50], [None, "外墙保温", 35]]

    assert ("warning", "percent_contradicts_items", "C2", "cumulative_quantity") in read(
        context, rows
    )


def test_items_that_are_not_all_told_question_nothing(context: Context) -> None:
    rows: list[Any] = [["老旧小区改造", None, None, "20%"], [None, "屋面防水", 50]]

    assert read(context, rows) == []


@pytest.mark.feature("G11")
def test_a_project_told_by_its_items_alone_says_why_it_lags(context: Context) -> None:
    behind = replace(ESTATE, planned_pct=Decimal(75))
    rows: list[Any] = [["老旧小区改造", "屋面防水", 50], [None, "外墙保温", 35]]
    told = [rows[0], [*rows[1], None, "征地", "增加班组", date(2026, 10, 31)]]

    asked = read(context, rows, behind)

    assert [rule for _level, rule, _cell, _field in asked] == [
        "lagging_without_cause", "lagging_without_measure", "lagging_without_forecast_on",
    ]  # fmt: skip
    assert read(context, told, behind) == []


def test_weights_reach_the_child(context: Context) -> None:
    rows: list[Any] = [
        ["老旧小区改造", None, None, "99%"],
        [None, "屋面防水", 50],
        [None, "外墙保温", 35],
    ]
    data, own = workbook([HEAD, *rows]), replace(context, projects=(ESTATE,))

    assert examine_in_child(data, "月报.xlsx", own) == examine(data, "月报.xlsx", own)


def test_a_single_item_needs_no_weight(context: Context) -> None:
    only = replace(ESTATE, work_items=(WorkItem("X-1", "屋面防水", Decimal(50), "个"),))
    rows: list[Any] = [["老旧小区改造", None, None, "10%"], [None, "屋面防水", 25]]

    assert [found[1] for found in read(context, rows, only)] == ["percent_contradicts_items"]
