"""A refused command leaves one line: who, what, which row, from where; without the data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from dashboard import db
from dashboard.commands.account import invite_account, reset_account, set_active
from dashboard.commands.grant import end_grant, grant_role
from dashboard.commands.session import end_sessions
from dashboard.errors import NotAllowed
from dashboard.permissions import Actor, Grant
from models.account import Role, RoleGrant
from models.audit import AuditEntry
from tests.web.conftest import TestClient, enter

NOW = datetime(2026, 9, 3, tzinfo=UTC)
REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "invite": (
        partial(invite_account, name="planted-name", display_name="planted", now=NOW),
        "account:invite",
    ),
    "reset": (partial(reset_account, account_id=1, now=NOW), "account:invite"),
    "lock": (partial(set_active, account_id=1, active=False, now=NOW), "account:lock"),
    "sessions": (partial(end_sessions, account_id=1, now=NOW), "account:lock"),
    "grant": (partial(grant_role, account_id=1, role=Role.LEADER, region_id=1), "grant:edit"),
    "end grant": (partial(end_grant, grant_id=1, today=date(2026, 9, 3)), "grant:edit"),
}


@pytest.mark.safety("AC10")
@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_command_leaves_one_line_and_changes_nothing(
    place: Path, plant: Callable[..., int], what: str
) -> None:
    command, event = REFUSED[what]
    plant("zhang")
    actor = Actor(plant("wang"), "wang", (Grant(Role.LEADER, "/1/"),), address="10.0.0.7")

    with pytest.raises(NotAllowed), db.transaction() as session:
        command(session, actor)

    with db.reading() as session:
        line = session.exec(select(AuditEntry)).one()
        assert (line.event, line.success) == (event, False)
        assert (line.account_name, line.roles, line.address) == ("wang", "LEADER", "10.0.0.7")
        assert line.changes == "{}"
        assert "planted" not in line.model_dump_json()
        assert len(session.exec(select(RoleGrant)).all()) == 2


@pytest.mark.safety("AC10")
@pytest.mark.parametrize("path", ["/sheets/audit", "/sheets/template/1/1/2026-08"])
def test_a_refusal_at_a_door_leaves_one_line_too(
    client: TestClient, plant: Callable[..., int], path: str
) -> None:
    cookie = enter(plant("zhang"))

    answer = client.get(path, headers={"cookie": cookie})

    assert answer.status_code == 403
    assert "没有权限" in answer.text
    with db.reading() as session:
        refused = session.exec(select(AuditEntry).where(col(AuditEntry.success).is_(False))).all()
        assert [line.account_name for line in refused] == ["zhang"]
