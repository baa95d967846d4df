"""What would make a light good: concrete conditions with numbers, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.i18n import _, joined
from dashboard.rules.fact import FACTS, Facts
from dashboard.rules.light import RANKS, Bound, Case, DimensionLight, RuleSet, light, within
from models.light import LightKind

FINE = frozenset({LightKind.GOOD, LightKind.DONE})


@dataclass(frozen=True)
class Remedy:
    """One condition on a fact, the sentence that says it, and a value that would meet it."""

    fact: str
    value: Decimal | None
    words: str


def number(value: Decimal) -> str:
    """Write a number without needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_words(fact: str, value: Decimal | None) -> str:
    """Write a fact's value with its unit; yes and no as words, unknown as such."""
    if value is None:
        return _("不详")
    known = FACTS[fact]
    if known.yes_no:
        return _("是") if value else _("否")
    return f"{number(round(value, 2))}{_(known.unit)}"


def bound_words(bound: Bound) -> str:
    """Write a bound as a phrase: 低于序时进度 10个百分点以上（含）、30个百分点以下（含）."""
    known = FACTS[bound.fact]
    if known.yes_no and bound.low == bound.high:
        return _("{title}：{text}").format(
            title=_(known.title), text=value_words(bound.fact, bound.low)
        )
    ends = []
    if bound.low is not None and bound.low == bound.high:
        ends.append(_("等于 {value}").format(value=value_words(bound.fact, bound.low)))
    else:
        if bound.low is not None:
            form = _("不低于 {value}") if bound.low_included else _("高于 {value}")
            ends.append(form.format(value=value_words(bound.fact, bound.low)))
        if bound.high is not None:
            form = _("不高于 {value}") if bound.high_included else _("低于 {value}")
            ends.append(form.format(value=value_words(bound.fact, bound.high)))
    return f"{_(known.title)} {joined(ends)}"


def remedies(rules: RuleSet, facts: Facts) -> tuple[Remedy, ...]:
    """Give what must become true for every dimension to be good or done; empty when it is so."""
    found: dict[str, Remedy] = {}
    for each in light(rules, facts).dimensions:
        if each.kind is not None and RANKS[each.kind] > RANKS[LightKind.GOOD]:
            for remedy in _of_dimension(rules, each, facts):
                found[remedy.words] = remedy
    return tuple(found.values())


def _of_dimension(rules: RuleSet, lit: DimensionLight, facts: Facts) -> list[Remedy]:
    cases = rules.of(lit.dimension)
    good = [case for case in cases if case.kind is None or case.kind in FINE]
    ways = [(case, _way(cases, case, facts)) for case in good if not _waits(cases, case, facts)]
    asked = []
    if facts["expected"] == 1 and facts["reported"] == 0:
        asked.append(Remedy("reported", Decimal(1), _("报送当月月报，并经审定")))
    if not ways:
        return asked

    def cost(way: tuple[Case, list[Remedy]]) -> tuple[bool, int, int]:
        hard = sum(not _reportable(each.fact, facts) for each in way[1])
        return way[0].kind is LightKind.DONE, hard, len(way[1])

    return asked + min(ways, key=cost)[1]


def _way(cases: tuple[Case, ...], target: Case, facts: Facts) -> list[Remedy]:
    """Give what it takes to come into a case: meet its bounds, leave those before it."""
    wanted: list[Remedy] = []
    changed = dict(facts)
    for bound in target.bounds:
        value = facts.get(bound.fact)
        if value is None or not within(bound, value):
            wanted.append(_meet(bound, facts))
            changed[bound.fact] = _inside(bound)
    for case in cases[: cases.index(target)]:
        if blocked := _blocking(case, changed):
            wanted.append(_leave(blocked, facts))
            changed[blocked.fact] = _outside(blocked)
    return wanted


