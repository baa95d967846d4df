"""Every command as every role: each cell of the matrix has an expectation, each refusal a line.

The commands are called below the page, in a transaction each, as a hostile client could make them
be called.
"""

from __future__ import annotations

import inspect
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from dashboard import audit, commands, db, files
from dashboard.admin.chart import Chart
from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands import (
    account,
    adjustment,
    agency,
    batch,
    chart,
    device,
    evidence,
    grant,
    instruction,
    lag,
    light,
    note,
    observer,
    own_remark,
    period,
    photo,
    plan,
    plan_undo,
    project,
    remark,
    report,
    row,
    row_children,
    row_export,
    rule,
    sealed,
    second_factor,
    site,
    table_import,
    take_back,
    token,
    triage,
    unlock,
    upload,
    view,
    visit,
)
from dashboard.commands import (
    session as sessions,
)
from dashboard.commands.remark import RemarkDraft
from dashboard.commands.rule import RuleDraft
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.imports.records import Record, Records
from dashboard.permissions import ROLE_ACTIONS, Action, Actor, Grant, sees, sees_sql
from dashboard.photos import Box, prepare
from dashboard.queries.rule import rules_on
from dashboard.queries.scope import scopes_of
from models.account import Account, Role, RoleGrant, SecondFactor
from models.agency import Agency
from models.audit import AuditEntry
from models.chart import OwnChart
from models.file import StoredFile
from models.light import LightKind, LightRuleSet
from models.milestone import AdjustmentField
from models.observer import ObserverDevice, Visit
from models.photo import Photo
from models.programme import Programme
from models.project import LivelihoodProject, SupportingAgency
from models.rectification import Rectification, RectificationSource
from models.region import Region
from models.remark import Satisfaction
from models.report import ReportingPeriod
from models.token import ApiToken
from models.upload import Upload, UploadKind, UploadState
from tests.city import (
    AUGUST,
    H1_ROW,
    JULY,
    TODAY,
    City,
    checked,
    imported,
    newest,
    photographed,
    save,
    stored,
    workbook,
)
from tests.pictures import picture
from tests.rectifying import OTHERS as NO_RECTIFYING
from tests.rectifying import RECTIFYING

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 10, 3, 1, tzinfo=UTC)
ROLES = [role.value for role in Role] + ["NOBODY"]
OFFICE, UNIT = {"SUPERVISOR"}, {"REPORTER"}
EXPORTERS = {"ADMIN", "SUPERVISOR", "AUDITOR"}
"""Who may let another system read in their name."""


@dataclass
class Stage:
    """Where a command is tried: the session, the city, and things that wait for somebody."""

    session: Session
    city: City

    def draft(self) -> int:
        """A report that may be submitted."""
        imported(self.session, self.city, submit=False)
        return newest(self.session, self.city, "H1").id or 0

    def submitted(self) -> int:
        """A report that waits for the reviewer."""
        imported(self.session, self.city)
        return newest(self.session, self.city, "H1").id or 0

    def confirmed(self) -> int:
        """A report that waits for the office."""
        key = self.submitted()
        report.confirm_reports(self.session, self.city["REVIEWER"], [key])
        return key

    def upload(self) -> tuple[int, Any]:
        """A draft upload of the housing unit and its reading."""
        data = workbook([H1_ROW])
        kept = stored(self.session, self.city, data)
        return kept.id or 0, checked(self.session, self.city, data, kept)

    def committed(self) -> int:
        """An upload that was imported."""
        number = imported(self.session, self.city, submit=False).number
        return int(number.removeprefix("PC"))

    def plan(self) -> tuple[int, Any]:
        """A draft plan sheet of the office, without a row that could be imported."""
        kept = upload.store_upload(
            self.session, self.city["SUPERVISOR"], kind=UploadKind.PLAN,
            programme_id=self.home, agency_id=None, month=date(2026, 1, 1), name="p.xlsx",
            data=workbook([("H1", None)]),
        )  # fmt: skip
        return kept.id or 0, checked(self.session, self.city, b"no", kept, "SUPERVISOR")

    def planned(self) -> int:
        """A plan sheet of the office that was imported and brought nothing."""
        key, _found = self.plan()
        kept = self.session.get_one(Upload, key)
        kept.state = UploadState.COMMITTED
        kept.before = json.dumps({"adopted": True, "agencies": [], "projects": {}, "after": {}})
        self.session.flush()
        return key

    @property
    def home(self) -> int:
        """The city's list."""
        return self.city.programmes["home"].id or 0

    @property
    def h1(self) -> int:
        """The housing unit's first project."""
        return self.city.id("H1")

    def spare(self) -> int:
        """An account of nobody in the matrix."""
        return self.city["schools reporter"].account_id

    def programme(self) -> Programme:
        """The city's list, as a row."""
        return self.session.get_one(Programme, self.home)


Call = Callable[[Stage, Actor, Any], Any]
"""What is called, as whom, with what `prepare` gave."""


def _device(s: Stage, account_id: int) -> int:
    row = ObserverDevice(token_hash=secrets.token_hex(32), account_id=account_id, ends_at=LATER)
    s.session.add(row)
    s.session.flush()
    return row.id or 0


