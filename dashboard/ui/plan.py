"""The year's plan: the sheet it comes from, its adoption, the adjustments that wait."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboard.commands.adjustment import decide_adjustment
from dashboard.commands.plan import (
    commit_plan,
    create_programme,
    named_agencies,
    unknown_agencies,
)
from dashboard.commands.plan_undo import take_back_plan
from dashboard.commands.project import adopt_programme
from dashboard.db import records
from dashboard.i18n import _, joined
from dashboard.imports.examination import Examination
from dashboard.permissions import Actor
from dashboard.queries.adjustment import adjustments
from dashboard.queries.agency import own_regions
from dashboard.queries.plan_undo import plan_dependents
from dashboard.queries.project import missing_details, projects
from dashboard.queries.upload import uploads
from dashboard.ui import parts, upload
from dashboard.ui.period import show_periods
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.milestone import AdjustmentField
from models.upload import UploadKind, UploadState


def check(actor: Actor, upload_id: int, today: date) -> None:
    """Show what a plan sheet holds, and import it."""

    def commit(found: object, reasons: dict[tuple[str, int], str]) -> None:
        run(
            commit_plan, actor, upload_id, found, reasons=reasons, today=today,
            done=lambda result: _left(
                _("已导入 {n} 个项目（批次 {number}）。").format(
                    n=result.rows, number=result.number
                )
            ),
        )  # fmt: skip

    shown = upload.check(actor, upload_id, commit=commit)
    if shown is not None:
        _new_bodies(actor, *shown)


def _new_bodies(actor: Actor, programme_id: int, found: Examination) -> None:
    """Name the units of a sheet that nobody knows yet: the import would add them."""
    names = read(unknown_agencies, actor, programme_id, named_agencies(found))
    if names:
        st.warning(
            _(
                "以下单位尚未登记，导入时会新增；若是已有单位的简称，请先在“单位与地区”补登别名：{names}"
            ).format(names=plain(joined(names)))
        )


def _left(text: str) -> str:
    upload.leave()
    return text


def show_adjustments(actor: Actor, today: date) -> None:
    """Show the adjustments that wait for a decision."""
    waiting = records(read(adjustments, actor, proposed=True))
    if not waiting:
        return
    st.subheader(_("待审批的调整（{n}）").format(n=len(waiting)))
    for row in waiting:
        with st.form(f"adjustment-{row['adjustment_id']}"):
            parts.show_facts(
                {
                    _("项目"): f"{row['code']} {row['project']}",
                    _("内容"): AdjustmentField.of(row["field"]),
                    _("原"): row["old"],
                    _("新"): row["new"],
                    _("理由"): row["reason"],
                    _("申请人和日期"): f"{row['proposer']} {row['proposed_on']}",
                    _("第几次调整"): row["number"],
                }
            )
            answer = st.text_input(_("审批意见"), max_chars=500)
            yes, no = st.columns(2)
            approve = yes.form_submit_button(_("批准"), type="primary", width="stretch")
            refuse = no.form_submit_button(_("不批准"), width="stretch")
            if approve or refuse:
                run(
                    decide_adjustment, actor, int(row["adjustment_id"]), approve=approve,
                    answer=answer or "", today=today, version=int(row["version"]),
                    done=_("已批准，看板将注明调整次数。") if approve else _("已退回申请人。"),
                )  # fmt: skip


def show_programme(actor: Actor, programme: pd.Series, today: date) -> None:
    """Show a list's projects and what is missing; take its sheet; adopt it."""
    key = int(programme["programme_id"])
    listed = read(projects, actor, key)
    adopted = programme["adopted_on"]
    state = _("已于 {day} 审定").format(day=adopted) if adopted else _("尚未审定")
    st.caption(_("{n} 个项目，{state}。").format(n=len(listed), state=state))
    if adopted is None:
        upload.plan_template_link(key)
        upload.receive(actor, UploadKind.PLAN, key, None, date(int(programme["year"]), 1, 1))
    columns = {
        "code": _("编号"),
        "name": _("项目"),
        "category": _("类别"),
        "agency": _("牵头单位"),
        "leader": _("分管领导"),
    }
    parts.show_table(listed, columns, empty=_("清单还是空的，请上传任务分解表。"))
    _batches(actor, key, today)
    show_periods(actor, key)
    if adopted is not None or listed.empty:
        return
    missing = read(missing_details, actor, key)
    if len(missing):
        st.warning(_("审定前还缺 {n} 处内容：").format(n=len(missing)))
        columns = {"code": _("编号"), "name": _("项目"), "missing": _("缺少")}
        parts.show_table(missing, columns)
    if st.button(_("审定这份清单"), type="primary", disabled=len(missing) > 0):
        run(
            adopt_programme, actor, key, today=today,
            done=_("已审定。此后目标和时限只能通过调整变更。"),
        )  # fmt: skip


def _batches(actor: Actor, programme_id: int, today: date) -> None:
    """List the plan sheets that came in; what depends on one is told before it is taken back."""
    received = read(uploads, actor, programme_id, None)
    rows = [row for row in records(received) if row["kind"] == UploadKind.PLAN]
    if not rows:
        return
    with st.expander(_("上传批次（{n}）").format(n=len(rows))):
        for row in rows:
            row["file"] = parts.file_link(row["file_id"], row["file_name"])
        columns = {
            "number": _("批次"),
            "file": _("文件"),
            "state": _("状态"),
            "rows": _("行数"),
            "uploader": _("上传人"),
            "created_at": _("时间"),
        }
        parts.show_table(rows, columns, numbers=["rows"], html=["file"])
        for row in rows:
            if row["state"] == UploadState.COMMITTED:
                _take_back(actor, int(row["upload_id"]), str(row["number"]), today)


def _take_back(actor: Actor, upload_id: int, number: str, today: date) -> None:
    with st.popover(_("撤回批次 {number}").format(number=number)):
        told = read(plan_dependents, actor, upload_id)
        parts.show_table(
            [{"code": code, "what": what} for code, what in told.items()],
            {"code": _("编号"), "what": _("撤回后")},
        )
        if st.button(_("确认撤回"), key=f"back-{upload_id}"):
            run(take_back_plan, actor, upload_id, today=today, done=_("批次已撤回。"))


def open_programme(actor: Actor, today: date) -> None:
    """Offer to open a list for a region and a year."""
    places = records(read(own_regions, actor))
    if not places:
        return
    with st.expander(_("新建年度清单")), st.form("programme-new"):
        names = {int(row["region_id"]): str(row["name"]) for row in places}
        region_id = st.selectbox(_("地区"), list(names), format_func=names.__getitem__)
        year = st.number_input(_("年度"), value=today.year, min_value=1990, max_value=2100, step=1)
        name = st.text_input(_("清单名称"), max_chars=80)
        if st.form_submit_button(_("新建")) and region_id is not None:
            run(
                create_programme, actor, region_id=int(region_id), year=int(year),
                name=name or "", done=_("已新建，请上传任务分解表。"),
            )  # fmt: skip
