"""通知书模板: the office fetches the Word template in use, edits it and puts its own in place."""

from __future__ import annotations

import streamlit as st

from dashboard.commands.template import replace_template
from dashboard.documents.notice import FIELDS
from dashboard.i18n import _, joined
from dashboard.permissions import Actor
from dashboard.ui import parts
from dashboard.ui.plain import plain
from dashboard.ui.run import run
from models.template import TemplateKind


def show_template(actor: Actor) -> None:
    """Offer the template in use and take another one."""
    st.write(_("下载现用模板，用 Word 或 WPS 修改文字和版式，再上传即可启用；以前的模板留存备查。"))
    fields = joined(f"{{{{ {name} }}}}" for name in FIELDS)
    st.write(plain(_("可用的字段：{fields}").format(fields=fields)))
    parts.show_link("/documents/template/rectification", _("下载现用模板"))
    with st.form("template-form", clear_on_submit=True):
        given = st.file_uploader(_("新的模板（.docx）"), key="template-file")
        if st.form_submit_button(_("启用这个模板"), type="primary") and given is not None:
            run(
                replace_template, actor, kind=TemplateKind.RECTIFICATION_NOTICE, name=given.name,
                data=given.getvalue(), done=_("已启用，之后的通知书按新模板生成。"),
            )  # fmt: skip
