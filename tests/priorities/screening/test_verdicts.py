"""The office: facts, overlaps, verdict, conclusion, opinions, send, side lanes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from priorities import actions
from priorities.hooks.daily import daily
from priorities.models import Screening
from priorities.rules.facts import OFFICE_FACTS, SHARING_FACTS
from priorities.screening import verdicts
from projects.models import Project
from tests.priorities.stories import POINTS, components, proposal


def confirm(cast, row, *facts, **more):
    """Each fact by whoever answers it: what is about sharing by the resource department, all else by the reviewer."""
    theirs = [f for f in facts if f["fact"] in set(map(str, SHARING_FACTS))]
    ours = [f for f in facts if f not in theirs]
    if theirs:
        row = actions.answer_sharing(by=cast.resource, submission=row, version=row.version, facts=theirs)
    if theirs and not ours and not more:
        return row
    return actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, facts=ours, **more)


def conclude(cast, row, kind="candidate", **more):
    return actions.propose_conclusion(by=cast.reviewer, submission=row, version=row.version, kind=kind, **more)


# --- facts ---------------------------------------------------------------------------------------------------------


def test_nothing_to_object_answers_the_six_office_facts_explicitly(stories, cast):
    row = confirm(cast, stories.under_review(), nothing_to_object=True)
    held = {c.fact: c.value for c in row.confirmed_facts.all()}
    assert held == {str(f): "no" for f in OFFICE_FACTS}
    assert len(held) == 6


def test_nothing_to_object_leaves_what_was_answered_before(stories, cast):
    row = confirm(cast, stories.under_review(), {"fact": "narrow_scope", "value": "yes", "evidence": "只一个科室用"})
    row = confirm(cast, row, nothing_to_object=True)
    assert row.confirmed_facts.get(fact="narrow_scope").value == "yes"


def test_the_screening_uses_the_reviewers_value_and_keeps_both(stories, cast):
    row = confirm(
        cast,
        stories.under_review(),
        {"fact": "exchangeable", "value": "no", "evidence": "无接口"},
        nothing_to_object=True,
    )
    facts, _ = verdicts.facts_of(row)
    assert facts["exchangeable"] == "no"
    kept = row.confirmed_facts.get(fact="exchangeable")
    assert (kept.stated, kept.value, kept.evidence) == ("yes", "no", "无接口")
    assert verdicts.verdict(row)["outcome"] == "defer"  # 8.3.2(3)


def test_a_parts_kind_does_not_overrule_the_reviewers_answer_for_the_whole(stories, cast):
    document = proposal()
    del document["facts"]["new_department_machine_room"]
    row = stories.under_review(document=document)
    assert "8.3.3(5)" not in verdicts.verdict(row)["met"]
    row = confirm(cast, row, {"fact": "new_department_machine_room", "value": "yes", "evidence": "含新建机房"})
    assert "8.3.3(5)" in verdicts.verdict(row)["met"]


def test_parts_of_one_name_are_told_apart(stories, cast):
    document = proposal()
    document["components"][1] |= {
        "name": "业务系统",
        "kind": "machine_room",
        "facts": {"new_department_machine_room": "yes"},
    }
    row = conclude(cast, stories.judged(document=document))
    amounts = {
        a["component"]: a["approved_wan"]
        for a in row.conclusions.get(in_force=True).amounts
        if a["fiscal_year"] == 2008
    }
    assert amounts["c2"] == "0.00"
    assert amounts["c1"] != "0.00"


def test_a_correction_without_evidence_is_refused(stories, cast):
    with pytest.raises(Invalid, match="要写明依据"):
        confirm(cast, stories.under_review(), {"fact": "exchangeable", "value": "no"})


def test_an_unknown_fact_or_component_is_refused(stories, cast):
    row = stories.under_review()
    for item in (
        {"fact": "exchangable", "value": "no"},
        {"fact": "exchangeable", "value": "perhaps"},
        {"fact": "exchangeable", "value": "no", "component": "c1"},
        {"fact": "closed_and_independent", "value": "no", "component": "c9"},
    ):
        with pytest.raises(Invalid):
            confirm(cast, row, item)


def test_a_confirmed_fact_stays_while_value_and_evidence_are_unchanged(stories, cast):
    row = confirm(cast, stories.under_review(), {"fact": "shareable", "value": "yes"}, nothing_to_object=True)
    row = actions.return_for_correction(
        by=cast.reviewer,
        submission=row,
        version=row.version,
        points=[("facts.exchangeable", "附接口说明"), ("evaluation", "补")],
    )
    row = actions.save_draft(
        by=cast.health_cio,
        submission=row,
        version=row.version,
        patch={"facts.exchangeable": {"value": "yes", "evidence": "接口说明"}},
    )
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    held = {fact for _, fact in verdicts.confirmed_facts(row)}
    assert held == {"shareable", *(str(f) for f in OFFICE_FACTS)}
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    row = confirm(cast, row, {"fact": "exchangeable", "value": "yes"})
    assert "exchangeable" in {fact for _, fact in verdicts.confirmed_facts(row)}


def test_an_applicant_never_confirms_his_own_facts(stories, cast):
    row = stories.under_review()
    row.organisation_id = cast.reviewer.organisation_id
    row.save()
    with pytest.raises(Refused, match="申报单位不能核定自己的申报"):
        confirm(cast, row, nothing_to_object=True)
    with pytest.raises(WrongRole):
        actions.confirm_facts(by=cast.health_cio, submission=row, version=row.version, nothing_to_object=True)


def test_only_a_severe_overlap_makes_the_clause_hold(stories, cast):
    row = stories.under_review()
    for degree, value in (("partial", "no"), ("severe", "yes"), ("none", "no")):
        row = actions.record_overlap(
            by=cast.reviewer, submission=row, version=row.version, other="project:P12", degree=degree
        )
        assert row.confirmed_facts.get(fact="severely_duplicates").value == value
    row = actions.record_overlap(
        by=cast.reviewer, submission=row, version=row.version, other="project:P12", degree="severe"
    )
    assert "8.3.3(2)" in verdicts.verdict(row)["met"]
    with pytest.raises(Invalid, match="严重重复"):
        confirm(cast, row, {"fact": "severely_duplicates", "value": "no"})
    for other, degree in (("project:P99", "none"), (row.audit_key, "none"), ("project:P12", "very")):
        with pytest.raises(Invalid):
            actions.record_overlap(by=cast.reviewer, submission=row, version=row.version, other=other, degree=degree)


# --- verdict -------------------------------------------------------------------------------------------------------


def test_an_undetermined_verdict_is_not_confirmed_but_departed_from_with_clause_and_reason(stories, cast):
    row = stories.under_review()
    with pytest.raises(Refused, match="判定还是待定") as caught:
        actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    assert caught.value.blockers
    with pytest.raises(Invalid) as caught:
        actions.confirm_verdict(
            by=cast.reviewer, submission=row, version=row.version, departure={"outcome": "priority"}
        )
    assert set(caught.value.fields) == {"clause", "reason"}
    departure = {"outcome": "priority", "clause": "8.3.1(4)", "reason": "市政府常务会议要求"}
    row = actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version, departure=departure)
    kept = row.screenings.get(confirmed=True)
    assert (kept.override, kept.override_clause, kept.outcome) == ("priority", "8.3.1(4)", "undetermined")
    assert "周敏" in kept.by_text


def test_a_partly_clause_waits_for_the_reviewers_decision(stories, cast):
    two = [{"fact": f, "value": "yes", "evidence": "见方案"} for f in ("narrow_scope", "complex_technology")]
    row = confirm(cast, stories.under_review(), *two, nothing_to_object=True)
    with pytest.raises(Refused, match="8.3.2\\(2\\) 部分成立"):
        actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    with pytest.raises(Invalid, match="不是部分成立"):
        actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version, decisions={"8.3.2(3)": True})
    held = actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version, decisions={"8.3.2(2)": True})
    assert held.screenings.get(confirmed=True).outcome == "defer"
    let_go = actions.confirm_verdict(
        by=cast.reviewer, submission=held, version=held.version, decisions={"8.3.2(2)": False}
    )
    assert let_go.screenings.filter(confirmed=True).latest("pk").outcome == "priority"


def test_a_confirmed_verdict_lapses_when_a_fact_is_changed_afterwards(stories, cast):
    row = stories.judged()
    assert verdicts.confirmed(row) is not None
    row = confirm(cast, row, {"fact": "process_stability_unclear", "value": "yes", "evidence": "流程在改"})
    assert verdicts.confirmed(row) is None
    with pytest.raises(Refused, match="判定还没有确认"):
        conclude(cast, row)


def test_a_screening_is_frozen(stories, cast):
    row = stories.judged()
    kept = row.screenings.get(confirmed=True)
    before = (kept.facts, kept.result)
    confirm(cast, row, {"fact": "exchangeable", "value": "no", "evidence": "无接口"})
    kept = Screening.objects.get(pk=kept.pk)
    assert (kept.facts, kept.result) == before
    assert len(kept.result["trace"]) == 17


def test_two_reviewers_at_once_do_not_overwrite_each_other(stories, cast):
    row = stories.under_review()
    confirm(cast, row, nothing_to_object=True)
    with pytest.raises(Stale):
        actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version - 1, nothing_to_object=True)


# --- conclusion ----------------------------------------------------------------------------------------------------


def test_a_candidate_needs_a_clause_of_8_3_1_or_an_override_with_clause_and_reason(stories, cast):
    facts = [{"fact": "markedly_improves_public_service", "value": "no", "evidence": "面窄"}]
    row = stories.judged(facts=facts)
    with pytest.raises(Refused, match="至少要有一条 8.3.1 成立"):
        conclude(cast, row)
    with pytest.raises(Refused, match="至少要有一条 8.3.1 成立"):
        conclude(cast, row, reason="急需")
    row = conclude(cast, row, reason="市政府要求", clause="8.3.1(4)")
    assert row.conclusions.get(in_force=True).kind == "candidate"


def test_a_candidate_has_no_clause_of_8_3_3_on_the_whole(stories, cast):
    row = stories.judged(facts=[{"fact": "process_stability_unclear", "value": "yes", "evidence": "流程在调整"}])
    with pytest.raises(Refused, match="8.3.3 对整个项目成立"):
        conclude(cast, row)


def test_no_city_funding_needs_a_clause_of_8_3_3(stories, cast):
    with pytest.raises(Refused, match="至少要有一条 8.3.3 成立"):
        conclude(cast, stories.judged(), "no_city_funding")


def test_a_deferral_needs_what_is_lacking_and_a_re_review_date_ahead(stories, cast):
    row = stories.judged()
    with pytest.raises(Invalid, match="缺失条件"):
        conclude(cast, row, "deferred", re_review_on=dt.date(2008, 2, 20))
    for day in (None, clock.today()):
        with pytest.raises(Invalid, match="复审日期"):
            conclude(cast, row, "deferred", lacking="流程未定", re_review_on=day)


def test_approved_amounts_never_exceed_and_every_cut_names_its_ground(stories, cast):
    row = stories.judged()
    cell = {"component": "c1", "source": "city", "fiscal_year": 2008}
    for amount, clause, sentence in (
        ("60.01", "概算审核", "超过申报"),
        ("50", "", "核减要写明依据"),
        ("50", "8.3.2(1)", "核减要写明依据"),
        ("abc", "概算审核", "读不成金额"),
    ):
        with pytest.raises(Invalid, match=sentence):
            conclude(cast, row, amounts=[cell | {"approved_wan": amount, "clause": clause}])
    with pytest.raises(Invalid, match="申报书里没有这笔钱"):
        conclude(cast, row, amounts=[{"component": "c9", "source": "city", "fiscal_year": 2008, "approved_wan": "1"}])
    row = conclude(cast, row, amounts=[cell | {"approved_wan": "50", "clause": "概算审核"}])
    amounts = row.conclusions.get(in_force=True).amounts
    assert [(a["requested_wan"], a["approved_wan"], a["clause"]) for a in amounts] == [
        ("60.00", "50.00", "概算审核"),
        ("10.00", "10.00", ""),
        ("20.00", "20.00", ""),
        ("30.00", "30.00", ""),
    ]


def test_a_hit_component_below_half_is_cut_and_the_rest_keeps_its_outcome(stories, cast):
    document = proposal()
    document["components"][1] |= {
        "kind": "machine_room",
        "name": "机房",
        "facts": {"new_department_machine_room": "yes"},
    }
    row = conclude(cast, stories.judged(document=document))
    kept = row.screenings.get(confirmed=True)
    assert (kept.outcome, kept.result["cut_wan"]) == ("priority", "30.00")
    amounts = {a["component"]: a for a in row.conclusions.get(in_force=True).amounts}
    assert (amounts["c2"]["approved_wan"], amounts["c2"]["clause"]) == ("0.00", "8.3.3(5)")


# --- opinions and send ---------------------------------------------------------------------------------------------


def test_an_opinion_is_given_on_the_version_and_only_once(stories, cast):
    row = stories.judged()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    with pytest.raises(NotVisible):
        actions.give_opinion(by=cast.expert, submission=row, edition=1, kind="agree")
    with pytest.raises(Stale):
        actions.give_opinion(by=cast.network, submission=row, edition=2, kind="agree")
    with pytest.raises(Invalid, match="不同意必须写明理由"):
        actions.give_opinion(by=cast.network, submission=row, edition=1, kind="refuse")
    actions.give_opinion(by=cast.network, submission=row, edition=1, kind="conditional", condition="接入统一网络平台")
    with pytest.raises(Refused, match="没有等待您出具的意见"):
        actions.give_opinion(by=cast.network, submission=row, edition=1, kind="agree")


def test_an_expert_with_a_part_in_the_case_is_not_asked(stories, cast):
    from governance.basics.roles import Role
    from governance.models import Appointment

    row = stories.judged()
    author = row.author
    Appointment.objects.create(
        user=author, organisation=row.organisation, role=Role.EXPERT, from_day=dt.date(2007, 1, 1)
    )
    with pytest.raises(Refused, match="所在单位牵头或联合申报本件"):
        actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert", assigned=author)
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert")
    assert row.assigned_to() == {cast.expert.user_id}


def test_before_the_expert_group_is_set_up_the_office_acts_for_it(stories, cast):
    from priorities.approval import seats

    organisation, acting, _ = seats.opinion("expert", dt.date(2006, 12, 31))
    assert (organisation.name, acting) == ("市信息办", "项目专家工作组")
    organisation, acting, _ = seats.opinion("expert", dt.date(2007, 1, 1))
    assert (organisation.name, acting) == ("项目专家工作组", "")


def test_send_takes_opinions_and_scan_of_this_version_or_waivers_with_a_reason(stories, cast, media):
    row = conclude(cast, stories.judged())
    with pytest.raises(Invalid, match="写明理由"):
        actions.waive_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert", reason="")
    row = actions.waive_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert", reason="小项目")
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    row = actions.give_opinion(by=cast.network, submission=row, edition=1, kind="agree", text="同意")
    with pytest.raises(Refused, match="盖章扫描件还没有上传") as caught:
        actions.send(by=cast.reviewer, submission=row, version=row.version)
    assert caught.value.blockers == (
        ("第 1 版的盖章扫描件还没有上传；不需要的写明理由免去", "市卫生局（0851-5820101）"),
    )
    actions.attach(by=cast.health_cio, submission=row, kind="scan", name="盖章.pdf", content=b"%PDF-1.4 scan")
    row.refresh_from_db()
    row = actions.send(by=cast.reviewer, submission=row, version=row.version)
    assert row.state == "joint_approval"


def test_a_new_version_needs_its_own_verdict_opinions_and_scan(stories, cast):
    row = stories.ready()
    row = actions.return_for_correction(
        by=cast.reviewer, submission=row, version=row.version, points=[("content", "补接口")]
    )
    row = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, patch={"content": "补了接口"})
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    with pytest.raises(Refused) as caught:
        actions.send(by=cast.reviewer, submission=row, version=row.version)
    assert len(caught.value.blockers) == 5


# --- side lanes ----------------------------------------------------------------------------------------------------


def test_a_self_funded_project_goes_on_only_after_a_recorded_check_of_all_four_points(stories, cast):
    row = stories.under_review(kind="self_funded")
    row = actions.check_self_funded(by=cast.reviewer, submission=row, version=row.version, **(POINTS | {"ca": False}))
    assert (row.state, row.self_funded_checks.get().passed, row.project) == ("under_review", False, None)
    row = actions.check_self_funded(by=cast.reviewer, submission=row, version=row.version, **POINTS)
    assert row.state == "self_funded"
    assert (row.project.origin, row.project.name) == ("self_funded", row.title)


def test_what_the_city_does_not_fund_may_be_built_with_own_money_after_the_check(stories, cast):
    row = stories.concluded("no_city_funding")
    row = actions.check_self_funded(by=cast.reviewer, submission=row, version=row.version, **POINTS)
    assert (row.state, row.project.origin) == ("self_funded", "self_funded")


def test_a_district_filing_without_city_money_gets_a_receipt_and_a_project(stories, cast):
    row = stories.filed()
    assert (row.state, row.receipt_number, row.project.origin) == ("filed", "BA2007-001", "district")
    assert Project.objects.filter(origin="district").count() == 1


def test_a_district_that_asks_for_city_money_goes_through_8_1(stories, cast):
    row = stories.submitted(kind="district", document=proposal())
    with pytest.raises(Refused, match="不能只备案"):
        actions.acknowledge(by=cast.reviewer, submission=row, version=row.version)
    assert actions.accept(by=cast.reviewer, submission=row, version=row.version).state == "under_review"


def test_a_deferred_case_comes_back_on_its_date_by_itself_and_once(stories, cast):
    row = stories.concluded("deferred")
    assert row.re_review_on == dt.date(2008, 2, 20)
    with clock.at(dt.date(2008, 2, 19)):
        assert daily(clock.today())["re_reviewed"] == 0
    with clock.at(dt.date(2008, 2, 20)):
        assert daily(clock.today())["re_reviewed"] == 1
        assert daily(clock.today())["re_reviewed"] == 0
    row.refresh_from_db()
    assert (row.state, row.re_review_on) == ("under_review", None)
    assert row.conclusions.get().kind == "deferred"  # history kept, no longer in force
    assert verdicts.confirmed(row) is None
    assert row.transitions.latest("pk").by_text == "系统"


def test_money_columns_follow_the_proposal(stories):
    row = stories.draft()
    assert (row.total_wan, row.city_wan) == (Decimal("120.00"), Decimal("110.00"))
    assert stories.draft(document=proposal(components=components("0"))).city_wan == 0


def test_the_beat_brings_deferred_cases_back(stories, settings):
    from governance.jobs.tasks import daily as beat

    row = stories.concluded("deferred")
    settings.GUIYANG_TODAY = "2008-02-20"
    beat()
    row.refresh_from_db()
    assert row.state == "under_review"
