"""Files made to harm or to confuse their reader."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.imports.conftest import workbook

HEADER = [["项目名称", "完成进度"], ["供热管网改造", "65%"]]
_HEAD = (
    '<?xml version="1.0"?>{prolog}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    '2006/main">{dimension}<sheetData>{rows}</sheetData></worksheet>'
)


def _cell(name: str, text: str = "x") -> str:
    return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>'


def with_part(name: str, content: bytes, honest: bytes | None = None) -> bytes:
    """Take an honest workbook and put another content into one of its parts."""
    source, target = io.BytesIO(honest or workbook(HEADER)), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)
    return target.getvalue()


def with_rows(rows: str, prolog: str = "", dimension: str = "") -> bytes:
    """Make a workbook whose sheet holds the given XML rows."""
    xml = _HEAD.format(prolog=prolog, rows=rows, dimension=dimension)
    return with_part("xl/worksheets/sheet1.xml", xml.encode())


def far_cell() -> bytes:
    """A1 and XFD1048576: a grid between them would take 512 GB."""
    return with_rows(f'<row r="1">{_cell("A1")}</row><row r="1048576">{_cell("XFD1048576")}</row>')


def many_rows() -> bytes:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 200_001))
    return with_rows(rows)


def many_columns() -> bytes:
    return with_rows('<row r="1">' + "<c><v>1</v></c>" * 16_384 + "</row>")


def great_dimension() -> bytes:
    rows = f'<row r="1">{_cell("A1", "项目名称")}{_cell("B1", "完成进度")}</row>'
    return with_rows(rows, dimension='<dimension ref="A1:XFD1048576"/>')


def entities() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(7))
    prolog = f"<!DOCTYPE worksheet [{levels}]>"
    return with_rows(f'<row r="1">{_cell("A1", "&e6;")}</row>', prolog=prolog)


def outside_entity() -> bytes:
    prolog = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return with_rows(f'<row r="1">{_cell("A1", "&x;")}</row>', prolog=prolog)


def entities_in_texts() -> bytes:
    xml = '<!DOCTYPE sst [<!ENTITY a "b">]><sst><si><t>&a;</t></si></sst>'
    return with_part("xl/sharedStrings.xml", xml.encode("utf-16"))


def _stored_bomb(name: str, size: int, declared: int | None = None) -> bytes:
    """Make a workbook with one part of `size` spaces; `declared` is what the archive says."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block, body, crc = b" " * 2**20, [], 0
    for _n in range(size // len(block)):
        body.append(packer.compress(block))
        crc = zlib.crc32(block, crc)
    body.append(packer.flush())
    packed = b"".join(body)
    honest = with_part(name, b"@")
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part, content in parts.items():
            new.writestr(part, content)
    data = target.getvalue()
    return _swapped(data, name, packed, crc, size if declared is None else declared)


def _swapped(data: bytes, name: str, packed: bytes, crc: int, size: int) -> bytes:
    """Write the archive anew by hand, with one entry's bytes and sizes as given."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    out, directory = bytearray(), bytearray()
    for part, content in parts:
        body, check, plain, method = content, zlib.crc32(content), len(content), 0
        if part == name:
            body, check, plain, method = packed, crc, size, 8
        fields = (20, 0x800, method, 0, 0, check, len(body), plain, len(part.encode()), 0)
        offset = len(out)
        out += struct.pack("<I5H3I2H", 0x04034B50, *fields) + part.encode() + body
        directory += struct.pack("<I6H3I5H2I", 0x02014B50, 20, *fields, 0, 0, 0, 0, offset)
        directory += part.encode()
    end = struct.pack(
        "<I4H2IH", 0x06054B50, 0, 0, len(parts), len(parts), len(directory), len(out), 0
    )
    return bytes(out + directory + end)


def bomb() -> bytes:
    return _stored_bomb("xl/worksheets/sheet1.xml", 2**30)


def lying_bomb() -> bytes:
    return _stored_bomb("xl/worksheets/sheet1.xml", 2**29, declared=4_000)


def many_entries() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"")
    return target.getvalue()


def nested() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("月报.xlsx", workbook(HEADER))
    return target.getvalue()


def many_merges() -> bytes:
    merges = '<mergeCell ref="A1:XFD1048576"/>' * 50_000
    xml = _HEAD.format(prolog="", dimension="", rows=f'<row r="1">{_cell("A1")}</row>')
    return with_part(
        "xl/worksheets/sheet1.xml",
        xml.replace("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>").encode(),
    )


def packed(name: str) -> bytes:
    """Make an archive of one entry, by which other programs' files are known."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, b"<x/>")
    return target.getvalue()


def docx() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return target.getvalue()
