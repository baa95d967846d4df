"""One project: what was promised and by whom, and its sections, of which only one is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import escape
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.charts.curve import progress_curve
from dashboard.commands.project import FREE_FIELDS, edit_project
from dashboard.i18n import _, aside, joined
from dashboard.permissions import Action, Actor
from dashboard.queries.project import supporting_agencies
from dashboard.queries.project_report import progress_by_month
from dashboard.ui import choose, light_card, parts, state
from dashboard.ui.history import show_history
from dashboard.ui.instruction import show_instructions
from dashboard.ui.project_plan import show_plan
from dashboard.ui.project_report import show_money, show_reports
from dashboard.ui.read import read
from dashboard.ui.remark import show_project_remarks
from dashboard.ui.run import run
from dashboard.ui.site import show_sites
from dashboard.ui.verdict import show_verdicts
from dashboard.ui.witness import show_witnesses
from models.project import LivelihoodProject


class Section(NamedTuple):
    """One section of a project's page; nothing of it is asked or drawn before it is opened."""

    title: str
    draw: Callable[[Actor, pd.Series, date], None]
    action: Action = Action.PROJECT_READ
    """What one must be allowed to do somewhere to be offered it."""


def sections(actor: Actor) -> dict[str, Section]:
    """Give the sections of a project's page that the actor is offered, by their name in a link."""
    every = {
        "light": Section(_("亮灯与进度"), _show_light),
        "plan": Section(_("计划与节点"), show_plan),
        "reports": Section(_("月报与出处"), show_reports),
        "money": Section(_("资金"), show_money),
        "remarks": Section(_("观察意见"), show_project_remarks, Action.REMARK_READ),
        "sites": Section(_("点位"), show_sites),
        "instructions": Section(_("批示"), show_instructions, Action.REPORT_READ),
        "history": Section(_("变更历史"), show_history, Action.REPORT_READ),
    }
    return {name: section for name, section in every.items() if actor.may(section.action)}


def show_head(row: pd.Series, today: date) -> None:
    """Show what was promised, who answers for it and by when."""
    mark = _("演示数据（构造）") if row["constructed"] else _("公开资料")
    shown = _("按资料截止日 {day} 展示").format(day=today) if row["shown_on"] else ""
    st.html(
        f"<h1>{escape(row['code'])} {escape(row['name'])}</h1>"
        f'<p class="ms-soft">{escape(row["programme"])} · {escape(mark)} {escape(shown)}</p>'
    )


def show_sections(actor: Actor, row: pd.Series, today: date) -> None:
    """Offer the project's sections and draw the chosen one."""
    offered = sections(actor)
    chosen = choose.section({name: section.title for name, section in offered.items()})
    offered[chosen].draw(actor, row, today)


def _show_light(actor: Actor, row: pd.Series, today: date) -> None:
    project_id = int(row["id"])
    if actor.may(Action.BOARD_READ):
        month = light_card.current_month(actor, int(row["programme_id"]), today)
        documented = row["shown_on"] is not None
        light_card.show(actor, project_id, today, month=month, linked=False, documented=documented)
    none = f'<p class="ms-none">{_("没有按月的进度数字：资料中没有公布。")}</p>'
    curve = progress_curve(read(progress_by_month, actor, project_id)) or none
    st.html(f"<h2>{_('计划与完成')}</h2>{curve}{_facts(actor, row)}")
    if actor.may(Action.BOARD_READ):
        show_witnesses(actor, int(row["programme_id"]), project_id, today)
    if actor.may(Action.PLAN_IMPORT):
        _edit(actor, row)
    if not row["shown_on"]:
        month = light_card.current_month(actor, int(row["programme_id"]), clock.today())
        show_verdicts(actor, row, month, clock.today())


def _facts(actor: Actor, row: pd.Series) -> str:
    supporting = joined(read(supporting_agencies, actor, int(row["id"]))["agency"])
    target = row["target"] or ""
    if row["target_quantity"] is not None:
        target += aside(f"{parts.shown(row['target_quantity'])} {row['unit_of_measure']}")
    facts = {
        _("目标任务"): target,
        _("完成时限"): row["due_on"] or row["due_text"],
        _("牵头单位"): row["agency"],
        _("配合单位"): supporting,
        _("分管领导"): row["leader"],
        _("责任人"): row["responsible"],
        _("管养主体"): row["upkeep_agency"],
        _("完成标准"): row["standard"],
        _("类别"): row["category"],
        _("所在地区"): row["region"],
        _("经批准的调整"): _("{n} 次").format(n=row["adjustments"]) if row["adjustments"] else "",
        _("验收日期"): row["accepted_on"],
        _("备注"): row["note"],
    }
    may_call = actor.may(Action.REPORT_READ)
    if may_call:
        facts[_("联系人")] = row["contact"]
    told = parts.facts(facts)
    if may_call and row["phone"]:
        number = re.sub(r"[^0-9+-]", "", row["phone"])
        words = f"{_('拨打')} {escape(row['phone'])}"
        told += f'<p><a class="ms-button" href="tel:{number}">{words}</a></p>'
    return told + (parts.source_line(row["source"], row["source_url"]) if row["source"] else "")


def _edit(actor: Actor, row: pd.Series) -> None:
    form = f"edit-project-{row['id']}"
    if not (panel := parts.unfolded(_("修改联系人等信息"), f"unfold-{form}")):
        return
    shown = {name: row[name] for name in FREE_FIELDS}
    version = state.opened(form, int(row["version"]), shown)
    with panel, st.form(f"{form}-{version}"):
        values = {}
        for name, text in shown.items():
            title = _(LivelihoodProject.model_fields[name].title or name)
            draw = st.text_area if name in ("standard", "note") else st.text_input
            values[name] = draw(title, value=text, key=state.field(form, version, name)) or ""
        if st.form_submit_button(_("保存")):
            state.forget(form)
            run(
                edit_project, actor, int(row["id"]), version=version, values=values,
                done=_("已保存。"),
            )  # fmt: skip
