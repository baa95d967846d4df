"""观察意见 on the screen: lists by who looks, and one remark with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, aside, joined
from dashboard.permissions import Action, Actor
from dashboard.queries.photo import photos_of
from dashboard.queries.remark import TABLE, remark, remarks, replies
from dashboard.rules.remark import DOUBT_WORDS, Doubt
from dashboard.ui import appointment, choose, coverage, own_remark, parts, sealed, triage
from dashboard.ui.read import read
from models.remark import (
    RemarkChannel,
    RemarkKind,
    RemarkState,
    Satisfaction,
    SeenProgress,
    Severity,
)

Draw = Callable[[Actor, date], None]
SHADES = {
    RemarkState.SENT: "WARN",
    RemarkState.RECTIFYING: "NOTICE",
    RemarkState.ANSWERED: "GOOD",
    RemarkState.SETTLED: "DONE",
}
"""The shape beside a state; those ended without action have none."""


def views(actor: Actor) -> dict[str, tuple[str, Draw]]:
    """Give the views of the page that the actor is offered: title and what draws it."""
    every: dict[str, tuple[str, Draw, Action]] = {
        "mine": (_("我的意见"), own_remark.show_mine, Action.REMARK_WRITE),
        "triage": (_("待处理"), _show_waiting, Action.REMARK_TRIAGE),
        "all": (_("全部意见"), _show_all, Action.REMARK_READ),
        "coverage": (_("走访覆盖"), coverage.show_coverage, Action.OBSERVER_READ),
        "visits": (_("走访计划"), coverage.show_visits, Action.OBSERVER_READ),
        "sealed": (_("暗访批次"), sealed.show_sets, Action.SEALED_READ),
        "observers": (_("观察员聘任"), appointment.show_observers, Action.OBSERVER_READ),
    }
    return {
        name: (title, draw) for name, (title, draw, action) in every.items() if actor.may(action)
    }


def _show_waiting(actor: Actor, today: date) -> None:
    found = records(read(remarks, actor, states=(RemarkState.SENT,)))
    asked = records(read(remarks, actor, asked=True))
    far = date(9999, 1, 1)
    found.sort(key=lambda row: (row["due_on"] or far, row["remark_id"]))
    late = sum(1 for row in found if row["due_on"] and row["due_on"] < today)
    st.html(
        f'<p class="ms-soft">{_("待处理")} <b>{len(found)}</b>　{_("已超期")} <b>{late}</b>　'
        f"{_('要求重新办理')} <b>{len(asked)}</b></p>"
    )
    show_list(found, today, empty=_("没有待处理的意见。"))
    if asked:
        st.subheader(_("要求重新办理"))
        show_list(asked, today, asked=True)
    triage.show_times(actor, today)


def _show_all(actor: Actor, today: date) -> None:
    names: dict[Any, str] = {"": _("全部状态")}
    names |= {state.value: _(state.label) for state in RemarkState}
    if not actor.may(Action.NOTE_READ):
        names.pop(RemarkState.WITHDRAWN.value)
    chosen = choose.linked_choice(_("状态"), "state", list(names), names, "")
    states = (RemarkState.of(chosen),) if chosen else ()
    show_list(records(read(remarks, actor, states=states)), today)


def show_project_remarks(actor: Actor, row: pd.Series, today: date) -> None:
    """Show the remarks on one project, as a section of its page."""
    found = records(read(remarks, actor, project_id=int(row["id"])))
    show_list(found, today, empty=_("这个项目还没有观察意见。"), project=False)


def show_list(
    rows: Collection[Mapping[str, Any]],
    today: date,
    *,
    empty: str = "",
    project: bool = True,
    asked: bool = False,
) -> None:
    """List remarks; each number leads to the remark. With `asked`, why one is to be reopened."""
    shown = [
        {
            "number": link(row),
            "project": f"{row['code'] or ''} {row['project'] or row['place']}".strip(),
            "words": _two(_short(row["words"]), kind_words(row)),
            "reason": row["reopen_words"],
            "author": _two(row["author"], row["observed_on"]),
            "asked": _two(row["author"], row["reopen_asked_on"]),
            "state": state_mark(row, today),
        }
        for row in rows
    ]
    columns = {"number": _("意见编号"), "project": _("项目"), "words": _("意见内容")}
    if asked:
        columns |= {"reason": _("要求重新办理的理由"), "asked": _("要求人和日期")}
    else:
        columns["author"] = _("提出人和观察日")
    columns["state"] = _("状态")
    if not project:
        columns.pop("project")
    html = ["number", "words", "author", "asked", "state"]
    parts.show_table(shown, columns, html=html, empty=empty or _("没有意见。"))


def _two(first: str, second: Any) -> str:
    """Write two things of a cell below each other, the second in grey."""
    below = f'<span class="ms-soft">{escape(str(second or ""))}</span>'
    return f"<div>{escape(first)}<br>{below}</div>"


def link(row: Mapping[str, Any]) -> str:
    """Link a remark by its number, with a mark where it is sealed."""
    mark = aside(_("暗访")) if row["sealed_set"] else ""
    href = f"/remarks?id={int(row['remark_id'])}"
    number = f'<span class="ms-short">{escape(row["number"])}</span>'
    return f'<span><a href="{href}" target="_self">{number}</a>{escape(mark)}</span>'


def _short(words: str, most: int = 60) -> str:
    return words if len(words) <= most else f"{words[:most]}…"


def kind_words(row: Mapping[str, Any]) -> str:
    """Name a remark's kind, with the severity of a problem."""
    kind = RemarkKind.of(row["kind"])
    if kind is not RemarkKind.PROBLEM:
        return _(kind.label)
    return _(kind.label) + aside(_(Severity.of(row["severity"]).label))


