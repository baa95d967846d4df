"""The walk: every read as every role, with ids of everything; no foreign marker, row or count.

Every word and figure of a unit carries its marker (tests/city.py). A read that is not in the table
below fails the first test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pandas as pd
import pytest
from sqlmodel import Session, SQLModel, select

from dashboard import queries
from dashboard.admin.chart import Chart
from dashboard.admin.field import fields_of
from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.upload import annotated, examined
from dashboard.errors import DashboardError
from dashboard.permissions import Action, Actor, sees
from dashboard.queries import file as file_queries
from dashboard.queries.agency import agencies
from dashboard.queries.board import due_counts
from dashboard.queries.drawing_sql import GROUPS
from dashboard.queries.light import board
from dashboard.queries.project import programmes
from dashboard.queries.report import completeness
from dashboard.queries.rule import rules_on
from dashboard.queries.scope import scopes_of
from dashboard.queries.summary import lights_by_region
from dashboard.queries.upload import uploads
from models.chart import ChartFigure, ChartKind
from models.custom import CustomTable
from models.file import StoredFile
from models.photo import Photo
from models.rectification import Rectification
from models.remark import ObserverRemark
from models.report import ProgressReport
from models.upload import Upload, UploadKind
from tests.city import (
    AUGUST,
    FIGURES,
    FOREIGN,
    HOUSING,
    JULY,
    OWNERS,
    SCHOOLS,
    SEALED,
    TODAY,
    City,
    furnish,
    photographed,
)

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
SEES: dict[str, set[str]] = {
    "ADMIN": set(),
    "SECURITY": set(),
    "SUPERVISOR": {"H1", "H2", "S1"},
    "LEADER": {"H1", "H2", "S1"},
    "REPORTER": {"H1", "H2"},
    "REVIEWER": {"H1", "H2"},
    "OBSERVER": {"H1"},
    "AUDITOR": {"H1", "H2", "S1"},
    "NOBODY": set(),
    "finance reporter": {"S1"},
    "schools reporter": {"S1"},
    "stranger": {"F1"},
    "foreign reporter": {"F1"},
    "other observer": {"H1", "H2", "S1"},
}
"""Which projects each of them may see; the finance office supports S1."""
OPENS_SEALED = {"SUPERVISOR", "AUDITOR", "stranger", "foreign observer", "other observer"}
"""Who knows of a sealed set: the office, the auditor, and whose remark it is."""
Walk = Callable[["Keys"], Iterator[tuple[tuple[Any, ...], dict[str, Any]]]]


class Keys:
    """The keys of everything that stands in both cities."""

    def __init__(self, session: Session, city: City) -> None:
        self.city = city
        self.projects = [city.id(code) for code in city.projects]
        self.programmes = [row.id or 0 for row in city.programmes.values()]
        self.agencies = [row.id or 0 for row in city.agencies.values()]
        self.regions = [row.id or 0 for row in city.regions.values()]
        self.accounts = [actor.account_id for actor in city.people.values()]
        self.reports = self._all(session, ProgressReport)
        self.uploads = self._all(session, Upload)
        self.files = self._all(session, StoredFile)
        self.remarks = self._all(session, ObserverRemark)
        self.rectifications = self._all(session, Rectification)
        self.photos = self._all(session, Photo)
        self.photo_rows = [row.row_id for row in session.exec(select(Photo))]
        self.rules = rules_on(session, "DEFAULT", TODAY)
        self._found = {
            page.model: self._all(session, page.model) for page in ADMIN_PAGES.values()
        }  # fmt: skip

    def of(self, model: type[SQLModel]) -> list[int]:
        """Up to three keys of a table, spread over it."""
        keys = self._found[model]
        return keys[:: len(keys) // 3 + 1]

    def _all(self, session: Session, model: type[SQLModel]) -> list[int]:
        return [row.id for row in session.exec(select(model))]  # type: ignore[attr-defined]


def _each(name: str, *more: Any, **options: Any) -> Walk:
    """Ask with every key of a kind."""

    def walk(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        for key in getattr(keys, name):
            yield (key, *more), options

    return walk


def _once(*arguments: Any, **options: Any) -> Walk:
    """Ask once."""

    def walk(_keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        yield arguments, options

    return walk


def _all_reports(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    yield (tuple(keys.reports),), {}


def _both(*walks: Walk) -> Walk:
    def walk(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        for one in walks:
            yield from one(keys)

    return walk


LOGGED = ADMIN_PAGES["audit_entry"]
"""The log is the auditor's, whole; tests/admin/test_rights.py holds that it is nobody else's."""


CHARTED = [
    ADMIN_PAGES[table]
    for table in ("livelihood_project", "progress_report", "observer_remark", "rectification")
]


def _tables(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Every declared table, with all its columns, searched for everybody's words."""
    for page in ADMIN_PAGES.values():
        if page is not LOGGED:
            yield (page, View(search="标记", sort=page.listed[-1], columns=page.shown)), {}


