"""Workbooks as people make them, each with what it truly says. Everything follows from a seed."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.imports.context import Agency, Context, Project, SheetKind
from tests.imports import notations
from tests.imports.conftest import saved

MONTH = date(2026, 8, 1)
AGENCY = Agency("ZJ", "市住房和城乡建设局", ("住建局",))
UNREADABLE = object()
_NAMES = re.findall(
    r"\S+",
    "供热管网改造 老旧小区改造 新建公办幼儿园 农村公路大中修 主城区置换天然气 "
    "城市道路照明建设 安装自动体外除颤器 农村饮水安全提升 新增停车泊位 建设口袋公园 "
    "改造农贸市场 适老化改造 加装电梯 建设社区食堂 污水管网改造 雨污分流改造 "
    "建设充电桩 修缮校舍 发放就业补贴 免费体检 普惠托育 农村厕所改造 易涝点整治 "
    "人行天桥建设",
)
_UNITS = re.findall(
    r"\S+",
    "公里 个 所 公里 户 盏 台 处 个 座 家 户 部 家 公里 公里 台 所 人 人 个 座 处 座",
)
HEADINGS: dict[str, tuple[str, ...]] = {
    "project_code": ("项目编号", "项目编码", "编号"),
    "project_name": ("项目名称", "主要任务", "民生实事", "项 目\n名 称", "工作任务", "项目内容"),
    "cumulative_quantity": ("累计完成数量", "完成数量", "累计完成\n工程量", "截至8月底累计完成量"),
    "monthly_quantity": ("本月完成数量", "当月完成量", "本月新增"),
    "completed_pct": ("完成进度", "完成百分比", "完成率", "完成比例(%)", "完成进度（％）"),
    "physical_progress": ("形象进度", "进展情况", "1-8月推进情况", "目前实施情况", "工程 进展"),
    "completed_investment_wan": ("完成投资", "累计完成投资", "累计完成投资额", "已完成投资"),
    "paid_wan": ("累计支付资金", "已支付资金", "资金支付"),
    "on_schedule": ("是否达序", "是否达到序时进度"),
    "problem": ("存在问题", "存在的主要问题"),
    "cause": ("滞后原因", "原因分析"),
    "measure": ("整改措施", "推进措施"),
    "next_step": ("下一步打算", "下步计划"),
    "forecast_on": ("预计完成时间", "预计竣工时间", "拟完成时间"),
    "note": ("备注",),
}  # fmt: skip
_MONEY = {"completed_investment_wan", "paid_wan"}
_TEXTS = ("physical_progress", "problem", "cause", "measure", "next_step", "note")
_PHRASES = {
    "physical_progress": ("主体施工", "正在招标", "基础开挖，进展顺利", "管沟回填\n路面恢复"),
    "problem": ("征地拆迁缓慢", "管线迁改困难", "资金未到位"),
    "cause": ("雨季影响施工", "招标流标一次"),
    "measure": ("增加班组，倒排工期", "每周调度"),
    "next_step": ("加快主体施工", "开展验收"),
    "note": ("省级资金项目", "与街道共建"),
}
_DECOYS = {
    "计划投资(万元)": 1234.0,
    "年度目标数量": 77.0,
    "联系电话": 13812345678.0,
    "分管领导": "张三",
    "计划完成时间": date(2026, 12, 31),
    "上月累计完成数量": 5.0,
    "序时进度": 0.6667,
    "总投资": 99999.0,
}
_GROUPED = {"completed_investment_wan": "累计完成", "paid_wan": "累计支付"}


@dataclass
class Deformed:
    """A workbook's bytes, and by project and field what it says, or that nobody can tell."""

    data: bytes
    name: str
    context: Context
    truth: dict[tuple[str, str], Any]
    skipped: list[str] = field(default_factory=list)


def projects() -> tuple[Project, ...]:
    """Give the unit's projects: no plan and no last figures, so that only reading is tried."""
    return tuple(
        Project(f"SF2026-{number:02d}", name, "ZJ", None, unit)
        for number, (name, unit) in enumerate(zip(_NAMES, _UNITS, strict=True), 1)
    )


