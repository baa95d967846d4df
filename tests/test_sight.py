"""Who sees a remark or a rectification: the predicate and its SQL twin over every kind of row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from dashboard.permissions import Action, Actor, Grant, sees_row, sees_sql
from dashboard.queries.remark import sight_of
from dashboard.queries.scope import rectification_scope
from models.account import Account, Role
from models.agency import Agency
from models.observer import SealedSet
from models.programme import Programme
from models.project import LivelihoodProject, SupportingAgency
from models.rectification import (
    Rectification,
    RectificationKind,
    RectificationSource,
    RectificationState,
)
from models.region import Region
from models.remark import ObserverRemark, RemarkChannel, RemarkState
from tests.city import save

DAY = date(2026, 9, 3)
PLACES = ["/1/", "/1/2/", "/1/3/", "/11/"]
GRANTS = st.one_of(
    st.builds(Grant, st.sampled_from(Role), region_path=st.sampled_from(PLACES)),
    st.builds(Grant, st.sampled_from(Role), agency_path=st.sampled_from(PLACES)),
    st.builds(
        Grant, st.sampled_from(Role), project_ids=st.lists(st.integers(0, 5), max_size=2).map(tuple)
    ),
    st.builds(Grant, st.sampled_from([Role.ADMIN, Role.SECURITY])),
)
ACTIONS = [
    Action.REMARK_READ, Action.REMARK_TRIAGE, Action.REPLY_PROPOSE, Action.NOTE_READ,
    Action.SEALED_READ, Action.RECTIFICATION_READ, Action.RECTIFICATION_PROPOSE,
    Action.RECTIFICATION_ISSUE, Action.PHOTO_ORIGINAL,
]  # fmt: skip


class Wood:
    """Projects of every place and unit, with remarks and rectifications of every kind on them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.regions = [save(session, Region(code=f"W{p}", name=p, path=p)) for p in PLACES]
        home = self.regions[0].id or 0
        self.bodies = [
            save(session, Agency(code=f"W{p}", name=f"w{p}", region_id=home, path=p))
            for p in PLACES
        ]
        self.programme = save(session, Programme(region_id=home, year=2031, name="w"))
        people = [Account(name=f"w{n}", folded_name=f"w{n}", display_name="w") for n in range(2)]
        self.people = [save(session, person).id or 0 for person in people]
        self.sets = [self._set(None), self._set(DAY)]
        self.projects = [self._project(number) for number in range(6)]
        states = [RectificationState(code="W", name="w", kind=RectificationKind.OPEN, position=1)]
        save(session, states[0])
        self.remarks: list[ObserverRemark] = []
        self.rectifications: list[Rectification] = []
        self._plant()

    def _set(self, released_on: date | None) -> int:
        row = SealedSet(
            region_id=self.regions[0].id or 0, name="w", opened_by_id=self.people[0], opened_on=DAY,
            released_on=released_on,
        )  # fmt: skip
        return save(self.session, row).id or 0

    def _project(self, number: int) -> int:
        row = LivelihoodProject(
            programme_id=self.programme.id or 0, region_id=self.regions[number % 4].id or 0,
            code=f"W{number}", name="w",
            lead_agency_id=self.bodies[(number * 3 + 1) % 4].id if number < 5 else None,
        )  # fmt: skip
        key = save(self.session, row).id or 0
        if number % 2:
            body = self.bodies[number % 4].id or 0
            save(self.session, SupportingAgency(project_id=key, agency_id=body))
        return key

    def _plant(self) -> None:
        sets = [None, *self.sets]
        states = [RemarkState.SENT, RemarkState.WITHDRAWN]
        kinds = product(enumerate([*self.projects, None]), sets, states, [*self.people, None])
        for serial, ((number, project_id), set_id, state, author) in enumerate(kinds):
            row = ObserverRemark(
                client_id=f"wood-{serial:04}", number=f"W{serial}", words="w",
                project_id=project_id, channel=RemarkChannel.OBSERVER,
                region_id=self.regions[number % 4].id or 0, sealed_set_id=set_id, state=state,
                account_id=author,
                observed_on=DAY, received_at=datetime(2026, 9, 3, tzinfo=UTC),
            )  # fmt: skip
            self.session.add(row)
            self.remarks.append(row)
        for serial, (project_id, set_id, body) in enumerate(
            product(self.projects, sets, self.bodies)
        ):
            problem = Rectification(
                number=f"W{serial}", project_id=project_id, source=RectificationSource.REMARK,
                state="W", finding="w", thing="w", agency_id=body.id or 0, responsible="w",
                standard="w", issued_by_id=self.people[0], found_on=DAY, issued_on=DAY,
                first_due_on=DAY, due_on=DAY, sealed_set_id=set_id,
            )  # fmt: skip
            self.session.add(problem)
            self.rectifications.append(problem)
        self.session.flush()


@pytest.mark.feature("J7", "X15", "O7")
@pytest.mark.safety("AC2")
def test_a_remark_and_a_rectification_are_seen_alike_in_python_and_in_sql(
    session: Session, dialect: str
) -> None:
    wood = Wood(session)
    most = 60 if dialect == "sqlite" else 15
    sights = [
        [(row.id, sight_of(session, row, Actor(who, "w"))) for row in wood.remarks]
        for who in wood.people
    ]
    scopes = [(row.id, rectification_scope(session, row)) for row in wood.rectifications]

    @settings(
        max_examples=most, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.lists(GRANTS, max_size=3), st.sampled_from(ACTIONS), st.integers(0, 1))
    def same(grants: list[Grant], action: Action, who: int) -> None:
        real = tuple(
            Grant(
                g.role, g.region_path, g.agency_path, tuple(wood.projects[n] for n in g.project_ids)
            )
            for g in grants
        )
        actor = Actor(wood.people[who], "w", real)

        remarks = select(ObserverRemark.id).where(sees_sql(actor, ObserverRemark, action))
        found = set(session.exec(remarks.where(col(ObserverRemark.number).startswith("W"))))
        assert found == {key for key, sight in sights[who] if sees_row(actor, sight, action)}

        problems = select(Rectification.id).where(sees_sql(actor, Rectification, action))
        assert set(session.exec(problems.where(col(Rectification.state) == "W"))) == {
            key for key, scope in scopes if sees_row(actor, scope, action)
        }

    same()
