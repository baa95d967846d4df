"""The ASGI application: the doors of web/ and, mounted at /, the Streamlit app."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import Lifespan
from streamlit import config, file_util

from dashboard import incident
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.installation import freeze_day
from dashboard.settings import settings
from dashboard.web import (
    account,
    api,
    errors,
    files,
    health,
    observe,
    own_remark,
    photo,
    public,
    rectification,
    sheets,
    sign_in,
    tables,
    tokens,
)
from dashboard.web.page import HERE
from dashboard.web.shell import Shell, adapted, policy
from dashboard.web.shield import Shield

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "dashboard" / "app.py"
OPTIONS: dict[str, Any] = {
    "server.maxUploadSize": 20,
    "server.trustedUserHeaders": {"X-Auth-Uid": "uid"},
    "server.fileWatcherType": "none",
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.websocketPingInterval": 30,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.allowedOrigins": [],
    "runner.postScriptGC": False,
    "browser.gatherUsageStats": False,
    # Rich prints tracebacks past every logger, and so past what masks secrets.
    "logger.enableRich": False,
}
"""What Streamlit must be set to before we serve, whatever `.streamlit/config.toml` says."""
MESSAGE_BYTES = 32 * 2**20
COLLECT_SECONDS = 10


def _written(table: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{section}.{name}": value
        for section, options in table.items()
        for name, value in options.items()
    }


def check_options() -> None:
    """Read back every option of `.streamlit/config.toml`, and those safety rests on.

    Raises:
        DashboardError: Streamlit did not take one of them.
    """
    path = ROOT / ".streamlit" / "config.toml"
    wanted = _written(tomllib.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
    wanted |= OPTIONS | {"server.maxUploadSize": settings().max_upload_mb}
    for name, value in wanted.items():
        found = config.get_option(name)
        if found != value:
            sentence = _("Streamlit 的选项 {name} 应为 {value}，实为 {found}，不能启动。")
            raise DashboardError(sentence.format(name=name, value=value, found=found))


def page_html() -> str:
    """Give the page that Streamlit's script draws into, in the language spoken now."""
    path = Path(file_util.get_static_dir()) / "index.html"
    return adapted(path.read_text(encoding="utf-8"))


def show_incident(error: Exception) -> bool:
    """Show a script's unexpected error as one sentence and a number."""
    st.error(incident.report(error))
    return True


async def _collect() -> None:
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()


def build(script: Path = SCRIPT) -> FastAPI:
    """Give the whole application, ready to be served.

    Raises:
        DashboardError: an option or the database is not as it must be.
    """
    incident.mask_logs()
    streamlit_app = st.App(script, on_script_error=show_incident)
    run_streamlit = streamlit_app.lifespan()
    check_options()
    freeze_day()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with run_streamlit(app):
            gc.collect()
            gc.freeze()
            collecting = asyncio.create_task(_collect())
            yield
            collecting.cancel()
            with suppress(asyncio.CancelledError):
                await collecting

    app = doors(lifespan)
    app.mount("/", Shell(streamlit_app, page_html))
    return app


def doors(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Give the doors of plain HTTP behind the shield, without Streamlit."""
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Shield, page_csp=policy(page_html()))
    errors.install(app)
    own = (tokens, files, sheets, tables, photo, rectification, observe, own_remark)
    for door in (sign_in, account, *own, public, api, health):
        app.include_router(door.router)
    app.mount("/assets", StaticFiles(directory=HERE / "assets"))
    return app


def _require_address() -> None:
    """Refuse to start where somebody else listens, before anything is loaded."""
    host, port = settings().host, settings().port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise DashboardError(
            _(
                "无法在 {host} 的 {port} 端口上启动：端口已被占用、无权使用，或地址不属于本机。"
                "请停止占用它的程序，或换一个端口（make run 用 PORT=…，其他用 DASHBOARD_PORT）。"
            ).format(host=host, port=port)
        ) from error


def serve(script: Path = SCRIPT, *, told: str = "") -> None:
    """Say so, and serve until stopped.

    Raises:
        DashboardError: the address is taken, or the options are not those to serve under.
    """
    _require_address()
    if told:
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
    proxy = settings().trusted_proxy
    uvicorn.run(
        build(script),
        host=settings().host,
        port=settings().port,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        server_header=False,
        access_log=False,
        log_level="warning",
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=30,
        ws_ping_timeout=30,
        timeout_graceful_shutdown=3,
    )
