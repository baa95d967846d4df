"""A sheet examined in a process of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboard.imports.child import annotate_in_child, examine_in_child
from dashboard.imports.context import Context, Limits, Project
from dashboard.imports.files.grid import Refused
from dashboard.imports.sheet import examine
from tests.imports.conftest import workbook

ROWS: list[list[Any]] = [
    ["项目名称", "累计完成数量", "完成进度", "滞后原因", "整改措施", "预计完成时间"],
    ["供热管网改造", "22公里", "55%", "征地滞后", "增加班组", "10月底前"],
    ["老旧小区", "约3", "5%", None, None, None],
]


@pytest.mark.safety("UP7")
def test_the_child_finds_what_is_found_here(context: Context) -> None:
    data = workbook(ROWS)

    assert examine_in_child(data, "月报.xlsx", context) == examine(data, "月报.xlsx", context)


@pytest.mark.safety("UP7")
@pytest.mark.parametrize(
    "limits",
    [
        Limits(memory_bytes=60 * 2**20, rows=10**6),
        Limits(seconds=0),
        Limits(cpu_seconds=0, rows=10**6),
    ],
)
def test_a_child_without_room_or_time_is_one_sentence(context: Context, limits: Limits) -> None:
    data = "项目名称,完成进度\n".encode() + "供热管网改造,65%\n".encode() * 200_000

    found = examine_in_child(data, "月报.csv", replace(context, limits=limits))

    assert found.refusal.endswith("后再上传。")
    assert found.drafts == ()


def test_the_projects_are_looked_up_while_the_child_begins(context: Context) -> None:
    data = workbook(ROWS)
    frame = replace(context, projects=())

    found = examine_in_child(data, "月报.xlsx", frame, projects=lambda: context.projects)

    assert found == examine(data, "月报.xlsx", context)


def test_a_failed_look_up_ends_the_child_and_is_told(context: Context) -> None:
    def fail() -> tuple[Project, ...]:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        examine_in_child(workbook(ROWS), "月报.xlsx", context, projects=fail)


@pytest.mark.safety("UP1")
def test_a_file_one_byte_too_large_is_refused_before_any_child(context: Context) -> None:
    data = workbook(ROWS)

    small = replace(context, limits=Limits(file_bytes=len(data) - 1))

    assert "超过" in examine_in_child(data, "月报.xlsx", small).refusal


def test_what_cannot_be_annotated_is_one_sentence(context: Context) -> None:
    with pytest.raises(Refused):
        annotate_in_child(b"\xd0\xcf\x11\xe0", "月报.xls", context)
