"""会签会议: agenda, pack, decisions of a body on many cases, minutes; 纸质签署 by an appointed 经办人; countable
reasons."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance import jobs
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, WrongRole
from governance.basics.roles import Role
from governance.kernel import access
from governance.models import Answer, Appointment, Notice, User
from priorities import actions
from priorities.approval import meeting_pack, shown
from priorities.models import Submission
from tests.conftest import log_in
from tests.page import words

TITLE = "2007 年第 3 次联合会签会议"


@pytest.fixture
def agenda(stories) -> list[Submission]:
    return [stories.joint_approval(), stories.joint_approval()]


@pytest.fixture
def sitting(cast, agenda):
    return actions.convene(by=cast.reviewer, title=TITLE, held_on=clock.today(), submissions=agenda)


def test_a_sitting_takes_cases_in_joint_approval_alone_and_tells_the_silent_seats(cast, stories, agenda):
    actions.sign(by=cast.finance, submission=agenda[0], version=agenda[0].version)
    made = actions.convene(by=cast.reviewer, title=TITLE, held_on=dt.date(2007, 8, 23), submissions=agenda)
    assert [c.submission for c in made.cases.all()] == agenda
    told = Notice.objects.filter(sentence__contains="议程").values_list("organisation_id", flat=True)
    assert list(told).count(cast.finance.organisation_id) == 1  # of two cases only one still waits for it
    assert list(told).count(cast.ndrc.organisation_id) == 2
    with pytest.raises(Refused, match="不在联合会签中"):
        actions.convene(by=cast.reviewer, title=TITLE, held_on=clock.today(), submissions=[stories.ready()])
    with pytest.raises(Invalid) as caught:
        actions.convene(by=cast.reviewer, title="", held_on=None, submissions=[])
    assert set(caught.value.fields) == {"title", "held_on", "submissions"}
    with pytest.raises(WrongRole):
        actions.convene(by=cast.finance, title=TITLE, held_on=clock.today(), submissions=agenda)


def test_a_body_enters_its_decisions_on_all_cases_at_once_each_on_its_own(cast, agenda, sitting):
    one, two = agenda
    decisions = {one.pk: {"kind": "agree"}, two.pk: {"kind": "refuse", "reason": "other", "text": ""}}
    done = actions.record_decisions(by=cast.finance, sitting=sitting, decisions=decisions, signer="张局长", token="t1")
    assert [(d.reference, bool(d.refusal)) for d in done] == [(one.reference, False), (two.reference, True)]
    answer = Answer.objects.get(in_force=True)
    assert (answer.signer, answer.signed_on) == ("张局长", sitting.held_on)
    again = actions.record_decisions(
        by=cast.finance, sitting=sitting, decisions={one.pk: {"kind": "agree"}}, signer="张局长", token="t1"
    )
    assert not again[0].refusal  # the same form twice answers like the first
    assert Answer.objects.count() == 1


def test_all_four_bodies_decide_and_the_minutes_close_the_sitting(cast, agenda, sitting):
    for by in (cast.finance, cast.ndrc, cast.industry, cast.office_head):
        actions.record_decisions(by=by, sitting=sitting, decisions={r.pk: {"kind": "agree"} for r in agenda})
    assert set(Submission.objects.values_list("state", flat=True)) == {"candidate"}
    with pytest.raises(Invalid, match="文号不由系统编造"):
        actions.record_minutes(by=cast.reviewer, sitting=sitting, version=sitting.version, minutes_number="")
    closed = actions.record_minutes(
        by=cast.reviewer,
        sitting=sitting,
        version=sitting.version,
        minutes_number="筑信会纪〔2007〕3号",
        notes={agenda[0].pk: "同意列为候选"},
    )
    assert (closed.state, closed.cases.first().note) == ("recorded", "同意列为候选")
    with pytest.raises(Refused, match="已记录"):
        actions.record_minutes(by=cast.reviewer, sitting=closed, version=closed.version, minutes_number="x")


def test_a_sitting_to_come_has_no_minutes_yet(cast, agenda):
    made = actions.convene(by=cast.reviewer, title=TITLE, held_on=dt.date(2007, 8, 23), submissions=agenda)
    with pytest.raises(Refused, match="还没有开"):
        actions.record_minutes(by=cast.reviewer, sitting=made, version=made.version, minutes_number="x")


def test_the_pack_holds_every_case_with_money_clauses_opinions_conflicts_and_a_line_a_seat(cast, stories):
    led = stories.joint_approval(by=cast.industry)
    made = actions.convene(
        by=cast.reviewer, title=TITLE, held_on=clock.today(), submissions=[stories.joint_approval(), led]
    )
    report = meeting_pack.build(made).as_json()
    tables = {t["id"]: t for s in report["sections"] for t in s["tables"]}
    assert [len(tables[f"case-{n}-trace"]["rows"]) for n in (1, 2)] == [17, 17]
    money = tables["case-1-money"]
    assert (money["totals"]["asked"], money["totals"]["settled"]) == ("120.00", "120.00")
    assert [len(tables[f"case-{n}-seats"]["rows"]) for n in (1, 2)] == [4, 5]  # the independent signature
    sheet = next(s for s in meeting_pack.build(made).sections if s.id == "case-2-sheet")
    assert "牵头或联合申报单位" in sheet.paragraphs[0]


def test_the_pack_is_printed_as_one_pdf_with_the_same_bytes_for_the_same_content(cast, sitting):
    (first,) = jobs.run_now("meeting_pack", {"sitting": sitting.pk}, by=None)
    (again,) = jobs.run_now("meeting_pack", {"sitting": sitting.pk}, by=None)
    assert first.content[:5] == b"%PDF-"
    assert first.pages > 2
    assert first.content == again.content


def test_applicants_experts_and_districts_have_no_place_at_the_table(cast, sitting):
    for name in ("health_cio", "expert", "network", "district"):
        client = cast.client(name)
        assert client.get("/priorities/sittings/").status_code == 403
        assert client.post(f"/priorities/sittings/{sitting.pk}/pack/", {}).status_code == 403
    assert cast.client("auditor").post(f"/priorities/sittings/{sitting.pk}/pack/", {}).status_code == 403


def test_the_pages_convene_decide_and_record(cast, agenda):
    office = cast.client("reviewer")
    bad = office.post(
        "/priorities/sittings/", {"title": TITLE, "held_on": "八月", "submission": [agenda[0].pk], "once": "a"}
    )
    assert (bad.status_code, TITLE in bad.content.decode()) == (422, True)
    made = office.post(
        "/priorities/sittings/", {"title": TITLE, "held_on": "2007-08-20", "submission": [r.pk for r in agenda]}
    )
    at = made.headers["Location"]
    finance = cast.client("finance")
    assert "我的决定" in finance.get(at).content.decode()
    one, two = agenda
    assert finance.post(f"{at}decide/", {}).status_code == 422
    post = {f"kind.{one.pk}": "agree", f"kind.{two.pk}": "refuse", f"reason.{two.pk}": "source", "once": "d1"}
    assert finance.post(f"{at}decide/", post).status_code == 302
    two.refresh_from_db()
    assert two.state == "under_review"
    assert Answer.objects.get(kind="refuse").clause == "8.1"
    assert office.post(f"{at}minutes/", {"version": 1, "minutes_number": "筑信会纪〔2007〕3号"}).status_code == 302
    assert "筑信会纪〔2007〕3号" in office.get("/priorities/sittings/").content.decode()
    assert "资金来源不落实" in office.get("/priorities/approvals/").content.decode()


# --- on paper --------------------------------------------------------------------------------------------------------


@pytest.fixture
def clerk(cast) -> User:
    """经办人 of the finance bureau, appointed 委托."""
    user = User.objects.create(username="clerk", full_name="郝记", phone="0851-5820399")
    Appointment.objects.create(
        user=user,
        organisation_id=cast.finance.organisation_id,
        role=Role.FINANCE,
        manner="委托",
        from_day=dt.date(2007, 1, 1),
    )
    return user


def test_a_clerk_enters_what_the_leader_signed_and_signs_nothing_himself(cast, agenda, clerk, media):
    from django.test import Client

    by, row = access.actor_for(clerk), agenda[0]
    with pytest.raises(Invalid, match="受委托的经办人"):
        actions.sign(by=by, submission=row, version=row.version)
    with pytest.raises(Invalid, match="受委托的经办人"):
        actions.refuse(by=by, submission=row, version=row.version, reason="source")
    client = Client()
    log_in(client, clerk)
    at = f"/priorities/approvals/{row.reference}/"
    body = {"version": row.version, "shown": shown.of(row), "signer": "张局长", "signed_on": "2007-08-18"}
    fake = SimpleUploadedFile("签字.pdf", b"not a pdf")
    assert client.post(f"{at}sign/", body | {"scan": fake}).status_code == 422
    scan = SimpleUploadedFile("签字.pdf", b"%PDF-1.4 signature")
    assert client.post(f"{at}sign/", body | {"scan": scan}).status_code == 302
    page = words(client.get(at).content.decode())
    assert "纸质签署：张局长（2007-08-18），市财政局 · 郝记（委托） 录入" in page
    answer = Answer.objects.get()
    got = client.get(f"{at}scans/{answer.pk}/")
    assert (got.status_code, b"".join(got.streaming_content)) == (200, b"%PDF-1.4 signature")
    assert cast.client("district").get(f"{at}scans/{answer.pk}/").status_code == 404


def test_reasons_of_a_refusal_come_from_a_list_with_their_clause(cast, agenda):
    one, two = agenda
    row = actions.refuse(by=cast.finance, submission=one, version=one.version, reason="growth", text="超 30 万元")
    answer = Answer.objects.get(kind="refuse")
    assert (answer.reason, answer.clause, answer.text) == ("超出年度资金安排", "9.6.1", "超出年度资金安排\n超 30 万元")
    assert row.transitions.latest("pk").reason.endswith("不同意（9.6.1）：超出年度资金安排，超 30 万元")
    with pytest.raises(Invalid, match="理由和条款"):
        actions.refuse(by=cast.finance, submission=two, version=two.version, reason="other", clause="8.1")
