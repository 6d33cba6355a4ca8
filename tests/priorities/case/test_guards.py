"""为什么不能: what the page lists is what the verb refuses for, with who can lift it."""

from __future__ import annotations

import pytest

from governance.basics import clock
from governance.basics.refusal import Refused
from priorities.case import guards
from priorities.submissions import workflow
from tests.conftest import NAMES
from tests.priorities.submissions.test_workflow import CALLS, attempt

STATES = (
    "draft",
    "submitted",
    "under_review",
    "returned",
    "joint_approval",
    "candidate",
    "deferred",
    "no_city_funding",
    "withdrawn",
)


@pytest.mark.parametrize("state", STATES)
def test_blockers_are_exactly_what_the_verb_refuses_for(stories, cast, state):
    row = stories.in_state(state)
    for verb in CALLS:
        for role in NAMES:
            actor = getattr(cast, role)
            listed = guards.blockers(row, verb, actor, clock.today())
            result, refusal, _ = attempt(verb, actor, row)
            assert (result == "refused") == bool(listed), f"{state} {verb} {role}: {listed} / {refusal}"
            if refusal is not None:
                first = listed[0][0].rstrip("。")
                assert first in refusal.sentence, f"{state} {verb} {role}: {listed} / {refusal.sentence}"
                if refusal.status == 409 and refusal.sentence.startswith("还不能"):
                    assert list(refusal.blockers) == listed


def test_an_incomplete_proposal_lists_every_missing_point_with_the_phone(stories, cast):
    document = {"title": "试一试"}
    row = stories.draft(document=document)
    listed = guards.blockers(row, "submit", cast.health_cio, clock.today())
    sentences = [text for text, _ in listed]
    assert any("服务对象" in text and "8.1(6)" in text for text in sentences)
    assert any("安全保护等级" in text and "9.3.2" in text for text in sentences)
    assert {who for _, who in listed} == {"市卫生局（0851-5820101）"}


def test_send_lists_all_that_is_missing_at_once(stories, cast):
    row = stories.under_review()
    listed = [text for text, _ in guards.blockers(row, "send", cast.reviewer, clock.today())]
    assert listed[:2] == ["这一版的判定还没有确认", "还没有拟定结论（候选、储备库、缓建或市财政不支持）"]
    assert [text[:7] for text in listed[2:]] == ["网络管理中心意", "专家组意见还没", "第 1 版的盖"]


def test_a_waited_for_opinion_names_the_seat_and_its_phone(stories, cast):
    from priorities import actions

    row = stories.judged()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert")
    listed = guards.blockers(row, "send", cast.reviewer, clock.today())
    assert any("专家组意见还没有回来" in text and who == "吴思远（0851-5820701）" for text, who in listed)
    with pytest.raises(Refused):
        actions.send(by=cast.reviewer, submission=row, version=row.version)


@pytest.mark.parametrize("state", ["draft", "under_review", "joint_approval", "candidate"])
def test_the_page_lists_every_act_with_what_is_lacking_and_who_can_meet_it(stories, cast, state):
    """From the table that enforces: what stands under 还不能办 is what the guards say, word for word."""
    from html import unescape

    row = stories.in_state(state)
    for name in ("health_cio", "reviewer", "finance", "leader"):
        actor = getattr(cast, name)
        answer = cast.client(name).get(f"/priorities/submissions/{row.reference}/why/")
        if state == "draft" and name != "health_cio":
            assert answer.status_code == 404
            continue
        page = unescape(answer.content.decode())
        for verb, why in guards.every(row, actor):
            for text, who in why:
                if actor.scope(workflow.permission_of(verb)) is not None:
                    assert text in page, f"{state} {name} {verb}"
                assert who in page, f"{state} {name} {verb}"
