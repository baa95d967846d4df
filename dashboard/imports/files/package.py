"""The parts of an .xlsx file, bounded before anything is unpacked."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field

from dashboard.i18n import _
from dashboard.imports.cells.formats import of_styles
from dashboard.imports.context import Limits
from dashboard.imports.files.grid import Refused
from dashboard.imports.files.looks import odd_texts, struck_styles
from dashboard.imports.files.markup import broken, walk
from dashboard.imports.files.sniff import zip_entries, zip_kind

_RATIO = 150
_SMALL = 8 * 2**20


def too_large(what: str) -> Refused:
    """Make the sentence for a file that unpacks to too much."""
    return Refused(
        _("文件展开后过大（{what}）；请只保留要报送的工作表，另存为新文件后再上传。").format(
            what=what
        )
    )


@dataclass(slots=True)
class SheetPart:
    """A worksheet as the workbook lists it."""

    name: str
    state: str
    path: str


@dataclass(slots=True)
class Package:
    """An .xlsx file taken apart: the parts that are read, all of them unpacked and counted."""

    parts: dict[str, bytes]
    sheets: list[SheetPart] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    struck: frozenset[str] = frozenset()
    odd_texts: dict[str, str] = field(default_factory=dict)
    macros: bool = False


def opened(data: bytes, limits: Limits) -> Package:
    """Unpack the parts of a workbook that are read. Raises Refused."""
    if zip_entries(data) > limits.entries:
        raise too_large(_("文件内部条目过多"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {_clean(info.filename): info for info in archive.infolist()}
        zip_kind(set(names))
        package = Package(_unpacked(archive, names, limits))
    package.macros = any(name.endswith("vbaproject.bin") for name in map(str.lower, names))
    package.sheets = _sheets(package.parts)
    styles = package.parts.get("xl/styles.xml", b"")
    package.styles = _styles(styles)
    package.struck = struck_styles(styles)
    package.odd_texts = odd_texts(package.parts.get("xl/sharedStrings.xml", b""))
    return package


def _clean(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lstrip("/"))


def _wanted(name: str) -> bool:
    return (name.startswith("xl/worksheets/") and name.endswith(".xml")) or name in _FIXED


_ROOT = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_FIXED = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
}


def _unpacked(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], limits: Limits
) -> dict[str, bytes]:
    wanted = {name: info for name, info in names.items() if _wanted(name)}
    total = sum(info.file_size for info in wanted.values())
    packed = sum(info.compress_size for info in wanted.values())
    if total > limits.unpacked_bytes or (total > _SMALL and total > _RATIO * max(packed, 1)):
        raise too_large(_("{size} MB").format(size=total // 2**20))
    return {name: _part(archive, info) for name, info in wanted.items()}


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Unpack one part, and no more of it than the archive declares."""
    with archive.open(info) as stream:
        part = stream.read(info.file_size + 1)
    if len(part) != info.file_size:
        raise broken()
    return part


def _sheets(parts: dict[str, bytes]) -> list[SheetPart]:
    targets: dict[str, str] = {}

    def on_relation(name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Relationship"):
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = _clean(path)

    found: list[SheetPart] = []

    def on_sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            state = attributes.get("state", "visible")
            found.append(SheetPart(attributes.get("name", ""), state, targets.get(link, "")))

    walk(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), on_relation)
    walk(parts.get("xl/workbook.xml", b""), on_sheet)
    return [sheet for sheet in found if sheet.path in parts]


def sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Give the path of every worksheet's part by the sheet's name."""
    return {sheet.name: sheet.path for sheet in _sheets(parts)}


def _styles(xml: bytes) -> list[str]:
    customs: dict[int, str] = {}
    formats: list[int] = []
    inside = False

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        tag = name.rpartition(":")[2]
        if tag == "numFmt":
            customs[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            formats.append(int(attributes.get("numFmtId", 0)))

    if xml:
        walk(xml, on_start)
    return of_styles(customs, formats)


def repacked(package: Package) -> bytes:
    """Put the parts that were checked into a fresh archive, so that no other reader sees more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, part in {"_rels/.rels": _ROOT, **package.parts}.items():
            archive.writestr(name, part)
    return buffer.getvalue()
