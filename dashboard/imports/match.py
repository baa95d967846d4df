"""Which project and which work item a row is about: by code, else by its exact name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from dashboard.i18n import _, joined
from dashboard.imports.cells.numerals import folded
from dashboard.imports.columns.headings import squeezed
from dashboard.imports.context import Context, Project, SheetKind, Value, WorkItem

NEAR, DIFFERS = "near_project", "name_differs"
DOUBTS = frozenset({NEAR, DIFFERS})
"""Rules that ask for a reason and let the row pass."""
_SERIAL = re.compile(r"\d{1,3}(?:[.-]\d{1,2})*|\(?[一二三四五六七八九十]{1,3}\)?|\(\d{1,3}\)")
_ORDINAL = re.compile(
    r"^(?:其中:?)?(?:[①-⑳⑴-⒇㈠-㈩❶-❿]|\d{1,2}(?:\.\d{1,2})+[、.)]?|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.)]"
    r"|\([一二三四五六七八九十\d]{1,3}\)[、.)]?|第[一二三四五六七八九十\d]{1,3}[项个件][、:]?)"
    r"|^其中:?"
)
_AFTER_CODE = "_- "
_LEADING_CODE = re.compile(r"\s*[(（\[]?([A-Za-z0-9][A-Za-z0-9_-]{2,38})")
_OFFERED = 300
"""For so many unknown names near ones are sought; a sheet with more is another's."""
_CUTOFF, _PLAN_CUTOFF = 60, 85
_SIGNS = re.compile(r"[“”\"'‘’《》()\[\]·、,。.;:!?-]")


@dataclass(slots=True)
class Matched:
    """The project and work item of a row, or why there is none."""

    project: Project | None = None
    item: WorkItem | None = None
    field: str = ""
    rule: str = ""
    message: str = ""
    remedy: str = ""
    near: bool = False


def same(name: str) -> str:
    """Fold a name so that widths, spaces and punctuation do not tell two apart."""
    return _SIGNS.sub("", squeezed(name)).lower()


def bare(name: str) -> str:
    """Take a number off a name: （一）, 1.1, ① and the like, 其中 before it too."""
    return _ORDINAL.sub("", folded(name))


