"""数据出处: the cell each figure of a report came from, kept as one text with the report.

The text is a JSON list of strips, one for each sheet and work item figures came from:
`[work item, upload, sheet, {field: [cell, raw]}]`. A third member after `raw` says that a person
entered the figure by hand: their account, or 0 where nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from json.encoder import encode_basestring as quoted
from typing import NamedTuple


class Source(NamedTuple):
    """Where one figure came from: a cell as it was written, or a person's hand."""

    field: str
    raw: str = ""
    sheet: str = ""
    cell: str = ""
    upload_id: int | None = None
    work_item_id: int | None = None
    by_hand: bool = False
    entered_by_id: int | None = None


def sources_in(text: str) -> Iterator[Source]:
    """Give the sources kept in a report's text, in the order they came."""
    for item, upload, sheet, cells in json.loads(text):
        for field, (cell, raw, *by) in cells.items():
            who = by[0] or None if by else None
            yield Source(field, raw, sheet, cell, upload, item, bool(by), who)


def kept_sources(sources: Iterable[Source]) -> str:
    """Write sources so that `sources_in` gives them back."""
    strips: dict[tuple[int | None, int | None, str], dict[str, str]] = {}
    for one in sources:
        cells = strips.setdefault((one.work_item_id, one.upload_id, one.sheet), {})
        by = (one.entered_by_id or 0) if one.by_hand else None
        cells[one.field] = cell_text(one.field, one.cell, one.raw, by)
    return strips_text([strip_text(*where, cells.values()) for where, cells in strips.items()])


def strips_without(text: str, work_item_id: int | None, fields: Collection[str]) -> list[str]:
    """Give a text's strips less what it says of some fields of a work item."""
    strips = []
    for item, upload, sheet, cells in json.loads(text):
        left_out = fields if item == work_item_id else ()
        kept = [cell_text(name, *cell) for name, cell in cells.items() if name not in left_out]
        if kept:
            strips.append(strip_text(item, upload, sheet, kept))
    return strips


def cell_text(field: str, cell: str, raw: str, by: int | None = None) -> str:
    """Write where one figure came from; `by` is who entered it by hand, 0 where nobody knows.

    A sheet has thousands of these: written so, a cell takes a fifth of what json needs.
    """
    hand = "" if by is None else f",{by}"
    return f'"{field}":[{quoted(cell)},{quoted(raw)}{hand}]'


def head_of(field: str, letter: str) -> str:
    """Begin what `cell_text` writes of a field's cell in a column, the same for every row."""
    return f'"{field}":["{letter}'


def cell_in(head: str, row: int, raw: str) -> str:
    """Write the cell in a row of a column that `head_of` began, as `cell_text` does."""
    return f'{head}{row}",{quoted(raw)}]'


def strip_text(
    work_item_id: int | None, upload_id: int | None, sheet: str, cells: Iterable[str]
) -> str:
    """Write a strip of cells that `cell_text` wrote."""
    item = "null" if work_item_id is None else work_item_id
    upload = "null" if upload_id is None else upload_id
    return f"[{item},{upload},{quoted(sheet)},{{{','.join(cells)}}}]"


def strips_text(strips: Iterable[str]) -> str:
    """Write strips as a report keeps them."""
    return f"[{','.join(strips)}]"
