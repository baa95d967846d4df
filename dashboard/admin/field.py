"""The columns of a table as people meet them, read from the schema: titles, kinds and limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from sqlalchemy import Boolean, Column, Date, Enum, Integer, Text
from sqlmodel import SQLModel

from dashboard.rules.entry import Field, Kind
from dashboard.rules.words import LONGEST
from models.base import Code, Exact, Instant


def columns_of(model: type[SQLModel]) -> Mapping[str, Column[Any]]:
    """Give the columns of a table by name."""
    return dict(model.__table__.c)  # type: ignore[attr-defined]


@cache
def fields_of(model: type[SQLModel]) -> Mapping[str, Field]:
    """Give the fields of a table by name, in the order of the schema."""
    return {name: _field(model, name, column) for name, column in columns_of(model).items()}


def model_of(table_name: str) -> type[SQLModel]:
    """Give the model of a table. Raises KeyError when there is none."""
    mappers = SQLModel._sa_registry.mappers
    return {str(m.local_table.name): m.class_ for m in mappers}[table_name]  # type: ignore[attr-defined]


def target_of(model: type[SQLModel], name: str) -> type[SQLModel] | None:
    """Give the model that a column points to, None for a column that is no key."""
    for key in columns_of(model)[name].foreign_keys:
        return model_of(key.column.table.name)
    return None


def _field(model: type[SQLModel], name: str, column: Column[Any]) -> Field:
    info = model.model_fields[name]
    limits = _limits(info.metadata)
    kind = _kind(column)
    if kind is Kind.LONG:
        limits.setdefault("longest", LONGEST)
    if kind is Kind.EXACT and isinstance(column.type, Exact):
        limits["places"] = column.type.places
    if isinstance(column.type, Enum):
        limits["codes"] = column.type.enum_class
    for key in column.foreign_keys:
        limits |= {"target": key.column.table.name, "target_key": key.column.name}
    is_text = kind in (Kind.TEXT, Kind.LONG)
    empty = "" if is_text and not column.nullable else None
    required = not column.nullable and not (is_text and not limits.get("shortest"))
    return Field(
        name, info.title or name, kind, required, info.description or "", nothing=empty, **limits
    )


def _limits(metadata: Iterable[Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for each in metadata:
        for kind, name, limit in (
            (MinLen, "shortest", "min_length"),
            (MaxLen, "longest", "max_length"),
            (Ge, "low", "ge"),
            (Gt, "low", "gt"),
            (Le, "high", "le"),
        ):
            if isinstance(each, kind):
                limits[name] = getattr(each, limit) + (kind is Gt)
    return limits


def _kind(column: Column[Any]) -> Kind:
    if column.foreign_keys:
        return Kind.ROW
    for kind, types in (
        (Kind.CODE, Enum),
        (Kind.FLAG, Boolean),
        (Kind.EXACT, Exact),
        (Kind.INSTANT, Instant),
        (Kind.DAY, Date),
        (Kind.LONG, Text),
        (Kind.WHOLE, Integer),
    ):
        if isinstance(column.type, types) and (kind is not Kind.CODE or _codes(column)):
            return kind
    return Kind.TEXT


def _codes(column: Column[Any]) -> bool:
    found = getattr(column.type, "enum_class", None)
    return found is not None and issubclass(found, Code)
