"""What an own chart shows: the rows of a list, grouped and worked out in SQL, for an actor.

Rows, conditions and names are those of the list (`queries/row.py`), so the groups add up to its
count. What rests on a column that is kept from the actor is not drawn: a sentence says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd
from sqlmodel import Session

from dashboard.admin.chart import Chart
from dashboard.admin.field import fields_of
from dashboard.admin.spec import OWN_FIGURES, AdminPage, View, fields_in, reached, shows
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor, allow
from dashboard.queries.drawing_axis import ONE, Axis, axis_of
from dashboard.queries.drawing_sql import (
    GROUPS,
    MONTHLY,
    cells_of,
    charted_rows,
    kept_keys,
    whole_of,
)
from dashboard.queries.row import fields
from dashboard.queries.row_source import Source, key_names, may_name, unknown_filters
from dashboard.rules.entry import NUMBERS, Field, Kind
from models.chart import ChartFigure, ChartKind

MOST_GROUPS, MOST_COLUMNS, MOST_COLOURS = 60, 24, 12
"""How many groups stand apart, in rows, in columns and by colour; the others are one: the rest."""
_SHARE = re.compile(r"[%％率]|百分|占比|比例")
_UNIT = re.compile(r"[（(]([^（()）]{1,20})[)）]$")


@dataclass(frozen=True)
class Drawing:
    """What is drawn: `cells` has by and across (places on the axes), rows, filled, value.

    `filled` counts the rows that have the figure; a value is None where none has. `total` is the
    figure over all rows, None where it has no sense (running totals, mixed units); `adds` says
    whether the values of cells may be added. With a `refusal` nothing else is known.
    """

    refusal: str = ""
    what: str = ""
    unit: str = ""
    by: Axis = ONE
    across: Axis = ONE
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: int = 0
    filled: int = 0
    total: Any = None
    adds: bool = False


def groups(session: Session, actor: Actor, page: AdminPage) -> dict[str, Field]:
    """Give the columns by which the actor may group the rows of a table, as fields by name."""
    known = fields(session, actor, page)
    found = {name: each for name, each in known.items() if each.kind in GROUPS}
    source = Source(session, actor, page)
    for name in dict.fromkeys((*page.filters, *page.grouped)):
        if "." in name and may_name(source, name):
            model, column = reached(page.model, name)
            over = fields_of(model)[column]
            if over.kind in GROUPS:
                found[name] = replace(over, name=name)
    return found


def measures(session: Session, actor: Actor, page: AdminPage) -> dict[str, Field]:
    """Give the figures the actor may have worked out, as fields by name."""
    known = fields(session, actor, page)
    return {
        name: each
        for name, each in known.items()
        if name in page.measures or (each.own and each.kind in NUMBERS)
    }


def is_share(measure: Field) -> bool:
    """Say whether a figure is a percentage, which may be averaged but never added."""
    return measure.name.endswith("_pct") or bool(_SHARE.search(measure.title))


def drawing(
    session: Session, actor: Actor, page: AdminPage, chart: Chart, view: View | None = None
) -> Drawing:
    """Work out a chart over the rows that a view of the list gives the actor."""
    allow(actor, page.read)
    chart, view = _needed(chart), view or View()
    grouping, figures = groups(session, actor, page), measures(session, actor, page)
    kept_from = _kept_from(session, actor, page, chart, view, grouping, figures)
    refusal = kept_from or _unfit(chart, grouping, figures)
    if refusal:
        return Drawing(refusal)
    alike = dict(page.alike).get(chart.measure, "")
    each = _once_each(page, chart, figures.get(chart.measure))
    source = Source(session, actor, page)
    rows = charted_rows(source, chart, view, alike=alike, once_each=each)
    whole = whole_of(session, rows)
    colours = MOST_COLUMNS if chart.kind in (ChartKind.HEAT, ChartKind.MATRIX) else MOST_COLOURS
    sides = {"by": (chart.by, MOST_GROUPS), "across": (chart.across, colours)}
    kept = {
        side: _named(source, grouping[name], kept_keys(
            session, rows, side, most, monthly=_monthly(grouping, name)
        )) if name else [""]
        for side, (name, most) in sides.items()
    }  # fmt: skip
    found = cells_of(session, rows, kept)
    refusal = _not_added(page, chart, figures, found, alike)
    if refusal:
        return Drawing(refusal)
    axes = {
        side: axis_of(source, grouping.get(name), kept[side], found, side)
        for side, (name, _most) in sides.items()
    }
    return _drawn(chart, figures.get(chart.measure), whole, found, axes)


def _named(source: Source, field: Field, keys: list[Any]) -> list[Any]:
    """Leave out the groups whose row the actor may not know: those are among the rest."""
    if field.kind is not Kind.ROW:
        return keys
    names = key_names(field, source.session, source.actor, keys)
    return [key for key in keys if key in names]


def _needed(chart: Chart) -> Chart:
    """Leave out of a chart what its kind does not use."""
    if chart.kind is ChartKind.NUMBER:
        chart = replace(chart, by="", across="")
    return replace(chart, measure="") if chart.figure is ChartFigure.COUNT else chart


def _monthly(grouping: Mapping[str, Field], name: str) -> bool:
    return name in grouping and grouping[name].kind in MONTHLY


def _once_each(page: AdminPage, chart: Chart, measure: Field | None) -> tuple[str, ...]:
    """Give what must be met once only in what is added."""
    if measure is None or chart.figure is not ChartFigure.SUM:
        return ()
    return dict(page.once_each).get(OWN_FIGURES if measure.own else measure.name, ())


def _kept_from(
    session: Session,
    actor: Actor,
    page: AdminPage,
    chart: Chart,
    view: View,
    grouping: Mapping[str, Field],
    figures: Mapping[str, Field],
) -> str:
    """Say which column of a chart or of its conditions the actor may not use."""
    missing = [name for name in (chart.by, chart.across) if name and name not in grouping]
    missing += [chart.measure] if chart.measure and chart.measure not in figures else []
    missing += unknown_filters(session, actor, page, view)
    if view.days and page.days and not shows(actor, page, page.days):
        missing.append(page.days)
    if not missing:
        return ""
    known = fields(session, actor, page)
    if missing[0] in known:
        return _("“{title}”不能用来作图，请换一列。").format(title=known[missing[0]].label)
    title = _title(page, missing[0])
    if not title:
        return _("此图用到的列已停用或不存在，因此不显示。")
    return _("此图用到“{title}”，您无权查看这一列，因此不显示。").format(title=title)


def _title(page: AdminPage, name: str) -> str:
    """Give the title of a column that somebody may see; nothing for any other name."""
    if name not in (*page.shown, *page.filters, *page.grouped):
        return ""
    model, column = reached(page.model, name)
    return (fields_in(page) if model is page.model else fields_of(model))[column].label


def _unfit(chart: Chart, grouping: Mapping[str, Field], figures: Mapping[str, Field]) -> str:
    """Say what is missing for this kind of chart, or which figure cannot be worked out."""
    if chart.figure is not ChartFigure.COUNT and not chart.measure:
        return _("请选择要计算的列。")
    if chart.figure is ChartFigure.SUM and is_share(figures[chart.measure]):
        return _("“{title}”是百分比，不能相加，请改用平均。").format(
            title=figures[chart.measure].label
        )
    if chart.kind is not ChartKind.NUMBER and not chart.by:
        return _("请选择按哪一列分组。")
    if chart.by and chart.by == chart.across:
        return _("两次分组要用不同的列。")
    if chart.kind is ChartKind.LINE and not _monthly(grouping, chart.by):
        return _("折线图按月份画，请选择一个日期列来分组。")
    if chart.kind is ChartKind.HEAT and not chart.across:
        return _("热力图要有两列，请选择再按哪一列分组。")
    return ""


def _not_added(
    page: AdminPage, chart: Chart, figures: Mapping[str, Field], found: pd.DataFrame, alike: str
) -> str:
    """Say why figures of one group cannot be put together, where they cannot."""
    if not chart.measure:
        return ""
    title = figures[chart.measure].label
    cells = records(found)
    if alike and any(cell["kinds"] > 1 for cell in cells):
        words = _("“{title}”的{alike}不止一种，不能放在一起算；请按{alike}分组，或筛选到一种。")
        return words.format(title=title, alike=_title(page, alike) or _("计量单位"))
    if any(0 < cell["owners"] < cell["filled"] for cell in cells):
        words = _(
            "同一组里有项目出现不止一次，“{title}”相加会重复计算；"
            "请加上月份分组或只看一个月，筛掉已被替换的记录，或改用平均。"
        )
        return words.format(title=title)
    return ""


def _drawn(
    chart: Chart,
    measure: Field | None,
    whole: Mapping[str, Any],
    found: pd.DataFrame,
    axes: Mapping[str, tuple[Axis, Mapping[Any, int]]],
) -> Drawing:
    cells = [
        {
            **{
                side: axes[side][1][row[side], bool(row[f"{side}_rest"])]
                for side in ("by", "across")
            },
            "rows": int(row["rows"]),
            "filled": int(row["filled"]),
            "value": _value(chart.figure, row),
        }
        for row in records(found)
    ]
    single = whole["kinds"] <= 1
    repeated = 0 < whole["owners"] < whole["filled"]
    summed = chart.figure is ChartFigure.SUM and single and not repeated
    adds = chart.figure is ChartFigure.COUNT or summed
    unit = str(whole["kind"] or "") if single and whole["kinds"] else ""
    frame = pd.DataFrame(cells, columns=["by", "across", "rows", "filled", "value"], dtype=object)
    return Drawing(
        what=_what(chart, measure),
        unit=unit or _unit(measure),
        by=axes["by"][0],
        across=axes["across"][0],
        cells=frame.sort_values(["by", "across"], ignore_index=True),
        rows=int(whole["rows"]),
        filled=int(whole["filled"]),
        total=_value(chart.figure, whole)
        if adds or (chart.figure is ChartFigure.AVERAGE and single)
        else None,
        adds=adds,
    )


def _value(figure: ChartFigure, row: Mapping[str, Any]) -> Any:
    if figure is ChartFigure.COUNT:
        return int(row["rows"])
    if not row["filled"]:
        return None
    total = Decimal(row["total"])
    if figure is ChartFigure.AVERAGE:
        total = (total / int(row["filled"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = total.normalize()
    return whole.quantize(Decimal(1)) if whole == whole.to_integral() else whole


def _unit(measure: Field | None) -> str:
    """Give the unit that stands in a figure's title, or of a count."""
    if measure is None:
        return _("条")
    found = _UNIT.search(measure.label)
    return found.group(1) if found else ""


def _what(chart: Chart, measure: Field | None) -> str:
    word = _(chart.figure.label)
    if measure is None:
        return word
    return _("{title}的{figure}").format(title=measure.label, figure=word)
