"""What a key of any declared table may point to: rows one sees, and may use for that table."""

from __future__ import annotations

from functools import reduce
from operator import or_

import pandas as pd
from sqlalchemy import ColumnElement, String, cast, select
from sqlmodel import Session

from dashboard.admin.field import columns_of, fields_of
from dashboard.admin.spec import AdminPage
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import Columns, frame
from dashboard.permissions import SHARED, Actor, allow, reaches_sql


def choices(
    session: Session, actor: Actor, page: AdminPage, name: str, search: str = "", most: int = 30
) -> pd.DataFrame:
    """Offer rows a key may point to, by their name: those one may see and use for this table.

    Columns: key, label, hint (str: a code, where the table has one).
    """
    field = fields_of(page.model)[name]
    allow(actor, page.action or page.read)
    target = ADMIN_PAGES[field.target]
    columns = columns_of(target.model)
    label = columns[target.label]
    hint = columns.get("code", columns["id"])
    statement: Columns = select(
        columns[field.target_key].label("key"), label.label("label"), hint.label("hint")
    ).where(may_choose(actor, page, target))
    for term in search.split()[:5]:
        texts = [cast(label, String), cast(hint, String)]
        statement = statement.where(
            reduce(or_, [text.icontains(term, autoescape=True) for text in texts])
        )
    return frame(session, statement.order_by(label, columns["id"]).limit(most))


def may_choose(actor: Actor, page: AdminPage, target: AdminPage) -> ColumnElement[bool]:
    """Write which rows of a table a key of another may point to, by this actor's hand."""
    usable = reaches_sql(actor, target.model, target.scope, page.action or page.read)
    if target.model in SHARED:
        return usable
    return usable & reaches_sql(actor, target.model, target.scope, target.read)
