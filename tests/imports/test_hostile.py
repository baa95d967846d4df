"""Files made to harm or to confuse: one sentence each, quickly, in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.imports.child import examine_in_child
from dashboard.imports.context import Context, Limits
from dashboard.imports.files.grid import Refused
from dashboard.imports.files.read import read
from dashboard.imports.sheet import examine
from dashboard.imports.wire import context_to_json
from tests.imports import hostile
from tests.imports.conftest import workbook

FILES = Path(__file__).with_name("files")
SHEET = (FILES / "monthly.xls").read_bytes()
ENCRYPTED = SHEET[:532] + b"\x2f\x00" + SHEET[534:]
"""The second record says that what follows is encrypted."""


_APART = """
import json, resource, sys
from dashboard.imports.child import examine_in_child
from dashboard.imports.wire import context_from_json

context = context_from_json(sys.stdin.buffer.readline().decode())
found = examine_in_child(sys.stdin.buffer.read(), "月报.xlsx", context)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([found.refusal, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""What a process counts of its children is its greatest child ever: so each file has its own."""


def _examined_apart(data: bytes, context: Context) -> tuple[str, float, int]:
    asked = context_to_json(context).encode() + b"\n" + data
    done = subprocess.run(
        [sys.executable, "-c", _APART], input=asked, capture_output=True, check=True
    )
    refusal, cpu_seconds, peak_kb = json.loads(done.stdout)
    return refusal, cpu_seconds, peak_kb


@pytest.mark.safety("UP4")
@pytest.mark.safety("UP5")
@pytest.mark.safety("UP6")
@pytest.mark.safety("UP7")
@pytest.mark.parametrize(
    ("make", "word"),
    [
        (hostile.far_cell, "XFD1048576"),
        (hostile.many_rows, "A110001"),
        (hostile.many_columns, "XFD1"),
        (hostile.bomb, "1024 MB"),
        (hostile.lying_bomb, "损坏"),
        (hostile.many_entries, "条目过多"),
        (hostile.nested, "压缩包"),
        (hostile.entities, "实体"),
        (hostile.outside_entity, "实体"),
        (hostile.entities_in_texts, "实体"),
        (hostile.docx, "Word"),
    ],
)
def test_a_hostile_file_is_refused_quickly_in_one_sentence(
    context: Context, make: Callable[[], bytes], word: str
) -> None:
    refusal, cpu_seconds, peak_kb = _examined_apart(make(), context)

    assert word in refusal
    assert refusal.count("。") == 1
    assert cpu_seconds <= 2
    assert peak_kb <= 300 * 1024


@pytest.mark.safety("UP6")
def test_a_great_dimension_over_little_content_is_read(context: Context) -> None:
    found = examine_in_child(hostile.great_dimension(), "月报.xlsx", context)

    assert found.refusal == ""
    assert [table.header_row for table in found.tables] == [1]


@pytest.mark.safety("UP3")
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空的"),
        (b"\x00\x00\r\n", "空的"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "HTML"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "HTML"),
        (b"<?xml version='1.0'?><W xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "2003"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "MHT"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1}", "RTF"),
        (b"Rar!\x1a\x07\x00", "压缩包"),
        ("这是一段话".encode(), "文本文件"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(range(256)) * 20, "编码"),
        ((FILES / "encrypted.xlsx").read_bytes(), "密码"),
        (ENCRYPTED, "密码"),
        (hostile.with_part("xl/worksheets/sheet1.xml", b"<worksheet"), "损坏"),
        (workbook([]), "没有任何内容"),
        (b"\x00\x00\x00\x24ftypheic\x00", "图片"),
        (b"L\x00\x00\x00\x01\x14\x02\x00\x00", "快捷方式"),
        (b"\x00\x01\x00\x00Standard ACE DB\x00", "Access"),
        (b"\x05admin" + b" " * 50 + b"\x05\x00a\x00" + b" \x00" * 52 + b" ", "临时文件"),
        (hostile.packed("OFD.xml"), "OFD"),
        (hostile.packed("Index/Document.iwa"), "Numbers"),
        (hostile.packed("content.xml"), ".ods"),
        (hostile.packed("xl/workbook.bin"), ".xlsb"),
        (hostile.packed("ppt/presentation.xml"), "演示"),
        (hostile.packed("照片/1.jpg"), "解压"),
    ],
)  # fmt: skip
def test_another_kind_of_file_is_told_by_its_content(data: bytes, word: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data, Limits())

    assert word in str(refused.value)
    assert str(refused.value).count("。") == 1


@pytest.mark.safety("UP3")
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t"])
def test_delimited_text_is_read_whatever_it_is_called(
    context: Context, coding: str, sign: str
) -> None:
    text = f"项目名称{sign}完成进度\r\n供热管网改造{sign}65%\r\n"

    found = examine(text.encode(coding), "月报.xlsx", context)

    assert found.file_kind == "csv"
    assert [draft.project_code for draft in found.drafts] == ["SF2026-01"]
    assert [told.text for told in found.told] == [
        "文件名以 .xlsx 结尾，内容其实是 .csv，已按内容读取。"
    ]


@pytest.mark.safety("UP3")
def test_macros_are_left_out_and_that_is_said(context: Context) -> None:
    rows = [["项目名称", "完成进度"], ["供热管网改造", "65%"]]
    data = hostile.with_part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0", workbook(rows))

    found = examine(data, "月报.xlsm", context)

    assert found.file_kind == "xlsm"
    assert "宏" in found.told[0].text
    assert len(found.drafts) == 1


@pytest.mark.safety("UP7")
@pytest.mark.parametrize("data", [SHEET, workbook(hostile.HEADER)], ids=["xls", "xlsx"])
def test_a_file_cut_off_anywhere_is_read_or_refused(context: Context, data: bytes) -> None:
    for end in range(0, len(data), 1024):
        found = examine(data[:end], "月报", context)

        assert found.refusal or found.tables or found.problems


@pytest.mark.parametrize("place", range(0, len(SHEET) - 4096, 97))
def test_a_damaged_old_workbook_is_read_or_refused(context: Context, place: int) -> None:
    damaged = SHEET[:place] + b"\x7f" + SHEET[place + 1 :]

    found = examine(damaged, "月报.xls", context)

    assert found.refusal or found.tables or found.problems
