"""The account page, and the lists and forms of people and their grants."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.i18n import _, aside, joined
from dashboard.permissions import Actor


def show_account(actor: Actor) -> None:
    """Show the actor's own account, with links to password, sessions and sign-out."""
    st.title(_("账户"))
    roles = joined(_(role.label) for role in sorted(actor.roles))
    st.html(
        f"<p><b>{escape(actor.display_name)}</b>{aside(escape(actor.name))}　{escape(roles)}</p>"
    )
    if not actor.grants:
        st.info(_("您还没有任何授权，请联系安全管理员。"))
    st.html(
        f'<p><a class="ms-button" href="/me" target="_self">{_("密码、登录会话和语言")}</a>　'
        f'<a class="ms-button" href="/sign-out" target="_self">{_("退出登录")}</a></p>'
    )
