"""动态口令 (TOTP, RFC 6238): six digits for thirty seconds, each of them good for one use."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp

from dashboard.i18n import _

STEP = 30
"""Seconds a code is shown for."""


def new_secret() -> str:
    """Give a new secret of 160 random bits, as an authenticator takes it."""
    return pyotp.random_base32(32)


def address(secret: str, name: str) -> str:
    """Give the otpauth address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_("民生实事督查看板"))


def fitting_step(secret: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """Give the step whose code this is: the present one or a neighbour, and later than the last.

    So a code is refused once it was used, and 60 seconds after it was shown in any case. None when
    nothing fits.
    """
    given = "".join(sign for sign in code if not sign.isspace())
    present = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    fitting = [
        step
        for step in (present - 1, present, present + 1)
        if compare_digest(made.generate_otp(step).encode(), given.encode())
    ]
    return next((step for step in fitting if step > last_step), None)
