"""Where a report's figures came from is kept with the report, no longer a row a figure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PART = 1000
_SOURCE = sa.table(
    "cell_source",
    sa.column("id", sa.Integer),
    sa.column("created_at", models.base.Instant()),
    sa.column("changed_at", models.base.Instant()),
    sa.column("version", sa.Integer),
    sa.column("report_id", sa.Integer),
    sa.column("work_item_id", sa.Integer),
    sa.column("field", sa.String),
    sa.column("upload_id", sa.Integer),
    sa.column("sheet", sa.String),
    sa.column("cell", sa.String),
    sa.column("raw", sa.Text),
    sa.column("by_hand", sa.Boolean),
    sa.column("entered_by_id", sa.Integer),
)
_REPORT = sa.table(
    "progress_report",
    sa.column("id", sa.Integer),
    sa.column("changed_at", models.base.Instant()),
    sa.column("cells", sa.Text),
)
_UPLOAD = sa.table("upload", sa.column("id", sa.Integer), sa.column("before", sa.Text))


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "progress_report", sa.Column("cells", sa.Text(), nullable=False, server_default="[]")
    )
    connection = op.get_bind()
    kept: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.select(_SOURCE).order_by(_SOURCE.c.id)).mappings():
        kept[row["report_id"]].append(row)
    change = (
        _REPORT.update().where(_REPORT.c.id == sa.bindparam("key")).values(cells=sa.bindparam("t"))
    )
    _in_parts(change, [{"key": key, "t": _text(rows)} for key, rows in kept.items()])
    _images(_joined)
    op.drop_table("cell_source")


def _in_parts(statement: Any, rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), _PART):
        op.get_bind().execute(statement, rows[first : first + _PART])


def _text(rows: Iterable[Any]) -> str:
    strips: dict[tuple[Any, ...], dict[str, list[Any]]] = {}
    for row in rows:
        cells = strips.setdefault((row["work_item_id"], row["upload_id"], row["sheet"]), {})
        by = [row["entered_by_id"] or 0] if row["by_hand"] else []
        cells[row["field"]] = [row["cell"], row["raw"], *by]
    found = [[*where, cells] for where, cells in strips.items()]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _sources(text: str) -> list[dict[str, Any]]:
    return [
        {
            "work_item_id": item,
            "upload_id": upload,
            "sheet": sheet,
            "field": field,
            "cell": cell,
            "raw": raw,
            "by_hand": bool(by),
            "entered_by_id": (by[0] or None) if by else None,
        }
        for item, upload, sheet, cells in json.loads(text)
        for field, (cell, raw, *by) in cells.items()
    ]


def _images(turned: Any) -> None:
    """Rewrite what the batches keep to be taken back to."""
    connection = op.get_bind()
    written = sa.select(_UPLOAD.c.id, _UPLOAD.c.before).where(_UPLOAD.c.before != "[]")
    rows = []
    for key, before in connection.execute(written).all():
        images = json.loads(before)
        for image in images:
            turned(image)
        rows.append({"key": key, "t": json.dumps(images, ensure_ascii=False)})
    change = (
        _UPLOAD.update().where(_UPLOAD.c.id == sa.bindparam("key")).values(before=sa.bindparam("t"))
    )
    _in_parts(change, rows)


def _joined(image: dict[str, Any]) -> None:
    sources = image.pop("cell_source", [])
    if image.get("report") is not None:
        image["report"]["cells"] = _text(sources)


def _parted(image: dict[str, Any]) -> None:
    if image.get("report") is not None:
        text = image["report"].pop("cells", "[]")
        image["cell_source"] = [
            {"report_id": image.get("id"), **source} for source in _sources(text)
        ]


def downgrade() -> None:
    """Go back."""
    op.create_table(
        "cell_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=True),
        sa.Column("sheet", sa.String(length=80), nullable=False),
        sa.Column("cell", sa.String(length=16), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_cell_source_{column}")
            )
            for column, table in (
                ("entered_by_id", "account"),
                ("report_id", "progress_report"),
                ("upload_id", "upload"),
                ("work_item_id", "work_item"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_source")),
        sa.UniqueConstraint(
            "report_id",
            "work_item_id",
            "field",
            name=op.f("uq_cell_source_report_id_work_item_id_field"),
        ),
    )
    op.create_index(op.f("ix_cell_source_report_id"), "cell_source", ["report_id"])
    for report in op.get_bind().execute(sa.select(_REPORT)).all():
        at = {"created_at": report.changed_at, "changed_at": report.changed_at, "version": 1}
        rows = [{"report_id": report.id, **at, **source} for source in _sources(report.cells)]
        _in_parts(_SOURCE.insert(), rows)
    _images(_parted)
    op.drop_column("progress_report", "cells")