def _waits(cases: tuple[Case, ...], target: Case, facts: Facts) -> bool:
    """Say whether a case before it will have its say once the figure that is missing is there."""
    if facts.get("planned_pct") is None or facts.get("completed_pct") is not None:
        return False
    before = cases[: cases.index(target)]
    own = {bound.fact for bound in target.bounds}
    return any(
        bound.fact in _SHORT and case.kind not in FINE and not own & _SHORT
        for case in before
        for bound in case.bounds
    )


_SHORT = frozenset({"shortfall_pp", "shortfall_ratio"})


def _reportable(fact: str, facts: Facts) -> bool:
    """Say whether the next report can change the fact; a plan that is missing it cannot mend."""
    if fact in _SHORT:
        return facts.get("planned_pct") is not None
    return fact == "completed_pct" or (fact != "nodes_due" and facts.get(fact) is not None)


def _blocking(case: Case, facts: Mapping[str, Decimal | None]) -> Bound | None:
    """Give the bound by which a case that comes first would still hold, if it would."""
    for bound in case.bounds:
        value = facts.get(bound.fact)
        if value is None or not within(bound, value):
            return None
    return case.bounds[0] if case.bounds else None


def _inside(bound: Bound) -> Decimal:
    """Give the value within the bound that is nearest to its end."""
    step = Decimal(1) / 100
    if bound.high is not None:
        return bound.high if bound.high_included else bound.high - step
    low = bound.low or Decimal(0)
    return low if bound.low_included else low + step


def _outside(bound: Bound) -> Decimal | None:
    """Give a value outside the bound, on its better side: below it if it has a low end."""
    step = Decimal(1) / 100
    if bound.low is not None:
        return bound.low - (step if bound.low_included else 0)
    high = bound.high or Decimal(0)
    return high + (step if bound.high_included else 0)


def _meet(bound: Bound, facts: Facts) -> Remedy:
    planned = facts.get("planned_pct")
    if bound.fact == "shortfall_pp" and bound.high is not None and planned is not None:
        return _reach(planned - bound.high, bound.high_included)
    if bound.fact == "shortfall_ratio" and bound.high is not None and planned is not None:
        return _reach(planned * (100 - bound.high) / 100, bound.high_included)
    return Remedy(bound.fact, _inside(bound), _sentence(bound))


def _reach(percent: Decimal, included: bool) -> Remedy:
    if percent < 0:
        return Remedy("completed_pct", Decimal(0), _("填写累计完成进度"))
    form = _("累计完成进度达到 {value}% 以上") if included else _("累计完成进度高于 {value}%")
    value = percent if included else percent + Decimal(1) / 100
    return Remedy("completed_pct", value, form.format(value=number(percent)))


_DOINGS: Mapping[str, str] = {
    "node_overdue_days": "完成已逾期的节点，并经月报审定",
    "overdue_days": "完成全部任务，并经月报审定",
    "start_delay_months": "开工，并经月报审定",
    "rectification_overdue_days": "办结已逾期的整改",
    "rectification_days_to_due": "办结已逾期的整改",
    "done": "累计完成进度达到 100% 以上，或通过验收",
    "accepted": "通过验收",
    "started": "开工，并经月报审定",
    "month_met": "按期完成当月任务",
    "on_schedule": "达到序时进度",
    "registered": "完成入库",
    "funds_met": "资金支付达到要求",
    "nodes_due": "制定节点计划并按期完成",
    "planned_pct": "填写序时进度",
}


def _sentence(bound: Bound) -> str:
    if doing := _DOINGS.get(bound.fact):
        return _(doing)
    if bound.fact in {"shortfall_pp", "shortfall_ratio"}:
        return _("填写序时进度和完成进度，并使{bound}").format(bound=bound_words(bound))
    return _("使{bound}").format(bound=bound_words(bound))


def _leave(bound: Bound, facts: Facts) -> Remedy:
    if doing := _DOINGS.get(bound.fact):
        return Remedy(bound.fact, _outside(bound), _(doing))
    if bound.low is not None:
        better = Bound(bound.fact, high=bound.low, high_included=not bound.low_included)
    else:
        better = Bound(bound.fact, low=bound.high, low_included=not bound.high_included)
    return _meet(better, facts)
