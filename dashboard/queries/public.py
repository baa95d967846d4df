"""What anybody may read without an account: each field by name; a new column stays private."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import label, select
from sqlmodel import Session, col

from dashboard.db import frame
from dashboard.queries.observe import newest_list
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

PROJECT_FIELDS = ("project_id", "name", "region_id", "region")
"""What a citizen may read of a project (AC9)."""
FEEDBACK_FIELDS = (
    "number", "received_at", "kind", "words", "place", "project", "state", "due_on", "decided_on",
    "reason", "rectify_by", "answer", "answered_on", "rating", "photos",
)  # fmt: skip
"""What a citizen may read of their own remark by its code (AC9)."""


def public_projects(session: Session) -> pd.DataFrame:
    """List the projects of each region's newest adopted list, which was published with it.

    Columns: `PROJECT_FIELDS`.
    """
    statement = (
        select(
            label("project_id", col(LivelihoodProject.id)),
            label("name", col(LivelihoodProject.name)),
            label("region_id", col(Region.id)),
            label("region", col(Region.name)),
        )
        .join(Region, col(Region.id) == col(LivelihoodProject.region_id))
        .join(Programme, col(Programme.id) == col(LivelihoodProject.programme_id))
        .where(newest_list())
        .order_by(col(Region.path), col(LivelihoodProject.code), col(LivelihoodProject.id))
    )
    return frame(session, statement)[list(PROJECT_FIELDS)]


def public_regions(session: Session) -> pd.DataFrame:
    """List the regions that have an adopted list. Columns: region_id, region."""
    statement = (
        select(label("region_id", col(Region.id)), label("region", col(Region.name)))
        .join(Programme, col(Programme.region_id) == col(Region.id))
        .where(newest_list())
        .order_by(col(Region.path))
    )
    return frame(session, statement)
