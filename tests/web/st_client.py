"""One browser tab without the browser: speaks Streamlit's websocket protocol."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.ready import PATIENCE

FINISHED = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)
VALUE_FIELDS = {"button": "trigger_value", "checkbox": "bool_value"}
"""Which field of a widget's state the browser fills in; text for all others."""


@dataclass
class Widget:
    """A widget as the last run sent it."""

    id: str
    kind: str
    label: str


def untrusting() -> ssl.SSLContext:
    """Take any certificate: the one of the tests is their own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class StClient:
    """A tab. `session_id` resumes another's Streamlit session, `cookies` says who it is."""

    def __init__(
        self,
        url: str,
        *,
        page: str = "",
        cookies: str = "",
        session_id: str = "",
        origin: str | None = None,
        headers: dict[str, str] | None = None,
        host: str = "",
    ) -> None:
        place = urlsplit(url)
        self.url = url
        self.host = host or place.netloc
        self.page = page
        self.origin = f"{place.scheme}://{self.host}" if origin is None else origin
        self.headers = {**(headers or {}), **({"Cookie": cookies} if cookies else {})}
        self.protocols = ["streamlit"]
        if session_id:
            self.protocols += ["PLACEHOLDER_AUTH_TOKEN", session_id]
        self.session_id = ""
        self.page_hash = ""
        self.menu: set[str] = set()
        self.texts: list[str] = []
        self.widgets: dict[str, Widget] = {}
        self.fragments: set[str] = set()
        self.values: dict[str, tuple[str, Any]] = {}
        self.received = b""
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        place = urlsplit(self.url)
        secure = place.scheme == "https"
        self.socket = await connect(
            f"{'wss' if secure else 'ws'}://{self.host}/_stcore/stream",
            ssl=untrusting() if secure else None,
            host=place.hostname,
            port=place.port,
            subprotocols=self.protocols,  # type: ignore[arg-type]
            origin=self.origin or None,  # type: ignore[arg-type]
            additional_headers=self.headers,
            max_size=None,
            compression=None,
            ping_interval=None,
            proxy=None,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        with contextlib.suppress(Exception):
            await self.socket.close()

    def set(self, label: str, value: Any) -> None:
        """Fill in the widget of this label for the next rerun; nothing is checked here."""
        widget = next(w for w in self.widgets.values() if w.label == label)
        self.values[widget.id] = VALUE_FIELDS.get(widget.kind, "string_value"), value

    async def rerun(
        self, *, page_hash: str | None = None, fragment_id: str = "", seconds: float = PATIENCE
    ) -> list[str]:
        """Run the script and give the texts it showed."""
        if not fragment_id:
            self.texts = []
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash = self.page_hash if page_hash is None else page_hash
        state.page_name = self.page
        state.fragment_id = fragment_id
        state.context_info.url = f"{self.url}/{self.page}"
        for key, (field, value) in self.values.items():
            entry = state.widget_states.widgets.add()
            entry.id = key
            setattr(entry, field, value)
        await self.socket.send(message.SerializeToString())
        self.values = {k: v for k, v in self.values.items() if v[0] != "trigger_value"}
        async with asyncio.timeout(seconds):
            while not await self._finished():
                pass
        return self.texts

    async def clear_cache(self) -> None:
        """Ask the server to clear every cache, as any stranger may."""
        message = BackMsg()
        message.clear_cache = True
        await self.socket.send(message.SerializeToString())

    async def _finished(self) -> bool:
        raw = await self.socket.recv()
        assert isinstance(raw, bytes)
        self.received += raw
        message = ForwardMsg()
        message.ParseFromString(raw)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session_id = message.new_session.initialize.session_id or self.session_id
            self.page_hash = message.new_session.page_script_hash
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
            self.menu = {page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "delta":
            self._take(message)
        return kind == "script_finished" and message.script_finished in FINISHED

    def _take(self, message: ForwardMsg) -> None:
        if message.delta.fragment_id:
            self.fragments.add(message.delta.fragment_id)
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        body: Any = getattr(element, kind)
        for name in ("body", "label", "message"):
            text = getattr(body, name, "")
            if isinstance(text, str) and text:
                self.texts.append(text)
        if getattr(body, "id", ""):
            self.widgets[body.id] = Widget(body.id, kind, getattr(body, "label", ""))
