"""Real programmes, as published: nothing is added, and where the sources are silent it stays empty.

The rules by which published rows became plan, reports and states stand in docs/data.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from sqlmodel import Session, select

from dashboard.commands.period import next_month
from models.agency import Agency
from models.light import LightCase, LightColour, LightDimension, LightKind, LightRuleSet
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import LivelihoodProject, SupportingAgency, WorkItem
from models.region import Region
from models.report import ProgressReport, ReportingPeriod, ReportLine, ReportState
from seed.light_rules import bounds
from seed.rows import add_agencies, add_region, key, log, month_end, records, save, split

Row = dict[str, str]
PLAN_STATED = frozenset({"stated"})
"""The bases of a deadline that count as a date; any other stays a text."""
RULES = "PUBLISHED"
_QUARTERS = {"Q1": 3, "Q2": 6, "Q3": 9, "Q4": 12}
_VAGUE = ("各", "相关")


def period_month(row: Row) -> date:
    """Give the month a published row is put under: quarters under their last month."""
    if row["report_month"]:
        return date.fromisoformat(f"{row['report_month']}-01")
    year, _sign, rest = row["period"].partition("-")
    return date(int(year), _QUARTERS.get(rest) or int(rest[:2]), 1)


def known_on(row: Row) -> date:
    """Give the day from which a published row counts: its month's end, or its own later day."""
    ends = month_end(period_month(row))
    own = date.fromisoformat(row["period"]) if len(row["period"]) == 10 else ends
    if row["report_month"] and own.replace(day=1) == period_month(row):
        return ends
    return max(ends, own)


def figures(row: Row) -> tuple[Decimal | None, Decimal | None]:
    """Give a row's quantity and percent; a quantity in % is its percent."""
    if row["figure"] == "text":
        return None, None
    percent = Decimal(row["percent"]) if row["percent"] else None
    if not row["quantity"] or row["unit_of_measure"] == "%":
        return None, percent
    return Decimal(row["quantity"]), percent


def add_real(session: Session, published: Region, tell: Callable[[str], None]) -> None:
    """Add every real programme below the region of published places."""
    add_rules(session)
    regions = add_regions(session, published)
    projects = _grouped(records("real/projects"), "region", "year")
    rows = _grouped(records("real/milestones"), "project_code")
    counts = [0, 0]
    for head in records("real/programmes"):
        own = projects[head["region"], head["year"]]
        programme = _programme(session, regions[head["region"]], head, own)
        adding = _Adding(session, programme, _agencies(session, regions[head["region"]], own))
        for row in own:
            counts[0] += 1
            counts[1] += adding.add(row, rows[row["code"],])
    log(session, "seed:real", published, f"公开资料：{counts[0]} 个真实项目")
    tell(f"真实项目：{counts[0]} 个，公布的进展 {counts[1]} 条（只含公开资料，没有的留空）")


def _grouped(rows: Iterable[Row], *names: str) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in names)].append(row)
    return found


def add_regions(session: Session, published: Region) -> dict[str, Region]:
    """Add the places, cities before their districts; give them by name."""
    found: dict[str, Region] = {}
    for row in records("real/regions"):
        parent = found.get(row["parent"], published)
        found[row["region"]] = add_region(session, row["code"], row["region"], parent)
    return found


def add_rules(session: Session) -> None:
    """Add the rule set for places that published none: it lights only what was published."""
    [rules] = save(
        session,
        [
            LightRuleSet(
                code=RULES,
                name="公布资料亮灯规则",
                since=date(2000, 1, 1),
                silence_days=None,
                note="用于没有公布亮灯规则的真实项目：公布了完成情况的按公布的情况，公布了计划数和完成数的"
                "按差距（界限同通用规则），其余为未知；不因资料没有逐项说明节点而判为逾期。",
            )
        ],
    )
    cases = [
        LightCase(
            rule_set_id=key(rules),
            dimension=LightDimension.PROGRESS,
            position=int(row["position"]),
            kind=LightKind[row["kind"]],
            words=row["words"],
        )
        for row in records("real/light_cases")
    ]
    for case, row in zip(save(session, cases), records("real/light_cases"), strict=True):
        save(session, bounds(row["bounds"], key(case)))
    colours = [row for row in records("light_colours") if row["code"] == "DEFAULT"]
    save(
        session,
        [
            LightColour(
                rule_set_id=key(rules),
                kind=LightKind[row["kind"]],
                word=row["word"],
                hex=row["hex"],
            )
            for row in colours
        ],
    )


