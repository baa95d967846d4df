"""Own charts and the home pages they stand on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ROLES = (
    "ADMIN", "SECURITY", "SUPERVISOR", "LEADER", "REPORTER", "REVIEWER", "OBSERVER", "AUDITOR",
)  # fmt: skip


def _codes(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=24)


def _log() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "own_chart",
        *_log(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            _codes("chartkind", "BAR", "LINE", "MATRIX", "HEAT", "NUMBER"),
            nullable=False,
        ),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("across_name", sa.String(length=80), nullable=False),
        sa.Column("figure", _codes("chartfigure", "COUNT", "SUM", "AVERAGE"), nullable=False),
        sa.Column("measure", sa.String(length=80), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("shared_with", _codes("role", *ROLES), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("at_home", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_own_chart_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_chart")),
        sa.UniqueConstraint(
            "account_id", "table_name", "name", name=op.f("uq_own_chart_account_id_table_name_name")
        ),
    )
    op.create_index(op.f("ix_own_chart_account_id"), "own_chart", ["account_id"])
    op.create_table(
        "chart_pin",
        *_log(),
        sa.Column("chart_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_chart_pin_account_id")
        ),
        sa.ForeignKeyConstraint(["chart_id"], ["own_chart.id"], name=op.f("fk_chart_pin_chart_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_pin")),
        sa.UniqueConstraint(
            "chart_id", "account_id", name=op.f("uq_chart_pin_chart_id_account_id")
        ),
    )
    op.create_index(op.f("ix_chart_pin_account_id"), "chart_pin", ["account_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("chart_pin")
    op.drop_table("own_chart")
