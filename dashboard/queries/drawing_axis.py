"""The sides of an own chart: its groups in their order, what they are called, what lists them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlmodel import Session

from dashboard.admin.spec import (
    NOTHING,
    OWN,
    AdminPage,
    View,
    fields_in,
    link_text,
    reached,
    shows,
)
from dashboard.i18n import _, aside, joined
from dashboard.permissions import Actor, allow
from dashboard.queries.drawing_sql import MONTHLY
from dashboard.queries.row_source import Source, key_names, may_name
from dashboard.rules.entry import Field, Kind, of_link
from models.base import Code


@dataclass(frozen=True)
class Axis:
    """The groups on one side, in their order: what each is called, and the filter that lists it.

    A link is a filter's name and value, or `days` and a month; empty where no list shows the group.
    `codes` are the groups' codes where the column is a code list. `ordered` says that the order has
    a meaning of its own; the last `ends` are what is not filled in, and the rest.
    """

    title: str = ""
    monthly: bool = False
    ordered: bool = True
    ends: int = 0
    labels: tuple[str, ...] = ("",)
    links: tuple[tuple[str, str], ...] = (("", ""),)
    codes: tuple[str, ...] = ("",)


ONE = Axis()
"""The side of a chart that is not grouped: a single group without a name."""
Place = tuple[Any, bool]
"""A group's key, and whether it is the rest."""


def axis_of(
    source: Source, field: Field | None, kept: Sequence[Any], cells: pd.DataFrame, side: str
) -> tuple[Axis, dict[Place, int]]:
    """Give a side of a chart, and the place of each group on it.

    Groups in the order of their code list, months and numbers upwards, others as kept (the largest
    first); then what is not filled in, then the rest.
    """
    if field is None:
        return ONE, {("", False): 0, (None, False): 0}
    found = set(zip(cells[side], map(bool, cells[f"{side}_rest"]), strict=True))
    keys = _ordered(field, kept)
    ends = [end for end in ((None, False), (None, True)) if end in found]
    labels = _labels(source, field, keys)
    labels += [_apart(_end(field, rest=rest), labels) for _key, rest in ends]
    links = [_link(source.page, field, key) for key in keys]
    links += [("", "") if rest else _link(source.page, field, None) for _key, rest in ends]
    codes = [str(getattr(key, "value", "")) for key in keys] + [""] * len(ends)
    places = {(key, False): number for number, key in enumerate(keys)}
    places |= {end: len(keys) + number for number, end in enumerate(ends)}
    monthly = field.kind in MONTHLY
    title = _("{title}（按月）").format(title=field.label) if monthly else field.label
    ordered = field.kind not in (Kind.TEXT, Kind.ROW)
    axis = Axis(
        title, monthly, ordered, len(ends), tuple(labels), tuple(links), tuple(codes)
    )  # fmt: skip
    return axis, places


def _apart(end: str, labels: Sequence[str]) -> str:
    """Keep what is not filled in, and the rest, apart from a group that is called the same."""
    return end + aside(_("合并")) if end in labels else end


def _ordered(field: Field, kept: Sequence[Any]) -> list[Any]:
    if field.codes:
        return sorted(kept, key=list(field.codes).index)
    if field.kind is Kind.CHOICE:
        order = {option: number for number, option in enumerate(field.options)}
        return sorted(kept, key=lambda key: order.get(key, len(order)))
    if field.kind is Kind.FLAG:
        return sorted(kept, reverse=True)
    return sorted(kept) if field.kind in (Kind.WHOLE, *MONTHLY) else list(kept)


def _labels(source: Source, field: Field, keys: Sequence[Any]) -> list[str]:
    """Name the groups; two of the same name get their keys behind it."""
    if field.kind is not Kind.ROW:
        return [_word(field.word(key)) for key in keys]
    names = key_names(field, source.session, source.actor, keys)
    named = [_word(names.get(key)) or _("编号 {key}").format(key=key) for key in keys]
    often = Counter(named)
    return [
        name + aside(key) if often[name] > 1 else name
        for key, name in zip(keys, named, strict=True)
    ]


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Code):
        return _(value.label)
    return value.isoformat() if isinstance(value, date) else str(value)


def _end(field: Field, *, rest: bool) -> str:
    if not rest:
        return _("未填")
    return _("更早") if field.kind in MONTHLY else _("其他")


def conditions_in_words(
    session: Session, actor: Actor, page: AdminPage, view: View
) -> list[tuple[str, str]]:
    """Say what a view asks for: pairs of title and words, without what the actor may not ask by."""
    allow(actor, page.read)
    source = Source(session, actor, page)
    found = [(_("查找"), view.search)] if view.search else []
    for name, values in view.filters:
        if may_name(source, name):
            field, _column = source.column(name)
            keys = [of_link(field, text) for text in values if text != NOTHING]
            words = _labels(source, field, [key for key in keys if key is not None])
            words += [_("未填")] if NOTHING in values else []
            found.append((field.label, joined(words)))
    if view.days and page.days and shows(actor, page, page.days):
        found.append((fields_in(page)[page.days].label, view.days))
    return found


def _link(page: AdminPage, field: Field, key: Any) -> tuple[str, str]:
    """Give the filter that lists the rows of a group, where the list has one."""
    if field.kind in MONTHLY:
        return ("days", str(key)) if field.name == page.days and key else ("", "")
    text = NOTHING if key is None else link_text(key)
    if "~" in text:  # parts the values of a filter
        return "", ""
    if OWN.fullmatch(field.name):
        return field.name, text
    wanted = reached(page.model, field.name)
    names = (name for name in page.filters if reached(page.model, name) == wanted)
    name = next(names, "")
    return (name, text) if name else ("", "")
