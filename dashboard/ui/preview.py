"""What a sheet holds before anything is saved: rows, their old and new cells, what is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from html import escape

import streamlit as st

from dashboard.commands.upload import warning_rows
from dashboard.i18n import _
from dashboard.imports.columns.headings import columns_of
from dashboard.imports.examination import Draft, Examination, Problem, Status
from dashboard.queries.audit import field_title
from dashboard.ui import mend, parts
from dashboard.ui.plain import plain
from models.project import LivelihoodProject

STATUS_WORDS = {
    Status.NEW: "新增",
    Status.CHANGED: "有变化",
    Status.UNCHANGED: "无变化",
    Status.REFUSED: "有错误",
}
Reasons = dict[tuple[str, int], str]
_PAGE = 50
_ASKED = 30


def sign_of(shown: object) -> str:
    """Make a short sign that differs when what is shown differs, as part of a widget's key."""
    return sha256(repr(shown).encode()).hexdigest()[:12]


def show_headline(found: Examination) -> None:
    """Say which tables were read and how many rows came to what."""
    counts = "　".join(
        f"{_(word)} <b>{found.counts[status]}</b>" for status, word in STATUS_WORDS.items()
    )
    tables = _("；").join(
        _("工作表“{sheet}”第 {rows} 行").format(
            sheet=escape(t.sheet), rows="–".join(map(str, sorted({t.first_row, t.last_row})))
        )
        for t in found.tables
    )
    st.html(f"<p>{_('读到 {tables}。').format(tables=tables)}{counts}</p>")


def ask_reasons(found: Examination) -> Reasons:
    """Ask for a written reason for every row in doubt, rule by rule; give what was written."""
    rows = warning_rows(found)
    if not rows:
        return {}
    st.warning(_("有 {n} 行数据存疑，请逐行写明情况后才能导入。").format(n=len(rows)))
    reasons: Reasons = {}
    grouped = mend.by_rule(found.warnings)
    for rule, problems in grouped.items():
        fresh = [
            key for key in dict.fromkeys((p.sheet, p.of_row) for p in problems)
            if key not in reasons
        ]  # fmt: skip
        with st.expander(mend.group_title(rule, problems), expanded=len(grouped) <= _ASKED):
            if not fresh:
                st.caption(_("说明见上一组。"))
            reasons.update(_ask(found, rule, fresh, rows, problems))
    return reasons


def _ask(
    found: Examination,
    rule: str,
    keys: Sequence[tuple[str, int]],
    rows: dict[tuple[str, int], list[str]],
    problems: Sequence[Problem],
) -> Reasons:
    """Ask row by row, or once for all of a rule where several rows share the reason."""
    placeholder = _("情况说明（必填，随数据留存）")
    common = ""
    if len(keys) > 1:
        label = _("以下 {n} 行情况相同时，在这里统一说明").format(n=len(keys))
        key = f"common-{found.sha256[:12]}-{rule}-{sign_of(problems)}"
        common = st.text_input(label, key=key, max_chars=500) or ""
    reasons = dict.fromkeys(keys, common)
    for sheet, row in keys[:_ASKED]:
        messages = rows[sheet, row]
        where = _("第 {row} 行").format(row=row) if row else sheet
        said = st.text_input(
            plain(_("{title}：{text}").format(title=where, text=_("；").join(messages))),
            key=f"reason-{found.sha256[:12]}-{sheet}-{row}-{sign_of(messages)}",
            placeholder=common or placeholder,
            max_chars=500,
        )
        reasons[sheet, row] = (said or "").strip() or common
    if len(keys) > _ASKED:
        more = len(keys) - _ASKED
        st.caption(_("还有 {n} 行没有列出，只能统一说明；请在表格中核对。").format(n=more))
    return reasons


def show_rows(found: Examination) -> None:
    """Show every row with its old → new cells, or the rows of one status; the wrong ones first."""
    if not found.drafts:
        return
    counts = found.counts
    options = ["", *(status for status in STATUS_WORDS if counts[status])]
    first = Status.REFUSED if counts[Status.REFUSED] else ""
    chosen = st.segmented_control(
        _("逐行核对（原值 → 新值）"),
        options,
        default=first,
        format_func=lambda status: _filter_word(status, found),
        key=f"rows-{sign_of((found.sha256, counts))}",
        required=True,
    )
    drafts = [draft for draft in found.drafts if not chosen or draft.status == chosen]
    begin = _page(len(drafts), chosen or "")
    wrong: dict[tuple[str, int], list[Problem]] = defaultdict(list)
    for problem in found.errors:
        wrong[problem.sheet, problem.of_row].append(problem)
    titles = {column.field: column.label for column in columns_of(found)}
    parts.show_table(
        [_row(draft, titles, wrong) for draft in drafts[begin : begin + _PAGE]],
        {
            "row": _("行"),
            "code": _("编号"),
            "name": _("项目"),
            "status": _("情况"),
            "changes": _("变化"),
        },
        html=["changes"],
    )


def _filter_word(status: str, found: Examination) -> str:
    if not status:
        return _("全部 {n}").format(n=len(found.drafts))
    kind = Status(status)
    return f"{_(STATUS_WORDS[kind])} {found.counts[kind]}"


def _page(rows: int, chosen: str) -> int:
    """Offer the rows in pages; give the first row of the one chosen."""
    if rows <= _PAGE:
        return 0
    return st.selectbox(
        _("每次显示 {n} 行").format(n=_PAGE),
        range(0, rows, _PAGE),
        format_func=lambda at: _("第 {first}–{last} 行，共 {n} 行").format(
            first=at + 1, last=min(at + _PAGE, rows), n=rows
        ),
        filter_mode=None,
        key=f"page-{chosen}-{rows}",
    ) or 0  # fmt: skip


def _row(
    draft: Draft, titles: dict[str, str], wrong: dict[tuple[str, int], list[Problem]]
) -> dict[str, object]:
    lines = [
        f'<span class="ms-err">{escape(p.cell)} {escape(p.message)}</span>'
        for p in wrong.get((draft.sheet, draft.row), ())
    ]
    lines = list(dict.fromkeys(lines))
    return {
        "row": draft.row,
        "code": f"{draft.project_code or ''} {draft.work_item_code or ''}".strip(),
        "name": draft.values.get("work_item_name") or draft.values.get("project_name") or "",
        "status": _(STATUS_WORDS[draft.status]),
        "changes": parts.listed([*lines, *_changes(draft, titles)]),
    }


def _changes(draft: Draft, titles: dict[str, str]) -> list[str]:
    lines = []
    for change in draft.changes:
        title = titles.get(change.field) or _(field_title(LivelihoodProject, change.field))
        old, new = parts.shown(change.old), parts.shown(change.new)
        if len(new) > 60:
            new = new[:60] + "…"
        lines.append(
            f'<span class="ms-soft">{draft.cell(change.field).cell} {escape(title)}</span> '
            f"{escape(old[:40]) or '—'} → <b>{escape(new) or '—'}</b>"
        )
    return lines
