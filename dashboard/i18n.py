"""gettext: Chinese source strings, catalogues under `locale/`.

The catalogue is read from its `.po` file: nothing to compile, nothing binary to keep. babel is
imported when it is needed: a child process that reads a sheet in Chinese never does.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path

SOURCE = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
_LOCALE = Path(__file__).with_name("locale")
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@cache
def _catalogue(language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (_LOCALE / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}


def use(language: str) -> None:
    """Speak this language in the current thread or task from now on."""
    _language.set(language if language in LANGUAGES else SOURCE)


def language() -> str:
    """Say which language is spoken now."""
    return _language.get()


def _(text: str) -> str:
    """Translate a Chinese source string into the current language."""
    spoken = _language.get()
    return text if spoken == SOURCE else _catalogue(spoken).get(text, text)


def joined(texts: Iterable[str]) -> str:
    """Write texts as a list in the current language: 甲、乙, or A, B."""
    return _("、").join(texts)


def aside(text: object) -> str:
    """Put a text in the current language's brackets, to follow another text."""
    return _("（{text}）").format(text=str(text).strip())


def month_name(month: date) -> str:
    """Name a month in the current language: 2026年8月, or Aug 2026."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMM", month, locale=_language.get()))


def short_month(month: date) -> str:
    """Name a month without its year: 8月, or Aug."""
    from babel.dates import format_date

    return str(format_date(month, "LLL", locale=_language.get()))
