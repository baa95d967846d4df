"""Remarks from the site: their day, what makes a position doubtful, names nobody need know."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from dashboard import clock
from dashboard.i18n import _
from models.remark import RemarkState

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that nobody takes for one another, read aloud or written down."""
CODE_LENGTH = 12
OLDEST_DAYS = 60
"""A remark that lay in a phone longer than this is taken to be of the day it arrived."""
ENDED = frozenset({RemarkState.ANSWERED, RemarkState.SETTLED, RemarkState.NO_ACTION})
"""The states in which whoever wrote a remark can rate it, or ask for more."""


class Doubt(StrEnum):
    """What makes a position doubtful; the column `doubt` holds these names (J3)."""

    ACCURACY = "ACCURACY"
    SPEED = "SPEED"
    FAR = "FAR"


DOUBT_WORDS = {
    Doubt.ACCURACY: "定位精度不足",
    Doubt.SPEED: "与上一条意见的时间和距离不符",
    Doubt.FAR: "离点位较远",
}


def observed_on(written_at: datetime | None, now: datetime, today: date) -> date:
    """Give the day a remark is of: when it was written on the phone, counted from today.

    A phone whose clock runs ahead, or that kept the remark too long, is not believed.
    """
    if written_at is None or written_at > now:
        return today
    days = (clock.local(now).date() - clock.local(written_at).date()).days
    return today - timedelta(days=days) if days <= OLDEST_DAYS else today


def too_fast(metres: int, seconds: float, most_kmh: Decimal) -> bool:
    """Say whether nobody could have gone that far in that time."""
    return metres * 3.6 > float(most_kmh) * max(seconds, 1.0)


def new_number(prefix: str, day: date) -> str:
    """Make the number of a remark. It counts nothing: a gap would tell of a sealed one."""
    return f"{prefix}{day:%y%m%d}-{''.join(secrets.choice(SIGNS) for _sign in range(5))}"


def code_of(client_id: str) -> str:
    """Give the code a citizen follows by, the same for the same sending."""
    digest = int.from_bytes(sha256(f"follow:{client_id}".encode()).digest())
    signs = []
    for _sign in range(CODE_LENGTH):
        digest, place = divmod(digest, len(SIGNS))
        signs.append(SIGNS[place])
    return "-".join("".join(signs[at : at + 4]) for at in range(0, CODE_LENGTH, 4))


def plain_code(code: str) -> str:
    """Give a code as it was meant, however it was typed."""
    wide = unicodedata.normalize("NFKC", code).upper()
    return "".join(sign for sign in wide if sign.isalnum())


def stem(position: int) -> str:
    """Give the sign of the n-th of several people who are not named: 甲, 乙, … 癸, then numbers."""
    stems = _("甲乙丙丁戊己庚辛壬癸")
    return stems[position] if position < len(stems) else str(position + 1)


def masked_phone(phone: str) -> str:
    """Give a telephone number that nobody can call: its ends alone."""
    if len(phone) < 8:
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
