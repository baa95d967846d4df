"""整改通知书: an office's own Word template, filled in a process of its own, in Jinja's sandbox.

A template may hold fields in double braces and nothing else: no loops, conditions, filters, calls
or attributes. What else stands in it is refused in one sentence before anything is evaluated.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import date
from threading import BoundedSemaphore
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from dashboard import i18n
from dashboard.child import Ended, limit, running
from dashboard.errors import Invalid
from dashboard.i18n import _, joined
from models.rectification import RectificationSource
from models.remark import Severity

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIELDS = (
    "整改编号", "项目编号", "项目名称", "责任单位", "责任人", "联系电话", "事项", "问题",
    "问题来源", "严重程度", "整改要求", "整改标准", "整改期限", "下发日期", "发现日期", "检查单位",
    "检查人", "下发人", "下发单位", "打印日期",
)  # fmt: skip
"""What a template may name. Internal notes are no field, so they can never leave this way."""
_AT_ONCE = BoundedSemaphore(2)
_BYTES, _UNPACKED, _ENTRIES = 5 * 2**20, 32 * 2**20, 400
_MEMORY, _CPU, _SECONDS = 768 * 2**20, 20, 30
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


def notice_values(row: Mapping[str, Any], today: date) -> dict[str, str]:
    """Give the fields of a notice from a record of the query `rectification_by_id`."""
    found = {
        "整改编号": row["number"],
        "项目编号": row["code"],
        "项目名称": row["project"],
        "责任单位": row["agency"],
        "责任人": row["responsible"],
        "联系电话": row["phone"],
        "事项": row["thing"],
        "问题": row["finding"],
        "问题来源": RectificationSource.of(row["source"]).label,
        "严重程度": Severity.of(row["severity"]).label,
        "整改要求": row["requirement"],
        "整改标准": row["standard"],
        "整改期限": _day(row["due_on"]),
        "下发日期": _day(row["issued_on"]),
        "发现日期": _day(row["found_on"]),
        "检查单位": row["inspected_by"],
        "检查人": row["inspector"],
        "下发人": row["issuer"],
        "下发单位": row["issuing_agency"],
        "打印日期": _day(today),
    }
    return {name: str(value or "").replace("\n", "　") for name, value in found.items()}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def notice(template: bytes, values: Mapping[str, str]) -> bytes:
    """Fill a template in a child process.

    Raises:
        Invalid: the file is no template that may be filled; the sentence says why.
    """
    _require_docx(template)
    head = {"language": i18n.language(), "size": len(template), "values": dict(values)}
    given = json.dumps(head).encode() + b"\n" + template
    try:
        with running(
            "dashboard.documents.notice", given, seconds=_SECONDS, at_once=_AT_ONCE
        ) as lines:
            answer = lines.read()
    except Ended:
        raise Invalid(_("模板无法处理，请用 Word 另存为新的 .docx 文件后再上传。")) from None
    mark, _line, made = answer.partition(b"\n")
    if mark != b"made":
        raise Invalid(made.decode())
    return made


def _require_docx(data: bytes) -> None:
    """Refuse what is no plain .docx of a fair size, before any part of it is read."""
    if len(data) > _BYTES:
        raise Invalid(_("模板超过 {limit} MB，请压缩其中的图片。").format(limit=_BYTES // 2**20))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            relations = [each.filename for each in entries if each.filename.endswith(".rels")]
            large = len(entries) > _ENTRIES or sum(each.file_size for each in entries) > _UNPACKED
            if large or "word/document.xml" not in package.namelist():
                raise zipfile.BadZipFile
            outside = any(_outside(package.read(name)) for name in relations)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        raise Invalid(_("这不是可用的 Word 模板，请上传 .docx 文件。")) from None
    if outside or any("vbaProject" in each.filename for each in entries):
        raise Invalid(_("模板不能含有宏或外部链接的内容，请删除后再上传。"))


def _outside(relations: bytes) -> bool:
    """Say whether a part is fetched from elsewhere; a plain hyperlink is not fetched."""
    return any(
        b'TargetMode="External"' in each and b"/hyperlink" not in each
        for each in relations.split(b"<Relationship ")
    )


class _Fields(SandboxedEnvironment):
    """Evaluate fields alone: every template is looked through before it is compiled."""

    def compile(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(source, str):
            _require_fields(self.parse(source))
        return super().compile(source, *args, **kwargs)


def _require_fields(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name) and node.name not in FIELDS:
            raise Invalid(
                _("模板中的“{name}”不是可用的字段，可用的有：{fields}。").format(
                    name=node.name[:40], fields=joined(FIELDS)
                )
            )
        if not isinstance(node, _ALLOWED):
            raise Invalid(
                _("模板只能使用形如“{form}”的字段，不能含有循环、条件、函数等其他写法。").format(
                    form="{{ 责任单位 }}"
                )
            )


def _filled(template: bytes, values: Mapping[str, str]) -> bytes:
    from docxtpl import DocxTemplate

    document = DocxTemplate(io.BytesIO(template))
    document.render(dict(values), jinja_env=_Fields(autoescape=True), autoescape=True)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def main() -> None:
    """Read a request, fill the template within limits, answer."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    head = json.loads(source.readline())
    template = source.read(head["size"])
    i18n.use(head["language"])
    limit(memory_bytes=_MEMORY, cpu_seconds=_CPU)
    try:
        made = b"made\n" + _filled(template, head["values"])
    except Invalid as refused:
        made = f"refused\n{refused}".encode()
    except TemplateSyntaxError:
        text = _("模板中的双花括号不成对或写法有误，请检查字段。")
        made = f"refused\n{text}".encode()
    target.write(made)


if __name__ == "__main__":
    main()
