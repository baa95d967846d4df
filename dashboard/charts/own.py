"""Charts people make themselves from a list: bars, lines and heat maps of groups.

`cells` has by and across (places on the axes), value and text (the value as people read it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard.charts import theme
from dashboard.i18n import _

STEP, NAME_WIDTH = 30, 150
Drawn = alt.Chart | alt.LayerChart | alt.FacetChart | None


def bars(
    cells: pd.DataFrame,
    by: tuple[str, ...],
    across: tuple[str, ...],
    colours: tuple[str, ...],
    *,
    order: tuple[str, ...],
    adds: bool,
    whole: bool,
    upright: bool,
) -> Drawn:
    """Draw a bar for each group, by colours where grouped twice: in one bar if they add up.

    Months stand upright from left to right, other groups lie one below the other, in the order of
    `order`.
    """
    frame = _known(cells, by, across)
    if frame.empty:
        return None
    present = set(frame["by"])
    names, twice = [name for name in order if name in present], across != ("",)
    encoding: dict[str, Any] = {"tooltip": _told(twice)}
    if upright:
        axis = alt.Axis(labelAngle=-45, labelOverlap="greedy")
        encoding["x"] = alt.X("by:N", sort=names, title=None, axis=axis)
        encoding["y"] = _amount("y", whole)
    else:
        axis = alt.Axis(labelLimit=NAME_WIDTH, labelOverlap=False)
        encoding["y"] = alt.Y("by:N", sort=names, title=None, axis=axis)
        encoding["x"] = _amount("x", whole)
    if twice:
        encoding["color"] = _colour(across, colours)
    if twice and adds:
        encoding["order"] = alt.Order("across_place:Q")
    elif twice:
        beside = alt.XOffset if upright else alt.YOffset
        encoding["xOffset" if upright else "yOffset"] = beside("across:N", sort=list(across))
    height = 300 if upright else _height(len(names), 1 if adds else len(across))
    drawn: alt.Chart = alt.Chart(frame).mark_bar(color=theme.SERIES["done"]).encode(**encoding)
    if twice or upright:
        return drawn.properties(height=height)
    text = alt.Chart(frame).mark_text(align="left", dx=4).encode(text="text:N", **encoding)
    return alt.layer(drawn, text).properties(height=height)


def _height(groups: int, beside: int) -> int:
    return max(90, int(STEP * groups * max(1, beside * 0.6)) + 40)


def lines(
    cells: pd.DataFrame,
    by: tuple[str, ...],
    across: tuple[str, ...],
    colours: tuple[str, ...],
    *,
    whole: bool,
    counts: bool,
) -> Drawn:
    """Draw months from left to right; a month without rows counts none, and has no other figure."""
    frame = _known(cells, by, across)
    if frame.empty:
        return None
    months = _between(by)
    known = {(row["by"], row["across"]): row for row in frame.to_dict("records")}
    rows = [
        known.get((month, name))
        or {
            "by": month,
            "across": name,
            "value": 0.0 if counts else None,
            "text": "0" if counts else "",
        }
        for name in across
        for month in months
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "by:O", sort=months, title=None, axis=alt.Axis(labelAngle=-45, labelOverlap="greedy")
        ),
        y=_amount("y", whole),
        tooltip=_told(across != ("",)),
    )
    if across == ("",):
        line = base.mark_line(strokeWidth=2.5, color=theme.SERIES["done"])
        points = base.mark_circle(size=48, color=theme.SERIES["done"], opacity=1)
        return alt.layer(line, points).properties(height=300)
    base = base.encode(color=_colour(across, colours))
    shape = alt.Shape("across:N", sort=list(across), legend=None)
    points = base.mark_point(size=64, filled=True, opacity=1).encode(shape=shape)
    return alt.layer(base.mark_line(strokeWidth=2.5), points).properties(height=320)


def heat(cells: pd.DataFrame, by: tuple[str, ...], across: tuple[str, ...]) -> Drawn:
    """Draw a square for each pair of groups, the darker the more; a pair without rows stays empty.

    The figure stands in each square.
    """
    frame = _known(cells, by, across)
    if frame.empty:
        return None
    low, high = min(0.0, float(frame["value"].min())), float(frame["value"].max())
    long = max(map(len, across)) * len(across) > 40
    base = alt.Chart(frame).encode(
        y=alt.Y("by:N", sort=list(by), title=None, scale=alt.Scale(domain=list(by)),
                axis=alt.Axis(labelLimit=NAME_WIDTH, labelOverlap=False)),
        x=alt.X("across:N", sort=list(across), title=None, scale=alt.Scale(domain=list(across)),
                axis=alt.Axis(orient="top", labelAngle=-40 if long else 0, labelLimit=NAME_WIDTH,
                              labelOverlap=False)),
        tooltip=_told(twice=True),
    )  # fmt: skip
    scale = alt.Scale(domain=[low, high], range=["#e3eefa", "#0d4a8f"])
    squares = base.mark_rect(stroke="#fff", strokeWidth=2).encode(
        color=alt.Color("value:Q", scale=scale, legend=None)
    )
    dark = alt.condition(
        alt.datum.value > low + (high - low) * 0.55, alt.value("#fff"), alt.value(theme.INK)
    )
    text = base.mark_text().encode(text="text:N", color=dark)
    return alt.layer(squares, text).properties(height=34 * len(by) + (90 if long else 40))


def _known(cells: pd.DataFrame, by: Sequence[str], across: Sequence[str]) -> pd.DataFrame:
    """Give the cells that have a figure, with the groups' names for their places."""
    rows = [
        {
            "by": by[row["by"]],
            "across": across[row["across"]],
            "across_place": row["across"],
            "value": float(row["value"]),
            "text": row["text"],
        }
        for row in cells.to_dict("records")
        if row["value"] is not None and row["by"] < len(by)
    ]
    return pd.DataFrame(rows, columns=["by", "across", "across_place", "value", "text"])


def _between(months: Sequence[str]) -> list[str]:
    """Give every month from the first to the last."""
    first, last = min(months), max(months)
    numbers = [int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last)]
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(numbers[0], numbers[1] + 1)]


def _amount(side: str, whole: bool) -> Any:
    axis = alt.Axis(format=",~f" if not whole else ",d", tickMinStep=1 if whole else alt.Undefined)
    make = alt.X if side == "x" else alt.Y
    return make("value:Q", title=None, axis=axis, scale=alt.Scale(nice=True, zero=True))


def _colour(names: Sequence[str], colours: Sequence[str]) -> alt.Color:
    scale = alt.Scale(domain=list(names), range=list(colours))
    columns = max(1, min(6, 30 // max(map(len, names))))
    legend = alt.Legend(columns=columns, labelLimit=NAME_WIDTH, symbolLimit=0)
    return alt.Color("across:N", scale=scale, legend=legend)


def _told(twice: bool) -> list[alt.Tooltip]:
    told = [alt.Tooltip("by:N", title=_("分组")), alt.Tooltip("text:N", title=_("数值"))]
    if twice:
        told.insert(1, alt.Tooltip("across:N", title=_("再分组")))
    return told


def colours_of(codes: Sequence[str], ends: int) -> tuple[str, ...]:
    """Give groups their colours: lights their own, what is not filled in and the rest grey."""
    lit = all(code in theme.LIGHTS for code in codes[: len(codes) - ends]) and len(codes) > ends
    found = [
        theme.LIGHTS[code] if lit else theme.GROUPS[place % len(theme.GROUPS)]
        for place, code in enumerate(codes[: len(codes) - ends])
    ]
    return (*found, *([theme.REST, "#7a8594"][:ends]))
