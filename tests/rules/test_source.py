"""Sources: kept as one text, given back as they were, replaced by item and field."""

from __future__ import annotations

from dashboard.rules.source import (
    Source,
    kept_sources,
    sources_in,
    strips_text,
    strips_without,
)

SOURCES = [
    Source("completed_pct", "65%", "月报", "D3", upload_id=7),
    Source("problem", "“引号”\n换行", "月报", "E3", upload_id=7),
    Source("completed_pct", "66%", "月报", "D4", upload_id=7, work_item_id=2),
    Source("note", 'a"b\\c\x1f\u2028,]}', "月'报", "滞后原因2", upload_id=7),
    Source("cause", "雨季", by_hand=True, entered_by_id=5),
    Source("measure", "增加班组", by_hand=True),
]


def test_sources_are_given_back_as_they_were_kept() -> None:
    assert list(sources_in(kept_sources(SOURCES))) == SOURCES


def test_a_sheet_replaces_its_own_fields_of_its_own_work_item_only() -> None:
    left = strips_without(kept_sources(SOURCES), 2, {"completed_pct", "problem"})

    found = list(sources_in(strips_text(left)))
    assert found == [source for source in SOURCES if source.work_item_id is None]


def test_what_says_nothing_is_an_empty_list() -> None:
    assert kept_sources([]) == "[]"
    assert list(sources_in("[]")) == []
