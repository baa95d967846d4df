"""One project's plan: its steps, how they were moved, and the wish to move them again."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.charts.project import milestone_gantt
from dashboard.commands.adjustment import propose_adjustment
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries import project as queries
from dashboard.queries.adjustment import adjustments
from dashboard.ui import parts
from dashboard.ui.read import chart_spec, read
from dashboard.ui.run import run
from models.milestone import AdjustmentField, MilestoneKind


def show_plan(actor: Actor, row: pd.Series, today: date) -> None:
    """Show the steps of a project and how they were moved; offer to propose a move."""
    project_id = int(row["id"])
    plan = read(queries.milestones, actor, project_id)
    nodes = plan[plan["kind"] == MilestoneKind.NODE]
    chart = chart_spec(milestone_gantt, nodes, today)
    if chart is not None:
        st.vega_lite_chart(chart, theme=None, alt=_("节点计划时间与完成时间"))
    parts.show_table(
        plan,
        {
            "kind": _("类别"),
            "name": _("节点"),
            "work_item": _("子项"),
            "due_on": _("计划完成时间"),
            "planned_pct": _("计划累计进度（%）"),
            "planned_quantity": _("计划累计数量"),
            "completed_on": _("实际完成时间"),
        },
        numbers=["planned_pct", "planned_quantity"],
        empty=_("资料中没有公布节点计划。"),
    )
    _adjustments(actor, project_id)
    if actor.may(Action.ADJUSTMENT_PROPOSE) and not row["shown_on"]:
        _propose(actor, project_id, plan)


def _adjustments(actor: Actor, project_id: int) -> None:
    moved = read(adjustments, actor, project_id)
    st.subheader(_("调整记录"))
    parts.show_table(
        moved,
        {
            "number": _("第几次"),
            "field": _("内容"),
            "old": _("原"),
            "new": _("新"),
            "reason": _("理由"),
            "state": _("状态"),
            "proposer": _("申请人"),
            "decided_on": _("审批日"),
            "answer": _("审批意见"),
        },
        empty=_("没有调整过。"),
    )


def _propose(actor: Actor, project_id: int, plan: pd.DataFrame) -> None:
    panel = parts.unfolded(_("申请调整目标或时间"), f"unfold-adjust-{project_id}")
    if not panel:
        return
    with panel:
        field = st.selectbox(
            _("调整内容"),
            list(AdjustmentField),
            format_func=lambda code: _(code.label),
            filter_mode=None,
        )
        by_node = field in (AdjustmentField.MILESTONE_DUE_ON, AdjustmentField.PLANNED_PCT)
        with st.form(f"adjust-{project_id}-{field}"):
            _ask_adjustment(actor, project_id, field, plan if by_node else plan[:0])


def _ask_adjustment(
    actor: Actor, project_id: int, field: AdjustmentField | None, plan: pd.DataFrame
) -> None:
    names = {int(m["milestone_id"]): m["name"] for m in records(plan)}
    node = st.selectbox(_("节点"), list(names), format_func=names.__getitem__) if names else None
    new = st.text_input(_("调整为"), max_chars=2000)
    reason = st.text_area(_("调整理由"), max_chars=1000)
    if st.form_submit_button(_("提交申请")) and field:
        run(
            propose_adjustment, actor, project_id, field=field, new=new or "",
            reason=reason or "", today=clock.today(), milestone_id=node,
            done=_("已提交，由督查室审批。"),
        )  # fmt: skip
