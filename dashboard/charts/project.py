"""One project's steps over time."""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd

from dashboard.charts import theme
from dashboard.i18n import _


def _month_axis() -> alt.Axis:
    """Name the months along an axis as the language does: 8月, or Aug."""
    return alt.Axis(format=_("%-m月"), tickCount="month")


def milestone_gantt(
    nodes: pd.DataFrame, today: date
) -> alt.Chart | alt.LayerChart | alt.FacetChart | None:
    """Draw named milestones on a time axis: planned day, actual day, and those past due.

    `nodes` has name, due_on, completed_on (None when not done); None when there is none.
    """
    if not len(nodes):
        return None
    rows = []
    for order, node in enumerate(nodes.to_dict("records")):
        done = node["completed_on"]
        late = (done or today) > node["due_on"]
        state = _("按期完成") if done and not late else _("逾期完成") if done else (
            _("已逾期") if late else _("未到期"))  # fmt: skip
        end = done or (today if late else node["due_on"])
        rows.append({
            "name": f"{order + 1}. {node['name'][:16]}", "order": order, "state": state,
            "due": node["due_on"], "end": end,
        })  # fmt: skip
    frame = pd.DataFrame(rows).astype({"due": "datetime64[s]", "end": "datetime64[s]"})
    states = [_("按期完成"), _("逾期完成"), _("已逾期"), _("未到期")]
    colours = [theme.SERIES["done"], "#f29f05", theme.SERIES["late"], theme.SERIES["planned"]]
    names = alt.Y("name:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelLimit=220))
    colour = alt.Color("state:N", scale=alt.Scale(domain=states, range=colours))
    base = alt.Chart(frame).encode(y=names, color=colour)
    span = base.mark_rule(strokeWidth=5, opacity=0.55).encode(
        x=alt.X("due:T", title=None, axis=_month_axis()), x2="end:T"
    )
    due = base.mark_tick(thickness=3, size=20).encode(x="due:T")
    end = base.mark_circle(size=70).encode(x="end:T")
    return alt.layer(span, due, end).properties(height=max(90, 34 * len(rows)))
