"""What a case's page says of its verdict: questions put positively, causes, what settles it, advice with decisions."""

from __future__ import annotations

from governance import clock
from priorities import actions, case
from priorities.models import ConfirmedFact


def test_no_objection_reads_as_six_times_yes_and_is_kept_as_the_key_s_no(stories, cast):
    row = stories.under_review()
    actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, nothing_to_object=True)
    row.refresh_from_db()
    shown = case.build(row, cast.reviewer, clock.today())
    facts = {f["fact"]: f for g in shown["groups"] for s in g["steps"] for f in s["facts"] if f["office"]}
    assert {f["shown"] for f in facts.values()} == {"yes"}
    assert set(ConfirmedFact.objects.filter(submission=row).values_list("value", flat=True)) == {"no"}
    assert facts["narrow_scope"]["options"] == [("no", "是"), ("yes", "否"), ("unknown", "不明")]
    assert facts["narrow_scope"]["question"] == "“服务范围”是否足够广？"


def test_the_form_says_which_office_answers_it_takes_for_granted(stories, cast):
    row = stories.draft()
    live = case.live(row, row.proposal, cast.health_cio)
    assert ("“业务流程稳定前景”是否明朗？", "yes") in live["assumed"]
    assert {answer for _, answer in live["assumed"]} == {"yes"}
