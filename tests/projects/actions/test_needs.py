"""Needs of works built for a department (9.1.5): asked, answered with what it means, agreed to or asked again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.kernel import access
from governance.models import Appointment, Notice, Organisation, User
from projects import actions
from projects.actions.needs import Reply
from projects.hooks import desk
from projects.hooks.daily import daily
from projects.lifecycle import needs
from projects.models import Need, Project
from tests.page import words

D = dt.date
DAY = D(2007, 8, 20)


@pytest.fixture
def builder(cast):
    """Somebody of the information centre, which builds P17 for the health bureau."""
    user = User.objects.create(username="builder", full_name="建设人", password="!")
    unit = Organisation.objects.get(key="information-centre")
    Appointment.objects.create(user=user, organisation=unit, role="department_cio", from_day=D(2007, 1, 1))
    cast.users["builder"] = user
    return access.actor_for(user)


@pytest.fixture
def built(cast, under_way, builder) -> Project:
    row = under_way("P17", "building")
    unit = Organisation.objects.get(key="information-centre")
    actions.classify(by=cast.reviewer, project=row, version=row.version, builder=unit)
    row.refresh_from_db()
    return row


def ask(cast, project: Project, kind: str = "change", **more) -> Need:
    values = {"title": "增加急救车定位", "text": "市委要求，接入 120 指挥"} | more
    return actions.raise_need(by=cast.health_cio, project=project, kind=kind, **values)


YES = Reply("accept", "可以接入", Decimal("12.5"), 30)


def sentences(by, day=DAY) -> list[str]:
    return [t.sentence for t in desk.waiting(by, day)]


def test_a_change_is_asked_answered_and_agreed_to_and_both_hear(cast, built, builder):
    need = ask(cast, built)
    assert (need.number, need.due) == (1, D(2007, 9, 3))
    assert "P17 变更需求 1“增加急救车定位”待答复" in sentences(builder)
    with pytest.raises(Refused, match="答复以后才能确认"):
        actions.settle_need(by=cast.health_cio, need=need, agrees=True)
    actions.answer_need(by=builder, need=need, reply=YES)
    assert "P17 变更需求 1“增加急救车定位”已答复，待确认" in sentences(cast.health_cio)
    with pytest.raises(Refused, match="现在不用答复"):
        actions.answer_need(by=builder, need=need, reply=YES)
    assert needs.agreed(built).number == 0
    assert actions.settle_need(by=cast.health_cio, need=need, agrees=True).state == "settled"
    assert needs.agreed(built).words == "资金 +12.50 万元，工期 +30 天"
    told = [n.sentence for n in Notice.objects.filter(key__startswith="need:")]
    assert any("请在 2007-09-03 前答复" in s for s in told)
    assert any("接受，资金 +12.50 万元，工期 +30 天，请确认" in s for s in told)
    page = cast.client("health_cio").get(need.get_absolute_url()).content.decode()
    assert "P17 变更需求 1：提出" in page


def test_an_answer_that_is_not_taken_is_asked_for_again(cast, built, builder):
    need = ask(cast, built)
    actions.answer_need(by=builder, need=need, reply=Reply("decline", "合同没有"))
    with pytest.raises(Invalid, match="不认可要写明理由"):
        actions.settle_need(by=cast.health_cio, need=need, agrees=False)
    again = actions.settle_need(by=cast.health_cio, need=need, agrees=False, reason="合同第 5 条有")
    assert again.state == "open"
    actions.answer_need(by=builder, need=need, reply=Reply("partly", "先做查询", Decimal(0), 0))
    actions.settle_need(by=cast.health_cio, need=need, agrees=True)
    assert [a.objection for a in need.answers.all()] == ["合同第 5 条有", ""]
    assert needs.agreed(built).words == "不增减资金，不影响工期"


def test_an_answer_says_what_it_means_for_money_and_time(cast, built, builder):
    need = ask(cast, built)
    with pytest.raises(Invalid, match="写明对资金和工期的影响"):
        actions.answer_need(by=builder, need=need, reply=Reply("accept", "可以"))
    with pytest.raises(Invalid, match="请写明答复内容"):
        actions.answer_need(by=builder, need=need, reply=Reply("decline", " "))
    with pytest.raises(Invalid, match="十年以内"):
        actions.answer_need(by=builder, need=need, reply=Reply("accept", "可以", Decimal(1), 10**6))


def test_only_works_that_somebody_else_builds_have_needs(cast, under_way):
    row = under_way("P17", "building")
    with pytest.raises(Refused, match="没有登记建设（代建）单位") as refused:
        ask(cast, row)
    assert "市信息办" in refused.value.blockers[0][1]
    unit = Organisation.objects.get(name="市卫生局")
    actions.classify(by=cast.reviewer, project=row, version=row.version, builder=unit)
    row.refresh_from_db()
    with pytest.raises(Refused, match="自建，不是代建"):
        ask(cast, row)


def test_who_asks_answers_and_agrees_is_each_his_own(cast, built, builder):
    for by, error in ((cast.finance, NotVisible), (cast.reviewer, WrongRole), (cast.expert, WrongRole)):
        with pytest.raises(error):
            actions.raise_need(by=by, project=built, kind="business", title="一", text="二")
    need = ask(cast, built)
    for by in (cast.health_cio, cast.industry):
        with pytest.raises(NotVisible):
            actions.answer_need(by=by, need=need, reply=YES)
    with pytest.raises(Invalid, match="书面答复，要写明文号"):
        actions.answer_need(by=cast.reviewer, need=need, reply=YES)
    entered = Reply("accept", "同意", Decimal(1), 5, document="信函〔2007〕9号")
    actions.answer_need(by=cast.reviewer, need=need, reply=entered)
    with pytest.raises(NotVisible):
        actions.settle_need(by=builder, need=need, agrees=True)
    actions.settle_need(by=cast.health_cio, need=need, agrees=True)
    with pytest.raises(Refused, match="不能撤回"):
        actions.withdraw_need(by=cast.health_cio, need=need, reason="不要了")


def test_an_overdue_answer_is_in_the_builders_and_the_offices_work_and_reminded(cast, built, builder):
    need = ask(cast, built, kind="business")
    late = D(2007, 9, 10)
    task = next(t for t in desk.waiting(builder, late) if t.kind == "need")
    assert (task.late, task.due_day) == (True, need.due)
    assert "P17 业务需求 1“增加急救车定位”逾期没有答复" in sentences(cast.reviewer, late)
    with clock.at(late):
        daily(late)
    assert "已经逾期" in Notice.objects.get(key__startswith=f"need-owed:{need.pk}").sentence
    actions.withdraw_need(by=cast.health_cio, need=need, reason="并入二期")
    assert not [t for t in desk.waiting(builder, late) if t.kind == "need"]


def test_the_pages_ask_answer_and_agree(cast, built, builder):
    lead = cast.client("health_cio")
    wrong = lead.post("/projects/P17/needs/new/", {"kind": "change", "title": "", "text": "理由在此"})
    assert wrong.status_code == 422
    assert "理由在此" in wrong.content.decode()
    form = {"kind": "change", "title": "加一张报表", "text": "每周汇总"}
    assert lead.post("/projects/P17/needs/new/", form).status_code == 302
    need = Need.objects.get()
    at = need.get_absolute_url()
    client = Client()
    client.force_login(cast.users["builder"], backend="governance.people.backends.AppointedBackend")
    answer = {"kind": "accept", "text": "可以", "amount_wan": "－２．５", "days": "-3"}
    bad = client.post(at, answer | {"amount_wan": "很多"})
    assert bad.status_code == 422
    assert client.post(at, answer).status_code == 302
    assert need.answers.get().amount_wan == Decimal("-2.50")
    assert "资金 -2.50 万元，工期 -3 天" in words(lead.get(at).content.decode())
    assert client.post(at, {"agrees": "yes"}).status_code in (403, 404, 409, 422)
    assert lead.post(at, {"agrees": "yes"}).status_code == 302
    shown = words(cast.client("auditor").get("/projects/needs/?project=P17").content.decode())
    assert "加一张报表" in shown
    assert "资金 -2.50 万元" in shown
    assert lead.get("/projects/needs/?project=P99").status_code == 404


ALLOWED = {  # the table of a need's states
    "open": {"answer", "withdraw"},
    "answered": {"settle", "withdraw"},
    "settled": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
def test_what_is_not_in_the_row_of_a_state_is_refused(cast, built, builder, state):
    need = ask(cast, built)
    Need.objects.filter(pk=need.pk).update(state=state)
    verbs = {
        "answer": lambda: actions.answer_need(by=builder, need=need, reply=YES),
        "settle": lambda: actions.settle_need(by=cast.health_cio, need=need, agrees=True),
        "withdraw": lambda: actions.withdraw_need(by=cast.health_cio, need=need, reason="不要了"),
    }
    for name, act in verbs.items():
        if name not in ALLOWED[state]:
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.sentence.endswith("。"), name
