"""Examine a sheet in a process of its own, whose death is one sentence here.

The process is `python -m dashboard.imports.child`. It gets one line of JSON and the file's bytes on
standard input and answers on standard output. It sets its own limits before it looks at the file,
so that a file can end only this process.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from dashboard import i18n
from dashboard.i18n import _
from dashboard.imports.context import Context, Limits
from dashboard.imports.examination import Examination
from dashboard.imports.grid import Refused
from dashboard.imports.read import too_many_bytes
from dashboard.imports.sheet import Edits, examine
from dashboard.imports.wire import (
    context_from_json,
    context_to_json,
    examination_from_json,
    examination_to_json,
)

_ROOT = Path(__file__).resolve().parents[2]
_AT_ONCE = BoundedSemaphore(2)
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(_ROOT),
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def examine_in_child(
    data: bytes, name: str, context: Context, edits: Edits | None = None
) -> Examination:
    """Examine a file in a child process, within `context.limits`. Never raises for a file's sake.

    A child that dies, runs out of time or memory, or refuses the file is a `refusal`.
    """
    try:
        too_many_bytes(len(data), context.limits)
        return examination_from_json(_asked("examine", data, name, context, edits).decode())
    except Refused as refused:
        digest = hashlib.sha256(data).hexdigest()
        return Examination(context.kind, "", digest, refusal=str(refused))


def annotate_in_child(
    data: bytes, name: str, context: Context, edits: Edits | None = None
) -> bytes:
    """Mark the wrong cells of a file in a child process. Raises Refused, with one sentence."""
    return _asked("annotate", data, name, context, edits)


def _asked(work: str, data: bytes, name: str, context: Context, edits: Edits | None) -> bytes:
    request = {
        "work": work,
        "name": name,
        "size": len(data),
        "context": context_to_json(context),
        "edits": [(sheet, cell, text) for (sheet, cell), text in (edits or {}).items()],
    }
    with _AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "dashboard.imports.child"],
                input=json.dumps(request, ensure_ascii=False).encode() + b"\n" + data,
                capture_output=True,
                timeout=context.limits.seconds,
                env=_ENVIRONMENT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Refused(
                _("读取这个文件用了太长时间，已经停止；请只保留要报送的工作表后再上传。")
            ) from error
    if done.returncode != 0 or not done.stdout:
        raise Refused(
            _("读取这个文件时出了问题，已经停止，其他人不受影响；请另存为新的 .xlsx 文件后再上传。")
        )
    return done.stdout


def main() -> None:
    """Read a request, do it within its limits, answer."""
    gc.disable()
    source = sys.stdin.buffer
    request = json.loads(source.readline())
    context = context_from_json(request["context"])
    data = source.read(request["size"])
    writes = request["work"] == "annotate"
    limit(context.limits, context.limits.unpacked_bytes if writes else 0)
    i18n.use(context.language)
    edits = {(sheet, cell): text for sheet, cell, text in request["edits"]}
    examination = examine(data, request["name"], context, edits)
    if writes:
        from dashboard.imports.report import annotate

        sys.stdout.buffer.write(annotate(data, request["name"], examination))
    else:
        sys.stdout.buffer.write(examination_to_json(examination).encode())


def limit(limits: Limits, written_bytes: int) -> None:
    """Bound this process's memory, time and files, and let others go first."""
    try:
        import resource
    except ImportError:
        return
    os.nice(5)
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
