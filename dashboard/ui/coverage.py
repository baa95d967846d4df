"""走访覆盖 on the screen: what nobody looked at, where it is, who looked at whom, a way to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard.charts.coverage import positions
from dashboard.commands.visit import drop_visit, plan_visit
from dashboard.db import records
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor
from dashboard.queries.coverage import coverage, suggested_way, visits_by_observer, visits_due
from dashboard.queries.observer import observers, sealed_sets, visits
from dashboard.queries.project import projects
from dashboard.ui import choose, parts
from dashboard.ui.plain import plain
from dashboard.ui.read import chart_spec, read
from dashboard.ui.run import run

SINCE_DAYS = 90


def show_coverage(actor: Actor, today: date) -> None:
    """Show the coverage of a list: figures, table, positions, observers, and a way to go next."""
    programme = choose.choose_programme(actor)
    if programme is None:
        return
    key = int(programme["programme_id"])
    since = today - timedelta(days=SINCE_DAYS)
    found = read(coverage, actor, key, today)
    due = records(read(visits_due, actor, key, since, today))[0]
    long_ago = int(sum(1 for each in found["unvisited"] if each))
    parts.show_facts(
        {
            _("项目"): len(found),
            _("长期未走访"): long_ago,
            _("近{n}天应走访").format(n=SINCE_DAYS): due["due"],
            _("已走访"): due["visited"],
            _("走访完成率"): parts.pct(due["pct"]),
        },
        big=[_("长期未走访"), _("走访完成率")],
    )
    chart = chart_spec(positions, found)
    if chart is not None:
        st.vega_lite_chart(chart, theme=None, alt=_("项目位置和走访情况，方格为公里"))
    else:
        st.info(_("还没有录入点位的经纬度，位置图暂缺。"))
    parts.show_table(
        [{**row, "days": _days(row)} for row in records(found)],
        {
            "code": _("编号"),
            "project": _("项目"),
            "agency": _("牵头单位"),
            "visits": _("走访次数"),
            "observers": _("观察员数"),
            "last_on": _("最近走访"),
            "days": _("情况"),
        },
        numbers=["visits", "observers"],
        html=["days"],
    )
    _by_observer(actor, key, since, today)
    _way(actor, key, found, today)


def _days(row: dict[str, Any]) -> str:
    if row["days"] is None:
        return parts.light("BAD", _("从未走访"))
    words = _("{n} 天前").format(n=row["days"])
    return parts.light("WARN", words) if row["unvisited"] else words


def _by_observer(actor: Actor, programme_id: int, since: date, today: date) -> None:
    st.subheader(_("观察员走访的单位"))
    found = records(read(visits_by_observer, actor, programme_id, since, today))
    always = joined(f"{row['observer']}—{row['agency']}" for row in found if row["always"])
    if always:
        st.warning(_("只走访一个单位，建议调整：{who}").format(who=plain(always)))
    parts.show_table(
        [{**row, "share": parts.pct(row["share"])} for row in found],
        {
            "observer": _("观察员"),
            "agency": _("单位"),
            "visits": _("走访次数"),
            "share": _("占其走访"),
        },
        numbers=["visits", "share"],
        empty=_("近期没有走访。"),
    )


def _way(actor: Actor, programme_id: int, found: Any, today: date) -> None:
    """Suggest an order of visits, from the site of a project one starts at."""
    starts = {
        int(row["project_id"]): f"{row['code']} {row['project']}"
        for row in records(found)
        if row["latitude"] is not None
    }
    if not starts:
        return
    st.subheader(_("建议的走访顺序"))
    chosen = st.selectbox(_("从哪个项目附近出发"), list(starts), format_func=starts.__getitem__)
    row = next(r for r in records(found) if r["project_id"] == chosen)
    legs = read(
        suggested_way, actor, programme_id, today,
        latitude=Decimal(row["latitude"]), longitude=Decimal(row["longitude"]),
    )  # fmt: skip
    parts.show_table(
        [{**leg, "km": f"{leg['metres'] / 1000:.1f}"} for leg in records(legs)],
        {
            "code": _("编号"),
            "project": _("项目"),
            "agency": _("牵头单位"),
            "km": _("距上一处（公里）"),
        },
        numbers=["km"],
        empty=_("有点位的项目近期都已走访。"),
    )


def show_visits(actor: Actor, today: date) -> None:
    """List the visits planned and made; let the office plan one and take one back."""
    found = records(read(visits, actor))
    parts.show_table(
        [
            {
                **row,
                "project": f"{row['code']} {row['project']}",
                "kind": row["sealed_set"]
                or (_("预先通知") if row["announced"] else _("不预先通知")),
                "visited": _visited(row, today),
            }
            for row in found
        ],
        {
            "project": _("项目"),
            "observer": _("观察员"),
            "due_on": _("计划走访日"),
            "visited": _("走访日"),
            "kind": _("方式"),
            "note": _("要求或情况"),
        },
        html=["visited"],
        empty=_("还没有走访计划。"),
    )
    if not actor.may(Action.VISIT_PLAN):
        return
    _drop(actor, [row for row in found if row["visited_on"] is None])
    _plan(actor, today)


def _visited(row: Mapping[str, Any], today: date) -> str:
    if row["visited_on"] is not None:
        return str(row["visited_on"])
    late = (today - row["due_on"]).days
    return parts.light("BAD", _("逾期 {n} 天").format(n=late)) if late > 0 else _("待走访")


def _drop(actor: Actor, waiting: list[dict[str, Any]]) -> None:
    if not waiting or (panel := parts.unfolded(_("取消走访计划"), "drop-visits")) is None:
        return
    with panel.form("drop-visit"):
        names = {
            int(row["visit_id"]): plain(f"{row['code']} {row['observer']} {row['due_on']}")
            for row in waiting
        }
        chosen = st.selectbox(
            _("待走访"), list(names), index=None, format_func=names.__getitem__,
            placeholder=_("请选择"),
        )  # fmt: skip
        if st.form_submit_button(_("取消这次走访")) and chosen is not None:
            run(drop_visit, actor, chosen, done=_("已取消。"))


def _plan(actor: Actor, today: date) -> None:
    st.subheader(_("安排走访"))
    programme = choose.choose_programme(actor)
    if programme is None:
        return
    listed = records(read(projects, actor, int(programme["programme_id"])))
    names = {int(row["project_id"]): f"{row['code']} {row['name']}" for row in listed}
    people = {
        int(row["account_id"]): row["name"]
        for row in records(read(observers, actor))
        if row["granted"] and row["ended_on"] is None and row["last_on"] >= today
    }
    sets: dict[int | None, str] = {None: _("不属于暗访")}
    for row in records(read(sealed_sets, actor)):
        if row["released_on"] is None:
            sets[int(row["sealed_set_id"])] = row["name"]
    with st.form("plan-visit", clear_on_submit=True):
        account_id = st.selectbox(
            _("观察员"), list(people), index=None, placeholder=_("请选择"),
            format_func=people.__getitem__,
        )  # fmt: skip
        project_id = st.selectbox(
            _("项目"), list(names), index=None, placeholder=_("请选择"),
            format_func=names.__getitem__,
        )  # fmt: skip
        due_on = st.date_input(
            _("计划走访日"), value=today + timedelta(days=7), min_value=today, format="YYYY-MM-DD"
        )
        sealed_set_id = st.selectbox(
            _("暗访批次"), list(sets), format_func=sets.__getitem__, filter_mode=None
        )
        announced = st.checkbox(_("事先通知单位"), value=True)
        note = st.text_input(_("走访要求"), max_chars=500)
        sent = st.form_submit_button(_("安排走访"), type="primary")
        if sent and (account_id is None or project_id is None):
            st.error(_("请选择观察员和项目。"))
        elif sent and isinstance(due_on, date):
            run(
                plan_visit, actor, project_id=project_id, account_id=account_id, due_on=due_on,
                announced=announced, sealed_set_id=sealed_set_id, note=note or "", today=today,
                done=_("已安排。"),
            )  # fmt: skip
