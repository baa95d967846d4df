"""XML parts of a workbook, streamed; what declares entities or is damaged is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from dashboard.i18n import _
from dashboard.imports.files.grid import Refused


def broken() -> Refused:
    """Make the sentence for a file that is damaged."""
    return Refused(_("文件不完整或已损坏；请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。"))


def walk(xml: bytes, on_start: Callable[[str, dict[str, str]], None]) -> None:
    """Stream over a part's XML. Raises Refused where it declares entities or is damaged."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = on_start
    run(parser, xml)


def run(parser: expat.XMLParserType, xml: bytes) -> None:
    """Parse with a parser whose handlers are set. Raises Refused as `walk` does."""
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise broken() from error


def _refuse_doctype(*_args: Any) -> None:
    raise Refused(_("文件里含有实体定义，这不是表格软件保存的内容；请另存为 .xlsx 后再上传。"))