def _photo(s: Stage) -> Photo:
    planted = photographed(s.session, s.city, "H1")
    shown = s.session.get_one(StoredFile, planted.shown_file_id)
    shown.sha256 = files.save(picture())
    s.session.flush()
    return planted


def _rule_draft(s: Stage) -> RuleDraft:
    rules = rules_on(s.session, "DEFAULT", TODAY)
    words = {kind: (kind.label, "#112233") for kind in LightKind}
    return RuleDraft(
        type(rules)(rules.code, date(2026, 9, 9), rules.cases, 31, "新版", None), words
    )


def _sent(s: Stage) -> int:
    draft = RemarkDraft("client-0001", s.h1, words="围挡缺失")
    return remark.write_remark(s.session, s.city["OBSERVER"], draft, now=NOW, today=TODAY).id or 0


def _answered(s: Stage) -> int:
    key = _sent(s)
    triage.answer_remark(s.session, s.city["SUPERVISOR"], key, words="已补设", today=TODAY)
    return key


def _feedback(s: Stage) -> int:
    draft = RemarkDraft("0123456789abcdef", s.h1, words="路灯不亮", phone="13912345678")
    region_id = s.city.regions["home"].id or 0
    kept, _code = remark.write_feedback(s.session, draft, region_id=region_id, now=NOW, today=TODAY)
    return kept.id or 0


def _proposed(s: Stage) -> int:
    made = triage.propose_reply(
        s.session, s.city["REPORTER"], _sent(s), words="今日补设", today=TODAY
    )
    return made.id or 0


def _planned_visit(s: Stage) -> int:
    row = Visit(project_id=s.h1, account_id=s.city["OBSERVER"].account_id, due_on=TODAY)
    return save(s.session, row).id or 0


def _problem(s: Stage) -> int:
    row = Rectification(
        number="ZG1", project_id=s.h1, source=RectificationSource.REMARK, state="ISSUED",
        finding="围挡缺失", thing="东段", agency_id=s.city.agencies["housing"].id or 0,
        responsible="张三", standard="封闭", issued_by_id=s.city["SUPERVISOR"].account_id,
        found_on=TODAY, issued_on=TODAY, first_due_on=TODAY, due_on=TODAY,
    )  # fmt: skip
    return save(s.session, row).id or 0


def _opened(s: Stage) -> int:
    made = sealed.open_sealed_set(
        s.session, s.city["SUPERVISOR"], region_id=s.city.regions["home"].id or 0, name="夜查",
        today=TODAY,
    )  # fmt: skip
    return made.id or 0


def _letter(s: Stage, who: str = "other observer") -> observer.Appointment:
    return observer.Appointment(
        s.city[who].account_id, s.city.regions["home"].id or 0, "聘〔2026〕1号", TODAY,
        date(2027, 9, 2),
    )  # fmt: skip


def _appointed(s: Stage, who: str = "other observer") -> int:
    made = observer.appoint_observer(s.session, s.city["SUPERVISOR"], _letter(s, who), today=TODAY)
    return made.id or 0


def _asked_unlock(s: Stage) -> int:
    asked = unlock.request_unlock(
        s.session, s.city["REPORTER"], s.h1, month=JULY, reason="更正", today=TODAY
    )
    return asked.id or 0


def _asked_move(s: Stage) -> int:
    made = adjustment.propose_adjustment(
        s.session, s.city["REPORTER"], s.h1, field=AdjustmentField.TARGET, new="新", reason="因",
        today=TODAY,
    )  # fmt: skip
    return made.id or 0


def _given_words(s: Stage) -> int:
    made = instruction.give_instruction(
        s.session, s.city["LEADER"], s.h1, words="办", due_on=TODAY, today=TODAY
    )
    return made.id or 0


def _factors(s: Stage) -> str:
    """Let everybody have begun a second factor of one secret; give its present code."""
    secret = pyotp.random_base32()
    for key in s.session.exec(select(Account.id)):
        s.session.add(SecondFactor(account_id=key or 0, secret=secret))
    s.session.flush()
    return pyotp.TOTP(secret).at(NOW)


def _grant_of(s: Stage, account_id: int) -> int:
    statement = select(RoleGrant).where(RoleGrant.account_id == account_id)
    return s.session.exec(statement).one().id or 0


def _unadopted(s: Stage) -> int:
    s.programme().adopted_on = None
    s.session.flush()
    return s.home


def _period(s: Stage) -> ReportingPeriod:
    return s.session.get_one(ReportingPeriod, s.city.periods["home", AUGUST].id)


def _bureau(s: Stage) -> Agency:
    return s.session.get_one(Agency, s.city.agencies["schools"].id)


def _new_bureau(s: Stage) -> Agency:
    return agency.add_agency(
        s.session, s.city["ADMIN"], code="N", name="新局",
        region_id=s.city.regions["home"].id or 0,
    )  # fmt: skip


def _renamed_bureau(s: Stage) -> tuple[int, int, int]:
    bureau = _new_bureau(s)
    first = audit.version(s.session)
    table = ADMIN_PAGES["agency"]
    row.save_row(s.session, s.city["ADMIN"], table, bureau.id, {"name": "错字局"}, today=TODAY)
    return bureau.id or 0, first, bureau.version


