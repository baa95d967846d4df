"""视图: kept under a name by whoever looks, for themselves or for a role."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.admin.spec import AdminPage, View, link_of
from dashboard.audit import record
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Actor, allow, allow_row
from dashboard.queries.sharing import place_of
from dashboard.rules.words import required_words
from models.account import Role
from models.view import SavedView

MOST = 50


def save_view(
    session: Session,
    actor: Actor,
    page: AdminPage,
    view: View,
    *,
    name: str,
    shared_with: Role | None = None,
    pinned: bool = False,
) -> SavedView:
    """Keep a view under a name; one of one's own of that name is replaced.

    Shared with a role, it is seen by who holds it in the region of one's own work.

    Raises:
        Invalid: there is no name, or one keeps too many views of this table.
    """
    allow(actor, page.read)
    name = required_words(name, _("视图名称"), 40)
    own = rows_of(SavedView).where(
        SavedView.account_id == actor.account_id, SavedView.table_name == page.table
    )
    kept = {row.name: row for row in session.exec(own)}
    if name not in kept and len(kept) >= MOST:
        raise Invalid(_("一张表最多保存 {n} 个视图，请先删除不用的。").format(n=MOST))
    link = urlencode(link_of(View(view.search, view.filters, view.days, view.sort, view.columns)))
    if len(link) > 2000:
        raise Invalid(_("条件太多，无法保存，请减少筛选。"))
    row = kept.get(name) or SavedView(
        account_id=actor.account_id, table_name=page.table, name=name
    )  # fmt: skip
    row.link, row.shared_with, row.pinned = link, shared_with, pinned
    row.place = place_of(session, actor)
    record(session, actor, "view:edit", row)
    return row


def delete_view(session: Session, actor: Actor, view_id: int) -> None:
    """Delete a view of one's own."""
    statement = rows_of(SavedView).where(
        SavedView.id == view_id, SavedView.account_id == actor.account_id
    )
    row = session.exec(statement).first()
    allow_row(row, _("该视图"))
    assert row is not None
    record(session, actor, "view:delete", row, extra={"name": [row.name, None]})
    session.delete(row)
    session.flush()
