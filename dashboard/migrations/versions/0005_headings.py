"""Headings people use are rows, which begin with the ones shipped; an upload may read hidden rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base
from dashboard.imports.columns.headings import own_synonyms

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    table = op.create_table(
        "heading_synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("heading", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_heading_synonym_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heading_synonym")),
        sa.UniqueConstraint(
            "heading", "kind", "agency_id", name=op.f("uq_heading_synonym_heading_kind_agency_id")
        ),
    )
    op.create_index(op.f("ix_heading_synonym_agency_id"), "heading_synonym", ["agency_id"])
    now = models.base.utc_now()
    shipped = [
        {
            "version": 1, "created_at": now, "changed_at": now, "heading": one.heading,
            "field": one.field, "kind": one.kind, "source": one.source,
        }
        for one in own_synonyms()
    ]  # fmt: skip
    op.bulk_insert(table, shipped)
    op.add_column(
        "upload",
        sa.Column("include_hidden", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("upload", "include_hidden")
    op.drop_table("heading_synonym")
