"""What nobody should send: a sentence, 4xx, nothing stored, nothing typed lost, never 500."""

from __future__ import annotations

import json
import re
import uuid
from urllib.parse import quote

import pytest

from governance.models import OnceKey
from priorities.models import Submission
from tests.house.forms import forms_of, stored

DRAFT, SUBMITTED, REVIEW, JOINT, DEFERRED, DISTRICT = (
    "draft-3",
    "SB2008-012",
    "SB2008-011",
    "SB2008-010",
    "SB2008-004",
    "SB2008-008",
)

PAGES = [
    ("health_cio", "/priorities/mine/"),
    ("health_cio", f"/priorities/submissions/{DRAFT}/"),
    ("health_cio", f"/priorities/submissions/{DRAFT}/edit/"),
    ("health_cio", f"/priorities/submissions/{DRAFT}/review/"),
    ("health_cio", f"/priorities/submissions/{SUBMITTED}/"),
    ("health_cio", "/governance/password/"),
    ("district", "/priorities/mine/"),
    ("district", f"/priorities/submissions/{DISTRICT}/"),
    ("reviewer", f"/priorities/desk/{SUBMITTED}/"),
    ("reviewer", f"/priorities/desk/{REVIEW}/"),
    ("reviewer", f"/priorities/desk/{JOINT}/"),
    ("reviewer", f"/priorities/desk/{DEFERRED}/"),
    ("reviewer", f"/priorities/desk/{DISTRICT}/"),
    ("reviewer", "/priorities/windows/"),
    ("reviewer", "/priorities/plan/2008/"),
    ("reviewer", "/priorities/rule-sets/"),
    ("leader", "/priorities/plan/2008/"),
    ("finance", f"/priorities/approvals/{JOINT}/"),
    ("ndrc", f"/priorities/approvals/{JOINT}/"),
    ("network", f"/priorities/approvals/{REVIEW}/opinion/"),
    ("finance", "/budgets/2007/"),
    ("finance", "/budgets/2007/?stage=spent"),
    ("finance", "/budgets/import/"),
    ("finance", "/budgets/lines/1/"),
    ("reviewer", "/governance/documents/"),
    ("leader", "/governance/discrepancies/D06/"),
    ("sysadmin", "/governance/accounts/"),
    ("sysadmin", "/governance/accounts/2/"),
    ("secadmin", "/governance/roles/"),
    ("reviewer", "/governance/regulations/"),
    ("reviewer", "/governance/regulations/1/"),
    ("reviewer", "/projects/tasks/T2-01/"),
    ("reviewer", "/projects/P04/state/"),
    ("reviewer", "/projects/P04/classify/"),
    ("reviewer", "/projects/P04/first-lead/"),
    ("reviewer", "/projects/P04/change/"),
    ("reviewer", "/projects/P20/take-over/"),
    ("industry", "/projects/P01/progress/"),
    ("industry", "/projects/milestones/1/"),
    ("reviewer", "/projects/P04/"),
    ("office_head", "/governance/documents/"),
    ("auditor", "/governance/audit/"),
    ("reviewer", "/governance/organisations/new/"),
    ("office_head", "/governance/discrepancies/new/"),
    ("office_head", "/governance/discrepancies/D48/decide/"),
    ("reviewer", "/governance/regulations/1/text/"),
    ("reviewer", "/governance/training/new/"),
    ("reviewer", "/governance/training/target/"),
    *(
        ("reviewer", f"/governance/organisations/3/{form}/")
        for form in ("merge", "succession", "separate", "alias", "edit", "service")
    ),
    ("reviewer", "/governance/bodies/1/"),
]

VALUES = {
    "nul": "甲\x00乙",
    "blank": "   ",
    "infinite": "1e400",
    "negative": "-5",
    "year 0": "0000-00-00",
    "big": "9" * 400,
    "long": "长" * 30_000,
}


@pytest.fixture
def posting(offices):
    """`posting(who)`: a client that raises nothing, so that a 500 is an answer like any other."""
    clients = {}

    def of(who):
        if who not in clients:
            clients[who] = offices.client(who, raise_request_exception=False)
        return clients[who]

    return of


