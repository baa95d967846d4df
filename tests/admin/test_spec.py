"""Declarations: complete, without problems, and read only where a table has commands of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import SQLModel

from dashboard.admin.spec import View, changes, link_of, problems, shows, view_of, visible
from dashboard.admin.tables import ABSENT, ADMIN_PAGES
from dashboard.permissions import Actor, Grant
from models.account import Role
from tests.messages import kinds

OWN_COMMANDS = {
    "progress_report", "report_line", "expected_report", "report_unlock",
    "light_record", "light_override", "given_fact", "adjustment", "instruction", "audit_entry",
    "role_grant", "milestone", "observer_remark", "remark_reply", "rectification",
    "rectification_event", "extension", "recheck", "inspection", "observer", "visit", "sealed_set",
}  # fmt: skip
"""Tables whose rows change only by their own commands."""


def tables() -> Iterator[type[SQLModel]]:
    for model in kinds(SQLModel):
        if hasattr(model, "__table__") and model.__module__.startswith("models."):
            yield model


@pytest.mark.feature("O1")
def test_every_table_has_a_declaration_or_a_reason_for_having_none() -> None:
    declared = {page.model for page in ADMIN_PAGES.values()}

    assert declared | ABSENT.keys() == set(tables())
    assert not declared & ABSENT.keys()
    assert all(reason.endswith("。") for reason in ABSENT.values())


@pytest.mark.feature("O2")
@pytest.mark.parametrize("table", ADMIN_PAGES)
def test_a_declaration_has_no_problems(table: str) -> None:
    assert problems(ADMIN_PAGES[table], ADMIN_PAGES) == []


@pytest.mark.feature("O1")
def test_what_has_its_own_commands_is_read_only_here_and_says_why() -> None:
    for table in OWN_COMMANDS:
        page = ADMIN_PAGES[table]
        assert page.action is None
        assert page.because.endswith("。")


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"listed": ("nothing",)}, "listed names nothing, which is no column"),
        ({"searched": ("region.nothing",)}, "searched names region.nothing"),
        ({"searched": ("active",)}, "active is no text to search in"),
        ({"searched": ("path",)}, "searched names path, which nobody sees"),
        ({"ordering": ("-nothing",)}, "ordering names -nothing"),
        ({"edited": ("name", "version")}, "version is kept by the system"),
        ({"once": ("region_id",)}, "a new row needs code"),
        ({"once": ("code", "name", "region_id")}, "set once, not both"),
        ({"key": ()}, "need a key by which a sheet finds them"),
        ({"scope": "name"}, "scope goes over name, which is no key"),
        ({"days": "name"}, "days names name"),
        ({"label": "title"}, "label names title"),
        ({"children": ("programme.id",)}, "children names programme.id"),
        ({"hidden": (("path", (Role.ADMIN,)),)}, "hidden names path, which nobody sees"),
        ({"action": None}, "a table without an action is read only, and says why"),
    ],
)
def test_a_wrong_declaration_is_told(wrong: dict[str, Any], said: str) -> None:
    page = replace(ADMIN_PAGES["agency"], **wrong)

    assert any(said in text for text in problems(page, ADMIN_PAGES))


def test_a_secret_column_cannot_be_declared() -> None:
    page = replace(ADMIN_PAGES["account"], listed=("name", "password_hash"))

    assert any("password_hash is secret" in text for text in problems(page, ADMIN_PAGES))


@pytest.mark.feature("O8")
def test_a_field_is_hidden_from_a_role_and_locked_for_another() -> None:
    account = ADMIN_PAGES["account"]
    admin = Actor(1, "admin", (Grant(Role.ADMIN),))
    security = Actor(2, "security", (Grant(Role.SECURITY),))
    locked = replace(account, locked=(("display_name", (Role.ADMIN,)),))

    assert shows(admin, account, "phone")
    assert not shows(security, account, "phone")
    assert "phone" not in visible(security, account)
    assert changes(admin, account, "display_name")
    assert not changes(admin, locked, "display_name")
    assert not changes(security, account, "display_name")


@pytest.mark.feature("O5")
def test_a_view_stands_in_the_link_and_a_forged_one_is_cut() -> None:
    page = ADMIN_PAGES["agency"]
    view = View("住建", (("active", ("1",)), ("region", ("2", "3"))), "", "-name", ("name",), 4)

    assert view_of(page, link_of(view)) == view
    forged = {
        "sort": "password_hash",
        "columns": "path.name",
        "n": "-3",
        "is-path": "x",
        "days": "y",
    }
    assert view_of(page, forged) == View(columns=("name",))
