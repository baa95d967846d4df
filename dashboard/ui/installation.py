"""What an administrator should know of the installation itself."""

from __future__ import annotations

import streamlit as st

from dashboard import scan
from dashboard.i18n import _


def show_state() -> None:
    """Say whether what people send is scanned for viruses."""
    if scan.is_plugged_in():
        st.caption(_("上传的文件保存前经病毒扫描程序检查。"))
    else:
        st.caption(_("没有接入病毒扫描程序：上传的文件不做病毒检查。"))
