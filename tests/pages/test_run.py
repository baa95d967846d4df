"""A click saves only for who is signed in at that moment."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import streamlit as st

from dashboard.permissions import Actor
from dashboard.ui.run import run

CLICKED = Actor(1, "li")


@pytest.mark.safety("AC4")
@pytest.mark.parametrize("now", [lambda: None, lambda: Actor(2, "wang")])
def test_a_click_kept_from_before_signing_out_saves_nothing(
    monkeypatch: pytest.MonkeyPatch, now: Callable[[], Actor | None]
) -> None:
    said: list[str] = []
    saved: list[str] = []
    monkeypatch.setattr(sys.modules["dashboard.ui.run"], "current_actor", now)
    monkeypatch.setattr(st, "error", said.append)

    run(lambda *_all: saved.append("x"), CLICKED, done="已保存。", stay=True)

    assert saved == []
    assert said == ["您已退出登录，没有保存任何内容。请重新登录。"]
