"""任务分解表: units, projects, milestones and money come in from one sheet, all or nothing.

141 §6: a promise is broken down to units, people, months and money. Once the list is adopted the
sheet may no longer move a target, a date or a unit: that takes an adjustment (X6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from dashboard.admin.spec import OWN
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.audit import record
from dashboard.commands.agency import place_in_tree
from dashboard.commands.batch import Imported, mark_committed, require_clean, require_kind, settle
from dashboard.commands.light import refresh_facts
from dashboard.commands.own_answer import answered, require_asked
from dashboard.commands.own_field import keep_answers
from dashboard.commands.period import ensure_expected
from dashboard.commands.plan_pen import PlanPen
from dashboard.commands.project import FREE_FIELDS, allow_programme
from dashboard.commands.upload import draft_upload
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.imports.examination import Draft, Examination, Status
from dashboard.imports.plan import COLUMNS
from dashboard.permissions import Action, Actor, ProjectScope, allow
from dashboard.queries.plan import ITEM, PLAIN
from dashboard.queries.plan_undo import image_of_plan, projects_of, sign_after
from dashboard.rules.words import LONGEST, limited_words
from models.agency import Agency
from models.programme import Programme
from models.project import LivelihoodProject, WorkItem
from models.region import Region
from models.upload import UploadKind


def create_programme(
    session: Session, actor: Actor, *, region_id: int, year: int, name: str
) -> Programme:
    """Open a year's list for a region; its projects come in by the plan sheet."""
    region = load(session, Region, region_id)
    allow(actor, Action.PLAN_IMPORT, ProjectScope(0, region.path))
    if not 1990 <= year <= 2100:
        raise Invalid(_("年度应在 1990 至 2100 之间。"))
    if not 1 <= len(name.strip()) <= 80:
        raise Invalid(_("清单名称应为 1 至 80 个字。"))
    same = rows_of(Programme).where(Programme.region_id == region_id, Programme.year == year)
    if session.exec(same).first() is not None:
        raise Conflict(
            _("{region} {year} 年的清单已经有了。").format(region=region.name, year=year)
        )
    programme = Programme(region_id=region_id, year=year, name=name.strip())
    record(session, actor, "programme:edit", programme)
    return programme


def commit_plan(
    session: Session,
    actor: Actor,
    upload_id: int,
    examination: Examination,
    *,
    reasons: Mapping[tuple[str, int], str],
    today: date,
) -> Imported:
    """Import a plan sheet into its programme, all or nothing.

    Units the sheet names and nobody knows yet are added to the programme's region.

    Raises:
        Invalid: errors are left, or the list is adopted and the sheet moves what is locked.
        Conflict: the same file was imported already.
    """
    upload = draft_upload(session, actor, upload_id)
    programme = allow_programme(session, actor, Action.PLAN_IMPORT, upload.programme_id)
    require_kind(upload, UploadKind.PLAN)
    require_clean(upload, examination, reasons)
    settle(session, upload)
    moved = [d for d in examination.drafts if d.status in (Status.NEW, Status.CHANGED)]
    codes = {_code_of(draft): None for draft in moved}
    image = image_of_plan(session, programme, list(codes))
    bodies = _Bodies(session, actor, programme)
    asked = require_asked(session, examination)
    projects = _projects(session, programme, moved)
    pen = PlanPen(session, actor, programme.year)
    pen.know(projects.values())
    for draft in moved:
        project = projects[_code_of(draft)]
        if _is_item(draft):
            _work_item(pen, programme, project, draft)
        else:
            _fill(pen, programme, project, draft, bodies)
    pen.write()
    for code, project in projects.items() if asked else ():
        drafts = [draft for draft in moved if _code_of(draft) == code]
        _answer(session, actor, project, answered(drafts, asked))
    if programme.adopted_on is None and today.year >= programme.year:
        upto = min(today.replace(day=1), date(programme.year, 12, 1))
        ensure_expected(session, actor, programme, upto, today)
    ids = {project.id or 0 for project in projects.values()}
    refresh_facts(session, ids, today=today)
    upload.before = json.dumps(sign_after(session, programme, image), ensure_ascii=False)
    mark_committed(session, actor, Action.PLAN_IMPORT, upload, len(ids))
    return Imported(upload.number, len(ids))


