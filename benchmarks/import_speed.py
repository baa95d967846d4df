"""Time the reading of a monthly sheet, bytes to drafts, beside what reading its cells alone takes.

`python -m benchmarks.import_speed [rows ...]` prints, for each size: the seconds of python-calamine
alone (the floor), of `examine` here, of the whole way through the child process, and the largest
memory of the child, asked of the system while it runs: what `getrusage` says of a child counts the
memory of the process it was started from.
"""

from __future__ import annotations

import io
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from dashboard.imports.child import examine_in_child
from dashboard.imports.context import Agency, Context, Project, SheetKind
from dashboard.imports.sheet import examine

AGENCY = Agency("ZJ", "住建局")
HEADINGS = (
    "序号", "项目编号", "项目名称", "累计完成数量(公里)", "本月完成数量(公里)", "完成进度",
    "形象进度", "累计完成投资(万元)", "累计支付资金(万元)", "是否达序", "存在问题", "滞后原因",
    "整改措施", "预计完成时间", "备注",
)  # fmt: skip


def context(rows: int) -> Context:
    """Give a context with as many projects as there are rows, each with last month's figures."""
    last = {"completed_investment_wan": Decimal(0), "paid_wan": Decimal(0)}
    projects = tuple(
        Project(f"P{n:06d}", f"第{n}项民生工程", "ZJ", Decimal(100), "公里", Decimal(40), last=last)
        for n in range(rows)
    )
    return Context(SheetKind.MONTHLY, date(2026, 8, 1), AGENCY, (AGENCY,), projects)


def workbook(rows: int) -> bytes:
    """Make a sheet of the size: texts, numbers, percentages and dates, as units fill it in."""
    rng, buffer = random.Random(1), io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": False})
    sheet = book.add_worksheet("月报")
    percent = book.add_format({"num_format": "0.00%"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS)
    for n in range(rows):
        done = rng.randint(2000, 9900)
        texts = (f"完成管沟开挖{n}处", "征地拆迁", "雨季影响", "增加班组", "下月加快")
        sheet.write_row(n + 1, 0, (n + 1, f"P{n:06d}", f"第{n}项民生工程"))
        sheet.write_row(n + 1, 3, (done / 100, f"{rng.randint(1, 9)}公里"))
        sheet.write_number(n + 1, 5, done / 10000, percent)
        sheet.write_row(n + 1, 6, (texts[0], rng.randint(1, 10**6) / 100, "1,200万元", "是"))
        sheet.write_row(n + 1, 10, texts[1:4])
        sheet.write_datetime(n + 1, 13, date(2026, 9, 1) + timedelta(rng.randrange(90)), day)
        sheet.write_string(n + 1, 14, texts[4])
    book.close()
    return buffer.getvalue()


def floor(data: bytes) -> None:
    """Read the cells and nothing more."""
    CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def seconds(work: Callable[[], object], times: int) -> float:
    """Give the median of some runs."""
    taken = []
    for _run in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _peak(work: Future[Any]) -> int:
    """Give the largest memory, in MB, of a child process that runs until the work is done."""
    largest = 0
    while not work.done():
        for status in Path("/proc").glob("[0-9]*/status"):
            with suppress(OSError):
                said = dict(line.split(":", 1) for line in status.read_text().splitlines())
                if int(said["PPid"]) == os.getpid():
                    largest = max(largest, int(said.get("VmHWM", "0 kB").split()[0]))
        time.sleep(0.02)
    return largest // 1024


def main(sizes: list[int]) -> None:
    """Print a line for each size."""
    print("rows     MB  floor s   here s  child s  here/floor  child peak MB")
    for rows in sizes:
        data, against = workbook(rows), context(rows)
        found = examine_in_child(data, "月报.xlsx", against)
        assert len(found.drafts) == rows, found.refusal
        assert not found.errors, found.errors[:3]
        times = 5 if rows <= 10_000 else 1
        least = seconds(partial(floor, data), times)
        here = seconds(partial(examine, data, "月报.xlsx", against), times)
        child = seconds(partial(examine_in_child, data, "月报.xlsx", against), times)
        with ThreadPoolExecutor(1) as other:
            peak = _peak(other.submit(examine_in_child, data, "月报.xlsx", against))
        size = len(data) / 2**20
        figures = f"{least:8.3f} {here:8.3f} {child:8.3f} {here / least:11.1f} {peak:14d}"
        print(f"{rows:6d} {size:5.1f} {figures}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000])