def refused(client, address, data, **kwargs):
    """POST what must be refused: 4xx, nothing stored."""
    before = stored()
    answer = client.post(address, data, **kwargs)
    assert 400 <= answer.status_code < 500, (address, answer.status_code)
    assert stored() == before, address
    return answer


@pytest.fixture
def every_form(posting):
    """(who, form) once for each kind of form that the pages hold."""
    forms, taken = [], set()
    for who, address in PAGES:
        page = posting(who).get(address)
        if page.status_code != 200:
            continue
        for form in forms_of(page.content.decode(), address):
            kind = re.sub(r"SB\d{4}-\d{3}", "", form.action)
            key = (kind, *sorted(n for n in form.data if "|" not in n))
            if form.typed() and key not in taken:
                taken.add(key)
                forms.append((who, form))
    return forms


def test_every_form_of_every_page_survives(posting, every_form):
    """Twice each: NUL in every field, then a different oddity in each field."""
    assert len(every_form) > 30
    wrong, before, odd = [], stored(), list(VALUES.values())
    for n, (who, form) in enumerate(every_form):
        mixed = {name: odd[(n + i) % len(odd)] for i, name in enumerate(form.typed())}
        for kind, typed in (("nul", dict.fromkeys(form.typed(), "甲\x00乙")), ("mixed", mixed)):
            data = form.data | typed
            if "once" in data:
                data["once"] = uuid.uuid4().hex
            answer = posting(who).post(form.action, data)
            now = stored()
            changed, before = now != before, now
            if answer.status_code >= 500 or (changed and (kind == "nul" or answer.status_code >= 400)):
                wrong.append((who, form.action, kind, answer.status_code, changed))
    assert not wrong, wrong


# The filing form


@pytest.fixture
def draft(offices):
    return Submission.objects.by_reference(DRAFT).get()


FILING = [
    {"facts.no_such_fact.value": "yes"},
    {"facts.important.value": "maybe"},
    {"start": "2008", "end": "2006"},
    {"start": "0000"},
    {"start": "0", "end": "0"},
    {"construction": "palace"},
    {"title": "长" * 300},
    {"title": "a\x00b"},
    {"components.0.name": "甲", "components.0.money.2008.city": "1e400"},
    {"components.0.name": "甲", "components.0.money.2008.city": "-5"},
    {"components.0.name": "甲", "components.0.money.2008.city": "NaN"},
    {"components.0.name": "甲", "components.0.money.0.city": "5"},
    {"components.0.name": "甲", "components.0.money.2008.casino": "5"},
    {"components.0.name": "甲", "components.0.facts.important": "yes"},
    {"security.level": "9"},
    {"goals.0.indicator": "甲", "goals.0.year": "0"},
]
SHAPES = [
    {"goals": "x"},
    {"components": "x"},
    {"facts": "x", "facts.important.value": "yes"},
    {"security": "x", "security.level": "2"},
    {"contact": "x"},
    {"components.0.money": "x", "components.0.money.2008.city": "3"},
    {"components.0.facts": "x", "components.0.facts.closed_and_independent": "yes"},
    {"goals.99999999999.indicator": "x"},
    {"facts.important.value.more": "x"},
    {".": "x"},
    {"goals..": "x"},
]


def test_a_wrong_answer_in_the_filing_form_is_422_and_stays_in_the_form(posting, draft):
    cio, address = posting("health_cio"), f"/priorities/submissions/{DRAFT}/"
    for typed in FILING:
        data = {"version": draft.version, "evaluation": "已经打了很多字"} | typed
        answer = refused(cio, f"{address}edit/", data)
        assert answer.status_code == 422, typed
        assert "已经打了很多字" in answer.content.decode(), typed
        answer = refused(cio, f"{address}autosave/", data)
        assert (answer.status_code, bool(answer.json()["errors"])) == (422, True), typed
        before = stored()
        assert cio.post(f"{address}live/", data).status_code == 200
        assert stored() == before


