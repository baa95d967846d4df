"""Parsers of figures, days and words: right, or one kind of error, whatever comes."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.imports.cells.days import MONTH, day
from dashboard.imports.cells.figures import amount_wan, percent, quantity
from dashboard.imports.cells.narrative import milestones, split
from dashboard.imports.cells.numerals import Unreadable
from dashboard.imports.cells.parsers import code, flag, names, words
from tests.imports import notations

SCRAPS = st.text(
    alphabet=st.sampled_from(
        "0123456789.,%％／/- 一二十百千万亿元公里年月日底前约完成累计本占（）、；:√无同上\n"
    )
)
CELLS = st.one_of(
    SCRAPS,
    st.text(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.integers(),
)
SHOWN = st.sampled_from(["", "%", "=公里", "=万元", "=%", "scaled", "0000"])
UNHURRIED = settings(deadline=None)
TWO_PLACES = st.decimals(0, 10**7, places=2)


@UNHURRIED
@given(CELLS, SHOWN)
def test_no_parser_raises_anything_but_unreadable(value: Any, shown: str) -> None:
    for parse in (
        lambda: percent(value, shown, "points"),
        lambda: percent(value, shown),
        lambda: quantity(value, shown, "公里", "米", monthly=False),
        lambda: quantity(value, shown, monthly=True),
        lambda: amount_wan(value, shown, "万元"),
        lambda: day(value, 2026),
        lambda: code(value, shown),
        lambda: flag(value),
        lambda: names(value),
        lambda: words(value),
    ):
        with suppress(Unreadable):
            parse()


@UNHURRIED
@given(st.text())
def test_texts_are_split_without_losing_anything_but_lead_ins(text: str) -> None:
    parts = split(text)
    milestones(text, 2026)

    assert all(part.strip() for part in parts.values())
    assert all(line in text for part in parts.values() for line in part.splitlines())


@UNHURRIED
@given(TWO_PLACES, st.integers())
def test_a_quantity_reads_back_however_it_was_written(number: Decimal, seed: int) -> None:
    written = notations.quantity(random.Random(seed), number, "公里", monthly=False)

    assert quantity(written, "", "公里", "公里", monthly=False) == number


@UNHURRIED
@given(TWO_PLACES.filter(bool), st.sampled_from(["元", "万元", "亿元"]), st.integers())
def test_money_reads_back_however_it_was_written(wan: Decimal, unit: str, seed: int) -> None:
    written = notations.money(random.Random(seed), wan, unit)

    assert amount_wan(written, "", unit) == wan


@UNHURRIED
@given(st.decimals(0, 1000, places=2), st.integers())
def test_a_percentage_reads_back_however_it_was_written(number: Decimal, seed: int) -> None:
    assert percent(notations.percent(random.Random(seed), number)) == number


@UNHURRIED
@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers())
def test_a_day_reads_back_however_it_was_written(on: date, seed: int) -> None:
    written, meant = notations.day(random.Random(seed), on)

    found = day(written, 2026)

    assert found is not None
    assert found.on == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("85%", "85"), ("８５％", "85"), ("百分之八十五", "85"), ("百分之八十五点五", "85.5"),
        ("八成五", "85"), ("累计完成 20 公里（占 40%）", "40"), ("已完成80%", "80"),
        ("962%", "962"),
        ("已完成", "100"), ("未开工", "0"), ("已完成。", "100"), ("完工100%", "100"),
        ("百分之百", "100"),
        ("占年度计划15.5%", "15.5"), ("0", "0"),
    ],
)  # fmt: skip
def test_a_percentage_is_read(written: str, meant: str) -> None:
    assert percent(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    ["约85%", "85%左右", "80%-85%", "√", "剩余15%", "计划完成40%", "1", "0.85", "-5%", "85%%",
     "过半", "①85%", "85²%",
     "累计完成总工程量70.8%;长海县全部完工,普兰店区95%", "未完成80%"],
)  # fmt: skip
def test_a_percentage_that_is_not_certain_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        percent(written)


@pytest.mark.parametrize(
    ("written", "unit", "meant"),
    [
        ("1,200", "个", "1200"), ("1.2万户", "户", "12000"), ("12000户", "万户", "1.2"),
        ("25381米", "公里", "25.381"), ("一百零五个", "个", "105"), ("两百", "个", "200"),
        ("本月完成5公里，累计完成20公里", "公里", "20"), ("1-8月完成20公里", "公里", "20"),
        ("本月完成2公里，年初以来累计20公里", "公里", "20"), ("截至8月31日20公里", "公里", "20"),
        ("70个", "处", "70"), ("500㎡", "平方米", "500"), ("①20公里", "公里", None),
        ("20 km", "公里", "20"), ("3万5", "个", None), ("20亩", "公里", None),
        ("本月完成5公里", "公里", None), ("20/40", "公里", None), ("1,20", "公里", None),
    ],
)  # fmt: skip
def test_a_quantity_is_read_in_its_unit_or_refused(
    written: str, unit: str, meant: str | None
) -> None:
    if meant is None:
        with pytest.raises(Unreadable):
            quantity(written, "", unit, unit, monthly=False)
    else:
        assert quantity(written, "", unit, unit, monthly=False) == Decimal(meant)


@pytest.mark.parametrize(
    ("written", "meant", "mark"),
    [
        ("2018年6月底前", date(2018, 6, 30), MONTH), ("6月20日前", date(2026, 6, 20), ""),
        ("20180620", date(2018, 6, 20), ""), (20180620.0, date(2018, 6, 20), ""),
        (datetime.fromisoformat("2018-06-20 08:00"), date(2018, 6, 20), ""),
        ("二〇一八年六月二十日", date(2018, 6, 20), ""),
        ("十二月底前全面完成", date(2026, 12, 31), MONTH),
        ("2021-Q2", date(2021, 6, 30), MONTH), ("9月投入使用", date(2026, 9, 30), MONTH),
        ("明年3月", date(2027, 3, 31), MONTH), ("2028年2月", date(2028, 2, 29), MONTH),
    ],
)  # fmt: skip
def test_a_day_is_read_and_a_months_last_day_is_marked(
    written: Any, meant: date, mark: str
) -> None:
    assert day(written, 2026) == (meant, mark)


@pytest.mark.parametrize(
    "written",
    ["11月前全面完成", "2月30日", "9月31日前", "6-8月", "10-11月", 2018.1, "2018.1", 43271.0,
     "年内", "2021年7月1日起", time(8), True, "尽快"],
)  # fmt: skip
def test_a_day_that_is_not_certain_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        day(written, 2026)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("是", True),
        ("√", True),
        ("■是 □否", True),
        ("□是 ■否", False),
        ("未达序", False),
        ("无", None),
    ],
)
def test_yes_and_no_are_read(written: str, meant: bool | None) -> None:
    assert flag(written) is meant
