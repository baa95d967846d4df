"""List the rows of docs/features.md with and without a test: `make features`."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+?) \|", re.MULTILINE)
MARK = re.compile(r"mark\.feature\(([^)]*)\)")


def rows() -> dict[str, str]:
    """Give what each feature does, by id."""
    return dict(ROW.findall((ROOT / "docs" / "features.md").read_text(encoding="utf-8")))


def named() -> dict[str, set[str]]:
    """Give the test files that name each feature."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for names in MARK.findall(path.read_text(encoding="utf-8")):
            for name in re.findall(r"[A-Z]\d+", names):
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


def main() -> None:
    """Print each feature with the tests that show it."""
    tests = named()
    for name, words in rows().items():
        shown = ", ".join(sorted(tests.get(name, ()))) or "—"
        print(f"{name:4} {shown:60} {words[:90]}")  # noqa: T201
    without = [name for name in rows() if name not in tests]
    print(f"\n{len(rows()) - len(without)} of {len(rows())} rows are shown by a test.")  # noqa: T201


if __name__ == "__main__":
    main()
