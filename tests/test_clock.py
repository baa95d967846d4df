"""The office lives in Shanghai, wherever its server stands."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from dashboard import clock


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield os.environ["TZ"]
    monkeypatch.undo()
    time.tzset()


@pytest.mark.safety("RE12")
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"], indirect=True)
@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-09-03T15:59:58", date(2026, 9, 3)),
        ("2026-09-03T16:00:02", date(2026, 9, 4)),
        ("2026-12-31T15:59:59", date(2026, 12, 31)),
        ("2026-12-31T16:00:00", date(2027, 1, 1)),
        ("2028-02-28T16:00:00", date(2028, 2, 29)),
    ],
)
def test_the_day_changes_at_midnight_in_shanghai(
    monkeypatch: pytest.MonkeyPatch, zone: str, instant: str, day: date
) -> None:
    moment = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)

    assert clock.today() == day
    assert clock.local(moment).date() == day


def test_a_frozen_day_stands_while_the_real_clock_goes_on() -> None:
    clock.freeze(date(2026, 9, 3))
    before = clock.now()

    assert clock.today() == clock.frozen_day() == date(2026, 9, 3)
    assert clock.now() >= before > datetime(2026, 1, 1, tzinfo=UTC)
    clock.freeze(None)
    assert clock.frozen_day() is None
