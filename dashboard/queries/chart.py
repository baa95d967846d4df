"""自制图表: one's own, those shared with one's roles, and those on one's home page.

What a chart shows is worked out for whoever reads it (`queries/drawing.py`).
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import Columns, frame
from dashboard.permissions import Actor
from dashboard.queries.sharing import shared_sql
from models.account import Account
from models.chart import ChartPin, OwnChart

MOST_AT_HOME = 12
"""How many charts a home page shows."""


def charts(
    session: Session, actor: Actor, table: str = "", *, chart_id: int = 0, at_home: bool = False
) -> pd.DataFrame:
    """List the charts the actor may open: of one table, of one key, or those on their home page.

    By name. Columns: id, table_name, name, kind, by_name, across_name, figure, measure, link,
    shared_with (Role or None), at_home (bool), mine (bool), pinned (bool: by the actor), owner.
    """
    readable = [page.table for page in ADMIN_PAGES.values() if actor.may(page.read)]
    mine = col(OwnChart.account_id) == actor.account_id
    shared = shared_sql(OwnChart, session, actor)
    pins = select(col(ChartPin.chart_id)).where(col(ChartPin.account_id) == actor.account_id)
    pinned = col(OwnChart.id).in_(pins)
    names = (
        "id", "table_name", "name", "kind", "by_name", "across_name", "figure", "measure", "link",
        "shared_with", "at_home",
    )  # fmt: skip
    statement: Columns = (
        select(
            *(col(getattr(OwnChart, name)) for name in names),
            mine.label("mine"),
            pinned.label("pinned"),
            col(Account.display_name).label("owner"),
        )
        .join(Account, col(Account.id) == col(OwnChart.account_id))
        .where(mine | shared)
        .where(col(OwnChart.table_name).in_([table] if table in readable else readable))
        .order_by(col(OwnChart.name), col(OwnChart.id))
    )
    if chart_id:
        statement = statement.where(col(OwnChart.id) == chart_id)
    if at_home:
        placed = shared & col(OwnChart.at_home)
        statement = statement.where(pinned | placed).limit(MOST_AT_HOME)
    return frame(session, statement)
