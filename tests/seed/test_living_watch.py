"""The living city as observers and office lived it: every state, nothing on real places."""

from __future__ import annotations

from sqlmodel import Session, col, select

from models.observer import Observer, SealedSet, Visit
from models.photo import Photo, PhotoPhase
from models.programme import Programme
from models.project import LivelihoodProject
from models.rectification import Rectification, RectificationKind, RectificationState
from models.remark import ObserverRemark, RemarkState
from seed.living import TODAY


def test_remarks_and_rectifications_stand_in_every_state(demonstration: Session) -> None:
    remarks = set(demonstration.exec(select(ObserverRemark.state)))
    kinds = demonstration.exec(
        select(RectificationState.kind).join(
            Rectification, col(Rectification.state) == col(RectificationState.code)
        )
    )

    assert remarks == set(RemarkState)
    assert set(kinds) == set(RectificationKind)


def test_no_real_project_has_a_remark_or_a_rectification(demonstration: Session) -> None:
    for model in (ObserverRemark, Rectification):
        constructed = demonstration.exec(
            select(Programme.constructed)
            .join(LivelihoodProject, col(LivelihoodProject.programme_id) == col(Programme.id))
            .join(model, col(model.project_id) == col(LivelihoodProject.id))
        ).all()

        assert constructed
        assert all(constructed)


def test_what_was_cleared_has_an_after_photo_beside_its_before_photo(
    demonstration: Session,
) -> None:
    cleared = demonstration.exec(
        select(Rectification.id).where(Rectification.state == "FIXED", Rectification.visible)
    ).all()
    after = demonstration.exec(
        select(Photo).where(Photo.table_name == "rectification", Photo.phase == PhotoPhase.AFTER)
    ).all()

    assert set(cleared) <= {photo.row_id for photo in after}
    assert all(photo.before_id is not None for photo in after)


def test_one_sealed_set_is_released_and_one_still_waits(demonstration: Session) -> None:
    sets = demonstration.exec(select(SealedSet)).all()

    assert sorted(each.released_on is None for each in sets) == [False, True]


def test_an_observer_whose_term_is_over_is_among_them(demonstration: Session) -> None:
    over = [each for each in demonstration.exec(select(Observer)) if each.last_on < TODAY]

    assert [each.letter_number for each in over] == ["示观聘〔2025〕7号"]


def test_visits_are_planned_made_and_overdue_as_in_a_real_september(
    demonstration: Session,
) -> None:
    visits = demonstration.exec(select(Visit).where(col(Visit.due_on).is_not(None))).all()
    waiting = [visit for visit in visits if visit.visited_on is None]
    made = [visit for visit in visits if visit.visited_on is not None]

    assert [visit.due_on for visit in waiting if visit.due_on and visit.due_on < TODAY] != []
    assert len([visit for visit in waiting if visit.due_on and visit.due_on >= TODAY]) == 5
    assert len(made) == 8
    assert all(visit.visited_on <= visit.due_on for visit in made)  # type: ignore[operator]
    assert {visit.sealed_set_id for visit in made} >= set(demonstration.exec(select(SealedSet.id)))
