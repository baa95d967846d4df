"""One project in sections: light, plan, reports with their cells, money, instructions, history."""

from __future__ import annotations

import json
import re
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.charts.project import milestone_gantt, progress_curve
from dashboard.commands.adjustment import propose_adjustment
from dashboard.commands.project import FREE_FIELDS, edit_project
from dashboard.db import records
from dashboard.i18n import _, aside, joined, month_name
from dashboard.permissions import Action, Actor
from dashboard.queries import project as queries
from dashboard.queries.adjustment import adjustments
from dashboard.queries.audit import code_word, event_word, field_title
from dashboard.queries.file import readable_files
from dashboard.queries.history import history
from dashboard.queries.project_report import (
    attachments,
    progress_by_month,
    project_reports,
    report_cells,
)
from dashboard.ui import choose, light_card, parts, state
from dashboard.ui.instruction import show_instructions
from dashboard.ui.plain import plain
from dashboard.ui.read import chart_spec, read
from dashboard.ui.run import run
from dashboard.ui.verdict import show_verdicts
from models.milestone import AdjustmentField, MilestoneKind
from models.project import LivelihoodProject
from models.report import FIGURES, ProgressReport, ReportState


def show_head(row: pd.Series, today: date) -> None:
    """Show what was promised, who answers for it and by when."""
    st.title(plain(f"{row['code']} {row['name']}"))
    mark = _("演示数据（构造）") if row["constructed"] else _("公开资料")
    shown = _("按资料截止日 {day} 展示").format(day=today) if row["shown_on"] else ""
    st.html(f'<p class="ms-soft">{escape(row["programme"])} · {escape(mark)} {escape(shown)}</p>')


def show_sections(actor: Actor, row: pd.Series, today: date) -> None:
    """Offer the project's sections and draw the chosen one."""
    sections = {"light": _("亮灯与进度"), "plan": _("计划与节点"), "reports": _("月报与出处")}
    sections["money"] = _("资金")
    if actor.may(Action.REPORT_READ):
        sections |= {"instructions": _("批示"), "history": _("变更历史")}
    chosen = choose.section(sections)
    project_id = int(row["id"])
    if chosen == "light":
        _light(actor, row, today)
    elif chosen == "plan":
        _plan(actor, row, today)
    elif chosen == "reports":
        _reports(actor, project_id)
    elif chosen == "money":
        _money(actor, row)
    elif chosen == "instructions":
        show_instructions(actor, project_id, today)
    else:
        _history(actor, project_id)


def _light(actor: Actor, row: pd.Series, today: date) -> None:
    project_id = int(row["id"])
    if actor.may(Action.BOARD_READ):
        month = light_card.current_month(actor, int(row["programme_id"]), today)
        documented = row["shown_on"] is not None
        light_card.show(actor, project_id, today, month=month, linked=False, documented=documented)
    chart = chart_spec(progress_curve, read(progress_by_month, actor, project_id))
    st.subheader(_("计划与完成"))
    if chart is None:
        st.info(_("没有按月的进度数字：资料中没有公布。"))
    else:
        st.vega_lite_chart(chart, theme=None, alt=_("计划累计进度与完成累计进度的曲线"))
    _facts(actor, row)


def _accepted(reports: pd.DataFrame) -> pd.DataFrame:
    counted = (reports["state"] == ReportState.ACCEPTED) & reports["superseded_on"].isna()
    return reports[counted] if len(reports) else reports


def _facts(actor: Actor, row: pd.Series) -> None:
    supporting = joined(read(queries.supporting_agencies, actor, int(row["id"]))["agency"])
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
    if actor.may(Action.REPORT_READ):
        facts[_("联系人")] = row["contact"]
    parts.show_facts(facts)
    if actor.may(Action.REPORT_READ) and row["phone"]:
        number = re.sub(r"[^0-9+-]", "", row["phone"])
        words = f"{_('拨打')} {escape(row['phone'])}"
        st.html(f'<a class="ms-button" href="tel:{number}">{words}</a>')
    if row["source"]:
        link = parts.source_link(row["source"], row["source_url"])
        st.html(f'<p class="ms-soft">{_("来源：{link}").format(link=link)}</p>')
    if actor.may(Action.PLAN_IMPORT):
        _edit(actor, row)
    if not row["shown_on"]:
        month = light_card.current_month(actor, int(row["programme_id"]), clock.today())
        show_verdicts(actor, row, month, clock.today())


def _edit(actor: Actor, row: pd.Series) -> None:
    form = f"edit-project-{row['id']}"
    shown = {name: row[name] for name in FREE_FIELDS}
    version = state.opened(form, int(row["version"]), shown)
    with st.expander(_("修改联系人等信息")), st.form(f"{form}-{version}"):
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


