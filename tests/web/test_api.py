"""The read API: what a token opens, what it never does, and how each answer is counted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session, select

from dashboard import clock, db, migrate
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.account import reset_account, set_active
from dashboard.commands.grant import end_grant
from dashboard.commands.row import save_row
from dashboard.commands.session import end_what_was_open
from dashboard.commands.token import end_token, log_use, make_token
from dashboard.errors import Invalid, NotAllowed
from dashboard.jobs import daily
from dashboard.permissions import ROLE_ACTIONS, Action, Actor
from dashboard.queries.row import row_count
from dashboard.queries.token import token_roles
from dashboard.web import api
from dashboard.web.throttle import Throttle
from models.account import Role, RoleGrant
from models.audit import AuditEntry, Via
from models.token import ApiToken, ApiUse
from tests.city import FIGURES, FOREIGN, HOUSING, OWNERS, SCHOOLS, SEALED, City, furnish
from tests.city import plant as plant_cities
from tests.queries.test_scope import OPENS_SEALED, SEES
from tests.web.conftest import PASSWORD, ROOT, TestClient, enter, forget, form_token, point_to

Plant = Callable[..., int]
READERS = ["ADMIN", "SUPERVISOR", "AUDITOR"]
"""The roles that may make tokens."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test starts with counters of its own."""
    monkeypatch.setattr(api, "_tokens", Throttle(100_000))
    monkeypatch.setattr(api, "_strangers", Throttle(30))


@pytest.fixture
def town(cities: City) -> City:
    """Both cities, in the database that the doors read."""
    return cities


def readable(role: Role) -> list[str]:
    return [name for name, page in ADMIN_PAGES.items() if page.read in ROLE_ACTIONS[role]]


def token_of(actor: Actor, tables: list[str] | None = None, **more: Any) -> str:
    (role,) = actor.roles
    with db.transaction() as session:
        made = make_token(
            session, actor, title="大屏", role=role, tables=tables or readable(role), days=30,
            now=clock.now(), proved_hash=None, **more,
        )  # fmt: skip
    return made.token


def get(client: TestClient, token: str, path: str, **headers: str) -> httpx.Response:
    headers["authorization"] = f"Bearer {token}"
    answer: httpx.Response = client.get(f"/api/v1{path}", headers=headers)
    return answer


def lines(event: str) -> list[AuditEntry]:
    with db.reading() as session:
        found = session.exec(select(AuditEntry).where(AuditEntry.event == event))
        return sorted(found, key=lambda line: line.id or 0)


def foreign_to(who: str) -> list[str]:
    others = {HOUSING, SCHOOLS, FOREIGN} - {OWNERS[code] for code in SEES[who]}
    sealed = [] if who in OPENS_SEALED else [SEALED]
    return [*others, *sealed, *(str(FIGURES[mark]) for mark in others)]


@pytest.mark.feature("O7", "P1")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", READERS)
def test_every_table_gives_a_role_its_own_rows_and_fields_only(
    town: City, client: TestClient, who: str
) -> None:
    token, actor = token_of(town[who]), town[who]
    leaks: list[tuple[str, str]] = []
    for name, page in ADMIN_PAGES.items():
        answer = get(client, token, f"/{name}?limit=500")
        if name not in readable(Role[who]):
            assert answer.status_code == 403, name
            continue
        assert answer.status_code == 200, answer.text
        with db.reading() as session:
            grown = name == "audit_entry"  # reading it leaves a line in it
            assert answer.json()["total"] == row_count(session, actor, page) - grown, name
        hidden = {field for field, roles in page.hidden if Role[who] in roles}
        rows = answer.json()["rows"]
        shown = [get(client, token, f"/{name}/{rows[0]['id']}").json()] if rows else []
        assert not hidden & {key for row in [*rows, *shown] for key in row}
        said = json.dumps([rows, shown], ensure_ascii=False)
        marks = [] if name == "audit_entry" else foreign_to(who)
        leaks += [(name, mark) for mark in marks if mark in said]

    assert leaks == []


@pytest.mark.safety("AC1")
@pytest.mark.parametrize(
    "who", ["SECURITY", "OBSERVER", "LEADER", "REPORTER", "REVIEWER", "NOBODY"]
)
def test_a_role_without_the_right_makes_no_token(town: City, who: str) -> None:
    with pytest.raises(NotAllowed), db.transaction() as session:
        make_token(
            session, town[who], title="x", role=Role.ADMIN, tables=["agency"], days=30,
            now=clock.now(), proved_hash=None,
        )  # fmt: skip
    assert token_roles(town[who]) == []


