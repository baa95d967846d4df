"""项目: adoption of a year's list, and the details an office may keep up to date afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.db import load, require_version
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, ProjectScope, allow
from dashboard.queries.project import missing_details
from dashboard.queries.scope import scope_of
from dashboard.rules.words import LONGEST, limited_words
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

FREE_FIELDS = ("leader", "responsible", "contact", "phone", "standard", "note")
"""What stays editable after adoption; target, dates and units change by adjustment only (X6)."""


def allow_programme(session: Session, actor: Actor, action: Action, programme_id: int) -> Programme:
    """Give the programme if the actor may do this over its region, else refuse."""
    programme = load(session, Programme, programme_id)
    region = load(session, Region, programme.region_id)
    allow(actor, action, ProjectScope(0, region.path))
    return programme


def adopt_programme(session: Session, actor: Actor, programme_id: int, *, today: date) -> Programme:
    """Adopt a year's list (审定): from now on targets and dates change by adjustment only."""
    programme = allow_programme(session, actor, Action.PROGRAMME_ADOPT, programme_id)
    if programme.adopted_on is not None:
        raise Conflict(_("该清单已于 {day} 审定。").format(day=programme.adopted_on))
    missing = missing_details(session, actor, programme_id)
    if len(missing):
        rows = missing.itertuples(index=False)
        listed = _("；").join(
            _("{title}：{text}").format(title=f"{row.code} {row.name}", text=row.missing)
            for row in rows
        )
        raise Invalid(_("还不能审定，缺：{missing}。").format(missing=listed[:400]))
    programme.adopted_on = today
    record(session, actor, Action.PROGRAMME_ADOPT, programme)
    return programme


def edit_project(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    version: int,
    values: Mapping[str, str],
) -> LivelihoodProject:
    """Change a project's people, standard and note; the second of two people is told.

    Raises:
        Conflict: somebody changed the project since it was shown.
        Invalid: the field may change by an adjustment only, or is too long.
    """
    project = load(session, LivelihoodProject, project_id)
    allow(actor, Action.PLAN_IMPORT, scope_of(session, project_id))
    require_version(session, project, version)
    for name, value in values.items():
        if name not in FREE_FIELDS:
            raise Invalid(_("目标、时限和单位只能通过调整变更。"))
        title = _(LivelihoodProject.model_fields[name].title or name)
        limit = LONGEST if name in ("standard", "note") else 40
        setattr(project, name, limited_words(value, title, limit))
    record(session, actor, "project:edit", project)
    return project


def accept_project(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    accepted_on: date,
    today: date,
    version: int,
) -> LivelihoodProject:
    """Note that a finished project was taken over (验收); boards of earlier days do not know it.

    The day may be mended on the day it was noted: later, boards that are past know it.

    Raises:
        Conflict: somebody changed the project since it was shown, or noted the takeover earlier.
        Invalid: the day lies in the future or before the list's year.
    """
    project = load(session, LivelihoodProject, project_id)
    allow(actor, Action.REPORT_ACCEPT, scope_of(session, project_id))
    require_version(session, project, version)
    programme = load(session, Programme, project.programme_id)
    if accepted_on > today:
        raise Invalid(_("验收日期不能晚于今天。"))
    if accepted_on.year < programme.year:
        raise Invalid(_("验收日期不能早于 {year} 年。").format(year=programme.year))
    noted = project.accepted_known_on or project.accepted_on
    if noted is not None and noted < today:
        raise Conflict(
            _("该项目已于 {day} 登记验收，当天以后不能更改。").format(day=noted.isoformat())
        )
    project.accepted_on, project.accepted_known_on = accepted_on, today
    record(session, actor, "project:accept", project)
    refresh_facts(session, {project_id}, today=today)
    return project
