#!/usr/bin/env python3
"""Load generator for a Streamlit app, at the level of its own protocol.

It speaks what the browser speaks: one websocket a session on
<base>/_stcore/stream, binary protobuf both ways (BackMsg out, ForwardMsg in),
with the proto classes of the *installed* streamlit package, so run it with the
interpreter the app runs with. It needs nothing else: streamlit brings
`websockets` and `protobuf`.

One session: (optionally) the page's first GETs, websocket handshake, a first
`rerun_script`, then R more reruns with a think time between them and, where
asked, a changed widget value in each. A rerun's latency is the time from
sending its BackMsg to receiving `script_finished` for it.

    python st_load.py http://127.0.0.1:8501 --sessions 50 --reruns 10 \
        --think 0 --pid 12345 --widget pick --json out.json

Read the output with care:
 * `gen_cpu` is the generator's own use of a core. Near 100 % the generator is
   the bottleneck: use --procs 2, or another machine's figure, not this one.
 * A browser also downloads about 5 MB of script in 138 requests and draws the page. None of
   that is here; this is what the *server* can do.
 * `other_cpu` is what everything else on this machine used meanwhile. On a
   shared machine a figure with more than a few % there is not comparable.
 * Only loopback is accepted unless --allow-remote is given.

As a library (used by probes): `StClient(url, ...)`, an async context manager
with `.rerun()`, `.widgets`, `.texts`, `.messages`, `.session_id`.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import ipaddress
import json
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

OK = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)

# element type -> the WidgetState field the browser fills in for it
VALUE_FIELD = {
    "button": "trigger_value",
    "download_button": "trigger_value",
    "checkbox": "bool_value",
    "color_picker": "string_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "selectbox": "string_value",
    "radio": "string_value",
    "multiselect": "string_array_value",
    "button_group": "string_array_value",
    "number_input": "double_value",
    "slider": "double_array_value",
    "date_input": "string_array_value",
    "time_input": "string_value",
    "chat_input": "chat_input_value",
    "dataframe": "string_value",
    "file_uploader": "file_uploader_state_value",
    "feedback": "int_value",
}


class AppError(Exception):
    """The script ended with an exception shown in the page, or did not compile."""


@dataclass
class Widget:
    id: str
    kind: str
    label: str
    options: list[str] = field(default_factory=list)
    lo: float = 0.0
    hi: float = 0.0

    @property
    def key(self) -> str:
        """The user key streamlit appends to the id: $$ID-<hash>-<key>."""
        parts = self.id.split("-", 2)
        return parts[2] if len(parts) == 3 else ""


def pick_value(w: Widget, rnd: random.Random) -> Any:
    """Some value of the kind the widget takes, different from call to call."""
    if w.kind in ("selectbox", "radio") and w.options:
        return rnd.choice(w.options)
    if w.kind in ("multiselect", "button_group") and w.options:
        return rnd.sample(w.options, k=min(len(w.options), 1 + rnd.randrange(2)))
    if w.kind == "slider":
        return [float(rnd.randint(int(w.lo), max(int(w.lo), int(w.hi))))]
    if w.kind == "number_input":
        return float(rnd.randint(int(w.lo), max(int(w.lo) + 1, int(min(w.hi, w.lo + 1000)))))
    if w.kind == "checkbox":
        return bool(rnd.randrange(2))
    if w.kind in ("button", "download_button"):
        return True
    return f"v{rnd.randrange(10_000)}"


class StClient:
    """One browser tab, without the browser."""

    def __init__(
        self,
        url: str,
        *,
        page: str = "",
        query: str = "",
        timeout: float = 30.0,
        headers: dict[str, str] | None = None,
        cookies: str = "",
        xsrf: str = "",
        session_id: str = "",
        origin: str | None = None,
        cache: bool = True,
        keep: bool = False,
    ) -> None:
        self.base = url.rstrip("/")
        u = urllib.parse.urlsplit(self.base)
        scheme = "wss" if u.scheme == "https" else "ws"
        self.ws_url = f"{scheme}://{u.netloc}{u.path}/_stcore/stream"
        self.origin = origin if origin is not None else f"{u.scheme}://{u.netloc}"
        self.page, self.query, self.timeout = page.strip("/"), query, timeout
        self.headers = dict(headers or {})
        if cookies:
            self.headers["Cookie"] = cookies
        self.xsrf, self.resume_id = xsrf, session_id
        self.cache, self.keep = cache, keep
        self.session_id = ""
        self.page_hash = ""
        self.widgets: dict[str, Widget] = {}
        self.values: dict[str, tuple[str, Any]] = {}  # widget id -> (field, value)
        self.texts: list[str] = []  # visible text of the last run
        self.exceptions: list[str] = []  # exceptions shown by the last run
        self.messages: list[ForwardMsg] = []
        self.hashes: set[str] = set()
        self.bytes_in = self.msgs_in = 0
        self.ws: Any = None
        self._ids: dict[tuple[int, ...], tuple[str, str]] = {}

    async def __aenter__(self) -> StClient:
        subs = ["streamlit"]
        if self.xsrf or self.resume_id:
            subs.append(self.xsrf or "PLACEHOLDER_AUTH_TOKEN")
        if self.resume_id:
            subs.append(self.resume_id)
        self.ws = await connect(
            self.ws_url,
            subprotocols=subs,  # type: ignore[arg-type]
            origin=self.origin or None,  # type: ignore[arg-type]
            additional_headers=self.headers,
            max_size=None,
            compression=None,
            open_timeout=self.timeout,
            close_timeout=2,
            ping_interval=None,
            proxy=None,
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self.ws is not None:
            with contextlib.suppress(Exception):
                await self.ws.close()

    # -- sending ---------------------------------------------------------
    def set(self, name: str, value: Any, field_name: str | None = None) -> None:
        """Set a widget found by key, label or id. Nothing is checked here:
        a browser's limits are not the server's, and probes rely on that."""
        w = self.find(name)
        fld = field_name or VALUE_FIELD.get(w.kind, "string_value")
        self.values[w.id] = (fld, value)

    def find(self, name: str) -> Widget:
        for w in self.widgets.values():
            if name in (w.key, w.label, w.id):
                return w
        raise KeyError(
            f"no widget {name!r}; "
            f"have {[(w.kind, w.key or w.label) for w in self.widgets.values()]}"
        )

    def back_msg(
        self,
        *,
        fragment_id: str = "",
        page_hash: str | None = None,
        page: str | None = None,
        query: str | None = None,
    ) -> BackMsg:
        m = BackMsg()
        cs = m.rerun_script
        cs.query_string = self.query if query is None else query
        cs.page_script_hash = self.page_hash if page_hash is None else page_hash
        cs.page_name = self.page if page is None else page
        cs.fragment_id = fragment_id
        cs.context_info.timezone = "Asia/Shanghai"
        cs.context_info.timezone_offset = -480
        cs.context_info.locale = "zh-CN"
        cs.context_info.url = f"{self.base}/{cs.page_name}"
        if self.cache:
            cs.cached_message_hashes.extend(self.hashes)
        for wid, (fld, val) in self.values.items():
            ws = cs.widget_states.widgets.add()
            ws.id = wid
            _put(ws, fld, val)
        return m

    async def send(self, m: BackMsg) -> None:
        await self.ws.send(m.SerializeToString())

    async def rerun(self, **kw: Any) -> float:
        """Send a rerun, wait for its script_finished, return the seconds taken."""
        frag = bool(kw.get("fragment_id"))
        if not frag:
            self.texts, self.exceptions, self.messages = [], [], []
        t0 = time.perf_counter()
        await self.send(self.back_msg(**kw))
        # a trigger fires once
        for wid in [w for w, (f, _) in self.values.items() if f.endswith("trigger_value")]:
            del self.values[wid]
        async with asyncio.timeout(self.timeout):
            while True:
                m = await self.recv()
                if m.WhichOneof("type") == "script_finished":
                    if m.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        continue
                    dt = time.perf_counter() - t0
                    if m.script_finished not in OK:
                        raise AppError("compile error")
                    if self.exceptions:
                        raise AppError(self.exceptions[0])
                    return dt

    # -- receiving -------------------------------------------------------
    async def recv(self) -> ForwardMsg:
        raw = await self.ws.recv()
        self.bytes_in += len(raw)
        self.msgs_in += 1
        m = ForwardMsg()
        m.ParseFromString(raw)
        if m.metadata.cacheable and m.hash:
            self.hashes.add(m.hash)
        if self.keep:
            self.messages.append(m)
        kind = m.WhichOneof("type")
        if kind == "new_session":
            self.session_id = m.new_session.initialize.session_id or self.session_id
            self.page_hash = m.new_session.page_script_hash or self.page_hash
        elif kind == "navigation":
            self.page_hash = m.navigation.page_script_hash or self.page_hash
        elif kind == "delta":
            self._delta(m)
        return m

    def _delta(self, m: ForwardMsg) -> None:
        d = m.delta
        if d.WhichOneof("type") != "new_element":
            return
        el = d.new_element
        kind = el.WhichOneof("type")
        if kind is None:
            return
        body = getattr(el, kind)
        if kind == "exception":
            self.exceptions.append(f"{body.type}: {body.message}"[:300])
        for attr in ("body", "label"):
            txt = getattr(body, attr, "")
            if isinstance(txt, str) and txt:
                self.texts.append(txt)
        wid = getattr(body, "id", "")
        if wid and kind in VALUE_FIELD:
            w = Widget(wid, kind, getattr(body, "label", ""))
            opts = getattr(body, "options", None)
            if opts is not None:
                w.options = [o if isinstance(o, str) else getattr(o, "content", "") for o in opts]
            lo, hi = getattr(body, "min", 0), getattr(body, "max", 0)
            if isinstance(lo, (int, float)) and isinstance(hi, (int, float)):
                w.lo, w.hi = float(lo), float(hi)
            self.widgets[wid] = w


def _put(ws: WidgetState, fld: str, val: Any) -> None:
    if fld.endswith("_array_value"):
        getattr(ws, fld).data.extend(val)
    elif fld == "file_uploader_state_value":
        for file_id, url, name, size in val:
            f = ws.file_uploader_state_value.uploaded_file_info.add()
            f.file_id, f.name, f.size = file_id, name, size
            f.file_urls.file_id, f.file_urls.upload_url, f.file_urls.delete_url = file_id, url, url
    elif fld == "chat_input_value":
        ws.chat_input_value.data = val
    else:
        setattr(ws, fld, val)


# -- the server's figures, from /proc --------------------------------------
def tree(pid: int) -> list[int]:
    kids: dict[int, list[int]] = collections.defaultdict(list)
    for p in os.listdir("/proc"):
        if p.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{p}/stat", "rb") as f:
                    kids[int(f.read().rsplit(b")", 1)[1].split()[1])].append(int(p))
    out: list[int] = []
    todo = [pid]
    while todo:
        parent = todo.pop()
        out.append(parent)
        todo += kids.get(parent, [])
    return out


def server_stat(pid: int | None) -> dict[str, float]:
    """RSS (MB), threads, open files and CPU seconds of the process and its children."""
    if not pid:
        return {}
    rss = thr = cpu = fds = 0.0
    tick = os.sysconf("SC_CLK_TCK")
    for p in tree(pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{p}/status") as f:
                for line in f:
                    if line.startswith("VmRSS:"):
                        rss += int(line.split()[1]) / 1024
                    elif line.startswith("Threads:"):
                        thr += int(line.split()[1])
            with open(f"/proc/{p}/stat", "rb") as f:
                s = f.read().rsplit(b")", 1)[1].split()
            cpu += (int(s[11]) + int(s[12])) / tick
            fds += len(os.listdir(f"/proc/{p}/fd"))
    return {"rss_mb": round(rss, 1), "threads": thr, "fds": fds, "cpu_s": round(cpu, 2)}


def machine_busy() -> float:
    """CPU seconds all cores have spent on anything but idling, since boot."""
    try:
        with open("/proc/stat") as f:
            v = [int(x) for x in f.readline().split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    return (sum(v) - v[3] - v[4]) / os.sysconf("SC_CLK_TCK")


def pct(xs: list[float], q: float) -> float:
    """Nearest-rank percentile, in milliseconds."""
    if not xs:
        return float("nan")
    s = sorted(xs)
    return 1000 * s[min(len(s) - 1, max(0, -(-int(q * len(s)) // 100) - 1))]


def summary(xs: list[float]) -> dict[str, float]:
    if not xs:
        return {"n": 0}
    return {
        "n": len(xs),
        "mean_ms": round(1000 * statistics.fmean(xs), 1),
        "p50_ms": round(pct(xs, 50), 1),
        "p95_ms": round(pct(xs, 95), 1),
        "p99_ms": round(pct(xs, 99), 1),
        "max_ms": round(1000 * max(xs), 1),
    }


# -- one run -----------------------------------------------------------------
class Result:
    def __init__(self) -> None:
        self.connect: list[float] = []
        self.first: list[float] = []
        self.rerun: list[float] = []
        self.errors: collections.Counter[str] = collections.Counter()
        self.opened = self.done = self.failed = 0
        self.bytes_in = self.msgs_in = 0
        self.t_rerun0 = self.t_rerun1 = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            k: (dict(v) if isinstance(v, collections.Counter) else v) for k, v in vars(self).items()
        }

    def merge(self, d: dict[str, Any]) -> None:
        for k in ("connect", "first", "rerun"):
            getattr(self, k).extend(d[k])
        self.errors.update(d["errors"])
        for k in ("opened", "done", "failed", "bytes_in", "msgs_in"):
            setattr(self, k, getattr(self, k) + d[k])
        if d["t_rerun0"]:
            self.t_rerun0 = min(self.t_rerun0 or d["t_rerun0"], d["t_rerun0"])
            self.t_rerun1 = max(self.t_rerun1, d["t_rerun1"])


def _get(url: str, timeout: float, headers: dict[str, str]) -> tuple[bytes, str]:
    req = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(req, timeout=timeout) as r:
        return r.read(), "; ".join(c.split(";")[0] for c in r.headers.get_all("Set-Cookie") or [])


async def one_session(
    i: int, a: argparse.Namespace, res: Result, gate: asyncio.Barrier | None, end: asyncio.Event
) -> None:
    rnd = random.Random(a.seed * 100_003 + i)
    headers = dict(h.split("=", 1) for h in a.header)
    await asyncio.sleep(a.ramp * i / max(1, a.sessions))
    stage, passed, ok = "http", False, False
    try:
        t0 = time.perf_counter()
        cookies = a.cookie
        if a.http:
            for path in ("/" + a.page.strip("/"), "/_stcore/health", "/_stcore/host-config"):
                _, ck = await asyncio.to_thread(_get, a.url.rstrip("/") + path, a.timeout, headers)
                cookies = "; ".join(x for x in (cookies, ck) if x)
        xsrf = next(
            (c.split("=", 1)[1] for c in cookies.split("; ") if c.startswith("_streamlit_xsrf=")),
            "",
        )
        stage = "connect"
        async with StClient(
            a.url,
            page=a.page,
            query=a.query,
            timeout=a.timeout,
            headers=headers,
            cookies=cookies,
            xsrf=xsrf,
            cache=not a.no_cache,
        ) as c:
            res.connect.append(time.perf_counter() - t0)
            stage = "first"
            try:
                res.first.append(await c.rerun())
                res.opened += 1
                # every session is open before the timed reruns start
                if gate is not None:
                    passed = True
                    await gate.wait()
                stage = "rerun"
                for _ in range(a.reruns):
                    if a.think:
                        await asyncio.sleep(rnd.expovariate(1 / a.think))
                    for name in a.widget:
                        key, _, vals = name.partition("=")
                        try:
                            w = c.find(key)
                        except KeyError:
                            res.errors[f"widget not found: {key}"] += 1
                            continue
                        c.set(key, rnd.choice(vals.split("|")) if vals else pick_value(w, rnd))
                    res.t_rerun0 = res.t_rerun0 or time.time()
                    res.rerun.append(await c.rerun())
                    res.t_rerun1 = time.time()
                res.done += 1
            finally:
                res.bytes_in += c.bytes_in
                res.msgs_in += c.msgs_in
            ok = True
            if a.hold:
                stage = "hold"
                await end.wait()
    except TimeoutError:
        res.errors[f"{stage}: timeout after {a.timeout:g} s"] += 1
    except AppError as e:
        res.errors[f"{stage}: app error: {e}"[:160]] += 1
    except InvalidStatus as e:
        res.errors[f"{stage}: handshake HTTP {e.response.status_code}"] += 1
    except ConnectionClosed as e:
        res.errors[f"{stage}: closed {e.rcvd.code if e.rcvd else 1006}"] += 1
    except (OSError, urllib.error.URLError) as e:
        res.errors[f"{stage}: {type(e).__name__} {getattr(e, 'errno', '')}"] += 1
    finally:
        res.failed += not ok
        if gate is not None and not passed:  # a session that failed must not hold the others
            with contextlib.suppress(Exception):
                await gate.wait()


async def warm(a: argparse.Namespace) -> dict[str, Any]:
    """Imports, caches and the first compile are the app's, not a session's."""
    out: dict[str, Any] = {"cold": server_stat(a.pid)}
    t0 = time.perf_counter()
    async with StClient(
        a.url,
        page=a.page,
        query=a.query,
        timeout=max(60, a.timeout),
        cookies=a.cookie,
        headers=dict(h.split("=", 1) for h in a.header),
    ) as c:
        for i in range(a.warm):
            with contextlib.suppress(AppError):
                await c.rerun()
            if i == 0:
                out["cold_first_run_ms"] = round(1000 * (time.perf_counter() - t0), 1)
    await asyncio.sleep(0.3)
    return out


async def run(a: argparse.Namespace) -> tuple[Result, dict[str, Any]]:
    res = Result()
    stats: dict[str, Any] = {}
    stats["before"] = server_stat(a.pid)
    gate = asyncio.Barrier(a.sessions + 1) if not a.no_gate else None
    end = asyncio.Event()
    tasks = [asyncio.create_task(one_session(i, a, res, gate, end)) for i in range(a.sessions)]
    t0 = time.time()
    try:
        async with asyncio.timeout(a.max_seconds):
            if gate is not None:
                while gate.n_waiting < a.sessions:
                    await asyncio.sleep(0.05)
                stats["all_open"] = server_stat(a.pid)
                stats["open_s"] = round(time.time() - t0, 2)
                await gate.wait()
            if a.hold:
                while res.done + res.failed < a.sessions:
                    await asyncio.sleep(0.05)
                stats["after_reruns"] = server_stat(a.pid)
                await asyncio.sleep(a.hold)
                stats["after_hold"] = server_stat(a.pid)
                end.set()
            await asyncio.gather(*tasks)
    except TimeoutError:
        res.errors[f"stopped at --max-seconds {a.max_seconds:g}"] += 1
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    stats.setdefault("after_reruns", server_stat(a.pid))
    return res, stats


def loopback(url: str) -> bool:
    host = urllib.parse.urlsplit(url).hostname or ""
    try:
        return all(
            ipaddress.ip_address(i[4][0]).is_loopback for i in socket.getaddrinfo(host, None)
        )
    except OSError:
        return False


def main() -> int:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("url", help="http://127.0.0.1:8501 or with a base path")
    p.add_argument("--page", default="", help="URL path of the page, as in st.Page(url_path=...)")
    p.add_argument("--query", default="", help="query string, without '?'")
    p.add_argument("--sessions", type=int, default=10)
    p.add_argument(
        "--reruns", type=int, default=10, help="timed reruns a session, after the first run"
    )
    p.add_argument(
        "--think", type=float, default=0.0, help="mean think time in s, exponential (0: none)"
    )
    p.add_argument("--ramp", type=float, default=0.0, help="seconds over which sessions are opened")
    p.add_argument(
        "--widget",
        action="append",
        default=[],
        metavar="KEY[=a|b|c]",
        help="change this widget (key or label) before each rerun; repeatable",
    )
    p.add_argument(
        "--http",
        action="store_true",
        help="also make the page's first GETs and carry the XSRF cookie",
    )
    p.add_argument("--header", action="append", default=[], metavar="Name=value")
    p.add_argument("--cookie", default="", help="Cookie header to send")
    p.add_argument(
        "--no-cache", action="store_true", help="do not tell the server which messages are cached"
    )
    p.add_argument(
        "--no-gate",
        action="store_true",
        help="do not wait for all sessions before the timed reruns",
    )
    p.add_argument(
        "--hold", type=float, default=0.0, help="keep sessions open this long after their reruns"
    )
    p.add_argument(
        "--after",
        type=float,
        default=0.0,
        help="seconds after closing at which RSS is read once more",
    )
    p.add_argument(
        "--warm",
        type=int,
        default=2,
        help="runs of one session made and closed before measuring (0: none)",
    )
    p.add_argument(
        "--timeout", type=float, default=30.0, help="for each connect and each rerun, in s"
    )
    p.add_argument("--max-seconds", type=float, default=300.0, help="hard limit of the whole run")
    p.add_argument(
        "--pid", type=int, default=None, help="server process: RSS, threads, CPU, with its children"
    )
    p.add_argument(
        "--procs",
        type=int,
        default=1,
        help="generator processes; sessions are shared out, each process gates only its own",
    )
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--json", default="", help="write the whole result here")
    p.add_argument("--allow-remote", action="store_true")
    p.add_argument("--part", default="", help=argparse.SUPPRESS)
    a = p.parse_args()
    if not a.allow_remote and not loopback(a.url):
        p.error("not a loopback address; give --allow-remote if it is yours to load")
    if a.sessions < 1 or a.sessions > 5000:
        p.error("--sessions: 1 to 5000")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (max(soft, min(hard, a.sessions * 2 + 256)), hard)
        )

    warmed: dict[str, Any] = {}
    if a.warm and not a.part:
        try:
            warmed = asyncio.run(warm(a))
        except (OSError, TimeoutError, InvalidStatus, ConnectionClosed) as e:
            print(f"cannot open a first session: {type(e).__name__}: {e}", file=sys.stderr)
            return 2
    wall0, cpu0, busy0 = time.time(), sum(os.times()[:4]), machine_busy()
    srv0 = server_stat(a.pid).get("cpu_s", 0.0)
    if a.procs > 1 and not a.part:
        res, stats = run_parts(a)
    else:
        res, stats = asyncio.run(run(a))
    wall = time.time() - wall0
    gen_cpu = (sum(os.times()[:4]) - cpu0) / wall
    if a.part:
        with open(a.part, "w") as f:
            json.dump({"res": res.as_dict(), "stats": stats}, f)
        return 0
    stats = {**warmed, **stats, "closed": server_stat(a.pid)}
    other = (machine_busy() - busy0 - (sum(os.times()[:4]) - cpu0)) / wall
    other -= (stats["closed"].get("cpu_s", 0.0) - srv0) / wall
    if a.after:
        time.sleep(a.after)
        stats[f"closed_{a.after:g}s"] = server_stat(a.pid)

    span = res.t_rerun1 - res.t_rerun0
    out: dict[str, Any] = {
        "sessions": a.sessions,
        "opened": res.opened,
        "finished": res.done,
        "reruns": len(res.rerun),
        "reruns_per_s": round(len(res.rerun) / span, 1) if span > 0 else None,
        "connect": summary(res.connect),
        "first_run": summary(res.first),
        "rerun": summary(res.rerun),
        "errors": dict(res.errors),
        "error_count": sum(res.errors.values()),
        "kb_per_run": round(res.bytes_in / 1024 / max(1, len(res.first) + len(res.rerun)), 1),
        "msgs_per_run": round(res.msgs_in / max(1, len(res.first) + len(res.rerun)), 1),
        "wall_s": round(wall, 2),
        "gen_cpu": f"{100 * gen_cpu:.0f}%",
        "other_cpu": f"{100 * max(0.0, other):.0f}%" if a.pid else None,
        "cores": os.cpu_count(),
        "server": stats,
    }
    b, o = stats.get("before", {}), stats.get("all_open", {})
    if b and o:
        out["rss_mb_per_session"] = round((o["rss_mb"] - b["rss_mb"]) / max(1, res.opened), 2)
        last = stats.get("after_hold") or stats.get("after_reruns") or o
        out["rss_mb_per_session_after_reruns"] = round(
            (last["rss_mb"] - b["rss_mb"]) / max(1, res.opened), 2
        )
        out["threads_per_session"] = round((o["threads"] - b["threads"]) / max(1, res.opened), 2)
        done = stats["after_reruns"]
        if len(res.rerun):
            out["server_cpu_ms_per_rerun"] = round(
                1000 * (done["cpu_s"] - o["cpu_s"]) / len(res.rerun), 1
            )
    report(out)
    if a.json:
        with open(a.json, "w") as f:
            json.dump(out, f, ensure_ascii=False, indent=1)
    return 1 if out["error_count"] else 0


def run_parts(a: argparse.Namespace) -> tuple[Result, dict[str, Any]]:
    """Share the sessions out over processes; the parent reads the server's figures."""
    n = [a.sessions // a.procs + (1 if i < a.sessions % a.procs else 0) for i in range(a.procs)]
    base, skip = [], False
    for arg in sys.argv[1:]:
        if skip:
            skip = False
        elif arg in ("--procs", "--sessions", "--json", "--pid", "--seed", "--after"):
            skip = True
        elif arg.split("=", 1)[0] not in (
            "--procs",
            "--sessions",
            "--json",
            "--pid",
            "--seed",
            "--after",
        ):
            base.append(arg)
    res, stats = Result(), {"before": server_stat(a.pid)}
    with tempfile.TemporaryDirectory() as d:
        ps = [
            subprocess.Popen(
                [
                    sys.executable,
                    os.path.abspath(__file__),
                    *base,
                    "--sessions",
                    str(k),
                    "--procs",
                    "1",
                    "--seed",
                    str(a.seed + 31 * i),
                    "--part",
                    f"{d}/{i}.json",
                ]
            )
            for i, k in enumerate(n)
            if k
        ]
        peak: dict[str, float] = {}
        while any(q.poll() is None for q in ps):
            s = server_stat(a.pid)
            peak = {k: max(peak.get(k, 0), v) for k, v in s.items()}
            time.sleep(0.25)
        for i, q in enumerate(ps):
            try:
                with open(f"{d}/{i}.json") as f:
                    res.merge(json.load(f)["res"])
            except OSError:
                res.errors[f"generator {i} gave no result (rc {q.returncode})"] += 1
    stats["after_reruns"] = server_stat(a.pid)
    stats["peak"] = peak
    if peak:
        stats["all_open"] = {**peak, "cpu_s": stats["before"]["cpu_s"]}
    return res, stats


def report(o: dict[str, Any]) -> None:
    print(
        f"sessions {o['sessions']}  opened {o['opened']}  finished {o['finished']}  "
        f"errors {o['error_count']}  wall {o['wall_s']} s  generator CPU {o['gen_cpu']}  "
        f"other CPU {o['other_cpu']} of {o['cores']} cores"
    )
    print(
        f"reruns {o['reruns']}  {o['reruns_per_s']} /s   "
        f"{o['kb_per_run']} KB and {o['msgs_per_run']} messages a run"
    )
    for k in ("connect", "first_run", "rerun"):
        s = o[k]
        if s.get("n"):
            print(
                f"  {k:9s} n {s['n']:6d}  mean {s['mean_ms']:8.1f}  p50 {s['p50_ms']:8.1f}  "
                f"p95 {s['p95_ms']:8.1f}  p99 {s['p99_ms']:8.1f}  max {s['max_ms']:8.1f} ms"
            )
    for k, v in sorted(o["errors"].items(), key=lambda x: -x[1])[:10]:
        print(f"  error {v:5d} x {k}")
    for k, v in o["server"].items():
        if isinstance(v, dict) and v:
            print(f"  server {k:13s} " + "  ".join(f"{n} {x}" for n, x in v.items()))
    for k in (
        "rss_mb_per_session",
        "rss_mb_per_session_after_reruns",
        "threads_per_session",
        "server_cpu_ms_per_rerun",
    ):
        if k in o:
            print(f"  {k} {o[k]}")


if __name__ == "__main__":
    sys.exit(main())