def state_mark(row: Mapping[str, Any], today: date) -> str:
    """Draw a remark's state, with its clock while it waits."""
    state = RemarkState.of(row["state"])
    if state is not RemarkState.SENT:
        late = aside(_("超期处理")) if row["in_time"] is False else ""
        return parts.light(SHADES.get(state, "NONE"), _(state.label) + late)
    if row["due_on"] is None:
        return parts.light("WARN", _(state.label))
    left = (row["due_on"] - today).days
    if left < 0:
        return parts.light("BAD", _("{state}，逾期 {n} 天").format(state=_(state.label), n=-left))
    return parts.light("WARN", _("{state}，还有 {n} 天").format(state=_(state.label), n=left))


def show_one(actor: Actor, remark_id: int, today: date) -> None:
    """Show one remark whole, and what this actor may do with it now."""
    found = records(read(remark, actor, remark_id))
    back = f'<p><a class="ms-button" href="/remarks" target="_self">{_("返回观察")}</a></p>'
    if not found:
        st.error(_("找不到这条意见，或您无权查看。"))
        st.html(back)
        return
    [row] = found
    st.html(back)
    st.title(_("意见 {number}").format(number=row["number"]))
    st.html(f"<p>{state_mark(row, today)}</p>{_card(row)}")
    show_photos(actor, TABLE, remark_id)
    _show_facts(row)
    _show_answers(actor, row)
    if row["mine"] and actor.may(Action.REMARK_WRITE):
        own_remark.act(actor, row, today)
    if actor.may(Action.REPLY_PROPOSE):
        triage.propose(actor, row, today)
    if row["office"]:
        triage.show_office(actor, row, today)


def _card(row: Mapping[str, Any]) -> str:
    words = escape(row["words"]).replace("\n", "<br>")
    return f'<div class="ms-card"><p>{words}</p></div>'


def show_photos(actor: Actor, table_name: str, row_id: int) -> None:
    """Show the photos of a row, each leading to the whole one."""
    found = records(read(photos_of, actor, table_name, (row_id,)))
    pictures = "".join(
        f'<a href="/files/{int(each["shown_file_id"])}" target="_blank" rel="noopener">'
        f'<img src="/files/{int(each["thumb_file_id"])}" loading="lazy" alt="{_("现场照片")}"></a>'
        for each in found
    )
    doors = [
        (Action.PHOTO_REDACT, "redact", _("遮盖照片 {n}")),
        (Action.PHOTO_ORIGINAL, "original", _("照片 {n} 原件（会留下记录）")),
    ]
    links = "".join(
        f'<a href="/photos/{int(each["photo_id"])}/{door}" target="_blank" rel="noopener">'
        f"{escape(words.format(n=number))}</a>　"
        for number, each in enumerate(found, 1)
        for action, door, words in doors
        if actor.may(action)
    )
    if pictures:
        st.html(f'<div class="ms-photos">{pictures}</div><p class="ms-soft">{links}</p>')


def _show_facts(row: Mapping[str, Any]) -> None:
    seen = SeenProgress.of(row["seen"])
    doubts = [_(DOUBT_WORDS[Doubt(name)]) for name in (row["doubt"] or "").split()]
    accuracy = _("{n} 米").format(n=row["accuracy_m"]) if row["accuracy_m"] is not None else ""
    distance = _("{n} 米").format(n=row["distance_m"]) if row["distance_m"] is not None else ""
    project = f"{row['code']} {row['project']}" if row["project"] else ""
    rating = Satisfaction.of(row["rating"]) if row["rating"] else None
    facts = {
        _("项目"): project,
        _("牵头单位"): row["agency"],
        _("类型"): kind_words(row),
        _("来源"): _(RemarkChannel.of(row["channel"]).label),
        _("提出人"): row["author"],
        _("联系电话"): row["phone"],
        _("点位"): row["site"],
        _("地点"): row["place"],
        _("现场所见"): "" if seen is SeenProgress.UNSAID else _(seen.label),
        _("目测进度"): parts.pct(row["seen_pct"]) if row["seen_pct"] is not None else "",
        _("观察日"): row["observed_on"],
        _("距点位"): distance,
        _("定位精度"): accuracy,
        _("存疑"): joined(doubts),
        _("暗访批次"): row["sealed_set"],
        _("处理期限"): row["due_on"],
        _("处理日"): row["decided_on"],
        _("整改编号"): row["rectification"],
        _("整改期限"): row["rectify_by"],
        _("满意度"): rating,
        _("评价说明"): row["rating_words"],
        _("重新办理次数"): row["reopens"] or "",
    }
    parts.show_facts(facts)


def _show_answers(actor: Actor, row: Mapping[str, Any]) -> None:
    given = records(read(replies, actor, int(row["remark_id"])))
    cards = "".join(
        f'<div class="ms-card"><p class="ms-soft">{_("答复")}　{escape(each["replied_by"])} '
        f"{each['replied_on']}</p><p>{escape(each['words'])}</p></div>"
        for each in given
    )
    if row["reason"]:
        cards += (
            f'<div class="ms-card"><p class="ms-soft">{_("不予办理的理由")}　{row["decided_on"]}'
            f"</p><p>{escape(row['reason'])}</p></div>"
        )
    if row["reopen_asked_on"]:
        cards += (
            f'<div class="ms-card"><p class="ms-soft">{_("要求重新办理")}　'
            f"{row['reopen_asked_on']}</p><p>{escape(row['reopen_words'])}</p></div>"
        )
    if cards:
        st.html(cards)
