"""All states × verbs × roles against the specification, written here from the design's table and not from the code's."""

from __future__ import annotations

import pytest
from django.db import transaction

from governance.refusal import Refused
from priorities import actions
from priorities.models import AnnualPlan, PlanEntry, Submission
from tests.conftest import NAMES
from tests.priorities.stories import MINUTES, POINTS

ALL_STATES = ("draft", "submitted", "under_review", "returned", "joint_approval", "candidate", "pool", "deferred",
              "no_city_funding", "self_funded", "filed", "adopted", "withdrawn")  # fmt: skip

APPLICANT, OFFICE = {"health_cio"}, {"reviewer"}
SEATS = {"finance", "ndrc", "industry", "office_head"}
LEADERS = {"leader"}

# verb: (states that it may start from, who, states that it may lead to) for a submission of kind 新建
SPECIFICATION = {
    "submit": ({"draft", "returned"}, APPLICANT, {"submitted"}),
    "accept": ({"submitted"}, OFFICE, {"under_review"}),
    "return": ({"submitted", "under_review"}, OFFICE, {"returned"}),
    "withdraw": ({"draft", "submitted", "returned", "under_review", "joint_approval"}, APPLICANT, {"withdrawn"}),
    "send": ({"under_review"}, OFFICE, {"joint_approval"}),
    "refuse": ({"joint_approval"}, SEATS, {"under_review"}),
    "sign": ({"joint_approval"}, SEATS, {"joint_approval"}),  # the last one: its own test
    "check_self_funded": ({"no_city_funding"}, OFFICE, {"self_funded"}),
    "re_review": ({"deferred", "pool"}, OFFICE, {"under_review"}),
    "acknowledge": (set(), set(), set()),
    "adopt": ({"candidate"}, LEADERS, {"adopted"}),
}

CALLS = {
    "submit": lambda by, row: actions.submit(by=by, submission=row, version=row.version),
    "accept": lambda by, row: actions.accept(by=by, submission=row, version=row.version),
    "return": lambda by, row: actions.return_for_correction(
        by=by, submission=row, version=row.version, points=[("content", "写明接口")]),
    "withdraw": lambda by, row: actions.withdraw(by=by, submission=row, version=row.version, reason="不再需要"),
    "send": lambda by, row: actions.send(by=by, submission=row, version=row.version),
    "refuse": lambda by, row: actions.refuse(
        by=by, submission=row, version=row.version, reason="概算偏高", clause="8.1"),
    "sign": lambda by, row: actions.sign(by=by, submission=row, version=row.version),
    "check_self_funded": lambda by, row: actions.check_self_funded(
        by=by, submission=row, version=row.version, **POINTS),
    "re_review": lambda by, row: actions.re_review(by=by, submission=row, version=row.version),
    "acknowledge": lambda by, row: actions.acknowledge(by=by, submission=row, version=row.version),
    "adopt": lambda by, row: _adopt(by, row),
}  # fmt: skip


def _adopt(by, row):
    plan = AnnualPlan.objects.create(plan_year=2009, by_text="x")
    amounts = [{"source": "city", "fiscal_year": 2008, "amount_wan": "50.00"}]
    PlanEntry.objects.create(plan=plan, submission=row, amounts=amounts)
    return actions.adopt(by=by, plan=plan, version=plan.version, **MINUTES)


class _Undo(Exception):
    pass


def attempt(verb: str, by, row: Submission) -> tuple[str, Refused | None, str]:
    """`(done | refused, refusal, state after)` of one call, rolled back."""
    outcome = ("", None, "")
    try:
        with transaction.atomic():
            fresh = Submission.objects.get(pk=row.pk)
            try:
                with transaction.atomic():
                    CALLS[verb](by, fresh)
                refusal = None
            except Refused as error:
                refusal = error
            state = Submission.objects.get(pk=row.pk).state
            outcome = ("refused" if refusal else "done", refusal, state)
            raise _Undo
    except _Undo:
        return outcome


@pytest.mark.parametrize("state", ALL_STATES)
def test_every_verb_of_every_role_does_what_the_specification_says(stories, cast, state):
    row = stories.ready() if state == "under_review" else stories.in_state(state)
    assert row.state == state
    kind = row.kind
    for verb, (sources, who, targets) in SPECIFICATION.items():
        if kind != "new":
            continue  # 自筹 and 备案 have their own rows below
        for role in NAMES:
            result, refusal, after = attempt(verb, getattr(cast, role), row)
            expected = state in sources and role in who
            assert (result == "done") == expected, f"{state} {verb} {role}: {refusal or result}"
            if expected:
                assert after in targets, f"{state} {verb} {role} → {after}"
            else:
                assert after == state
                assert refusal.status in (403, 404, 409)
                assert refusal.sentence.endswith("。")


@pytest.mark.parametrize("state", ["self_funded", "filed"])
def test_the_side_lanes_end_where_they_end(stories, cast, state):
    row = stories.in_state(state)
    assert row.state == state
    for verb in SPECIFICATION:
        for role in NAMES:
            result, refusal, after = attempt(verb, getattr(cast, role), row)
            assert (result, after) == ("refused", state), f"{state} {verb} {role}"
            assert refusal.status in (403, 404, 409)


@pytest.mark.parametrize(
    ("kind", "state", "verb", "target"),
    [
        ("self_funded", "under_review", "check_self_funded", "self_funded"),
        ("self_funded", "under_review", "send", None),
        ("self_funded", "submitted", "check_self_funded", None),
        ("self_funded", "submitted", "acknowledge", None),
        ("district", "submitted", "acknowledge", "filed"),
        ("district", "submitted", "accept", "under_review"),
        ("district", "under_review", "acknowledge", None),
        ("district", "submitted", "check_self_funded", None),
        ("new", "under_review", "check_self_funded", None),
        ("new", "submitted", "acknowledge", None),
    ],
)
def test_the_side_lanes_are_open_to_their_kind_alone(stories, cast, kind, state, verb, target):
    row = getattr(stories, state)(kind=kind)
    result, refusal, after = attempt(verb, cast.reviewer, row)
    assert after == (target or state), refusal
    assert (result == "done") == (target is not None)


@pytest.mark.parametrize("conclusion", ["candidate", "pool", "deferred", "no_city_funding"])
def test_the_last_signature_concludes_as_proposed(stories, conclusion):
    row = stories.concluded(conclusion)
    assert row.state == conclusion
    assert row.conclusions.get(in_force=True).settled_day is not None


def test_a_wrong_state_says_what_is_possible_and_who_can_do_it(stories, cast):
    row = stories.submitted()
    with pytest.raises(Refused) as caught:
        actions.send(by=cast.reviewer, submission=row, version=row.version)
    assert "现在是“已申报”，不能“送联合会签”；只有“审核中”时可以" in caught.value.sentence
    assert ("可以“受理”", "信息办审核人") in caught.value.blockers


def test_a_refusal_leaves_one_audit_row_and_nothing_else(stories, cast):
    from governance.models import AuditRow

    row = stories.submitted()
    before = (row.version, row.transitions.count(), AuditRow.objects.count())
    with pytest.raises(Refused):
        actions.send(by=cast.reviewer, submission=row, version=row.version)
    row.refresh_from_db()
    assert (row.version, row.transitions.count(), AuditRow.objects.count()) == (before[0], before[1], before[2] + 1)
    last = AuditRow.objects.latest("seq")
    assert (last.ok, last.event) == (False, "priorities.submission.send")