class Matcher:
    """The projects of a context, by code and by name."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.exact = {project.code: project for project in context.projects}
        self.nearest: dict[str, list[Project]] = {}
        self.agencies: dict[str, str] = {}
        for agency in context.agencies:
            for name in (agency.name, *agency.aliases):
                self.agencies[same(name)] = agency.code

    @cached_property
    def by_code(self) -> dict[str, Project]:
        """The projects by their folded codes."""
        return {squeezed(project.code).lower(): project for project in self.context.projects}

    @cached_property
    def own_projects(self) -> list[Project]:
        """The projects that may be reported."""
        return [project for project in self.context.projects if self._own(project)]

    @cached_property
    def own_names(self) -> list[str]:
        """Their names."""
        return [project.name for project in self.own_projects]

    @cached_property
    def own_codes(self) -> list[str]:
        """Their codes."""
        return [project.code for project in self.own_projects]

    @cached_property
    def by_name(self) -> dict[str, list[Project]]:
        """The projects by their folded names."""
        found: dict[str, list[Project]] = defaultdict(list)
        for project in self.context.projects:
            found[same(project.name)].append(project)
        return found

    def item_under(self, project: Project, name: Value) -> WorkItem | None:
        """Give the work item of a project that a row below it names in the column of projects."""
        if not isinstance(name, str):
            return None
        called = (same(name), same(bare(name)))
        return next((item for item in project.work_items if same(item.name) in called), None)

    def match(self, values: Mapping[str, Value]) -> Matched:
        """Match a row by its identity fields. For a plan, an unknown project is a new one."""
        code, name = values.get("project_code"), values.get("project_name")
        if isinstance(code, str):
            found = self._by_code(code, name)
        elif isinstance(name, str):
            found = self._by_name(name, values.get("agency_name"))
        else:
            found = Matched(
                field="project_name",
                rule="missing_required",
                message=_("没有项目编号，也没有项目名称"),
                remedy=_("填写项目编号或与任务清单一致的项目名称"),
            )
        return self._with_item(found, values) if found.project else found

    def _by_code(self, code: str, name: Value) -> Matched:
        project = self.exact.get(code) or self.by_code.get(squeezed(code).lower())
        if project is None and isinstance(name, str) and _SERIAL.fullmatch(folded(code)):
            return self._by_name(name, None)
        if project is None:
            return self._unknown("project_code", code, self._near(code, name))
        if not self._own(project):
            return _foreign("project_code", project)
        if isinstance(name, str) and name != project.name and same(name) != same(project.name):
            others = [p for p in self.by_name.get(same(name), []) if p is not project]
            if others:
                return Matched(
                    field="project_name",
                    rule="code_contradicts_name",
                    message=_("编号 {code} 是“{one}”，名称却是“{other}”（编号 {its}）").format(
                        code=code, one=project.name, other=name, its=others[0].code
                    ),
                    remedy=_("改正编号或名称，使两者是同一个项目"),
                )
            return self._differing(project, name)
        return Matched(project)

    def _differing(self, project: Project, name: str) -> Matched:
        """Take the code's project, and ask where its name is not even a part of the other."""
        own, given = same(project.name), same(name)
        if own in given or given in own or self.context.kind is SheetKind.PLAN:
            return Matched(project)
        return Matched(
            project,
            field="project_name",
            rule=DIFFERS,
            message=_("编号 {code} 是“{one}”，名称写的是“{other}”").format(
                code=project.code, one=project.name, other=name[:40]
            ),
            remedy=_("核对这一行是不是这个项目；如果只是名称写法不同，请说明"),
        )

    def _by_name(self, name: str, agency: Value) -> Matched:
        named = self.by_name.get(same(name), [])
        if not named:
            named = self.by_name.get(same(bare(name)), [])
        if not named and (found := _LEADING_CODE.match(name)):
            coded = self.exact.get(found[1].rstrip(_AFTER_CODE))
            rest = same(name[found.end() :])
            named = [coded] if coded and same(coded.name) == rest else []
        own = [project for project in named if self._own(project)]
        if len(own) > 1 and isinstance(agency, str):
            code = self.agencies.get(same(agency))
            own = [project for project in own if project.agency_code == code] or own
        if len(own) > 1:
            return Matched(
                field="project_name",
                rule="ambiguous",
                message=_("有 {count} 个项目叫这个名称").format(count=len(own)),
                remedy=_("填写项目编号：{codes}").format(codes=joined(p.code for p in own)),
            )
        if own:
            return Matched(own[0])
        if named:
            return _foreign("project_name", named[0])
        return self._unknown("project_name", name, self._near(name, name))

    def _own(self, project: Project) -> bool:
        agency = self.context.agency
        return agency is None or project.agency_code in ("", agency.code)

    def _near(self, code: str, name: Value) -> list[Project]:
        from rapidfuzz import fuzz, process

        text, named = (name, True) if isinstance(name, str) else (code, False)
        known = self.nearest.get(text)
        if known is not None or len(self.nearest) == _OFFERED:
            return known or []
        own = self.own_projects
        choices = self.own_names if named else self.own_codes
        least = _PLAN_CUTOFF if self.context.kind is SheetKind.PLAN else _CUTOFF
        found = process.extract(text, choices, scorer=fuzz.WRatio, limit=3, score_cutoff=least)
        self.nearest[text] = [own[index] for _choice, _score, index in found]
        return self.nearest[text]

    def _unknown(self, field: str, text: str, near: list[Project]) -> Matched:
        offered = joined(f"{project.code} {project.name}" for project in near)
        if self.context.kind is SheetKind.PLAN:
            return _new(field, text, offered)
        return Matched(
            field=field,
            rule="unknown_project",
            near=bool(near),
            message=_("任务清单里没有“{text}”").format(text=text[:40]),
            remedy=_("是不是：{offered}？请填写其中的编号").format(offered=offered)
            if offered
            else _("填写任务清单中的项目编号或完整名称"),
        )

    def _with_item(self, found: Matched, values: Mapping[str, Value]) -> Matched:
        project = found.project
        assert project is not None
        code, name = values.get("work_item_code"), values.get("work_item_name")
        if not isinstance(code, str) and not isinstance(name, str):
            return found
        for item in project.work_items:
            if isinstance(code, str):
                if squeezed(code).lower() == squeezed(item.code).lower():
                    return replace(found, item=item)
            elif isinstance(name, str) and same(item.name) in (same(name), same(bare(name))):
                return replace(found, item=item)
        if self.context.kind is SheetKind.PLAN:
            return found
        if not project.work_items and isinstance(name, str) and same(name) == same(project.name):
            return found
        listed = joined(f"{item.code} {item.name}".strip() for item in project.work_items[:6])
        return Matched(
            field="work_item_code" if isinstance(code, str) else "work_item_name",
            rule="unknown_work_item",
            message=_("“{project}”没有子项“{text}”").format(
                project=project.name, text=code or name
            ),
            remedy=_("填写其中之一：{listed}").format(listed=listed)
            if listed
            else _("这个项目没有子项，此格留空"),
        )


def _new(field: str, text: str, offered: str) -> Matched:
    """Let a plan bring a new project, and ask where its name is near one that is there."""
    if not offered:
        return Matched()
    return Matched(
        field=field,
        rule=NEAR,
        message=_("“{text}”将作为新项目；已有相近的：{offered}").format(
            text=text[:40], offered=offered
        ),
        remedy=_("如果是已有项目，请填写它的编号或完整名称；如果确是新项目，请说明"),
    )


def _foreign(field: str, project: Project) -> Matched:
    return Matched(
        field=field,
        rule="foreign_project",
        message=_("“{name}”不是本单位牵头的项目").format(name=project.name),
        remedy=_("删去这一行，由牵头单位填报"),
    )
