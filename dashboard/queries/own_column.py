"""自设字段 in a monthly report or a plan sheet: the columns asked for, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.bulk import among
from dashboard.db import Columns, pairs
from dashboard.i18n import _
from dashboard.imports.columns.column import Column, Kind
from dashboard.imports.columns.headings import COLUMNS, Headings, own_synonyms, parsed
from dashboard.imports.context import SheetKind, Synonym, Value
from dashboard.imports.own import MEASURED
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.rules.words import LONGEST
from models.custom import CustomField, CustomKind, CustomTable, CustomValue
from models.report import ProgressReport
from models.upload import HeadingSynonym

ASKED_IN = {
    SheetKind.MONTHLY: (CustomTable.REPORT, "progress_report"),
    SheetKind.PLAN: (CustomTable.PROJECT, "livelihood_project"),
}
"""Whose fields stand in a workbook: those of reports in a monthly one, of projects in a plan."""
TEXT_LENGTH = 200
"""How long the answer to a field of one line may be."""
_KINDS = {
    CustomKind.TEXT: Kind.TEXT,
    CustomKind.LONG: Kind.TEXT,
    CustomKind.EXACT: Kind.FIGURE,
    CustomKind.DAY: Kind.DAY,
    CustomKind.FLAG: Kind.FLAG,
    CustomKind.CHOICE: Kind.CHOICE,
}


def own_columns(session: Session, kind: SheetKind) -> tuple[Column, ...]:
    """Give the columns an office added by itself to a workbook, in their order."""
    statement = (
        rows_of(CustomField)
        .where(CustomField.belongs_to == ASKED_IN[kind][0], col(CustomField.active))
        .order_by(col(CustomField.position), col(CustomField.id))
    )
    return tuple(map(own_column, session.exec(statement)))


def own_column(row: CustomField) -> Column:
    """Give a field as a column; a number whose title says % or 万元 is read as ours are."""
    kind = _KINDS[row.kind]
    if kind is Kind.FIGURE:
        kind = MEASURED.get(parsed(row.name).unit, kind)
    is_line = row.kind is CustomKind.TEXT
    return Column(
        f"own{row.id}", row.name, kind, own=True, required=row.required,
        longest=TEXT_LENGTH if is_line else LONGEST, choices=lines_of(row.choices),
        aliases=lines_of(row.aliases), help=row.help,
    )  # fmt: skip


def lines_of(text: str) -> tuple[str, ...]:
    """Give the lines of a text, each once, blank ones left out."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))


def typed(kind: Kind, stored: Any) -> Value:
    """Read an answer as it is kept: figures and days are kept as text."""
    if stored in (None, ""):
        return None
    if kind in (Kind.FIGURE, Kind.MONEY, Kind.PERCENT):
        return Decimal(stored)
    return date.fromisoformat(stored) if kind is Kind.DAY else stored


def answers_of(
    session: Session, kind: SheetKind, keys: Collection[int], columns: Iterable[Column]
) -> dict[int, dict[str, Value]]:
    """Give what rows of the workbook's table hold in these columns, by the rows' keys."""
    statement: Columns = (
        select(col(CustomValue.row_id), col(CustomValue.answers))
        .where(col(CustomValue.table_name) == ASKED_IN[kind][1])
        .where(among(session, col(CustomValue.row_id), keys))
    )
    kinds = {column.field: column.kind for column in columns}
    return {
        key: {name: typed(kinds[name], kept) for name, kept in answers.items() if name in kinds}
        for key, answers in session.connection().execute(statement)
    }


def report_answers(session: Session, actor: Actor, report_ids: Collection[int]) -> pd.DataFrame:
    """List what reports hold in the fields an office added, also in those out of use by now.

    In the order of the fields. Columns: report_id (int), name, title, value.
    """
    seen: Columns = (
        select(col(ProgressReport.id))
        .where(among(session, col(ProgressReport.id), report_ids))
        .where(sees_sql(actor, ProgressReport, Action.REPORT_READ))
    )
    keys = list(session.connection().scalars(seen))
    statement = rows_of(CustomField).where(CustomField.belongs_to == CustomTable.REPORT)
    asked = session.exec(statement.order_by(col(CustomField.position), col(CustomField.id)))
    columns = list(map(own_column, asked))
    found = answers_of(session, SheetKind.MONTHLY, keys, columns) if columns else {}
    rows = [
        (key, column.field, column.title, found[key][column.field])
        for column in columns
        for key in keys
        if found.get(key, {}).get(column.field) is not None
    ]
    return pd.DataFrame(rows, columns=["report_id", "name", "title", "value"], dtype=object)


def own_titles(session: Session, _actor: Actor) -> dict[str, str]:
    """Give what the fields are called that an office ever added, by their names in the log."""
    named: Columns = select(col(CustomField.id), col(CustomField.name))
    return {f"own{key}": name for key, name in pairs(session, named)}


def wrong_field(session: Session, row: CustomField) -> dict[str, str]:
    """Say what is wrong with a field as it would be saved, a sentence a column.

    A sheet finds it by its headings: each must be told from the headings that are known.
    """
    found = {}
    if row.kind is CustomKind.CHOICE and not lines_of(row.choices):
        found["choices"] = _("请写出可选的内容，每行一个。")
    kind = next(
        (kind for kind, (table, _name) in ASKED_IN.items() if table is row.belongs_to), None
    )
    if kind is None:
        return found
    taken = _taken(session, kind, row)
    for column, headings in (("name", (row.name,)), ("aliases", lines_of(row.aliases))):
        for heading in headings:
            if sentence := _unusable(heading, taken):
                found[column] = sentence
    return found


def _unusable(heading: str, taken: Mapping[str, str]) -> str:
    told = parsed(heading)
    if not told.key or "/" in heading or told.last or heading[-1:].isdigit():
        words = _("“{heading}”不能作列名：不写月份和斜线，不以数字结尾，不能只有括号里的内容。")
        return words.format(heading=heading)
    if told.key in taken:
        words = _("“{heading}”与“{title}”的写法相同，表中会认不清，请换一个写法。")
        return words.format(heading=heading, title=taken[told.key])
    return ""


def _taken(session: Session, kind: SheetKind, row: CustomField) -> dict[str, str]:
    """Give the headings a sheet is read by, folded, with the titles of what they mean."""
    titles = {column.field: column.label for column in COLUMNS[kind]}
    kept = [
        Synonym(one.field, one.heading, one.kind) for one in session.exec(rows_of(HeadingSynonym))
    ]
    known = Headings(kind, [*own_synonyms(), *kept]).fields
    taken = {key: titles[name] for key, name in known.items() if name in titles}
    others = rows_of(CustomField).where(
        CustomField.belongs_to == row.belongs_to, col(CustomField.id) != (row.id or 0)
    )
    for other in session.exec(others):
        for heading in (other.name, *lines_of(other.aliases)):
            taken[parsed(heading).key] = other.name
    return taken
