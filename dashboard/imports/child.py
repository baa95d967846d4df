"""Examine a sheet in a process of its own, whose death is one sentence here.

The process is `python -m dashboard.imports.child`. It gets one line of JSON and the file's bytes on
standard input and answers on standard output. It sets its own limits before it looks at the file,
so that a file can end only this process.
"""

from __future__ import annotations

import gc
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from threading import BoundedSemaphore

from dashboard import i18n
from dashboard.child import Ended, end, limit, running
from dashboard.i18n import _
from dashboard.imports.context import Context, Limits, Project, SheetKind
from dashboard.imports.examination import Examination
from dashboard.imports.files.grid import Refused
from dashboard.imports.files.read import read, too_many_bytes
from dashboard.imports.sheet import Edits, examined
from dashboard.imports.sink import Sink
from dashboard.imports.wire import Receiver, Sender, context_from_json, context_to_json

_AT_ONCE = BoundedSemaphore(2)
_REPORTED = 5


def examine_in_child(
    data: bytes,
    name: str,
    context: Context,
    edits: Edits | None = None,
    progress: Callable[[float], object] | None = None,
    projects: Callable[[], tuple[Project, ...]] | None = None,
) -> Examination:
    """Examine a file in a child process, within `context.limits`. Never raises for a file's sake.

    A child that dies, runs out of time or memory, or refuses the file is a `refusal`. `progress`
    hears now and then which part of the rows has been read. `projects`, where given, looks up the
    context's projects, while the child reads the file.
    """
    receiver = Receiver()
    try:
        too_many_bytes(len(data), context.limits)
        with _started("examine", name, data, context, edits, projects) as lines:
            for number, line in enumerate(lines):
                if not line.endswith(b"\n"):
                    break
                receiver.take(line)
                if progress and number % _REPORTED == 0:
                    progress(receiver.share)
    except Refused as refused:
        digest = hashlib.sha256(data).hexdigest()
        return Examination(context.kind, "", digest, refusal=str(refused))
    assert receiver.examination is not None
    return replace(receiver.examination, own=context.own)


def annotate_in_child(
    data: bytes, name: str, context: Context, edits: Edits | None = None
) -> bytes:
    """Mark the wrong cells of a file in a child process. Raises Refused, with one sentence."""
    with _started("annotate", name, data, context, edits) as lines:
        marked = b"".join(lines)
    if not marked:
        raise _died()
    return marked


@contextmanager
def _started(
    work: str,
    name: str,
    data: bytes,
    context: Context,
    edits: Edits | None,
    projects: Callable[[], tuple[Project, ...]] | None = None,
) -> Iterator[Iterable[bytes]]:
    """Run the child and give what it writes, by lines. Raises Refused where it ends badly."""
    request = {
        "work": work,
        "name": name,
        "kind": context.kind,
        "language": context.language,
        "size": len(data),
        "limits": asdict(context.limits),
        "edits": [(sheet, cell, text) for (sheet, cell), text in (edits or {}).items()],
    }

    def against() -> bytes:
        whole = replace(context, projects=projects()) if projects else context
        return context_to_json(whole).encode()

    try:
        with running(
            "dashboard.imports.child",
            _line(request) + data,
            seconds=context.limits.seconds,
            at_once=_AT_ONCE,
            later=against,
        ) as lines:
            yield lines
    except Ended as ended:
        raise _late() if ended.late else _died() from None


def _late() -> Refused:
    return Refused(_("读取这个文件用了太长时间，已经停止；请只保留要报送的工作表后再上传。"))


def _died() -> Refused:
    return Refused(
        _("读取这个文件时出了问题，已经停止，其他人不受影响；请另存为新的 .xlsx 文件后再上传。")
    )


def main() -> None:
    """Read a request, do it within its limits, answer.

    The sheet is read before the context, so that both at their largest are never held together.
    """
    gc.disable()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    request = json.loads(source.readline())
    data = source.read(request["size"])
    limits = Limits(**request["limits"])
    i18n.use(request["language"])
    limit(
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
        written_bytes=limits.unpacked_bytes if request["work"] == "annotate" else 0,
    )
    sender = Sender(limits.problems, send=lambda row: target.write(_line(row)))
    digest = hashlib.sha256(data).hexdigest()
    try:
        book = read(data, limits, request["name"])
    except Refused as refused:
        if request["work"] == "annotate":
            sys.exit(1)
        sender.finish(Examination(SheetKind(request["kind"]), "", digest, refusal=str(refused)))
        return
    context = context_from_json(source.read().decode())
    edits = {(sheet, cell): text for sheet, cell, text in request["edits"]}
    if request["work"] == "annotate":
        from dashboard.imports.report import annotate

        found = examined(book, digest, context, edits, Sink(limits.problems))
        target.write(annotate(data, "", found, edits))
    else:
        sender.finish(examined(book, digest, context, edits, sender))


def _line(row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


if __name__ == "__main__":
    main()
    end()
