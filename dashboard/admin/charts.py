"""Own charts: made from a list with a preview, kept, shared, put on home pages."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from dashboard.admin.chart import Chart, chart_link, chart_of
from dashboard.admin.drawn import list_address, show_chart
from dashboard.admin.link import linked_view
from dashboard.admin.spec import AdminPage, View, link_of, view_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.chart import delete_chart, pin_chart, save_chart, share_chart
from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.permissions import Action, Actor
from dashboard.queries.chart import charts
from dashboard.queries.drawing import groups, is_share, measures
from dashboard.queries.drawing_sql import MONTHLY
from dashboard.rules.entry import Field, Kind
from dashboard.ui import parts
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.account import Role
from models.chart import ChartFigure, ChartKind


def draws() -> bool:
    """Say whether the link asks for a chart to be made."""
    return "draw" in st.query_params


def names_chart() -> bool:
    """Say whether the link names a kept chart."""
    return "chart" in st.query_params


def linked_chart(actor: Actor, page: AdminPage) -> dict[str, Any] | None:
    """Give the kept chart named in the link; None when there is none the actor may open."""
    named = st.query_params.get("chart", "")
    if not named.isdecimal() or len(named) > 9:
        return None
    found = records(read(charts, actor, page.table, chart_id=int(named)))
    return found[0] if found else None


def show_charts(actor: Actor, page: AdminPage) -> None:
    """Link to the charts of this table."""
    found = records(read(charts, actor, page.table))
    items = [
        f'<a class="ms-button" href="{escape(_address(row))}" target="_self">'
        f"{escape(str(row['name']))}{_owner(row)}</a>"
        for row in found
    ]
    if items:
        title = f'<span class="ms-soft">{_("图表")}</span>'
        st.html(f'<p class="ms-line">{title}{" ".join(items)}</p>')


def _address(row: dict[str, Any]) -> str:
    return f"/admin?table={row['table_name']}&chart={row['id']}"


def _owner(row: dict[str, Any]) -> str:
    return "" if row["mine"] else f' <span class="ms-soft">{escape(str(row["owner"]))}</span>'


def _kept(row: dict[str, Any]) -> tuple[AdminPage, Chart, View]:
    page = ADMIN_PAGES[str(row["table_name"])]
    chart = Chart(
        row["kind"], row["by_name"], row["across_name"], row["figure"], row["measure"]
    )  # fmt: skip
    return page, chart, view_of(page, dict(parse_qsl(str(row["link"]))))


def show_home(actor: Actor) -> None:
    """Show the charts on the actor's home page, where there are any."""
    if found := records(read(charts, actor, at_home=True)):
        st.subheader(_("图表"))
        _show_pairs(actor, found)


def fold_home(actor: Actor) -> None:
    """Offer the charts on the actor's home page below what must stand at once."""
    found = records(read(charts, actor, at_home=True))
    if found and (panel := parts.unfolded(_("图表") + aside(len(found)), "home-charts")):
        with panel:
            _show_pairs(actor, found)


def _show_pairs(actor: Actor, found: list[dict[str, Any]]) -> None:
    for start in range(0, len(found), 2):
        for place, row in zip(st.columns(2, gap="medium"), found[start : start + 2], strict=False):
            with place, st.container(border=True, key=f"home-chart-{row['id']}"):
                page, chart, view = _kept(row)
                st.html(
                    f"<p><b>{_title(actor, row)}</b> "
                    f'<span class="ms-soft">{escape(_(page.title))}</span>{_owner(row)}</p>'
                )
                show_chart(
                    actor, page, chart, view, str(row["name"]), figures=False, place=str(row["id"])
                )


def _title(actor: Actor, row: dict[str, Any]) -> str:
    """Write a chart's name, which leads to it for whoever may open the back office."""
    name = escape(str(row["name"]))
    if not actor.may(Action.TABLE_READ):
        return name
    return f'<a href="{escape(_address(row))}" target="_self">{name}</a>'


def show_kept(actor: Actor, page: AdminPage, row: dict[str, Any]) -> None:
    """Show a kept chart with what may be done with it."""
    _page, chart, view = _kept(row)
    show_chart(actor, page, chart, view, str(row["name"]))
    links = {_("查看清单"): list_address(page, view)}
    if row["mine"]:
        links[_("修改图表")] = list_address(page, view, name=row["name"], **chart_link(chart))
    st.html(
        '<p class="ms-line">'
        + "".join(
            f'<a href="{escape(target)}" target="_self">{escape(text)}</a>'
            for text, target in links.items()
        )
        + "</p>"
    )
    _ask_pin(actor, row)
    if row["mine"]:
        _ask_sharing(actor, row)


def _ask_pin(actor: Actor, row: dict[str, Any]) -> None:
    pinned = bool(row["pinned"])
    text = _("移出我的首页") if pinned else _("放在我的首页")
    done = _("已移出首页。") if pinned else _("已放在首页。")
    if st.button(text, key=f"pin-{row['id']}"):
        run(pin_chart, actor, int(row["id"]), pinned=not pinned, done=done)