class Maker:
    """Makes one workbook from a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        rng = self.rng
        every = list(projects())
        self.rows = rng.sample(every, rng.randint(3, len(every)))
        self.context = Context(SheetKind.MONTHLY, MONTH, AGENCY, (AGENCY,), tuple(every))
        self.fields = self._chosen_fields()
        self.money_unit = rng.choice(("万元", "万元", "元", "亿元"))
        self.money_by = rng.choice(("heading", "line", "cell"))
        self.percent_by = rng.choice(("format", "points", "fraction", "text", "text"))
        self.truth: dict[tuple[str, str], Any] = {}
        self.formats: dict[tuple[int, str], str] = {}

    def _chosen_fields(self) -> list[str]:
        rng = self.rng
        fields = [["project_name"], ["project_code"], ["project_code", "project_name"]][
            rng.randrange(3)
        ]
        rest = [name for name in HEADINGS if name not in ("project_code", "project_name")]
        taken = [name for name in rest if rng.random() < 0.7]
        if not {"completed_pct", "cumulative_quantity", "physical_progress"} & set(taken):
            taken.append("completed_pct")
        if rng.random() < 0.3:
            rng.shuffle(taken)
        return fields + taken

    def value(self, number: int, project: Project, name: str) -> Any:
        """Choose what a cell says, write it somehow, and remember it."""
        rng, key = self.rng, (project.code, name)
        if name in ("project_code", "project_name"):
            return project.code if name == "project_code" else self._name(project.name)
        if name not in _TEXTS and name != "completed_pct" and rng.random() < 0.08:
            self.truth[key] = None
            return notations.nothing(rng)
        broken = rng.random() < 0.05
        written, self.truth[key] = getattr(self, f"_{_KINDS[name]}")(number, project, name, broken)
        return written

    def _name(self, name: str) -> str:
        return self.rng.choice((name, name, f" {name}", f"{name}\n", f"{name[:2]} {name[2:]}"))

    def _quantity(self, _number: int, project: Project, name: str, broken: bool) -> tuple[Any, Any]:
        rng = self.rng
        if broken:
            return notations.unreadable_quantity(rng, project.unit_of_measure), UNREADABLE
        whole = rng.random() < 0.5
        number = Decimal(rng.randint(1, 5000)) if whole else Decimal(rng.randint(1, 99999)) / 100
        monthly = name == "monthly_quantity"
        return notations.quantity(rng, number, project.unit_of_measure, monthly=monthly), number

    def _percent(self, row: int, _project: Project, name: str, broken: bool) -> tuple[Any, Any]:
        rng = self.rng
        if broken:
            return notations.unreadable_percent(rng), UNREADABLE
        number = Decimal(
            rng.choice((rng.randint(2, 130), rng.randint(105, 9999) / Decimal(100), 100))
        )
        if self.percent_by == "text":
            return notations.percent(rng, number), number
        if self.percent_by == "points":
            return rng.choice((float(number), format(number, "f"))), number
        if self.percent_by == "fraction":
            number = Decimal(rng.randint(3, 99)) if row > 1 else Decimal(30 + row)
            return float(number / 100), number
        self.formats[row, name] = rng.choice(("0%", "0.00%", "0.0%;-0.0%"))
        return float(number / 100), number

    def _money(self, _number: int, _project: Project, _name: str, broken: bool) -> tuple[Any, Any]:
        rng = self.rng
        if broken:
            return notations.unreadable_money(rng), UNREADABLE
        wan = Decimal(rng.randint(1, 9_999_999)) / 100
        if self.money_by == "cell":
            return rng.choice((f"{wan}万元", f"{wan / 10000}亿元", f"{wan * 10000:f}元")), wan
        return notations.money(rng, wan, self.money_unit), wan

    def _day(self, _number: int, _project: Project, _name: str, broken: bool) -> tuple[Any, Any]:
        if broken:
            return notations.unreadable_day(self.rng), UNREADABLE
        return notations.day(self.rng, date(2026, 9, 1) + timedelta(self.rng.randrange(120)))

    def _flag(self, _number: int, _project: Project, _name: str, broken: bool) -> tuple[Any, Any]:
        if broken:
            return self.rng.choice(("基本", "部分达序", "?", "■是 ■否")), UNREADABLE
        yes = self.rng.random() < 0.5
        return notations.flag(self.rng, yes), yes

    def _text(self, row: int, _project: Project, name: str, _broken: bool) -> tuple[Any, Any]:
        rng = self.rng
        above = self.truth.get((self.rows[row - 1].code, name)) if row else None
        if above is not None and rng.random() < 0.1:
            return "同上", above
        if name != "physical_progress" and rng.random() < 0.3:
            return notations.nothing(rng), None
        text = rng.choice(_PHRASES[name])
        return rng.choice((text, f" {text}", f"{text}\n")), text

    def heading(self, name: str) -> str:
        """Choose a heading, with its unit where the heading states it."""
        text = self.rng.choice(HEADINGS[name])
        if name in _MONEY and self.money_by == "heading":
            left, right = self.rng.choice((("(", ")"), ("（", "）"), ("\n（单位：", "）")))
            return f"{text}{left}{self.money_unit}{right}"
        return text


_KINDS = {
    "cumulative_quantity": "quantity",
    "monthly_quantity": "quantity",
    "completed_pct": "percent",
    "completed_investment_wan": "money",
    "paid_wan": "money",
    "forecast_on": "day",
    "on_schedule": "flag",
} | dict.fromkeys(_TEXTS, "text")


def deformed(seed: int) -> Deformed:
    """Make the workbook of a seed: mostly .xlsx, sometimes .csv."""
    maker = Maker(seed)
    as_text = maker.rng.random() < 0.15
    if as_text:
        maker.percent_by = "text"
    columns = _columns(maker)
    grid = [
        [maker.value(row, project, name) for name in maker.fields]
        for row, project in enumerate(maker.rows)
    ]
    if as_text:
        return _as_csv(maker, columns, grid)
    return _as_workbook(maker, columns, grid)


def _columns(maker: Maker) -> list[tuple[str, str]]:
    """Choose the columns from left to right: field (empty for a decoy) and heading."""
    columns = [(name, maker.heading(name)) for name in maker.fields]
    for text in maker.rng.sample(list(_DECOYS), maker.rng.randint(0, 4)):
        columns.insert(maker.rng.randint(1, len(columns)), ("", text))
    if maker.rng.random() < 0.7:
        columns.insert(0, ("#", maker.rng.choice(("序号", "序\n号"))))
    return columns


def _cells(maker: Maker, columns: list[tuple[str, str]], row: int, values: list[Any]) -> list[Any]:
    by_field = dict(zip(maker.fields, values, strict=True))
    return [
        row + 1 if name == "#" else by_field[name] if name else _DECOYS[text]
        for name, text in columns
    ]


def _as_csv(maker: Maker, columns: list[tuple[str, str]], grid: list[list[Any]]) -> Deformed:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=maker.rng.choice((",", "\t")))
    if maker.money_by == "line":
        writer.writerow([f"单位：{maker.money_unit}"])
    writer.writerow([text for _name, text in columns])
    for row, values in enumerate(grid):
        cells = _cells(maker, columns, row, values)
        writer.writerow([_csv_text(value) for value in cells])
    coding = maker.rng.choice(("utf-8", "utf-8-sig", "gb18030"))
    data = buffer.getvalue().encode(coding, "ignore")
    return Deformed(data, "月报.csv", maker.context, maker.truth)


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    return format(Decimal(repr(value)).normalize(), "f") if isinstance(value, float) else str(value)


def _as_workbook(maker: Maker, columns: list[tuple[str, str]], grid: list[list[Any]]) -> Deformed:
    rng, book = maker.rng, Workbook()
    sheet = book.worksheets[0]
    sheet.title = rng.choice(("Sheet1", "8月", "月报", "住建局"))
    _surround(maker, book)
    top = _lines_above(maker, sheet, len(columns))
    tiers = rng.choice((1, 1, 1, 2, 2, 3))
    row = _header(maker, sheet, columns, top, tiers)
    for number, values in enumerate(grid):
        row = _between(maker, sheet, columns, row, number)
        for index, value in enumerate(_cells(maker, columns, number, values), 1):
            if value is not None:
                sheet.cell(row, index, value)
            name = columns[index - 1][0]
            if code := maker.formats.get((number, name)):
                sheet.cell(row, index).number_format = code
        row += 1
    _below(maker, sheet, columns, row)
    return Deformed(saved(book), "月报.xlsx", maker.context, maker.truth)


def _surround(maker: Maker, book: Workbook) -> None:
    """Add sheets that are not to be read: instructions before, hidden leftovers behind."""
    if maker.rng.random() < 0.3:
        guide = book.create_sheet("填表说明", maker.rng.randrange(2))
        guide["A1"], guide["A2"] = "填表说明", "1. 完成进度按累计数填写；2. 请于9月3日前报送。"
    if maker.rng.random() < 0.3:
        old = book.create_sheet("旧表")
        old.append(["项目名称", "完成进度"])
        old.append([maker.rows[0].name, 0.01])
        old.sheet_state = maker.rng.choice(("hidden", "veryHidden"))
    if maker.rng.random() < 0.2:
        book.create_sheet("Sheet3")


def _lines_above(maker: Maker, sheet: Worksheet, width: int) -> int:
    """Write title and note lines, and say in which row the header begins."""
    rng, row = maker.rng, 1
    if rng.random() < 0.8:
        sheet.cell(
            1,
            1,
            rng.choice(
                (
                    "2026年8月民生实事项目进展情况表",
                    "民生实事项目月报",
                    "2026年民生实事项目推进情况（1-8月）",
                )
            ),
        )
        if rng.random() < 0.7:
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
        row = 2
    if maker.money_by == "line" or rng.random() < 0.4:
        sheet.cell(row, 1, "填报单位：市住房和城乡建设局")
        if maker.money_by == "line":
            sheet.cell(row, width, f"单位：{maker.money_unit}")
        sheet.cell(row, 3, "填报日期：2026年9月2日")
        row += 1
    if rng.random() < 0.2:
        row += 1
    return row


def _header(
    maker: Maker, sheet: Worksheet, columns: list[tuple[str, str]], top: int, tiers: int
) -> int:
    """Write a header of one to three rows; groups lie over money or under neutral words."""
    bottom = top + tiers - 1
    groups = _groups(maker, columns) if tiers > 1 else {}
    for index, (name, text) in enumerate(columns, 1):
        if index in groups:
            _last, word, parts = groups[index]
            sheet.cell(top, index, word)
            sheet.merge_cells(
                start_row=top, start_column=index, end_row=bottom - 1, end_column=_last
            )
            for offset, part in enumerate(parts):
                sheet.cell(bottom, index + offset, part)
        elif not any(first < index <= last for first, (last, _w, _p) in groups.items()):
            sheet.cell(top, index, text)
            if tiers > 1:
                sheet.merge_cells(
                    start_row=top, start_column=index, end_row=bottom, end_column=index
                )
        del name
    if maker.rng.random() < 0.1:
        for index in range(1, len(columns) + 1):
            sheet.cell(bottom + 1, index, index)
        bottom += 1
    return bottom + 1


def _groups(maker: Maker, columns: list[tuple[str, str]]) -> dict[int, tuple[int, str, list[str]]]:
    found = {}
    for index in range(1, len(columns)):
        one, two = columns[index - 1], columns[index]
        if one[0] in _GROUPED and two[0] in _GROUPED and index - 1 not in found:
            unit = f"（{maker.money_unit}）" if maker.money_by == "heading" else ""
            found[index] = (
                index + 1,
                f"资金情况{unit}",
                ["完成投资", "支付资金"][:: 1 if one[0] < two[0] else -1],
            )
        elif {one[0], two[0]} == {"problem", "cause"}:
            found[index] = (index + 1, "项目情况", [one[1], two[1]])
    return found


def _between(
    maker: Maker, sheet: Worksheet, columns: list[tuple[str, str]], row: int, number: int
) -> int:
    """Put what is not data between the rows: chapters, blanks, hidden rows, subtotals, headers."""
    rng = maker.rng
    if rng.random() < 0.06:
        sheet.cell(row, 1, rng.choice(("一、住房保障", "（二）交通出行", "二、教育")))
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
        row += 1
    if rng.random() < 0.05:
        row += 1
    if rng.random() < 0.05:
        for index, (name, _text) in enumerate(columns, 1):
            if name in ("project_code", "project_name"):
                sheet.cell(
                    row,
                    index,
                    maker.rows[number].code if name == "project_code" else maker.rows[number].name,
                )
            elif name in ("completed_pct", "cumulative_quantity"):
                sheet.cell(row, index, 3)
        sheet.row_dimensions[row].hidden = True
        row += 1
    if rng.random() < 0.05 and number:
        sheet.cell(row, 1, rng.choice(("小计", "合 计")))
        row += 1
    return row


def _below(maker: Maker, sheet: Worksheet, columns: list[tuple[str, str]], row: int) -> None:
    rng = maker.rng
    if rng.random() < 0.4:
        sheet.cell(row, 1, rng.choice(("合计", "总计", "合  计")))
        for index, (name, _text) in enumerate(columns, 1):
            if name == "cumulative_quantity":
                sheet.cell(row, index, 99999)
        row += 1
    if rng.random() < 0.4:
        sheet.cell(
            row,
            1,
            rng.choice(
                (
                    "注：以上数据截至8月底。",
                    "填表人：李四        联系电话：0411-12345678",
                    "备注：1.按月报送",
                )
            ),
        )
        row += 1
    if rng.random() < 0.3:
        hidden = len(columns) + 1
        sheet.cell(1, hidden, "内部")
        sheet.column_dimensions[get_column_letter(hidden)].hidden = True
