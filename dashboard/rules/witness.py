"""三方印证: what the plan, the unit and the observer say of one project, and where they part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from dashboard.rules.progress import HUNDRED, month_end
from models.remark import SeenProgress

_SAID = {SeenProgress.NOT_STARTED: Decimal(0), SeenProgress.FINISHED: HUNDRED}
"""What a word from the site amounts to in percent."""


class Claim(NamedTuple):
    """What the unit's accepted report of a month says is done."""

    month: date
    completed_pct: Decimal


class Sight(NamedTuple):
    """What an observer saw on a day: a word, and maybe a percent by eye."""

    observed_on: date
    seen: SeenProgress
    seen_pct: Decimal | None = None

    @property
    def pct(self) -> Decimal | None:
        """The percent it amounts to; None where the word gives no figure."""
        return self.seen_pct if self.seen_pct is not None else _SAID.get(self.seen)


class Gap(NamedTuple):
    """How far the unit's word stands above what was seen; no figure: it only contradicts it."""

    claim: Claim
    sight: Sight
    gap_pp: Decimal | None


def gap(claims: Sequence[Claim], sight: Sight | None, at_least: Decimal) -> Gap | None:
    """Hold the unit's word against the newest sight; None when they agree as far as one can tell.

    The claim is that of the newest month that had ended when somebody looked, or, when none had,
    the first one after. A later report that comes down to what was seen settles the gap.
    """
    if not claims or sight is None:
        return None
    ordered = sorted(claims)
    before = [each for each in ordered if month_end(each.month) <= sight.observed_on]
    held, newest = (before or ordered[:1])[-1], ordered[-1]
    lowest = min(held, newest, key=lambda each: each.completed_pct)
    if sight.pct is None:
        going = sight.seen in (SeenProgress.UNDER_WAY, SeenProgress.STOPPED)
        return Gap(held, sight, None) if going and lowest.completed_pct >= HUNDRED else None
    apart = lowest.completed_pct - sight.pct
    return Gap(lowest, sight, apart) if apart > 0 and apart >= at_least else None
