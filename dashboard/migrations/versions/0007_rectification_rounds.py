"""Who inspected, which unit and deadline each step left; a register of rectifications uploaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OLD = "kind IN ('MONTHLY', 'PLAN')"
_NEW = "kind IN ('MONTHLY', 'PLAN', 'RECTIFICATION')"


def _uploads(old: str, new: str) -> None:
    """Change the check of a table others point to.

    SQLite would copy and drop the table, which its rows' keys forbid; its own documentation says to
    change the text of a check where it stands.
    """
    name = op.f("ck_upload_uploadkind")
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(name, "upload", type_="check")
        op.create_check_constraint(name, "upload", new)
        return
    schema = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :old, :new)"
            " WHERE type = 'table' AND name = 'upload'"
        ),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {schema + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    """Go forward."""
    for name, length in (("inspected_by", 120), ("inspector", 80)):
        op.add_column(
            "rectification",
            sa.Column(name, sa.String(length=length), nullable=False, server_default=""),
        )
    with op.batch_alter_table("rectification_event") as batch:
        batch.add_column(sa.Column("agency_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_rectification_event_agency_id"), "agency", ["agency_id"], ["id"]
        )
    _uploads(_OLD, _NEW)


def downgrade() -> None:
    """Go back."""
    op.execute("DELETE FROM upload WHERE kind = 'RECTIFICATION'")
    _uploads(_NEW, _OLD)
    with op.batch_alter_table("rectification_event") as batch:
        batch.drop_constraint(op.f("fk_rectification_event_agency_id"), type_="foreignkey")
        batch.drop_column("due_on")
        batch.drop_column("agency_id")
    op.drop_column("rectification", "inspector")
    op.drop_column("rectification", "inspected_by")
