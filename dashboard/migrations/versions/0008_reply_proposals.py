"""Units propose answers to remarks; a grant knows the appointment it was given for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "reply_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_reply_proposal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_reply_proposal_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["remark_id"], ["observer_remark.id"], name=op.f("fk_reply_proposal_remark_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_proposal")),
    )
    op.create_index(op.f("ix_reply_proposal_remark_id"), "reply_proposal", ["remark_id"])
    with op.batch_alter_table("observer") as batch:
        batch.add_column(sa.Column("grant_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_observer_grant_id"), "role_grant", ["grant_id"], ["id"])
        batch.create_index(op.f("ix_observer_grant_id"), ["grant_id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("observer") as batch:
        batch.drop_index(op.f("ix_observer_grant_id"))
        batch.drop_constraint(op.f("fk_observer_grant_id"), type_="foreignkey")
        batch.drop_column("grant_id")
    op.drop_table("reply_proposal")
