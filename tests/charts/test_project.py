"""The charts of one project say what its rows say, in the one theme, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import pandas as pd
import pytest

from dashboard.charts.curve import progress_curve
from dashboard.charts.project import milestone_gantt

TODAY = date(2026, 9, 3)
Chart = alt.Chart | alt.LayerChart | alt.FacetChart | None


def _rows(chart: Chart) -> list[dict[str, Any]]:
    """The rows a chart draws."""
    assert chart is not None
    (rows,) = chart.to_dict()["datasets"].values()
    return list(rows)


def _months(*rows: tuple[int, str | None, str | None]) -> pd.DataFrame:
    found = [
        (date(2026, month, 1), planned and Decimal(planned), done and Decimal(done))
        for month, planned, done in rows
    ]
    return pd.DataFrame(found, columns=["month", "planned_pct", "completed_pct"], dtype=object)


def _nodes(*rows: tuple[str, date, date | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "due_on", "completed_on"], dtype=object)


@pytest.mark.feature("F3")
def test_the_curve_draws_every_figure_there_is_and_none_there_is_not() -> None:
    curve = progress_curve(_months((7, "56", "56.1"), (8, "64", None)))

    assert curve is not None
    dots = re.findall(r'style="left:([\d.]+)%;bottom:([\d.]+)%" title="([^"]+)"', curve)
    assert dots == [
        ("0.00", "56.00", "7月 计划 56%"),
        ("100.00", "64.00", "8月 计划 64%"),
        ("0.00", "56.10", "7月 完成 56.1%"),
    ]


def test_the_line_of_the_curve_goes_through_its_dots() -> None:
    curve = progress_curve(_months((6, "40", None), (7, None, None), (8, "64", "50")))

    picture = re.search(r"base64,([^\"]+)", curve or "")
    assert picture is not None
    lines = re.findall(r'points="([^"]*)"', b64decode(picture.group(1)).decode())
    assert lines == ["0.00,60.00 100.00,36.00", "100.00,50.00"]


@pytest.mark.parametrize(("pct", "ticks"), [("64", 6), ("101", 6), ("962", 5), ("12000", 3)])
def test_the_curve_leaves_room_for_what_passes_a_hundred(pct: str, ticks: int) -> None:
    curve = progress_curve(_months((8, "64", pct)))

    assert curve is not None
    assert curve.count('class="y"') == ticks
    assert max(float(n) for n in re.findall(r"bottom:([\d.]+)%", curve)) == 100


def test_without_a_figure_there_is_no_curve() -> None:
    assert progress_curve(_months((8, None, None))) is None
    assert progress_curve(_months()) is None


@pytest.mark.feature("F5")
@pytest.mark.parametrize(
    ("due_on", "completed_on", "state", "end"),
    [
        (date(2026, 8, 31), date(2026, 8, 31), "按期完成", "2026-08-31"),
        (date(2026, 8, 31), date(2026, 9, 1), "逾期完成", "2026-09-01"),
        (date(2026, 9, 2), None, "已逾期", "2026-09-03"),
        (date(2026, 9, 3), None, "未到期", "2026-09-03"),
    ],
)
def test_a_step_is_late_from_the_day_after_it_was_due(
    due_on: date, completed_on: date | None, state: str, end: str
) -> None:
    chart = milestone_gantt(_nodes(("主体完工", due_on, completed_on)), TODAY)

    (row,) = _rows(chart)
    assert (row["name"], row["state"], row["end"][:10]) == ("1. 主体完工", state, end)


def test_without_a_step_there_is_no_gantt() -> None:
    assert milestone_gantt(_nodes(), TODAY) is None


@pytest.mark.safety("OU7")
def test_a_chart_asks_nothing_of_another_host() -> None:
    chart = milestone_gantt(_nodes(("http://example.invalid/x.png", TODAY, None)), TODAY)

    assert chart is not None
    spec = chart.to_dict()
    spec.pop("$schema")
    text = json.dumps({name: part for name, part in spec.items() if name != "datasets"})
    assert "http" not in text
    assert "Noto Sans CJK" in spec["config"]["font"]
