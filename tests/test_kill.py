"""kill -9, a closed tab, a second click in mid-import: all of it or nothing, the chain whole."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, text
from sqlmodel import Session, col, select

from dashboard import audit, db, settings
from dashboard.commands.batch import commit_upload
from dashboard.commands.take_back import take_back_upload
from dashboard.errors import Conflict
from dashboard.rules.source import sources_in
from models.project import LivelihoodProject
from models.report import ProgressReport
from models.upload import Upload, UploadState
from tests.city import AUGUST, HEADINGS, TODAY, City, checked, plant, stored, workbook
from tests.drill import Drill, moments

ROWS, FEWER, FEW = 300, 80, 24


@dataclass(frozen=True)
class Office:
    """A unit with three hundred projects, its sheet, and the preview its reporter sees."""

    city: City
    upload_id: int
    preview: Path
    folder: Path
    count: int

    @property
    def all(self) -> tuple[int, int, UploadState]:
        """The state after the whole import."""
        return self.count, 3 * self.count, UploadState.COMMITTED


@pytest.fixture
def office(
    request: pytest.FixtureRequest, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    count = getattr(request, "param", ROWS if engine.dialect.name == "sqlite" else FEWER)
    monkeypatch.setenv("DASHBOARD_AUDIT_HEAD", str(tmp_path / "head"))
    monkeypatch.setenv("DASHBOARD_FILES", str(tmp_path / "files"))
    settings.settings.cache_clear()
    monkeypatch.setattr(db, "engine", lambda: engine)
    with db.transaction() as session:
        city = plant(session)
        _projects(session, city, count)
        rows = [(f"K{n:03d}", None, 1, "65%", "在建", *[None] * 5) for n in range(count)]
        data = workbook(rows, HEADINGS)
        upload = stored(session, city, data)
    with db.reading() as session:
        found = checked(session, city, data, upload)
        assert not found.errors, found.errors[:3]
    preview = tmp_path / "preview"
    preview.write_bytes(pickle.dumps((city["REPORTER"], upload.id, found, TODAY)))
    yield Office(city, upload.id or 0, preview, tmp_path, count)
    settings.settings.cache_clear()


def _projects(session: Session, city: City, count: int) -> None:
    home, housing = city.programmes["home"], city.agencies["housing"]
    session.add_all(
        LivelihoodProject(
            programme_id=home.id or 0, region_id=home.region_id, code=f"K{number:03d}",
            name=f"项目{number}", lead_agency_id=housing.id,
        )
        for number in range(count)
    )  # fmt: skip


def _state(office: Office) -> tuple[int, int, UploadState]:
    """How many reports and how many cells of them there are, and where the upload stands."""
    with db.reading() as session:
        assert audit.broken(session, audit.kept_head(office.folder / "head")) is None
        if session.get_bind().dialect.name == "sqlite":
            assert session.connection().scalar(text("PRAGMA integrity_check")) == "ok"
        reports = select(func.count()).where(col(ProgressReport.month) == AUGUST)
        texts = select(col(ProgressReport.cells)).where(
            col(ProgressReport.upload_id) == office.upload_id
        )
        cells = [one for kept in session.connection().scalars(texts) for one in sources_in(kept)]
        upload = session.get_one(Upload, office.upload_id)
        return session.connection().scalar(reports) or 0, len(cells), upload.state


NOTHING = (0, 0, UploadState.DRAFT)


def _undo(office: Office) -> None:
    """Take the batch back and let its upload be a draft again, for the next try."""
    with db.transaction() as session:
        upload = take_back_upload(session, office.city["REPORTER"], office.upload_id)
        upload.state = UploadState.DRAFT


def _kill(office: Office, engine: Engine, times: int, seed: int) -> int:
    """Import and kill so many times; gives how often the process died of it."""
    died = 0
    with Drill(engine, office.folder) as drill:
        longest = drill.import_once(office.preview)
        assert _state(office) == office.all
        _undo(office)
        for part in moments(1, times, seed):
            died += drill.import_and_kill(office.preview, part * longest)
            state = _state(office)
            assert state in (NOTHING, office.all), (part, state)
            if state == office.all:
                _undo(office)
        drill.import_once(office.preview)
    assert _state(office) == office.all
    return died


@pytest.mark.feature("G8")
@pytest.mark.safety("RE1")
def test_killed_at_any_moment_an_import_leaves_all_or_nothing(
    engine: Engine, office: Office
) -> None:
    times = 20 if engine.dialect.name == "sqlite" else 5

    died = _kill(office, engine, times, seed=1)

    assert died >= times // 2


@pytest.mark.soak
@pytest.mark.safety("RE1")
def test_two_hundred_kills_leave_all_or_nothing(engine: Engine, office: Office) -> None:
    assert _kill(office, engine, 200, seed=2) >= 100


class _TabClosed(BaseException):
    """What Streamlit throws into a script whose tab is gone: no Exception."""


@pytest.mark.safety("RE2")
@pytest.mark.parametrize("office", [FEW], indirect=True)
def test_a_tab_closed_at_twenty_instants_of_an_import_leaves_nothing(
    engine: Engine, office: Office
) -> None:
    actor, upload_id, found, today = pickle.loads(office.preview.read_bytes())
    statements = 0
    instant: int | None = None

    def closes(*_arguments: object) -> None:
        nonlocal statements
        statements += 1
        if statements == instant:
            raise _TabClosed

    def import_it() -> None:
        with db.transaction() as session:
            commit_upload(session, actor, upload_id, found, reasons={}, today=today, submit=True)

    event.listen(engine, "before_cursor_execute", closes)
    for statement in range(1, 21):
        statements, instant = 0, statement
        with pytest.raises(_TabClosed):
            import_it()
    event.remove(engine, "before_cursor_execute", closes)

    assert _state(office) == NOTHING


@pytest.mark.safety("RE2")
@pytest.mark.parametrize("office", [FEW], indirect=True)
def test_a_second_click_is_told_and_imports_nothing_twice(engine: Engine, office: Office) -> None:
    actor, upload_id, found, today = pickle.loads(office.preview.read_bytes())
    with db.transaction() as session:
        commit_upload(session, actor, upload_id, found, reasons={}, today=today, submit=False)

    with pytest.raises(Conflict, match="已导入"), db.transaction() as session:
        commit_upload(session, actor, upload_id, found, reasons={}, today=today, submit=False)

    assert _state(office) == office.all
