"""A verdict that is accepted: one act for the verdict with its conclusion, one for the sending, or one for all."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics.refusal import Invalid, Refused, Stale
from priorities import actions
from priorities.case import settling
from priorities.models import ConfirmedFact, OpinionWaiver
from priorities.rules.facts import OFFICE_FACTS
from priorities.screening import conclusions, verdicts
from tests.priorities.stories import components, proposal

WHY = settling.WAIVER_REASONS[0]


def defer(**more) -> dict:
    document = proposal(**more)
    return document | {"facts": document["facts"] | {"leadership_committed": "no"}}


def test_accepting_answers_the_office_facts_confirms_the_verdict_and_proposes_what_follows(stories, cast):
    row = stories.under_review()
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    assert set(ConfirmedFact.objects.filter(submission=row, value="no").values_list("fact", flat=True)) >= set(
        map(str, OFFICE_FACTS)
    )
    assert verdicts.confirmed(row).outcome == "priority"
    assert conclusions.in_force(row).kind == "candidate"
    assert row.state == "under_review"


def test_a_deferred_case_gets_its_lacking_conditions_and_a_day_without_typing(stories, cast):
    row = stories.under_review(document=defer())
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    conclusion = conclusions.in_force(row)
    assert conclusion.kind == "deferred"
    assert conclusion.lacking.startswith("8.3.2(1) ")
    assert conclusion.re_review_on == dt.date(2007, 8, 20) + dt.timedelta(days=182)


def test_a_case_without_a_clause_of_priority_goes_to_the_pool(stories, cast):
    document = proposal()
    document["facts"] |= {"markedly_improves_public_service": "no", "broad_benefit": "no"}
    row = stories.under_review(document=document)
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    assert conclusions.in_force(row).kind == "pool"


def test_departing_needs_one_reason_and_its_conclusion_follows(stories, cast):
    row = stories.under_review()
    departure = {"outcome": "defer", "clause": "8.3.2(1)", "reason": "运行维护人员还没有到位"}
    with pytest.raises(Invalid):
        actions.settle(by=cast.reviewer, submission=row, version=row.version, departure=departure | {"reason": ""})
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version, departure=departure)
    conclusion = conclusions.in_force(row)
    assert (conclusion.kind, conclusion.lacking) == ("deferred", "运行维护人员还没有到位")
    assert verdicts.confirmed(row).override == "defer"


def test_a_partly_met_clause_waits_for_the_decision_and_nothing_of_the_act_happens(stories, cast):
    row = stories.under_review()
    given = [{"fact": f, "value": "yes"} for f in ("narrow_scope", "complex_technology")]
    row = actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, facts=given)
    with pytest.raises(Refused) as refusal:
        actions.settle(by=cast.reviewer, submission=row, version=row.version)
    assert "8.3.2(2)" in refusal.value.sentence
    assert ConfirmedFact.objects.filter(submission=row).count() == 2
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version, decisions={"8.3.2(2)": False})
    assert conclusions.in_force(row).kind == "candidate"


def test_sending_waives_what_nobody_was_asked_for_with_the_reason(stories, cast):
    row = stories.under_review()
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    with pytest.raises(Invalid):
        actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason="  ")
    row = actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)
    assert row.state == "joint_approval"
    kept = OpinionWaiver.objects.filter(submission=row)
    assert {w.what: w.reason for w in kept} == dict.fromkeys(["network_centre", "expert", "scan"], WHY)


def test_an_opinion_under_way_is_not_waived_by_the_way(stories, cast):
    row = stories.under_review()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    assert settling.papers_never_asked(row) == ["expert", "scan"]
    with pytest.raises(Refused) as refusal:
        actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)
    assert "还没有回来" in refusal.value.sentence
    assert not OpinionWaiver.objects.exists()


def test_a_plain_case_goes_from_the_queue_to_the_seats_in_one_act_at_the_version_that_was_read(stories, cast):
    row = stories.submitted()
    with pytest.raises(Stale):
        actions.settle_and_send(by=cast.reviewer, submission=row, version=row.version - 1, reason=WHY)
    row = actions.settle_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)
    assert row.state == "joint_approval"
    with pytest.raises(Refused):
        actions.settle_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)


def test_the_desk_shows_beforehand_what_accepting_comes_to(stories, cast):
    row = stories.under_review(document=proposal(investment_type="government", components=components("100")))
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "均无异议，采用判定" in page
    assert "列为年度计划候选" in page
    cast.client("reviewer").post(f"/priorities/desk/{row.number}/settle/", {"version": row.version})
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "免 3 件并送会签" in page
    row.refresh_from_db()
    answer = cast.client("reviewer").post(
        f"/priorities/desk/{row.number}/waive-and-send/", {"version": row.version, "reason": WHY}
    )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.state == "joint_approval"


def test_who_may_not_screen_settles_nothing(stories, cast):
    row = stories.under_review()
    for name in ("health_cio", "finance", "auditor", "leader"):
        with pytest.raises(Refused):
            actions.settle(by=getattr(cast, name), submission=row, version=row.version)
    assert verdicts.confirmed(row) is None
