"""视图: one's own, and those shared with one's roles in that region.

Each shows its reader's own rows only.
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
from models.view import SavedView


def views(session: Session, actor: Actor, table: str = "", *, pinned: bool = False) -> pd.DataFrame:
    """List the views the actor may open, of one table or of all they may read, by name.

    `pinned` are those that the actor put on their own home page: nobody puts one on another's.
    Columns: id, table_name, name, link, shared_with (Role or None), pinned (bool), mine (bool),
    owner (str).
    """
    readable = [page.table for page in ADMIN_PAGES.values() if actor.may(page.read)]
    mine = col(SavedView.account_id) == actor.account_id
    statement: Columns = (
        select(
            col(SavedView.id),
            col(SavedView.table_name),
            col(SavedView.name),
            col(SavedView.link),
            col(SavedView.shared_with),
            col(SavedView.pinned),
            mine.label("mine"),
            col(Account.display_name).label("owner"),
        )
        .join(Account, col(Account.id) == col(SavedView.account_id))
        .where(mine | shared_sql(SavedView, session, actor))
        .where(col(SavedView.table_name).in_([table] if table in readable else readable))
        .order_by(col(SavedView.name), col(SavedView.id))
    )
    if pinned:
        statement = statement.where(mine, col(SavedView.pinned))
    return frame(session, statement)
