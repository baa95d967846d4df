from __future__ import annotations

import pytest

from dashboard.errors import Invalid
from dashboard.rules.words import limited_words, required_words


@pytest.mark.safety("AC5")
def test_words_lose_what_nobody_sees_and_no_database_keeps() -> None:
    assert required_words(" 征地\x00滞后\x1b\n二\t三\x7f ", "理由") == "征地滞后\n二\t三"


@pytest.mark.safety("AC5")
def test_words_of_nothing_but_control_characters_are_none() -> None:
    with pytest.raises(Invalid, match="请填写理由"):
        required_words("\x00\x01 ", "理由")


@pytest.mark.safety("AC5")
def test_words_without_end_are_refused_with_both_numbers() -> None:
    with pytest.raises(Invalid, match="最多 2000 字，现有 100000 字"):
        limited_words("长" * 100_000, "理由")
