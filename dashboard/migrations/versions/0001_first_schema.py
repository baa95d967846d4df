"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.audit import APPEND_ONLY
from models.light import NEVER_REPAINTED
import models.base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column(
            "via",
            sa.Enum(
                "FORM",
                "IMPORT",
                "API",
                "JOB",
                "COMMAND",
                name="via",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_key", sa.String(length=60), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("algorithm", sa.String(length=12), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_event"), ["event"], unique=False)
        batch_op.create_index(
            "ix_audit_entry_table_name_row_key", ["table_name", "row_key"], unique=False
        )

    op.create_table(
        "installation_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_mark")),
        sa.UniqueConstraint("name", name=op.f("uq_installation_mark_name")),
    )
    op.create_table(
        "light_rule_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("silence_days", sa.Integer(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("source_url", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_rule_set")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_light_rule_set_code_since")),
    )
    with op.batch_alter_table("light_rule_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_light_rule_set_code"), ["code"], unique=False)

    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name=op.f("fk_region_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("code", name=op.f("uq_region_code")),
    )
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_region_path"), ["path"], unique=False)

    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("folded_name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sign_in_attempt_folded_name"), ["folded_name"], unique=False
        )

    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.String(length=400), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["agency.id"], name=op.f("fk_agency_parent_id")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_agency_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
        sa.UniqueConstraint("region_id", "name", name=op.f("uq_agency_region_id_name")),
    )
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_agency_region_id"), ["region_id"], unique=False)

    op.create_table(
        "light_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column(
            "dimension",
            sa.Enum(
                "START",
                "PROGRESS",
                "FUNDS",
                "EVIDENCE",
                "RECTIFICATION",
                name="lightdimension",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "DONE",
                "GOOD",
                "NOTICE",
                "WARN",
                "BAD",
                "UNKNOWN",
                name="lightkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("measure", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["light_rule_set.id"], name=op.f("fk_light_case_rule_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_case")),
        sa.UniqueConstraint(
            "rule_set_id",
            "dimension",
            "position",
            name=op.f("uq_light_case_rule_set_id_dimension_position"),
        ),
    )
    op.create_table(
        "light_colour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "DONE",
                "GOOD",
                "NOTICE",
                "WARN",
                "BAD",
                "UNKNOWN",
                name="lightkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("word", sa.String(length=24), nullable=False),
        sa.Column("hex", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["light_rule_set.id"], name=op.f("fk_light_colour_rule_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_colour")),
        sa.UniqueConstraint("rule_set_id", "kind", name=op.f("uq_light_colour_rule_set_id_kind")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("rule_set_code", sa.String(length=24), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("timely_day", sa.Integer(), nullable=False),
        sa.Column("locked_day", sa.Integer(), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=True),
        sa.Column("constructed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_programme_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("region_id", "year", name=op.f("uq_programme_region_id_year")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_region_id"), ["region_id"], unique=False)

    op.create_table(
        "region_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("warn", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("lit_from", sa.Integer(), nullable=False),
        sa.Column("lit_until", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_region_month_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_month")),
        sa.UniqueConstraint("month", "region_id", name=op.f("uq_region_month_month_region_id")),
    )
    with op.batch_alter_table("region_month", schema=None) as batch_op:
        batch_op.create_index("ix_region_month_region_id", ["region_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folded_name", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", models.base.Instant(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("last_seen_at", models.base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_account_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("folded_name", name=op.f("uq_account_folded_name")),
    )
    op.create_table(
        "heading_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_heading_mapping_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heading_mapping")),
        sa.UniqueConstraint(
            "agency_id", "layout", name=op.f("uq_heading_mapping_agency_id_layout")
        ),
    )
    with op.batch_alter_table("heading_mapping", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_heading_mapping_agency_id"), ["agency_id"], unique=False
        )

    op.create_table(
        "light_bound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("low", models.base.Exact(), nullable=True),
        sa.Column("low_included", sa.Boolean(), nullable=False),
        sa.Column("high", models.base.Exact(), nullable=True),
        sa.Column("high_included", sa.Boolean(), nullable=False),
        sa.CheckConstraint("low IS NOT NULL OR high IS NOT NULL", name=op.f("ck_light_bound_ends")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["light_case.id"], name=op.f("fk_light_bound_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_bound")),
        sa.UniqueConstraint("case_id", "fact", name=op.f("uq_light_bound_case_id_fact")),
    )
    op.create_table(
        "livelihood_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_quantity", models.base.Exact(), nullable=True),
        sa.Column("unit_of_measure", sa.String(length=24), nullable=False),
        sa.Column("lead_agency_id", sa.Integer(), nullable=True),
        sa.Column("upkeep_agency_id", sa.Integer(), nullable=True),
        sa.Column("leader", sa.String(length=40), nullable=False),
        sa.Column("responsible", sa.String(length=40), nullable=False),
        sa.Column("contact", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_text", sa.String(length=80), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("planned_investment_wan", models.base.Exact(), nullable=True),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("source_url", sa.String(length=400), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_agency_id"], ["agency.id"], name=op.f("fk_livelihood_project_lead_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_livelihood_project_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_livelihood_project_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["upkeep_agency_id"], ["agency.id"], name=op.f("fk_livelihood_project_upkeep_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livelihood_project")),
        sa.UniqueConstraint(
            "programme_id", "code", name=op.f("uq_livelihood_project_programme_id_code")
        ),
    )
    with op.batch_alter_table("livelihood_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_livelihood_project_code"), ["code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_livelihood_project_lead_agency_id"), ["lead_agency_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_livelihood_project_leader"), ["leader"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_livelihood_project_programme_id"), ["programme_id"], unique=False
        )
        batch_op.create_index(
            "ix_livelihood_project_region_id_id", ["region_id", "id"], unique=False
        )

    op.create_table(
        "reporting_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("timely_until", sa.Date(), nullable=False),
        sa.Column("locked_after", sa.Date(), nullable=False),
        sa.Column("exception", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_reporting_period_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_period")),
        sa.UniqueConstraint(
            "programme_id", "month", name=op.f("uq_reporting_period_programme_id_month")
        ),
    )
    with op.batch_alter_table("reporting_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reporting_period_month"), ["month"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reporting_period_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "expected_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_expected_report_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["reporting_period.id"], name=op.f("fk_expected_report_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_expected_report_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_report")),
        sa.UniqueConstraint(
            "period_id", "project_id", name=op.f("uq_expected_report_period_id_project_id")
        ),
    )
    with op.batch_alter_table("expected_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_expected_report_agency_id_period_id", ["agency_id", "period_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_expected_report_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "fund_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("budgeted_wan", models.base.Exact(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_fund_source_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_source")),
    )
    with op.batch_alter_table("fund_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_source_project_id"), ["project_id"], unique=False)

    op.create_table(
        "given_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("value", models.base.Exact(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_given_fact_by_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_given_fact_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_fact")),
    )
    with op.batch_alter_table("given_fact", schema=None) as batch_op:
        batch_op.create_index(
            "ix_given_fact_project_id_month", ["project_id", "month"], unique=False
        )

    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", models.base.Instant(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_instruction_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["account.id"], name=op.f("fk_instruction_given_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_instruction_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    with op.batch_alter_table("instruction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_instruction_given_by_id"), ["given_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_instruction_project_id"), ["project_id"], unique=False)

    op.create_table(
        "light_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "DONE",
                "GOOD",
                "NOTICE",
                "WARN",
                "BAD",
                "UNKNOWN",
                name="lightkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_light_override_by_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_light_override_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_override")),
    )
    with op.batch_alter_table("light_override", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_light_override_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "light_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "DONE",
                "GOOD",
                "NOTICE",
                "WARN",
                "BAD",
                "UNKNOWN",
                name="lightkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "dimension",
            sa.Enum(
                "START",
                "PROGRESS",
                "FUNDS",
                "EVIDENCE",
                "RECTIFICATION",
                name="lightdimension",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("lights", sa.Text(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("recovered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["light_case.id"], name=op.f("fk_light_record_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_light_record_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["light_rule_set.id"], name=op.f("fk_light_record_rule_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_record")),
        sa.UniqueConstraint("project_id", "month", name=op.f("uq_light_record_project_id_month")),
    )
    with op.batch_alter_table("light_record", schema=None) as batch_op:
        batch_op.create_index("ix_light_record_month_kind", ["month", "kind"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "INVITE",
                "RESET",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("ends_at", models.base.Instant(), nullable=False),
        sa.Column("used_at", models.base.Instant(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_one_time_link_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_one_time_link_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "report_unlock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["account.id"], name=op.f("fk_report_unlock_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_report_unlock_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["account.id"], name=op.f("fk_report_unlock_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_unlock")),
    )
    with op.batch_alter_table("report_unlock", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_report_unlock_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "ADMIN",
                "SECURITY",
                "SUPERVISOR",
                "LEADER",
                "REPORTER",
                "REVIEWER",
                "OBSERVER",
                "AUDITOR",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_role_grant_agency_id")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_role_grant_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_account_id"), ["account_id"], unique=False)

    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("used_at", models.base.Instant(), nullable=False),
        sa.Column("ends_at", models.base.Instant(), nullable=False),
        sa.Column("ended_at", models.base.Instant(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_session_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_sign_in_session_uid")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_session_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_stored_file_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_stored_file_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_stored_file_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "supporting_agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_supporting_agency_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_supporting_agency_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporting_agency")),
        sa.UniqueConstraint(
            "project_id", "agency_id", name=op.f("uq_supporting_agency_project_id_agency_id")
        ),
    )
    with op.batch_alter_table("supporting_agency", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supporting_agency_agency_id"), ["agency_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_supporting_agency_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "work_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("target_quantity", models.base.Exact(), nullable=True),
        sa.Column("unit_of_measure", sa.String(length=24), nullable=False),
        sa.Column("weight_pct", models.base.Exact(), nullable=True),
        sa.CheckConstraint(
            "weight_pct IS NULL OR weight_pct > 0", name=op.f("ck_work_item_weight")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_work_item_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_work_item_project_id_code")),
    )
    with op.batch_alter_table("work_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_item_project_id"), ["project_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_attachment_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attachment_table_name_row_id", ["table_name", "row_id"], unique=False
        )

    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "MONTHLY",
                "NODE",
                name="milestonekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned_pct", models.base.Exact(), nullable=True),
        sa.Column("planned_quantity", models.base.Exact(), nullable=True),
        sa.Column("forecast_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("completed_known_on", sa.Date(), nullable=True),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("source_url", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_milestone_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_item.id"], name=op.f("fk_milestone_work_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(
            "ix_milestone_project_id_due_on", ["project_id", "due_on"], unique=False
        )

    op.create_table(
        "role_grant_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["role_grant.id"], name=op.f("fk_role_grant_project_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_role_grant_project_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant_project")),
        sa.UniqueConstraint(
            "grant_id", "project_id", name=op.f("uq_role_grant_project_grant_id_project_id")
        ),
    )
    with op.batch_alter_table("role_grant_project", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_role_grant_project_grant_id"), ["grant_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_role_grant_project_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MONTHLY",
                "PLAN",
                name="uploadkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "COMMITTED",
                "TAKEN_BACK",
                "DISCARDED",
                name="uploadstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("settled_key", sa.String(length=160), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("committed_at", models.base.Instant(), nullable=True),
        sa.Column("rows_count", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_upload_agency_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_upload_file_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_upload_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("settled_key", name=op.f("uq_upload_settled_key")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_upload_agency_id_month", ["agency_id", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_sha256"), ["sha256"], unique=False)

    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                "TARGET",
                "TARGET_QUANTITY",
                "DUE_ON",
                "MILESTONE_DUE_ON",
                "PLANNED_PCT",
                name="adjustmentfield",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PROPOSED",
                "APPROVED",
                "REFUSED",
                name="adjustmentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_adjustment_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_adjustment_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_adjustment_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_adjustment_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustment_project_id"), ["project_id"], unique=False)

    op.create_table(
        "progress_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "CONFIRMED",
                "ACCEPTED",
                "RETURNED",
                name="reportstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("receipt", sa.String(length=32), nullable=False),
        sa.Column("no_change", sa.Boolean(), nullable=False),
        sa.Column("cumulative_quantity", models.base.Exact(), nullable=True),
        sa.Column("monthly_quantity", models.base.Exact(), nullable=True),
        sa.Column("completed_pct", models.base.Exact(), nullable=True),
        sa.Column("physical_progress", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("forecast_on", sa.Date(), nullable=True),
        sa.Column("completed_investment_wan", models.base.Exact(), nullable=True),
        sa.Column("allocated_wan", models.base.Exact(), nullable=True),
        sa.Column("paid_wan", models.base.Exact(), nullable=True),
        sa.Column("on_schedule", sa.Boolean(), nullable=True),
        sa.Column("milestone_done", sa.Text(), nullable=False),
        sa.Column("published_status", sa.String(length=80), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("warning_reason", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", models.base.Instant(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", models.base.Instant(), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", models.base.Instant(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("source_url", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["account.id"], name=op.f("fk_progress_report_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_progress_report_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["account.id"], name=op.f("fk_progress_report_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["reporting_period.id"], name=op.f("fk_progress_report_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_progress_report_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["account.id"], name=op.f("fk_progress_report_submitted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_progress_report_upload_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
        sa.UniqueConstraint(
            "project_id",
            "month",
            "revision",
            name=op.f("uq_progress_report_project_id_month_revision"),
        ),
    )
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_progress_report_agency_id_month", ["agency_id", "month"], unique=False
        )
        batch_op.create_index("ix_progress_report_month_state", ["month", "state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_progress_report_period_id"), ["period_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_progress_report_upload_id"), ["upload_id"], unique=False
        )

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
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_cell_source_entered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["progress_report.id"], name=op.f("fk_cell_source_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_cell_source_upload_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_item.id"], name=op.f("fk_cell_source_work_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_source")),
        sa.UniqueConstraint(
            "report_id",
            "work_item_id",
            "field",
            name=op.f("uq_cell_source_report_id_work_item_id_field"),
        ),
    )
    with op.batch_alter_table("cell_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cell_source_report_id"), ["report_id"], unique=False)

    op.create_table(
        "project_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("month_of_year", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("planned_pct", models.base.Exact(), nullable=True),
        sa.Column("completed_pct", models.base.Exact(), nullable=True),
        sa.Column("shortfall_pp", models.base.Exact(), nullable=True),
        sa.Column("shortfall_ratio", models.base.Exact(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("on_schedule", sa.Integer(), nullable=True),
        sa.Column("month_met", sa.Integer(), nullable=True),
        sa.Column("missed_months", sa.Integer(), nullable=True),
        sa.Column("behind_months", sa.Integer(), nullable=True),
        sa.Column("nodes_due", sa.Integer(), nullable=False),
        sa.Column("nodes_done", sa.Integer(), nullable=False),
        sa.Column("nodes_made_up", sa.Integer(), nullable=False),
        sa.Column("adjusted", sa.Integer(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=True),
        sa.Column("start_delay_months", sa.Integer(), nullable=True),
        sa.Column("paid_pct", models.base.Exact(), nullable=True),
        sa.Column("paid_gap_pp", models.base.Exact(), nullable=True),
        sa.Column("invested_pct", models.base.Exact(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.Column("node_due_day", sa.Integer(), nullable=True),
        sa.Column("deadline_day", sa.Integer(), nullable=True),
        sa.Column("next_due_day", sa.Integer(), nullable=True),
        sa.Column("heard_day", sa.Integer(), nullable=True),
        sa.Column("started_key", sa.Integer(), nullable=True),
        sa.Column("rectification_due_day", sa.Integer(), nullable=True),
        sa.Column("rectifications_open", sa.Integer(), nullable=True),
        sa.Column("rectifications_closed", sa.Integer(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("justified_delay", sa.Integer(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=True),
        sa.Column("funds_met", sa.Integer(), nullable=True),
        sa.Column("growth_pct", models.base.Exact(), nullable=True),
        sa.Column("growth_plan_gap_pp", models.base.Exact(), nullable=True),
        sa.Column("growth_average_gap_pp", models.base.Exact(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=True),
        sa.Column("budget_pct", models.base.Exact(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("rank_from_last", sa.Integer(), nullable=True),
        sa.Column(
            "lit_kind",
            sa.Enum(
                "DONE",
                "GOOD",
                "NOTICE",
                "WARN",
                "BAD",
                "UNKNOWN",
                name="lightkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "lit_dimension",
            sa.Enum(
                "START",
                "PROGRESS",
                "FUNDS",
                "EVIDENCE",
                "RECTIFICATION",
                name="lightdimension",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("lit_from", sa.Integer(), nullable=True),
        sa.Column("lit_until", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_project_month_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["livelihood_project.id"], name=op.f("fk_project_month_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_project_month_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["progress_report.id"], name=op.f("fk_project_month_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_month")),
        sa.UniqueConstraint("project_id", "month", name=op.f("uq_project_month_project_id_month")),
    )
    with op.batch_alter_table("project_month", schema=None) as batch_op:
        batch_op.create_index(
            "ix_project_month_programme_id_month", ["programme_id", "month"], unique=False
        )
        batch_op.create_index(
            "ix_project_month_region_id_month", ["region_id", "month"], unique=False
        )

    op.create_table(
        "report_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.Instant(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("cumulative_quantity", models.base.Exact(), nullable=True),
        sa.Column("monthly_quantity", models.base.Exact(), nullable=True),
        sa.Column("completed_pct", models.base.Exact(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["progress_report.id"], name=op.f("fk_report_line_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_item.id"], name=op.f("fk_report_line_work_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_line")),
        sa.UniqueConstraint(
            "report_id", "work_item_id", name=op.f("uq_report_line_report_id_work_item_id")
        ),
    )
    with op.batch_alter_table("report_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_line_report_id"), ["report_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in (*APPEND_ONLY[dialect], *NEVER_REPAINTED[dialect]):
        op.execute(statement)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("report_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_line_report_id"))

    op.drop_table("report_line")
    with op.batch_alter_table("project_month", schema=None) as batch_op:
        batch_op.drop_index("ix_project_month_region_id_month")
        batch_op.drop_index("ix_project_month_programme_id_month")

    op.drop_table("project_month")
    with op.batch_alter_table("cell_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cell_source_report_id"))

    op.drop_table("cell_source")
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_report_upload_id"))
        batch_op.drop_index(batch_op.f("ix_progress_report_period_id"))
        batch_op.drop_index("ix_progress_report_month_state")
        batch_op.drop_index("ix_progress_report_agency_id_month")

    op.drop_table("progress_report")
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adjustment_project_id"))

    op.drop_table("adjustment")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_sha256"))
        batch_op.drop_index("ix_upload_agency_id_month")
        batch_op.drop_index(batch_op.f("ix_upload_account_id"))

    op.drop_table("upload")
    with op.batch_alter_table("role_grant_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_project_project_id"))
        batch_op.drop_index(batch_op.f("ix_role_grant_project_grant_id"))

    op.drop_table("role_grant_project")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index("ix_milestone_project_id_due_on")

    op.drop_table("milestone")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_table_name_row_id")

    op.drop_table("attachment")
    with op.batch_alter_table("work_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_item_project_id"))

    op.drop_table("work_item")
    with op.batch_alter_table("supporting_agency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supporting_agency_project_id"))
        batch_op.drop_index(batch_op.f("ix_supporting_agency_agency_id"))

    op.drop_table("supporting_agency")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_stored_file_project_id"))
        batch_op.drop_index(batch_op.f("ix_stored_file_agency_id"))

    op.drop_table("stored_file")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_account_id"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_account_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("report_unlock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_unlock_project_id"))

    op.drop_table("report_unlock")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_account_id"))

    op.drop_table("one_time_link")
    with op.batch_alter_table("light_record", schema=None) as batch_op:
        batch_op.drop_index("ix_light_record_month_kind")

    op.drop_table("light_record")
    with op.batch_alter_table("light_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_light_override_project_id"))

    op.drop_table("light_override")
    with op.batch_alter_table("instruction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instruction_project_id"))
        batch_op.drop_index(batch_op.f("ix_instruction_given_by_id"))

    op.drop_table("instruction")
    with op.batch_alter_table("given_fact", schema=None) as batch_op:
        batch_op.drop_index("ix_given_fact_project_id_month")

    op.drop_table("given_fact")
    with op.batch_alter_table("fund_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_source_project_id"))

    op.drop_table("fund_source")
    with op.batch_alter_table("expected_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expected_report_project_id"))
        batch_op.drop_index("ix_expected_report_agency_id_period_id")

    op.drop_table("expected_report")
    with op.batch_alter_table("reporting_period", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reporting_period_programme_id"))
        batch_op.drop_index(batch_op.f("ix_reporting_period_month"))

    op.drop_table("reporting_period")
    with op.batch_alter_table("livelihood_project", schema=None) as batch_op:
        batch_op.drop_index("ix_livelihood_project_region_id_id")
        batch_op.drop_index(batch_op.f("ix_livelihood_project_programme_id"))
        batch_op.drop_index(batch_op.f("ix_livelihood_project_leader"))
        batch_op.drop_index(batch_op.f("ix_livelihood_project_lead_agency_id"))
        batch_op.drop_index(batch_op.f("ix_livelihood_project_code"))

    op.drop_table("livelihood_project")
    op.drop_table("light_bound")
    with op.batch_alter_table("heading_mapping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_heading_mapping_agency_id"))

    op.drop_table("heading_mapping")
    op.drop_table("account")
    with op.batch_alter_table("region_month", schema=None) as batch_op:
        batch_op.drop_index("ix_region_month_region_id")

    op.drop_table("region_month")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_region_id"))

    op.drop_table("programme")
    op.drop_table("light_colour")
    op.drop_table("light_case")
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_region_id"))
        batch_op.drop_index(batch_op.f("ix_agency_path"))

    op.drop_table("agency")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_folded_name"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_address"))

    op.drop_table("sign_in_attempt")
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_region_path"))

    op.drop_table("region")
    with op.batch_alter_table("light_rule_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_light_rule_set_code"))

    op.drop_table("light_rule_set")
    op.drop_table("installation_mark")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_table_name_row_key")
        batch_op.drop_index(batch_op.f("ix_audit_entry_event"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_account_id"))

    op.drop_table("audit_entry")
