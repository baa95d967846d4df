"""The page that Streamlit's script draws into, in our language and under our name.

Streamlit's own says `lang="en"` (wrong glyphs and an offer to translate), its own title, and an
English note about an interface that is closed here. Its scripts and styles stay as they are.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.i18n import SOURCE, _, language
from dashboard.web.shield import LASTING, PARTS, within

START = "window.__streamlit = { BACKEND_BASE_URL: location.origin }"
"""Where the server is: else the client first asks under the page's own path, and waits after."""
STAY = '<script src="/assets/stay.js" defer></script>'


def adapted(html: str) -> str:
    """Give Streamlit's page with the reader's language, and our title, icon and note."""
    title, note = _("民生实事督查看板"), _("请启用浏览器的 JavaScript 后刷新。")
    spoken = "zh-CN" if language() == SOURCE else language()
    changes = (
        (r'<html lang="en">', f'<html lang="{spoken}">'),
        (r"<title>.*?</title>", f"<title>{title}</title>"),
        (r'<link rel="shortcut icon"[^>]*>', '<link rel="icon" href="/assets/mark.svg" />'),
        (r"<noscript>.*?</noscript>", f"<noscript><p>{note}</p></noscript>"),
        (r'<link rel="service-desc"[^>]*>', ""),
        (r"<!--.*?-->", ""),
        (r"window\.prerenderReady = false", f"\\g<0>;{START}"),
        (r"</head>", f"{STAY}</head>"),
    )
    for pattern, instead in changes:
        html = re.sub(pattern, instead, html, flags=re.DOTALL)
    return html


def policy(html: str) -> str:
    """Give the strict policy under which the page works, with the hash of its inline script."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    )
    return (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


class Shell:
    """Streamlit's application, with our page where it would answer with its own."""

    def __init__(self, app: ASGIApp, html: Callable[[], str]) -> None:
        self.app = app
        self.html = html

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and _is_page(scope):
            await HTMLResponse(self.html())(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_page(scope: Scope) -> bool:
    path = scope["path"]
    if within(path, (*PARTS, *LASTING, "/manifest.json")) or "//" in path or ".." in path:
        return False
    # One segment only: the client tries `/board/_stcore/health` and must be told it is not there.
    return path == "/" or ("/" not in path[1:] and "." not in path)
