"""Which field each column of a table is, and in which unit."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dashboard.i18n import _, joined
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.columns.column import FIGURES, Column, Kind
from dashboard.imports.columns.headings import (
    MONEY_UNITS,
    NOTHING,
    Heading,
    Headings,
    columns_of,
    parsed,
    squeezed,
)
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.examination import Level, Problem
from dashboard.imports.files.grid import letter, place
from dashboard.imports.layout.tables import Found

_CUMULATIVE = word_set("cumulative_quantity completed_investment_wan allocated_wan paid_wan")
_THIS_YEAR = word_set("今年 本年 本年度 当年")
OF_MONEY = "money"
"""How a column is told that holds the money unit of each row."""
_MEASURED = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.MONEY})
_YEAR = re.compile(r"(20\d\d)年")
_UNIT_LINE = re.compile(r"单位(?:为|是|[:：])?(?:人民币)?(万元|亿元|元)(?![一-龥])")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column of a table: where it is, what was found and, if it is read, as what."""

    index: int
    text: str
    key: str
    heading: Heading
    how: str
    column: Column | None = None
    unit: str = ""
    near: str = ""


def key_of(path: tuple[str, ...]) -> str:
    """Name a column by its headings, without months and units."""
    return "/".join(parsed(text).key for text in path)


def layout_of(paths: Mapping[int, tuple[str, ...]]) -> str:
    """Name a layout by its headings, the months in them aside: next month's sheet has the same."""
    keys = [key_of(paths[index]) for index in sorted(paths)]
    return hashlib.sha256("|".join(keys).encode()).hexdigest()[:16]


def money_unit(lines: Iterable[str]) -> str:
    """Give the unit a line above the table states, such as 单位：万元."""
    units = {found[1] for line in lines if (found := _UNIT_LINE.search(squeezed(line)))}
    return units.pop() if len(units) == 1 else ""


def mapped(
    found: Found,
    headings: Headings,
    context: Context,
    sheet: str,
    stated: str,
    hidden: AbstractSet[int] = frozenset(),
) -> tuple[list[Mapped], list[Problem]]:
    """Map a table's columns. `stated` is the money unit of the lines above it.

    Of several columns of one field those `hidden` do not count.
    """
    remembered = context.mappings.get(layout_of(found.paths), {})
    chosen = {key_of(tuple(text.split("/"))): choice for text, choice in remembered.items()}
    chosen.update(remembered)
    columns = {column.field: column for column in columns_of(context)}
    results = []
    met: Counter[str] = Counter()
    for index, path in sorted(found.paths.items()):
        text, key = "/".join(path), key_of(path)
        met[key] += 1
        key = key if met[key] == 1 else f"{key}|{met[key]}"
        choice = chosen.get(key)
        field = choice.field if choice else _field(headings, path, context.kind, context.month.year)
        unit = choice.unit if choice else ""
        heading = _joined(path)
        column = columns.get(field)
        if column and not choice and not _fits(column, heading.unit):
            field, column = "", None
        how = "confirmed" if choice else "synonym" if column else "ignored" if field else "unknown"
        mapped_unit = unit or _unit(column, heading, stated)
        results.append(Mapped(index, text, key, heading, how, column, mapped_unit))
    problems: list[Problem] = []
    by_field: dict[str, list[Mapped]] = defaultdict(list)
    for one in results:
        if one.column:
            by_field[one.column.field].append(one)
    dropped: set[int] = set()
    for several in by_field.values():
        seen = [one for one in several if one.index not in hidden]
        dropped |= _settled(seen or several, context, sheet, found, problems)
    return [
        replace(one, column=None, how="ignored") if one.index in dropped else one for one in results
    ], problems


def _field(headings: Headings, path: tuple[str, ...], kind: SheetKind, year: int) -> str:
    field = headings.of_path(_without_year(path, year))
    years = set(_YEAR.findall(squeezed("".join(path))))
    if kind is SheetKind.MONTHLY and years and str(year) not in years:
        return ""
    if kind is SheetKind.MONTHLY and field in _CUMULATIVE:
        heading = _joined(path)
        text = squeezed("".join(path))
        if (
            heading.last
            and heading.first == heading.last
            and not re.search("累计|截[至止]|月[底末]", text)
        ):
            return ""
    return field


