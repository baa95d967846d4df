"""What stands around a table and bears on it: the unit of its money, rows over its header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from dashboard.i18n import _
from dashboard.imports.cells.parsers import text_of
from dashboard.imports.columns.headings import squeezed
from dashboard.imports.columns.mapping import money_unit
from dashboard.imports.examination import Level, Problem
from dashboard.imports.files.grid import Grid, place
from dashboard.imports.layout.tables import Found, is_note
from dashboard.imports.match import Matcher, bare, same

_LONGEST = 80
_OF_MONEY = re.compile(
    r"(?:金额|资金|投资)(?:的?(?:计量)?单位)?(?:均|都)?[:：]?(?:以|为|是)?(万元|亿元|元)"
)
_OWN = 2


def stated_unit(grid: Grid, tables: Sequence[Found], number: int) -> str:
    """Give the money unit stated for a table: by the nearest line over it, else by a remark below.

    The line over the first table holds for the next ones that have none of their own.
    """
    found = tables[number]
    floor = tables[number - 1].bottom + 1 if number else 0
    for row in range(found.top - 1, floor - 1, -1):
        lines = list(_texts(grid, row))
        if unit := money_unit(lines):
            return unit
        if any("单位" in line and "元" in line for line in lines):
            return ""
    if number:
        return stated_unit(grid, tables, 0)
    own = [line for row in range(found.top, found.first) for line in _texts(grid, row)]
    return money_unit(own) or _in_remarks(grid, found)


def _texts(grid: Grid, row: int) -> Iterator[str]:
    return (v for v in grid.rows[row] if isinstance(v, str) and 0 < len(v) <= _LONGEST)


def _in_remarks(grid: Grid, found: Found) -> str:
    """Give the money unit that a remark under the rows states: 注：金额单位为万元."""
    rows = range(max(found.first, found.last - 20), found.last)
    lines = [line for row in rows for line in islice(_texts(grid, row), 2) if is_note(line)]
    units = {match[1] for line in lines for match in _OF_MONEY.finditer(squeezed(line))}
    return units.pop() if len(units) == 1 else ""


def rows_above(grid: Grid, found: Found, matcher: Matcher) -> Iterator[Problem]:
    """Refuse rows of projects over the header: a table sorted together with its heading."""
    for row in range(found.top):
        filled = [(c, v) for c, v in enumerate(grid.rows[row]) if v != ""]
        if len(filled) < _OWN:
            continue
        spot = next((c for c, v in filled if _names(v, matcher)), None)
        if spot is not None and any(_counts(v) for c, v in filled if c != spot):
            yield Problem(
                Level.ERROR,
                "unreadable",
                _("这一行写着项目，却在表头上面，没有读取"),
                _("移到表头下面；如果不用报送，请删去这一行"),
                grid.name,
                place(row, spot),
                "",
                text_of(grid.rows[row][spot]),
            )


def _names(value: object, matcher: Matcher) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    return value.strip() in matcher.exact or same(bare(value)) in matcher.by_name


def _counts(value: object) -> bool:
    """Say whether a cell holds a figure, as a row of data does."""
    if isinstance(value, str):
        return bool(re.fullmatch(r"\d+(?:\.\d+)?[%％]?", value.strip()))
    return isinstance(value, float | int) and not isinstance(value, bool)
