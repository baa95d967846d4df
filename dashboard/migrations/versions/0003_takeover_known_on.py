"""The day a takeover became known, so that past boards stay as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("livelihood_project", sa.Column("accepted_known_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("livelihood_project", "accepted_known_on")
