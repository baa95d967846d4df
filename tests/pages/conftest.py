"""Pages as people open them: a furnished city in a file, somebody signed in, one page run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.text_format import MessageToString  # type: ignore[import-untyped]
from sqlmodel import Session, SQLModel, select
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from dashboard import clock, db, files, settings
from dashboard.ui.read import _cached
from models.account import SignInSession
from models.file import StoredFile
from tests.city import TODAY, City, furnish, plant

ROOT = Path(__file__).resolve().parents[2]
REFUSED = "您没有权限进行此操作"
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")
Open = Callable[..., "Shown"]


class Shown:
    """One page as one person sees it."""

    def __init__(self, test: AppTest) -> None:
        self.test = test

    def run(self) -> Shown:
        """Run the page again, as a click does."""
        self.test.run(timeout=60)
        return self

    @property
    def text(self) -> str:
        """Everything the page says, markup and all."""
        return "\n".join(_said(self.test._tree))

    @property
    def words(self) -> str:
        """What a person reads, without markup, styles and addresses."""
        text = re.sub(r"<style.*?</style>|<[^>]*>|&[a-z]+;", " ", self.text, flags=re.DOTALL)
        return re.sub(r"\S*[/#._:]\S*", " ", text)

    def press(self, label: str) -> Shown:
        """Press the first button whose label holds these words."""
        button = next(each for each in self.test.button if label in each.label)
        button.click()
        return self.run()

    def tick(self, label: str) -> Shown:
        """Tick the first check box whose label holds these words."""
        next(each for each in self.test.checkbox if label in each.label).check()
        return self.run()

    def write(self, label: str, text: str) -> Shown:
        """Write into the first field of this label, without sending it."""
        fields = [*self.test.text_input, *self.test.text_area]
        next(each for each in fields if label in each.label).set_value(text)
        return self

    def unfold(self, title: str) -> Shown:
        """Open the first fold whose title holds these words, as a tap does."""
        fold = next(each for each in self.test.expander if title in each.label)
        self.test.session_state[fold.proto.id.split("-", 2)[2]] = True
        return self.run()

    def choose(self, label: str, value: Any) -> Shown:
        """Choose from the first list of this label, and let the page run."""
        next(each for each in self.test.selectbox if label in each.label).set_value(value)
        return self.run()

    @property
    def told(self) -> list[str]:
        """The sentences of success."""
        return [each.value for each in self.test.success]

    @property
    def refused(self) -> list[str]:
        """The sentences of refusal."""
        return [each.value for each in self.test.error]

    @property
    def labels(self) -> list[str]:
        """What can be pressed."""
        return [each.label for each in self.test.button]


def _said(node: Node) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    if proto is not None and node.type not in ("arrow_vega_lite_chart", "vega_lite_chart"):
        for line in MessageToString(proto, as_utf8=True).splitlines():
            name, _colon, value = line.strip().partition(": ")
            if name not in ("id", "form_id", "element_id", "user_key", "key", "icon", "url"):
                yield value.strip('"')
    if isinstance(node, Block):
        for child in node.children.values():
            yield from _said(child)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, City]:
    """A file with the furnished city and a live session of everybody in it."""
    folder = tmp_path_factory.mktemp("pages")
    engine = db.make_engine(f"sqlite:///{folder / 'dashboard.db'}")
    SQLModel.metadata.create_all(engine)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        city = plant(session)
        furnish(session, city)
        now = clock.now()
        for kept in session.exec(select(StoredFile)):
            kept.sha256 = files.save(kept.name.encode(), folder / "files")
        for name, actor in city.people.items():
            ends = now + timedelta(hours=12)
            row = SignInSession(
                uid=name, token_hash=name, account_id=actor.account_id, used_at=now, ends_at=ends
            )
            session.add(row)
        session.commit()
        session.expunge_all()
    engine.dispose()
    return folder, city


@pytest.fixture
def city(furnished: tuple[Path, City], place: Path) -> City:
    """The city behind the pages."""
    return furnished[1]


@pytest.fixture
def place(
    furnished: tuple[Path, City], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A copy of the furnished city, which the settings name, on the city's day."""
    shutil.copytree(furnished[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'dashboard.db'}")
    monkeypatch.setenv("DASHBOARD_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("DASHBOARD_AUDIT_HEAD", str(tmp_path / "head"))
    monkeypatch.setenv("DASHBOARD_TODAY", TODAY.isoformat())
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    settings.settings.cache_clear()
    _cached.clear()


@pytest.fixture
def open_page(place: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page as somebody, with the link's parameters."""

    def opened(name: str, who: str, **link: str) -> Shown:
        guard = import_module("dashboard.ui.guard")  # the package gives the function this name
        monkeypatch.setattr(guard, "session_uid", lambda: who)
        path = ROOT / "dashboard" / "app.py" if name == "app" else ROOT / "pages" / f"{name}.py"
        test = AppTest.from_file(str(path), default_timeout=60)
        for key, value in link.items():
            test.query_params[key] = value
        return Shown(test.run())

    return opened
