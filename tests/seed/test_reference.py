"""The rows every deployment needs are added once, and an office's own changes stay."""

from __future__ import annotations

from sqlmodel import Session, select

from models.light import LightCase, LightRuleSet
from seed.reference import add_reference


def test_a_new_office_has_the_default_rules_and_the_published_ones(session: Session) -> None:
    there = add_reference(session)

    codes = set(session.exec(select(LightRuleSet.code)))
    assert {"DEFAULT", "R21", "R24"} <= codes
    assert there == len(codes)


def test_adding_them_again_changes_nothing_that_the_office_changed(session: Session) -> None:
    add_reference(session)
    default = session.exec(select(LightRuleSet).where(LightRuleSet.code == "DEFAULT")).one()
    default.silence_days = 20
    session.flush()
    cases = len(session.exec(select(LightCase)).all())

    add_reference(session)

    assert default.silence_days == 20
    assert len(session.exec(select(LightCase)).all()) == cases