def _records(s: Stage) -> Records:
    cells = {"code": ("A2", "SCHOOLS"), "name": ("B2", "市教体局")}
    return Records([Record("Sheet", 2, cells)])


def _sheet(s: Stage, a: Actor) -> int:
    table = ADMIN_PAGES["agency"]
    return table_import.store_table(s.session, a, table, name="a.xlsx", data=b"x").id or 0


def _draft_sheet(s: Stage) -> int:
    return _sheet(s, s.city["ADMIN"])


def _imported_sheet(s: Stage) -> int:
    key, admin = _draft_sheet(s), s.city["ADMIN"]
    table_import.commit_table(
        s.session, admin, ADMIN_PAGES["agency"], key, _records(s), today=TODAY
    )
    return key


def _other_rules(s: Stage) -> int:
    s.session.add(LightRuleSet(code="OTHER", name="另一套", since=date(2000, 1, 1)))
    s.session.flush()
    return s.programme().version


def _uid(s: Stage, account_id: int) -> str:
    return sessions.sign_in(s.session, account_id, address="::1", agent="test", now=NOW).uid


def _token(s: Stage, account_id: int) -> int:
    row = ApiToken(
        account_id=account_id, title="大屏", token_hash=f"h{account_id}", role=Role.LEADER,
        tables="agency", ends_at=NOW + timedelta(days=1),
    )  # fmt: skip
    return save(s.session, row).id or 0


BY_REGION = Chart(by="region_id")


def _chart(s: Stage, a: Actor) -> int:
    row = OwnChart(
        account_id=a.account_id, table_name="agency", name="图", kind=BY_REGION.kind,
        figure=BY_REGION.figure, by_name=BY_REGION.by,
    )  # fmt: skip
    return save(s.session, row).id or 0