@pytest.mark.safety("AC1")
def test_who_may_not_take_a_table_out_as_a_workbook_may_not_by_the_interface_either() -> None:
    makers = {role for role in Role if Action.TOKEN_MAKE in ROLE_ACTIONS[role]}
    exporters = {role for role in Role if Action.TABLE_EXPORT in ROLE_ACTIONS[role]}

    assert makers == exporters == {Role[who] for who in READERS}


@pytest.mark.safety("AC1")
def test_a_token_of_a_role_that_lost_the_right_opens_nothing(
    town: City, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(town["SUPERVISOR"], ["agency"])
    assert get(client, token, "/agency").status_code == 200

    narrower = ROLE_ACTIONS[Role.SUPERVISOR] - {Action.TOKEN_MAKE}
    monkeypatch.setitem(ROLE_ACTIONS, Role.SUPERVISOR, narrower)

    assert get(client, token, "/agency").status_code == 401


@pytest.mark.feature("P1")
@pytest.mark.safety("AC2")
def test_a_row_out_of_scope_and_one_that_is_not_answer_alike(
    town: City, client: TestClient
) -> None:
    token = token_of(town["SUPERVISOR"])

    answers = [
        get(client, token, f"/livelihood_project/{key}") for key in (town.id("F1"), 99_999, 10**20)
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1
    assert get(client, token, f"/livelihood_project/{town.id('H1')}").json()["code"] == "H1"


@pytest.mark.feature("P1")
def test_a_token_is_narrowed_to_its_tables_and_to_a_unit(town: City, client: TestClient) -> None:
    region = town.regions["home"].id
    own = token_of(town["SUPERVISOR"], ["livelihood_project"], region_id=region)
    other = token_of(town["AUDITOR"], ["livelihood_project"], region_id=region)

    assert get(client, own, "/agency").status_code == 403
    assert [line.table_name for line in lines("place:read")] == ["agency"]
    codes = [
        {row["code"] for row in get(client, token, "/livelihood_project").json()["rows"]}
        for token in (own, other)
    ]
    assert codes == [{"H1", "H2", "S1"}] * 2
    tables = [each["table"] for each in get(client, other, "/").json()["tables"]]
    assert tables == ["livelihood_project"]


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"tables": []}, "至少选择一张"),
        ({"tables": ["api_token"]}, "不能读取“api_token”"),
        ({"tables": ["audit_entry"]}, "不能读取“审计日志”"),
        ({"days": 3650}, "30、90、180 或 365 天"),
        ({"title": " "}, "用途应为 1 至 40 个字"),
    ],
)
def test_a_token_beyond_what_can_be_chosen_is_refused(
    town: City, choice: dict[str, Any], said: str
) -> None:
    values = {"title": "x", "tables": ["agency"], "days": 30, **choice}
    with pytest.raises(Invalid, match=said), db.transaction() as session:
        make_token(
            session, town["SUPERVISOR"], role=Role.SUPERVISOR, now=clock.now(), proved_hash=None,
            **values,
        )  # fmt: skip


@pytest.mark.safety("AC5")
def test_a_token_for_a_foreign_place_is_refused(town: City) -> None:
    with pytest.raises(Invalid, match="不在您的授权之内"):
        token_of(town["SUPERVISOR"], region_id=town.regions["away"].id)


def _disable(city: City, session: Session, key: int) -> None:
    set_active(session, city["SECURITY"], key, active=False, now=clock.now())


def _reset(city: City, session: Session, key: int) -> None:
    reset_account(session, city["ADMIN"], key, now=clock.now())


def _end_grants(city: City, session: Session, key: int) -> None:
    for grant in session.exec(select(RoleGrant).where(RoleGrant.account_id == key)).all():
        end_grant(session, city["SECURITY"], grant.id or 0, today=clock.today())


def _end(city: City, session: Session, key: int) -> None:
    row = session.exec(select(ApiToken)).one()
    end_token(session, city["SUPERVISOR"], row.id or 0, now=clock.now())


def _expire(_city: City, session: Session, _key: int) -> None:
    session.exec(select(ApiToken)).one().ends_at = clock.now() - timedelta(seconds=1)


def _restore(_city: City, session: Session, _key: int) -> None:
    end_what_was_open(session, now=clock.now())


