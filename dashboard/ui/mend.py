"""What is wrong in a sheet, rule by rule, and the three ways out: fields, a row less, the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboard.commands.upload import leave_out_row, mend_cells
from dashboard.i18n import _, joined
from dashboard.imports.columns.headings import columns_of
from dashboard.imports.examination import (
    ColumnMatch,
    Examination,
    Problem,
    Table,
    row_of,
    row_ranges,
)
from dashboard.imports.files.grid import is_cell
from dashboard.imports.rules import rule_name
from dashboard.permissions import Actor
from dashboard.ui import parts
from dashboard.ui.plain import plain
from dashboard.ui.run import run

NOT_OURS = {"unknown_project", "foreign_project", "missing_required", "duplicate_row"}
"""Rules by which a row as a whole may not belong here: it can be left out."""
_AT_ONCE = 20
_OPEN = 4


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
    grouped = by_rule(found.errors)
    for rule, problems in grouped.items():
        with st.expander(group_title(rule, problems), expanded=len(grouped) <= _OPEN):
            _mend(actor, upload_id, rule, problems[:_AT_ONCE], found)
            if len(problems) > _AT_ONCE:
                more = len(problems) - _AT_ONCE
                st.caption(_("还有 {n} 处，改好以上各处后接着列出。").format(n=more))


def by_rule(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Group problems by the rule they break, in the order they are met."""
    grouped: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        grouped[problem.rule].append(problem)
    return grouped


def group_title(rule: str, problems: Sequence[Problem]) -> str:
    """Say which rule is broken, how often and in which rows of which sheets."""
    rows: dict[str, set[int]] = defaultdict(set)
    for problem in problems:
        rows[problem.sheet].add(row_of(problem.cell))
    texts = []
    for sheet, numbers in rows.items():
        where = _("第 {rows} 行").format(rows=row_ranges(numbers)) if any(numbers) else ""
        texts.append(f"{sheet if len(rows) > 1 or not where else ''} {where}".strip())
    places = joined(plain(text[:120]) for text in texts if text)
    return _("{rule}：{n} 处　{places}").format(
        rule=rule_name(rule), n=len(problems), places=places
    )


def place_of(problem: Problem, found: Examination) -> str:
    """Say which cell mends a problem; under a column the sheet lacks, its title and the row.

    Empty where no single cell would: a column is missing, or the whole sheet is meant.
    """
    if not is_cell(problem.cell) or problem.rule in ("missing_column", "column_twice"):
        return ""
    row, letter = problem.of_row, problem.cell.rstrip("0123456789")
    columns = _columns(problem, found.tables)
    column = next((c for c in columns if c.letter == letter), None)
    named = any(c.field == problem.field for c in columns)
    if not problem.field or (column and column.field == problem.field) or (named and problem.row):
        return problem.cell
    titles = {each.field: each.title for each in columns_of(found)}
    if named:
        return ""
    return f"{titles[problem.field]}{row}" if problem.field in titles else ""


def _columns(problem: Problem, tables: Sequence[Table]) -> list[ColumnMatch]:
    row = problem.of_row
    return [
        column
        for table in tables
        if table.sheet == problem.sheet and table.first_row <= row <= table.last_row
        for column in table.columns
    ]


def _mend(
    actor: Actor, upload_id: int, rule: str, problems: Sequence[Problem], found: Examination
) -> None:
    texts: dict[tuple[str, str], str] = {}
    given: dict[tuple[str, str], str] = {}
    with st.form(f"mend-{upload_id}-{rule}-{found.problems[0].cell}", border=False):
        for number, problem in enumerate(problems):
            _tell(problem)
            place = place_of(problem, found)
            if not place or (problem.sheet, place) in given:
                continue
            given[problem.sheet, place] = raw = problem.raw if place == problem.cell else ""
            label = _("{cell} 改为") if place == problem.cell else _("补填 {cell}")
            said = st.text_input(
                label.format(cell=plain(place)),
                value=raw,
                max_chars=2000,
                key=f"mend-{upload_id}-{rule}-{number}-{problem.sheet}-{place}-{raw}",
            )
            texts[problem.sheet, place] = said or ""
        if given and st.form_submit_button(_("保存修改")):
            anyhow = rule == "merged_figure"
            moved = {key: text for key, text in texts.items() if anyhow or text != given[key]}
            save(actor, upload_id, moved)
        elif not given:
            st.form_submit_button(_("保存修改"), disabled=True)
    if rule in NOT_OURS:
        for problem in problems:
            _leave_out(actor, upload_id, problem, found.tables)


def save(actor: Actor, upload_id: int, texts: Mapping[tuple[str, str], str]) -> None:
    """Write mended cells; the file stays as it came."""
    cells = joined(cell for _sheet, cell in texts)
    done = _("{cell} 已按人工录入修改，原文件不变。").format(cell=cells)
    run(mend_cells, actor, upload_id, texts=texts, done=done)


def _tell(problem: Problem) -> None:
    place = f"{problem.sheet} {problem.cell}".strip()
    raw = _("原文“{raw}”").format(raw=problem.raw) if problem.raw else ""
    st.html(
        f"<p><b>{escape(place)}</b>　{escape(problem.message)}　"
        f'<span class="ms-soft">{escape(raw)}　{escape(problem.remedy)}</span></p>'
    )


def _leave_out(actor: Actor, upload_id: int, problem: Problem, tables: Sequence[Table]) -> None:
    row = problem.of_row
    letters = {column.letter for column in _columns(problem, tables)} if not problem.row else set()
    label = _("第 {row} 行不导入").format(row=row)
    if letters and st.button(label, key=f"out-{upload_id}-{problem.sheet}-{problem.cell}"):
        run(
            leave_out_row, actor, upload_id, sheet=problem.sheet, row=row, letters=sorted(letters),
            done=_("第 {row} 行不导入，原文件不变。").format(row=row),
        )  # fmt: skip


def show_any_cell(actor: Actor, upload_id: int, found: Examination) -> None:
    """Offer to mend a cell that is not wrong but not right either, such as one in doubt."""
    sheets = list(dict.fromkeys(table.sheet for table in found.tables))
    if not sheets:
        return
    with (
        st.expander(_("改其他单元格")),
        st.form(f"any-{upload_id}", border=False, clear_on_submit=True),
    ):
        left, middle, right = st.columns([2, 1, 3])
        sheet = left.selectbox(_("工作表"), sheets, filter_mode=None)
        cell = middle.text_input(_("单元格"), placeholder="D5", max_chars=10)
        text = right.text_input(_("改为"), max_chars=2000)
        if st.form_submit_button(_("保存修改")):
            place = (cell or "").strip().upper()
            save(actor, upload_id, {(sheet or "", place): text or ""})