def _without_year(path: tuple[str, ...], year: int) -> tuple[str, ...]:
    """Leave out of a column's headings that they are about the year reported."""
    own = re.compile(rf"^{year}年(?:度|以来)?")
    words = [own.sub("", text) for text in map(squeezed, path)]
    return tuple(text for text in words if text and text not in _THIS_YEAR) or path


def _fits(column: Column, unit: str) -> bool:
    """Say whether a heading's unit suits the field: 完成情况(%) is no text."""
    if column.own and unit == parsed(column.title).unit:
        return True
    if column.kind is Kind.FIGURE:
        counts = unit not in MONEY_UNITS | {"%"}
        return not unit or (counts and not parsed(column.title).unit)
    if not unit or column.kind not in _MEASURED:
        return not unit
    if unit == "%":
        return column.kind is Kind.PERCENT
    return (unit in MONEY_UNITS) == (column.kind is Kind.MONEY) and column.kind is not Kind.PERCENT


def _joined(path: tuple[str, ...]) -> Heading:
    whole = parsed("".join(path))
    for text in reversed(path):
        heading = parsed(text)
        if heading.unit and not whole.unit:
            whole = replace(whole, unit=heading.unit)
    return whole


def _unit(column: Column | None, heading: Heading, stated: str) -> str:
    if column is None:
        return ""
    if column.kind is Kind.PERCENT:
        return heading.unit
    if column.kind is Kind.MONEY:
        return heading.unit if heading.unit in MONEY_UNITS else stated
    if column.kind is Kind.NUMBER:
        return heading.unit if heading.unit not in MONEY_UNITS | {"%"} else ""
    return ""


def _settled(
    several: list[Mapped], context: Context, sheet: str, found: Found, problems: list[Problem]
) -> set[int]:
    """Decide between columns of one field: the month reported first, else nobody guesses."""
    column = several[0].column
    assert column is not None
    monthly = context.kind is SheetKind.MONTHLY
    dated = [one for one in several if one.heading.last] if monthly else []
    right = [one for one in dated if _is_of(one.heading, context)]
    if dated and not right:
        for one in dated:
            problems.append(_wrong_month(one, context, sheet, found))
        return {one.index for one in dated}
    kept = right or several
    outside = {one.index for one in several} - {one.index for one in kept}
    if len(kept) == 1:
        return outside
    confirmed = [one for one in kept if one.how == "confirmed"]
    first = confirmed[0] if len(confirmed) == 1 else None
    if first is None and column.kind not in FIGURES | {Kind.DAY}:
        exact = [one for one in kept if one.heading.key == parsed(column.title).key]
        first = next(iter(exact), kept[0])
    if first is None:
        problems.append(_twice(kept, column, sheet, found))
        return outside | {one.index for one in kept}
    return outside | {one.index for one in kept if one is not first}


def _is_of(heading: Heading, context: Context) -> bool:
    return heading.last == context.month.month and heading.year in (0, context.month.year)


def _wrong_month(one: Mapped, context: Context, sheet: str, found: Found) -> Problem:
    return Problem(
        Level.ERROR,
        "wrong_month",
        _("这一列是 {found} 月的，本期报送 {wanted} 月").format(
            found=one.heading.last, wanted=context.month.month
        ),
        _("换成 {wanted} 月的报表，或把列名改为 {wanted} 月").format(wanted=context.month.month),
        sheet,
        place(found.bottom, one.index),
        one.column.field if one.column else "",
        one.text,
    )


def _twice(kept: list[Mapped], column: Column, sheet: str, found: Found) -> Problem:
    letters = joined(letter(one.index) for one in kept)
    return Problem(
        Level.ERROR,
        "column_twice",
        _("{letters} 列都像“{title}”，不能确定用哪一列").format(
            letters=letters, title=column.label
        ),
        _("在下方“列的对应”中选定其中一列"),
        sheet,
        place(found.bottom, kept[0].index),
        column.field,
        kept[0].text,
    )


def near_field(heading: Heading, headings: Headings) -> str:
    """Name the field whose headings an unknown one is most like, to be offered, never taken."""
    from rapidfuzz import fuzz, process

    best = process.extractOne(
        heading.key, list(headings.fields), scorer=fuzz.ratio, score_cutoff=60
    )
    field = headings.fields[best[0]] if best else ""
    return "" if field in (NOTHING, "~") else field
