"""The one stylesheet: calm surfaces, touch targets, light shapes, and our words for Streamlit's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from dashboard.i18n import _


@cache
def _sheet() -> str:
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def apply() -> None:
    """Put the stylesheet on the page, with the uploader's fixed English words replaced."""
    words = {
        "--uploader-drop": _("把表格拖到这里，或点按钮选择"),
        "--uploader-limit": _("不超过 20 MB：.xlsx .xls .xlsm .csv"),
        "--uploader-browse": _("选择文件"),
        "--select-none": _("没有符合的选项"),
        "--date-year": _("年"),
        "--date-month": _("月"),
        "--date-day": _("日"),
        "--skip": _("跳到正文"),
    }
    root = ";".join(f'{name}:"{text}"' for name, text in words.items())
    own = "".join(
        f'[class*="st-key-{key}"]{{--uploader-drop:"{_("拖到这里，或点按钮选择")}";'
        f'--uploader-limit:"{limit}"}}'
        for key, limit in (
            ("photo-file-", _("不超过 20 MB：.jpg .png .heic .webp")),
            ("document-file-", _("不超过 20 MB：.pdf .jpg .png .docx .xlsx")),
            ("scan-file", _("不超过 20 MB：.pdf .jpg .png")),
            ("template-file", _("不超过 5 MB：.docx")),
        )
    )
    st.html(f"<style>:root{{{root}}}{own}{_sheet()}</style>")
