"""The switch to English on every page, and back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, link_to, settle
from tests.messages import CHINESE, FIRST_RULES, catalogue

RUN = re.compile(rf"{CHINESE.pattern}(?:{CHINESE.pattern}|[\w.%-])*")
"""Chinese on a page, with the figures and letters in it."""
TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const within = walker.currentNode.parentElement.tagName;
    if (!["STYLE", "SCRIPT", "NOSCRIPT"].includes(within)) found.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  return found.map(text => text.trim()).filter(text => text);
}"""
VISITS = {
    "demo-leader": ["/board", "/desk", "/project", "/account"],
    "demo-supervisor": ["/reports", "/plan", "/rules"],
    "demo-reporter-zj": ["/reports", "/desk"],
    "demo-admin": ["/people", "/agencies"],
    "demo-auditor": ["/log"],
}


def entered(folder: Path) -> str:
    """Give every Chinese text in the database, less the words of the first rule set."""
    found = []
    with closing(sqlite3.connect(folder / "dashboard.db")) as connection:
        statement = "SELECT id FROM light_rule_set WHERE code = ?"
        [(first,)] = connection.execute(statement, (FIRST_RULES,))
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in names.fetchall():
            rows = connection.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in rows.description]
            mark = "rule_set_id" if table.startswith("light_") else ""
            mark = "id" if table == "light_rule_set" else mark
            for row in rows:
                if mark in columns and row[columns.index(mark)] == first:
                    continue
                found += [value for value in row if isinstance(value, str)]
    return "\n".join(found)


def opened(page: Page) -> Page:
    """Open whatever is folded."""
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(e => e.click())")
    settle(page)
    return page


def ours(page: Page, data: str) -> set[str]:
    """Give the Chinese on a page that nobody entered."""
    texts: list[str] = page.evaluate(TEXTS)
    known = {str(each.id) for each in catalogue() if each.id}
    # An English sentence may end with what somebody entered.
    runs = {run.rstrip(".") for text in texts for run in RUN.findall(text)}
    strange = {run for run in runs if run not in data}
    return strange | {text for text in texts if CHINESE.search(text) and text in known - {"示范市"}}


@pytest.mark.browser
@pytest.mark.feature("P3")
def test_every_page_is_english_for_who_chose_it_at_the_door(site: Site) -> None:
    data = entered(site.folder)

    for account, paths in VISITS.items():
        person = site.invite()
        person.page.goto(f"{site.url}/sign-in?lang=en")
        assert ours(person.page, data) <= {"中文"}
        person.page.locator(f'button[value="{account}"]').click()
        person.arrive()
        for path in paths:
            page = opened(person.go(path))
            assert ours(page, data) == set(), f"{account} {path}"


@pytest.mark.browser
def test_a_project_is_english_in_all_its_sections(site: Site) -> None:
    data = entered(site.folder)
    person = site.invite()
    person.page.goto(f"{site.url}/sign-in?lang=en")
    person.page.locator('button[value="demo-supervisor"]').click()
    person.arrive()

    for section in ("light", "plan", "reports", "money", "instructions", "history"):
        page = opened(person.go(link_to(site, "SF2026-05", section)))

        assert ours(page, data) == set(), section


@pytest.mark.browser
@pytest.mark.feature("P3")
def test_the_language_is_switched_at_ones_own_account_and_back(site: Site) -> None:
    person = site.invite()
    page = person.enter("demo-leader", "/board")
    expect(page.get_by_text("需要您过问")).to_be_visible()

    for name, word in (("English", "Needs your attention"), ("中文", "需要您过问")):
        page.goto(f"{site.url}/me")
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()

        person.go("/board")
        expect(page.get_by_text(word)).to_be_visible()
