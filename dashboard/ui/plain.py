"""Stored text for the places where Streamlit reads Markdown: titles, labels, notes (OU2)."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[\\`*_{}\[\]#|<>~:$&^=]")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
_JOINER = "\N{WORD JOINER}"


def plain(text: object) -> str:
    """Give a text that Streamlit shows as it stands: no picture, link, colour, icon or list.

    Widgets take their labels as Markdown; what people stored must not be read as such. Addresses
    become links even when escaped, so a sign without width parts them.
    """
    parted = _ADDRESS.sub(lambda sign: _parted(sign.group()), str(text).strip())
    escaped = _SIGNS.sub(lambda sign: f"\\{sign.group()}", parted)
    return _LIST.sub(
        lambda mark: f"{mark.group(1)}{mark.group(2)[:-1]}\\{mark.group(2)[-1]}", escaped
    )


def _parted(sign: str) -> str:
    return sign + _JOINER if sign == "@" else f"{sign[:-1]}{_JOINER}{sign[-1]}"
