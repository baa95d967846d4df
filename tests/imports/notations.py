"""The ways people write one value, and ways that cannot be read for certain."""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

_WIDE = str.maketrans("0123456789%.,", "０１２３４５６７８９％．，")
_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Write a whole number below ten thousand in Chinese."""
    text, zero = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + unit
            zero = False
        else:
            zero = True
    return text.replace("一十", "十", 1) if text.startswith("一十") else text or "零"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def quantity(rng: random.Random, number: Decimal, unit: str, *, monthly: bool) -> Any:
    """Write a quantity."""
    text = _plain(number)
    verb = "本月完成" if monthly else "累计完成"
    forms: list[Any] = [
        float(number),
        float(number),
        text,
        f"{text}{unit}",
        f" {text} {unit} ",
        f"{verb}{text}{unit}",
        f"已完成 {text} {unit}",
        f"{text}{unit}".translate(_WIDE),
        f"{number:,f}",
        f"{number:,f}{unit}",
    ]
    if number == int(number) and number < 10_000:
        forms += [f"{chinese(int(number))}{unit}", int(number)]
    if not monthly:
        forms += [f"累计完成 {text} {unit}（占 40%）", f"截至8月底累计完成{text}{unit}"]
        forms += [f"本月完成 3 {unit}，累计完成 {text} {unit}"]
    return rng.choice(forms)


def unreadable_quantity(rng: random.Random, unit: str) -> Any:
    """Write a quantity nobody can be sure of."""
    forms = (
        f"约20{unit}", "20余", "20~25", "20/40", "若干", "两三个", f"剩余20{unit}", "完成过半",
        "3万5",         "20公顷、30亩", "1,20", "进展顺利", "见附件", f"超过20{unit}",
        f"20{unit}左右", f"计划20{unit}", "30 40", "(26)", "-26", f"26{unit}，未验收",
        f"目标40{unit}，完成26{unit}", f"近26{unit}",
    )  # fmt: skip
    return rng.choice(forms)


def percent(rng: random.Random, number: Decimal) -> str:
    """Write a percentage as a text that says it is one."""
    text = _plain(number)
    forms = [
        f"{text}%",
        f"{text} %",
        f"{text}%".translate(_WIDE),
        f"已完成{text}%",
        f"完成率{text}%",
        f"累计完成 20 公里（占 {text}%）",
        f"占年度任务的{text}%",
        f"百分之{text}",
    ]
    if number == int(number) and 10 < number < 100:
        forms.append(f"百分之{chinese(int(number))}")
        if number % 10 == 0:
            forms.append(f"{_DIGITS[int(number) // 10]}成")
        elif number % 5 == 0:
            forms.append(f"{_DIGITS[int(number) // 10]}成五")
    if number == 100:
        forms += ["已完成", "全部完成", "已完工"]
    return rng.choice(forms)


def unreadable_percent(rng: random.Random) -> Any:
    """Write a percentage nobody can be sure of."""
    forms = (
        "约60%", "60%左右", "60%-70%", "过半", "√", "A段60%，B段80%", "余15%", "计划完成80%",
        "正常推进", "超过50%", "进度良好", "比上月增长5%", "60%以上", "接近尾声", "基本完成",
        "一期100%", "3栋100%", "本月5%", "投资完成65%", "60-70%", "65%，未审核", "2500%",
    )  # fmt: skip
    return rng.choice(forms)


def money(rng: random.Random, wan: Decimal, unit: str) -> Any:
    """Write money: a bare number counts the column's unit, a text may bring its own."""
    bare = {"元": wan * 10_000, "万元": wan, "亿元": wan / 10_000}[unit]
    own = [f"{_plain(wan)}万元", f"{wan:,f}万元", f"{_plain(wan / 10_000)}亿元", f"{_plain(wan)}万"]
    own += [
        f"{_plain(wan * 10_000)}元",
        f"{_plain(wan)}万元".translate(_WIDE),
        f"累计{_plain(wan)}万元",
    ]
    return rng.choice([float(bare), float(bare), _plain(bare), f"{bare:,f}", *own])


def unreadable_money(rng: random.Random) -> Any:
    """Write money nobody can be sure of."""
    return rng.choice(
        (
            "约1200万元",
            "1200余万",
            "100-200万元",
            "资金已到位",
            "1,20万元",
            "若干",
            "中央50万，省30万",
            "(200)",
            "-200",
            "1200万元，未支付",
        )
    )


def day(rng: random.Random, on: date) -> tuple[Any, date]:
    """Write a day, and say which day that means: of a month alone, its last."""
    last = on.replace(day=monthrange(on.year, on.month)[1])
    year, month, number = on.year, on.month, on.day
    exact: list[Any] = [
        on, on, on.isoformat(), f"{on:%Y/%m/%d}", f"{on:%Y.%m.%d}", f"{on:%Y%m%d}",
        int(f"{on:%Y%m%d}"), f"{year}年{month}月{number}日", f"{year} 年 {month} 月 {number} 日",
        f"{month}月{number}日前", f"{month}月{number}日", f"{year}年{month}月{number}日前",
        f"{on:%Y-%m-%d} 00:00:00", f"{month}月{number}号",
    ]  # fmt: skip
    only_month: list[Any] = [
        f"{year}年{month}月底前", f"{month}月底", f"{year}年{month}月", f"{month}月底前",
        f"{on:%Y-%m}", f"{chinese(month)}月底前", f"{month}月份", f"预计{month}月底完成",
    ]  # fmt: skip
    if on.month == 12:
        only_month += ["年底前", "年底", "第四季度"]
    if rng.random() < 0.6:
        return rng.choice(exact), on
    return rng.choice(only_month), last


def unreadable_day(rng: random.Random) -> Any:
    """Write a day nobody can be sure of."""
    forms: tuple[Any, ...] = (
        "尽快", "11月前", "9月31日", "10-11月", "待定", "年内", 43271, "13月", "2026.1", "按计划",
        "下个月左右", "8-9", "46266", "12月5日后", "一期8月，二期9月",
    )  # fmt: skip
    return rng.choice(forms)


def flag(rng: random.Random, yes: bool) -> Any:
    """Write yes or no."""
    if yes:
        return rng.choice(("是", "√", "✓", "达序", "已达序", "■是 □否"))
    return rng.choice(("否", "×", "未达序", "□是 ■否"))


def nothing(rng: random.Random) -> Any:
    """Write that there is nothing."""
    return rng.choice((None, None, "", "无", "/", "-", "—", "——", " "))
