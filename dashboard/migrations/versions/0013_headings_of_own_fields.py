"""Headings under which a unit's own sheet may hold a field that an office added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "custom_field",
        sa.Column("aliases", sa.String(length=400), nullable=False, server_default=""),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("custom_field", "aliases")
