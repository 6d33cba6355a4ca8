"""All states × verbs × roles against the specification, written here from the design's table, not the code's."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import transaction

from governance.basics.refusal import Refused
from governance.models import AuditRow, Organisation
from priorities import actions
from priorities.models import Submission
from tests.conftest import NAMES
from tests.priorities.stories import MINUTES, POINTS

ALL_STATES = (
    "draft",
    "submitted",
    "under_review",
    "returned",
    "joint_approval",
    "candidate",
    "pool",
    "deferred",
    "no_city_funding",
    "self_funded",
    "filed",
    "adopted",
    "withdrawn",
)

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
    "leave_over": ({"candidate"}, LEADERS, {"candidate"}),
}
# What leaves the state alone: (states, who). Opinions that nobody asked for and signatures that nobody gave are refused
# to everybody; their own tests ask and give.
ACTS = {
    "save": ({"draft", "returned"}, APPLICANT),
    "participants": ({"draft", "returned"}, APPLICANT),
    "confirm_participation": (set(), set()),  # the lead does not confirm himself
    "declare_secret": ({"draft"}, APPLICANT),
    "attach": ({"draft", "returned", "submitted", "under_review"}, APPLICANT),
    "answer_correction": (set(), set()),  # nothing was corrected
    "confirm_facts": ({"under_review"}, OFFICE),
    "answer_sharing": ({"under_review"}, {"resource"}),
    "record_overlap": ({"under_review"}, OFFICE),
    "confirm_verdict": ({"under_review"}, OFFICE),
    "propose_conclusion": ({"under_review"}, OFFICE),
    "request_opinion": ({"under_review"}, OFFICE),
    "waive_opinion": ({"under_review"}, OFFICE),
    "give_opinion": (set(), set()),
    "abstain": (set(), set()),
    "withdraw_signature": (set(), set()),
}
SITTING = {
    "meeting_title": MINUTES["meeting_title"],
    "held_on": MINUTES["held_on"],
    "minutes_number": MINUTES["minutes_number"],
}


def call(verb: str, **more):
    """The verb with the row's own version."""
    return lambda by, row: getattr(actions, verb)(by=by, submission=row, version=row.version, **more)


CALLS = {
    "submit": call("submit"),
    "accept": call("accept"),
    "return": call("return_for_correction", points=[("content", "写明接口")]),
    "withdraw": call("withdraw", reason="不再需要"),
    "send": call("send"),
    "refuse": call("refuse", reason="概算偏高", clause="8.1"),
    "sign": call("sign"),
    "check_self_funded": call("check_self_funded", **POINTS),
    "re_review": call("re_review"),
    "acknowledge": call("acknowledge"),
    "adopt": call("adopt_case", **SITTING),
    "leave_over": call("leave_over", reason="今年财力不足", **SITTING),
}


def add_and_take_off(by, row, unit):
    row = actions.add_participant(by=by, submission=row, version=row.version, organisation=unit)
    return actions.remove_participant(by=by, submission=row, version=row.version, organisation=unit)


ACT_CALLS = {
    "save": call("save_draft", patch={"evaluation": "由财政局评估"}),
    "participants": lambda by, row: add_and_take_off(by, row, Organisation.objects.get(name="市交通局")),
    "confirm_participation": call("confirm_participation"),
    "declare_secret": call("declare_secret", paper_number="筑卫密〔2007〕1号", title="某项目"),
    "attach": lambda by, row: actions.attach(
        by=by, submission=row, kind="scan", name="盖章.pdf", content=b"%PDF-1.4 scan"
    ),
    "answer_correction": lambda by, row: actions.answer_correction(
        by=by, submission=row, fact="important", text="见文件"
    ),
    "confirm_facts": call("confirm_facts", facts=[{"fact": "easy_to_use", "value": "yes", "evidence": "方案"}]),
    "answer_sharing": call("answer_sharing", facts=[{"fact": "exchangeable", "value": "yes", "evidence": "目录"}]),
    "record_overlap": call("record_overlap", other="project:P06", degree="none"),
    "confirm_verdict": call("confirm_verdict"),
    "propose_conclusion": call("propose_conclusion", kind="candidate"),
    "request_opinion": call("request_opinion", what="expert"),
    "waive_opinion": call("waive_opinion", what="expert", reason="小项目"),
    "give_opinion": lambda by, row: actions.give_opinion(
        by=by, submission=row, edition=row.current_version or 1, kind="agree"
    ),
    "abstain": lambda by, row: actions.give_opinion(
        by=by, submission=row, edition=row.current_version or 1, kind="abstain", text="有关系"
    ),
    "withdraw_signature": call("withdraw_signature"),
}


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
                    (CALLS | ACT_CALLS)[verb](by, fresh)
                refusal = None
            except Refused as error:
                refusal = error
            state = Submission.objects.get(pk=row.pk).state
            outcome = ("refused" if refusal else "done", refusal, state)
            raise _Undo
    except _Undo:
        return outcome


def kept() -> dict[str, list]:
    """Every row of what people record, the audit trail apart."""
    trail = ("AuditRow", "AuditConcern", "AuditHead")
    models = [
        m
        for label in ("governance", "projects", "budgets", "priorities")
        for m in apps.get_app_config(label).get_models()
        if m.__name__ not in trail
    ]
    return {m.__name__: list(m.objects.order_by("pk").values_list()) for m in models}


@pytest.mark.parametrize("state", ALL_STATES)
def test_every_verb_of_every_role_does_what_the_specification_says(stories, cast, state, media):
    """What is not in the row of the state is refused with a sentence, one audit row and not a byte besides."""
    row = stories.ready() if state == "under_review" else stories.in_state(state)
    assert row.state == state
    rules = {verb: (sources, who, targets) for verb, (sources, who, targets) in SPECIFICATION.items()}
    rules |= {verb: (sources, who, {state}) for verb, (sources, who) in ACTS.items()}
    if row.kind != "new":  # 自筹 and 备案 have their own rows below; in their last state nothing moves at all
        rules = {verb: (set(), set(), set()) for verb in rules}
    before, audited, refusals = kept(), AuditRow.objects.count(), 0
    for verb, (sources, who, targets) in rules.items():
        for role in NAMES:
            actor = getattr(cast, role)
            if state in sources and role in who:
                result, refusal, after = attempt(verb, actor, row)
                assert (result, after in targets) == ("done", True), f"{state} {verb} {role}: {refusal or after}"
                continue
            fresh = Submission.objects.get(pk=row.pk)
            with pytest.raises(Refused) as caught:
                (CALLS | ACT_CALLS)[verb](actor, fresh)
            refusals += 1
            assert caught.value.status in (403, 404, 409), f"{state} {verb} {role}: {caught.value}"
            assert caught.value.sentence.endswith("。"), f"{state} {verb} {role}: {caught.value}"
    assert AuditRow.objects.count() == audited + refusals
    assert not AuditRow.objects.filter(seq__gt=audited, ok=True).exists()
    assert kept() == before


def test_the_tables_of_the_code_and_of_the_specification_name_the_same_verbs():
    from priorities.submissions import workflow

    assert {r.verb for r in workflow.TRANSITIONS} == set(SPECIFICATION)
    elsewhere = {"discard", "remind"}  # a draft deleted, a seat reminded: their own tests
    assert {a.verb for a in workflow.ACTS} == set(ACTS) | elsewhere
    for verb, (sources, _, targets) in SPECIFICATION.items():
        rows = workflow.rows_of(verb, "new")
        assert {s for r in rows for s in r.sources} == sources, verb
        if verb != "sign":
            assert {t for r in rows for t in r.targets} == targets, verb


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
