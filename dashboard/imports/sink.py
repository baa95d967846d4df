"""Where an examination's findings are collected."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.i18n import _
from dashboard.imports.context import Project
from dashboard.imports.examination import Draft, Level, Problem, Table, Told
from dashboard.imports.family import Family


@dataclass(slots=True)
class Sink:
    """Tables, drafts, problems and told things, in the order they are met."""

    limit: int
    tables: list[Table] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    dropped: int = 0
    kept: int = 0
    lists: list[Problem] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)

    def family(self, project: Project) -> Family:
        """Give what the rows said so far of a project that has work items."""
        return self.families.setdefault(project.code, Family(project))

    def expect(self, rows: int) -> None:
        """Hear how many lines of a table are to be read."""

    def keep(self, draft: Draft) -> None:
        """Keep a draft."""
        self.drafts.append(draft)

    def add(self, problem: Problem) -> None:
        """Keep a problem, up to the limit; the rest are only counted."""
        if len(self.problems) < self.limit:
            self.problems.append(problem)
        else:
            self.dropped += 1

    def lack(self, is_list: bool, problem: Problem) -> None:
        """Keep what a table lacks; a mere list, whose columns are known, need not be read."""
        if is_list:
            self.lists.append(problem)
        else:
            self.add(problem)

    def tell(self, sheet: str, place: str, text: str, *, hidden: bool = False) -> None:
        """Keep what was left out and why."""
        if len(self.told) < self.limit:
            self.told.append(Told(sheet, place, text, hidden))

    def close(self) -> None:
        """Hold projects against their work items; say how many problems were only counted."""
        for problem in self.lists:
            if self.kept:
                self.tell(problem.sheet, "", _("没有填报进度的列，未导入"))
            else:
                self.add(problem)
        for family in self.families.values():
            for problem in family.problems():
                self.add(problem)
        if self.dropped:
            text = _("问题太多，另有 {count} 个没有列出；请先改正列出的").format(count=self.dropped)
            self.problems.append(Problem(Level.NOTICE, "too_many", text))