def _programme(session: Session, region: Region, head: Row, projects: list[Row]) -> Programme:
    sources = list(dict.fromkeys(row["source"] for row in projects))
    [programme] = save(
        session,
        [
            Programme(
                region_id=key(region),
                year=int(head["year"]),
                name=f"{head['region']}{head['year']}年民生实事（公开资料）",
                rule_set_code=head["rule_set_code"],
                shown_on=date.fromisoformat(head["shown_on"]),
                constructed=False,
                source="；".join(sources)[:400],
            )
        ],
    )
    return programme


def named_bodies(text: str) -> list[str]:
    """Give the bodies that a cell names; `相关街道`, `各街道` and `…等` name none."""
    return [name for name in split(text) if not name.startswith(_VAGUE) and not name.endswith("等")]


def _agencies(session: Session, region: Region, projects: list[Row]) -> dict[str, Agency]:
    """Add the bodies of a place's list that are not there yet; give all of them by name."""
    names = dict.fromkeys(
        name
        for row in projects
        for name in [row["lead_unit"], *named_bodies(row["supporting_units"])]
        if name
    )
    found = {agency.name: agency for agency in _there(session, region)}
    start = len(found)
    missing = [name for name in names if name not in found]
    agencies = [
        Agency(code=f"{region.code}-{number:02d}", name=name, region_id=key(region))
        for number, name in enumerate(missing, start=start + 1)
    ]
    return found | add_agencies(session, agencies)


def _there(session: Session, region: Region) -> list[Agency]:
    return list(session.exec(select(Agency).where(Agency.region_id == region.id)))


class _Adding:
    """Adds one programme's projects."""

    def __init__(self, session: Session, programme: Programme, agencies: dict[str, Agency]) -> None:
        self.session, self.programme, self.agencies = session, programme, agencies
        self.periods: dict[date, ReportingPeriod] = {}

    def add(self, row: Row, rows: list[Row]) -> int:
        """Add a project with its plan and reports; give how many reports."""
        project = self._project(row)
        items = self._items(project, rows)
        plan = [each for each in rows if each["kind"] == "plan"]
        actual = [each for each in rows if each["kind"] == "actual"]
        save(self.session, [milestone(project, each, items, actual) for each in plan])
        by_month: dict[date, list[Row]] = defaultdict(list)
        for each in actual:
            by_month[period_month(each)].append(each)
        for month, own in by_month.items():
            self._report(project, month, own, items)
        return len(by_month)

    def _project(self, row: Row) -> LivelihoodProject:
        lead = self.agencies.get(row["lead_unit"])
        stated = row["deadline_basis"] in PLAN_STATED
        [project] = save(
            self.session,
            [
                LivelihoodProject(
                    programme_id=key(self.programme),
                    region_id=self.programme.region_id,
                    code=row["code"],
                    name=row["name"],
                    category=row["category"],
                    target=row["target"],
                    lead_agency_id=key(lead) if lead else None,
                    due_on=date.fromisoformat(row["deadline_iso"]) if stated else None,
                    due_text=row["deadline"],
                    source=row["source"],
                    source_url=row["source_url"],
                    note=project_note(row),
                )
            ],
        )
        save(
            self.session,
            [
                SupportingAgency(project_id=key(project), agency_id=key(self.agencies[name]))
                for name in named_bodies(row["supporting_units"])
            ],
        )
        return project

    def _items(self, project: LivelihoodProject, rows: list[Row]) -> dict[str, WorkItem]:
        named = {row["work_item"]: row for row in rows if row["work_item"]}
        items = [
            WorkItem(
                project_id=key(project),
                code=f"{project.code}-{number}",
                name=name,
                unit_of_measure=row["unit_of_measure"].strip("%"),
            )
            for number, (name, row) in enumerate(named.items(), start=1)
        ]
        return {item.name: item for item in save(self.session, items)}

    def _report(
        self, project: LivelihoodProject, month: date, rows: list[Row], items: dict[str, WorkItem]
    ) -> None:
        whole = [figures(row) for row in rows if not row["work_item"]]
        day = max(known_on(row) for row in rows)
        status = "；".join(dict.fromkeys(row["status_as_published"] for row in rows)).strip("；")
        grade, on_schedule = graded(status)
        [report] = save(
            self.session,
            [
                ProgressReport(
                    period_id=key(self._period(month)),
                    project_id=key(project),
                    agency_id=project.lead_agency_id,
                    month=month,
                    state=ReportState.ACCEPTED,
                    cumulative_quantity=next((q for q, _p in whole if q is not None), None),
                    completed_pct=next((p for _q, p in whole if p is not None), None),
                    physical_progress="；".join(row["node_text"] for row in rows),
                    published_status=status,
                    grade=grade,
                    on_schedule=on_schedule,
                    accepted_on=day,
                    source="；".join(dict.fromkeys(row["source"] for row in rows)),
                    source_url=next((row["source_url"] for row in rows if row["source_url"]), ""),
                )
            ],
        )
        lines = [row for row in rows if row["work_item"]]
        save(
            self.session,
            [
                ReportLine(
                    report_id=key(report),
                    work_item_id=key(items[row["work_item"]]),
                    cumulative_quantity=figures(row)[0],
                    completed_pct=figures(row)[1],
                )
                for row in lines
            ],
        )

    def _period(self, month: date) -> ReportingPeriod:
        if month not in self.periods:
            days, after = self.programme, next_month(month)
            period = ReportingPeriod(
                programme_id=key(days),
                month=month,
                due_on=month_end(month),
                timely_until=after.replace(day=days.timely_day),
                locked_after=after.replace(day=days.locked_day),
                exception="公开资料，非报送：日期仅用于展示",
            )
            save(self.session, [period])
            self.periods[month] = period
        return self.periods[month]


