"""Observers, remarks, photos, rectification, working days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("day", name=op.f("uq_calendar_day_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_year")),
        sa.UniqueConstraint("year", name=op.f("uq_calendar_year_year")),
    )
    op.create_table(
        "day_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column(
            "day_kind",
            sa.Enum(
                "CALENDAR",
                "WORKING",
                name="daykind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("days > 0", name=op.f("ck_day_limit_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_limit")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_day_limit_code_since")),
    )
    op.create_table(
        "rectification_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "OPEN",
                "PROPOSED",
                "FIXED",
                "NOT_FIXED",
                "DUPLICATE",
                "PASSED_ON",
                name="rectificationkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_state")),
        sa.UniqueConstraint("code", name=op.f("uq_rectification_state_code")),
    )
    op.create_table(
        "reply_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
        sa.UniqueConstraint("name", name=op.f("uq_reply_template_name")),
    )
    op.create_table(
        "threshold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("value", models.base.Exact(), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_threshold_code_since")),
    )
    op.create_table(
        "rectification_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=None), nullable=False),
        sa.Column("to_state", sa.String(length=None), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("needs_reason", sa.Boolean(), nullable=False),
        sa.Column("needs_evidence", sa.Boolean(), nullable=False),
        sa.Column("needs_after_photo", sa.Boolean(), nullable=False),
        sa.Column("needs_second_person", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_state"],
            ["rectification_state.code"],
            name=op.f("fk_rectification_move_from_state"),
        ),
        sa.ForeignKeyConstraint(
            ["to_state"], ["rectification_state.code"], name=op.f("fk_rectification_move_to_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_move")),
        sa.UniqueConstraint(
            "from_state",
            "to_state",
            "code",
            name=op.f("uq_rectification_move_from_state_to_state_code"),
        ),
    )
    op.create_table(
        "internal_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["account.id"], name=op.f("fk_internal_note_noted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_note")),
    )
    with op.batch_alter_table("internal_note", schema=None) as batch_op:
        batch_op.create_index(
            "ix_internal_note_table_name_row_id", ["table_name", "row_id"], unique=False
        )

    op.create_table(
        "observer_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("ends_at", models.base.Instant(), nullable=False),
        sa.Column("used_at", models.base.Instant(), nullable=True),
        sa.Column("ended_at", models.base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_observer_device_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observer_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_observer_device_token_hash")),
    )
    with op.batch_alter_table("observer_device", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_observer_device_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "sealed_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("released_at", models.base.Instant(), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["account.id"], name=op.f("fk_sealed_set_opened_by_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_sealed_set_region_id")),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["account.id"], name=op.f("fk_sealed_set_released_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_set")),
    )
    with op.batch_alter_table("sealed_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_set_region_id"), ["region_id"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("latitude", models.base.Exact(places=6), nullable=True),
        sa.Column("longitude", models.base.Exact(places=6), nullable=True),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_site_both")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_site_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_site_project_id_name")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_project_id"), ["project_id"], unique=False)

    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("led_by", sa.String(length=40), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("sealed_set_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_inspection_made_by_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_inspection_region_id")),
        sa.ForeignKeyConstraint(
            ["sealed_set_id"], ["sealed_set.id"], name=op.f("fk_inspection_sealed_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_region_id"), ["region_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_inspection_sealed_set_id"), ["sealed_set_id"], unique=False
        )

    op.create_table(
        "observer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("letter_number", sa.String(length=60), nullable=False),
        sa.Column("letter_file_id", sa.Integer(), nullable=True),
        sa.Column("appointed_by_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("disclosed", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", models.base.Instant(), nullable=True),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_observer_term")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_observer_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["appointed_by_id"], ["account.id"], name=op.f("fk_observer_appointed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_file_id"], ["stored_file.id"], name=op.f("fk_observer_letter_file_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_observer_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observer")),
    )
    with op.batch_alter_table("observer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_observer_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_observer_region_id"), ["region_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "SCENE",
                "BEFORE",
                "AFTER",
                name="photophase",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("original_file_id", sa.Integer(), nullable=False),
        sa.Column("shown_file_id", sa.Integer(), nullable=False),
        sa.Column("thumb_file_id", sa.Integer(), nullable=False),
        sa.Column("published_file_id", sa.Integer(), nullable=True),
        sa.Column("published_thumb_id", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", models.base.Instant(), nullable=True),
        sa.Column("latitude", models.base.Exact(places=6), nullable=True),
        sa.Column("longitude", models.base.Exact(places=6), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["before_id"], ["photo.id"], name=op.f("fk_photo_before_id")),
        sa.ForeignKeyConstraint(
            ["original_file_id"], ["stored_file.id"], name=op.f("fk_photo_original_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_file_id"], ["stored_file.id"], name=op.f("fk_photo_published_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_thumb_id"], ["stored_file.id"], name=op.f("fk_photo_published_thumb_id")
        ),
        sa.ForeignKeyConstraint(
            ["shown_file_id"], ["stored_file.id"], name=op.f("fk_photo_shown_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["thumb_file_id"], ["stored_file.id"], name=op.f("fk_photo_thumb_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("client_id", name=op.f("uq_photo_client_id")),
        sa.UniqueConstraint("original_file_id", name=op.f("uq_photo_original_file_id")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_photo_published_file_id"), ["published_file_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_photo_published_thumb_id"), ["published_thumb_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_photo_shown_file_id"), ["shown_file_id"], unique=False)
        batch_op.create_index("ix_photo_table_name_row_id", ["table_name", "row_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_thumb_file_id"), ["thumb_file_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sealed_set_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_visit_account_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_visit_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["sealed_set_id"], ["sealed_set.id"], name=op.f("fk_visit_sealed_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_visit_project_id_visited_on", ["project_id", "visited_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_visit_sealed_set_id"), ["sealed_set_id"], unique=False)

    op.create_table(
        "word_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "RECTIFICATION_NOTICE",
                name="templatekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_word_template_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_template")),
    )
    with op.batch_alter_table("word_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_word_template_kind"), ["kind"], unique=False)

    op.create_table(
        "observer_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("observer_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observer_id"], ["observer.id"], name=op.f("fk_observer_project_observer_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_observer_project_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observer_project")),
        sa.UniqueConstraint(
            "observer_id", "project_id", name=op.f("uq_observer_project_observer_id_project_id")
        ),
    )
    with op.batch_alter_table("observer_project", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_observer_project_observer_id"), ["observer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_observer_project_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "rectification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "REMARK",
                "INSPECTION",
                "AUDIT",
                "CITIZEN",
                "MEDIA",
                "INSTRUCTION",
                name="rectificationsource",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("inspection_id", sa.Integer(), nullable=True),
        sa.Column("instruction_id", sa.Integer(), nullable=True),
        sa.Column("sealed_set_id", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("thing", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "SLIGHT",
                "ORDINARY",
                "SERIOUS",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("responsible", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=None), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "day_kind",
            sa.Enum(
                "CALENDAR",
                "WORKING",
                name="daykind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", models.base.Instant(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("met_deadline", sa.Boolean(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("recheck_on", sa.Date(), nullable=True),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("passed_to", sa.String(length=120), nullable=False),
        sa.Column("public_answer", sa.Text(), nullable=False),
        sa.Column("reopens", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reopens >= 0 AND extensions >= 0 AND reminders >= 0",
            name=op.f("ck_rectification_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_rectification_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["account.id"], name=op.f("fk_rectification_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"], ["rectification.id"], name=op.f("fk_rectification_duplicate_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_rectification_inspection_id")
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_rectification_instruction_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["account.id"], name=op.f("fk_rectification_issued_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_rectification_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_rectification_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["account.id"], name=op.f("fk_rectification_received_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["sealed_set_id"], ["sealed_set.id"], name=op.f("fk_rectification_sealed_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["state"], ["rectification_state.code"], name=op.f("fk_rectification_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
        sa.UniqueConstraint("number", name=op.f("uq_rectification_number")),
    )
    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rectification_agency_id_state", ["agency_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_rectification_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_rectification_due_on"), ["due_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_rectification_inspection_id"), ["inspection_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_rectification_instruction_id"), ["instruction_id"], unique=False
        )
        batch_op.create_index(
            "ix_rectification_project_id_state", ["project_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_rectification_sealed_set_id"), ["sealed_set_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_rectification_state"), ["state"], unique=False)

    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ASKED",
                "APPROVED",
                "REFUSED",
                name="extensionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_extension_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_extension_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectification.id"], name=op.f("fk_extension_rectification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_extension_rectification_id"), ["rectification_id"], unique=False
        )

    op.create_table(
        "observer_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "OBSERVER",
                "CITIZEN",
                name="remarkchannel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("follow_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "PROBLEM",
                "SUGGESTION",
                "PRAISE",
                name="remarkkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "SLIGHT",
                "ORDINARY",
                "SERIOUS",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "seen",
            sa.Enum(
                "UNSAID",
                "NOT_STARTED",
                "STOPPED",
                "UNDER_WAY",
                "FINISHED",
                name="seenprogress",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("seen_pct", models.base.Exact(), nullable=True),
        sa.Column("latitude", models.base.Exact(places=6), nullable=True),
        sa.Column("longitude", models.base.Exact(places=6), nullable=True),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("doubt", sa.String(length=60), nullable=False),
        sa.Column("written_at", models.base.Instant(), nullable=True),
        sa.Column("received_at", models.base.Instant(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("sealed_set_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "SENT",
                "ANSWERED",
                "RECTIFYING",
                "SETTLED",
                "NO_ACTION",
                "WITHDRAWN",
                name="remarkstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("rectification_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column(
            "rating",
            sa.Enum(
                "SATISFIED",
                "FAIR",
                "DISSATISFIED",
                name="satisfaction",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("rating_words", sa.Text(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=True),
        sa.Column("reopen_words", sa.Text(), nullable=False),
        sa.Column("reopen_asked_on", sa.Date(), nullable=True),
        sa.Column("reopens", sa.Integer(), nullable=False),
        sa.Column("seen_answer_at", models.base.Instant(), nullable=True),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_observer_remark_both")
        ),
        sa.CheckConstraint(
            "seen_pct IS NULL OR seen_pct >= 0", name=op.f("ck_observer_remark_seen_pct")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_observer_remark_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_observer_remark_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_observer_remark_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_observer_remark_rectification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_observer_remark_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["sealed_set_id"], ["sealed_set.id"], name=op.f("fk_observer_remark_sealed_set_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_observer_remark_site_id")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_observer_remark_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observer_remark")),
        sa.UniqueConstraint("client_id", name=op.f("uq_observer_remark_client_id")),
        sa.UniqueConstraint("follow_hash", name=op.f("uq_observer_remark_follow_hash")),
        sa.UniqueConstraint("number", name=op.f("uq_observer_remark_number")),
    )
    with op.batch_alter_table("observer_remark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_observer_remark_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            "ix_observer_remark_project_id_observed_on", ["project_id", "observed_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_observer_remark_rectification_id"), ["rectification_id"], unique=False
        )
        batch_op.create_index(
            "ix_observer_remark_region_id_state", ["region_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_observer_remark_sealed_set_id"), ["sealed_set_id"], unique=False
        )

    op.create_table(
        "recheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["account.id"], name=op.f("fk_recheck_done_by_id")),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectification.id"], name=op.f("fk_recheck_rectification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
    )
    with op.batch_alter_table("recheck", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recheck_rectification_id"), ["rectification_id"], unique=False
        )

    op.create_table(
        "rectification_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=None), nullable=True),
        sa.Column("to_state", sa.String(length=None), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("happened_at", models.base.Instant(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rectification_event_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_state"],
            ["rectification_state.code"],
            name=op.f("fk_rectification_event_from_state"),
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_event_rectification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_state"], ["rectification_state.code"], name=op.f("fk_rectification_event_to_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_event")),
    )
    with op.batch_alter_table("rectification_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_event_rectification_id"),
            ["rectification_id"],
            unique=False,
        )

    op.create_table(
        "remark_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("replied_by_id", sa.Integer(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["remark_id"], ["observer_remark.id"], name=op.f("fk_remark_reply_remark_id")
        ),
        sa.ForeignKeyConstraint(
            ["replied_by_id"], ["account.id"], name=op.f("fk_remark_reply_replied_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_reply")),
    )
    with op.batch_alter_table("remark_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_reply_remark_id"), ["remark_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("remark_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_reply_remark_id"))

    op.drop_table("remark_reply")
    with op.batch_alter_table("rectification_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_event_rectification_id"))

    op.drop_table("rectification_event")
    with op.batch_alter_table("recheck", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recheck_rectification_id"))

    op.drop_table("recheck")
    with op.batch_alter_table("observer_remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observer_remark_sealed_set_id"))
        batch_op.drop_index("ix_observer_remark_region_id_state")
        batch_op.drop_index(batch_op.f("ix_observer_remark_rectification_id"))
        batch_op.drop_index("ix_observer_remark_project_id_observed_on")
        batch_op.drop_index(batch_op.f("ix_observer_remark_account_id"))

    op.drop_table("observer_remark")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_rectification_id"))

    op.drop_table("extension")
    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_state"))
        batch_op.drop_index(batch_op.f("ix_rectification_sealed_set_id"))
        batch_op.drop_index("ix_rectification_project_id_state")
        batch_op.drop_index(batch_op.f("ix_rectification_instruction_id"))
        batch_op.drop_index(batch_op.f("ix_rectification_inspection_id"))
        batch_op.drop_index(batch_op.f("ix_rectification_due_on"))
        batch_op.drop_index(batch_op.f("ix_rectification_batch"))
        batch_op.drop_index("ix_rectification_agency_id_state")

    op.drop_table("rectification")
    with op.batch_alter_table("observer_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observer_project_project_id"))
        batch_op.drop_index(batch_op.f("ix_observer_project_observer_id"))

    op.drop_table("observer_project")
    with op.batch_alter_table("word_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_word_template_kind"))

    op.drop_table("word_template")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_sealed_set_id"))
        batch_op.drop_index("ix_visit_project_id_visited_on")
        batch_op.drop_index(batch_op.f("ix_visit_account_id"))

    op.drop_table("visit")
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_thumb_file_id"))
        batch_op.drop_index("ix_photo_table_name_row_id")
        batch_op.drop_index(batch_op.f("ix_photo_shown_file_id"))
        batch_op.drop_index(batch_op.f("ix_photo_published_thumb_id"))
        batch_op.drop_index(batch_op.f("ix_photo_published_file_id"))

    op.drop_table("photo")
    with op.batch_alter_table("observer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observer_region_id"))
        batch_op.drop_index(batch_op.f("ix_observer_account_id"))

    op.drop_table("observer")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_sealed_set_id"))
        batch_op.drop_index(batch_op.f("ix_inspection_region_id"))

    op.drop_table("inspection")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_project_id"))

    op.drop_table("site")
    with op.batch_alter_table("sealed_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sealed_set_region_id"))

    op.drop_table("sealed_set")
    with op.batch_alter_table("observer_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observer_device_account_id"))

    op.drop_table("observer_device")
    with op.batch_alter_table("internal_note", schema=None) as batch_op:
        batch_op.drop_index("ix_internal_note_table_name_row_id")

    op.drop_table("internal_note")
    op.drop_table("rectification_move")
    op.drop_table("threshold")
    op.drop_table("reply_template")
    op.drop_table("rectification_state")
    op.drop_table("day_limit")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