@pytest.mark.feature("P1")
@pytest.mark.safety("AU11")
@pytest.mark.parametrize("end", [_disable, _reset, _end_grants, _end, _expire, _restore])
def test_a_token_ends_with_its_account_its_grants_its_password_and_by_hand(
    town: City, client: TestClient, end: Callable[[City, Session, int], None]
) -> None:
    token = token_of(town["SUPERVISOR"])
    assert get(client, token, "/agency").status_code == 200

    with db.transaction() as session:
        end(town, session, town["SUPERVISOR"].account_id)

    answer = get(client, token, "/agency")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    (refused,) = [line for line in lines("api:read") if not line.success]
    assert (refused.account_name, refused.via) == ("supervisor", Via.API)


@pytest.mark.safety("AU8", "AD7")
def test_only_the_hash_of_a_token_is_kept(town: City, client: TestClient) -> None:
    token = token_of(town["SUPERVISOR"])
    get(client, token, "/agency")

    with db.reading() as session:
        row = session.exec(select(ApiToken)).one()
        told = "".join(str(line.model_dump()) for line in session.exec(select(AuditEntry)))
    assert token not in str(row.model_dump()) + told
    assert row.token_hash not in told


@pytest.mark.feature("P1")
def test_values_are_exact_and_codes_and_keys_carry_their_words(
    town: City, client: TestClient
) -> None:
    token = token_of(town["SUPERVISOR"])
    key = town.reports["H1"].id

    row = get(client, token, f"/progress_report/{key}").json()

    assert Decimal(row["completed_pct"]) == FIGURES[HOUSING]
    assert isinstance(row["completed_pct"], str)
    assert row["month"] == "2026-07-01"
    assert row["state"] == {"code": "ACCEPTED", "label": "已审定"}
    assert row["project_id"]["key"] == town.id("H1")
    assert HOUSING in row["project_id"]["label"]
    assert row["created_at"].endswith("Z")


