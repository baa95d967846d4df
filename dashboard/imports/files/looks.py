"""Which texts of a workbook are crossed out or raised: what they say may not be what counts."""

from __future__ import annotations

from dashboard.imports.files.grid import RAISED, STRUCK
from dashboard.imports.files.markup import walk


def is_on(attributes: dict[str, str]) -> bool:
    """Say whether an element such as <strike/> switches its property on."""
    return attributes.get("val", "1") not in ("0", "false")


def look(tag: str, attributes: dict[str, str]) -> str:
    """Say what an element of a font makes of its text; empty where nothing."""
    if tag == "strike" and is_on(attributes):
        return STRUCK
    return RAISED if tag == "vertAlign" and attributes.get("val") == "superscript" else ""


def struck_styles(xml: bytes) -> frozenset[str]:
    """Give the cell styles whose font is crossed out, by their number."""
    if b"strike" not in xml:
        return frozenset()
    fonts: list[bool] = []
    styles: list[int] = []
    group = ""

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal group
        tag = name.rpartition(":")[2]
        if tag in ("fonts", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs", "fills"):
            group = tag
        elif tag == "font" and group == "fonts":
            fonts.append(False)
        elif tag == "strike" and group == "fonts" and fonts:
            fonts[-1] = is_on(attributes)
        elif tag == "xf" and group == "cellXfs":
            styles.append(int(attributes.get("fontId", 0)))

    walk(xml, on_start)
    struck = {number for number, is_struck in enumerate(fonts) if is_struck}
    return frozenset(str(number) for number, font in enumerate(styles) if font in struck)


def odd_texts(xml: bytes) -> dict[str, str]:
    """Give the shared texts of which a part is crossed out or raised, by their number."""
    if b"strike" not in xml and b"superscript" not in xml:
        return {}
    found: dict[str, str] = {}
    count = -1

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        tag = name.rpartition(":")[2]
        if tag == "si":
            count += 1
        elif how := look(tag, attributes):
            found[str(count)] = how

    walk(xml, on_start)
    return found
