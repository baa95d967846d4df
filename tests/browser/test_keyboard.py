"""观察 without a mouse: what is reached by Tab stays reached."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, settle

FOCUSED = """(() => {
  const at = document.activeElement;
  return /MAIN|BODY/.test(at.tagName) ? "" : at.getAttribute("aria-label") || at.innerText;
})()"""


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until something of this name has the focus; fail when it is not reached."""
    met = []
    for _press in range(most):
        page.keyboard.press("Tab")
        met.append(str(page.evaluate(FOCUSED)))
        if name in met[-1]:
            return
    raise AssertionError(f"{name} not among {met}")


@pytest.mark.browser
@pytest.mark.feature("J6")
def test_tab_leads_from_a_sections_link_through_the_form_below_it(shared: Site) -> None:
    page = shared.invite().enter("demo-supervisor", "/remarks?view=triage")
    page.locator(".ms-table a").last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="处理")).to_be_visible()
    settle(page)

    tab_to(page, "转整改")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="整改标准")).to_be_visible()
    settle(page)

    for name in ("问题", "事项", "责任人", "整改标准", "下发整改"):
        tab_to(page, name)