def test_inputs_of_another_shape_are_no_server_error(posting, draft):
    cio, address = posting("health_cio"), f"/priorities/submissions/{DRAFT}/"
    for typed in SHAPES:
        for verb in ("live/", "autosave/", "edit/"):
            assert cio.post(address + verb, {"version": 10**8} | typed).status_code < 500, (verb, typed)


def test_full_width_digits_are_read_as_digits(posting, draft):
    cio = posting("health_cio")
    data = {
        "version": draft.version,
        "title": "甲系统",
        "start": "２００８",
        "end": "２００９",
        "components.0.name": "甲",
        "components.0.kind": "platform",
        "components.0.money.2008.city": "３００",
    }
    assert cio.post(f"/priorities/submissions/{DRAFT}/autosave/", data).status_code == 200
    draft.refresh_from_db()
    assert (draft.proposal["start"], draft.proposal["components"][0]["money"][0]["amount_wan"]) == ("2008", "300.00")


def test_an_older_version_keeps_both_texts(posting, draft):
    cio = posting("health_cio")
    answer = refused(
        cio, f"/priorities/submissions/{DRAFT}/edit/", {"version": draft.version + 7, "title": "我打的题目"}
    )
    assert answer.status_code == 409
    assert "我打的题目" in answer.content.decode()
    assert refused(cio, f"/priorities/submissions/{DRAFT}/autosave/", {"version": draft.version + 7}).status_code == 409


