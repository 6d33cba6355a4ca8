"""What a case's page says of its verdict: questions put positively, causes, what settles it, advice with decisions."""

from __future__ import annotations

from governance.basics import clock
from priorities import actions
from priorities.case import case_page
from priorities.models import ConfirmedFact
from tests.priorities.stories import proposal


def test_no_objection_reads_as_six_times_yes_and_is_kept_as_the_key_s_no(stories, cast):
    row = stories.under_review()
    actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, nothing_to_object=True)
    row.refresh_from_db()
    shown = case_page.build(row, clock.today())
    facts = {f["fact"]: f for g in shown["groups"] for s in g["steps"] for f in s["facts"] if f["office"]}
    assert {f["shown"] for f in facts.values()} == {"yes"}
    assert set(ConfirmedFact.objects.filter(submission=row).values_list("value", flat=True)) == {"no"}
    assert facts["narrow_scope"]["options"] == [("no", "是"), ("yes", "否"), ("unknown", "不明")]
    assert facts["narrow_scope"]["question"] == "“服务范围”是否足够广？"


def test_the_form_says_which_office_answers_it_takes_for_granted(stories, cast):
    row = stories.draft()
    live = case_page.live(row, row.proposal, cast.health_cio)
    assert ("“业务流程稳定前景”是否明朗？", "yes") in live["assumed"]
    assert {answer for _, answer in live["assumed"]} == {"yes"}


def step_of(shown: dict, clause: str) -> dict:
    return next(s for g in shown["groups"] for s in g["steps"] if s["clause"] == clause)


def test_a_clause_shows_its_line_the_answers_that_suffice_and_the_one_that_decides(stories, cast):
    shown = case_page.build(stories.under_review(), clock.today())
    met = step_of(shown, "8.3.1(4)")
    assert "“提高公共服务水平”是否“显著”？是、是否“具有较大收益面”？是，这就足以成立" in met["why"]
    assert {f["fact"] for f in met["facts"] if f["decisive"]} == {"markedly_improves_public_service", "broad_benefit"}
    plain = step_of(shown, "8.3.2(3)")
    assert plain["why"] == "业务数据能否“纳入信息资源管理部门共享交换”？是，这就足以不成立"
    assert plain["line"] == 70


def test_an_open_verdict_names_the_fewest_answers_that_settle_it(stories, cast):
    facts = {k: v for k, v in proposal()["facts"].items() if k != "leadership_committed"}
    row = stories.under_review(document=proposal(facts=facts))
    row = actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, nothing_to_object=True)
    shown = case_page.build(row, clock.today())
    assert shown["outcome"] == "undetermined"
    assert {(s.outcome, s.answers) for s in shown["settled"]} == {
        ("defer", (("“领导重视度”是否具备？", "no", ""),)),
        ("priority", (("“领导重视度”是否具备？", "yes", ""),)),
    }
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "最少答哪几项就能定论" in page
    assert "原文第" in page


def test_the_advice_on_the_case_page_knows_the_reviewer_s_decision(stories, cast):
    """8.3.2(2) counted as met by the reviewer: the verdict shown is 缓建, and no advice promises what he ruled out."""
    document = proposal(facts=proposal()["facts"] | {"operators_qualified": "no"})
    row = stories.under_review(document=document)
    two = [{"fact": f, "value": "yes", "evidence": "x"} for f in ("narrow_scope", "complex_technology")]
    row = actions.confirm_facts(
        by=cast.reviewer, submission=row, version=row.version, facts=two, nothing_to_object=True
    )
    before = case_page.build(row, clock.today())
    assert [a.sentences for a in before["advice"]] == [("配备并培训运行维护人员 → 8.3.2(1) 不成立",)]
    row = actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version, decisions={"8.3.2(2)": True})
    after = case_page.build(row, clock.today())
    assert after["outcome"] == "defer"
    assert after["advice"] == []  # nothing that the department can change turns 8.3.2(2)
    assert after["needs_decision"] == ["8.3.2(2)"]  # a new confirmation decides again