def _ask_sharing(actor: Actor, row: dict[str, Any]) -> None:
    with st.expander(_("共享和删除")):
        with st.form(f"share-{row['id']}", border=False):
            roles = list(Role)
            role = st.selectbox(
                _("共享给"), roles, placeholder=_("不共享，只供自己"),
                index=roles.index(row["shared_with"]) if row["shared_with"] else None,
                format_func=lambda each: _(each.label), filter_mode=None,
            )  # fmt: skip
            st.caption(_("共享的只是画法，每个人看到的数字只来自自己有权看的记录。"))
            at_home = actor.may(Action.CHART_PLACE) and st.checkbox(
                _("放在该角色的首页"), value=bool(row["at_home"])
            )
            if st.form_submit_button(_("保存共享")):
                run(
                    share_chart, actor, int(row["id"]), role=role, at_home=bool(at_home),
                    done=_("共享已保存。"),
                )  # fmt: skip
        sure = st.checkbox(_("确认删除此图表"), key=f"sure-{row['id']}")
        if st.button(_("删除图表"), disabled=not sure, key=f"delete-{row['id']}"):
            gone = run(delete_chart, actor, int(row["id"]), done=_("图表已删除。"), stay=True)
            if gone:
                _open({"table": gone})


def _open(link: dict[str, str]) -> None:
    """Go to another address of the back office."""
    st.query_params.from_dict(link)
    st.rerun()


def ask_chart(actor: Actor, page: AdminPage) -> None:
    """Offer to draw the list that the link asks for, with a preview, and to keep the chart."""
    view, chart = linked_view(page), chart_of(st.query_params.to_dict())
    name = st.query_params.get("name", "")[:40]
    st.html(
        f'<p class="ms-line"><a href="{escape(list_address(page, view))}" target="_self">'
        f"{_('返回清单')}</a></p>"
    )
    asked, drawn = st.columns([1, 2], gap="medium")
    with asked:
        chart = _ask(actor, page, chart)
    wanted = {"table": page.table, **link_of(view), **chart_link(chart)}
    if name:
        wanted["name"] = name
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    with drawn:
        found = show_chart(actor, page, chart, view, _(page.title))
    if not found.refusal:
        _ask_name(actor, page, chart, view, name)


def _ask(actor: Actor, page: AdminPage, chart: Chart) -> Chart:
    offered, figures = read(groups, actor, page), read(measures, actor, page)
    kind = _pick(_("图形"), list(ChartKind), chart.kind, "kind", lambda each: _(each.label))
    by, across = "", ""
    if kind is not ChartKind.NUMBER:
        names = _groupable(offered, only_months=kind is ChartKind.LINE)
        first = chart.by if chart.by in names else _usual(offered, names)
        by = _pick(_("按哪一列分组"), names, first, f"by-{kind}", lambda n: _name(offered, n))
        others = ["", *(name for name in offered if name != by)]
        across = _pick(
            _("再按哪一列分组"), others, chart.across, "across",
            lambda n: _name(offered, n) if n else _("不再分组"),
        )  # fmt: skip
    ways = list(ChartFigure) if figures else [ChartFigure.COUNT]
    figure = _pick(_("算什么"), ways, chart.figure, "figure", lambda each: _(each.label))
    measure = ""
    if figure and figure is not ChartFigure.COUNT:
        fit = [n for n, f in figures.items() if figure is ChartFigure.AVERAGE or not is_share(f)]
        measure = _pick(_("计算的列"), fit, chart.measure, f"of-{figure}",
                        lambda n: figures[n].label)  # fmt: skip
    return Chart(
        kind or ChartKind.BAR, by or "", across or "", figure or ChartFigure.COUNT, measure or ""
    )


def _usual(offered: dict[str, Field], names: list[str]) -> str:
    """Give the column that groups when nobody has chosen one yet: of few values, if there is."""
    few = [name for name in names if offered[name].kind in (Kind.CODE, Kind.CHOICE, Kind.ROW)]
    return next(iter([*few, *names]), "")


def _groupable(offered: dict[str, Field], *, only_months: bool) -> list[str]:
    return [n for n, field in offered.items() if not only_months or field.kind in MONTHLY]


def _name(offered: dict[str, Field], name: str) -> str:
    field = offered[name]
    return _("{title}（按月）").format(title=field.label) if field.kind in MONTHLY else field.label


def _pick(title: str, options: list[Any], value: Any, key: str, word: Any) -> Any:
    return st.selectbox(
        title, options, index=options.index(value) if value in options else None,
        format_func=lambda option: word(option), placeholder=_("请选择"), key=f"draw-{key}",
        filter_mode=None,
    )  # fmt: skip


def _ask_name(actor: Actor, page: AdminPage, chart: Chart, view: View, name: str) -> None:
    with st.form(f"chart-{page.table}", border=False):
        given = st.text_input(_("图表名称"), value=name, max_chars=40)
        st.caption(_("同名的图表会被替换；共享和放在首页，在保存后的页面办理。"))
        if st.form_submit_button(_("保存图表")):
            row = run(
                save_chart, actor, page, chart, view, name=given or "", done=_("图表已保存。"),
                stay=True,
            )  # fmt: skip
            if row is not None:
                _open({"table": page.table, "chart": str(row.id)})
