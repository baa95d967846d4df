"""示范市's rectifications: what came of the remarks and the inspection, step by step on its day.

Every step is the command that a person would have used, so that nothing stands here that the
program would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlmodel import Session, select

from dashboard.commands.extension import ask_extension
from dashboard.commands.inspection import enter_inspection
from dashboard.commands.own_remark import ask_to_reopen, rate_remark, withdraw_remark
from dashboard.commands.recheck import do_recheck
from dashboard.commands.rectification import issue_rectification, issue_rectifications
from dashboard.commands.rectification_care import (
    attach_rectification_document,
    attach_rectification_photo,
)
from dashboard.commands.rectification_move import move_rectification
from dashboard.commands.triage import answer_remark, take_no_action
from dashboard.permissions import Actor, Grant
from dashboard.rules.rectification import RectificationDraft
from models.account import Role
from models.agency import Agency
from models.photo import Photo, PhotoPhase
from models.rectification import Recheck, Rectification, RectificationSource
from models.remark import Satisfaction, Severity
from seed.evidence import record_sheet
from seed.living_watch import SCENES, Watch, add_remark, add_visit, picture
from seed.rows import instant, key, optional_day, records, save, split

Step = tuple[date, int, Callable[[], object]]
"""What happens on a day, and its place among what else happens then."""


@dataclass
class Desk:
    """The office's desk over the year: what was issued, by its short name."""

    session: Session
    watch: Watch
    agencies: dict[str, Agency]
    shorts: dict[str, str]
    issued: dict[str, Rectification]

    def unit(self, code: str) -> Actor:
        """Give the reporter of a unit."""
        agency = self.agencies[code]
        name = next(
            name
            for name, account in self.watch.people.accounts.items()
            if key(account) == self.watch.people.reporter(self.shorts[code])
        )
        grant = Grant(Role.REPORTER, agency_path=agency.path)
        return Actor(
            self.watch.people.id(name), name, (grant,), agency_id=key(agency),
            display_name=self.watch.people.accounts[name].display_name,
        )  # fmt: skip


def play(session: Session, watch: Watch, agencies: dict[str, Agency]) -> Desk:
    """Let the year happen in the order of its days, and give what became of it."""
    shorts = {row["code"]: row["short"] for row in records("living/agencies")}
    desk = Desk(session, watch, agencies, shorts, {})
    steps = [
        *_visits(desk), *_remarks(desk), *_inspections(desk), *_rectifications(desk),
        *_releases(desk),
    ]  # fmt: skip
    for _day, _place, act in sorted(steps, key=lambda step: step[:2]):
        act()
    return desk


def _visits(desk: Desk) -> Iterator[Step]:
    """Plan the visits; a remark makes one, or its observer notes that all was well."""
    for row in records("living/visits"):
        planned_on = date.fromisoformat(row["planned_on"])
        yield planned_on, -1, partial(add_visit, desk.session, desk.watch, row)


def _remarks(desk: Desk) -> Iterator[Step]:
    for number, row in enumerate(records("living/remarks")):
        written = date.fromisoformat(row["observed_on"])
        yield written, 0, partial(add_remark, desk.session, desk.watch, row, number)
        decided = optional_day(row["decided_on"])
        if decided and not row["outcome"].startswith("rectify"):
            yield decided, 2, partial(_decide, desk, row, decided)
        if rated := optional_day(row["rated_on"]):
            yield rated, 5, partial(_rate, desk, row, rated)


def _decide(desk: Desk, row: dict[str, str], day: date) -> None:
    session, remark = desk.session, key(desk.watch.remarks[row["code"]])
    office = desk.watch.office()
    if row["outcome"] == "answer":
        answer_remark(session, office, remark, words=row["answer"], today=day)
    elif row["outcome"] == "no_action":
        take_no_action(session, office, remark, reason=row["answer"], today=day)
    else:
        withdraw_remark(session, desk.watch.observer(row["account"]), remark, today=day)


def _rate(desk: Desk, row: dict[str, str], day: date) -> None:
    session, remark = desk.session, key(desk.watch.remarks[row["code"]])
    who, rating = desk.watch.observer(row["account"]), Satisfaction.of(row["rating"])
    rate_remark(session, who, remark, rating=rating, words=row["rating_words"], today=day)
    if row["reopen_words"]:
        ask_to_reopen(session, who, remark, words=row["reopen_words"], today=day)


def _inspections(desk: Desk) -> Iterator[Step]:
    for row in records("living/inspections"):
        day = date.fromisoformat(row["inspected_on"])
        yield day, 1, partial(_inspect, desk, row, day)


