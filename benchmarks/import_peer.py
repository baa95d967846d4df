"""Import the same sheet here and with django-import-export, in the same run.

`python -m benchmarks.import_peer [--rows 10000] [--kinds sqlite,postgresql]`. The peer reads the
sheet once, does its dry run and its import into an empty table, with its fastest settings (bulk,
no diff, cached lookups, one transaction); its money and dates stay plain text, unchecked. Here the
sheet is kept, checked in the child process and committed with its audit lines.

The peer is no dependency of this project. It lives in an environment of its own, made once by:
`python -m venv var/benchmarks/peer && var/benchmarks/peer/bin/pip install
"django-import-export[xlsx]" "psycopg[binary]"`
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
from pathlib import Path

import typer

from benchmarks import import_whole
from benchmarks.import_speed import workbook
from dashboard import db, settings

PEER = Path("var/benchmarks/peer")
_SCRIPT = Path(__file__).with_name("peer_django.py")


def _peer(sheet: Path, url: str) -> float:
    """Give the seconds the peer takes altogether."""
    command = [str(PEER / "bin/python"), str(_SCRIPT), str(sheet), url]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return sum(map(float, told.stdout.split()))


def main(rows: int = 10_000, kinds: str = "sqlite,postgresql", times: int = 3) -> None:
    """Print the seconds of both and their ratio, medians of some runs."""
    if not (PEER / "bin/python").exists():
        raise SystemExit(str(__doc__).partition("made once by:")[2].strip())
    print("database     rows  peer s  here s  peer/here")
    data = workbook(rows)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sheet = place / "sheet.xlsx"
        sheet.write_bytes(data)
        for kind in kinds.split(","):
            theirs, ours = [], []
            for number in range(times):
                import_whole.open_database(kind, f"peer{number}", place)
                url = settings.settings().database_url
                apart = f"sqlite:{place}/peer{number}.django" if kind == "sqlite" else url
                theirs.append(_peer(sheet, apart))
                import_whole.plant(rows)
                ours.append(sum(t.clock for t in import_whole.whole(data, "月报.xlsx", False)))
                db.engine().dispose()
            peer, here = statistics.median(theirs), statistics.median(ours)
            print(f"{kind:10} {rows:6d} {peer:7.2f} {here:7.2f} {peer / here:10.1f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
