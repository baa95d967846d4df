"""One-time codes as RFC 6238 has them: right, used once, and not older than their neighbour."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from dashboard.rules.second_factor import fitting_step, new_secret

SECRET = b32encode(b"12345678901234567890").decode()
"""The key of the RFC's test vectors (SHA-1); its codes have eight digits, ours their last six."""


@pytest.mark.safety("AU13")
@pytest.mark.parametrize(
    ("instant", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(instant: int, code: str) -> None:
    now = datetime.fromtimestamp(instant, UTC)

    assert fitting_step(SECRET, code, now=now, last_step=0) == instant // 30
    assert fitting_step(SECRET, f"{code[:3]} {code[3:]}", now=now, last_step=0) == instant // 30


@pytest.mark.safety("AU13")
@pytest.mark.parametrize(
    ("late", "fits"), [(0, True), (29, True), (59, True), (60, False), (90, False), (-30, True),
                       (-31, False)],
)  # fmt: skip
def test_a_code_is_refused_sixty_seconds_after_it_was_shown(late: int, fits: bool) -> None:
    shown = datetime(2026, 9, 3, 1, 0, 0, tzinfo=UTC)
    code = pyotp.TOTP(SECRET).at(shown)

    found = fitting_step(SECRET, code, now=shown + timedelta(seconds=late), last_step=0)

    assert (found is not None) is fits


@pytest.mark.safety("AU13")
def test_a_used_code_and_an_earlier_one_fit_no_more() -> None:
    now = datetime(2026, 9, 3, 1, 0, 0, tzinfo=UTC)
    made = pyotp.TOTP(SECRET)
    step = int(now.timestamp()) // 30

    assert fitting_step(SECRET, made.at(now), now=now, last_step=step) is None
    assert fitting_step(SECRET, made.at(now, counter_offset=-1), now=now, last_step=step) is None
    assert fitting_step(SECRET, made.at(now, counter_offset=1), now=now, last_step=step) == step + 1


@pytest.mark.safety("AU13")
@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "0" * 20])
def test_what_is_no_code_never_fits(code: str) -> None:
    now = datetime(2026, 9, 3, tzinfo=UTC)

    assert fitting_step(SECRET, code, now=now, last_step=0) is None


@pytest.mark.safety("AU13")
def test_secrets_have_160_bits_and_no_two_are_alike() -> None:
    made = {new_secret() for _each in range(50)}

    assert len(made) == 50
    assert {len(each) for each in made} == {32}