def test_a_form_of_three_megabytes_is_413_and_too_many_fields_400(posting):
    cio, address = posting("health_cio"), f"/priorities/submissions/{DRAFT}/edit/"
    body = "title=" + "a" * 3_000_000
    for who, where in (
        ("health_cio", address),
        ("reviewer", f"/priorities/desk/{REVIEW}/return/"),
        ("finance", "/budgets/2007/cells/"),
    ):
        answer = refused(posting(who), where, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413, where
    assert refused(cio, address, {f"x{n}": "" for n in range(5000)}).status_code == 400
    assert refused(cio, address, b"--x\r\nnonsense", content_type="multipart/form-data; boundary=").status_code == 400


def test_broken_encodings_in_a_body_or_an_address_are_no_server_error(posting):
    reviewer = posting("reviewer")
    for broken in ("%00", "%ED%A0%80", "%FF%FE", "%C0%80", "%F4%90%80%80"):
        body = f"sentence={broken}&field={broken}&q={broken}"
        answer = reviewer.post(
            f"/priorities/desk/{REVIEW}/return/", body, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code < 500, broken
        for address in (
            "/search/?q=",
            "/projects/?q=",
            "/projects/as-of/?day=",
            "/governance/documents/?year=",
            "/api/v1/projects/?search=",
            "/api/v1/plan-items/",
            "/priorities/desk/?q=",
            "/projects/",
            "/priorities/rule-sets/",
        ):
            assert reviewer.get(address + broken + ("" if "?" in address else "/")).status_code < 500, (address, broken)


ADDRESSES = {
    "reviewer": [
        "/search/?q={}",
        "/projects/?q={}&year={}&state={}&lead={}&programme={}&page={}",
        "/calendar/?year={}&month={}",
        "/projects/as-of/?day={}",
        "/priorities/desk/?state={}&view={}&q={}",
        "/budgets/2007/?stage={}",
        "/governance/documents/?year={}&kind={}&page={}",
        "/governance/documents/progress/?n={}",
        "/governance/discrepancies/?weight={}&q={}&open={}&section={}&by={}",
        "/governance/plan/?q={}",
        "/governance/bodies/?day={}",
        "/governance/organisations/?q={}&kind={}",
        "/projects/progress/?page={}",
        "/projects/tasks/?block={}",
        "/governance/notices/?page={}",
        "/priorities/criteria/?heading={}",
        "/projects/{}/",
        "/priorities/desk/{}/",
        "/governance/regulations/?q={}",
    ],
    "auditor": [
        "/governance/audit/?from={}&to={}&person={}&record={}&ok={}&page={}",
        "/governance/audit/?person={}",
        "/governance/audit/?record={}",
    ],
    "sysadmin": ["/governance/accounts/?q={}&page={}"],
    "secadmin": ["/governance/roles/?q={}&page={}"],
    "industry": ["/projects/P01/progress/?period={}"],
}


def test_a_hostile_address_is_no_server_error_and_changes_nothing(posting):
    before = stored()
    for who, addresses in ADDRESSES.items():
        for address in addresses:
            for value in ("", "%20", "-1", "1e400", "0000-00-00", "9" * 300, "'\"<b>", "%25_\\", "３００"):
                where = address.replace("{}", quote(value, safe="%"))
                assert posting(who).get(where).status_code < 500, (who, where)
    for where in (
        "/budgets/0/",
        "/budgets/99999999999999999999/",
        "/priorities/plan/0/",
        "/priorities/plan/99999/",
        "/governance/organisations/99999999999999999999/",
        "/budgets/lines/99999999999999999999/",
        "/projects/milestones/99999999999999999999/",
        "/priorities/submissions/draft-99999999999999999/",
        f"/governance/documents/{uuid.uuid4()}/",
    ):
        assert posting("reviewer").get(where).status_code == 404, where
    assert stored() == before


# Money, windows, rule sets, accounts, documents


def test_a_cell_that_is_no_amount_is_422_and_stays_in_its_cell(posting):
    for typed in ("1e400", "-5", "NaN", "12..5", "三百五", "一千块左右", "9" * 30):
        data = {
            "stage": "approved",
            "cell|P06|city": typed,
            "was|P06|city": "",
            "version|P06|city": "0",
            "document_number": "筑财预〔2007〕1号",
        }
        answer = refused(posting("finance"), "/budgets/2007/cells/", data)
        assert answer.status_code in (409, 422), typed
        assert typed in answer.content.decode(), typed
    for data in (
        {"stage": "castle", "cell|P06|city": "5"},
        {"stage": "approved", "cell|P06|casino": "5"},
        {"stage": "approved", "cell|P06|city": "5", "version|P06|city": "x"},
    ):
        refused(posting("finance"), "/budgets/2007/cells/", data)


def test_wrong_windows_rule_sets_accounts_and_requests_are_422(posting):
    cases = [
        (
            "reviewer",
            "/priorities/windows/",
            {"what": "open", "plan_year": "2009", "opens": "2008-09-01", "closes": "2008-01-01"},
        ),
        (
            "reviewer",
            "/priorities/windows/",
            {"what": "open", "plan_year": "0", "opens": "2008-09-01", "closes": "2008-10-01"},
        ),
        ("reviewer", "/priorities/windows/", {"what": "open", "plan_year": "2009"}),
        (
            "reviewer",
            "/priorities/windows/",
            {"what": "extend", "plan_year": "2008", "until": "0000-00-00", "reason": "甲"},
        ),
        (
            "reviewer",
            "/priorities/windows/",
            {"what": "leave", "plan_year": "2008", "until": "2007-12-01", "reason": " "},
        ),
        ("reviewer", "/priorities/rule-sets/", {"key": "a b", "title": "", "reason": ""}),
        (
            "reviewer",
            "/priorities/rule-sets/",
            {"key": "x1", "title": "甲", "reason": "乙", "reading|8.3.1(1)": "nonsense"},
        ),
        (
            "reviewer",
            "/priorities/rule-sets/",
            {"key": "x1", "title": "甲", "reason": "乙", "precedence": ["priority", "priority"]},
        ),
        ("finance", "/budgets/revenue/", {"revenue_wan": "-5", "document": "决算", "fiscal_year": "2007"}),
        ("finance", "/budgets/revenue/", {"revenue_wan": "1e9", "document": "决算", "fiscal_year": "0"}),
        ("reviewer", "/governance/documents/request/", {"kind": "secrets", "year": "2007", "formats": "pdf"}),
        ("reviewer", "/governance/documents/request/", {"kind": "annual_budget", "year": "0", "formats": "exe"}),
        ("sysadmin", "/governance/accounts/", {"username": " ", "full_name": "", "password": "1"}),
        ("secadmin", "/governance/roles/", {"user": "999999", "role": "emperor", "organisation": "x"}),
        ("health_cio", "/priorities/submissions/new/", {"kind": "castle", "plan_year": "2008"}),
        ("health_cio", "/priorities/submissions/new/", {"kind": "new", "plan_year": "0"}),
        ("health_cio", "/priorities/submissions/new/", {"kind": "planned", "plan_year": "2008", "project": "P99"}),
    ]
    for who, address, data in cases:
        assert refused(posting(who), address, data).status_code in (404, 409, 422), (address, data)


def test_a_wrong_login_says_the_same_whoever_is_wrong(client, offices):
    client.raise_request_exception = False
    pages = []
    for username, password in (
        ("demo-cio", "x"),
        ("nobody", "x"),
        ("", ""),
        ("a\x00", "b"),
        ("长" * 5000, "长" * 5000),
    ):
        answer = client.post("/login/", {"username": username, "password": password})
        assert 400 <= answer.status_code < 500
        pages.append("用户名或密码不对" in answer.content.decode())
    assert pages[:3] == [True, True, True]
    right = client.post(
        "/login/", {"username": "demo-cio", "password": "Guiyang-2006", "next": "https://evil.example/"}
    )
    assert right.status_code in (302, 422, 429)
    assert right.status_code != 302 or right["Location"] == "/"


# Other people's records, wrong states, double clicks


def test_a_foreign_case_is_404_like_a_missing_one(posting):
    cio = posting("health_cio")
    for tail in ("", "edit/", "review/"):
        foreign = cio.get(f"/priorities/submissions/{REVIEW}/{tail}")
        missing = cio.get(f"/priorities/submissions/SB2008-999/{tail}")
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert _plain(foreign) == _plain(missing)
    for tail in (
        "edit/",
        "autosave/",
        "live/",
        "review/",
        "withdraw/",
        "discard/",
        "participants/",
        "attach/",
        "answer/",
    ):
        assert refused(
            cio, f"/priorities/submissions/{REVIEW}/{tail}", {"version": 1, "title": "偷改"}
        ).status_code in (404, 422)
    assert (
        refused(
            posting("expert"), f"/priorities/approvals/{SUBMITTED}/opinion/", {"kind": "agree", "edition": 1}
        ).status_code
        == 404
    )


def _plain(answer) -> str:
    """The page without its address and its form token."""
    page = re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())
    return page.replace(answer.wsgi_request.path, "").replace(REVIEW, "").replace("SB2008-999", "")


def test_a_transition_from_the_wrong_state_is_409_with_a_sentence(posting, offices):
    steps = [
        ("reviewer", f"/priorities/desk/{REVIEW}/accept/"),
        ("reviewer", f"/priorities/desk/{SUBMITTED}/send/"),
        ("reviewer", f"/priorities/desk/{JOINT}/re-review/"),
        ("reviewer", f"/priorities/desk/{DEFERRED}/acknowledge/"),
        ("finance", f"/priorities/approvals/{REVIEW}/sign/"),
        ("health_cio", f"/priorities/submissions/{SUBMITTED}/review/"),
        ("health_cio", f"/priorities/submissions/{SUBMITTED}/edit/"),
    ]
    for who, address in steps:
        version = Submission.objects.by_reference(address.split("/")[3]).get().version
        answer = refused(posting(who), address, {"version": version, "reason": "甲", "title": "打了半天的题目"})
        assert answer.status_code == 409, (address, answer.status_code)


def test_a_double_click_leads_to_the_same_place_and_makes_one_thing(posting):
    cio, token = posting("health_cio"), uuid.uuid4().hex
    count = Submission.objects.count()
    data = {"kind": "new", "plan_year": "2008", "once": token}
    first, second = cio.post("/priorities/submissions/new/", data), cio.post("/priorities/submissions/new/", data)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert (Submission.objects.count(), OnceKey.objects.filter(key__startswith=token).count()) == (count + 1, 1)
    row = Submission.objects.by_reference(SUBMITTED).get()
    data = {"version": row.version, "once": token}
    first, second = (posting("reviewer").post(f"/priorities/desk/{SUBMITTED}/accept/", data) for _ in range(2))
    assert (
        (first.status_code, first["Location"])
        == (second.status_code, second["Location"])
        == (302, f"/priorities/desk/{SUBMITTED}/")
    )


# The API


def test_hostile_bodies_are_400_and_413_and_store_nothing(posting):
    cio = posting("health_cio")
    bodies = [
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"title": "a", "title": "b"}',
        b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}',
        b'{"plan_year": ' + b"9" * 5000 + b"}",
        b'{"plan_year": 1e400}',
        b'{"plan_year": 0}',
        b'{"plan_year": "x"}',
        b'{"kind": "castle"}',
        b'{"proposal": []}',
        b'{"proposal": {"facts": {"no_such_fact": "yes"}}}',
        b'{"proposal": {"facts": []}}',
        b'{"proposal": {"components": {}}}',
        b'{"proposal": {"components": [{"facts": []}]}}',
        b'{"proposal": {"goals": [1]}}',
        b'{"proposal": {"components": [{"name": "x", "money": ['
        b'{"source": "city", "fiscal_year": 2008, "amount_wan": "1e400"}]}]}}',
        b'{"proposal": {"components": [{"name": "x", "money": ['
        b'{"source": "city", "fiscal_year": 2008, "amount_wan": 1e400}]}]}}',
        b'{"proposal": {"components": [{"name": "x", "money": ['
        b'{"source": "city", "fiscal_year": 2008, "amount_wan": -5}]}]}}',
        b'{"proposal": {"components": [{"name": "x", "money": ['
        b'{"source": [], "fiscal_year": {}, "amount_wan": true}]}]}}',
        b'{"proposal": {"start": "2008", "end": "2006"}}',
        b'{"proposal": {"start": 0}}',
        b'{"proposal": {"start": [], "security": 5}}',
        b'{"proposal": {"security": {"level": [], "commitments": {}}}}',
        b'{"proposal": {"title": {}}}',
        b'{"project": "P99", "kind": "planned"}',
        b'{"proposal": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"title": "' + b"a" * 500 + b'"}',
    ]
    before = stored()
    for where in ("/api/v1/submissions/", f"/api/v1/submissions/{DRAFT}/"):
        for body in bodies:
            call = cio.put if DRAFT in where else cio.post
            if DRAFT in where and body.startswith(b'{"proposal": '):
                body = b'{"version": 1, ' + body[1:]
            answer = call(where, body, content_type="application/json")
            assert (answer.status_code, bool(answer.json())) == (400, True), (where, body[:80], answer.status_code)
    huge = b'{"title": "' + b"a" * 3_000_000 + b'"}'
    assert cio.post("/api/v1/submissions/", huge, content_type="application/json").status_code == 413
    assert cio.post("/api/v1/submissions/", {"title": "x"}).status_code == 415
    assert cio.patch(f"/api/v1/submissions/{DRAFT}/", "{}", content_type="application/json").status_code == 405
    assert cio.delete(f"/api/v1/submissions/{DRAFT}/").status_code == 405
    for verb in ("submit", "withdraw"):
        for body in (
            b"[]",
            b"null",
            b'{"version": "x"}',
            b'{"version": 0}',
            b'{"reason": "\\u0000"}',
            b'{"points": {}}',
            b'{"points": [1]}',
        ):
            answer = cio.post(f"/api/v1/submissions/{DRAFT}/{verb}/", body, content_type="application/json")
            assert answer.status_code == 400, (verb, body)
    assert stored() == before


def test_hostile_headers_are_no_server_error(posting):
    cio = posting("health_cio")
    for key in ("\x00", "é", "k" * 101, " "):
        answer = cio.post(
            "/api/v1/submissions/",
            json.dumps({"kind": "castle"}),
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
        assert answer.status_code == 400, key
    cio.logout()
    for value in ("Token", "Token ", "Token \x00", "Token é", "Bearer x", "Basic xx", "Token a b"):
        assert cio.get("/api/v1/projects/", headers={"Authorization": value}).status_code == 401, value
