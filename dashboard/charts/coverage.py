"""Where the projects are, over a grid in kilometres: nothing is fetched from outside."""

from __future__ import annotations

from decimal import Decimal
from math import cos, radians

import altair as alt
import pandas as pd

from dashboard.charts import theme
from dashboard.i18n import _

KM_PER_DEGREE = 111.195


def positions(found: pd.DataFrame) -> alt.LayerChart | alt.FacetChart | None:
    """Draw projects by their distance east and north of the middle of them all.

    `found` has code, project, latitude, longitude, unvisited; None when none is on the map.
    """
    known = [row for row in found.to_dict("records") if row["latitude"] is not None]
    if not known:
        return None
    north = sum((row["latitude"] for row in known), Decimal(0)) / len(known)
    east = sum((row["longitude"] for row in known), Decimal(0)) / len(known)
    words = {True: _("长期未走访"), False: _("已走访")}
    rows = [
        {
            "x": float(row["longitude"] - east) * KM_PER_DEGREE * cos(radians(float(north))),
            "y": float(row["latitude"] - north) * KM_PER_DEGREE,
            "name": row["code"].rpartition("-")[2],
            "project": row["project"],
            "state": words[bool(row["unvisited"])],
        }
        for row in known
    ]
    frame = pd.DataFrame(rows)
    scale = alt.Scale(
        domain=[words[False], words[True]], range=[theme.SERIES["done"], theme.SERIES["late"]]
    )
    shapes = alt.Scale(domain=[words[False], words[True]], range=["circle", "triangle-up"])
    base = alt.Chart(frame).encode(
        x=alt.X("x:Q", title=_("向东（公里）"), scale=alt.Scale(nice=True, padding=20)),
        y=alt.Y("y:Q", title=_("向北（公里）"), scale=alt.Scale(nice=True, padding=20)),
    )
    marks = base.mark_point(filled=True, size=130, opacity=1).encode(
        color=alt.Color("state:N", scale=scale), shape=alt.Shape("state:N", scale=shapes)
    )
    labels = base.mark_text(dy=-13, fontSize=11).encode(text="name:N")
    return alt.layer(marks, labels).properties(height=420)
