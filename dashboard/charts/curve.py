"""The curve of a project's progress as markup: most who open a project look at it first.

Vega takes a browser longer than the rest of the page, and a megabyte of script on the first visit.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable
from datetime import date
from html import escape
from itertools import count
from typing import Any, NamedTuple

import pandas as pd

from dashboard.charts import theme
from dashboard.i18n import _, short_month


class _Point(NamedTuple):
    """A figure of a month; x and y are percents of the drawing."""

    x: float
    y: float
    words: str


def progress_curve(months: pd.DataFrame) -> str | None:
    """Draw the S-curve: planned and accepted cumulative percent by month.

    `months` has month, planned_pct and completed_pct; None when no month has a figure.
    """
    rows = months.to_dict("records")
    series = (("planned", "planned_pct", _("计划")), ("done", "completed_pct", _("完成")))
    said = [row for row in rows if any(row[name] is not None for _s, name, _w in series)]
    if not said:
        return None
    top = max(100.0, *(float(row[name] or 0) for row in said for _s, name, _w in series))
    first, last = said[0]["month"], said[-1]["month"]
    drawn = [
        (kind, word, _points(said, name, word, first, last, top)) for kind, name, word in series
    ]
    legend = "".join(f'<span class="{kind}">{escape(word)}</span>' for kind, word, _p in drawn)
    dots = "".join(
        f'<i class="{kind}" style="left:{point.x:.2f}%;bottom:{point.y:.2f}%"'
        f' title="{escape(point.words)}"></i>'
        for kind, _word, points in drawn
        for point in points
    )
    label = _("计划累计进度与完成累计进度的曲线")
    return (
        f'<figure class="ms-curve" role="img" aria-label="{label}"><figcaption>{legend}'
        f"</figcaption><em>{_('累计进度（%）')}</em><div>{_across(top)}"
        f"{_along([row['month'] for row in said], first, last)}"
        f"{_lines([(kind, points) for kind, _word, points in drawn])}{dots}</div></figure>"
    )


def _place(day: date, first: date, last: date) -> float:
    return 100 * (day - first).days / ((last - first).days or 1)


def _points(
    rows: list[dict[Hashable, Any]], name: str, word: str, first: date, last: date, top: float
) -> list[_Point]:
    found = []
    for row in rows:
        month, pct = row["month"], row[name]
        if pct is not None:
            words = f"{short_month(month)} {word} {pct}%"
            x = _place(month, first, last)
            found.append(_Point(x, 100 * float(pct) / top, words))
    return found


def _across(top: float) -> str:
    step = next(n * 10**m for m in count(1) for n in (2, 5) if top / (n * 10**m) < 6)
    return "".join(
        f'<s class="y" style="bottom:{100 * at / top:.2f}%"><b>{at}</b></s>'
        for at in range(0, int(top) + 1, step)
    )


def _along(months: list[date], first: date, last: date) -> str:
    return "".join(
        f'<s class="x" style="left:{_place(month, first, last):.2f}%">'
        f"<b>{short_month(month)}</b></s>"
        for month in months
    )


def _lines(series: list[tuple[str, list[_Point]]]) -> str:
    """Draw the lines as a picture that stretches: `st.html` drops SVG of its own."""
    drawn = "".join(
        f'<polyline points="{" ".join(f"{p.x:.2f},{100 - p.y:.2f}" for p in points)}"'
        f' fill="none" vector-effect="non-scaling-stroke" stroke-width="2.5"'
        f' stroke="{theme.SERIES[kind]}"{dash}/>'
        for (kind, points), dash in zip(series, (' stroke-dasharray="5 4"', ""), strict=True)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -5 102 110"'
        f' preserveAspectRatio="none">{drawn}</svg>'
    )
    return f'<img alt="" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
