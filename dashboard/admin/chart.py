"""An own chart as it stands in a link: which columns group the rows, and what is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.chart import ChartFigure, ChartKind

LONGEST = 80


@dataclass(frozen=True)
class Chart:
    """What is drawn from a list: `by` and `across` are columns, a day by its months."""

    kind: ChartKind = ChartKind.BAR
    by: str = ""
    across: str = ""
    figure: ChartFigure = ChartFigure.COUNT
    measure: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it needs."""
        return tuple(name for name in (self.by, self.across, self.measure) if name)


def chart_link(chart: Chart) -> dict[str, str]:
    """Write a chart as the parameters of a link, beside those of the list's view."""
    link = {"draw": chart.kind.value, "by": chart.by, "across": chart.across}
    if chart.figure is not ChartFigure.COUNT:
        link |= {"figure": chart.figure.value, "of": chart.measure}
    return {name: text for name, text in link.items() if text}


def chart_of(link: Mapping[str, str]) -> Chart:
    """Read a chart from a link; what is no chart there becomes the plainest one."""
    kind, figure = link.get("draw", ""), link.get("figure", "")
    return Chart(
        ChartKind.of(kind) if kind in ChartKind.__members__ else ChartKind.BAR,
        link.get("by", "")[:LONGEST],
        link.get("across", "")[:LONGEST],
        ChartFigure.of(figure) if figure in ChartFigure.__members__ else ChartFigure.COUNT,
        link.get("of", "")[:LONGEST],
    )
