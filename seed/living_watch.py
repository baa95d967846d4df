"""示范市's observers: their sites, appointments, sealed visits, remarks and photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from sqlmodel import Session, select

from dashboard.commands.own_remark import make_visit
from dashboard.commands.photo import attach_photo
from dashboard.commands.remark import RemarkDraft, write_remark
from dashboard.commands.visit import plan_visit
from dashboard.permissions import Actor, Grant
from dashboard.photos import Prepared, prepare
from dashboard.rules.account import folded
from models.account import Account, Role, RoleGrant, RoleGrantProject
from models.observer import Observer, ObserverProject, SealedSet
from models.photo import Photo, PhotoPhase
from models.project import LivelihoodProject
from models.region import Region
from models.remark import ObserverRemark, RemarkKind, SeenProgress, Severity
from models.site import Site
from seed.accounts import People
from seed.pictures import scene
from seed.rows import instant, key, optional_day, records, save, split

SCENES = 6
"""How many different pictures are drawn; decoding one takes a moment."""


@dataclass
class Watch:
    """What the story of the year needs to find again, by its short names."""

    city: Region
    people: People
    projects: Mapping[str, LivelihoodProject]
    sites: dict[str, Site] = field(default_factory=dict)
    sets: dict[str, SealedSet] = field(default_factory=dict)
    remarks: dict[str, ObserverRemark] = field(default_factory=dict)

    def office(self, name: str = "demo-supervisor") -> Actor:
        """Give the supervision office as an actor."""
        return self._actor(name, Grant(Role.SUPERVISOR, region_path=self.city.path))

    def observer(self, name: str) -> Actor:
        """Give an observer as an actor, as during the term."""
        return self._actor(name, Grant(Role.OBSERVER, region_path=self.city.path))

    def _actor(self, name: str, grant: Grant) -> Actor:
        account = self.people.accounts[name]
        return Actor(key(account), name, (grant,), display_name=account.display_name)


@cache
def picture(number: int, *, mended: bool = False) -> Prepared:
    """Give a picture as it is kept; the same number gives the same one."""
    name = f"现场{number + 1}（演示）.jpg"
    return prepare(name, scene(f"{number + 1}", mended=mended))


def add_sites(session: Session, watch: Watch) -> None:
    """Add where the projects can be seen; the places lie in the open sea, as the city does."""
    for row in records("living/sites"):
        watch.sites[row["code"]] = Site(
            project_id=key(watch.projects[row["project"]]),
            code=row["code"],
            name=row["name"],
            address=row["address"],
            latitude=Decimal(row["latitude"]),
            longitude=Decimal(row["longitude"]),
        )
    save(session, watch.sites.values())


def add_observers(session: Session, watch: Watch) -> None:
    """Add the observers' appointments; whose term is over has no access any more."""
    for row in records("living/observers"):
        account = watch.people.accounts.get(row["account"])
        if account is None:
            account = Account(
                name=row["account"],
                folded_name=folded(row["account"]),
                display_name=row["name"],
                phone="000-88001234",
            )
            save(session, [account])
            watch.people.accounts[row["account"]] = account
        observer = _appointed(watch, account, row)
        save(session, [observer])
        assigned = [key(watch.projects[code]) for code in split(row["projects"])]
        save(
            session,
            [ObserverProject(observer_id=key(observer), project_id=each) for each in assigned],
        )
        if row["account"] == "demo-observer":
            given = select(RoleGrant).where(RoleGrant.account_id == key(account))
            observer.grant_id = (
                session.exec(given.where(RoleGrant.region_id == key(watch.city))).one().id
            )
        else:
            observer.grant_id = _grant(session, account, observer, assigned)
        save(session, [observer])


