"""Whose a row is: the project it names, or the one named above it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dashboard.imports.cells.parsers import text_of
from dashboard.imports.context import Project, Value
from dashboard.imports.layout.lines import is_chapter_number
from dashboard.imports.match import Matched, Matcher
from dashboard.imports.rows import Reader, RowRead, Wrong


class Belonging:
    """Matches the rows of a table one after another, as each may depend on those above."""

    def __init__(self, reader: Reader, matcher: Matcher, letters: Mapping[str, str]) -> None:
        self.reader, self.matcher, self.letters = reader, matcher, letters
        self.identity: dict[str, Value] = {}
        self.parent: Project | None = None
        self.whole: dict[int, str] = {}

    def of(self, read: RowRead) -> Matched | None:
        """Match a row; None where it is a chapter, numbered 一 over rows numbered 1."""
        self._inherit(read)
        matched = self.matcher.match(read.values)
        if matched.rule == "unknown_project":
            matched = self._item(read) or matched
        if matched.rule == "unknown_project" and not matched.near and self._leads(read.row):
            return None
        self.parent = matched.project or self.parent
        if matched.project and matched.item is None:
            self.whole[read.row] = matched.project.code
        return matched

    def share_figures(self, read: RowRead, matched: Matched) -> None:
        """Leave a project's own figure, merged over its work items' rows, with the project."""
        if matched.project and matched.item:
            code = matched.project.code
            read.wrong = [wrong for wrong in read.wrong if self._lent_by(wrong) != code]

    def _lent_by(self, wrong: Wrong) -> str:
        """Give the project whose own row holds the figure merged over this cell."""
        spot = (wrong.row, wrong.index)
        row, column = self.reader.origins.get(spot, spot)
        lent = wrong.error.rule == "merged_figure" and column == wrong.index
        return self.whole.get(row, "") if lent else ""

    def _inherit(self, read: RowRead) -> None:
        """Take the project from the row above where a row only names a work item."""
        values = read.values
        own = {name: values.get(name) for name in ("project_code", "project_name")}
        if not any(own.values()) and (values.get("work_item_name") or values.get("work_item_code")):
            values.update(self.identity)
        else:
            self.identity = {name: value for name, value in own.items() if value is not None}

    def _item(self, read: RowRead) -> Matched | None:
        """Take a row for a work item that the project above has under that name."""
        if self.parent is None or "project_name" not in self.letters:
            return None
        item = self.matcher.item_under(self.parent, read.values.get("project_name"))
        if item is None:
            return None
        cell = f"{self.letters['project_name']}{read.row + 1}"
        read.values.update(project_name=self.parent.name, work_item_name=item.name)
        read.origins.update(project_name=cell, work_item_name=cell)
        return Matched(self.parent, item)

    def _leads(self, row: int) -> bool:
        """Say whether a row is numbered in Chinese and the next one in Arabic figures."""
        grid = self.reader.grid
        if not is_chapter_number(next((v for v in grid.rows[row] if v != ""), "")):
            return False
        rows = (grid.rows[n] for n in range(row + 1, self.reader.found.last))
        below = next(filter(any, rows), [])
        second = next((v for v in below if v != ""), "")
        return bool(re.fullmatch(r"\d{1,3}", text_of(second)))
