"""What a file is, by its content; its name says nothing for certain."""

from __future__ import annotations

import struct

from dashboard.i18n import _
from dashboard.imports.files.grid import Refused

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
)
_LOCK_BYTES = 165
_SHORTCUT = b"L\x00\x00\x00\x01\x14\x02\x00"
_DATABASES = (b"Standard Jet DB", b"Standard ACE DB")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x05\x06")


def sniffed(data: bytes) -> str:
    """Tell `zip`, `ole` or `text`. Raises Refused, naming what else it is."""
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Refused(_("文件是空的，没有任何内容；请检查是否选错了文件，或重新保存后再上传。"))
    if data.startswith(_ZIP):
        return "zip"
    if data.startswith(_OLE):
        return "ole"
    if data.startswith(_IMAGES) or data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        raise Refused(_("这是一张图片，不是表格；请上传 Excel 或 WPS 表格（.xlsx、.xls、.csv）。"))
    if data.startswith(_ARCHIVES):
        raise Refused(_("这是压缩包，不是表格；请先解压，再上传里面的 Excel 表格。"))
    if data.startswith(_SHORTCUT):
        raise Refused(_("这是快捷方式，不是表格本身；请找到它指向的表格再上传。"))
    if data[4:].startswith(_DATABASES):
        raise Refused(_("这是 Access 数据库，不是表格；请导出为 .xlsx 后上传。"))
    if len(data) == _LOCK_BYTES and data[0] < len(data) // 3:
        raise Refused(_("这是打开表格时生成的临时文件（名称以 ~$ 开头）；请上传表格本身。"))
    return _told_by_text(data)


def _told_by_text(data: bytes) -> str:
    head = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith(b"%pdf"):
        raise Refused(_("这是 PDF 文件，不是表格；请上传原来的 Excel 或 WPS 表格。"))
    if head.startswith(b"{\\rtf"):
        raise Refused(_("这是 RTF 文档，不是表格；请把表格复制到 Excel 或 WPS 表格中保存后上传。"))
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise Refused(_("这是“XML 表格 2003”；请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传。"))
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise Refused(
            _("这是网页（HTML），只是名字像表格；请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传。")
        )
    if head.startswith(b"mime-version:"):
        raise Refused(_("这是网页归档（MHT）；请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传。"))
    if head.startswith(b"<svg"):
        raise Refused(_("这是一张图片（SVG），不是表格；请上传 Excel 或 WPS 表格。"))
    if head.startswith((b"<?xml", b"<!doctype")):
        raise Refused(_("这是 XML 文件，不是表格；请上传 Excel 或 WPS 表格（.xlsx、.xls、.csv）。"))
    return "text"


def zip_kind(names: set[str]) -> str:
    """Tell `xlsx` from its parts' names. Raises Refused, naming what else it is."""
    if "xl/workbook.xml" in names or any(n.startswith("xl/worksheets/") for n in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Refused(_("这是二进制工作簿（.xlsb）；请在 Excel 中另存为 .xlsx 后上传。"))
    if any(n.startswith("word/") for n in names):
        raise Refused(
            _("这是 Word 文档（.docx），不是表格；请把表格复制到 Excel 或 WPS 表格中保存后上传。")
        )
    if any(n.startswith("ppt/") for n in names):
        raise Refused(_("这是演示文稿（.pptx），不是表格；请上传 Excel 或 WPS 表格。"))
    if "content.xml" in names:
        raise Refused(_("这是 ODF 文档（.ods 等）；请在 Excel 或 WPS 中另存为 .xlsx 后上传。"))
    if "OFD.xml" in names:
        raise Refused(_("这是 OFD 版式文件，不是表格；请上传原来的 Excel 或 WPS 表格。"))
    if any(n.endswith(".iwa") or n == "Index.zip" for n in names):
        raise Refused(_("这是苹果 Numbers 等软件的文档；请在其中导出为 Excel（.xlsx）后上传。"))
    raise Refused(_("这是压缩包，不是表格；请先解压，再上传里面的 Excel 表格。"))


def ole_kind(names: set[str]) -> str:
    """Tell `xls` from its streams' names. Raises Refused, naming what else it is."""
    if "EncryptedPackage" in names:
        raise Refused(_("文件设置了打开密码，读不出内容；请在 Excel 或 WPS 中取消密码后再上传。"))
    if names & {"Workbook", "Book", "WORKBOOK", "BOOK"}:
        return "xls"
    if "WordDocument" in names:
        raise Refused(
            _(
                "这是 Word 或 WPS 文字文档（.doc、.wps），不是表格；"
                "请把表格复制到 Excel 或 WPS 表格中保存后上传。"
            )
        )
    if "PowerPoint Document" in names:
        raise Refused(_("这是演示文稿（.ppt），不是表格；请上传 Excel 或 WPS 表格。"))
    raise Refused(
        _("这不是表格文件，或者已经损坏；请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传。")
    )


def zip_entries(data: bytes) -> int:
    """Count a zip's entries as its last record declares them, before any list of them is built."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + 22 > len(data):
        raise Refused(_("文件不完整或已损坏；请在 Excel 或 WPS 中重新保存后再上传。"))
    declared, size = struct.unpack_from("<HI", data, at + 10)
    return max(int(declared), int(size) // 46)


_ENDINGS = {
    "xlsx": {"xlsx"},
    "xlsm": {"xlsm", "xlsx"},
    "xls": {"xls", "et"},
    "csv": {"csv", "txt", "tsv"},
}


def misnamed(name: str, kind: str) -> str:
    """Say that a file's name promises another kind than was read; empty where it does not."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not ending or ending in _ENDINGS[kind]:
        return ""
    text = _("文件名以 .{ending} 结尾，内容其实是 .{kind}，已按内容读取。")
    return text.format(ending=ending[:12], kind=kind)
