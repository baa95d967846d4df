"""A virus scanner plugged in: a find is refused and recorded; a silent one lets nothing in."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from sqlmodel import select

from dashboard import db, files, scan
from dashboard.errors import NotAllowed, Unavailable
from dashboard.settings import settings
from models.audit import AuditEntry
from models.file import StoredFile
from tests.web.conftest import TestClient
from tests.web.test_files import keep

Plant = Callable[..., int]
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every scanner takes for a virus."""
FAKE = """
import sys
found = b"EICAR" in sys.stdin.buffer.read()
print("Eicar-Test-Signature" if found else "clean")
sys.exit(found)
"""


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Plug a scanner in."""

    def plug(value: str) -> None:
        monkeypatch.setenv("DASHBOARD_SCANNER", value)
        settings.cache_clear()

    yield plug
    settings.cache_clear()


@pytest.fixture
def fake(tmp_path: Path) -> str:
    """A command that finds EICAR."""
    path = tmp_path / "fake.py"
    path.write_text(FAKE, encoding="utf-8")
    return f"{sys.executable} {path}"


@pytest.mark.safety("UP11")
def test_what_the_scanner_finds_is_refused_and_recorded(
    client: TestClient, plant: Plant, scanner: Callable[[str], None], fake: str
) -> None:
    account_id = plant("zhang")
    scanner(fake)

    with pytest.raises(NotAllowed, match="Eicar-Test-Signature"):
        keep(account_id, data=EICAR)
    kept = keep(account_id)

    with db.reading() as session:
        refused = session.exec(select(AuditEntry).where(AuditEntry.event == "file:store")).first()
        assert [row.id for row in session.exec(select(StoredFile))] == [kept]
    assert refused is not None
    assert not refused.success
    assert "Eicar-Test-Signature" in refused.comment
    assert list(files.digests()) == [sha256(b"PK..").hexdigest()]


@pytest.mark.safety("UP11")
@pytest.mark.parametrize("command", ["/no/such/scanner", f"{sys.executable} -c 'exit(2)'"])
def test_a_scanner_that_fails_lets_nothing_in(
    client: TestClient, plant: Plant, scanner: Callable[[str], None], command: str
) -> None:
    account_id = plant("zhang")
    scanner(command)

    with pytest.raises(Unavailable):
        keep(account_id)

    with db.reading() as session:
        assert session.exec(select(StoredFile)).first() is None


def clamd(listener: socket.socket) -> None:
    """Answer as clamd does, for two files."""
    for _turn in range(2):
        stream, _address = listener.accept()
        with stream:
            got = b""
            while not got.endswith(struct.pack(">I", 0)):
                got += stream.recv(65_536)
            found = b"EICAR" in got
            stream.sendall(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")


@pytest.mark.safety("UP11")
def test_a_clamd_that_listens_is_asked(scanner: Callable[[str], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=clamd, args=(listener,), daemon=True).start()
        scanner(f"clamd://127.0.0.1:{listener.getsockname()[1]}")

        assert scan.found_in(EICAR) == "Eicar-Signature"
        assert scan.found_in(b"PK..") == ""


@pytest.mark.safety("UP11")
def test_without_a_scanner_nothing_is_found(scanner: Callable[[str], None]) -> None:
    scanner("")

    assert not scan.is_plugged_in()
    assert scan.found_in(EICAR) == ""
