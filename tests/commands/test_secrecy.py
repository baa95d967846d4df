"""What must not be known answers like what is not there: no command tells one from the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from dashboard.commands import (
    extension,
    note,
    own_remark,
    recheck,
    rectification_care,
    rectification_move,
    triage,
)
from dashboard.errors import DashboardError
from models.observer import Visit
from models.photo import PhotoPhase
from models.rectification import Extension, Recheck, Rectification
from models.remark import ObserverRemark, Satisfaction
from tests.city import SEALED, TODAY, City, furnish
from tests.rectifying import PHOTO

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
ABSENT = 999_999
Call = Callable[..., Any]
CALLS: list[tuple[type[SQLModel], Call, dict[str, Any]]] = [
    (ObserverRemark, triage.propose_reply, {"words": "x", "today": TODAY}),
    (ObserverRemark, triage.answer_remark, {"words": "x", "today": TODAY}),
    (ObserverRemark, triage.look_at_phone, {}),
    (ObserverRemark, own_remark.withdraw_remark, {"today": TODAY}),
    (ObserverRemark, own_remark.ask_to_reopen, {"words": "x", "today": TODAY}),
    (ObserverRemark, own_remark.rate_remark,
     {"rating": Satisfaction.FAIR, "words": "", "today": TODAY}),
    (Visit, own_remark.make_visit, {"note": "", "today": TODAY}),
    (Rectification, rectification_move.move_rectification,
     {"move_code": "receive", "words": "x", "today": TODAY}),
    (Rectification, rectification_care.remind_rectification, {"words": "x", "today": TODAY}),
    (Rectification, rectification_care.attach_rectification_photo,
     {"photo": PHOTO, "phase": PhotoPhase.BEFORE}),
    (Rectification, rectification_care.attach_rectification_document,
     {"name": "a.pdf", "data": b"%PDF-1", "caption": ""}),
    (Rectification, extension.ask_extension,
     {"new_due_on": date(2026, 9, 30), "reason": "x", "today": TODAY}),
    (Extension, extension.decide_extension, {"approve": True, "answer": "", "today": TODAY}),
    (Recheck, recheck.do_recheck, {"passed": True, "words": "x", "today": TODAY}),
]  # fmt: skip


def _sealed(session: Session, city: City) -> dict[type[SQLModel], int]:
    """The keys of what stands at H1 under a seal."""
    furnish(session, city)
    item = session.exec(
        select(Rectification).where(
            Rectification.project_id == city.id("H1"), col(Rectification.number).contains(SEALED)
        )
    ).one()
    of_set = {"sealed_set_id": item.sealed_set_id}
    of_item = {"rectification_id": item.id}
    wanted: list[tuple[type[SQLModel], dict[str, Any]]] = [
        (ObserverRemark, of_set), (Visit, of_set), (Extension, of_item), (Recheck, of_item),
    ]  # fmt: skip
    found = {
        model: session.exec(select(model).filter_by(**where)).one().id  # type: ignore[attr-defined]
        for model, where in wanted
    }
    return {Rectification: item.id or 0, **found}


def _answer(session: Session, command: Call, *args: Any, **given: Any) -> tuple[str, str]:
    try:
        command(session, *args, **given)
    except DashboardError as error:
        return type(error).__name__, str(error)
    return "", "done"


@pytest.mark.feature("J7", "X15")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", ["REPORTER", "REVIEWER", "OBSERVER", "LEADER"])
def test_a_sealed_row_is_refused_as_one_that_is_not_there(
    city_session: Session, city: City, who: str
) -> None:
    keys = _sealed(city_session, city)
    told = []

    for model, command, given in CALLS:
        known = _answer(city_session, command, city[who], keys[model], **given)
        absent = _answer(city_session, command, city[who], ABSENT, **given)
        told += [(command.__name__, known, absent)] if known != absent else []
        assert known[0] in ("NotAllowed", "Missing"), command.__name__
    for table, model in (("observer_remark", ObserverRemark), ("rectification", Rectification)):
        one, other = (
            _answer(city_session, note.write_note, city[who], table, key, words="x", today=TODAY)
            for key in (keys[model], ABSENT)
        )
        told += [("write_note", one, other)] if one != other else []

    assert told == []