def _appointed(watch: Watch, account: Account, row: dict[str, str]) -> Observer:
    first_on = date.fromisoformat(row["first_on"])
    disclosed = row["disclosed"] == "是"
    return Observer(
        account_id=key(account),
        region_id=key(watch.city),
        identity=row["identity"],
        letter_number=row["letter"],
        appointed_by_id=watch.people.id("demo-supervisor"),
        first_on=first_on,
        last_on=date.fromisoformat(row["last_on"]),
        ended_on=optional_day(row["ended_on"]),
        disclosed=disclosed,
        agreed_at=instant(first_on, 10) if disclosed else None,
    )


def _grant(session: Session, account: Account, observer: Observer, projects: list[int]) -> int:
    grant = RoleGrant(
        account_id=key(account), role=Role.OBSERVER, first_on=observer.first_on,
        last_on=observer.last_on,
    )  # fmt: skip
    save(session, [grant])
    save(session, [RoleGrantProject(grant_id=key(grant), project_id=each) for each in projects])
    return key(grant)


def add_sealed_sets(session: Session, watch: Watch) -> None:
    """Open the sealed sets; those released are released when their day comes."""
    for row in records("living/sealed_sets"):
        watch.sets[row["code"]] = SealedSet(
            region_id=key(watch.city),
            name=row["name"],
            opened_by_id=watch.people.id("demo-supervisor"),
            opened_on=date.fromisoformat(row["opened_on"]),
        )
    save(session, watch.sets.values())


def add_visit(session: Session, watch: Watch, row: dict[str, str]) -> None:
    """Plan a visit on its day, and make it where its observer had nothing to remark."""
    visit = plan_visit(
        session, watch.office(),
        project_id=key(watch.projects[row["project"]]),
        account_id=watch.people.id(row["account"]),
        due_on=date.fromisoformat(row["due_on"]),
        announced=row["announced"] == "是",
        sealed_set_id=key(watch.sets[row["sealed"]]) if row["sealed"] else None,
        note=row["note"],
        today=date.fromisoformat(row["planned_on"]),
    )  # fmt: skip
    if made_on := optional_day(row["made_on"]):
        actor = watch.observer(row["account"])
        make_visit(session, actor, key(visit), note=row["made_note"], today=made_on)


def add_remark(session: Session, watch: Watch, row: dict[str, str], number: int) -> None:
    """Let an observer write one remark on its day, with its photos."""
    site, day = watch.sites[row["site"]], date.fromisoformat(row["observed_on"])
    written_at = instant(day, 9 + number % 8, 10)
    draft = RemarkDraft(
        client_id=f"demo-remark-{row['code']}",
        project_id=key(watch.projects[row["project"]]),
        site_id=key(site),
        words=row["words"],
        kind=RemarkKind.of(row["kind"]),
        severity=Severity.of(row["severity"]),
        place=site.address,
        seen=SeenProgress.of(row["seen"]),
        seen_pct=Decimal(row["seen_pct"]) if row["seen_pct"] else None,
        latitude=(site.latitude or 0) + Decimal(number % 5) / 10000,
        longitude=site.longitude,
        accuracy_m=8 + number % 20,
        written_at=written_at,
    )
    actor = watch.observer(row["account"])
    remark = write_remark(session, actor, draft, now=written_at, today=day)
    if row["sealed"]:
        remark.sealed_set_id = key(watch.sets[row["sealed"]])
        save(session, [remark])
    watch.remarks[row["code"]] = remark
    for place in range(int(row["photos"])):
        attach_photo(
            session, actor, table_name="observer_remark", row_id=key(remark),
            project_id=remark.project_id, phase=PhotoPhase.SCENE,
            prepared=picture((number + place) % SCENES),
        )  # fmt: skip


def photos_of_remark(session: Session, remark_id: int) -> list[Photo]:
    """Give a remark's photos, oldest first."""
    found = select(Photo).where(Photo.table_name == "observer_remark", Photo.row_id == remark_id)
    return list(session.exec(found.order_by(Photo.id)))  # type: ignore[arg-type]
