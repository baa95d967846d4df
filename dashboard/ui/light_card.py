"""The card that explains a light: rule, figures, dates, source cells, what would turn it green."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

import streamlit as st

from dashboard import clock
from dashboard.commands.light import override_light
from dashboard.db import records
from dashboard.i18n import _, joined, month_name
from dashboard.permissions import Action, Actor
from dashboard.queries.board import board_month
from dashboard.queries.card import LightCard
from dashboard.queries.file import readable_files
from dashboard.queries.instruction import instructions
from dashboard.queries.light import explain_light
from dashboard.queries.rectification import rectifications
from dashboard.ui import parts
from dashboard.ui.instruction import instruct as ask_instruction
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.light import LightDimension, LightKind
from models.rectification import RectificationKind


def show(
    actor: Actor,
    project_id: int,
    today: date,
    *,
    month: date,
    instruct: bool = False,
    linked: bool = True,
    documented: bool = False,
) -> None:
    """Show why a project is lit as it is, and let the actor act on it.

    `linked` adds the way to the project's page; a `documented` programme is never closed monthly.
    """
    card = read(explain_light, actor, project_id, month, today)
    st.html(_head(card, documented=documented))
    if instruct and actor.may(Action.INSTRUCTION_GIVE):
        ask_instruction(actor, project_id, clock.today())
    told = [] if documented else [_remedies(card)]
    if card.open and actor.may(Action.RECTIFICATION_READ):
        told.append(_rectifications(actor, card, today))
    told += [_figures(card), _sources(actor, card), _rule(card)]
    if linked:
        told += [_instructions(actor, project_id), _way(project_id)]
    st.html("".join(told))
    if actor.may(Action.LIGHT_OVERRIDE):
        _override(actor, project_id, today)


def _head(card: LightCard, *, documented: bool) -> str:
    month = month_name(card.month)
    lit = parts.light(card.kind, card.word)
    because = ""
    if card.dimension is not None:
        because = _("{title}：{text}").format(title=_(card.dimension.label), text=card.case_words)
    lines = [f'<p class="ms-why">{escape(month)} {lit}　{escape(because)}</p>']
    if card.measure:
        bold = f"<b>{escape(card.measure)}</b>"
        lines.append(f"<p>{_('应采取的措施：{measure}').format(measure=bold)}</p>")
    notes = []
    if card.open and not documented:
        notes.append(_("本月尚未结账，以下为截至 {day} 的情况。").format(day=card.as_of))
    elif card.closing_written_on and card.closing_kind in (None, card.kind):
        notes.append(_("月末灯写入于 {day}，不再改动。").format(day=card.closing_written_on))
    elif card.closing_written_on:
        notes.append(
            _("月末灯是“{kind}”，写入于 {day}，不再改动；以上为截至 {as_of} 的情况。").format(
                kind=_((card.closing_kind or card.kind).label),
                day=card.closing_written_on,
                as_of=card.as_of,
            )
        )
    if card.recovered_on:
        notes.append(_("迟报，已于 {day} 补齐。").format(day=card.recovered_on))
    if card.red_run > 1:
        notes.append(_("已连续 {n} 个月最差。").format(n=card.red_run))
    lines.append(f'<p class="ms-soft">{escape(" ".join(notes))}</p>')
    if card.override_kind is not None:
        lines.append(_overridden(card))
    return "".join(lines)


def _overridden(card: LightCard) -> str:
    kind = card.override_kind or LightKind.UNKNOWN
    until = card.override_last_on.isoformat() if card.override_last_on else _("另行通知")
    text = _("人工改灯（{by}，{first} 至 {until}）：{reason}").format(
        by=card.override_by,
        first=card.override_first_on,
        until=until,
        reason=card.override_reason,
    )
    return f'<p class="ms-card">{parts.light(kind, _(kind.label))}　{escape(text)}</p>'


def _remedies(card: LightCard) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in card.remedies)
    return f"<b>{_('怎样才能转好')}</b><ul>{items}</ul>" if items else ""


def _rectifications(actor: Actor, card: LightCard, today: date) -> str:
    """Name the rectifications under way, the most pressing first (X13)."""
    found = records(read(rectifications, actor, today, project_id=card.project_id))
    items = []
    for row in found:
        if row["days_left"] is None:
            continue
        late = -int(row["days_left"])
        clock = _("逾期 {n} 天").format(n=late) if late > 0 else _("期限 {day}")
        if row["kind"] == RectificationKind.PROPOSED:
            clock = _(row["state_name"])
        words = joined((row["thing"], row["agency"], clock.format(day=row["due_on"])))
        href = f"/rectification?id={int(row['rectification_id'])}"
        number = f'<a href="{href}" target="_self">{escape(row["number"])}</a>'
        items.append(f"<li>{number}　{escape(words)}</li>")
    return f"<b>{_('未办结的整改')}</b><ul>{''.join(items)}</ul>" if items else ""


def _figures(card: LightCard) -> str:
    rows = records(card.figures)
    deciding = [row for row in rows if row["decides"]]
    known = [row for row in rows if not row["decides"] and row["value"] is not None]
    shown = [
        {"title": row["title"], "text": row["text"], "bound": row["bound"]}
        for row in (*deciding, *known)
    ]
    columns = {"title": _("数据"), "text": _("数值"), "bound": _("所在界限（起决定作用）")}
    told = parts.table(shown, columns, numbers=["text"], stack=False)
    if unknown := joined(row["title"] for row in rows if row["value"] is None):
        titles = _("没有数据：{titles}").format(titles=unknown)
        told += f'<p class="ms-soft">{escape(titles)}</p>'
    return parts.fold(_("用到的数据"), told + parts.facts(dict(card.dates)), is_open=True)


def _sources(actor: Actor, card: LightCard) -> str:
    found = records(card.sources)
    readable = read(readable_files, actor)
    rows = [
        {
            "title": row["title"],
            "raw": row["raw"] or "",
            "where": _("人工录入（{by}）").format(by=row["entered_by"] or "")
            if row["by_hand"]
            else f"{row['sheet'] or ''} {row['cell'] or ''}",
            "file": parts.file_link(int(row["file_id"]), str(row["file"]), readable)
            if row["file_id"]
            else parts.source_link(row["source"] or "", row["source_url"] or ""),
            "accepted_on": row["accepted_on"],
            "receipt": row["receipt"],
        }
        for row in found
    ]
    columns = {
        "title": _("数据"),
        "raw": _("原文"),
        "where": _("工作表与单元格"),
        "file": _("文件或文献"),
        "accepted_on": _("审定日"),
        "receipt": _("回执号"),
    }
    empty = _("这个月没有已审定的月报，没有出处可查。")
    told = parts.table(rows, columns, html=["file"], empty=empty)
    return parts.fold(_("数据出处（文件、工作表、单元格）"), told, is_open=bool(found))


def _rule(card: LightCard) -> str:
    source = parts.source_link(card.rule_set_source, card.rule_set_source_url)
    name = _("{name}（{code}，{day} 起）").format(
        name=_(card.rule_set_name), code=card.rule_set_code, day=card.rule_set_since
    )
    rows = [
        {
            "dimension": _(LightDimension.of(row["dimension"]).label),
            "light": parts.light(row["kind"] or "NONE", row["word"]),
            "words": row["words"],
            "measure": row["measure"],
        }
        for row in records(card.lights)
    ]
    columns = {
        "dimension": _("方面"), "light": _("灯"), "words": _("情形"), "measure": _("措施"),
    }  # fmt: skip
    told = f"<p>{escape(name)} {source}</p>{parts.table(rows, columns, html=['light'])}"
    if card.silence_days is not None:
        silence = _("超过 {n} 天没有消息，未报转为最差。").format(n=card.silence_days)
        told += f'<p class="ms-soft">{escape(silence)}</p>'
    return parts.fold(_("依据的规则"), told)


def _instructions(actor: Actor, project_id: int) -> str:
    if not actor.may(Action.REPORT_READ):
        return ""
    told = []
    for row in records(read(instructions, actor, project_id))[:3]:
        answer = row["answer"] or _("尚未答复，期限 {day}").format(day=row["due_on"])
        told.append(
            f'<div class="ms-card"><span class="ms-soft">{_("批示")} {escape(row["leader"])} '
            f"{row['given_on']}</span><br>{escape(row['words'])}<br>"
            f'<span class="ms-soft">{_("办理情况")}</span> {escape(answer)}</div>'
        )
    return "".join(told)


def _way(project_id: int) -> str:
    link = f'<a class="ms-button" href="/project?id={project_id}" target="_self">'
    return f"{link}{_('打开项目页')}</a>"


def _override(actor: Actor, project_id: int, today: date) -> None:
    title = _("人工改灯（须写明理由，与计算的灯并列显示）")
    if panel := parts.unfolded(title, f"unfold-override-{project_id}"):
        with panel, st.form(f"override-{project_id}"):
            _ask_override(actor, project_id, today)


def _ask_override(actor: Actor, project_id: int, today: date) -> None:
    kind = st.selectbox(
        _("改为"), list(LightKind), format_func=lambda k: _(k.label), filter_mode=None
    )
    reason = st.text_area(_("改灯理由"), max_chars=500)
    last_on = st.date_input(_("截止日"), value=today + timedelta(days=30), format="YYYY-MM-DD")
    if st.form_submit_button(_("改灯")) and kind and isinstance(last_on, date):
        run(
            override_light, actor, project_id, kind=kind, reason=reason or "",
            first_on=today, last_on=last_on, today=today,
            done=_("已改灯，理由与计算的灯一并显示。"),
        )  # fmt: skip


def current_month(actor: Actor, programme_id: int, today: date) -> date:
    """Give the month whose light a project's page explains first."""
    return read(board_month, actor, programme_id, today)
