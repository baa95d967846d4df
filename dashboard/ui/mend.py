"""What is wrong in a sheet, cell by cell, and the three ways out: a field, a row less, the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.commands.upload import leave_out_row, mend_cell
from dashboard.i18n import _, aside, joined
from dashboard.imports.examination import Examination, Problem, Table
from dashboard.permissions import Actor
from dashboard.ui import parts
from dashboard.ui.plain import plain
from dashboard.ui.run import run

NOT_OURS = {"unknown_project", "foreign_project", "missing_required"}
"""Rules by which a row as a whole may be meant for another unit: it can be left out."""


def show_errors(actor: Actor, upload_id: int, found: Examination) -> None:
    """Name every wrong cell, with a field to mend it and the marked workbook to take away."""
    if not found.errors:
        st.success(_("没有错误。"))
        return
    st.error(
        _("有 {n} 处错误，改正前不会保存任何内容。可在这里改，也可下载标注好的原表改。").format(
            n=len(found.errors)
        )
    )
    parts.show_link(f"/sheets/annotated/{upload_id}", _("下载标注好的原表"))
    grouped: dict[str, list[Problem]] = defaultdict(list)
    for problem in found.errors:
        grouped[problem.rule].append(problem)
    for problems in grouped.values():
        places = joined(p.cell or p.sheet for p in problems[:12])
        more = "…" if len(problems) > 12 else ""
        with st.expander(
            _("{n} 处：{message}").format(n=len(problems), message=plain(problems[0].message[:80]))
            + aside(plain(places + more)),
            expanded=len(grouped) <= 4,
        ):
            for problem in problems[:30]:
                _mend(actor, upload_id, problem)
                if problem.rule in NOT_OURS:
                    _leave_out(actor, upload_id, problem, found.tables)


def _mend(actor: Actor, upload_id: int, problem: Problem) -> None:
    place = f"{problem.sheet} {problem.cell}".strip()
    raw = _("原文“{raw}”").format(raw=problem.raw) if problem.raw else ""
    st.html(
        f"<p><b>{escape(place)}</b>　{escape(problem.message)}　"
        f'<span class="ms-soft">{escape(raw)}　{escape(problem.remedy)}</span></p>'
    )
    if not problem.cell or not problem.cell[-1].isdigit():
        return
    with st.form(f"mend-{upload_id}-{problem.sheet}-{problem.cell}-{problem.rule}", border=False):
        box, button = st.columns([3, 1], vertical_alignment="bottom")
        text = box.text_input(
            _("{cell} 改为").format(cell=problem.cell), value=problem.raw, max_chars=2000
        )
        if button.form_submit_button(_("改这一格")):
            run(
                mend_cell,
                actor,
                upload_id,
                sheet=problem.sheet,
                cell=problem.cell,
                text=text or "",
                done=_("{cell} 已按人工录入修改，原文件不变。").format(cell=problem.cell),
            )


def _leave_out(actor: Actor, upload_id: int, problem: Problem, tables: Sequence[Table]) -> None:
    row = int("".join(sign for sign in problem.cell if sign.isdigit()) or 0)
    letters = {
        column.letter
        for table in tables
        if table.sheet == problem.sheet and table.first_row <= row <= table.last_row
        for column in table.columns
    }
    label = _("第 {row} 行不导入").format(row=row)
    if letters and st.button(label, key=f"out-{upload_id}-{problem.sheet}-{problem.cell}"):
        run(
            leave_out_row, actor, upload_id, sheet=problem.sheet, row=row, letters=sorted(letters),
            done=_("第 {row} 行不导入，原文件不变。").format(row=row),
        )  # fmt: skip
