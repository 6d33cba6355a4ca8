"""Outside money: drafted from what is known, frozen when sent; an award counts only once finance has seen and
booked it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from budgets import actions
from budgets.actions import Asked, CallTerms, Outcome, Paper
from budgets.funds import draft, effects
from budgets.hooks import daily, desk
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine, Entry, FundingApplication, FundingCall
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.models import Job, Notice
from projects.models import Project

TERMS = {
    "issuer": "省信息化领导小组办公室",
    "kind": "province",
    "title": "基层卫生信息化专项",
    "subject": "基层卫生",
    "opens": dt.date(2007, 8, 1),
    "closes": dt.date(2007, 8, 31),
    "conditions": "市州申报",
    "least_wan": Decimal(20),
    "most_wan": Decimal(100),
    "rules": [{"fact": "words", "value": ["卫生"]}],
}
ASKED = Asked("pilot", Decimal(50), "用于村卫生室终端", "六个乡镇试点")


@pytest.fixture
def project(cast) -> Project:
    Project.objects.filter(code="P17").update(state="building")
    return Project.objects.get(code="P17")


@pytest.fixture
def call(cast, project) -> FundingCall:
    return actions.record_call(by=cast.reviewer, terms=CallTerms(**TERMS))


@pytest.fixture
def application(cast, call, project) -> FundingApplication:
    return actions.draft_application(by=cast.health_cio, call=call, project=project, asked=ASKED)


def sent(cast, row) -> FundingApplication:
    return actions.send_application(
        by=cast.health_cio, application=row, version=row.version, sent_on=None, sent_number="筑卫函〔2007〕8号"
    )


def granted(cast, row, wan: int = 40) -> FundingApplication:
    outcome = Outcome("granted", None, "黔信办〔2007〕30号", granted_wan=Decimal(wan), fiscal_year=2007)
    row = sent(cast, row)
    return actions.record_outcome(by=cast.reviewer, application=row, version=row.version, outcome=outcome)


def city(cast, project, year: int, typed: str) -> None:
    actions.set_cell(by=cast.finance, at=LineKey(project, year, "city"), stage="approved", typed=typed)


def book(cast, row, relief: str = "0", seen: str | None = None) -> FundingApplication:
    effect = effects.effect_of(row.project, "province", 2007, row.granted_wan, Decimal(relief))
    paper = Paper("筑财预〔2007〕40号")
    seen = effect.seen if seen is None else seen
    return actions.book_award(
        by=cast.finance, application=row, version=row.version, relief=relief, paper=paper, seen=seen
    )


def test_the_leads_of_what_fits_are_told(cast, call):
    told = Notice.objects.filter(key__startswith=f"call-fits:{call.pk}:")
    assert {n.organisation_id for n in told} == Project.objects.get(code="P17").belongs_to()
    assert all("P17" in n.sentence for n in told)


def test_it_is_drafted_from_what_the_register_knows_and_unknown_is_said(cast, application):
    content = draft.content_of(application)
    assert content["project"]["谁要求建设"] == "未填"
    assert content["project"]["概算"] == "380.00 万元"
    assert content["goals"][0]["target"] == "90%以上"
    assert "90%以上" in content["quote"]
    assert content["checks"] == [{"asked": "项目名称或内容写到：卫生", "known": "含“卫生”", "word": "符合"}]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked("pilot", Decimal(19), "用途"), "asked_wan"),
        (Asked("pilot", Decimal(101), "用途"), "asked_wan"),
        (Asked("pilot", None, "用途"), "asked_wan"),
        (Asked("loan", Decimal(50), "用途"), "form"),
        (Asked("pilot", Decimal(50), ""), "purpose"),
    ],
)
def test_what_the_call_does_not_give_is_refused(cast, call, project, asked, field):
    with pytest.raises(Invalid) as refusal:
        actions.draft_application(by=cast.health_cio, call=call, project=project, asked=asked)
    assert field in refusal.value.fields
    assert not FundingApplication.objects.exists()


def test_who_does_not_fit_does_not_lead_or_comes_late_begins_none(cast, call, project, application):
    other = Project.objects.get(code="P01")
    with pytest.raises(Refused, match="不符合"):
        actions.draft_application(by=cast.reviewer, call=call, project=other, asked=ASKED)
    with pytest.raises(NotVisible):
        actions.draft_application(by=cast.health_cio, call=call, project=other, asked=ASKED)
    with pytest.raises(Refused, match="已有"):
        actions.draft_application(by=cast.reviewer, call=call, project=project, asked=ASKED)
    with clock.at(dt.date(2007, 9, 1)), pytest.raises(Refused, match="截止"):
        actions.draft_application(by=cast.reviewer, call=call, project=project, asked=ASKED)


def test_what_was_sent_is_frozen_and_an_older_version_refused(cast, application, project):
    row = sent(cast, application)
    Project.objects.filter(pk=project.pk).update(name="改了名")
    row.refresh_from_db()
    assert draft.shown(row)["project"]["项目名称"] == "市公共卫生综合信息管理系统"
    with pytest.raises(Refused, match="已报出"):
        actions.edit_application(by=cast.health_cio, application=row, version=row.version, asked=ASKED)
    with pytest.raises(Stale):
        actions.withdraw_application(by=cast.health_cio, application=row, version=1, reason="重写")


def test_the_paper_of_the_same_content_is_asked_for_once(cast, application):
    first = actions.print_application(by=cast.health_cio, application=application)
    again = actions.print_application(by=cast.reviewer, application=application)
    assert first == again
    assert Job.objects.filter(kind=draft.KIND).count() == 1
    with pytest.raises(FundingApplication.DoesNotExist):
        actions.print_application(by=cast.district, application=application)


def test_an_award_is_no_money_before_it_is_booked(cast, application, project):
    city(cast, project, 2007, "60")
    row = granted(cast, application)
    assert not BudgetLine.objects.filter(source="province").exclude(approved_wan=None).exists()
    assert any("等待登记批复" in t.sentence for t in desk.waiting(cast.finance, clock.today()))
    row = book(cast, row)
    line = BudgetLine.objects.get(project=project, source="province", fiscal_year=2007)
    assert line.approved_wan == 40
    assert row.entry.line == line
    assert row.entry.kind == "adjust"
    assert BudgetLine.objects.get(project=project, source="city", fiscal_year=2007).approved_wan == 60
    with pytest.raises(Refused, match="已登记"):
        book(cast, row)
    assert desk.waiting(cast.finance, clock.today()) == []


def test_what_it_does_is_shown_before_and_is_what_happens(cast, application, project):
    city(cast, project, 2006, "50")
    city(cast, project, 2007, "60")
    row = granted(cast, application)
    effect = effects.effect_of(project, "province", 2007, Decimal(40), Decimal(10))
    assert {m.label: (m.before_wan, m.after_wan) for m in effect.mix} == {
        "市财政": (110, 100), "省": (0, 40)
    }  # fmt: skip
    assert "检验一" in effect.worsens[0]
    assert "通过 → 未通过" in effect.worsens[0]
    book(cast, row, "10")
    now = {line.source: line.approved_wan for line in BudgetLine.objects.filter(project=project, fiscal_year=2007)}
    assert now == {"city": 50, "province": 40}


def test_money_that_moved_meanwhile_is_shown_again(cast, application, project):
    city(cast, project, 2007, "60")
    row = granted(cast, application)
    seen = effects.effect_of(project, "province", 2007, Decimal(40), Decimal(0)).seen
    city(cast, project, 2007, "70")
    with pytest.raises(Stale, match="再看一遍"):
        book(cast, row, seen=seen)
    assert not Entry.objects.filter(line__source="province").exists()


def test_a_ceiling_a_decided_amount_and_too_much_relief_stand_in_its_way(cast, application, project):
    city(cast, project, 2007, "60")
    row = granted(cast, application)
    with pytest.raises(Refused, match="只批复 60"):
        book(cast, row, "61")
    actions.set_ceiling(by=cast.finance, fiscal_year=2007, source="province", typed="30", document="函")
    with pytest.raises(Refused, match="超过上限"):
        book(cast, row)
    actions.set_ceiling(by=cast.finance, fiscal_year=2007, source="province", typed="300", document="函")
    amounts = {"city": {"filed_wan": "60.00", "decided_wan": "60.00", "before_wan": "0.00"}}
    Project.objects.filter(pk=project.pk).update(decided=amounts, decided_wan=60, filed_wan=60)
    row.project.refresh_from_db()
    with pytest.raises(Refused, match="审定"):
        book(cast, row)
    assert book(cast, row, "40").is_booked  # what it relieves makes room within what was decided


def test_only_finance_books_and_only_with_a_paper(cast, application, project):
    row = granted(cast, application)
    values = {"application": row, "version": row.version, "relief": "", "seen": ""}
    with pytest.raises(WrongRole):
        actions.book_award(by=cast.reviewer, paper=Paper("文号"), **values)
    seen = effects.effect_of(project, "province", 2007, Decimal(40), Decimal(0)).seen
    with pytest.raises(Invalid, match="文号"):
        actions.book_award(by=cast.finance, paper=Paper(""), **values | {"seen": seen})


def test_a_closing_call_is_told_once_to_the_office_and_to_whoever_drafts(cast, application):
    for _ in range(2):
        daily.daily(clock.today())
    told = Notice.objects.filter(key__startswith="call-closes:")
    assert told.count() == 3
    assert told.filter(role="reviewer", organisation_id=None).count() == 1
    assert any("还没有报出" in t.sentence for t in desk.waiting(cast.health_cio, clock.today()))


def test_a_refusal_and_a_withdrawal_end_it_and_another_may_begin(cast, application, call, project):
    row = sent(cast, application)
    outcome = Outcome("granted", None, "文号", fiscal_year=2007)
    with pytest.raises(Invalid, match="金额"):
        actions.record_outcome(by=cast.reviewer, application=row, version=row.version, outcome=outcome)
    actions.withdraw_application(by=cast.health_cio, application=row, version=row.version, reason="并入另一项")
    again = actions.draft_application(by=cast.health_cio, call=call, project=project, asked=ASKED)
    row = sent(cast, again)
    outcome = Outcome("refused", None, outcome_text="名额已满")
    done = actions.record_outcome(by=cast.reviewer, application=row, version=row.version, outcome=outcome)
    assert (done.state, done.granted_wan) == ("refused", None)


def test_the_page_shows_the_effect_and_books_it(cast, application, project):
    city(cast, project, 2007, "60")
    row = granted(cast, application)
    client = cast.client("finance")
    address = f"{row.get_absolute_url()}book/"
    page = client.get(f"{address}?relief=１０")
    assert page.context["e"].relief_wan == 10
    data = {name: page.context["form"][name].value() for name in ("version", "relief", "seen")}
    answer = client.post(address, data | {"document_number": "筑财预〔2007〕40号"})
    assert (answer.status_code, answer["Location"]) == (302, row.get_absolute_url())
    assert client.get(f"{address}?relief=x").status_code == 302  # booked: nothing to show any more
    assert client.get(row.get_absolute_url()).status_code == 200


def test_a_call_is_typed_with_its_rules_and_corrected(cast, project):
    client = cast.client("reviewer")
    typed = {"version": 0, "issuer": "信息产业部", "kind": "state", "title": "试点专项", "subject": "试点"}
    typed |= {"opens": "2007-08-01", "closes": "2007-09-01", "conditions": "地方试点", "least_wan": "２０"}
    typed |= {"rule_words": "卫生、农村", "rule_stage": ["building"], "rule_goals": "on"}
    answer = client.post("/budgets/funds/new/", typed)
    row = FundingCall.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert row.rules == [
        {"fact": "words", "value": ["卫生", "农村"]},
        {"fact": "stage", "value": ["building"]},
        {"fact": "goals", "value": True},
    ]
    assert client.post("/budgets/funds/new/", typed | {"closes": "2007-07-01"}).status_code == 422
    assert client.get(f"{row.get_absolute_url()}edit/").context["form"]["rule_words"].value() == "卫生、农村"
    assert client.post(f"{row.get_absolute_url()}edit/", typed | {"version": 9}).status_code == 409
    client.post(f"{row.get_absolute_url()}withdraw/", {"version": row.version, "reason": "通知取消"})
    assert "通知取消" in client.get(row.get_absolute_url()).content.decode()
