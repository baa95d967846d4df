"""自制图表: kept under a name, shared with a role, put on a home page, deleted.

What is kept is how a list is drawn, never a figure: each reader has it worked out for themselves.
"""

from __future__ import annotations

from urllib.parse import urlencode

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.admin.chart import Chart
from dashboard.admin.spec import AdminPage, View, link_of
from dashboard.audit import record
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_row
from dashboard.queries.chart import MOST_AT_HOME, charts
from dashboard.queries.drawing import drawing
from dashboard.queries.sharing import place_of
from dashboard.rules.words import required_words
from models.account import Role
from models.chart import ChartPin, OwnChart

MOST = 50


def save_chart(
    session: Session, actor: Actor, page: AdminPage, chart: Chart, view: View, *, name: str
) -> OwnChart:
    """Keep a chart of a list under a name; one of one's own of that name is replaced.

    Raises:
        Invalid: it has no name, cannot be drawn, or one keeps too many charts of this table.
    """
    allow(actor, page.read)
    name = required_words(name, _("图表名称"), 40)
    if refusal := drawing(session, actor, page, chart, view).refusal:
        raise Invalid(refusal)
    own = rows_of(OwnChart).where(
        OwnChart.account_id == actor.account_id, OwnChart.table_name == page.table
    )
    kept = {row.name: row for row in session.exec(own)}
    if name not in kept and len(kept) >= MOST:
        raise Invalid(_("一张表最多保存 {n} 个图表，请先删除不用的。").format(n=MOST))
    link = urlencode(link_of(View(view.search, view.filters, view.days)))
    if len(link) > 2000:
        raise Invalid(_("条件太多，无法保存，请减少筛选。"))
    row = kept.get(name) or OwnChart(
        account_id=actor.account_id, table_name=page.table, name=name, kind=chart.kind,
        figure=chart.figure,
    )  # fmt: skip
    row.kind, row.figure, row.measure = chart.kind, chart.figure, chart.measure
    row.by_name, row.across_name, row.link = chart.by, chart.across, link
    record(session, actor, "chart:edit", row)
    return row


def share_chart(
    session: Session, actor: Actor, chart_id: int, *, role: Role | None, at_home: bool = False
) -> OwnChart:
    """Share a chart of one's own with a role, in the region of one's own work, or with nobody.

    With `at_home` it stands on the home pages of all who hold the role, which takes a right of its
    own.

    Raises:
        Invalid: a home page is asked for without a role.
    """
    row = _own(session, actor, chart_id)
    if at_home:
        allow(actor, Action.CHART_PLACE)
        if role is None:
            raise Invalid(_("请选择共享给哪个角色，才能放在该角色的首页。"))
    row.shared_with, row.at_home = role, at_home
    row.place = place_of(session, actor)
    record(session, actor, "chart:share", row)
    return row


def pin_chart(session: Session, actor: Actor, chart_id: int, *, pinned: bool) -> None:
    """Put a chart the actor may open on their own home page, or take it off again.

    Raises:
        Invalid: the home page is full.
    """
    found = charts(session, actor, chart_id=chart_id)
    allow_row(None if found.empty else found, _("该图表"))
    statement = rows_of(ChartPin).where(col(ChartPin.account_id) == actor.account_id)
    kept = {pin.chart_id: pin for pin in session.exec(statement)}
    if pinned and chart_id not in kept:
        if len(kept) >= MOST_AT_HOME:
            raise Invalid(_("首页最多放 {n} 个图表，请先移出不用的。").format(n=MOST_AT_HOME))
        pin = ChartPin(chart_id=chart_id, account_id=actor.account_id)
        record(session, actor, "chart:pin", pin)
    elif not pinned and chart_id in kept:
        record(session, actor, "chart:unpin", kept[chart_id])
        session.delete(kept[chart_id])
        session.flush()


def delete_chart(session: Session, actor: Actor, chart_id: int) -> str:
    """Delete a chart of one's own, also from the home pages of others; gives its table's name."""
    row = _own(session, actor, chart_id)
    record(session, actor, "chart:delete", row, extra={"name": [row.name, None]})
    for pin in session.exec(rows_of(ChartPin).where(ChartPin.chart_id == chart_id)):
        session.delete(pin)
    session.flush()
    session.delete(row)
    session.flush()
    return row.table_name


def _own(session: Session, actor: Actor, chart_id: int) -> OwnChart:
    statement = rows_of(OwnChart).where(
        OwnChart.id == chart_id, OwnChart.account_id == actor.account_id
    )
    row = session.exec(statement).first()
    allow_row(row, _("该图表"))
    assert row is not None
    return row