def _plan(actor: Actor, row: pd.Series, today: date) -> None:
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
    with st.expander(_("申请调整目标或时间")):
        field = st.selectbox(
            _("调整内容"),
            list(AdjustmentField),
            format_func=lambda code: _(code.label),
            filter_mode=None,
        )
        by_node = field in (AdjustmentField.MILESTONE_DUE_ON, AdjustmentField.PLANNED_PCT)
        with st.form(f"adjust-{project_id}-{field}"):
            names = {int(m["milestone_id"]): m["name"] for m in records(plan)}
            node = (
                st.selectbox(_("节点"), list(names), format_func=names.__getitem__)
                if by_node
                else None
            )
            new = st.text_input(_("调整为"), max_chars=2000)
            reason = st.text_area(_("调整理由"), max_chars=1000)
            if st.form_submit_button(_("提交申请")) and field:
                run(
                    propose_adjustment, actor, project_id, field=field, new=new or "",
                    reason=reason or "", today=clock.today(), milestone_id=node,
                    done=_("已提交，由督查室审批。"),
                )  # fmt: skip


def _reports(actor: Actor, project_id: int) -> None:
    reports = read(project_reports, actor, project_id)
    if reports.empty:
        st.info(_("还没有月报。"))
        return
    for report in records(reports):
        title = f"{month_name(report['month'])}　{parts.pct(report['completed_pct'])}　"
        title += _(ReportState.of(report["state"]).label)
        if report["revision"] > 1:
            title += _("（第 {n} 版）").format(n=report["revision"])
        if report["superseded_on"] is not None:
            title += _("（已被新版替换）")
        with st.expander(title, expanded=report["report_id"] == reports["report_id"].iloc[0]):
            _report(actor, report)
    _evidence(actor, project_id)


def _report(actor: Actor, report: dict[str, Any]) -> None:
    fields = {
        _(ProgressReport.model_fields[name].title or name): report[name]
        for name in (*FIGURES, "published_status", "warning_reason", "return_reason", "receipt")
        if name in report
    }
    fields[_("报送人和日期")] = " ".join(
        parts.shown(report[name]) for name in ("submitter", "submitted_on") if report[name]
    )
    fields[_("审定日")] = report["accepted_on"]
    parts.show_facts(fields)
    if report["source"]:
        link = parts.source_link(report["source"], report["source_url"])
        st.html(f'<p class="ms-soft">{_("来源：{link}").format(link=link)}</p>')
    if not actor.may(Action.REPORT_READ):
        return
    cells = read(report_cells, actor, int(report["report_id"]))
    if cells.empty:
        return
    readable = read(readable_files, actor)
    rows = [
        {
            **cell,
            "field": _(field_title(ProgressReport, cell["field"])),
            "where": _("人工录入") if cell["by_hand"] else f"{cell['sheet']} {cell['cell']}",
            "file": parts.file_link(cell["file_id"], cell["file_name"], readable)
            if cell["file_id"]
            else "",
        }
        for cell in records(cells)
    ]
    parts.show_table(
        rows,
        {
            "field": _("数据"),
            "work_item": _("子项"),
            "raw": _("原文"),
            "where": _("工作表与单元格"),
            "file": _("文件"),
            "uploader": _("上传人"),
            "received_at": _("上传时间"),
        },
        html=["file"],
    )


def _evidence(actor: Actor, project_id: int) -> None:
    found = read(attachments, actor, project_id)
    if found.empty:
        return
    st.subheader(_("佐证材料"))
    rows = [
        {**row, "file": parts.file_link(row["file_id"], row["file_name"])} for row in records(found)
    ]
    columns = {"month": _("月份"), "file": _("文件"), "caption": _("说明")}
    parts.show_table(rows, columns, html=["file"])


def _money(actor: Actor, row: pd.Series) -> None:
    project_id = int(row["id"])
    parts.show_facts({_("计划投资（万元）"): row["planned_investment_wan"]})
    parts.show_table(
        read(queries.fund_sources, actor, project_id),
        {"name": _("资金来源"), "budgeted_wan": _("预算（万元）")},
        numbers=["budgeted_wan"],
        empty=_("没有登记资金来源。"),
    )
    reports = _accepted(read(project_reports, actor, project_id))
    money = ["completed_investment_wan", "allocated_wan", "paid_wan"]
    known = reports.dropna(subset=money, how="all") if len(reports) else reports
    parts.show_table(
        known,
        {
            "month": _("月份"),
            "completed_investment_wan": _("完成投资（万元）"),
            "allocated_wan": _("累计拨付（万元）"),
            "paid_wan": _("累计支付（万元）"),
        },
        numbers=money,
        empty=_("月报中没有资金数据。"),
    )


def _history(actor: Actor, project_id: int) -> None:
    found = read(history, actor, project_id)
    rows = [
        {**row, "event": event_word(row["event"]), "changes": _moves(row["changes"])}
        for row in records(found)
    ]
    parts.show_table(
        rows,
        {
            "at": _("时间"),
            "who": _("账户"),
            "event": _("操作"),
            "changes": _("变更（原值 → 新值）"),
            "comment": _("说明"),
        },
        html=["changes"],
        empty=_("没有变更记录。"),
    )


def _moves(changes: str) -> str:
    lines = []
    for name, pair in json.loads(changes).items():
        if name.endswith("_id"):
            continue  # a key says nothing to a reader; the account of each line is named beside it
        title = _(field_title(ProgressReport, name))
        old, new = (escape(code_word(v)[:60]) if v not in (None, "") else "—" for v in pair)
        lines.append(f'<span class="ms-soft">{escape(title)}</span> {old} → {new}')
    return "<br>".join(lines[:14])
