"""Units of measure: which ones are the same thing, larger or smaller."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from dashboard.imports.cells.numerals import word_set

COUNTS = word_set(
    "个 台 套 户 家 座 处 场 次 件 所 条 期 张 例 间 盏 辆 株 册 项 对 栋 幢 部 只 名 口 "
    "眼 支 片 块 批 份 人"
)
LENGTHS = {"米": Decimal(1), "延米": Decimal(1), "公里": Decimal(1000), "千米": Decimal(1000)}
AREAS = {"平方米": Decimal(1), "公顷": Decimal(10**4), "平方公里": Decimal(10**6)}
OTHERS = word_set(
    "亩 吨 立方米 千瓦 兆瓦 人次 学位 床位 车位 泊位 村 社区 小区 栋楼 户次 场次 班 班级 站 里"
)
SIMPLE = COUNTS | OTHERS | set(LENGTHS) | set(AREAS)
UNITS = tuple(sorted({*SIMPLE, *(f"个{unit}" for unit in OTHERS)}, key=len, reverse=True))


_SCALES = {"万": 10**4, "千": 10**3, "亿": 10**8}


def is_scaled(unit: str) -> bool:
    """Say whether a unit counts thousands or more of another: 万户, but not 千米."""
    return unit[:1] in _SCALES and unit not in SIMPLE


@cache
def base(unit: str) -> tuple[Decimal, str]:
    """Take a unit apart into how many of which plain unit it is."""
    factor = Decimal(1)
    if is_scaled(unit):
        factor, unit = Decimal(_SCALES[unit[0]]), unit[1:]
    if len(unit) > 1 and unit[0] in "个张" and unit[1:] in OTHERS:
        unit = unit[1:]
    if unit in LENGTHS:
        return factor * LENGTHS[unit], "米"
    if unit in AREAS:
        return factor * AREAS[unit], "平方米"
    return factor, unit


def ratio(unit: str, wanted: str) -> Decimal | None:
    """Say how many `wanted` one `unit` is; None where they measure different things."""
    factor, plain = base(unit)
    wanted_factor, wanted_plain = base(wanted)
    same = plain == wanted_plain or (plain == "个" and wanted_plain in COUNTS - {"人"})
    return factor / wanted_factor if same else None


def is_unit(text: str) -> bool:
    """Say whether the text is a unit of measure we know."""
    return base(text)[1] in SIMPLE
