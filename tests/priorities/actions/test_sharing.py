"""What a filing takes and gives stands in the catalogue; what 8.3 asks about sharing is the resource department's to
answer, by the catalogue's evidence, and nothing typed is written over."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Invalid, Refused, WrongRole
from governance.models import Appointment, AuditRow, Notice
from priorities import actions
from priorities import proposal as proposals
from priorities.actions import side_lanes
from priorities.screening import sharing, verdicts
from projects import actions as register
from projects.catalogue import entries
from projects.models import DataParty, SharedData
from tests.priorities.stories import POINTS, proposal


def named(side: str, data: str, service: str = "exchange", frequency: str = "daily") -> dict:
    return {"side": side, "data": data, "service": service, "frequency": frequency}


def answer(by, row, *facts):
    return actions.answer_sharing(by=by, submission=row, version=row.version, facts=facts)


def fact(name: str, value: str, evidence: str = "目录", component: str = "") -> dict:
    return {"fact": name, "value": value, "evidence": evidence, "component": component}


def filing(*rows: dict, **facts: str) -> dict:
    document = proposal(sharing=list(rows))
    document["facts"] |= facts
    return document


def nobody_is_appointed():
    Appointment.objects.filter(role="resource_department").delete()


def test_what_a_filing_names_stands_in_the_catalogue_from_the_day_it_is_filed(stories, cast):
    known = register.propose_data(by=cast.industry, name="人口基础信息", side="provides")
    row = stories.draft(document=filing(named("uses", str(known)), named("provides", "社区居民健康档案")))
    assert SharedData.objects.count() == 1, "a draft is nobody's business"
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    held = [
        (p.data.name, p.side, p.frequency, p.state)
        for p in DataParty.objects.filter(about=row.audit_key).order_by("-side")
    ]
    assert held == [
        ("人口基础信息", "uses", "daily", "proposed"),
        ("社区居民健康档案", "provides", "daily", "proposed"),
    ]
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    points = [("sharing", "写全")]
    row = actions.return_for_correction(by=cast.reviewer, submission=row, version=row.version, points=points)
    patch = {"sharing": [named("provides", "社区居民健康档案", frequency="weekly")]}
    row = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, patch=patch)
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    states = dict(DataParty.objects.filter(about=row.audit_key).values_list("side", "state"))
    assert states == {"uses": "ended", "provides": "proposed"}
    actions.withdraw(by=cast.health_cio, submission=row, version=row.version, reason="另报")
    assert not DataParty.objects.filter(about=row.audit_key).exclude(state="ended").exists()


def test_a_code_that_the_catalogue_does_not_have_is_said_before_it_is_filed(stories, cast):
    row = stories.draft(document=filing(named("uses", "GX-404 人口")))
    with pytest.raises(Refused, match="第 1 行：共享目录里没有 GX-404"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert not DataParty.objects.exists()


def test_the_facts_follow_from_the_catalogue_with_its_rows_as_evidence(stories, cast):
    data = register.propose_data(by=cast.health_cio, name="社区居民健康档案", side="provides", content="姓名")
    register.register_data(by=cast.resource, data=data, version=data.version, name=data.name, content="姓名、病史")
    row = stories.under_review(document=filing(named("provides", "GX-001")))
    says = sharing.of_case(row)
    assert (says["highly_shared"].value, says["managed_by_resource_department"].value) == ("no", "yes")
    assert says["exchangeable"].evidence == "共享目录：提供 GX-001 社区居民健康档案"
    for by in (cast.district, cast.industry):
        register.join_data(by=by, data=data, side="uses")
    assert "花溪区、市信息产业局" in sharing.of_case(row)["highly_shared"].evidence
    assert sharing.of_case(row)["highly_shared"].value == "yes"
    register.join_data(by=cast.district, data=data, side="provides")
    assert sharing.of_case(row)["integrates_existing"].evidence == "共享目录：GX-001 社区居民健康档案 已由花溪区提供"


def test_what_was_typed_stands_until_the_department_answers_and_a_difference_is_answered_first(stories, cast):
    row = stories.under_review(document=filing(named("provides", "社区居民健康档案"), highly_shared="yes"))
    facts, _ = verdicts.facts_of(row)
    assert facts["highly_shared"] == "yes", "the catalogue says no, and writes nothing over"
    row = actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, nothing_to_object=True)
    with pytest.raises(Refused, match="与共享目录不一致") as refused:
        actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    assert "罗文 0851-5820803" in refused.value.blockers[0][1]
    row = answer(cast.resource, row, fact("highly_shared", "no"))
    assert verdicts.facts_of(row)[0]["highly_shared"] == "no"
    assert [c.by_text for c in verdicts.corrections(row)] == [cast.resource.text]
    actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    assert AuditRow.objects.filter(event="priorities.submission.answer_sharing").count() == 1
    assert Notice.objects.filter(sentence__contains="与贵单位的回答不同").exists()


def test_the_department_may_stand_by_what_was_typed(stories, cast):
    row = stories.under_review(document=filing(named("provides", "社区居民健康档案"), highly_shared="yes"))
    row = answer(cast.resource, row, fact("highly_shared", "yes", "医院都将接入"))
    assert not sharing.disputes(row)
    assert verdicts.facts_of(row)[0]["highly_shared"] == "yes"


def test_nobody_answers_what_is_not_his(stories, cast):
    row = stories.under_review()
    facts = [fact("exchangeable", "no", "无接口")]
    with pytest.raises(Refused, match="信息办不代为核定") as refused:
        actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, facts=facts)
    assert "罗文 0851-5820803" in refused.value.sentence
    with pytest.raises(Invalid, match="不回答 easy_to_use"):
        answer(cast.resource, row, fact("easy_to_use", "yes"))
    with pytest.raises(WrongRole):
        answer(cast.reviewer, row, fact("exchangeable", "no"))
    with pytest.raises(Invalid):
        answer(cast.resource, row)
    with pytest.raises(Invalid, match="改动申报单位的回答要写明依据"):
        answer(cast.resource, row, fact("exchangeable", "no", ""))
    assert not row.confirmed_facts.exists()


def test_without_the_department_the_office_answers(stories, cast):
    nobody_is_appointed()
    row = stories.under_review(document=filing(named("provides", "社区居民健康档案"), highly_shared="yes"))
    facts = [fact("highly_shared", "no", "目录里没有别的单位使用")]
    row = actions.confirm_facts(
        by=cast.reviewer, submission=row, version=row.version, facts=facts, nothing_to_object=True
    )
    actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    assert "由其代行" in sharing.answerer(row, row.submitted_day).words


def test_a_case_of_the_department_s_own_is_answered_by_the_office(stories, cast):
    row = stories.under_review()
    Appointment.objects.filter(role="resource_department").update(organisation=row.organisation)
    with pytest.raises(Refused, match="不回答自己的申报"):
        answer(cast.resource, row, fact("exchangeable", "yes"))
    facts = [fact("exchangeable", "no", "无接口")]
    actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, facts=facts)


def test_the_department_hears_of_a_case_that_names_data_and_it_waits_until_it_is_answered(stories, cast):
    plain, row = stories.under_review(), stories.under_review(document=filing(named("provides", "健康档案")))
    told = Notice.objects.filter(role="resource_department")
    assert [n.address for n in told] == [f"/priorities/sharing/{row.number}/"]
    assert set(sharing.waiting()) == {plain, row}
    answer(cast.resource, row, fact("exchangeable", "yes"))
    assert set(sharing.waiting()) == {plain}


def test_an_old_document_without_the_field_loads_and_is_filed(stories, cast):
    row = stories.draft()
    del row.proposal["sharing"]
    row.save()
    assert cast.client("health_cio").get(f"/priorities/submissions/{row.reference}/edit/").status_code == 200
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert "sharing" not in row.versions.get().proposal, "a frozen version stays as it was hashed"
    assert cast.client("reviewer").get(f"/priorities/desk/{row.number}/").status_code == 200
    assert proposals.clean(row.proposal) == (row.proposal | {"sharing": []}, {})


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"side": "takes", "data": "x"}, "sharing.0.side"),
        ({"side": "", "data": "x"}, "sharing.0.side"),
        ({"side": "uses", "data": "——"}, "sharing.0.data"),
        ({"side": "uses", "data": "", "service": "query"}, "sharing.0.data"),
        ({"side": "uses", "data": "x", "frequency": "never"}, "sharing.0.frequency"),
        ({"side": "uses", "data": "x", "more": 1}, "sharing.0.more"),
        ("x", "sharing.0"),
    ],
)
def test_a_row_that_cannot_be_is_an_error_at_its_place(row, where):
    assert where in proposals.clean({"sharing": [row]})[1]


def test_two_filings_of_the_same_new_data_are_one_entry_with_two_providers(stories, cast):
    stories.submitted(document=filing(named("provides", "法人基础信息")))
    stories.submitted(by=cast.industry, document=filing(named("provides", "法人 基础信息")))
    entry = entries.entries()[0]
    assert SharedData.objects.count() == 1
    assert entry.is_overlap
    assert list(entries.units(entry.providers).values()) == ["市卫生局", "市信息产业局"]


def test_departments_are_asked_where_needed_and_a_check_does_not_speak_against_them(stories, cast):
    row = stories.under_review(kind="self_funded")
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="ca")
    edition = row.current_version
    row = actions.give_opinion(by=cast.ca, submission=row, edition=edition, kind="refuse", text="自建证书系统")
    with pytest.raises(Refused, match="使用统一安全认证"):
        actions.check_self_funded(by=cast.reviewer, submission=row, version=row.version, **POINTS)
    points = POINTS | {"ca": False}
    row = side_lanes.check_self_funded(by=cast.reviewer, submission=row, version=row.version, **points)
    assert row.state == "under_review"


def test_a_silent_department_that_was_asked_is_waited_for_or_waived(stories, cast):
    row = stories.ready()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="resource")
    with pytest.raises(Refused, match="信息资源管理部门意见还没有回来"):
        actions.send(by=cast.reviewer, submission=row, version=row.version)
    waived = {"what": "resource", "reason": "已当面说明"}
    row = actions.waive_opinion(by=cast.reviewer, submission=row, version=row.version, **waived)
    actions.send(by=cast.reviewer, submission=row, version=row.version)


def test_nobody_is_asked_where_nobody_is_appointed(stories, cast):
    nobody_is_appointed()
    row = stories.under_review()
    with pytest.raises(Refused, match="还没有人任职"):
        actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="resource")