def _inspect(desk: Desk, row: dict[str, str], day: date) -> None:
    """Enter the inspection and issue all it found at once (K8)."""
    office = desk.watch.office()
    inspection = enter_inspection(
        desk.session, office, key(desk.watch.city), name=row["name"], inspected_on=day,
        today=day, led_by=row["led_by"], announced=row["announced"] == "是",
    )  # fmt: skip
    found = {each["code"]: each for each in records("living/rectifications")}
    codes = split(row["rectifications"])
    issued_on = date.fromisoformat(found[codes[0]]["issued_on"])
    drafts = [_draft(desk, found[code], key(inspection)) for code in codes]
    rows = issue_rectifications(desk.session, office, drafts, today=issued_on)
    desk.issued.update(zip(codes, rows, strict=True))


def _draft(desk: Desk, row: dict[str, str], inspection_id: int | None = None) -> RectificationDraft:
    remarks = [
        key(desk.watch.remarks[each["code"]])
        for each in records("living/remarks")
        if each["outcome"] == f"rectify:{row['code']}"
    ]
    return RectificationDraft(
        project_id=key(desk.watch.projects[row["project"]]),
        source=RectificationSource.of(row["source"]),
        finding=row["finding"],
        thing=row["thing"],
        agency_id=key(desk.agencies[row["agency"]]),
        responsible=row["responsible"],
        standard=row["standard"],
        due_on=date.fromisoformat(row["due_on"]),
        requirement=row["requirement"],
        severity=Severity.of(row["severity"]),
        visible=row["visible"] == "是",
        found_on=date.fromisoformat(row["found_on"]),
        inspection_id=inspection_id,
        sealed_set_id=key(desk.watch.sets[row["sealed"]]) if row["sealed"] else None,
        remark_ids=tuple(remarks),
    )


def _rectifications(desk: Desk) -> Iterator[Step]:
    for row in records("living/rectifications"):
        if row["source"] != RectificationSource.INSPECTION:
            day = date.fromisoformat(row["issued_on"])
            yield day, 2, partial(_issue, desk, row, day)
        for place, step in enumerate(split(row["steps"], "；")):
            code, day_text, words = [*step.split(" ", 2), ""][:3]
            day = date.fromisoformat(day_text)
            yield day, 4, partial(_step, desk, row, code, day, words, place)


def _issue(desk: Desk, row: dict[str, str], day: date) -> None:
    issued = issue_rectification(desk.session, desk.watch.office(), _draft(desk, row), today=day)
    desk.issued[row["code"]] = issued


def _step(desk: Desk, row: dict[str, str], code: str, day: date, words: str, place: int) -> None:
    session, number = desk.session, key(desk.issued[row["code"]])
    unit, office = desk.unit(row["agency"]), desk.watch.office()
    if code == "extend":
        until, _space, reason = words.partition(" ")
        new = date.fromisoformat(until)
        ask_extension(session, unit, number, new_due_on=new, reason=reason, today=day)
        return
    if code == "recheck":
        look = select(Recheck).where(Recheck.rectification_id == number)
        waiting = key(session.exec(look).one())
        do_recheck(session, office, waiting, passed=True, words=words, today=day)
        return
    if code == "propose":
        _prove(desk, row, unit, place)
    actor = unit if code in ("receive", "dispute", "propose") else office
    move_rectification(
        session, actor, number, code, today=day, words=words,
        due_on=optional_day(row["to"]) if code == "reopen" else None,
        duplicate_of_id=key(desk.issued[row["to"]]) if code == "duplicate" else None,
        passed_to=row["to"] if code == "pass_on" else "",
    )  # fmt: skip


def _prove(desk: Desk, row: dict[str, str], unit: Actor, place: int) -> None:
    """Attach what proves the mending: a photo beside that of before, or a document."""
    session, number = desk.session, key(desk.issued[row["code"]])
    if row["visible"] != "是":
        data = record_sheet(["演示数据（构造，非真实材料）", row["thing"], row["standard"]])
        name = f"{row['thing']}整改记录（演示数据）{place}.pdf"
        attach_rectification_document(
            session, unit, number, name=name, data=data, caption="整改记录"
        )
        return
    scene = number % SCENES
    before = _before(desk, number) or attach_rectification_photo(
        session, desk.watch.office(), number, photo=picture(scene), phase=PhotoPhase.BEFORE
    )
    attach_rectification_photo(
        session, unit, number, photo=picture(scene, mended=True), phase=PhotoPhase.AFTER,
        before_id=key(before),
    )  # fmt: skip


def _before(desk: Desk, rectification_id: int) -> Photo | None:
    return desk.session.exec(
        select(Photo).where(
            Photo.table_name == "rectification",
            Photo.row_id == rectification_id,
            Photo.phase == PhotoPhase.BEFORE,
        )
    ).first()


def _releases(desk: Desk) -> Iterator[Step]:
    for row in records("living/sealed_sets"):
        if day := optional_day(row["released_on"]):
            yield day, 3, partial(_release, desk, row, day)


def _release(desk: Desk, row: dict[str, str], day: date) -> None:
    sealed = desk.watch.sets[row["code"]]
    sealed.released_on, sealed.released_at = day, instant(day, 15)
    sealed.released_by_id, sealed.reason = desk.watch.people.id("demo-supervisor"), row["reason"]
    save(desk.session, [sealed])
