"""A virus scanner that can be plugged in: a command that reads the file, or a clamd that listens.

Without one nothing is scanned, and the page of units says so. A scanner that does not answer lets
nothing in.
"""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
from urllib.parse import urlsplit

from dashboard.errors import Unavailable
from dashboard.i18n import _
from dashboard.settings import settings

_SECONDS = 60
_PORT = 3310
_FOUND = 1


def is_plugged_in() -> bool:
    """Say whether this installation scans what people send."""
    return bool(settings().scanner)


def found_in(content: bytes) -> str:
    """Name what the scanner found, or give nothing.

    Raises:
        Unavailable: there is a scanner and it did not answer.
    """
    scanner = settings().scanner
    if not scanner:
        return ""
    try:
        if scanner.startswith("clamd://"):
            return _by_clamd(scanner, content)
        return _by_command(scanner, content)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Unavailable(_("病毒扫描程序没有应答，文件没有保存；请稍后再试。")) from error


def _by_command(command: str, content: bytes) -> str:
    """Give the file to a command: it ends with 0 for nothing found and with 1 for a find."""
    done = subprocess.run(
        shlex.split(command), input=content, capture_output=True, timeout=_SECONDS, check=False
    )
    if done.returncode not in (0, _FOUND):
        raise ValueError(done.returncode)
    told = done.stdout.decode(errors="replace").strip().splitlines()
    return (told[0] if told else command)[:120] if done.returncode == _FOUND else ""


def _by_clamd(address: str, content: bytes) -> str:
    """Stream the file to clamd, as its protocol asks (INSTREAM)."""
    parts = urlsplit(address)
    kind = socket.AF_INET if parts.hostname else socket.AF_UNIX
    with socket.socket(kind, socket.SOCK_STREAM) as stream:
        stream.settimeout(_SECONDS)
        stream.connect((parts.hostname, parts.port or _PORT) if parts.hostname else parts.path)
        size = struct.pack(">I", len(content))
        stream.sendall(b"zINSTREAM\0" + size + content + struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (part := stream.recv(4096)):
            answer += part
    text = answer.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if text == "OK":
        return ""
    if not text.endswith(" FOUND"):
        raise ValueError(text)
    return text.removesuffix(" FOUND")[:120]
