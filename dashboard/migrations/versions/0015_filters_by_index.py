"""The filters of a long list are counted from their indexes alone."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PROJECT = "livelihood_project"
_BEFORE = ("programme_id", "lead_agency_id", "leader")
_NOW = ("programme_id", "category", "lead_agency_id", "leader", "due_on")


def upgrade() -> None:
    """Go forward."""
    for name in _NOW:
        op.create_index(f"ix_{_PROJECT}_{name}_region_id", _PROJECT, [name, "region_id"])
    for name in _BEFORE:
        op.drop_index(f"ix_{_PROJECT}_{name}", _PROJECT)
    op.create_index(
        "ix_progress_report_month_project_id", "progress_report", ["month", "project_id"]
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_progress_report_month_project_id", "progress_report")
    for name in _BEFORE:
        op.create_index(f"ix_{_PROJECT}_{name}", _PROJECT, [name])
    for name in _NOW:
        op.drop_index(f"ix_{_PROJECT}_{name}_region_id", _PROJECT)
