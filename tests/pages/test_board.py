"""The board as links: what a count, a row and a word of need lead to."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.city import TODAY
from tests.pages.conftest import Open

LINK = re.compile(r'href=\\?"([^"\\]*)')


@pytest.mark.feature("H7")
def test_a_count_leads_to_its_light_and_when_chosen_back_to_all(open_page: Open) -> None:
    every = open_page("board", "LEADER", place="某区")
    chosen = open_page("board", "LEADER", place="某区", light="BAD")

    assert "?place=%E6%9F%90%E5%8C%BA&amp;light=BAD" in LINK.findall(every.text)
    assert "?place=%E6%9F%90%E5%8C%BA" in LINK.findall(chosen.text)
    assert "aria-current=true" in chosen.text


@pytest.mark.safety("OU2")
def test_what_a_link_carries_is_never_markup(open_page: Open) -> None:
    page = open_page("board", "LEADER", place='"><b id="planted">', light="'><i>")

    assert "planted" in "".join(LINK.findall(page.text))
    assert '<b id="planted">' not in page.text.replace("\\", "")
    assert "'><i>" not in page.text.replace("\\", "")


@pytest.mark.feature("H7")
def test_the_way_back_changes_what_the_boxes_show(open_page: Open) -> None:
    page = open_page("board", "SUPERVISOR").unfold("筛选")
    unit = page.test.selectbox(key="choose-unit").options[1]
    page.test.selectbox(key="choose-unit").set_value(unit)
    page.test.date_input(key="choose-day").set_value(TODAY - timedelta(days=3))
    page.run()
    linked = dict(page.test.query_params)
    links = LINK.findall(page.text)

    page.test.query_params.clear()
    page.run()

    assert linked == {"unit": unit, "day": "2026-08-31"}
    assert f"?{urlencode(linked)}&amp;light=BAD".replace("&day", "&amp;day") in links
    assert page.test.selectbox(key="choose-unit").value == ""
    assert page.test.date_input(key="choose-day").value == TODAY
    assert dict(page.test.query_params) == {}
