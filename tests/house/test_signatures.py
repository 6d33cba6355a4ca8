"""A signature is an act: the password was given lately, and what was seen is what is signed."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from budgets.models import BudgetLine
from governance.models import Answer, ApiToken, AuditRow
from governance.web import confirmation
from priorities import actions
from priorities.models import Conclusion, Submission
from tests.governance.phones import phone_of
from tests.house.forms import forms_of, stored

JOINT = "SB2008-010"
AT = f"/priorities/approvals/{JOINT}/"


def stale(client):
    """The browser stays open; the password was given long ago."""
    session = client.session
    session[confirmation.KEY] -= confirmation.SECONDS + 1
    session.save()
    return client


@pytest.fixture
def signer(offices) -> str:
    """Who has not signed yet in the round."""
    for who in ("finance", "ndrc", "industry", "office_head"):
        if 'id="sign"' in offices.client(who).get(AT).content.decode():
            return who
    raise AssertionError("everybody has signed")


def form_of(client, act="sign") -> dict:
    page = client.get(AT).content.decode()
    return next(f.data for f in forms_of(page, AT) if f.action.endswith(f"/{act}/"))


def again(answer) -> tuple[str, dict]:
    """The form of the page that asks for the password."""
    page = answer.content.decode()
    action = re.search(r'<form method="post" action="([^"]*confirm[^"]*)"', page)[1].replace("&amp;", "&")
    fields = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.S))
    return action, fields


def test_an_open_browser_signs_nothing_and_the_password_signs_what_was_posted(offices, signer):
    client = stale(offices.client(signer))
    data = form_of(client) | {"text": "同意立项"}
    before = stored()
    asked = client.post(f"{AT}sign/", data)
    assert asked.status_code == 403
    assert stored() == before
    assert "您要办的是" in asked.content.decode()
    assert "签署同意" in asked.content.decode()
    where, fields = again(asked)
    assert fields["text"] == "同意立项"
    assert client.post(where, fields | {confirmation.FIELD: "wrong"}).status_code == 403
    assert stored() == before
    assert AuditRow.objects.filter(event="session.unconfirmed").count() == 1
    assert client.post(where, fields | {confirmation.FIELD: "Guiyang-2006"}).status_code == 302
    assert Answer.objects.latest("pk").text == "同意立项"


def test_a_form_that_comes_back_at_the_address_of_the_confirmation_is_no_wrong_password(offices, signer):
    """Refused there because somebody else was quicker, the page posts to that address without a password."""
    client = offices.client(signer)
    assert client.post(f"{AT}sign/?{confirmation.ASKED}=1", form_of(client)).status_code == 302
    assert not AuditRow.objects.filter(event="session.unconfirmed").exists()


def test_that_form_asks_all_the_same_where_the_password_was_given_long_ago(offices, signer):
    client, before = stale(offices.client(signer)), stored()
    asked = client.post(f"{AT}sign/?{confirmation.ASKED}=1", form_of(client))
    assert asked.status_code == 403
    assert "再输一次密码" in asked.content.decode()
    assert stored() == before


def test_whoever_only_looks_at_what_a_move_would_do_is_not_asked_for_his_password(offices):
    client = stale(offices.client("finance"))
    line = BudgetLine.objects.filter(source="city", approved_wan__gt=1, appropriated_wan=None).first()
    at, before = f"/budgets/lines/{line.pk}/", stored()
    form = next(f.data for f in forms_of(client.get(at).content.decode(), at) if "to_project" in f.kinds)
    form |= {"stage": "approved", "to_project": "P17", "amount_wan": "0.12", "look": "1"}
    looked = client.post(at, form)
    assert looked.status_code == 200
    assert "0.12" in looked.content.decode()
    assert looked.context["effects"], looked.context["not_so"]
    assert stored() == before


def test_within_ten_minutes_nobody_is_asked_again(offices, signer):
    client = offices.client(signer)
    assert client.post(f"{AT}sign/", form_of(client)).status_code == 302


def test_whoever_may_not_sign_is_refused_and_not_asked(offices):
    client = stale(offices.client("health_cio"))
    answer = client.post(f"{AT}sign/", {"version": 1, "shown": "x"})
    assert answer.status_code in (403, 404)
    assert "再输一次密码" not in answer.content.decode()


def test_a_scan_is_chosen_again_after_the_password(offices, signer):
    client = stale(offices.client(signer))
    scan = SimpleUploadedFile("签字.pdf", b"%PDF-1.4", content_type="application/pdf")
    more = {"signer": "王某", "signed_on": "2007-08-19", "scan": scan}
    asked = client.post(f"{AT}sign/", form_of(client) | more, headers={"Referer": f"http://testserver{AT}"})
    assert asked.status_code == 403
    page = asked.content.decode()
    assert "签字.pdf" in page
    assert "王某" in page
    done = client.post("/governance/confirm/", {confirmation.FIELD: "Guiyang-2006", "next": AT})
    assert (done.status_code, done["Location"]) == (302, AT)
    assert (
        client.post("/governance/confirm/", {confirmation.FIELD: "x", "next": "https://evil.example/"}).status_code
        == 422
    )


@pytest.mark.parametrize("missing", ["version", "shown"])
@pytest.mark.parametrize("act", ["sign", "refuse"])
def test_a_signature_of_who_knows_what_is_428(offices, signer, missing, act):
    client = offices.client(signer)
    data = form_of(client, act) | {"reason": "other", "clause": "8.3.2(3)", "text": "缺材料"}
    del data[missing]
    before = stored()
    assert client.post(f"{AT}{act}/", data).status_code == 428
    assert stored() == before


def test_a_signature_of_changed_amounts_is_refused_and_of_the_same_is_kept_with_its_digest(offices, signer):
    client, other = offices.client(signer), offices.client(signer)
    data = form_of(client)
    row = Submission.objects.by_reference(JOINT).get()
    conclusion = Conclusion.objects.filter(submission=row, in_force=True).latest("pk")
    held = conclusion.amounts
    conclusion.amounts = [a | {"approved_wan": "1.00"} for a in held] or [{"approved_wan": "1.00"}]
    conclusion.save()
    answer = client.post(f"{AT}sign/", data)
    assert answer.status_code == 409
    assert "有了变化" in answer.content.decode()
    conclusion.amounts = held
    conclusion.save()
    assert other.post(f"{AT}sign/", data).status_code == 302
    assert Answer.objects.latest("pk").shown == data["shown"]


def test_the_api_signs_only_with_a_version_and_a_fresh_password(offices, signer):
    row = Submission.objects.by_reference(JOINT).get()
    at, client = f"/api/v1/submissions/{JOINT}/sign/", offices.client(signer)
    assert client.post(at, {}, content_type="application/json").status_code == 428
    body = {"version": row.version}
    assert stale(client).post(at, body, content_type="application/json").status_code == 403
    assert offices.client(signer).post(at, body, content_type="application/json").status_code == 200


def test_a_token_signs_nothing(offices, signer):
    version = Submission.objects.by_reference(JOINT).get().version
    answer = Client().post(
        f"/api/v1/submissions/{JOINT}/sign/",
        {"version": version},
        content_type="application/json",
        headers={"Authorization": f"Token {ApiToken.issue(offices.user(signer))}"},
    )
    assert answer.status_code == 403
    assert "令牌不能签署" in answer.json()["detail"]


def test_whoever_has_a_second_factor_signs_with_a_code_and_not_with_the_password(offices, signer):
    with phone_of(offices.user(signer)) as phone:
        client = stale(offices.client(signer))
        asked = client.post(f"{AT}sign/", form_of(client) | {"text": "同意立项"})
        assert asked.status_code == 403
        assert "再输一次验证码" in asked.content.decode()
        where, fields = again(asked)
        before = Answer.objects.count()
        for wrong in ("Guiyang-2006", "000000", ""):
            assert client.post(where, fields | {confirmation.FIELD: wrong}).status_code == 403
        assert Answer.objects.count() == before
        assert client.post(where, fields | {confirmation.FIELD: phone.code()}).status_code == 302
    assert Answer.objects.latest("pk").known_by == "code"


def test_a_sixth_wrong_password_of_a_posted_signature_is_429_and_no_error(offices, signer):
    client = stale(offices.client(signer))
    where, fields = again(client.post(f"{AT}sign/", form_of(client)))
    found = [client.post(where, fields | {confirmation.FIELD: "x"}).status_code for _ in range(6)]
    assert found == [403] * 5 + [429]


@pytest.mark.parametrize("how", ["password", "code", "recovery"])
def test_a_signature_says_how_its_person_was_known(offices, signer, how):
    client = offices.client(signer)
    session = client.session
    session[confirmation.HOW] = how
    session.save()
    assert client.post(f"{AT}sign/", form_of(client)).status_code == 302
    row = Answer.objects.latest("pk")
    assert row.known_by == how
    page = client.get(AT).content.decode()
    assert f"凭{dict(Answer.KNOWN)[how]}" in page
    assert f"/governance/signatures/{row.pk}/" in page


def test_a_paper_signature_says_so_and_a_withdrawn_one_keeps_its_row(offices, signer):
    client = offices.client(signer)
    scan = SimpleUploadedFile("签字.pdf", b"%PDF-1.4", content_type="application/pdf")
    client.post(f"{AT}sign/", form_of(client) | {"signer": "王某", "signed_on": "2007-08-19", "scan": scan})
    row = Answer.objects.latest("pk")
    assert (row.signer, row.known_by) == ("王某", "paper")
    assert "纸质签署" in client.get(f"/governance/signatures/{row.pk}/").content.decode()


def verified(client, row) -> tuple[bool, str]:
    answer = client.get(f"/governance/signatures/{row.pk}/")
    assert answer.status_code == 200
    return answer.context["is_same"], answer.content.decode()


def test_a_signature_is_verified_what_by_whom_when_and_that_it_still_stands(offices, signer):
    client = offices.client(signer)
    client.post(f"{AT}sign/", form_of(client) | {"text": "同意立项"})
    row = Answer.objects.latest("pk")
    is_same, page = verified(offices.client("auditor"), row)
    assert is_same
    trail = AuditRow.objects.filter(event="priorities.submission.sign", user_id=row.user_id).latest("seq")
    for said in (row.shown, "密码", row.by_text, "同意立项", JOINT, f"第 {trail.seq} 条", trail.hash):
        assert said in page, said
    conclusion = Conclusion.objects.filter(submission__number=JOINT, in_force=True).latest("pk")
    Conclusion.objects.filter(pk=conclusion.pk).update(amounts=[{"approved_wan": "1.00"}])
    is_same, page = verified(offices.client("auditor"), row)
    assert not is_same
    assert "有变化" in page


def test_a_later_signature_with_a_condition_leaves_the_earlier_one_as_it_was(offices):
    signers = ("finance", "ndrc", "industry", "office_head")
    second = next(who for who in signers if may_sign(offices, who))
    row = Submission.objects.by_reference(JOINT).get()
    given = Answer.objects.filter(seat__round__about=row.audit_key, in_force=True)
    first = next(who for who in signers if given.filter(user=offices.user(who)).exists())
    actions.withdraw_signature(by=getattr(offices, first), submission=row, version=row.version)
    client = offices.client(first)
    more = {"condition": "补齐材料", "condition_due": "2007-12-31"}
    assert client.post(f"{AT}sign/", form_of(client) | {"kind": "conditional", **more}).status_code == 302
    one = Answer.objects.latest("pk")
    client = offices.client(second)
    assert client.post(f"{AT}sign/", form_of(client)).status_code == 302
    two = Answer.objects.latest("pk")
    assert one.shown != two.shown
    assert [verified(offices.client("auditor"), row)[0] for row in (one, two)] == [True, True]


def may_sign(offices, who) -> bool:
    return 'id="sign"' in offices.client(who).get(AT).content.decode()


def test_every_signature_of_the_demonstration_has_its_page(offices):
    client = offices.client("auditor")
    rows = Answer.objects.exclude(kind="withdrawn")
    assert rows.count() > 3
    assert {client.get(f"/governance/signatures/{row.pk}/").status_code for row in rows} == {200}


def test_a_signature_is_not_there_for_whoever_does_not_see_its_record(offices):
    row = Answer.objects.filter(seat__round__kind="joint_approval").first()
    pages = [offices.client("district").get(f"/governance/signatures/{pk}/") for pk in (row.pk, 10**9)]
    assert [p.status_code for p in pages] == [404, 404]
    assert offices.client("sysadmin").get(f"/governance/signatures/{row.pk}/").status_code == 403


def test_five_wrong_passwords_are_enough(offices):
    client = stale(offices.client("finance"))
    for _ in range(5):
        assert client.post("/governance/confirm/", {confirmation.FIELD: "x"}).status_code == 422
    answer = client.post("/governance/confirm/", {confirmation.FIELD: "Guiyang-2006"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_what_is_not_there_for_one_carries_nobody_s_form(offices):
    """Whoever reads a case and files none of it gets the same page as for a case that does not exist."""
    client = offices.client("industry")
    pages = [
        client.post(f"/priorities/submissions/{number}/edit/", {"version": 1, "title": "x"})
        for number in ("SB2008-004", "SB2008-999")
    ]
    assert [p.status_code for p in pages] == [404, 404]
    assert 'name="title"' not in pages[0].content.decode()


def test_an_auditor_makes_no_file(offices):
    before = stored()
    assert offices.client("auditor").post("/priorities/submissions/SB2008-011/receipt/").status_code == 403
    assert stored() == before


@pytest.mark.parametrize(
    ("who", "where", "data"),
    [
        ("leader", "/governance/discrepancies/D48/decide/", {"reading": "b", "reason": "领导小组会议议定"}),
        ("secadmin", "/governance/roles/", {"role": "finance", "manner": "正式", "from_day": "2007-08-20"}),
        ("finance", "/budgets/2007/cells/", {"stage": "estimate", "cell|P06|city": "5", "version|P06|city": "0"}),
    ],
)
def test_adoption_grants_and_booking_ask_as_well(offices, who, where, data):
    client = stale(offices.client(who))
    if "roles" in where:
        data = {"user": offices.user("expert").pk, "organisation": offices.finance.organisation_id, **data}
    if "decide" in where:
        data = next(f.data for f in forms_of(client.get(where).content.decode(), where) if f.typed()) | data
    before = stored()
    answer = client.post(where, data)
    assert answer.status_code == 403, answer.content.decode()[:500]
    assert "再输一次密码" in answer.content.decode()
    assert stored() == before
