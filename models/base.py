"""What every table shares: key, instants, row version; exact numbers; code lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import DDL, BigInteger, DateTime, Dialect, Enum, Numeric, TypeDecorator, event
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Exact(TypeDecorator[Decimal]):
    """A decimal that is never a float: NUMERIC on PostgreSQL, a scaled integer on SQLite."""

    impl = Numeric
    cache_ok = True

    def __init__(self, places: int = 4) -> None:
        super().__init__(20, places)
        self.places = places
        self.step = Decimal(1).scaleb(-places)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(20, self.places, asdecimal=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        step = self.step
        given = value if type(value) is Decimal else Decimal(str(value))
        exact = given.quantize(step, ROUND_HALF_UP)
        return int(exact.scaleb(self.places)) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            units, rest = divmod(value, 10**self.places)
            if not rest:
                return Decimal(units)
            exact = Decimal(value).scaleb(-self.places)
        else:
            exact = Decimal(value)
        whole = exact.normalize()
        return whole.quantize(Decimal(1)) if whole == whole.to_integral() else whole


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python on both engines."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Code(StrEnum):
    """A code list: the name equals the stored value, the label is what people read."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """Give the member stored as `value`. Raises KeyError when there is none."""
        return cls[value]


def code_type(codes: type[Code]) -> Enum:
    """Give the column type of a code list: text with a CHECK, so a new code is no new type."""
    return Enum(
        codes,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=codes.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def utc_now() -> datetime:
    """Give the instant for `created_at` and `changed_at`."""
    return datetime.now(UTC)


class Row(SQLModel):
    """What every table starts with. `version` counts changes and guards against lost updates."""

    id: int | None = Field(default=None, primary_key=True, title="编号")
    created_at: datetime = Field(default_factory=utc_now, sa_type=Instant, title="建立时间")
    changed_at: datetime = Field(
        default_factory=utc_now,
        sa_type=Instant,
        sa_column_kwargs={"onupdate": utc_now},
        title="修改时间",
    )
    version: int = Field(default=1, title="版本")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


def refuse_changes(table: str, statements: Mapping[str, Sequence[str]]) -> None:
    """Run these statements, by engine, right after the table is created: its own guards."""
    for dialect, own in statements.items():
        for statement in own:
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            guarded = SQLModel.metadata.tables[table]
            event.listen(guarded, "after_create", ddl.execute_if(dialect=dialect))