MATRIX: dict[str, tuple[set[str], Callable[[Stage], Any], Call]] = RECTIFYING | {
    "account.invite_account": ({"ADMIN"}, lambda s: None, lambda s, a, _: account.invite_account(
        s.session, a, name="new-person", display_name="新人", now=NOW)),
    "account.reset_account": ({"ADMIN"}, lambda s: s.spare(), lambda s, a, k: account.reset_account(
        s.session, a, k, now=NOW)),
    "account.set_active": ({"SECURITY"}, lambda s: s.spare(), lambda s, a, k: account.set_active(
        s.session, a, k, active=False, now=NOW)),
    "account.choose_language": (set(ROLES), lambda s: None, lambda s, a, _: account.choose_language(
        s.session, a, "en")),
    "account.change_password": (set(ROLES), lambda s: None, lambda s, a, _: account.change_password(
        s.session, a, proved_hash="old", password_hash="new", now=NOW)),
    "adjustment.propose_adjustment": (OFFICE | UNIT, lambda s: None, lambda s, a, _:
        adjustment.propose_adjustment(s.session, a, s.h1, field=AdjustmentField.TARGET, new="新",
        reason="因", today=TODAY)),
    "adjustment.decide_adjustment": (OFFICE, _asked_move, lambda s, a, k:
        adjustment.decide_adjustment(s.session, a, k, approve=True, answer="", today=TODAY)),
    "agency.add_region": ({"ADMIN"}, lambda s: None, lambda s, a, _: agency.add_region(
        s.session, a, code="N", name="新区", parent_id=None)),
    "agency.add_agency": ({"ADMIN"}, lambda s: None, lambda s, a, _: agency.add_agency(
        s.session, a, code="N", name="新局", region_id=s.city.regions["home"].id or 0)),
    "agency.edit_agency": ({"ADMIN"}, lambda s: s.session.get_one(
        Agency, s.city.agencies["schools"].id).version, lambda s, a, version: agency.edit_agency(
        s.session, a, s.city.agencies["schools"].id or 0, version=version, name="市教体局",
        aliases="", active=True)),
    "batch.commit_upload": (UNIT, lambda s: s.upload(), lambda s, a, k: batch.commit_upload(
        s.session, a, k[0], k[1], reasons={}, today=TODAY, submit=True)),
    "take_back.take_back_upload": (UNIT, lambda s: s.committed(), lambda s, a, k:
        take_back.take_back_upload(s.session, a, k)),
    "evidence.attach_evidence": (UNIT, lambda s: s.draft(), lambda s, a, k:
        evidence.attach_evidence(s.session, a, k, name="a.pdf", data=b"%PDF-1", caption="")),
    "grant.grant_role": ({"SECURITY"}, lambda s: s.spare(), lambda s, a, k: grant.grant_role(
        s.session, a, k, Role.REVIEWER, agency_id=s.city.agencies["schools"].id)),
    "grant.end_grant": ({"SECURITY"}, lambda s: _grant_of(s, s.spare()), lambda s, a, k:
        grant.end_grant(s.session, a, k, today=TODAY)),
    "instruction.give_instruction": ({"LEADER"}, lambda s: None, lambda s, a, _:
        instruction.give_instruction(s.session, a, s.h1, words="办", due_on=TODAY, today=TODAY)),
    "instruction.answer_instruction": (UNIT | {"REVIEWER"}, _given_words, lambda s, a, k:
        instruction.answer_instruction(s.session, a, k, answer="好", today=TODAY)),
    "light.override_light": (OFFICE, lambda s: None, lambda s, a, _: light.override_light(
        s.session, a, s.h1, kind=LightKind.GOOD, reason="因", first_on=TODAY, last_on=None,
        today=TODAY)),
    "period.change_period_days": ({"ADMIN"} | OFFICE, _period, lambda s, a, k:
        period.change_period_days(s.session, a, k.id, due_on=date(2026, 9, 5),
        timely_until=date(2026, 9, 5), locked_after=date(2026, 9, 20), exception="洪水")),
    "period.ensure_expected": ({"ADMIN"} | OFFICE, lambda s: s.programme(), lambda s, a, k:
        period.ensure_expected(s.session, a, k, date(2026, 12, 1), TODAY)),
    "plan.create_programme": (OFFICE, lambda s: None, lambda s, a, _: plan.create_programme(
        s.session, a, region_id=s.city.regions["home"].id or 0, year=2031, name="新清单")),
    "plan.commit_plan": (OFFICE, lambda s: s.plan(), lambda s, a, k: plan.commit_plan(
        s.session, a, k[0], k[1], reasons={}, today=TODAY)),
    "plan_undo.take_back_plan": (OFFICE, lambda s: s.planned(), lambda s, a, k:
        plan_undo.take_back_plan(s.session, a, k, today=TODAY)),
    "project.adopt_programme": (OFFICE, _unadopted, lambda s, a, k: project.adopt_programme(
        s.session, a, k, today=TODAY)),
    "project.edit_project": (OFFICE, lambda s: s.session.get_one(
        LivelihoodProject, s.h1).version, lambda s, a, version: project.edit_project(
        s.session, a, s.h1, version=version, values={"contact": "新人"})),
    "project.accept_project": (OFFICE, lambda s: s.session.get_one(
        LivelihoodProject, s.h1).version, lambda s, a, version: project.accept_project(
        s.session, a, s.h1, accepted_on=TODAY, today=TODAY, version=version)),
    "remark.write_remark": ({"OBSERVER"}, lambda s: None, lambda s, a, _: remark.write_remark(
        s.session, a, RemarkDraft("client-0001", s.h1, words="围挡缺失"), now=NOW, today=TODAY)),
    "device.trust_device": ({"OBSERVER"}, lambda s: None, lambda s, a, _: device.trust_device(
        s.session, a, agent="手机", now=NOW)),
    "device.end_device": (set(ROLES), lambda s: None, lambda s, a, _: device.end_device(
        s.session, a, _device(s, a.account_id), now=NOW)),
    "photo.photograph_remark": ({"OBSERVER"}, _photo, lambda s, a, _: photo.photograph_remark(
        s.session, a, "planted-H1-OBSERVER-None", prepare("a.jpg", picture()), client_id="p1")),
    "photo.publish_redacted": (OFFICE, _photo, lambda s, a, k: photo.publish_redacted(
        s.session, a, k.id, boxes=[Box(1, 1, 9, 9)], version=k.version)),
    "photo.look_at_original": (OFFICE | {"AUDITOR"}, _photo, lambda s, a, k:
        photo.look_at_original(s.session, a, k.id)),
    "sealed.open_sealed_set": (OFFICE, lambda s: None, lambda s, a, _: sealed.open_sealed_set(
        s.session, a, region_id=s.city.regions["home"].id or 0, name="夜查", today=TODAY)),
    "sealed.add_to_sealed_set": (OFFICE, lambda s: (_opened(s), _sent(s)), lambda s, a, k:
        sealed.add_to_sealed_set(s.session, a, k[0], [k[1]])),
    "sealed.release_sealed_set": (OFFICE, lambda s: _opened(s), lambda s, a, k:
        sealed.release_sealed_set(s.session, a, k, reason="查毕", now=NOW, today=TODAY)),
    "observer.appoint_observer": (OFFICE, lambda s: None, lambda s, a, _:
        observer.appoint_observer(s.session, a, _letter(s), today=TODAY)),
    "observer.keep_letter": (OFFICE, lambda s: _appointed(s), lambda s, a, k:
        observer.keep_letter(s.session, a, k, observer.Scan("聘书.pdf", b"%PDF-1"))),
    "observer.grant_as_appointed": ({"SECURITY"}, lambda s: _appointed(s), lambda s, a, k:
        observer.grant_as_appointed(s.session, a, k)),
    "observer.end_appointment": (OFFICE, lambda s: _appointed(s), lambda s, a, k:
        observer.end_appointment(s.session, a, k, now=NOW, today=TODAY)),
    "observer.agree_to_be_named": ({"OBSERVER"}, lambda s: _appointed(s, "OBSERVER"),
        lambda s, a, k: observer.agree_to_be_named(s.session, a, k, agreed=True, now=NOW)),
    "visit.plan_visit": (OFFICE, lambda s: None, lambda s, a, _: visit.plan_visit(
        s.session, a, project_id=s.h1, account_id=s.city["OBSERVER"].account_id, due_on=TODAY,
        today=TODAY)),
    "visit.drop_visit": (OFFICE, lambda s: _planned_visit(s), lambda s, a, k: visit.drop_visit(
        s.session, a, k)),
    "site.add_site": (OFFICE, lambda s: None, lambda s, a, _: site.add_site(
        s.session, a, s.h1, name="东段")),
    "site.edit_site": (OFFICE, lambda s: site.add_site(
        s.session, s.city["SUPERVISOR"], s.h1, name="东段"), lambda s, a, k: site.edit_site(
        s.session, a, k.id, version=k.version, name="西段")),
    "triage.answer_remark": (OFFICE, _sent, lambda s, a, k: triage.answer_remark(
        s.session, a, k, words="已补设", today=TODAY)),
    "triage.take_no_action": (OFFICE, _sent, lambda s, a, k: triage.take_no_action(
        s.session, a, k, reason="重复", today=TODAY)),
    "triage.join_rectification": (OFFICE, _sent, lambda s, a, k: triage.join_rectification(
        s.session, a, [k], _problem(s), today=TODAY)),
    "triage.reopen_remark": (OFFICE, _answered, lambda s, a, k: triage.reopen_remark(
        s.session, a, k, reason="再查", today=TODAY)),
    "triage.move_remark": (OFFICE, _feedback, lambda s, a, k: triage.move_remark(
        s.session, a, k, s.city.id("H2"))),
    "triage.propose_reply": (UNIT | {"REVIEWER"}, _sent, lambda s, a, k: triage.propose_reply(
        s.session, a, k, words="今日补设", today=TODAY)),
    "triage.decide_proposal": (OFFICE, _proposed, lambda s, a, k: triage.decide_proposal(
        s.session, a, k, publish=True, today=TODAY)),
    "triage.look_at_phone": (OFFICE, _feedback, lambda s, a, k: triage.look_at_phone(
        s.session, a, k)),
    "note.write_note": (OFFICE, _sent, lambda s, a, k: note.write_note(
        s.session, a, "observer_remark", k, words="屡犯", today=TODAY)),
    "own_remark.withdraw_remark": ({"OBSERVER"}, _sent, lambda s, a, k:
        own_remark.withdraw_remark(s.session, a, k, today=TODAY)),
    "own_remark.rate_remark": ({"OBSERVER"}, _answered, lambda s, a, k: own_remark.rate_remark(
        s.session, a, k, rating=Satisfaction.FAIR, today=TODAY)),
    "own_remark.ask_to_reopen": ({"OBSERVER"}, _answered, lambda s, a, k:
        own_remark.ask_to_reopen(s.session, a, k, words="再查", today=TODAY)),
    "own_remark.see_answers": ({"OBSERVER"}, _answered, lambda s, a, k:
        own_remark.see_answers(s.session, a, now=NOW)),
    "own_remark.make_visit": ({"OBSERVER"}, _planned_visit, lambda s, a, k:
        own_remark.make_visit(s.session, a, k, note="正常", today=TODAY)),
    "report.submit_reports": (UNIT, lambda s: s.draft(), lambda s, a, k: report.submit_reports(
        s.session, a, [k], today=TODAY)),
    "report.confirm_reports": ({"REVIEWER"}, lambda s: s.submitted(), lambda s, a, k:
        report.confirm_reports(s.session, a, [k])),
    "report.return_reports": (OFFICE, lambda s: s.confirmed(), lambda s, a, k:
        report.return_reports(s.session, a, [k], reason="退")),
    "report.accept_reports": (OFFICE, lambda s: s.confirmed(), lambda s, a, k:
        report.accept_reports(s.session, a, [k], today=TODAY)),
    "lag.explain_lag": (UNIT, lambda s: s.draft(), lambda s, a, k: lag.explain_lag(
        s.session, a, k, cause="雨", measure="赶", forecast_on=TODAY)),
    "report.report_no_change": (UNIT, lambda s: None, lambda s, a, _: report.report_no_change(
        s.session, a, s.h1, month=AUGUST, today=TODAY)),
    "row.save_row": ({"ADMIN"}, _bureau, lambda s, a, k: row.save_row(
        s.session, a, ADMIN_PAGES["agency"], k.id, {"aliases": "住建"}, today=TODAY)),
    "row.delete_row": ({"ADMIN"}, _new_bureau, lambda s, a, k: row.delete_row(
        s.session, a, ADMIN_PAGES["agency"], k.id, today=TODAY)),
    "row.bulk_change": ({"ADMIN"}, _bureau, lambda s, a, k: row.bulk_change(
        s.session, a, ADMIN_PAGES["agency"], {k.id: k.version}, {"active": False}, today=TODAY)),
    "row.bulk_delete": ({"ADMIN"}, _new_bureau, lambda s, a, k: row.bulk_delete(
        s.session, a, ADMIN_PAGES["agency"], {k.id: k.version}, today=TODAY)),
    "row.restore_version": ({"ADMIN"}, _renamed_bureau, lambda s, a, k: row.restore_version(
        s.session, a, ADMIN_PAGES["agency"], k[0], k[1], version=k[2], today=TODAY)),
    "row_children.save_children": (OFFICE, lambda s: None, lambda s, a, _:
        row_children.save_children(
            s.session, a, ADMIN_PAGES["fund_source"], "project_id", s.h1,
            [row_children.ChildEntry(1, values={"name": "省级"})], today=TODAY)),
    "row_export.export_rows": ({"ADMIN", "SUPERVISOR", "AUDITOR"}, lambda s: None, lambda s, a, _:
        row_export.export_rows(s.session, a, ADMIN_PAGES["agency"], View())),
    "row_export.template_rows": ({"ADMIN"}, lambda s: None, lambda s, a, _:
        row_export.template_rows(s.session, a, ADMIN_PAGES["calendar_day"])),
    "table_import.store_table": ({"ADMIN"}, lambda s: None, lambda s, a, _: _sheet(s, a)),
    "table_import.commit_table": ({"ADMIN"}, _draft_sheet, lambda s, a, k:
        table_import.commit_table(
            s.session, a, ADMIN_PAGES["agency"], k, _records(s), today=TODAY)),
    "table_import.discard_table": ({"ADMIN"}, _draft_sheet, lambda s, a, k:
        table_import.discard_table(s.session, a, ADMIN_PAGES["agency"], k)),
    "table_import.take_back_table": ({"ADMIN"}, _imported_sheet, lambda s, a, k:
        table_import.take_back_table(s.session, a, ADMIN_PAGES["agency"], k, today=TODAY)),
    "view.save_view": (set(ROLES) - {"OBSERVER", "NOBODY", "SECURITY"}, lambda s: None,
        lambda s, a, _: view.save_view(s.session, a, ADMIN_PAGES["agency"], View(), name="看")),
    "chart.save_chart": (set(ROLES) - {"OBSERVER", "NOBODY", "SECURITY"}, lambda s: None,
        lambda s, a, _: chart.save_chart(s.session, a, ADMIN_PAGES["agency"], BY_REGION, View(),
        name="图")),
    "chart.share_chart": ({"ADMIN", "SUPERVISOR", "LEADER"}, lambda s: None, lambda s, a, _:
        chart.share_chart(s.session, a, _chart(s, a), role=Role.LEADER, at_home=True)),
    "rule.add_rule_version": ({"ADMIN"}, _rule_draft, lambda s, a, k: rule.add_rule_version(
        s.session, a, k, today=TODAY)),
    "rule.choose_rule_set": ({"ADMIN"}, _other_rules, lambda s, a, version:
        rule.choose_rule_set(s.session, a, s.home, "OTHER", version=version, today=TODAY)),
    "rule.give_fact": (OFFICE, lambda s: None, lambda s, a, _: rule.give_fact(
        s.session, a, s.h1, AUGUST, "justified_delay", Decimal(1), source="文号", today=TODAY)),
    "second_factor.begin_second_factor": (set(ROLES), lambda s: None, lambda s, a, _:
        second_factor.begin_second_factor(s.session, a, proved_hash="old")),
    "second_factor.confirm_second_factor": (set(ROLES), _factors, lambda s, a, k:
        second_factor.confirm_second_factor(s.session, a, code=k, now=NOW)),
    "second_factor.reset_second_factor": ({"SECURITY"}, _factors, lambda s, a, _:
        second_factor.reset_second_factor(s.session, a, s.spare(), now=NOW)),
    "session.sign_out": (set(ROLES), lambda s: None, lambda s, a, _: sessions.sign_out(
        s.session, a, _uid(s, a.account_id), now=NOW)),
    "session.end_session": (set(ROLES), lambda s: None, lambda s, a, _: sessions.end_session(
        s.session, a, _uid(s, a.account_id), now=NOW)),
    "session.end_sessions": ({"SECURITY"}, lambda s: _uid(s, s.spare()), lambda s, a, _:
        sessions.end_sessions(s.session, a, s.spare(), now=NOW)),
    "token.make_token": (EXPORTERS, lambda s: None, lambda s, a, _: token.make_token(
        s.session, a, title="大屏", role=min(a.roles, default=Role.ADMIN), tables=["agency"],
        days=30, now=NOW, proved_hash="old")),
    "token.end_token": (set(ROLES), lambda s: None, lambda s, a, _: token.end_token(
        s.session, a, _token(s, a.account_id), now=NOW)),
    "token.end_tokens": ({"ADMIN", "SECURITY"}, lambda s: _token(s, s.spare()), lambda s, a, _:
        token.end_tokens(s.session, a, s.spare(), now=NOW)),
    "unlock.request_unlock": (UNIT | {"REVIEWER"}, lambda s: None, lambda s, a, _:
        unlock.request_unlock(s.session, a, s.h1, month=JULY, reason="更正", today=TODAY)),
    "unlock.approve_unlock": (OFFICE, _asked_unlock, lambda s, a, k: unlock.approve_unlock(
        s.session, a, k, ends_on=TODAY, today=TODAY)),
    "unlock.refuse_unlock": (OFFICE, _asked_unlock, lambda s, a, k: unlock.refuse_unlock(
        s.session, a, k, reason="不必", today=TODAY)),
    "upload.store_upload": (UNIT, lambda s: None, lambda s, a, _: upload.store_upload(
        s.session, a, kind=UploadKind.MONTHLY, programme_id=s.home, month=AUGUST, name="a.xlsx",
        agency_id=s.city.agencies["housing"].id, data=workbook([H1_ROW]))),
    "upload.mend_cells": (UNIT, lambda s: s.upload()[0], lambda s, a, k: upload.mend_cells(
        s.session, a, k, texts={("Sheet", "A1"): "1"})),
    "upload.leave_out_row": (UNIT, lambda s: s.upload()[0], lambda s, a, k: upload.leave_out_row(
        s.session, a, k, sheet="Sheet", row=3, letters=["A"])),
    "upload.include_hidden": (UNIT, lambda s: s.upload()[0], lambda s, a, k: upload.include_hidden(
        s.session, a, k, include=True)),
    "upload.map_columns": (UNIT, lambda s: s.upload()[0], lambda s, a, k: upload.map_columns(
        s.session, a, k, layout="x", choices={})),
    "upload.discard_upload": (UNIT, lambda s: s.upload()[0], lambda s, a, k: upload.discard_upload(
        s.session, a, k)),
}  # fmt: skip
"""Command → the roles that may, what must stand before, the call."""
OTHERWISE = NO_RECTIFYING | {
    "batch.mark_committed": "a beat of commit_upload and commit_plan, after their allow()",
    "settle.settle_remarks": "a beat of closing a rectification, after its allow()",
    "settle.reopen_remarks": "a beat of reopening a rectification, after its allow()",
    "settle.add_reply": "a beat of the commands that answer, after their allow()",
    "file.store_file": "keeps a file for a command that has allowed it",
    "device.end_devices": "a beat of ending sessions, after their allow()",
    "device.end_token": "one's own device, by the token only it holds",
    "photo.attach_photo": "attaches a photo for a command that has allowed it",
    "row.checked": "the checking of what was entered, after save_row's allowing",
    "opening.log": "writes the lines of a command that has allowed it",
    "report.send": "the beats of submit_reports and commit_upload that they share; it allows",
    "table_compare.compare": "a read of one's own sheet, for rows one may change",
    "table_import.writing": "is the allowing itself",
    "table_import.own_import": "gives one's own import alone",
    "table_import.imports_of": "lists one's own imports alone",
    "table_import.read_table": "a read of one's own import",
    "table_import.marked_table": "a read of one's own import",
    "chart.delete_chart": "deletes a chart of one's own alone",
    "chart.pin_chart": "puts a chart one may open on one's own home page alone",
    "view.delete_view": "deletes a view of one's own alone",
    "project.allow_programme": "is the allowing itself",
    "plan.unknown_agencies": "a read of units everybody may know",
    "second_factor.take_off": "a beat of reset_second_factor and of the server's reset",
    "upload.draft_upload": "is the loading itself",
    "upload.examined": "a read, walked in tests/queries/test_scope.py",
    "upload.annotated": "a read, walked in tests/queries/test_scope.py",
}
"""Functions of the commands that take session and actor and are no commands themselves."""


