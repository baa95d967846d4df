"""Money against work: paid and built percent of every project on one plane (X23)."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.charts import theme
from dashboard.i18n import _


def money_against_work(projects: pd.DataFrame) -> alt.LayerChart | alt.FacetChart | None:
    """Draw paid percent over completed percent. `projects` has name, completed_pct, paid_pct."""
    known = projects.dropna(subset=["completed_pct", "paid_pct"])
    if not len(known):
        return None
    frame = known[["name"]].assign(
        completed=known["completed_pct"].astype(float), paid=known["paid_pct"].astype(float)
    )
    top = max(100.0, float(frame["completed"].max()), float(frame["paid"].max()))
    scale = alt.Scale(domain=[0, top])
    points = alt.Chart(frame).mark_circle(size=90, color=theme.SERIES["money"]).encode(
        x=alt.X("completed:Q", title=_("完成进度（%）"), scale=scale),
        y=alt.Y("paid:Q", title=_("支付进度（%）"), scale=scale),
        tooltip=[alt.Tooltip("name:N", title=_("项目"))],
    )  # fmt: skip
    diagonal = pd.DataFrame({"completed": [0.0, top], "paid": [0.0, top]})
    line = alt.Chart(diagonal).mark_line(color=theme.SERIES["planned"], strokeDash=[5, 4])
    return alt.layer(line.encode(x="completed:Q", y="paid:Q"), points).properties(height=280)
