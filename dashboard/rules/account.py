"""Names and passwords: what is the same name, what is a good enough password, when it has aged.

GB/T 22239 8.1.4.1 a) asks for mixed classes and regular change, ASVS 5.0 6.2.5 and 6.2.10 forbid
both; which of the two an office follows is its policy setting, `gb` or `asvs`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from dashboard.i18n import _

Policy = Literal["asvs", "gb"]
SHORTEST = 12
LONGEST = 256
CLASSES = 3
"""Under `gb`: how many of capitals, small letters, digits and other signs a password mixes."""
SYSTEM_WORDS = ("minsheng", "dashboard", "民生实事", "督查看板")
_COMMON = Path(__file__).with_name("common_passwords.txt")


def folded(name: str) -> str:
    """Give a name without case, width and blanks: what makes two names the same."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(unicodedata.normalize("NFKC", wide).split())


def name_problem(name: str) -> str | None:
    """Say what is wrong with an account name, or None."""
    plain = folded(name)
    if not 2 <= len(plain) <= 40:
        return _("账户名应为 2 至 40 个字。")
    if not all(sign.isalnum() or sign in "._-@" for sign in plain):
        return _("账户名只能用文字、字母、数字和 . _ - @。")
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Give the passwords that everybody tries first, folded."""
    _heading, *lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(folded(line) for line in lines)


def _classes(password: str) -> int:
    kinds = {
        "upper" if sign.isascii() and sign.isupper()
        else "lower" if sign.isascii() and sign.islower()
        else "digit" if sign.isascii() and sign.isdigit()
        else "other"
        for sign in password
    }  # fmt: skip
    return len(kinds)


def password_problem(
    password: str, *, policy: Policy = "asvs", words: Iterable[str] = ()
) -> str | None:
    """Say what is wrong with a new password, or None.

    `words` are the account's, its person's and its unit's names. Nothing is cut or changed:
    Chinese characters and blanks count like any other.
    """
    if len(password) < SHORTEST:
        return _("密码至少 {count} 个字，可以用一句话，含汉字和空格。").format(count=SHORTEST)
    if len(password) > LONGEST:
        return _("密码最多 {count} 个字。").format(count=LONGEST)
    plain = folded(password)
    if plain in common_passwords() or len(set(plain)) < 5:
        return _("这个密码太常见，请换一个别人猜不到的。")
    for word in (*SYSTEM_WORDS, *words):
        if len(folded(word)) > 1 and folded(word) in plain:
            return _("密码不能包含账户名、姓名、单位名或系统名。")
    if policy == "gb" and _classes(password) < CLASSES:
        return _("密码须包含大写字母、小写字母、数字、其他符号中的至少三类。")
    return None


def aged(set_at: datetime | None, now: datetime, *, policy: Policy, days: int) -> bool:
    """Say whether a password must be changed: only under `gb`, after that many days."""
    if policy != "gb" or set_at is None:
        return False
    return now - set_at >= timedelta(days=days)
