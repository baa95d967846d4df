"""Stored text is escaped for the places where Streamlit reads Markdown."""

from __future__ import annotations

import pytest

from dashboard.ui.plain import plain


@pytest.mark.safety("OU2")
@pytest.mark.parametrize(
    ("stored", "escaped"),
    [
        ("SF2026-01 老旧小区改造（一期）", "SF2026-01 老旧小区改造（一期）"),
        ("![图](https://x.cn/a.png)", "!\\[图\\](https\\:/\u2060/x.cn/a.png)"),
        (":red[急] :material/home:", r"\:red\[急\] \:material/home\:"),
        ("**重** _要_ `码`", r"\*\*重\*\* \_要\_ \`码\`"),
        ("<b>粗</b>", r"\<b\>粗\</b\>"),
        ("www.example.cn", "www\u2060.example.cn"),
        ("WWW.example.cn a@b.cn", "WWW\u2060.example.cn a@\u2060b.cn"),
        ("1. 先报", r"1\. 先报"),
        ("- 列", r"\- 列"),
        ("# 大字", r"\# 大字"),
        ("$x$", r"\$x\$"),
    ],
)
def test_what_people_stored_is_no_markdown(stored: str, escaped: str) -> None:
    assert plain(stored) == escaped
