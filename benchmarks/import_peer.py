"""Import the same sheet here and with django-import-export, in the same run.

`python -m benchmarks.import_peer [--rows 10000] [--kinds sqlite,postgresql] [--times 3]`. The peer
reads the sheet once, by tablib, does its dry run and its import into an empty table, with its
fastest settings (bulk, no diff, cached lookups, one transaction). It takes the same fourteen
fields; those its widgets cannot read (3公里, 1,200万元, 是) stay text, unchecked. It keeps no log
and no source of a figure. Here the sheet is kept, checked in the child process and committed with
its audit lines. Each is the fastest of some runs. The floor is that of `import_whole`: nobody is
faster than that, so peer/floor is the most that peer/here can come to.

The peer is no dependency of this project. It lives in an environment of its own, made once by:
`python -m venv var/benchmarks/peer && var/benchmarks/peer/bin/pip install
"django-import-export[xlsx]" "psycopg[binary]"`
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import typer

from benchmarks import import_whole
from benchmarks.import_speed import workbook
from benchmarks.import_whole import Taken
from dashboard import db, settings

PEER = Path("var/benchmarks/peer")
_SCRIPT = Path(__file__).with_name("peer_django.py")


def _peer(sheet: Path, url: str) -> Taken:
    """Give what the peer's reading, dry run and import take altogether."""
    command = [str(PEER / "bin/python"), str(_SCRIPT), str(sheet), url]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    clock, processors = told.stdout.splitlines()
    return Taken(sum(map(float, clock.split())), sum(map(float, processors.split())))


def main(rows: int = 10_000, kinds: str = "sqlite,postgresql", times: int = 3) -> None:
    """Print the seconds of both and their ratio, by the clock and of processors."""
    if not (PEER / "bin/python").exists():
        raise SystemExit(str(__doc__).partition("made once by:")[2].strip())
    print("database     rows               peer    here   floor  peer/here  peer/floor")
    data = workbook(rows)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sheet = place / "sheet.xlsx"
        sheet.write_bytes(data)
        for kind in kinds.split(","):
            theirs, ours, floors = [], [], []
            for number in range(times):
                import_whole.open_database(kind, f"peer{number}", place)
                url = settings.settings().database_url
                apart = f"sqlite:{place}/peer{number}.django" if kind == "sqlite" else url
                theirs.append(_peer(sheet, apart))
                import_whole.plant(rows)
                floors.append(import_whole.floor(data, rows))
                ours.append(import_whole.whole(data, "月报.xlsx", False))
                db.engine().dispose()
            for name in Taken._fields:
                peer, least = (min(getattr(t, name) for t in of) for of in (theirs, floors))
                here = min(sum(getattr(stage, name) for stage in run) for run in ours)
                told = f"{peer:7.2f} {here:7.2f} {least:7.2f} {peer / here:10.1f}"
                print(f"{kind:10} {rows:6d} {name:10} {told} {peer / least:11.1f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
