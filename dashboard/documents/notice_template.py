"""The template of a 整改通知书 that an office starts with, laid out as its other papers are.

Paper, margins, type and sizes follow GB/T 9704-2012 (党政机关公文格式): A4, 37/35/28/26 mm, title
22 pt, body 16 pt 仿宋 with lines 28 pt apart. The names of the types are Windows' own; where one is
missing, Word and WPS take another of the same kind.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document as Paper
    from docx.table import _Cell as Cell
    from docx.text.paragraph import Paragraph

BODY, TITLE, TABLE = ("仿宋", 16.0), ("宋体", 22.0), ("仿宋", 14.0)
_FACTS = ("事项", "问题", "严重程度", "整改要求", "整改标准", "责任人", "整改期限")
_ADDRESS = "{{ 责任单位 }}："
_TASK = (
    "在民生实事督查中发现，你单位承担的“{{ 项目名称 }}”（{{ 项目编号 }}）存在下列问题。"
    "请于{{ 整改期限 }}前完成整改，按整改标准申请销号，并附整改前后照片或佐证材料。"
)
_DISPUTE = "如认为不属于本单位职责，请签收后及时提出；未重新交办前，办理期限照常计算。"


@cache
def default_template() -> bytes:
    """Make the template an office starts with: title, address, table of facts, signature."""
    from docx import Document

    paper = Document()
    _lay_out(paper)
    _write(paper.add_paragraph(), "整改通知书", TITLE, align="CENTER", bold=True, after=10)
    _write(paper.add_paragraph(), "编号：{{ 整改编号 }}", TABLE, align="RIGHT")
    _write(paper.add_paragraph(), _ADDRESS, BODY)
    _write(paper.add_paragraph(), _TASK, BODY, indented=True, after=8)
    _add_facts(paper)
    _write(paper.add_paragraph(), _DISPUTE, BODY, indented=True, before=8)
    _write(paper.add_paragraph(), "{{ 下发单位 }}", BODY, align="RIGHT", before=28)
    _write(paper.add_paragraph(), "{{ 下发日期 }}", BODY, align="RIGHT")
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _lay_out(paper: Paper) -> None:
    from docx.shared import Mm

    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    paper.core_properties.author = ""
    paper.core_properties.title = "整改通知书"


def _add_facts(paper: Paper) -> None:
    from docx.shared import Mm

    widths = Mm(34), Mm(122)
    table = paper.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for name in _FACTS:
        cells = table.add_row().cells
        for cell, text, width in zip(cells, (name, f"{{{{ {name} }}}}"), widths, strict=True):
            cell.width = width
            _fill(cell, text)


def _fill(cell: Cell, text: str) -> None:
    _write(cell.paragraphs[0], text, TABLE, before=3, after=3, line=20)


def _write(
    paragraph: Paragraph,
    text: str,
    letters: tuple[str, float],
    *,
    align: str = "LEFT",
    bold: bool = False,
    indented: bool = False,
    before: float = 0,
    after: float = 0,
    line: float = 28,
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    name, size = letters
    run = paragraph.add_run(text)
    run.bold, run.font.size, run.font.name = bold, Pt(size), "Times New Roman"
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
    shape = paragraph.paragraph_format
    shape.alignment = getattr(WD_ALIGN_PARAGRAPH, align)
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.line_spacing = Pt(max(line, size * 1.3))
    shape.first_line_indent = Pt(2 * size) if indented else None
