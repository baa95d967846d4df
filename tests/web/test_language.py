"""The language of a page: chosen at the door or for the account, Chinese until then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard import db, i18n
from dashboard.server import page_html
from models.account import Account
from tests.web.conftest import PASSWORD, TestClient, mark_as_demonstration, post

Plant = Callable[..., int]


def language_of(account_id: int) -> str:
    with db.reading() as session:
        return session.get_one(Account, account_id).language


@pytest.mark.feature("P3")
def test_the_door_speaks_chinese_until_english_is_chosen(client: TestClient) -> None:
    assert "登录" in client.get("/sign-in").text

    english = client.get("/sign-in?lang=en").text
    again = client.get("/sign-in").text

    for page in (english, again):
        assert '<html lang="en">' in page
        assert "Sign in" in page
        assert "登录" not in page


@pytest.mark.feature("P3")
def test_a_language_chosen_for_the_account_is_spoken_at_once_and_everywhere(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("zhang")
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    post(client, "/me/language", language="en")

    assert language_of(account_id) == "en"
    assert "Change password" in client.get("/me").text
    client.cookies.delete("language")
    assert "Change password" in client.get("/me").text


def test_a_language_chosen_at_the_door_goes_with_the_person(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("zhang")
    client.get("/sign-in?lang=en")

    post(client, "/sign-in", name="zhang", password=PASSWORD)

    assert language_of(account_id) == "en"


def test_signing_in_without_a_choice_keeps_the_language_of_the_account(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("zhang")
    post(client, "/sign-in", name="zhang", password=PASSWORD)
    post(client, "/me/language", language="en")
    client.cookies.clear()

    post(client, "/sign-in", name="zhang", password=PASSWORD)

    assert language_of(account_id) == "en"


def test_a_shared_demonstration_account_speaks_what_its_next_visitor_reads(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("demo-leader")
    mark_as_demonstration()
    client.get("/sign-in?lang=en")
    post(client, "/sign-in/demo", name="demo-leader")
    assert language_of(account_id) == "en"
    client.cookies.clear()

    post(client, "/sign-in/demo", name="demo-leader")

    assert language_of(account_id) == "zh"


def test_the_page_of_the_application_names_the_language_spoken() -> None:
    i18n.use("en")

    html = page_html()

    i18n.use(i18n.SOURCE)
    assert '<html lang="en">' in html
    assert "<title>Livelihood Projects Dashboard</title>" in html
    assert "启用" not in html
