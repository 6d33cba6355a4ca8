"""列入 and 结转 of one case by the leading group: a plan version that differs by this case alone (API, contract)."""

from __future__ import annotations

import pytest

from budgets.models import BudgetLine
from governance.basics.refusal import Invalid, Refused
from priorities import actions
from priorities.models import AnnualPlan
from tests.priorities.stories import MINUTES

SITTING = {**MINUTES, "held_on": MINUTES["held_on"].isoformat()}


@pytest.fixture
def post(cast):
    """One adopts oneself, after the login: a token does not (tests/house/test_signatures.py)."""

    def send(name: str, row, verb: str, body=None):
        row.refresh_from_db()
        return cast.client(name).post(
            f"/api/v1/submissions/{row.reference}/{verb}/",
            {"version": row.version} | (body or {}),
            content_type="application/json",
        )

    return send


def test_the_leading_group_adopts_one_candidate_and_its_money_is_open(post, stories):
    row = stories.concluded()
    answer = post("leader", row, "adopt", SITTING)
    assert (answer.status_code, answer.json()["state"]) == (200, "adopted")
    assert answer.json()["project"] == "N2008-01"
    lines = BudgetLine.objects.filter(project__code="N2008-01").values_list("fiscal_year", "source", "approved_wan")
    assert sum(wan for _, _, wan in lines) == 120
    plan = AnnualPlan.objects.get()
    assert (plan.state, plan.number, plan.meeting.minutes_number) == ("adopted", 1, MINUTES["minutes_number"])


def test_a_case_left_over_is_a_candidate_of_the_next_year(post, stories):
    row = stories.concluded()
    assert post("leader", row, "leave-over", SITTING).json() == {"reason": ["请写明理由。"]}
    answer = post("leader", row, "leave_over", SITTING | {"reason": "今年财力不足"})
    assert (answer.status_code, answer.json()["state"], answer.json()["plan_year"]) == (200, "candidate", 2009)


def test_without_minutes_another_role_or_another_state_nothing_is_adopted(post, stories):
    row = stories.concluded()
    assert set(post("leader", row, "adopt").json()) == {"meeting_title", "held_on", "minutes_number"}
    assert post("leader", row, "adopt").status_code == 400
    for name in ("reviewer", "finance", "auditor", "office_head"):
        assert post(name, row, "adopt", SITTING).status_code == 403
    assert post("district", row, "adopt", SITTING).status_code in (403, 404)
    pool = stories.concluded("pool")
    assert post("leader", pool, "adopt", SITTING).status_code == 409
    assert not AnnualPlan.objects.exists()


def test_the_offices_draft_takes_its_place_behind_and_is_adopted_later_without_booking_twice(stories, cast):
    first, second, third = stories.concluded(), stories.concluded(), stories.concluded()
    draft = actions.create_plan(by=cast.reviewer, plan_year=2008)
    first = actions.adopt_case(by=cast.leader, submission=first, **MINUTES)
    second = actions.leave_over(by=cast.leader, submission=second, reason="财力不足", **MINUTES)
    draft.refresh_from_db()
    assert (draft.number, draft.state) == (3, "draft")
    assert set(draft.entries.values_list("submission_id", flat=True)) == {first.pk, third.pk}
    booked = BudgetLine.objects.get(project=first.project, fiscal_year=2009).approved_wan
    plan = actions.adopt(by=cast.leader, plan=draft, version=draft.version, **MINUTES)
    third.refresh_from_db()
    assert (plan.state, third.state) == ("adopted", "adopted")
    assert BudgetLine.objects.get(project=first.project, fiscal_year=2009).approved_wan == booked
    assert list(AnnualPlan.objects.order_by("number").values_list("state", flat=True)) == [
        "superseded",
        "superseded",
        "adopted",
    ]


def test_an_adopted_case_is_not_adopted_again(stories, cast):
    row = actions.adopt_case(by=cast.leader, submission=stories.concluded(), **MINUTES)
    with pytest.raises(Refused, match="现在是“已列入年度计划”"):
        actions.adopt_case(by=cast.leader, submission=row, **MINUTES)
    with pytest.raises(Invalid, match="纪要文号"):
        actions.adopt_case(
            by=cast.leader, submission=stories.concluded(), meeting_title="会", held_on=None, minutes_number=""
        )
