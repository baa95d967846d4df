"""计划: the projects of a list and what they are broken down into."""

from __future__ import annotations

from dashboard.admin.spec import AdminPage
from dashboard.permissions import Action
from models.account import Role
from models.milestone import Adjustment, Milestone
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem

GROUP = "计划"
IN_THE_PLAN = "计划经导入和审定后，只能通过调整变更，在“计划”和“项目”页办理。"
PROJECT = "project_id"
BY_PROJECT = ("project.programme", "project.lead_agency")
FOUND_BY_PROJECT = ("project.code", "project.name")
OF_PROJECT = ("project.region", "project.category", "project.lead_agency", "project.programme")
UNIT = "unit_of_measure"
PAGES = (
    AdminPage(
        model=LivelihoodProject,
        title="民生实事项目",
        group=GROUP,
        read=Action.PROJECT_READ,
        action=Action.DETAIL_EDIT,
        scope="id",
        listed=("code", "name", "category", "lead_agency_id", "leader", "responsible", "due_on"),
        searched=("code", "name", "target", "leader", "responsible", "lead_agency.name"),
        filters=("programme", "category", "lead_agency", "leader", "region"),
        days="due_on",
        ordering=("programme_id", "code"),
        edited=("leader", "responsible", "contact", "phone", "standard", "note"),
        read_only=(
            "programme_id", "region_id", "target", "target_quantity", "unit_of_measure",
            "upkeep_agency_id", "starts_on", "started_on", "due_text", "accepted_on",
            "planned_investment_wan", "source", "source_url",
        ),
        groups=(
            ("项目", ("programme_id", "code", "name", "category", "region_id")),
            ("责任", ("lead_agency_id", "upkeep_agency_id", "leader", "responsible", "contact",
                    "phone")),
            ("目标与时限", ("target", "target_quantity", "unit_of_measure", "standard", "starts_on",
                       "started_on", "due_on", "due_text", "accepted_on",
                       "planned_investment_wan")),
            ("来源与备注", ("source", "source_url", "note")),
        ),
        children=(
            "fund_source.project_id", "supporting_agency.project_id", "work_item.project_id",
            "milestone.project_id", "site.project_id",
        ),
        row_actions=(("验收", "project.accept_project"),),
        key=("programme_id", "code"),
        adds=False,
        deletes=False,
        measures=("planned_investment_wan", "target_quantity"),
        alike=(("target_quantity", UNIT),),
        hidden=(("phone", (Role.OBSERVER,)), ("contact", (Role.OBSERVER,))),
        page="project",
    ),
    AdminPage(
        model=FundSource,
        title="资金来源",
        group=GROUP,
        read=Action.REPORT_READ,
        action=Action.DETAIL_EDIT,
        scope=PROJECT,
        listed=("project_id", "name", "budgeted_wan"),
        searched=("name", *FOUND_BY_PROJECT),
        filters=BY_PROJECT,
        ordering=("project_id", "id"),
        once=("project_id",),
        edited=("name", "budgeted_wan"),
        key=("project_id", "name"),
        grouped=OF_PROJECT,
        measures=("budgeted_wan",),
    ),
    AdminPage(
        model=SupportingAgency,
        title="配合单位",
        group=GROUP,
        read=Action.REPORT_READ,
        scope=PROJECT,
        label="id",
        listed=("project_id", "agency_id"),
        searched=("agency.name", *FOUND_BY_PROJECT),
        filters=("agency", *BY_PROJECT),
        ordering=("project_id", "agency_id"),
        grouped=OF_PROJECT,
        because=IN_THE_PLAN,
        page="plan",
    ),
    AdminPage(
        model=WorkItem,
        title="子项",
        group=GROUP,
        read=Action.REPORT_READ,
        scope=PROJECT,
        listed=("project_id", "code", "name", "target_quantity", "unit_of_measure", "weight_pct"),
        searched=("code", "name", *FOUND_BY_PROJECT),
        filters=BY_PROJECT,
        ordering=("project_id", "code"),
        key=("project_id", "code"),
        grouped=OF_PROJECT,
        measures=("target_quantity", "weight_pct"),
        alike=(("target_quantity", UNIT),),
        because=IN_THE_PLAN,
        page="plan",
    ),
    AdminPage(
        model=Milestone,
        title="节点",
        group=GROUP,
        read=Action.REPORT_READ,
        scope=PROJECT,
        listed=("project_id", "kind", "name", "due_on", "planned_pct", "completed_on"),
        searched=("name", *FOUND_BY_PROJECT),
        filters=("kind", *BY_PROJECT),
        days="due_on",
        ordering=("project_id", "due_on"),
        read_only=(
            "work_item_id", "planned_quantity", "forecast_on", "completed_known_on", "known_from",
            "known_until", "source", "source_url",
        ),
        grouped=OF_PROJECT,
        measures=("planned_pct",),
        because=IN_THE_PLAN,
        page="plan",
    ),
    AdminPage(
        model=Adjustment,
        title="调整",
        group=GROUP,
        read=Action.REPORT_READ,
        scope=PROJECT,
        label="number",
        listed=("project_id", "number", "field", "new", "state", "proposed_on", "decided_on"),
        searched=("reason", "new", *FOUND_BY_PROJECT),
        filters=("state", "field", *BY_PROJECT),
        days="proposed_on",
        ordering=("-id",),
        read_only=(
            "milestone_id", "old", "reason", "proposed_by_id", "decided_by_id", "answer",
        ),
        grouped=OF_PROJECT,
        because="调整由单位或督查室提出，由另一人审批，在“项目”和“计划”页办理。",
        page="plan",
    ),
)  # fmt: skip
