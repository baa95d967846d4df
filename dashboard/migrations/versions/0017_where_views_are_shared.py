"""A view is shared with a role in the region of its owner's work, as a chart is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_PLACES = """
SELECT saved_view.id, region.path
FROM saved_view
JOIN role_grant ON role_grant.account_id = saved_view.account_id
LEFT JOIN agency ON agency.id = role_grant.agency_id
LEFT JOIN role_grant_project ON role_grant_project.grant_id = role_grant.id
LEFT JOIN livelihood_project ON livelihood_project.id = role_grant_project.project_id
LEFT JOIN region ON region.id = COALESCE(
    role_grant.region_id, agency.region_id, livelihood_project.region_id
)
WHERE saved_view.shared_with IS NOT NULL
"""


def upgrade() -> None:
    """Go forward: what was shared stays so within the region of its owner's work."""
    with op.batch_alter_table("saved_view") as batch:
        batch.add_column(
            sa.Column("place", sa.String(length=200), nullable=False, server_default="")
        )
    connection = op.get_bind()
    places: dict[int, set[str]] = {}
    for key, path in connection.execute(sa.text(_PLACES)):
        places.setdefault(key, set()).add(path or "")
    for key, paths in places.items():
        widest = [p for p in sorted(paths) if not any(p != q and p.startswith(q) for q in paths)]
        place = " ".join(widest)
        given = {"key": key, "path": place if len(place) <= 200 else place[:200].rpartition(" ")[0]}
        connection.execute(sa.text("UPDATE saved_view SET place = :path WHERE id = :key"), given)
    with op.batch_alter_table("saved_view") as batch:
        batch.alter_column("place", server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("saved_view") as batch:
        batch.drop_column("place")
