"""批示 on a page: the words, their due date, the answer, and the forms for both."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

import pandas as pd
import streamlit as st

from dashboard.commands.instruction import answer_instruction, give_instruction
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.instruction import instructions
from dashboard.ui.read import read
from dashboard.ui.run import run


def show_instructions(actor: Actor, project: pd.Series, today: date) -> None:
    """Show a project's instructions and their answers; let a leader write, the unit answer."""
    project_id = int(project["id"])
    found = read(instructions, actor, project_id)
    for row in records(found):
        late = row["answered_on"] is None and row["due_on"] < today
        state = (
            _("已于 {day} 答复").format(day=row["answered_on"])
            if row["answered_on"]
            else _("已逾期未答复")
            if late
            else _("待答复")
        )
        answer = f"<p><b>{_('办理情况')}</b>　{escape(row['answer'])}</p>" if row["answer"] else ""
        st.html(
            f'<div class="ms-card"><p class="ms-soft">{escape(row["leader"])} {row["given_on"]}　'
            f"{_('办理期限')} {row['due_on']}　{escape(state)}</p>"
            f"<p>{escape(row['words'])}</p>{answer}</div>"
        )
        if row["answered_on"] is None and actor.may(Action.INSTRUCTION_ANSWER):
            _answer(actor, int(row["instruction_id"]), today)
    if found.empty:
        st.info(_("这个项目还没有批示。"))
    if actor.may(Action.INSTRUCTION_GIVE):
        instruct(actor, project_id, today)


def _answer(actor: Actor, instruction_id: int, today: date) -> None:
    with st.form(f"answer-{instruction_id}"):
        answer = st.text_area(_("办理情况"), max_chars=2000)
        if st.form_submit_button(_("提交答复"), type="primary"):
            run(
                answer_instruction, actor, instruction_id, answer=answer or "", today=today,
                done=_("已答复，领导的看板上会显示。"),
            )  # fmt: skip


def instruct(actor: Actor, project_id: int, today: date) -> None:
    """Let a leader write an instruction with a due date."""
    with st.form(f"instruct-{project_id}", clear_on_submit=True):
        words = st.text_area(_("批示内容"), max_chars=2000)
        due_on = st.date_input(
            _("办理期限"), value=today + timedelta(days=7), min_value=today, format="YYYY-MM-DD"
        )
        if st.form_submit_button(_("批示"), type="primary") and isinstance(due_on, date):
            given = run(
                give_instruction, actor, project_id, words=words or "", due_on=due_on, today=today,
                done=_("已批示，牵头单位和督查室的待办中已出现。"), stay=True,
            )  # fmt: skip
            if given is not None:
                st.query_params.pop("act", None)
                st.rerun()
