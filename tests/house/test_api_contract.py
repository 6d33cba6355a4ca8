"""/api/v1/ says what the contract promises, sentence by sentence."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import hypothesis
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from budgets import actions as money
from budgets.ledger.booking import LineKey
from governance.models import ApiToken, AuditRow, OnceKey
from guiyang_egov.demo.proposals import paper
from priorities.models import Screening, Submission
from projects.models import Project
from tests.priorities.stories import Stories

LISTS = [
    "plan-items",
    "projects",
    "plan-tasks",
    "budget-lines",
    "submissions",
    "screenings",
    "annual-plans",
    "documents",
    "organisations",
    "clauses",
    "discrepancies",
]
COUNTS = {"plan-items": 27, "projects": 27, "plan-tasks": 59, "clauses": 17, "discrepancies": 56}


def at(name: str) -> str:
    return f"/api/v1/{name}/"


@pytest.fixture
def stories(cast):
    return Stories(cast)


@pytest.fixture
def api(cast):
    """`api("reviewer").get("plan-items/P04")`, by session, JSON in and out."""

    class Api:
        def __init__(self, who, **kwargs):
            self.client = cast.client(who, **kwargs)

        def get(self, name, **query):
            return self.client.get(at(name), query)

        def send(self, method, name, body, **headers):
            return getattr(self.client, method)(
                at(name), json.dumps(body), content_type="application/json", headers=headers
            )

        def post(self, name, body=None, **headers):
            return self.send("post", name, body if body is not None else {}, **headers)

        def put(self, name, body, **headers):
            return self.send("put", name, body, **headers)

    return Api


# What the lists hold


def test_every_list_has_count_next_previous_results(api):
    reviewer = api("reviewer")
    for name in LISTS:
        answer = reviewer.get(name)
        assert answer.status_code == 200, name
        assert list(answer.json()) == ["count", "next", "previous", "results"], name
        assert answer.json()["count"] == COUNTS.get(name, answer.json()["count"]), name


def test_the_27_plan_items_stand_in_the_plans_order_and_add_up(api):
    rows = api("finance").get("plan-items", page_size=500).json()["results"]
    assert [row["code"] for row in rows] == [f"P{n:02d}" for n in range(1, 28)]
    assert [row["order"] for row in rows] == list(range(1, 28))
    assert sum(Decimal(row["estimate_wan"]) for row in rows if row["estimate_wan"]) == 6883
    assert [row["project"] for row in rows] == [row["code"] for row in rows]
    assert set(rows[0]) == {
        "code",
        "order",
        "name",
        "content",
        "time_raw",
        "start",
        "end",
        "precision",
        "estimate_wan",
        "leads",
        "leads_open_ended",
        "project",
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "P01",
            {
                "start": "2006-01",
                "end": "2007-12",
                "precision": "year",
                "estimate_wan": "300.00",
                "time_raw": "2006年—2007年",
                "leads_open_ended": False,
                "project": "P01",
            },
        ),
        (
            "P04",
            {
                "start": "2005-12",
                "end": "2006-10",
                "precision": "month",
                "estimate_wan": "96.00",
                "time_raw": "2005年12月—2006年10月",
                "project": "P04",
            },
        ),
    ],
)
def test_a_plan_item_says_its_months_and_money_as_stated(api, code, expected):
    row = api("reviewer").get(f"plan-items/{code}").json()
    assert {key: row[key] for key in expected} == expected


def test_leads_are_named_as_the_plan_names_them(api):
    rows = api("reviewer").get("plan-items", page_size=500).json()["results"]
    leads = [lead for row in rows for lead in row["leads"]]
    assert all(set(lead) == {"as_named", "organisation", "generic"} for lead in leads)
    assert any(lead["generic"] for lead in leads)
    assert any(row["leads_open_ended"] for row in rows)
    with_industry = [row for row in rows if any(lead["organisation"] == "市信息产业局" for lead in row["leads"])]
    assert (len(with_industry), sum(Decimal(row["estimate_wan"]) for row in with_industry)) == (23, 5793)


def test_a_project_says_its_state_and_latest_baseline(api):
    row = api("reviewer").get("projects/P04").json()
    assert (row["state"], row["plan_item"], row["latest_start"], row["latest_end"]) == (
        "待立项",
        "P04",
        "2005-12",
        "2006-10",
    )
    item = api("reviewer").get("plan-items/P04").json()
    same = set(item) - {"project"}
    assert {key: row[key] for key in same} == {key: item[key] for key in same}


def test_approved_wan_is_null_until_money_is_booked_and_then_a_string(api, cast):
    assert api("finance").get("projects/P06").json()["approved_wan"] is None
    p06 = Project.objects.get(code="P06")
    for stage in ("estimate", "approved"):
        money.set_cell(
            by=cast.finance,
            at=LineKey(p06, 2007, "city"),
            stage=stage,
            typed="160",
            paper=money.Paper(document_number="筑财预〔2007〕12号"),
        )
    assert api("finance").get("projects/P06").json()["approved_wan"] == "160.00"
    assert api("district").get("projects/P06").json()["approved_wan"] is None  # a district reads no budget
    lines = api("finance").get("budget-lines", fiscal_year=2007, source="市财政").json()
    assert [(r["project"], r["source"], r["approved_wan"], r["spent_wan"]) for r in lines["results"]] == [
        ("P06", "市财政", "160.00", None)
    ]
    assert api("finance").get("budget-lines", fiscal_year=2006, source="市财政").json()["count"] == 0
    assert api("finance").get("budget-lines", source="国家").json()["count"] == 0


def test_plan_tasks_say_block_text_and_how_sure_the_link_is(api):
    rows = api("reviewer").get("plan-tasks", page_size=500).json()["results"]
    assert {row["block"] for row in rows} == {"10.1", "10.2", "10.3"}
    assert (rows[0]["code"], rows[-1]["code"]) == ("T1-01", "T3-11")
    links = [link for row in rows for link in row["projects"]]
    assert {link["certainty"] for link in links} == {"sure", "possible"}
    assert api("reviewer").get("plan-tasks", block="10.1").json()["count"] == sum(r["block"] == "10.1" for r in rows)


def test_the_17_clauses_say_their_reading_and_take_both_addresses(api):
    rows = api("reviewer").get("clauses").json()["results"]
    assert len({row["clause"] for row in rows}) == 17
    row = next(row for row in rows if row["clause"] == "8.3.2(3)")
    assert {"clause", "text", "heading", "facts", "readings", "reading"} <= set(row)
    assert row["heading"] == "8.3.2"
    assert row["reading"] in {reading["key"] for reading in row["readings"]}
    assert api("reviewer").get("clauses/8.3.2(3)").json() == api("reviewer").get("clauses/8.3.2-3").json() == row


def test_clauses_come_in_pages(api):
    first = api("reviewer").get("clauses", page_size=10).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (17, 10, None)
    second = api("reviewer").client.get(first["next"]).json()
    assert (len(second["results"]), second["next"]) == (7, None)


def test_discrepancies_say_weight_quotes_readings_default_and_decision(api):
    row = api("leader").get("discrepancies/D01").json()
    assert {"code", "weight", "quotes", "readings", "default", "decision"} <= set(row)
    assert (row["weight"], row["decision"]) == ("A", None)
    assert row["default"] in {reading["key"] for reading in row["readings"]}


# Filters, pages, errors


def test_an_unknown_filter_or_value_is_400_with_the_field(api):
    queries = [
        "nonsense=1",
        "page=0",
        "page=x",
        "page_size=0",
        "page_size=501",
        "page_size=３",
        "search=%00",
        "search=a&search=b",
    ]
    reviewer = api("reviewer")
    for name in LISTS:
        for query in queries:
            answer = reviewer.client.get(f"{at(name)}?{query}")
            assert answer.status_code == 400, (name, query)
            if "%00" not in query:
                assert isinstance(answer.json()[query.partition("=")[0]][0], str), (name, query)


def test_a_value_that_cannot_be_is_400_not_everything(api):
    cases = [
        ("budget-lines", {"source": "天上"}),
        ("budget-lines", {"source": ""}),
        ("budget-lines", {"fiscal_year": "abc"}),
        ("budget-lines", {"fiscal_year": "0"}),
        ("budget-lines", {"project": "P99"}),
        ("submissions", {"state": "lost"}),
        ("projects", {"organisation": "没有的局"}),
        ("projects", {"state": "x"}),
        ("plan-tasks", {"block": "10.9"}),
        ("discrepancies", {"weight": "D"}),
        ("clauses", {"heading": "9.9"}),
        ("clauses", {"clause": "8.3.9(9)"}),
        ("plan-items", {"precision": "day"}),
        ("annual-plans", {"plan_year": "1"}),
        ("documents", {"format": "exe"}),
        ("projects", {"format": "xml"}),
        ("screenings", {"outcome": "maybe"}),
    ]
    for name, query in cases:
        answer = api("reviewer").get(name, **query)
        assert answer.status_code == 400, (name, query)
        assert list(answer.json()) == list(query), (name, query)


def test_a_page_size_of_500_is_the_most(api):
    assert len(api("reviewer").get("plan-items", page_size=500).json()["results"]) == 27
    first = api("reviewer").get("plan-items", page_size=10).json()
    assert "page=2" in first["next"]
    assert len(first["results"]) == 10


def test_search_finds_and_a_unit_answers_to_all_its_names(api):
    assert api("reviewer").get("projects", search="办公自动化").json()["count"] >= 2
    assert api("reviewer").get("plan-items", organisation="市信息产业局").json()["count"] == 23
    assert api("reviewer").get("budget-lines", search="P06").json()["count"] == 0


@pytest.mark.parametrize("name", [*LISTS, "plan-items/P04", "nowhere"])
def test_without_login_it_is_401(client, db, name):
    answer = client.get(at(name))
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])


def test_the_token_header_logs_in_and_a_wrong_one_does_not(client, cast):
    token = ApiToken.issue(cast.user("reviewer"))
    assert client.get(at("plan-items"), headers={"Authorization": f"Token {token}"}).json()["count"] == 27
    assert client.get(at("plan-items"), headers={"Authorization": f"Token {token}x"}).status_code == 401
    user = cast.user("reviewer")
    user.is_active = False
    user.save()
    assert client.get(at("plan-items"), headers={"Authorization": f"Token {token}"}).status_code == 401


def test_a_token_posts_without_csrf_and_a_session_does_not(cast):
    client = cast.client("health_cio", enforce_csrf_checks=True)
    body = json.dumps({"title": "甲系统"})
    assert client.post(at("submissions"), body, content_type="application/json").status_code == 403
    client.logout()
    token = ApiToken.issue(cast.user("health_cio"))
    headers = {"Authorization": f"Token {token}"}
    assert client.post(at("submissions"), body, content_type="application/json", headers=headers).status_code == 201


def test_administrators_reach_no_business_list(api):
    for who in ("sysadmin", "secadmin"):
        for name in LISTS:
            answer = api(who).get(name)
            assert (answer.status_code, list(answer.json())) == (403, ["detail"]), (who, name)


def test_what_may_not_be_seen_is_answered_like_what_does_not_exist(api, stories):
    row = stories.draft()
    bodies = {
        api("district").get(f"submissions/{key}").content
        for key in (row.reference, "draft-999999", "SB2008-999", "draft-x", "没有")
    }
    assert len(bodies) == 1
    assert api("district").get(f"submissions/{row.reference}").status_code == 404
    assert api("reviewer").get("projects/P99").content == api("reviewer").get("nowhere").content == bodies.pop()
    for verb in ("submit", "withdraw"):
        assert api("district").post(f"submissions/{row.reference}/{verb}").status_code == 404
    assert api("district").put(f"submissions/{row.reference}", {"version": 1, "proposal": {}}).status_code == 404


# A submission's way


def test_a_post_makes_a_draft_and_submit_files_it(api):
    cio = api("health_cio")
    made = cio.post("submissions", {"kind": "new", "plan_year": 2008, "proposal": paper("health_emergency")})
    assert made.status_code == 201
    draft = made.json()
    assert {"number", "title", "organisation", "state", "version", "facts", "components", "outcome", "clauses"} <= set(
        draft
    )
    assert (draft["state"], draft["organisation"], draft["facts"]["exchangeable"]) == ("draft", "市卫生局", "yes")
    filed = cio.post(f"submissions/{draft['number']}/submit", {"version": draft["version"]})
    assert filed.status_code == 200
    filed = filed.json()
    assert (filed["number"], filed["state"], filed["outcome"]) == (
        "SB2008-001",
        "submitted",
        Screening.objects.get().outcome,
    )
    assert len(filed["clauses"]) == 17
    assert cio.get("submissions/SB2008-001").json() == filed
    assert api("reviewer").get("submissions", state="submitted").json()["results"] == [filed]
    assert api("reviewer").get("screenings").json()["count"] == 1


def test_an_idempotency_key_replays_instead_of_doing_it_twice(api):
    cio = api("health_cio")
    body = {"plan_year": 2008, "proposal": paper("health_emergency")}
    first, again = (cio.post("submissions", body, **{"Idempotency-Key": "a-1"}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Submission.objects.count() == 1
    number = first.json()["number"]
    first = cio.post(f"submissions/{number}/submit", {"version": 1}, **{"Idempotency-Key": "s-1"})
    # The number has changed with the submit; a client that repeats its call does not know that.
    again = cio.post(f"submissions/{number}/submit", {"version": 1}, **{"Idempotency-Key": "s-1"})
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    replayed = cio.post("submissions", body, **{"Idempotency-Key": "a-1"})
    assert (replayed.status_code, Submission.objects.count()) == (201, 1)
    assert cio.post("submissions", body, **{"Idempotency-Key": "k" * 101}).status_code == 400
    assert Submission.objects.count() == 1


def test_a_put_of_an_older_version_is_409_with_what_is_there_now(api):
    cio = api("health_cio")
    draft = cio.post("submissions", {"plan_year": 2008, "proposal": paper("health_emergency")}).json()
    document = draft["proposal"] | {"title": "乙系统"}
    saved = cio.put(f"submissions/{draft['number']}", {"version": draft["version"], "proposal": document})
    assert (saved.status_code, saved.json()["title"]) == (200, "乙系统")
    stale = cio.put(
        f"submissions/{draft['number']}", {"version": draft["version"], "proposal": document | {"title": "丙"}}
    )
    assert stale.status_code == 409
    assert {"detail", "current"} <= set(stale.json())
    assert cio.get(f"submissions/{draft['number']}").json() == saved.json()
    assert cio.put(f"submissions/{draft['number']}", {"proposal": document}).status_code == 400


def test_the_office_and_the_seats_act_by_the_same_verbs(api, stories):
    row = stories.submitted()
    assert api("reviewer").post(f"submissions/{row.reference}/accept").json()["state"] == "under_review"
    returned = api("reviewer").post(
        f"submissions/{row.reference}/return", {"points": [{"field": "evaluation", "sentence": "写明由谁评估"}]}
    )
    assert returned.json()["state"] == "returned"
    assert api("health_cio").post(f"submissions/{row.reference}/submit").json()["state"] == "submitted"
    assert (
        api("health_cio").post(f"submissions/{row.reference}/withdraw", {"reason": "另报"}).json()["state"]
        == "withdrawn"
    )
    row = stories.ready()
    assert api("reviewer").post(f"submissions/{row.reference}/send").json()["state"] == "joint_approval"
    row.refresh_from_db()
    seen = {"version": row.version}
    assert api("finance").post(f"submissions/{row.reference}/sign").status_code == 428
    assert api("finance").post(f"submissions/{row.reference}/sign", seen).status_code == 200
    refused = api("ndrc").post(
        f"submissions/{row.reference}/refuse", seen | {"reason": "与在建项目重复", "clause": "8.3.3(3)"}
    )
    assert refused.json()["state"] == "under_review"
    row = stories.concluded("deferred")
    assert (
        api("reviewer").post(f"submissions/{row.reference}/re-review", {"reason": "条件具备"}).json()["state"]
        == "under_review"
    )
    row = stories.submitted(kind="district")
    assert api("reviewer").post(f"submissions/{row.reference}/acknowledge").json()["state"] == "filed"
    row = stories.under_review(kind="self_funded")
    points = {"shared_network": True, "exchange": True, "ca": True, "security": True}
    assert api("reviewer").post(f"submissions/{row.reference}/self-funded", points).json()["state"] == "self_funded"


def test_a_verb_from_the_wrong_state_is_409_with_a_sentence(api, stories):
    row = stories.submitted()
    answer = api("reviewer").post(f"submissions/{row.reference}/send")
    assert answer.status_code == 409
    assert len(answer.json()["detail"]) > 10


def test_the_wrong_role_is_403(api, stories):
    row = stories.submitted()
    body = {"shared_network": True, "exchange": True, "ca": True, "security": True}
    cases = [
        ("auditor", "submissions"),
        ("auditor", "submissions/{}/submit"),
        ("auditor", "submissions/{}/accept"),
        ("health_cio", "submissions/{}/accept"),
        ("health_cio", "submissions/{}/sign"),
        ("reviewer", "submissions/{}/submit"),
        ("health_cio", "submissions/{}/return"),
        ("health_cio", "submissions/{}/self-funded"),
        ("finance", "submissions"),
    ]
    for who, call in cases:
        answer = api(who).post(call.format(row.reference), body)
        assert (answer.status_code, list(answer.json())) == (403, ["detail"]), (who, call)
    row.refresh_from_db()
    assert (row.state, Submission.objects.count()) == ("submitted", 1)


# Screening


ITEMS = [
    {"id": "a", "title": "空"},
    {
        "id": "b",
        "title": "乙",
        "facts": {"closed_and_independent": "yes"},
        "components": [{"name": "甲", "amount_wan": "12.5"}],
    },
    {
        "id": "c",
        "facts": {"protects_livelihood": "yes", "social_supervision": "yes", "important": "unknown"},
        "components": [{"name": "机房", "amount_wan": 30, "facts": {"new_department_machine_room": "yes"}}],
        "more": 1,
    },
]


def test_a_screening_gives_what_the_command_gives_and_stores_nothing(api, tmp_path):
    path = tmp_path / "items.json"
    path.write_text(json.dumps(ITEMS, ensure_ascii=False))
    out = io.StringIO()
    call_command("screen", str(path), stdout=out)
    before = (Screening.objects.count(), AuditRow.objects.count(), OnceKey.objects.count())
    answers = [api("health_cio").post("screenings", item) for item in ITEMS]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert [a.json() for a in answers] == [json.loads(line) for line in out.getvalue().splitlines()]
    assert (Screening.objects.count(), AuditRow.objects.count(), OnceKey.objects.count()) == before


def test_a_screening_that_the_command_would_refuse_is_400(api):
    cio = api("health_cio")
    items = [
        [],
        [None],
        1,
        "x",
        {},
        {"id": ""},
        {"id": "a", "facts": {"wrong_name": "yes"}},
        {"id": "a", "facts": {"important": "maybe"}},
        {"id": "a", "facts": []},
        {"id": "a", "components": {}},
        {"id": "a", "components": [{"name": "x", "amount_wan": "-5"}]},
        {"id": "a", "components": [{"name": "x", "amount_wan": "NaN"}]},
        {"id": "a", "components": [{"name": "x"}]},
        {"id": "a", "components": [{"name": "x", "amount_wan": 1, "facts": {"important": "yes"}}]},
        {"id": "a", "components": [{"name": "x", "amount_wan": True}]},
    ]
    for item in items:
        answer = cio.client.post(at("screenings"), json.dumps(item), content_type="application/json")
        assert answer.status_code == 400, item
        assert len(answer.json()["detail"]) > 5, item


# The schema


def test_the_schema_is_valid(tmp_path):
    target = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    assert "/api/v1/plan-items/" in target.read_text()


def test_the_schema_needs_no_login(client, db):
    assert client.get("/api/schema/").status_code == 200


@pytest.fixture
def one_connection():
    """The WSGI application ends each request by closing the connection, and with it the test's transaction
    (PostgreSQL)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_get_answers_as_its_schema_says(stories, cast, one_connection):
    row = stories.adopted()
    stories.draft()
    token = ApiToken.issue(cast.user("reviewer"))
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    checks = [not_a_server_error, response_schema_conformance]
    seen = set()

    def probe(operation):
        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=6,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def run(case):
            headers = {"Authorization": f"Token {token}", "Accept-Encoding": "identity"}  # it reads nothing compressed
            case.call_and_validate(checks=checks, headers=headers)

        run()

    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.upper() == "GET":
            probe(operation)
            seen.add(operation.path)
    assert len(seen) >= 20
    assert row.number
