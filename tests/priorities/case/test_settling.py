"""A verdict that is accepted: one act for the verdict with its conclusion, one for the sending, or one for all."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics.refusal import Invalid, Refused, Stale
from priorities import actions
from priorities.approval import meeting_pack
from priorities.case import settling
from priorities.models import ConfirmedFact, OpinionWaiver
from priorities.rules.facts import OFFICE_FACTS
from priorities.screening import conclusions, verdicts
from tests.priorities.stories import components, proposal, small

WHY = f"{settling.SMALL}；{settling.SCAN_LATER}"


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
    row = stories.under_review(document=small())
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    with pytest.raises(Invalid):
        actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason="  ")
    row = actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)
    assert row.state == "joint_approval"
    kept = OpinionWaiver.objects.filter(submission=row)
    assert {w.what: w.reason for w in kept} == dict.fromkeys(["network_centre", "expert", "scan"], WHY)


def test_an_opinion_under_way_is_not_waived_by_the_way(stories, cast):
    row = stories.under_review(document=small())
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    assert settling.papers_never_asked(row) == ["expert", "scan"]
    with pytest.raises(Refused) as refusal:
        actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)
    assert "还没有回来" in refusal.value.sentence
    assert not OpinionWaiver.objects.exists()


def test_a_plain_case_goes_from_the_queue_to_the_seats_in_one_act_at_the_version_that_was_read(stories, cast):
    row = stories.submitted(document=small())
    with pytest.raises(Stale):
        actions.settle_and_send(by=cast.reviewer, submission=row, version=row.version - 1, reason=WHY)
    row = actions.settle_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)
    assert row.state == "joint_approval"
    with pytest.raises(Refused):
        actions.settle_and_send(by=cast.reviewer, submission=row, version=row.version, reason=WHY)


def test_the_desk_shows_beforehand_what_accepting_comes_to(stories, cast):
    row = stories.under_review(document=proposal(investment_type="government", components=components("60")))
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


# --- what is waived, and why -----------------------------------------------------------------------------------------


def hospitals() -> dict:
    """420 万元 for 14 hospitals: one component, but no small case."""
    return proposal(investment_type="government", title="14 家医院信息系统", components=components("420"))


GOVERNMENT = [hospitals(), proposal(investment_type="government")]


@pytest.mark.parametrize("document", GOVERNMENT, ids=["420 万元", "two components"])
def test_a_large_case_waives_each_paper_apart_and_no_reason_is_offered_that_is_untrue(stories, cast, document):
    row = stories.under_review(document=document)
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    with pytest.raises(Refused, match="逐件写明理由"):
        actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason="另有材料")
    with pytest.raises(Refused, match="逐件写明理由"):
        actions.waive_opinion(
            by=cast.reviewer, submission=row, version=row.version, what=["expert", "scan"], reason="另有材料"
        )
    with pytest.raises(Invalid, match="与本件不符"):
        actions.waive_opinion(
            by=cast.reviewer, submission=row, version=row.version, what="expert", reason=settling.SMALL
        )
    with pytest.raises(Invalid, match="与本件不符"):
        actions.waive_opinion(
            by=cast.reviewer, submission=row, version=row.version, what="expert", reason=settling.CONTINUED
        )
    assert not OpinionWaiver.objects.exists()
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "规模小" not in page
    assert "件并送会签" not in page
    assert "逐件免 3 件再送会签" in page
    for what in ("network_centre", "expert", "scan"):
        answer = cast.client("reviewer").post(
            f"/priorities/desk/{row.number}/waive/", {"what": what, "reason": f"理由之{what}"}
        )
        assert answer.status_code == 302
    assert set(OpinionWaiver.objects.values_list("reason", flat=True)) == {
        "理由之network_centre",
        "理由之expert",
        "理由之scan",
    }
    row.refresh_from_db()
    assert actions.send(by=cast.reviewer, submission=row, version=row.version).state == "joint_approval"


def test_a_large_case_is_sent_in_one_act_where_each_paper_has_its_own_reason(stories, cast):
    row, office = stories.under_review(document=hospitals()), cast.client("reviewer")
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    at, why = f"/priorities/desk/{row.number}/", {"network_centre": "方案沿用", "expert": "已论证", "scan": "原件存档"}
    for lacking in why:
        some = {f"reason|{what}": text for what, text in why.items() if what != lacking}
        assert office.post(f"{at}waive-and-send/", {"version": row.version, **some}).status_code == 422
        assert not OpinionWaiver.objects.exists()
    assert office.post(f"{at}waive/", {"reason|expert": "", "reason|scan": ""}).status_code == 422
    answer = office.post(f"{at}waive-and-send/", {"version": row.version, **{f"reason|{w}": t for w, t in why.items()}})
    assert answer.status_code == 302
    assert {w.what: w.reason for w in OpinionWaiver.objects.all()} == why
    row.refresh_from_db()
    assert row.state == "joint_approval"


def test_one_paper_left_of_a_large_case_is_waived_with_the_sending(stories, cast):
    row = stories.under_review(document=hospitals())
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    for what in ("network_centre", "expert"):
        row = actions.waive_opinion(by=cast.reviewer, submission=row, version=row.version, what=what, reason="另有材料")
    row = actions.waive_and_send(by=cast.reviewer, submission=row, version=row.version, reason=settling.SCAN_LATER)
    assert row.state == "joint_approval"


def test_no_reason_is_chosen_beforehand_and_a_click_alone_waives_nothing(stories, cast):
    row = stories.under_review(document=small())
    row = actions.settle(by=cast.reviewer, submission=row, version=row.version)
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "免 3 件并送会签" in page
    field = page[page.index('id="waive-why"') : page.index("</datalist>", page.index('id="waive-why"'))]
    assert "value=" not in field.partition(">")[0]
    assert f'value="{WHY}"' in field  # it may be picked: here it is true
    answer = cast.client("reviewer").post(
        f"/priorities/desk/{row.number}/waive-and-send/", {"version": row.version, "reason": ""}
    )
    assert answer.status_code == 422
    assert not OpinionWaiver.objects.exists()
    queue = cast.client("reviewer").get("/priorities/desk/").content.decode()
    assert 'name="reason"' in queue
    assert "<option>" not in queue[queue.index('id="bulk-why"') : queue.index("预演</button>")]


def test_whoever_signs_sees_what_was_waived_with_its_reason_and_every_condition_in_full(stories, cast):
    row = stories.under_review()
    by, condition = cast.reviewer, "接口按市级目录重做，验收前由网络中心复核"
    row = actions.request_opinion(by=by, submission=row, version=row.version, what="network_centre")
    row = actions.give_opinion(
        by=cast.network, submission=row, edition=row.current_version, kind="conditional", condition=condition
    )
    row = actions.settle(by=by, submission=row, version=row.version)
    for what, why in (("expert", "专家已在立项论证会上审定"), ("scan", "原件在信息办存档")):
        row = actions.waive_opinion(by=by, submission=row, version=row.version, what=what, reason=why)
    row = actions.send(by=by, submission=row, version=row.version)
    sitting = actions.convene(by=by, title="八月会签会议", held_on=dt.date(2007, 8, 20), submissions=[row])
    pages = {
        f"/priorities/approvals/{row.number}/": "finance",
        f"/priorities/sittings/{sitting.pk}/": "finance",
        f"/priorities/desk/{row.number}/": "reviewer",
        f"/priorities/submissions/{row.number}/": "health_cio",
    }
    for address, name in pages.items():
        page = cast.client(name).get(address).content.decode()
        for words in (condition, "专家已在立项论证会上审定", "原件在信息办存档", "盖章扫描件"):
            assert words in page, (address, words)
    texts = "".join(line for part in meeting_pack.build(sitting).sections for line in part.paragraphs)
    for words in (condition, "专家组意见免：专家已在立项论证会上审定", "盖章扫描件免：原件在信息办存档"):
        assert words in texts


def test_an_expert_who_owes_his_opinion_reads_no_condition_of_another(stories, cast):
    row = stories.under_review()
    for what in ("network_centre", "expert"):
        row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what=what)
    actions.give_opinion(by=cast.network, submission=row, edition=1, kind="conditional", condition="接口按目录重做")
    address = f"/priorities/approvals/{row.number}/opinion/"
    assert "接口按目录重做" not in cast.client("expert").get(address).content.decode()
    actions.give_opinion(by=cast.expert, submission=row, edition=1, kind="agree", text="可行")
    assert "接口按目录重做" in cast.client("expert").get(address).content.decode()
