"""The counts beside the filters say what the list shows once one of them is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session

from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import records
from dashboard.queries.row import row_count
from dashboard.queries.row_count import filter_counts
from tests.city import HOUSING, City, furnish

READERS = {"SUPERVISOR": 150, "REPORTER": 100}


@pytest.mark.feature("O2", "O7")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", READERS)
def test_every_count_of_every_table_is_that_of_the_list_with_this_filter(
    city_session: Session, city: City, who: str
) -> None:
    furnish(city_session, city)
    actor, checked = city[who], 0

    for page in (each for each in ADMIN_PAGES.values() if actor.may(each.read)):
        start = records(filter_counts(city_session, actor, page))
        views = [View()]
        if start:
            views.append(View(filters=((start[0]["filter"], (start[0]["value"],)),)))
        if page.searched:
            views.append(View(search=HOUSING))
        for view in views:
            for row in records(filter_counts(city_session, actor, page, view))[::3]:
                filters = {**dict(view.filters), row["filter"]: (row["value"],)}
                chosen = replace(view, filters=tuple(filters.items()))
                told = row_count(city_session, actor, page, chosen)
                assert told == row["rows"], (page.table, row["filter"], row["value"], view)
                checked += 1

    assert checked > READERS[who]
