"""Unlocks may be refused, and stay open for so many days at most."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("report_unlock") as batch:
        batch.add_column(sa.Column("refused_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("refused_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("answer", sa.Text(), nullable=False, server_default=""))
        batch.create_foreign_key(
            op.f("fk_report_unlock_refused_by_id"), "account", ["refused_by_id"], ["id"]
        )
    op.add_column(
        "programme", sa.Column("unlock_days", sa.Integer(), nullable=False, server_default="15")
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("programme", "unlock_days")
    with op.batch_alter_table("report_unlock") as batch:
        batch.drop_constraint(op.f("fk_report_unlock_refused_by_id"), type_="foreignkey")
        batch.drop_column("answer")
        batch.drop_column("refused_on")
        batch.drop_column("refused_by_id")
