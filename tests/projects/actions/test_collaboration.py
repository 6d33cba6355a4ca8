"""The 政务协同推进组织 (9.1.1): members, subjects, opinions, and what goes up to the head of the leading group."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.models import Notice, Organisation
from governance.signing.shown import digest
from projects import actions
from projects.actions.collaboration import Outcome
from projects.hooks import desk
from projects.models import CollaborationSubject
from tests.page import words

D = dt.date
OFFICE, BUREAU = "市信息办", "市信息产业局"


@pytest.fixture
def members(cast):
    for name, person, is_head in ((OFFICE, "刘志远", True), (BUREAU, "王建华", False)):
        actions.appoint_member(
            by=cast.reviewer,
            organisation=Organisation.objects.get(name=name),
            person=person,
            basis="筑信领〔2007〕1号",
            is_head=is_head,
        )


def bring(cast, **more) -> CollaborationSubject:
    values = {"title": "人口数据共享口径", "text": "公安、民政、卫生口径不一"} | more
    return actions.raise_subject(by=cast.reviewer, **values)


def speak(cast, subject, *, kind="agree", text=""):
    for by in (cast.office_head, cast.industry):
        actions.give_subject_opinion(by=by, row=subject, kind=kind, text=text)


DONE = Outcome("以公安人口库为准，民政、卫生按月比对", "筑协纪〔2007〕2号")


def test_the_head_is_of_the_office_and_there_is_one(cast, members):
    bureau, office = (Organisation.objects.get(name=name) for name in (BUREAU, OFFICE))
    appoint = {"by": cast.reviewer, "basis": "文"}
    with pytest.raises(Invalid, match="组长由市信息办领导兼任"):
        actions.appoint_member(**appoint, organisation=bureau, person="新人", is_head=True)
    with pytest.raises(Refused, match="现任组长是"):
        actions.appoint_member(**appoint, organisation=office, person="新人", is_head=True)
    with pytest.raises(Refused, match="已是成员"):
        actions.appoint_member(**appoint, organisation=bureau, person="王建华")
    with pytest.raises(WrongRole):
        actions.appoint_member(by=cast.industry, organisation=bureau, person="新人", basis="文")


def test_without_members_there_is_no_subject(cast):
    with pytest.raises(Refused, match="请先登记组长和成员"):
        bring(cast)


def test_a_subject_is_settled_once_every_member_spoke_or_the_term_is_over(cast, members):
    subject = bring(cast)
    assert any("待提出意见" in t.sentence for t in desk.waiting(cast.industry, D(2007, 8, 20)))
    actions.give_subject_opinion(by=cast.office_head, row=subject, kind="agree")
    with pytest.raises(Refused, match="还没有提出意见的成员单位：市信息产业局"):
        actions.settle_subject(by=cast.reviewer, row=subject, result=DONE)
    with clock.at(D(2007, 9, 30)):
        assert actions.settle_subject(by=cast.reviewer, row=subject, result=DONE).state == "settled"
    with pytest.raises(Refused, match="不再征求意见"):
        actions.give_subject_opinion(by=cast.industry, row=subject, kind="agree")
    assert Notice.objects.filter(key__startswith=f"collaboration:{subject.pk}:settled").count() == 2


def test_a_weighty_one_holds_when_the_head_agrees_and_comes_back_when_he_does_not(cast, members):
    subject = bring(cast)
    speak(cast, subject)
    weighty = Outcome(DONE.outcome, DONE.minutes_number, is_weighty=True)
    assert actions.settle_subject(by=cast.reviewer, row=subject, result=weighty).state == "signing"
    assert any("等待签署" in t.sentence for t in desk.waiting(cast.leader, D(2007, 8, 20)))
    with pytest.raises(NotVisible):
        actions.sign_subject(by=cast.industry, row=subject, kind="agree")
    with pytest.raises(Invalid, match="不同意必须写明理由"):
        actions.sign_subject(by=cast.leader, row=subject, kind="refuse")
    assert actions.sign_subject(by=cast.leader, row=subject, kind="refuse", text="先定隐私范围") == "open"
    actions.settle_subject(by=cast.reviewer, row=subject, result=weighty)
    assert actions.sign_subject(by=cast.leader, row=subject, kind="agree") == "concluded"
    with pytest.raises(Refused, match="现在不审定"):
        actions.sign_subject(by=cast.leader, row=subject, kind="agree")
    assert CollaborationSubject.objects.get().sent_back == ""


def test_a_later_opinion_replaces_the_earlier_and_both_stay(cast, members):
    subject = bring(cast)
    with pytest.raises(Invalid, match="写明理由"):
        actions.give_subject_opinion(by=cast.industry, row=subject, kind="refuse")
    for kind in ("refuse", "agree"):
        actions.give_subject_opinion(by=cast.industry, row=subject, kind=kind, text="接口未定")
    assert list(subject.opinions.values_list("kind", "in_force")) == [("refuse", False), ("agree", True)]
    for by in (cast.health_cio, cast.finance):
        with pytest.raises(NotVisible):
            actions.give_subject_opinion(by=by, row=subject, kind="agree")
    unit = Organisation.objects.get(name=BUREAU)
    with pytest.raises(NotVisible):
        actions.give_subject_opinion(by=cast.office_head, row=subject, kind="agree", organisation=unit)
    actions.give_subject_opinion(by=cast.reviewer, row=subject, kind="reserve", text="会上", organisation=unit)
    assert subject.opinions.get(in_force=True).by_text == cast.reviewer.text


def test_the_pages_bring_speak_settle_and_withdraw(cast, members):
    office = cast.client("reviewer")
    assert office.post("/projects/collaboration/new/", {"title": "甲", "text": ""}).status_code == 422
    assert office.post("/projects/collaboration/new/", {"title": "甲", "text": "乙"}).status_code == 302
    at = CollaborationSubject.objects.get().get_absolute_url()
    bureau = cast.client("industry")
    refused = bureau.post(f"{at}?do=opine", {"kind": "refuse", "text": ""})
    assert refused.status_code == 422
    assert bureau.post(f"{at}?do=opine", {"kind": "reserve", "text": "口径待定"}).status_code == 302
    assert bureau.post(f"{at}?do=settle", {"outcome": "一", "minutes_number": "二"}).status_code == 403
    assert bureau.post(at, {}).status_code == 422
    assert cast.client("office_head").post(f"{at}?do=opine", {"kind": "agree"}).status_code == 302
    outcome = {"outcome": "以公安为准", "minutes_number": "筑协纪〔2007〕3号", "is_weighty": "on"}
    assert office.post(f"{at}?do=settle", outcome).status_code == 302
    leader = cast.client("leader")
    assert "等您签署" in leader.get(at).content.decode()
    seen = digest(CollaborationSubject.objects.get())
    assert leader.post(f"{at}?do=sign", {"kind": "agree", "shown": ""}).status_code == 428
    assert leader.post(f"{at}?do=sign", {"kind": "agree", "shown": seen}).status_code == 302
    shown = words(cast.client("auditor").get("/projects/collaboration/").content.decode())
    assert "组长已审定" in shown
    assert "刘志远" in shown
    assert office.post(f"{at}withdraw/", {"reason": "迟了"}).status_code == 409