@pytest.mark.feature("P1")
def test_a_list_is_searched_filtered_sorted_and_paged_as_its_link_says(
    town: City, client: TestClient
) -> None:
    token = token_of(town["SUPERVISOR"])
    path = "/livelihood_project?sort=-code&columns=code&limit=2"

    first = get(client, token, path).json()
    second = get(client, token, first["next"].removeprefix("/api/v1")).json()
    agency = town.agencies["schools"].id
    found = get(client, token, f"/livelihood_project?is-lead_agency={agency}").json()

    assert (first["total"], first["limit"], first["page"]) == (3, 2, 1)
    assert [row["code"] for row in first["rows"] + second["rows"]] == ["S1", "H2", "H1"]
    assert second["next"] is None
    assert set(first["rows"][0]) == {"id", "version", "code"}
    assert [row["code"] for row in found["rows"]] == ["S1"]


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("table", "query", "said"),
    [
        ("agency", "colour=red", "参数 colour"),
        ("agency", "is-nothing=1", "参数 is-nothing"),
        ("agency", "sort=path", "参数 sort"),
        ("agency", "columns=name.path", "参数 columns"),
        ("agency", "limit=0", "limit 应为 1 至 500"),
        ("agency", "limit=501", "limit 应为 1 至 500"),
        ("agency", "n=0", "参数 n"),
        ("agency", "search=甲&search=乙", "参数 search"),
        ("progress_report", "days=2026-13", "参数 days"),
        ("livelihood_project", "is-own9=1", "没有“own9”这一列"),
    ],
)
def test_what_a_list_cannot_be_asked_is_refused_in_one_sentence(
    town: City, client: TestClient, table: str, query: str, said: str
) -> None:
    answer = get(client, token_of(town["SUPERVISOR"]), f"/{table}?{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]


@pytest.mark.feature("O8")
def test_a_hidden_field_is_neither_given_nor_filtered_nor_sorted_by(
    town: City, client: TestClient
) -> None:
    token = token_of(town["AUDITOR"], ["account"])

    assert "phone" not in get(client, token, "/account").json()["rows"][0]
    for query in ("sort=phone", "columns=phone"):
        assert "无权查看" in get(client, token, f"/account?{query}").json()["detail"]


@pytest.mark.feature("P1")
@pytest.mark.safety("AD1")
def test_reading_leaves_a_line_at_once_and_a_sum_after_the_day(
    town: City, client: TestClient
) -> None:
    token = token_of(town["SUPERVISOR"], ["agency", "region"])
    seen = [get(client, token, path).json()["total"] for path in ("/agency", "/agency", "/region")]

    first = lines("api:read")
    with db.transaction() as session:
        tomorrow = clock.today() + timedelta(days=1)
        assert (log_use(session, today=tomorrow), log_use(session, today=tomorrow)) == (1, 0)

    assert [(line.table_name, line.via) for line in first] == [
        ("agency", Via.API), ("region", Via.API),
    ]  # fmt: skip
    (summed,) = lines("api:day")
    assert json.loads(summed.changes)["agency"] == [None, f"2 次，{seen[0] + seen[1]} 条"]


def test_the_daily_job_sums_up(town: City) -> None:
    token_of(town["SUPERVISOR"], ["agency"])
    with db.transaction() as session:
        key = session.exec(select(ApiToken.id)).one() or 0
        day = clock.today() - timedelta(days=1)
        session.add(ApiUse(token_id=key, day=day, table_name="agency", requests=3, rows_count=9))

    daily(clock.today())

    assert "3 次，9 条" in lines("api:day")[0].changes


@pytest.mark.feature("P1")
def test_an_unchanged_answer_is_not_sent_again(town: City, client: TestClient) -> None:
    token = token_of(town["SUPERVISOR"])
    get(client, token, "/agency")
    tag = get(client, token, "/agency").headers["etag"]

    again = get(client, token, "/agency", **{"if-none-match": tag})
    with db.transaction() as session:
        key, page = town.agencies["housing"].id or 0, ADMIN_PAGES["agency"]
        save_row(session, town["ADMIN"], page, key, {"name": "新名"}, today=clock.today())
    changed = get(client, token, "/agency", **{"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert "新名" in changed.text


@pytest.mark.safety("AU8")
@pytest.mark.parametrize("path", ["/api/v1/agency", "/api/v1/", "/api/v1/openapi.json"])
def test_a_stranger_is_told_to_show_a_token(client: TestClient, place: object, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["detail"] == "请在 Authorization 中出示有效的令牌：Bearer 加令牌。"


@pytest.mark.safety("AU4")
def test_who_shows_wrong_tokens_or_asks_too_often_waits(
    town: City, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(town["SUPERVISOR"])
    monkeypatch.setattr(api, "_tokens", Throttle(2))

    statuses = [get(client, token, "/agency").status_code for _each in range(3)]
    wrong = [get(client, "mssj_wrong", "/agency") for _each in range(31)]

    assert statuses == [200, 200, 429]
    assert [answer.status_code for answer in wrong] == [401] * 30 + [429]
    assert 0 < int(wrong[-1].headers["retry-after"]) <= 61
    assert [line for line in lines("api:read") if not line.success] == []


@pytest.mark.safety("AC5")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written_through_the_api(town: City, client: TestClient, method: str) -> None:
    headers = {"authorization": f"Bearer {token_of(town['ADMIN'])}"}

    answer = client.request(method, "/api/v1/agency/1", headers=headers, json={"name": "x"})

    assert (answer.status_code, answer.json()["detail"]) == (405, "接口只供读取。")


@pytest.mark.safety("OU5")
def test_the_description_shows_what_the_caller_may_read_and_no_more(
    town: City, client: TestClient
) -> None:
    token = token_of(town["SUPERVISOR"], ["agency", "progress_report"])
    described = get(client, token, "/openapi.json").json()
    cookie = {"cookie": enter(town["SECURITY"].account_id)}
    signed_in = client.get("/api/v1/openapi.json", headers=cookie).json()

    assert set(described["components"]["schemas"]) == {"agency", "progress_report"}
    state = described["components"]["schemas"]["progress_report"]["properties"]["state"]
    assert "ACCEPTED" in state["properties"]["code"]["enum"]
    assert "account" in signed_in["components"]["schemas"]
    assert "phone" not in signed_in["components"]["schemas"]["account"]["properties"]
    assert "livelihood_project" not in signed_in["components"]["schemas"]
    assert client.get("/api/v1/agency", headers=cookie).status_code == 401


@pytest.mark.feature("P1")
def test_a_person_makes_a_token_with_the_password_sees_it_once_and_ends_it(
    client: TestClient, plant: Plant
) -> None:
    client.headers["cookie"] = enter(plant("zhang", Role.SUPERVISOR))
    page = client.get("/me/tokens")
    fields = {"title": "大屏", "role": "SUPERVISOR", "tables": ["agency"], "days": "30"}
    hidden = page.text.split('name="form_token" value="')[1].split('"')[0]
    client.headers["cookie"] += f"; form={hidden}"

    wrong = client.post("/me/tokens", data={"form_token": hidden, **fields, "current": "no"})
    made = client.post("/me/tokens", data={"form_token": hidden, **fields, "current": PASSWORD})
    token = made.text.split('id="made" class="code" value="')[1].split('"')[0]

    assert (wrong.status_code, "当前密码不正确。" in wrong.text) == (422, True)
    assert token not in client.get("/me/tokens").text
    assert get(client, token, "/agency").json()["rows"][0]["name"] == "住建局"
    with db.reading() as session:
        key = session.exec(select(ApiToken.id)).one()
    client.post("/me/tokens/end", data={"form_token": hidden, "token_id": str(key)})
    assert get(client, token, "/agency").status_code == 401


@pytest.mark.safety("OU8")
def test_another_site_makes_no_token(client: TestClient, plant: Plant) -> None:
    client.headers["cookie"] = enter(plant("zhang", Role.SUPERVISOR))

    answer = client.post("/me/tokens", data={"title": "x"}, headers={"origin": "http://evil.cn"})

    assert answer.status_code == 403
    assert form_token(client, "/me/tokens")
    with db.reading() as session:
        assert session.exec(select(ApiToken)).all() == []


def _examples() -> list[str]:
    """The paths that the examples of the documentation ask for."""
    paths = []
    for line in (ROOT / "docs/api.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("curl"):
            *options, address = shlex.split(line)
            path = address.split("/api/v1", 1)[1]
            asked = options[options.index("--data-urlencode") + 1] if "-G" in options else ""
            paths.append(f"{path}?{asked}" if asked else path)
    return paths


@pytest.mark.feature("P1")
@pytest.mark.parametrize("path", _examples())
def test_the_examples_of_the_documentation_are_answered(
    town: City, client: TestClient, path: str
) -> None:
    answer = get(client, token_of(town["SUPERVISOR"]), path)

    assert answer.status_code == 200, answer.text
    assert answer.json().get("rows", answer.json())


SECRETS = ("password_hash", "token_hash", "folded_name", "follow_hash", "secret", "uid")


@pytest.mark.safety("AU8", "OU5")
@pytest.mark.parametrize("who", READERS)
def test_no_secret_is_described_sorted_filtered_or_asked_for(
    town: City, client: TestClient, who: str
) -> None:
    token = token_of(town[who])
    described = get(client, token, "/openapi.json").json()["components"]["schemas"]

    assert not {name for each in described.values() for name in each["properties"]} & set(SECRETS)
    for table in described:
        for name in SECRETS:
            for query in (f"sort={name}", f"columns={name}", f"is-{name}=1"):
                assert get(client, token, f"/{table}?{query}").status_code == 422


@pytest.fixture
def server(postgres_url: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """Both cities in a PostgreSQL that the doors read."""
    url = make_url(postgres_url).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS doors"))
        connection.execute(text("CREATE DATABASE doors"))
    admin.dispose()
    address = url.set(database="doors").render_as_string(hide_password=False)
    point_to(place, monkeypatch, DASHBOARD_DATABASE_URL=address)
    migrate.upgrade(db.engine())
    with Session(db.engine(), autoflush=False, expire_on_commit=False) as session:
        city = plant_cities(session)
        furnish(session, city)
        session.commit()
        session.expunge_all()
    yield city
    forget()


@pytest.mark.postgres
@pytest.mark.feature("P1")
@pytest.mark.safety("AC2")
def test_on_postgresql_every_table_answers_the_same_questions(
    server: City, client: TestClient
) -> None:
    token = token_of(server["SUPERVISOR"])
    region = server.regions["home"].id
    narrow = token_of(server["AUDITOR"], ["livelihood_project"], region_id=region)
    marks = foreign_to("SUPERVISOR")

    for table in readable(Role.SUPERVISOR):
        page = ADMIN_PAGES[table]
        for query in ("", f"sort=-{page.listed[-1]}", "search=标记", "search=Abc", "n=2&limit=1"):
            answer = get(client, token, f"/{table}?{query}")
            assert answer.status_code == 200, (table, query, answer.text)
            assert [mark for mark in marks if mark in answer.text] == []
    codes = [row["code"] for row in get(client, narrow, "/livelihood_project").json()["rows"]]
    assert sorted(codes) == ["H1", "H2", "S1"]
    assert get(client, token, f"/livelihood_project/{server.id('F1')}").status_code == 404
    assert get(client, token, "/livelihood_project?sort=phone_number").status_code == 422
    tag = get(client, token, "/agency").headers["etag"]
    assert get(client, token, "/agency", **{"if-none-match": tag}).status_code == 304
    with db.transaction() as session:
        key = session.exec(select(ApiToken.id).where(ApiToken.role == Role.SUPERVISOR)).one()
        end_token(session, server["SUPERVISOR"], key or 0, now=clock.now())
    assert get(client, token, "/agency").status_code == 401
