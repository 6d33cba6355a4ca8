"""Submit, withdraw, the answer to a corrected fact; every step in the trail."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.models import AuditRow, Notice
from priorities import actions
from priorities import proposal as proposals
from priorities.models import Submission
from priorities.screening import work_list
from tests.priorities.stories import proposal, save


def test_the_first_submit_takes_the_number_and_freezes_the_version(stories, cast):
    row = stories.submitted()
    assert row.number == "SB2008-001"
    version = row.versions.get()
    assert (version.number, row.current_version) == (1, 1)
    assert proposals.sha256(version.proposal) == version.sha256
    assert proposals.canonical(version.proposal) == proposals.canonical(row.proposal)
    screening = row.screenings.get()
    assert (screening.confirmed, screening.version, screening.rule_set) == (False, version, "plan-2006")
    assert screening.result["outcome"] == "undetermined"  # nobody has answered the office facts yet
    assert Notice.objects.filter(role="reviewer", address=row.get_absolute_url()).exists()


def test_a_proposal_with_gaps_is_refused_with_its_fields(stories, cast):
    row = stories.draft(document=proposal(evaluation="", goals=[]))
    with pytest.raises(Invalid) as caught:
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert set(caught.value.fields) == {"goals", "evaluation"}
    assert "8.1(6)" in caught.value.sentence
    assert caught.value.blockers[0][1] == "市卫生局（0851-5820101）"
    row.refresh_from_db()
    assert (row.state, row.number) == ("draft", None)


def test_a_refused_submit_gives_its_number_back(stories, cast):
    bad = stories.draft(document=proposal(evaluation=""))
    with pytest.raises(Refused):
        actions.submit(by=cast.health_cio, submission=bad, version=bad.version)
    assert [stories.submitted().number for _ in range(3)] == ["SB2008-001", "SB2008-002", "SB2008-003"]


def test_a_second_submit_of_the_same_draft_is_refused(stories, cast):
    row = stories.draft()
    actions.submit(by=cast.health_cio, submission=row, version=row.version)
    with pytest.raises(Refused, match="现在是“已申报”"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert Submission.objects.get(pk=row.pk).versions.count() == 1


def test_a_self_funded_proposal_asks_for_no_city_money(stories, cast):
    row = stories.draft(kind="self_funded", document=proposal())
    with pytest.raises(Refused, match="自筹申报不能有市财政资金"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)


def test_a_returned_submission_may_be_submitted_again_as_a_second_version(stories, cast):
    row = stories.returned()
    first = row.versions.get().sha256
    row = save(cast, row, evaluation="由卫生局每年评估")
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert (row.number, row.current_version, row.state) == ("SB2008-001", 2, "submitted")
    assert [v.sha256 == first for v in row.versions.all()] == [True, False]


# --- withdraw ------------------------------------------------------------------------------------------------------


def test_a_withdrawal_needs_a_reason_once_the_case_was_accepted(stories, cast):
    row = stories.under_review()
    with pytest.raises(Invalid, match="已经受理的申报，撤回要写明理由"):
        actions.withdraw(by=cast.health_cio, submission=row, version=row.version)
    row = actions.withdraw(by=cast.health_cio, submission=row, version=row.version, reason="改为自筹")
    assert row.state == "withdrawn"


def test_a_withdrawal_closes_the_round_and_tells_the_seats(stories, cast):
    row = stories.joint_approval()
    actions.withdraw(by=cast.health_cio, submission=row, version=row.version, reason="改为自筹")
    assert [r.state for r in actions.rounds_of(row)] == ["closed"]
    assert work_list.waiting(cast.finance, clock.today()) == []


# --- what a correction does ----------------------------------------------------------------------------------------


def test_a_corrected_fact_is_told_and_may_be_answered_within_five_working_days(stories, cast):
    row = stories.under_review()
    fact = {"fact": "operators_qualified", "value": "no", "evidence": "无持证人员"}
    row = actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, facts=[fact])
    notice = Notice.objects.filter(organisation_id=row.organisation_id).latest("pk")
    assert "2007-08-27" in notice.sentence
    with clock.at(dt.date(2007, 8, 27)):
        answer = actions.answer_correction(
            by=cast.health_cio, submission=row, fact="operators_qualified", text="附名单"
        )
    assert (answer.stated, answer.corrected) == ("yes", "no")
    with clock.at(dt.date(2007, 8, 28)), pytest.raises(Refused, match="答复期限是 2007-08-27"):
        actions.answer_correction(by=cast.health_cio, submission=row, fact="operators_qualified", text="再附")
    with pytest.raises(Refused, match="没有被核定改动"):
        actions.answer_correction(by=cast.health_cio, submission=row, fact="shareable", text="x")


def test_every_step_of_a_case_is_in_the_trail(stories, cast):
    row = stories.joint_approval()
    events = [
        r.event.rpartition(".")[2]
        for r in AuditRow.objects.filter(ok=True).order_by("seq")
        if row.audit_key in r.concerns
    ]
    assert events == [
        "create_draft",
        "submit",
        "accept",
        "confirm_facts",
        "confirm_verdict",
        "propose_conclusion",
        *["waive_opinion"] * 3,  # each paper by itself
        "send",
    ]