def completed_by(row: Row, actual: list[Row]) -> date | None:
    """Give the day a step without figures was done: as published by its own month's end.

    Only a status that says the step was completed (完成节点…, 完成全年…) tells; words on progress
    do not.
    """
    ends = month_end(period_month(row))
    said = [
        known_on(each)
        for each in actual
        if "完成" in each["status_as_published"] and graded(each["status_as_published"])[1]
    ]
    return min((day for day in said if day <= ends), default=None)


def milestone(
    project: LivelihoodProject, row: Row, items: dict[str, WorkItem], actual: list[Row]
) -> Milestone:
    """Turn a published plan row into a milestone: with a figure monthly, with words only a node."""
    quantity, percent = figures(row)
    item = items.get(row["work_item"])
    empty = quantity is None and percent is None
    done = completed_by(row, actual) if empty else None
    return Milestone(
        project_id=key(project),
        work_item_id=key(item) if item else None,
        kind=MilestoneKind.NODE if empty else MilestoneKind.MONTHLY,
        name=row["node_text"],
        due_on=month_end(period_month(row)),
        planned_pct=percent,
        planned_quantity=quantity,
        completed_on=done,
        completed_known_on=done,
        source=row["source"],
        source_url=row["source_url"],
    )


def graded(status: str) -> tuple[int | None, bool | None]:
    """Read a published status by the stated table: grade, and whether the plan was met."""
    for row in records("real/statuses"):
        if row["status"] == status:
            grade = int(row["grade"]) if row["grade"] else None
            return grade, row["on_schedule"] == "1"
    return None, None


def project_note(row: Row) -> str:
    """Keep in words what has no column of its own."""
    vague = [name for name in split(row["supporting_units"]) if name not in _named(row)]
    parts = [
        row["note"],
        f"资金（原文）：{row['funding']}" if row["funding"] else "",
        f"配合单位（原文）：{'、'.join(vague)}" if vague else "",
    ]
    return "\n".join(part for part in parts if part)


def _named(row: Row) -> list[str]:
    return named_bodies(row["supporting_units"])
