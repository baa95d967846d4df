"""The notice: an office's own template is filled; what is more than fields is refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from docx import Document
from jinja2 import TemplateSyntaxError

from dashboard.documents.notice import FIELDS, _day, _filled, notice
from dashboard.documents.notice_template import default_template
from dashboard.errors import Invalid

VALUES = {name: f"<{name}&值>" for name in FIELDS}
HOSTILE = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ 责任单位.__class__ }}",
    "{{ 责任单位|attr('__class__') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{% if 责任单位 %}a{% endif %}",
    "{% set a = 1 %}{{ a }}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{{ 责任单位 * 10**9 }}",
    "{{ 'a' * 10**9 }}",
    "{{ range(10**9)|list }}",
    "{{ 内部备注 }}",
    "{{ lipsum() }}",
    "{%p for x in 责任单位 %}",
    "{{ 责任单位 | safe }}",
    "{{ 责任单位[0] }}",
    "{{ 责任单位",
    "{% raw %}",
)


def _template(text: str, *, header: bool = False, title: bool = False) -> bytes:
    document = Document()
    if header:
        document.sections[0].header.paragraphs[0].text = text
    elif title:
        document.core_properties.title = text
    else:
        document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _text(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def test_the_template_an_office_starts_with_names_unit_deadline_and_standard() -> None:
    said = _text(notice(default_template(), VALUES))

    assert "<责任单位&值>：" in said
    for name in ("整改编号", "事项", "问题", "整改标准", "整改期限", "责任人"):
        assert VALUES[name] in said
    assert "{{" not in said


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_template_is_refused_before_it_is_evaluated(text: str) -> None:
    with pytest.raises((Invalid, TemplateSyntaxError)):
        _filled(_template(text), VALUES)


@pytest.mark.parametrize("text", ["{{ 责任单位", HOSTILE[4], HOSTILE[5]])
def test_the_child_answers_with_one_sentence(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        notice(_template(text), VALUES)

    assert str(refused.value).endswith("。")


@pytest.mark.parametrize("place", ["header", "title"])
def test_headers_and_properties_are_looked_through_too(place: str) -> None:
    data = _template("{{ ''.__class__ }}", **{place: True})

    with pytest.raises(Invalid, match="只能使用形如"):
        notice(data, VALUES)


def _packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(default_template())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no zip", "不是可用的 Word 模板"),
        (b"", "不是可用的 Word 模板"),
        (default_template()[:500], "不是可用的 Word 模板"),
        (_packed({"word/vbaProject.bin": b"x"}), "宏"),
        (_packed({"big": b"0" * (33 * 2**20)}), "不是可用的 Word 模板"),
        (b"0" * (5 * 2**20 + 1), "模板超过 5 MB"),
        (
            _packed({"word/_rels/x.xml.rels": b'<Relationship Type="attachedTemplate" '
                     b'Target="http://x/" TargetMode="External"/>'}),
            "外部链接",
        ),
    ],
)  # fmt: skip
def test_what_is_no_plain_word_file_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        notice(data, VALUES)


def test_a_field_outside_the_list_is_named() -> None:
    with pytest.raises(Invalid, match="“内部备注”不是可用的字段"):
        notice(_template("{{ 内部备注 }}"), VALUES)


def test_days_are_written_as_documents_write_them() -> None:
    assert _day(date(2026, 9, 3)) == "2026年9月3日"