def _answer(
    session: Session, actor: Actor, project: LivelihoodProject, answers: Mapping[str, Any]
) -> None:
    """Keep what a sheet answers of a project to what the office asks by itself."""
    if answers:
        told = keep_answers(session, ADMIN_PAGES["livelihood_project"], project, answers)
        moved = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        record(session, actor, Action.PLAN_IMPORT, project, extra=moved)


_NAMES = {"project_name": "name", "project_code": "code"}
_DATA = {"target_quantity", "starts_on", "due_on", "planned_investment_wan"}
_TEXTS: dict[type[SQLModel], dict[str, str]] = {
    LivelihoodProject: _NAMES | {name: name for name in PLAIN if name not in _DATA},
    WorkItem: {"work_item_code": "code", "work_item_name": "name", "unit": "unit_of_measure"},
}
"""The texts of a row and their columns, which have room for so much."""


def named_agencies(found: Examination) -> tuple[str, ...]:
    """Name the units a plan sheet names, each once."""
    named: list[str] = []
    for draft in found.drafts:
        values = draft.values
        supporting = values.get("supporting_agencies")
        single = [values.get(key) for key in ("lead_agency", "agency_name", "upkeep_agency")]
        both = [*single, *(supporting if isinstance(supporting, tuple) else ())]
        named += [str(name).strip() for name in both if name]
    return tuple(dict.fromkeys(named))


def unknown_agencies(
    session: Session, actor: Actor, programme_id: int, names: Sequence[str]
) -> list[str]:
    """Give the names that a list's region does not know, neither as name nor as short name."""
    programme = load(session, Programme, programme_id)
    known = set(_Bodies(session, actor, programme).known)
    return [name for name in names if name not in known]


class _Bodies:
    """The units a sheet may name, by name and short name; unknown ones are added once."""

    def __init__(self, session: Session, actor: Actor, programme: Programme) -> None:
        self.session, self.actor = session, actor
        self.region = load(session, Region, programme.region_id)
        self.known: dict[str, Agency] = {}
        rows = session.exec(rows_of(Agency).where(Agency.region_id == programme.region_id))
        for agency in rows:
            for name in (agency.name, *agency.aliases.replace("，", "、").split("、")):
                self.known.setdefault(name.strip(), agency)

    def _free_code(self, number: int) -> str:
        code = f"{self.region.code[:20]}-{number:03d}"
        taken = self.session.exec(rows_of(Agency).where(Agency.code == code)).first()
        return code if taken is None else self._free_code(number + 1)

    def named(self, name: str) -> int:
        """Give the unit of this name, added when it is new."""
        found = self.known.get(name.strip())
        if found is None:
            count = select(func.count()).where(col(Agency.region_id) == self.region.id)
            number = (self.session.connection().scalar(count) or 0) + 1
            found = Agency(
                code=self._free_code(number),
                name=name.strip()[:80],
                region_id=self.region.id or 0,
            )
            place_in_tree(self.session, found)
            extra = {"name": [None, found.name], "code": [None, found.code]}
            record(self.session, self.actor, Action.AGENCY_EDIT, found, extra=extra)
            self.known[name.strip()] = found
        return found.id or 0


def _code_of(draft: Draft) -> str:
    return draft.project_code or str(draft.values.get("project_code") or "")


def _is_item(draft: Draft) -> bool:
    return bool(draft.work_item_code or draft.values.get("work_item_name"))


def _projects(
    session: Session, programme: Programme, drafts: Sequence[Draft]
) -> dict[str, LivelihoodProject]:
    """Give the projects the rows are about, by code; new ones are added."""
    known = {project.code: project for project in projects_of(session, programme)}
    found: dict[str, LivelihoodProject] = {}
    for draft in drafts:
        _require_room(draft)
        code = _code_of(draft)
        if not code:
            raise Invalid(
                _("{sheet} 第 {row} 行没有项目编号，请填写。").format(
                    sheet=draft.sheet, row=draft.row
                )
            )
        if code not in found:
            found[code] = known.get(code) or _new(session, programme, code, draft)
    session.flush()
    return found


