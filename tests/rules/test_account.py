"""Names and passwords: the verdicts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard import passwords
from dashboard.rules.account import (
    Policy,
    aged,
    common_passwords,
    folded,
    name_problem,
    password_problem,
)

WORDS = ["li-ming", "李明", "住房和城乡建设局"]
NOW = datetime(2026, 9, 3, tzinfo=UTC)


@pytest.mark.safety("AU2")
@pytest.mark.parametrize(
    ("password", "asvs", "gb"),
    [
        ("", "至少", "至少"),
        ("short", "至少", "至少"),
        ("elevenchars", "至少", "至少"),
        ("十一个汉字的密码不够长", "至少", "至少"),
        ("twelve-chars", "", "三类"),
        ("十二个汉字的密码已经够长", "", "三类"),
        ("我家门前有两棵枣树 2 棵 A", "", ""),
        ("correct horse battery", "", "三类"),
        ("Correct horse battery", "", ""),
        ("CORRECT HORSE 99", "", ""),
        ("correct-horse-99", "", ""),
        ("  leading and trailing  ", "", "三类"),
        ("x" * 12, "太常见", "太常见"),
        ("abababababab", "太常见", "太常见"),
        ("password1234", "太常见", "太常见"),
        ("PASSWORD1234", "太常见", "太常见"),
        ("Ｐassword1234", "太常见", "太常见"),
        ("qwertyuiop12345", "太常见", "太常见"),
        ("1qaz2wsx3edc", "太常见", "太常见"),
        ("administrator2026", "太常见", "太常见"),
        ("woaini5201314", "太常见", "太常见"),
        ("I am Li-Ming here 1", "不能包含", "不能包含"),
        ("今年李明要办二十四件大事", "不能包含", "不能包含"),
        ("住房和城乡建设局的密码 1A", "不能包含", "不能包含"),
        ("my minsheng login 1A", "不能包含", "不能包含"),
        ("a1B" * 30, "太常见", "太常见"),
        ("好" + "aB3$efgh" * 8, "", ""),
        ("aB3$efgh" * 33, "最多", "最多"),
    ],
)
def test_passwords_are_judged_by_length_commonness_and_names(
    password: str, asvs: str, gb: str
) -> None:
    verdicts: list[tuple[Policy, str]] = [("asvs", asvs), ("gb", gb)]
    for policy, part in verdicts:
        problem = password_problem(password, policy=policy, words=WORDS)

        assert (problem is None) if not part else (part in (problem or "")), policy


@pytest.mark.safety("AU2")
def test_the_list_of_common_passwords_is_long_and_of_choosable_ones() -> None:
    found = common_passwords()

    assert len(found) >= 3000
    assert min(len(password) for password in found) >= 12


@pytest.mark.safety("AU2")
def test_the_list_is_what_its_script_makes() -> None:
    root = Path(__file__).resolve().parents[2]
    program: dict[str, object] = {"__name__": "script"}
    exec((root / "deploy/common_passwords.py").read_text(encoding="utf-8"), program)
    made = program["patterns"]
    assert callable(made)

    assert common_passwords() == {folded(password) for password in made()}


@pytest.mark.safety("AU1")
@pytest.mark.parametrize("name", ["ZHANG", "ｚｈａｎｇ", "zhang ", "\u3000zhang", "Zh\tang"])
def test_one_name_is_one_whatever_its_case_width_and_blanks(name: str) -> None:
    assert folded(name) == "zhang"


@pytest.mark.parametrize("name", ["zhang", "张三", "zhang.san@zj", "li-ming_2"])
def test_ordinary_names_are_fine(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.safety("AU3")
@pytest.mark.parametrize(
    ("policy", "age", "due"), [("gb", 89, False), ("gb", 90, True), ("asvs", 9999, False)]
)
def test_a_password_ages_under_gb_only(policy: Policy, age: int, due: bool) -> None:
    set_at = NOW - timedelta(days=age)

    assert aged(set_at, NOW, policy=policy, days=90) is due
    assert not aged(None, NOW, policy=policy, days=90)


@pytest.mark.safety("AU6")
def test_hashes_are_argon2id_at_the_asvs_parameters_and_differ_each_time() -> None:
    password = "correct horse 电池 staple"

    first, second = passwords.hashed(password, ()), passwords.hashed(password, ())

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert passwords.matches(first, password)
    assert not passwords.matches(first, password[:-1])
    assert not passwords.matches(first, password + " ")
    assert not passwords.matches(None, password)
    assert not passwords.matches("not a hash", password)
