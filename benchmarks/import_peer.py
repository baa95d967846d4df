"""Import the same sheet here and with django-import-export, in the same run.

`python -m benchmarks.import_peer [--rows 10000] [--kinds sqlite,postgresql] [--times 3]`. The peer
reads the sheet by tablib, does its dry run and its import into an empty table, with its fastest
settings (bulk, no diff, cached instances, one transaction), in two ways. `bare`: the file is read
once, nothing is checked or logged. `admin`: as its pages for the back office do it, for the work
the import does here: the file is read again once the dry run was confirmed, every row looks up its
project, every instance is checked, the log gets its entries. Either way it takes the same fourteen
fields; those its widgets cannot read (3公里, 1,200万元, 是) stay text, and no figure keeps its
source. Here the sheet is kept, checked in the child process and committed with its audit lines.
Each is the fastest of some runs. The floor is that of `import_whole`.

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


def _peer(sheet: Path, url: str, how: str) -> Taken:
    """Give what the peer's reading, dry run and import take altogether."""
    command = [str(PEER / "bin/python"), str(_SCRIPT), str(sheet), url, how]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    clock, processors = told.stdout.splitlines()
    return Taken(sum(map(float, clock.split())), sum(map(float, processors.split())))


def main(rows: int = 10_000, kinds: str = "sqlite,postgresql", times: int = 3) -> None:
    """Print the seconds of both and their ratio, by the clock and of processors."""
    if not (PEER / "bin/python").exists():
        raise SystemExit(str(__doc__).partition("made once by:")[2].strip())
    print("database     rows                bare   admin    here   floor  bare/here  admin/here")
    data = workbook(rows)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sheet = place / "sheet.xlsx"
        sheet.write_bytes(data)
        for kind in kinds.split(","):
            theirs: dict[str, list[Taken]] = {"bare": [], "admin": []}
            ours, floors = [], []
            for number in range(times):
                for how, taken in theirs.items():
                    import_whole.open_database(kind, f"{how}{number}", place, empty=True)
                    url = settings.settings().database_url
                    apart = f"sqlite:{place}/{how}{number}.django" if kind == "sqlite" else url
                    taken.append(_peer(sheet, apart, how))
                import_whole.open_database(kind, f"here{number}", place)
                import_whole.plant(rows)
                floors.append(import_whole.floor(data, rows))
                ours.append(import_whole.whole(data, "月报.xlsx", False))
                db.engine().dispose()
            for name in Taken._fields:
                least = {how: min(getattr(t, name) for t in of) for how, of in theirs.items()}
                floor = min(getattr(t, name) for t in floors)
                here = min(sum(getattr(stage, name) for stage in run) for run in ours)
                told = f"{least['bare']:7.2f} {least['admin']:7.2f} {here:7.2f} {floor:7.2f}"
                ratios = f"{least['bare'] / here:10.1f} {least['admin'] / here:11.1f}"
                print(f"{kind:10} {rows:6d} {name:10} {told} {ratios}", flush=True)


if __name__ == "__main__":
    typer.run(main)
