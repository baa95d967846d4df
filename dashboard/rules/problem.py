"""What is wrong with a rule set, in sentences; nothing, and it can light."""

from __future__ import annotations

from dashboard.i18n import _
from dashboard.rules.fact import FACTS
from dashboard.rules.light import FED_BY_REPORTS, Bound, Case, RuleSet
from models.light import LightDimension, LightKind


def problems(rules: RuleSet) -> list[str]:
    """Say what is wrong with the rules, one sentence each, by dimension and case."""
    if not rules.cases:
        return [_("至少要有一个方面的情形。")]
    found: list[str] = []
    if rules.silence_days is not None and rules.silence_days < 1:
        found.append(_("失联天数至少为 1 天；不使用时请留空。"))
    for dimension in rules.dimensions:
        found += _of_dimension(dimension, rules.of(dimension))
    return found


def _of_dimension(dimension: LightDimension, cases: tuple[Case, ...]) -> list[str]:
    name = _(dimension.label)
    last = cases[-1]
    found: list[str] = []
    if last.bounds:
        found.append(_("{name}：最后必须有一个不带界限的“其他情形”。").format(name=name))
    elif dimension in FED_BY_REPORTS and last.kind in (LightKind.GOOD, LightKind.DONE):
        found.append(
            _("{name}：“其他情形”不能为正常或完成，没有数据不得亮好灯。").format(name=name)
        )
    for number, case in enumerate(cases, 1):
        where = _("{name}第 {number} 种情形").format(name=name, number=number)
        if not case.bounds and case is not last:
            found.append(_("{where}没有界限，其后的情形永远轮不到。").format(where=where))
        if not case.words.strip():
            found.append(_("{where}缺少文字说明。").format(where=where))
        names = [bound.fact for bound in case.bounds]
        if len(set(names)) < len(names):
            found.append(_("{where}对同一事实写了两个界限，请合并。").format(where=where))
        found += [text for bound in case.bounds for text in _of_bound(where, bound)]
    return found


def _of_bound(where: str, bound: Bound) -> list[str]:
    known = FACTS.get(bound.fact)
    if known is None:
        return [_("{where}：不认识的事实“{fact}”。").format(where=where, fact=bound.fact)]
    title = _(known.title)
    low, high = bound.low, bound.high
    if low is None and high is None:
        return [_("{where}：“{title}”没有写上限或下限。").format(where=where, title=title)]
    empty = low is not None and high is not None and (
        low > high or (low == high and not (bound.low_included and bound.high_included))
    )  # fmt: skip
    if empty:
        return [
            _("{where}：“{title}”的下限高于上限，没有数能满足。").format(where=where, title=title)
        ]
    ends = [end for end in (low, high) if end is not None]
    if known.yes_no and any(end not in (0, 1) for end in ends):
        return [_("{where}：“{title}”只能是 1（是）或 0（否）。").format(where=where, title=title)]
    return []
