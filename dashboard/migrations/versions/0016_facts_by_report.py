"""A report that is taken back finds its facts by an index; and more headings people use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base
from dashboard.imports.columns.headings import own_synonyms

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SHIPPED_BEFORE = 816


def upgrade() -> None:
    """Go forward."""
    op.create_index(op.f("ix_project_month_report_id"), "project_month", ["report_id"])
    table = sa.table(
        "heading_synonym",
        sa.column("version", sa.Integer()),
        sa.column("created_at", models.base.Instant()),
        sa.column("changed_at", models.base.Instant()),
        sa.column("heading", sa.String()),
        sa.column("field", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("agency_id", sa.Integer()),
        sa.column("source", sa.String()),
    )
    there = sa.select(table.c.heading, table.c.kind).where(table.c.agency_id.is_(None))
    known = {tuple(row) for row in op.get_bind().execute(there)}
    now = models.base.utc_now()
    fresh = [
        {
            "version": 1, "created_at": now, "changed_at": now, "heading": one.heading,
            "field": one.field, "kind": one.kind, "source": one.source,
        }
        for one in own_synonyms()[SHIPPED_BEFORE:]
        if (one.heading, one.kind) not in known
    ]  # fmt: skip
    if fresh:
        op.bulk_insert(table, fresh)


def downgrade() -> None:
    """Go back: the headings stay, since an office may use them by now."""
    op.drop_index(op.f("ix_project_month_report_id"), "project_month")
