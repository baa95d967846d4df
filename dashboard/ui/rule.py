"""Rule sets on a page: read as sentences, edited by their numbers, tried on past months, saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
import streamlit as st
from sqlmodel import Session

from dashboard.commands.rule import RuleDraft, add_rule_version, draft_problems
from dashboard.commands.rule import choose_rule_set as use_rule_set
from dashboard.db import load, records
from dashboard.i18n import _, aside, month_name
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.past import backtest
from dashboard.queries.rule import colours, programme_rules, rule_sets
from dashboard.rules.fact import FACTS
from dashboard.rules.light import Bound, Case, RuleSet
from dashboard.rules.remedy import bound_words, number
from dashboard.ui import choose, parts, state
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.light import LightKind, LightRuleSet


def rules_shown(session: Session, actor: Actor, rule_set_id: int) -> RuleSet:
    """Give one version of a rule set."""
    allow(actor, Action.RULE_READ)
    return rule_sets(session, [load(session, LightRuleSet, rule_set_id)])[0]


def colours_shown(session: Session, actor: Actor, rule_set_id: int) -> pd.DataFrame:
    """Give word and colour of each kind; columns as `colours` has them."""
    allow(actor, Action.RULE_READ)
    return colours(session, rule_set_id)


def choose_rule_set(found: pd.DataFrame) -> int | None:
    """Offer every version of every rule set; the default first. The choice stands in the link."""
    if found.empty:
        st.info(_("还没有亮灯规则。"))
        return None
    rows = sorted(records(found), key=lambda r: (r["code"] != "DEFAULT", r["code"]))
    names = {
        int(r["rule_set_id"]): _("{name}（{code}，{day} 起）").format(
            name=_(r["name"]), code=r["code"], day=r["since"]
        )
        for r in rows
    }
    keys = list(names)
    return int(choose.linked_choice(_("规则"), "rule", keys, names, keys[0]))


def _colour_words(actor: Actor, rule_set_id: int) -> dict[LightKind, tuple[str, str]]:
    rows = records(read(colours_shown, actor, rule_set_id))
    return {LightKind.of(row["kind"]): (row["word"], row["hex"]) for row in rows}


def show_rules(actor: Actor, rule_set_id: int, rules: RuleSet) -> None:
    """Show the cases in order, as sentences, with the light each gives."""
    words = _colour_words(actor, rule_set_id)
    rows = [
        {
            "dimension": _(case.dimension.label),
            "when": _("；").join(bound_words(bound) for bound in case.bounds) or _("其余情形"),
            "light": parts.light(case.kind, _(words.get(case.kind, (case.kind.label, ""))[0]))
            if case.kind
            else _("不计"),
            "words": _(case.words),
            "measure": _(case.measure) if case.measure else "",
        }
        for case in rules.cases
    ]
    parts.show_table(
        rows,
        {
            "dimension": _("方面"),
            "when": _("当"),
            "light": _("亮"),
            "words": _("情形"),
            "measure": _("随之采取的措施"),
        },
        html=["light"],
    )
    silence = (
        _("应报未报为灰；超过 {n} 天没有消息转为最差。").format(n=rules.silence_days)
        if rules.silence_days is not None
        else _("应报未报为灰；不因沉默变色。")
    )
    order = _("按顺序取第一个符合的情形；总灯取各方面最差的一个。")
    st.caption(f"{order}{silence}")


def edit(actor: Actor, rule_set_id: int, rules: RuleSet, today: date) -> RuleDraft | None:
    """Offer the numbers of the rules for change; give the draft, None for who may not test."""
    if not (actor.may(Action.RULE_EDIT) or actor.may(Action.RULE_TEST)):
        return None
    words = _colour_words(actor, rule_set_id)
    with st.expander(_("修改界限（先试算，再启用为新版本）")):
        name = st.text_input(_("规则名称"), value=rules.name, max_chars=80)
        since = st.date_input(
            _("生效日"), value=today + timedelta(days=1), min_value=today, format="YYYY-MM-DD"
        )
        silence = st.text_input(
            _("失联天数（空：不因沉默变色）"), value=parts.shown(rules.silence_days), max_chars=4
        )
        cases = [_edit_case(place, case) for place, case in enumerate(rules.cases)]
    problems = [text for _case, found in cases for text in found]
    if silence and not silence.isdecimal():
        problems.append(_("失联天数应是整数或留空。"))
    if problems:
        st.error(_("；").join(problems))
        return None
    changed = replace(
        rules,
        name=name or "",
        since=since if isinstance(since, date) else today,
        silence_days=int(silence) if silence else None,
        cases=tuple(case for case, _found in cases),
        id=None,
    )
    return RuleDraft(changed, words)


def _edit_case(place: int, case: Case) -> tuple[Case, list[str]]:
    bounds, problems = [], []
    words = case.words
    if case.bounds:
        # The words stand on the card beside the figures: who moves a number can mend them too.
        label = f"{_(case.dimension.label)} {_('情形')}"
        words = st.text_input(label, value=words, max_chars=200, key=f"rule-{place}-words") or ""
    for bound in case.bounds:
        title = FACTS[bound.fact]
        left, low_in, right, high_in = st.columns([3, 2, 3, 2], vertical_alignment="bottom")
        key = f"rule-{place}-{bound.fact}"
        low = left.text_input(
            _("{title} 下限").format(title=_(title.title)),
            value=_plain(bound.low),
            key=f"{key}-low",
        )
        low_included = low_in.checkbox(_("含"), value=bound.low_included, key=f"{key}-low-in")
        high = right.text_input(
            _("上限") + (aside(_(title.unit)) if title.unit else ""),
            value=_plain(bound.high), key=f"{key}-high",
        )  # fmt: skip
        high_included = high_in.checkbox(_("含"), value=bound.high_included, key=f"{key}-high-in")
        try:
            bounds.append(Bound(bound.fact, _read(low), low_included, _read(high), high_included))
        except InvalidOperation:
            problems.append(_("“{title}”的上下限应是数字或留空。").format(title=_(title.title)))
    return replace(case, words=words, bounds=tuple(bounds), id=None), problems


def _plain(value: Decimal | None) -> str:
    return "" if value is None else number(value)


def _read(text: str | None) -> Decimal | None:
    return Decimal(text.strip()) if text and text.strip() else None


def test(actor: Actor, rules: RuleSet) -> None:
    """Try the rules on the closed months of a list: which lights would have been others (X17)."""
    if not actor.may(Action.RULE_TEST):
        return
    st.subheader(_("回测"))
    programme = choose.choose_programme(actor)
    if programme is None:
        return
    found = read(backtest, actor, programme["programme_id"], rules)
    if found.empty:
        st.success(_("用这些界限重算已结账的各月：没有一盏灯会改变。"))
        return
    st.warning(_("用这些界限重算已结账的各月：会有 {n} 盏灯不同。").format(n=len(found)))
    parts.show_table(_differences(records(found)), {
        "project": _("项目"), "month": _("月份"), "before": _("当时"), "after": _("将是"),
        "words": _("因为"),
    }, html=["before", "after"])  # fmt: skip


def _differences(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "project": f"{row['code']} {row['name']}",
            "month": month_name(row["month"]),
            "before": parts.light(row["before"], _(LightKind.of(row["before"]).label)),
            "after": parts.light(row["after"], _(LightKind.of(row["after"]).label)),
            "words": _(row["words"]) if row["words"] else "",
        }
        for row in rows
    ]


def save(actor: Actor, rules: RuleSet, draft: RuleDraft, today: date) -> None:
    """Let an administrator put the draft into force as a new version, once something is new."""
    if not actor.may(Action.RULE_EDIT):
        return
    problems = draft_problems(draft)
    for text in problems:
        st.error(plain(text))
    same = replace(draft.rules, since=rules.since) == replace(
        rules, id=None, cases=tuple(replace(case, id=None) for case in rules.cases)
    )
    if st.button(_("启用为新版本"), type="primary", disabled=bool(problems) or same):
        run(
            add_rule_version, actor, draft, today=today,
            done=_("新版本自 {day} 起生效，过去的灯不变。").format(day=draft.rules.since),
        )  # fmt: skip


def choose_for_programme(actor: Actor, found: pd.DataFrame, today: date) -> None:
    """Let an administrator say by which rules a year's list is lit from now on."""
    if not actor.may(Action.RULE_EDIT):
        return
    lists = {int(row["programme_id"]): row for row in records(read(programme_rules, actor))}
    if not lists:
        return
    codes = list(dict.fromkeys(row["code"] for row in records(found)))
    with st.expander(_("各年度清单采用的规则")):
        key = st.selectbox(
            _("年度清单"), list(lists), format_func=lambda one: str(lists[one]["name"])
        )
        row = lists[key]
        form, used = f"rules-of-{key}", {"code": row["rule_set_code"]}
        version = state.opened(form, int(row["version"]), used)
        with st.form(f"{form}-{version}"):
            now = codes.index(row["rule_set_code"]) if row["rule_set_code"] in codes else 0
            named = state.field(form, version, "code")
            code = st.selectbox(_("规则"), codes, index=now, key=named)
            if st.form_submit_button(_("从今天起采用")) and code:
                state.forget(form)
                run(
                    use_rule_set, actor, key, code, version=version, today=today,
                    done=_("已改用，已结账的月份不变。"),
                )  # fmt: skip
