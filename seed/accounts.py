"""The demonstration's people: one-click accounts (`demo-…`) and the staff behind other units.

None has a password: a demonstration offers the first kind by one click, the second cannot sign in.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from dashboard.rules.account import folded
from models.account import Account, Role, RoleGrant, RoleGrantProject
from models.agency import Agency
from models.project import LivelihoodProject
from models.region import Region
from seed.rows import key, records, save


@dataclass(frozen=True)
class People:
    """The accounts that the living city's story needs, by account name."""

    accounts: dict[str, Account]

    def id(self, name: str) -> int:
        """Give the key of an account."""
        return key(self.accounts[name])

    def reporter(self, short: str) -> int:
        """Give the reporter of a unit, by its letters."""
        return self.id(f"demo-reporter-{short}" if short in DEMO_UNITS else f"staff-{short}-1")

    def reviewer(self, short: str) -> int:
        """Give the reviewer of a unit, by its letters."""
        return self.id(f"demo-reviewer-{short}" if short in DEMO_UNITS else f"staff-{short}-2")


DEMO_UNITS = ("zj", "jt", "wj")
"""The units whose reporter and reviewer one can be by one click."""
VICE_MAYOR = "李副市长（演示）"
"""Whose projects the vice-mayor's grant lists."""


def _account(
    name: str, display_name: str, agency: Agency | None = None, phone: str = ""
) -> Account:
    return Account(
        name=name,
        folded_name=folded(name),
        display_name=display_name,
        agency_id=key(agency) if agency else None,
        phone=phone,
    )


def _office(session: Session) -> list[tuple[Account, Role | None]]:
    office = session.exec(select(Agency).where(Agency.code == "SF20")).one()
    return [
        (_account("demo-leader", "周市长（演示）"), Role.LEADER),
        (_account("demo-vice-mayor", VICE_MAYOR), None),
        (_account("demo-supervisor", "邹科长（演示）", office), Role.SUPERVISOR),
        (_account("demo-observer", "喻代表（演示）"), Role.OBSERVER),
        (_account("demo-admin", "柏工（演示）"), Role.ADMIN),
        (_account("demo-security", "水工（演示）"), Role.SECURITY),
        (_account("demo-auditor", "窦科员（演示）"), Role.AUDITOR),
    ]


def _units(session: Session) -> list[tuple[Account, Role]]:
    found = []
    for row in records("living/agencies"):
        short = row["short"]
        if not short or row["code"] == "SF20":
            continue
        agency = session.exec(select(Agency).where(Agency.code == row["code"])).one()
        demo = short in DEMO_UNITS
        name = agency.aliases.split("、")[0]
        first = f"demo-reporter-{short}" if demo else f"staff-{short}-1"
        second = f"demo-reviewer-{short}" if demo else f"staff-{short}-2"
        phone = f"000-8800{agency.code[2:]}1"
        found.append((_account(first, f"{name}填报员（演示）", agency, phone), Role.REPORTER))
        found.append((_account(second, f"{name}审核人（演示）", agency, phone), Role.REVIEWER))
    return found


def add_people(session: Session, city: Region, published: Region) -> People:
    """Add every account with its grant; leader, office and auditor also see the real places."""
    office, units = _office(session), _units(session)
    everyone = [account for account, _role in office] + [account for account, _role in units]
    save(session, everyone)
    grants = [
        RoleGrant(account_id=key(account), role=role, region_id=key(city))
        for account, role in office
        if role is not None
    ]
    grants += [
        RoleGrant(account_id=key(account), role=role, region_id=key(published))
        for account, role in office
        if role in {Role.LEADER, Role.SUPERVISOR, Role.AUDITOR, Role.OBSERVER}
    ]
    grants += [
        RoleGrant(account_id=key(account), role=role, agency_id=account.agency_id)
        for account, role in units
    ]
    save(session, grants)
    return People({account.name: account for account in everyone})


def grant_vice_mayor(session: Session, people: People) -> None:
    """Grant the vice-mayor the listed projects that he answers for."""
    account = people.id("demo-vice-mayor")
    [grant] = save(session, [RoleGrant(account_id=account, role=Role.LEADER)])
    projects = session.exec(
        select(col(LivelihoodProject.id)).where(LivelihoodProject.leader == VICE_MAYOR)
    )
    save(
        session,
        [RoleGrantProject(grant_id=key(grant), project_id=found or 0) for found in projects],
    )