def _modules() -> Iterator[ModuleType]:
    for found in iter_modules(commands.__path__):
        yield import_module(f"dashboard.commands.{found.name}")


def _public(module: ModuleType) -> Iterator[str]:
    for name, function in vars(module).items():
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        if function.__module__ != module.__name__:
            continue
        if list(inspect.signature(function).parameters)[:2] == ["session", "actor"]:
            yield f"{module.__name__.rpartition('.')[2]}.{name}"


@pytest.mark.safety("AC1")
def test_every_command_has_its_row_in_the_matrix() -> None:
    known = {name for module in _modules() for name in _public(module)}

    assert known - OTHERWISE.keys() == MATRIX.keys()


def _refusals(session: Session) -> list[AuditEntry]:
    statement = select(AuditEntry).where(col(AuditEntry.success).is_(False))
    return list(session.exec(statement.execution_options(populate_existing=True)))


@pytest.fixture
def stage(city_session: Session, city: City, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The planted city, with everybody's password known."""
    for known in city_session.exec(select(Account)):
        known.password_hash = "old"
    city_session.flush()
    return Stage(city_session, city)


@pytest.mark.safety("AC1", "AC10")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", MATRIX)
def test_each_role_may_exactly_what_is_written_and_each_refusal_leaves_one_line(
    stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed, prepare, call = MATRIX[name]
    ready = prepare(stage)
    connection = stage.session.connection()
    monkeypatch.setattr(db, "Session", _joining(connection))
    monkeypatch.setattr(db, "engine", lambda: connection)

    for role in ROLES:
        before, actor = len(_refusals(stage.session)), stage.city[role]
        point = connection.begin_nested()
        let_in = _let_in(stage.city, call, actor, ready)
        lines = _refusals(stage.session)[before:]
        point.rollback()

        assert let_in is (role in allowed), role
        if not let_in:
            (line,) = lines
            assert (line.account_id, line.account_name) == (actor.account_id, actor.name)
            assert line.event in {action.value for action in Action}
            assert line.changes == "{}"
            assert line.hash


def _let_in(city: City, call: Call, actor: Actor, ready: Any) -> bool:
    """Run a call in a transaction of its own; say whether the actor was let in."""
    try:
        with db.transaction() as session:
            call(Stage(session, city), actor, ready)
    except NotAllowed:
        return False
    except (Invalid, Conflict):
        pass  # let in, and told what is wrong with the values: an empty plan sheet brings nothing
    return True


def _joining(connection: Any) -> Callable[..., Session]:
    """Sessions within the test's own transaction: what they commit is undone with it."""

    def opened(_engine: Any, **options: Any) -> Session:
        return _Joined(connection, join_transaction_mode="create_savepoint", **options)

    return opened


class _Joined(Session):
    def connection(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("execution_options", None)
        return super().connection(*args, **kwargs)


@pytest.mark.safety("AD1")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(MATRIX.keys() - {"plan.commit_plan"}))
def test_each_command_leaves_a_line_whose_fields_are_filled(stage: Stage, name: str) -> None:
    allowed, prepare, call = MATRIX[name]
    ready = prepare(stage)
    actor = replace(stage.city[min(allowed)], address="10.1.2.3")
    before = audit.version(stage.session)

    call(stage, actor, ready)

    lines = stage.session.exec(select(AuditEntry).where(col(AuditEntry.id) > before)).all()
    line = max(lines, key=lambda each: len(each.changes))
    assert line.success
    assert (line.account_id, line.account_name) == (actor.account_id, actor.name)
    assert line.address in ("10.1.2.3", "::1")
    assert all((line.at, line.via, line.event, line.table_name, line.row_key, line.hash))
    assert line.changes != "{}" or line.comment
    assert ":" in line.event
    assert line.roles or name.startswith(("session.", "account.")) or min(allowed) == "NOBODY"


@pytest.mark.safety("AC1")
def test_every_role_has_its_row_of_actions() -> None:
    assert set(ROLE_ACTIONS) == set(Role)
    assert Action.GRANT_EDIT not in ROLE_ACTIONS[Role.ADMIN]
    assert not ROLE_ACTIONS[Role.OBSERVER] & {Action.REPORT_READ, Action.BOARD_READ}


@pytest.mark.safety("AC5")
def test_a_grant_without_a_scope_opens_no_project(city_session: Session, city: City) -> None:
    scopes = scopes_of(city_session, [city.id(code) for code in city.projects])
    bare = Actor(1, "bare", (Grant(Role.SUPERVISOR),))

    found = city_session.exec(select(LivelihoodProject).where(sees_sql(bare))).all()

    assert not any(sees(bare, scope) for scope in scopes.values())
    assert found == []


@pytest.mark.safety("AC2")
def test_a_table_that_is_no_projects_is_closed(city_session: Session, city: City) -> None:
    leader = city["LEADER"]

    assert city_session.exec(select(Account).where(sees_sql(leader, Account))).all() == []
    assert city_session.exec(select(AuditEntry).where(sees_sql(leader, AuditEntry))).all() == []
    assert len(city_session.exec(select(Region).where(sees_sql(leader, Region))).all()) == 3


PLACES = ["/1/", "/1/2/", "/1/3/", "/1/2/4/", "/11/", "/11/2/"]
GRANTS = st.one_of(
    st.builds(Grant, st.sampled_from(Role), region_path=st.sampled_from(PLACES)),
    st.builds(Grant, st.sampled_from(Role), agency_path=st.sampled_from(PLACES)),
    st.builds(
        Grant,
        st.sampled_from(Role),
        project_ids=st.lists(st.integers(0, 14), max_size=3).map(tuple),
    ),
)


def _forest(session: Session) -> dict[int, int]:
    """Plant projects in every corner of two trees; gives their keys by number."""
    regions, bodies = [], []
    for number, path in enumerate(PLACES):
        regions.append(Region(code=f"T{number}", name=path, path=path))
        session.add(regions[-1])
    session.flush()
    for number, path in enumerate(PLACES):
        home = regions[0].id or 0
        bodies.append(Agency(code=f"T{number}", name=f"b{path}", region_id=home, path=path))
        session.add(bodies[-1])
    programme = Programme(region_id=regions[0].id or 0, year=2030, name="t")
    session.add(programme)
    session.flush()
    keys = {}
    for number in range(15):
        lead = bodies[number % 7].id if number % 7 < 6 else None
        row = LivelihoodProject(
            programme_id=programme.id or 0, region_id=regions[number % 6].id or 0,
            code=f"T{number}", name="t", lead_agency_id=lead,
        )  # fmt: skip
        session.add(row)
        session.flush()
        keys[number] = row.id or 0
        if number % 3 == 0:
            body = bodies[(number * 5 + 1) % 6].id or 0
            session.add(SupportingAgency(project_id=row.id or 0, agency_id=body))
    session.flush()
    return keys


@pytest.mark.feature("O7")
@pytest.mark.safety("AC2")
def test_the_predicate_and_its_sql_twin_see_the_same_projects(session: Session) -> None:
    keys = _forest(session)
    scopes = scopes_of(session, list(keys.values()))

    @settings(
        max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.lists(GRANTS, max_size=3), st.sampled_from(Action))
    def same(grants: list[Grant], action: Action) -> None:
        real = tuple(
            Grant(g.role, g.region_path, g.agency_path, tuple(keys[n] for n in g.project_ids))
            for g in grants
        )
        actor = Actor(1, "a", real)
        condition = sees_sql(actor, LivelihoodProject, action)
        statement = select(LivelihoodProject.id).where(condition)
        found = set(session.exec(statement.where(col(LivelihoodProject.code).startswith("T"))))

        assert found == {key for key, scope in scopes.items() if sees(actor, scope, action)}

    same()
