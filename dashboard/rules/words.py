"""What people write into a free field: there must be some, and not without end."""

from __future__ import annotations

import unicodedata

from dashboard.errors import Invalid
from dashboard.i18n import _

LONGEST = 2000


def plain_words(text: str) -> str:
    """Leave out what nobody sees and no database keeps: control characters but line breaks."""
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    return "".join(kept).strip()


def required_words(text: str, title: str, most: int = LONGEST) -> str:
    """Give the words without blanks around them.

    Raises:
        Invalid: there are none, or more characters than fit.
    """
    words = plain_words(text)
    if not words:
        raise Invalid(_("请填写{title}。").format(title=title))
    return limited_words(words, title, most)


def limited_words(text: str, title: str, most: int = LONGEST) -> str:
    """Give words that may be missing. Raises `Invalid` when there are more than fit."""
    words = plain_words(text)
    if len(words) > most:
        raise Invalid(
            _("{title}最多 {most} 字，现有 {now} 字。").format(
                title=title, most=most, now=len(words)
            )
        )
    return words
