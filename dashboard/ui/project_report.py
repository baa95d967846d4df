"""One project's reports with the cells of their figures, its evidence and its money."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, month_name
from dashboard.permissions import Action, Actor
from dashboard.queries import project as queries
from dashboard.queries.audit import field_title
from dashboard.queries.file import readable_files
from dashboard.queries.own_column import report_answers
from dashboard.queries.project_report import attachments, project_reports, report_cells
from dashboard.ui import parts
from dashboard.ui.read import read
from models.report import FIGURES, ProgressReport, ReportState

Answers = list[dict[str, Any]]


def show_reports(actor: Actor, row: pd.Series, _today: date) -> None:
    """Show every report of a project with the cells its figures came from."""
    project_id = int(row["id"])
    reports = records(read(project_reports, actor, project_id))
    if not reports:
        st.info(_("还没有月报。"))
        return
    answers: dict[int, Answers] = defaultdict(list)
    ids = tuple(int(report["report_id"]) for report in reports)
    for one in records(read(report_answers, actor, ids)):
        answers[one["report_id"]].append(one)
    folds = [
        parts.fold(
            _title(report),
            _report(actor, report, answers[report["report_id"]]),
            is_open=report is reports[0],
        )
        for report in reports
    ]
    st.html("".join([*folds, _evidence(actor, project_id)]))


def _title(report: dict[str, Any]) -> str:
    title = f"{month_name(report['month'])}　{parts.pct(report['completed_pct'])}　"
    title += _(ReportState.of(report["state"]).label)
    if report["revision"] > 1:
        title += _("（第 {n} 版）").format(n=report["revision"])
    if report["superseded_on"] is not None:
        title += _("（已被新版替换）")
    return title


def _report(actor: Actor, report: dict[str, Any], answers: Answers) -> str:
    fields = {
        _(ProgressReport.model_fields[name].title or name): report[name]
        for name in (*FIGURES, "published_status", "warning_reason", "return_reason", "receipt")
        if name in report
    }
    fields |= {one["title"]: one["value"] for one in answers}
    fields[_("报送人和日期")] = " ".join(
        parts.shown(report[name]) for name in ("submitter", "submitted_on") if report[name]
    )
    fields[_("审定日")] = report["accepted_on"]
    told = parts.facts(fields)
    if report["source"]:
        told += parts.source_line(report["source"], report["source_url"])
    if not actor.may(Action.REPORT_READ):
        return told
    return told + _cells(actor, int(report["report_id"]), answers)


def _cells(actor: Actor, report_id: int, answers: Answers) -> str:
    cells = records(read(report_cells, actor, report_id))
    if not cells:
        return ""
    readable = read(readable_files, actor)
    titles = {one["name"]: one["title"] for one in answers}
    rows = [
        {
            **cell,
            "field": titles.get(cell["field"]) or _(field_title(ProgressReport, cell["field"])),
            "where": _("人工录入") if cell["by_hand"] else f"{cell['sheet']} {cell['cell']}",
            "file": parts.file_link(cell["file_id"], cell["file_name"], readable)
            if cell["file_id"]
            else "",
        }
        for cell in cells
    ]
    columns = {
        "field": _("数据"),
        "work_item": _("子项"),
        "raw": _("原文"),
        "where": _("工作表与单元格"),
        "file": _("文件"),
        "uploader": _("上传人"),
        "received_at": _("上传时间"),
    }
    return parts.table(rows, columns, html=["file"])


def _evidence(actor: Actor, project_id: int) -> str:
    found = records(read(attachments, actor, project_id))
    if not found:
        return ""
    rows = [{**row, "file": parts.file_link(row["file_id"], row["file_name"])} for row in found]
    columns = {"month": _("月份"), "file": _("文件"), "caption": _("说明")}
    return f"<h3>{_('佐证材料')}</h3>{parts.table(rows, columns, html=['file'])}"


def show_money(actor: Actor, row: pd.Series, _today: date) -> None:
    """Show what was planned, budgeted and paid."""
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


def _accepted(reports: pd.DataFrame) -> pd.DataFrame:
    counted = (reports["state"] == ReportState.ACCEPTED) & reports["superseded_on"].isna()
    return reports[counted] if len(reports) else reports