def _table_lists(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Besides, by guessed keys, sorted by what stands behind a key."""
    yield from _tables(keys)
    for page in ADMIN_PAGES.values():
        key = next((name for name in page.listed if fields_of(page.model)[name].target), "")
        if page is not LOGGED and key:
            yield (page, View(keys=tuple(range(1, 200)), sort=f"-{key}")), {}


def _table_searches(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for page in ADMIN_PAGES.values():
        yield (page, "标记"), {}


def _table_names(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for page in ADMIN_PAGES.values():
        yield (page,), {}


def _table_rows(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for page in ADMIN_PAGES.values():
        for key in keys.of(page.model) if page is not LOGGED else ():
            yield (page, key), {}


def _table_rights(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for page in list(ADMIN_PAGES.values())[:4]:
        yield (keys.accounts[0], page, 1, TODAY), {}


def _table_keys(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for page in ADMIN_PAGES.values():
        for name in (*page.edited, *page.once):
            if fields_of(page.model)[name].target:
                yield (page, name), {}
                yield (page, name, "标记"), {}


def _drawings(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """A few tables as charts; tests/queries/test_drawing.py has every table, column and role."""
    for page in CHARTED:
        names = [name for name in page.shown if fields_of(page.model)[name].kind in GROUPS]
        yield (page, Chart(ChartKind.MATRIX, names[0], names[1]), View(search="标记")), {}
        for measure in page.measures[:1]:
            yield (page, Chart(ChartKind.BAR, names[0], "", ChartFigure.AVERAGE, measure)), {}


def _named_filters(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Filters by the keys of everything, which are told by their names."""
    for page in CHARTED:
        every = tuple(str(key) for key in range(1, 9))
        yield (page, View(filters=tuple((name, every) for name in page.filters))), {}


def _with_rules(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    case = keys.rules.cases[0]
    other = type(keys.rules)("X", keys.rules.since, (case,), None, "x", None)
    for programme_id in keys.programmes:
        yield (programme_id, other), {}


def _photos(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for table_name in ("observer_remark", "rectification", "account"):
        yield (table_name, keys.photo_rows), {}


def _templates(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for programme_id in keys.programmes:
        for agency_id in keys.agencies:
            yield (programme_id, agency_id, AUGUST), {}


def _noted(table: str) -> Walk:
    def walk(keys: Keys) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        for key in keys.remarks:
            yield (table, key), {}

    return walk


READS: dict[str, Walk] = {
    "account.accounts": _once(NOW),
    "account.grants": _each("accounts"),
    "adjustment.adjustments": _both(_once(), _once(proposed=True), _each("projects")),
    "agency.agencies": _once(),
    "agency.own_regions": _once(),
    "agency.regions": _once(),
    "audit.audit_entries": _once(),
    "board.board_month": _each("programmes", TODAY),
    "board.due_counts": _each("programmes", AUGUST, TODAY),
    "board.legend": _each("programmes", TODAY),
    "calendar.calendar_days": _once(2026),
    "calendar.calendar_years": _once(),
    "changes.changes_since": _each("programmes", AUGUST, TODAY),
    "desk.desk": _once(TODAY),
    "desk_rectification.rectification_lines": _once(TODAY),
    "desk_remark.remark_lines": _once(TODAY),
    "coverage.coverage": _each("programmes", TODAY),
    "coverage.suggested_way": _each(
        "programmes", TODAY, latitude=Decimal("37.87"), longitude=Decimal("112.55")
    ),
    "coverage.visits_by_observer": _each("programmes", JULY, TODAY),
    "coverage.visits_due": _each("programmes", JULY, TODAY),
    "feedback.answer_times": _once(TODAY),
    "feedback.proposed_projects": _each("remarks"),
    "file.file_for": _each("files"),
    "file.readable_files": _once(),
    "history.history": _each("projects"),
    "instruction.instructions": _both(_once(), _once(unanswered=True), _each("projects")),
    "light.board": _both(_each("programmes", AUGUST, TODAY), _each("programmes", JULY, TODAY)),
    "light.explain_light": _both(_each("projects", AUGUST, TODAY), _each("projects", JULY, TODAY)),
    "light.lights_by_month": _each("programmes", AUGUST, TODAY),
    "note.notes": _both(_noted("observer_remark"), _noted("rectification")),
    "observe.projects_to_observe": _once(TODAY),
    "observe.sites_to_observe": _once(),
    "observer.appointable": _once(),
    "observer.appointments_to_grant": _once(TODAY),
    "observer.my_appointments": _once(),
    "observer.my_visits": _once(),
    "observer.observers": _once(),
    "observer.sealed_sets": _once(),
    "observer.visits": _both(_once(), _once(waiting=True)),
    "past.backtest": _with_rules,
    "past.board_as_of": _each("programmes", TODAY),
    "past.closed_months": _each("programmes"),
    "past.lights_as_of": _each("programmes", TODAY),
    "photo.photo_by_id": _each("photos"),
    "photo.photo_pair": _each("photos"),
    "photo.photos_of": _photos,
    "photo.photos_of_rectification": _each("rectifications"),
    "project.fund_sources": _each("projects"),
    "project.grantable_projects": _once(),
    "project.milestones": _both(_each("projects"), _each("projects", baseline=True)),
    "project.missing_details": _each("programmes"),
    "project.own_programmes": _once(),
    "project.programmes": _once(),
    "project.project_details": _each("projects"),
    "project.projects": _each("programmes"),
    "project.supporting_agencies": _each("projects"),
    "project_report.attachments": _each("projects"),
    "project_report.progress_by_month": _each("projects"),
    "project_report.project_reports": _each("projects"),
    "project_report.report_cells": _each("reports"),
    "remark.my_remarks": _once(),
    "remark.remark": _each("remarks"),
    "remark.remarks": _both(_once(), _once(sealed_set_id=1)),
    "remark.replies": _each("remarks"),
    "rectification.clearer_counts": _once(),
    "rectification.extensions": _both(_once(), _once(waiting=True), _each("rectifications")),
    "rectification.inspections": _once(),
    "rectification.open_sealed_sets": _once(),
    "rectification.rechecks": _both(_once(), _each("rectifications")),
    "rectification.rectification_buttons": _each("rectifications"),
    "rectification.rectification_by_id": _each("rectifications", TODAY),
    "rectification.rectification_counts": _once(TODAY),
    "rectification.rectification_documents": _each("rectifications"),
    "rectification.rectification_events": _each("rectifications"),
    "rectification.rectifications": _once(TODAY),
    "report.agencies_reporting": _each("programmes"),
    "report.completeness": _each("programmes", AUGUST, TODAY),
    "report.periods": _each("programmes"),
    "report.reports_due": _each("programmes", AUGUST),
    "report.unlocks": _both(_once(waiting=True), _once(waiting=False)),
    "row_choice.choices": _table_keys,
    "own_column.report_answers": _all_reports,
    "own_field.field_cost": _once({"belongs_to": CustomTable.REPORT}),
    "row.fields": _table_names,
    "row.found_keys": _table_searches,
    "row.listed": _table_names,
    "row.one_row": _table_rows,
    "row.row_count": _tables,
    "row.rows": _table_lists,
    "row_count.day_counts": _tables,
    "row_count.filter_counts": _tables,
    "row_source.unknown_filters": _tables,
    "row_field.locked": _table_rows,
    "row_field.unseen": _table_rows,
    "sharing.place_of": _once(),
    "row_past.dependents": _table_rows,
    "row_past.row_history": _table_rows,
    "row_right.row_rights": _table_rights,
    "rule.programme_rules": _once(),
    "rule.rule_set_list": _once(),
    "summary.lights_by_region": _both(
        _each("regions", AUGUST, TODAY), _each("regions", JULY, TODAY)
    ),
    "summary.region_in_view": _each("regions"),
    "triage.open_problems": _each("projects"),
    "triage.proposals": _each("remarks"),
    "triage.reply_templates": _once(),
    "triage.sites": _each("projects"),
    "chart.charts": _both(_once(), _once("agency"), _once(chart_id=1), _once(at_home=True)),
    "drawing.drawing": _drawings,
    "drawing_axis.conditions_in_words": _named_filters,
    "drawing.groups": _table_names,
    "drawing.measures": _table_names,
    "view.views": _both(_once(), _once("agency"), _once(pinned=True)),
    "token.token_places": _once(),
    "upload.own_upload": _each("uploads"),
    "plan_undo.plan_dependents": _each("uploads"),
    "upload.plan_context": _each("programmes"),
    "upload.sheet_context": _each("uploads"),
    "upload.sheet_frame": _each("uploads"),
    "upload.upload_projects": _each("uploads"),
    "upload.template_context": _templates,
    "upload.upload_dependents": _each("uploads"),
    "upload.uploads": _both(_each("programmes", AUGUST), _each("programmes", None)),
    "witness.gaps": _each("programmes", TODAY),
    "witness.silences": _each("programmes", TODAY),
    "witness.witnesses": _each("programmes", TODAY),
}
OPEN = {
    ("audit.audit_entries", "AUDITOR"): "the auditor reads the whole log",
    ("project.grantable_projects", "SECURITY"): "who grants over projects picks them by name",
}
"""Where somebody sees more than their projects, and why."""
COMMAND_READS = (examined, annotated)
"""Reads that stand among the commands because they use the child process."""


def _queries() -> dict[str, Callable[..., Any]]:
    found = {}
    for module in iter_modules(queries.__path__):
        loaded = import_module(f"dashboard.queries.{module.name}")
        for name, function in vars(loaded).items():
            own = inspect.isfunction(function) and function.__module__ == loaded.__name__
            if own and not name.startswith("_"):
                parameters = list(inspect.signature(function).parameters)
                if parameters[:2] == ["session", "actor"]:
                    found[f"{module.name}.{name}"] = function
    return found


@pytest.mark.safety("AC2")
def test_every_read_is_walked() -> None:
    assert _queries().keys() == READS.keys()


def _words(value: Any) -> str:
    """Everything an answer says, as one text."""
    if isinstance(value, pd.DataFrame):
        return "|".join(map(str, value.to_numpy(dtype=object).ravel()))
    if isinstance(value, SQLModel):
        return str(value.model_dump())
    if is_dataclass(value):
        return "|".join(_words(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, list | tuple | set):
        return "|".join(_words(each) for each in value)
    if isinstance(value, dict):
        return "|".join(f"{_words(k)}={_words(v)}" for k, v in value.items())
    return str(value)


def _foreign(who: str) -> list[str]:
    """The markers that must never reach this person: words, and figures."""
    own = {OWNERS[code] for code in SEES[who]}
    others = {HOUSING, SCHOOLS, FOREIGN} - own
    sealed = [] if who in OPENS_SEALED else [SEALED]
    return [*others, *sealed, *(str(FIGURES[mark]) for mark in others)]


@pytest.fixture
def walked(city_session: Session, city: City) -> Keys:
    furnish(city_session, city)
    return Keys(city_session, city)


def _walkers(dialect: str) -> list[str]:
    """Everybody on SQLite; on PostgreSQL one of each kind of scope, for its statements' sake."""
    few = ["SUPERVISOR", "REPORTER", "OBSERVER", "SECURITY", "stranger"]
    return list(SEES) if dialect == "sqlite" else few


@pytest.mark.feature("O7")
@pytest.mark.safety("AC2")
def test_no_read_shows_a_foreign_word_figure_or_row(
    city_session: Session, walked: Keys, dialect: str
) -> None:
    leaks = [
        (who, *leak) for who in _walkers(dialect) for leak in _leaks(city_session, walked, who)
    ]

    assert leaks == []


def _leaks(session: Session, walked: Keys, who: str) -> list[tuple[Any, ...]]:
    actor, markers = walked.city[who], _foreign(who)
    visible = {walked.city.id(code) for code in SEES[who]}
    leaks: list[tuple[Any, ...]] = []
    for name, query in _queries().items():
        if (name, who) in OPEN:
            continue
        for arguments, options in READS[name](walked):
            try:
                answer = query(session, actor, *arguments, **options)
            except DashboardError as error:
                answer = str(error)
            said = _words(answer)
            leaks += [(name, arguments, mark) for mark in markers if mark in said]
            if isinstance(answer, pd.DataFrame) and "project_id" in answer:
                seen = {int(key) for key in answer["project_id"] if key is not None}
                leaks += [(name, arguments, str(key)) for key in seen - visible]
    return leaks


HANDLED = {
    "desk.desk", "desk_rectification.rectification_lines", "drawing.drawing", "file.file_for",
    "photo.photo_by_id", "photo.photo_pair", "photo.photos_of", "photo.photos_of_rectification",
    "rectification.extensions", "rectification.rechecks", "rectification.rectification_by_id",
    "rectification.rectification_documents", "rectification.rectification_events",
    "rectification.rectifications", "row.one_row", "row.rows",
}  # fmt: skip
"""Reads in which a unit meets an item it must clear at a project that is none of its own."""


@pytest.mark.feature("J7", "K5", "X15")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_unit_that_rectifies_at_anothers_project_learns_of_that_item_alone(
    city_session: Session, walked: Keys
) -> None:
    actor, finance = walked.city["finance reporter"], walked.city.agencies["finance"].id
    items = select(Rectification).where(Rectification.project_id == walked.city.id("H1"))
    for row in city_session.exec(items):
        row.agency_id = finance or 0
        told = photographed(
            city_session, walked.city, "H1", who="LEADER", sealed_set_id=row.sealed_set_id
        )
        told.caption += SEALED if row.sealed_set_id else ""
        city_session.get_one(ObserverRemark, told.row_id).rectification_id = row.id
    city_session.flush()
    walked = Keys(city_session, walked.city)
    met, secret = set(), set()

    for name, query in _queries().items():
        for arguments, options in READS[name](walked):
            try:
                said = _words(query(city_session, actor, *arguments, **options))
            except DashboardError as error:
                said = str(error)
            met |= {name} if HOUSING in said else set()
            secret |= {name} if SEALED in said or f"意见{HOUSING}" in said else set()

    assert met == HANDLED
    assert secret == set()


@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", ["SUPERVISOR", "REPORTER"])
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_everybody_sees_their_own_markers(city_session: Session, walked: Keys, who: str) -> None:
    actor = walked.city[who]
    said = ""
    for name, query in _queries().items():
        for arguments, options in READS[name](walked):
            try:
                said += _words(query(city_session, actor, *arguments, **options))
            except DashboardError:
                continue

    for mark in {OWNERS[code] for code in SEES[who]}:
        for word in (
            "批示", "调整", "解锁", "改灯", "草稿问题", "原文", "说明", "问题", "责任人",
            "整改人", "经过", "延期", "回看", "佐证",
        ):  # fmt: skip
            assert f"{word}{mark}" in said
        assert str(FIGURES[mark]) in said


@pytest.mark.safety("AC2")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_reads_beside_the_child_process_open_no_foreign_upload(
    city_session: Session, walked: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.commands.upload.files.read", lambda _digest: b"no sheet")
    opened = []
    for who in SEES:
        actor = walked.city[who]
        reports = actor.may(Action.REPORT_UPLOAD)
        for key in walked.uploads:
            own = city_session.get_one(Upload, key).agency_id == actor.agency_id
            for read in () if reports and own else COMMAND_READS:
                with suppress(DashboardError):
                    read(city_session, actor, key)
                    opened.append((who, key))

    assert opened == []


def _count(frame: pd.DataFrame, column: str) -> int:
    return int(sum(frame[column])) if len(frame) else 0


@pytest.mark.safety("AC2")
def test_counts_count_only_what_one_sees(city_session: Session, walked: Keys, dialect: str) -> None:
    scopes = scopes_of(city_session, walked.projects)

    for who in _walkers(dialect):
        actor = walked.city[who]
        seen = {
            action: {code for code in OWNERS if sees(actor, scopes[walked.city.id(code)], action)}
            for action in (Action.PROJECT_READ, Action.BOARD_READ, Action.REPORT_READ)
        }
        home = {action: len(codes - {"F1"}) for action, codes in seen.items()}

        assert _counts(city_session, walked, actor) == {
            "programmes": len(seen[Action.PROJECT_READ]),
            "due": home[Action.BOARD_READ],
            "completeness": home[Action.REPORT_READ],
            "board": home[Action.BOARD_READ],
            "regions": len(seen[Action.BOARD_READ]),
            "agencies": 4 if who == "ADMIN" else len(seen[Action.PROJECT_READ]),
        }, who


def _counts(session: Session, walked: Keys, actor: Actor) -> dict[str, int]:
    """What the reads that count say, for the city's list."""
    home = walked.city.programmes["home"].id or 0
    return {
        "programmes": _count(programmes(session, actor), "projects"),
        "due": int(due_counts(session, actor, home, AUGUST, TODAY)["expected"].iloc[0]),
        "completeness": _count(completeness(session, actor, home, AUGUST, TODAY), "expected"),
        "board": len(board(session, actor, home, AUGUST, TODAY)),
        "regions": sum(
            _count(lights_by_region(session, actor, key, AUGUST, TODAY), "projects")
            for key in walked.regions
        ),
        "agencies": _count(agencies(session, actor), "projects"),
    }


@pytest.mark.safety("AC2")
def test_plan_sheets_are_listed_to_the_region_they_plan(
    city_session: Session, walked: Keys
) -> None:
    city = walked.city
    home = city.programmes["home"].id or 0
    kept = city_session.get_one(StoredFile, walked.files[0])
    sheet = Upload(
        kind=UploadKind.PLAN, number="PC-plan", file_id=kept.id or 0, sha256="0" * 64,
        programme_id=home, month=JULY, account_id=city["SUPERVISOR"].account_id,
    )  # fmt: skip
    city_session.add(sheet)
    city_session.flush()

    lists = {
        who: "PC-plan" in set(uploads(city_session, city[who], home, None)["number"])
        for who in ("SUPERVISOR", "second supervisor", "LEADER", "REPORTER", "stranger")
    }

    assert lists == {
        "SUPERVISOR": True, "second supervisor": True, "LEADER": True, "REPORTER": False,
        "stranger": False,
    }  # fmt: skip


@pytest.mark.safety("AC2")
def test_files_are_given_to_who_may_have_them(city_session: Session, walked: Keys) -> None:
    leaks, own = [], set()
    for who in SEES:
        allowed = select(StoredFile).where(file_queries.may_have_sql(walked.city[who]))
        names = {row.name for row in city_session.exec(allowed)}
        leaks += [(who, name) for name in names for mark in _foreign(who) if mark in name]
        own |= {(who, name) for name in names}

    assert leaks == []
    assert ("REPORTER", f"照片{HOUSING}.png") in own
    assert ("OBSERVER", f"月报{HOUSING}.xlsx") not in own
    assert ("LEADER", f"月报{SCHOOLS}.xlsx") in own
