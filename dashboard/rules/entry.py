"""One value that a person enters for one column: read for certain, or one sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from dashboard.errors import Invalid
from dashboard.i18n import _, joined
from dashboard.rules.words import LONGEST, plain_words
from models.base import Code

MOST = 10**15
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YES, _NO = {"是", "1", "true", "yes", "√"}, {"否", "0", "false", "no", "×"}


class Kind(StrEnum):
    """What a column holds, which decides its input, its cell and its filter."""

    TEXT = "text"
    LONG = "long"
    WHOLE = "whole"
    EXACT = "exact"
    DAY = "day"
    INSTANT = "instant"
    FLAG = "flag"
    CODE = "code"
    CHOICE = "choice"
    ROW = "row"


NUMBERS = frozenset({Kind.WHOLE, Kind.EXACT})


@dataclass(frozen=True)
class Field:
    """One column as people meet it: its title, what it holds, and the limits of what may stand.

    `target` and `target_key` name what a key points to. `nothing` is what an empty entry is stored
    as. `words` are what people call the `options`, in their order. `own` is the key of an office's
    own field, 0 for a column of the schema.
    """

    name: str
    title: str
    kind: Kind
    required: bool = False
    help: str = ""
    shortest: int = 0
    longest: int = LONGEST
    low: int | None = None
    high: int | None = None
    places: int = 4
    codes: type[Code] | None = None
    options: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    target: str = ""
    target_key: str = "id"
    nothing: Any = None
    own: int = 0

    @property
    def label(self) -> str:
        """The title in the reader's language; an office's own words stay as they are."""
        return self.title if self.own else _(self.title)

    def word(self, value: Any) -> Any:
        """Give what people call a value that was chosen from the options."""
        if value in self.options and self.words:
            return _(self.words[self.options.index(value)])
        return value


class Unfit(Invalid):
    """Several entries that cannot be saved: one sentence a field."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = dict(sentences)


def entered(field: Field, value: Any) -> Any:
    """Give what is stored for what was entered.

    Raises:
        Invalid: it is missing, cannot be read for certain, or lies outside the limits.
    """
    if isinstance(value, str):
        value = plain_words(value)
    if value is None or value == "":
        if field.required:
            raise Invalid(_("请填写{title}。").format(title=field.label))
        return field.nothing
    return _READERS[field.kind](field, value)


def of_link(field: Field, text: str) -> Any:
    """Read a filter's value from a link; None for one that cannot stand in the column."""
    if field.kind in (Kind.TEXT, Kind.LONG, Kind.CHOICE):
        return text
    try:
        if field.kind is Kind.ROW and field.target_key == "id":
            return entered(field, int(text))
        return entered(field, text)
    except (Invalid, ValueError):
        return None


def _text(field: Field, value: Any) -> str:
    words = plain_words(str(value))
    if not field.shortest <= len(words) <= field.longest:
        form = (
            _("{title}应为 {low} 至 {high} 字，现有 {now} 字。")
            if field.shortest > 1
            else _("{title}最多 {high} 字，现有 {now} 字。")
        )
        raise Invalid(
            form.format(title=field.label, low=field.shortest, high=field.longest, now=len(words))
        )
    return words


def _number(field: Field, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _not_a_number(field)
    text = unicodedata.normalize("NFKC", format(value, ".15g") if _is_float(value) else str(value))
    try:
        number = Decimal(text.replace(",", "").strip())
    except InvalidOperation as error:
        raise _not_a_number(field) from error
    if not number.is_finite() or abs(number) >= MOST:
        raise _not_a_number(field)
    return number


def _is_float(value: Any) -> bool:
    return isinstance(value, float)


def _not_a_number(field: Field) -> Invalid:
    if field.kind is Kind.WHOLE:
        return Invalid(_("{title}应为整数。").format(title=field.label))
    return Invalid(_("{title}应为数字，不带单位和文字。").format(title=field.label))


def _whole(field: Field, value: Any) -> int:
    number = _number(field, value)
    if number != number.to_integral_value():
        raise _not_a_number(field)
    _within(field, number)
    return int(number)


def _exact(field: Field, value: Any) -> Decimal:
    number = _number(field, value)
    if number != round(number, field.places):
        raise Invalid(
            _("{title}最多 {places} 位小数。").format(title=field.label, places=field.places)
        )
    _within(field, number)
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _within(field: Field, number: Decimal) -> None:
    low, high = field.low, field.high
    if low is not None and high is not None and not low <= number <= high:
        raise Invalid(
            _("{title}应在 {low} 至 {high} 之间。").format(title=field.label, low=low, high=high)
        )
    if low is not None and number < low:
        raise Invalid(_("{title}不能小于 {low}。").format(title=field.label, low=low))
    if high is not None and number > high:
        raise Invalid(_("{title}不能大于 {high}。").format(title=field.label, high=high))


def _day(field: Field, value: Any) -> date:
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        day = _written_day(unicodedata.normalize("NFKC", str(value)).strip())
    if day is None or not 1900 <= day.year <= 2199:
        raise Invalid(_("{title}应为日期，如 2026-10-31。").format(title=field.label))
    return day


def _written_day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _flag(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _YES | {_("是").lower()}:
        return True
    if text in _NO | {_("否").lower()}:
        return False
    raise Invalid(_("{title}应为“是”或“否”。").format(title=field.label))


def _code(field: Field, value: Any) -> Code:
    assert field.codes is not None
    for code in field.codes:
        if value in (code, code.value, code.label, _(code.label)):
            return code
    words = joined(_(code.label) for code in field.codes)
    raise Invalid(_("{title}应为其中之一：{words}。").format(title=field.label, words=words))


def _choice(field: Field, value: Any) -> str:
    for option in field.options:
        if str(value) in (option, str(field.word(option))):
            return option
    words = joined(str(field.word(option)) for option in field.options if option)
    raise Invalid(_("{title}应为其中之一：{words}。").format(title=field.label, words=words))


def _row(field: Field, value: Any) -> int | str:
    if field.target_key != "id" and isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise Invalid(_("请从名单中选择{title}。").format(title=field.label))
    return value


def _never(field: Field, _value: Any) -> Any:
    raise Invalid(_("{title}由系统填写，不能修改。").format(title=field.label))


_READERS = {
    Kind.TEXT: _text,
    Kind.LONG: _text,
    Kind.WHOLE: _whole,
    Kind.EXACT: _exact,
    Kind.DAY: _day,
    Kind.INSTANT: _never,
    Kind.FLAG: _flag,
    Kind.CODE: _code,
    Kind.CHOICE: _choice,
    Kind.ROW: _row,
}