def _new(session: Session, programme: Programme, code: str, draft: Draft) -> LivelihoodProject:
    if programme.adopted_on is not None:
        raise Invalid(_("清单已审定，不能再增加项目“{code}”。").format(code=code))
    project = LivelihoodProject(
        programme_id=programme.id or 0,
        region_id=programme.region_id,
        code=code,
        name=str(draft.values.get("project_name") or ""),
    )
    if not project.name:
        raise Invalid(_("项目 {code} 没有名称，请填写。").format(code=code))
    session.add(project)
    return project


def _require_unlocked(programme: Programme, draft: Draft) -> None:
    if programme.adopted_on is None:
        return
    moved = [
        change.field
        for change in draft.changes
        if change.field not in FREE_FIELDS
        and not OWN.fullmatch(change.field)
        and not (change.field in _NAMES and change.new in (None, ""))
    ]
    if moved:
        titles = {column.field: column.title for column in COLUMNS}
        raise Invalid(
            _("{sheet} 第 {row} 行改动了已审定的内容（{fields}），请改用“申请调整”。").format(
                sheet=draft.sheet,
                row=draft.row,
                fields=joined(_(titles.get(field, field)) for field in moved[:5]),
            )
        )


def _require_room(draft: Draft) -> None:
    """Raise `Invalid` when a text of the row is longer than its column."""
    place = _("{sheet} 第 {row} 行").format(sheet=draft.sheet, row=draft.row)
    for model, columns in _TEXTS.items():
        for name, column in columns.items():
            given = draft.values.get(name)
            if isinstance(given, str):
                title = _(model.model_fields[column].title or column)
                most = model.__table__.c[column].type.length  # type: ignore[attr-defined]
                limited_words(given, f"{place} {title}", most or LONGEST)


def _fill(
    pen: PlanPen,
    programme: Programme,
    project: LivelihoodProject,
    draft: Draft,
    bodies: _Bodies,
) -> None:
    _require_unlocked(programme, draft)
    values = draft.values
    if programme.adopted_on is not None:
        for name in set(FREE_FIELDS) & {*draft.letters, *values}:
            setattr(project, name, values.get(name) or "")
        pen.note(Action.PLAN_IMPORT, project)
        return
    # Units first: a new one is written at once, and with it whatever a project has changed.
    supporting = values.get("supporting_agencies")
    named = supporting if isinstance(supporting, tuple) else ()
    units = _units(values, bodies)
    supports = [bodies.named(str(name)) for name in named]
    if values.get("project_name"):
        project.name = str(values["project_name"])
    for name in PLAIN:
        if name in draft.letters or name in values:
            given = values.get(name)
            empty = "" if LivelihoodProject.model_fields[name].default == "" else None
            setattr(project, name, empty if given is None else given)
    for column, key in units.items():
        setattr(project, column, key)
    pen.note(Action.PLAN_IMPORT, project)
    if isinstance(supporting, tuple):
        pen.supports.append((project, supports))
    if values.get("fund_source"):
        amount = values.get("planned_investment_wan")
        budgeted = amount if isinstance(amount, Decimal) else None
        pen.funds.append((project, str(values["fund_source"]), budgeted))
    pen.plans.append((project, None, values))


def _units(values: Mapping[str, Any], bodies: _Bodies) -> dict[str, int]:
    """Give the units that lead a project and keep it up, by their columns."""
    lead = values.get("lead_agency") or values.get("agency_name")
    named = {"lead_agency_id": lead, "upkeep_agency_id": values.get("upkeep_agency")}
    return {column: bodies.named(str(name)) for column, name in named.items() if name}


def _work_item(
    pen: PlanPen, programme: Programme, project: LivelihoodProject, draft: Draft
) -> None:
    _require_unlocked(programme, draft)
    if programme.adopted_on is not None:
        return
    values = draft.values
    items = pen.items[project.id or 0]
    code = draft.work_item_code or str(values.get("work_item_code") or "")
    name = str(values.get("work_item_name") or "")
    item = next((i for i in items if i.code == code or (not code and i.name == name)), None)
    if item is None:
        item = WorkItem(
            project_id=project.id or 0, code=code or f"{project.code}-{len(items) + 1}", name=name
        )
        items.append(item)
    for field, column in ITEM.items():
        if values.get(field) is not None:
            setattr(item, column, values[field])
    pen.note("plan:work-item", item)
    pen.plans.append((project, item, values))
