"""Own charts as drawn: what the cells say, in their order, and no figure that is not there."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from dashboard.charts import own, theme

UNITS, KINDS = ("住建局", "教育局", "未填"), ("正常", "严重")
COLOURS = ("#2e7d32", "#c62828")


def cells(*rows: tuple[int, int, str | None]) -> pd.DataFrame:
    """Cells of a chart: place, place, value."""
    found = [(by, across, value and Decimal(value), value or "") for by, across, value in rows]
    return pd.DataFrame(found, columns=["by", "across", "value", "text"], dtype=object)


def drawn(chart: own.Drawn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A chart's specification, and the rows it draws."""
    assert chart is not None
    spec = chart.to_dict()
    (rows,) = spec["datasets"].values()
    return spec, list(rows)


@pytest.mark.feature("O11")
def test_bars_stand_in_the_order_given_and_groups_without_a_figure_are_left_out() -> None:
    chart = own.bars(
        cells((0, 0, "3"), (1, 0, "7.5"), (2, 0, None)), UNITS, ("",), ("",),
        order=("教育局", "住建局", "未填"), adds=True, whole=False, upright=False,
    )  # fmt: skip

    spec, rows = drawn(chart)

    assert [(row["by"], row["value"], row["text"]) for row in rows] == [
        ("住建局", 3.0, "3"), ("教育局", 7.5, "7.5"),
    ]  # fmt: skip
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["教育局", "住建局"]


@pytest.mark.feature("O11")
@pytest.mark.parametrize(("adds", "channel"), [(True, "order"), (False, "yOffset")])
def test_what_adds_up_is_one_bar_and_what_does_not_stands_side_by_side(
    adds: bool, channel: str
) -> None:
    found = cells((0, 0, "3"), (0, 1, "4"))
    chart = own.bars(
        found, UNITS, KINDS, COLOURS, order=UNITS, adds=adds, whole=True, upright=False
    )

    spec, _rows = drawn(chart)

    assert channel in spec["encoding"]
    assert spec["encoding"]["color"]["scale"] == {"domain": [*KINDS], "range": [*COLOURS]}


@pytest.mark.feature("O11")
@pytest.mark.parametrize(("counts", "between"), [(True, 0.0), (False, None)])
def test_a_line_has_every_month_and_invents_no_figure(counts: bool, between: float | None) -> None:
    months = ("2025-12", "2026-02")
    chart = own.lines(
        cells((0, 0, "3"), (1, 0, "5")), months, ("",), ("",), whole=True, counts=counts
    )

    _spec, rows = drawn(chart)

    assert [(row["by"], row["value"]) for row in rows] == [
        ("2025-12", 3.0), ("2026-01", between), ("2026-02", 5.0),
    ]  # fmt: skip


@pytest.mark.feature("O11")
def test_a_heat_map_has_all_groups_and_writes_each_figure() -> None:
    spec, rows = drawn(own.heat(cells((0, 0, "3"), (1, 1, "12.25"), (2, 0, None)), UNITS, KINDS))

    assert [(row["by"], row["across"], row["text"]) for row in rows] == [
        ("住建局", "正常", "3"), ("教育局", "严重", "12.25"),
    ]  # fmt: skip
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == [*UNITS]
    assert "http" not in json.dumps(spec["layer"])


def test_without_a_figure_nothing_is_drawn() -> None:
    none = cells((0, 0, None))

    assert own.heat(none, UNITS, KINDS) is None
    assert own.lines(none, ("2026-01",), ("",), ("",), whole=True, counts=False) is None
    assert own.bars(
        none, UNITS, ("",), ("",), order=UNITS, adds=True, whole=True, upright=False
    ) is None  # fmt: skip


@pytest.mark.feature("O11")
def test_lights_keep_their_colours_and_what_is_not_filled_in_is_grey() -> None:
    assert own.colours_of(("GOOD", "BAD", ""), 1) == ("#2e7d32", "#c62828", theme.REST)
    assert own.colours_of(("OPEN", "CLOSED"), 0) == theme.GROUPS[:2]
    assert own.colours_of(("",), 1) == (theme.REST,)
