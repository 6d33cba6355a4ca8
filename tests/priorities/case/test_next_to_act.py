"""Who must act next stands with phone on every page of a case."""

from __future__ import annotations

import re

import pytest

from governance.basics import clock
from priorities import actions
from priorities.case.next_to_act import next_to_act

WAITS = {
    "draft": "填写并提交申报",
    "submitted": "受理",
    "under_review": "核定、判定",
    "returned": "补正",
    "joint_approval": "会签",
    "candidate": "审定年度计划",
    "pool": "复审",
    "deferred": "补齐缺失条件",
    "no_city_funding": "据此重报",
}


@pytest.mark.parametrize("state", WAITS)
def test_every_open_state_names_who_acts_what_he_does_and_his_phone(stories, state):
    waits = next_to_act(stories.in_state(state), clock.today())
    assert WAITS[state] in "；".join(n.does for n in waits)
    assert all(re.search(r"\d{3,4}-\d{7}", n.who) for n in waits), waits


@pytest.mark.parametrize("state", ["adopted", "filed", "withdrawn", "self_funded"])
def test_nobody_is_waited_for_where_nothing_is_left_to_do(stories, state):
    assert next_to_act(stories.in_state(state), clock.today()) == []


def test_a_seat_that_signed_is_waited_for_no_longer_and_an_expert_is_named_himself(stories, cast):
    row = stories.joint_approval()
    assert len(next_to_act(row, clock.today())) == 4
    row = actions.sign(by=cast.finance, submission=row, version=row.version)
    assert not any(n.who.startswith("市财政局") for n in next_to_act(row, clock.today()))
    row = stories.under_review()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert")
    [expert] = next_to_act(row, clock.today())
    assert (expert.does, expert.who.startswith(str(cast.user("expert")))) == ("出具意见", True)


def test_it_stands_on_every_page_of_the_case(stories, cast):
    row = stories.joint_approval()
    pages = {
        f"/priorities/submissions/{row.number}/": "health_cio",
        f"/priorities/submissions/{row.number}/why/": "health_cio",
        f"/priorities/submissions/{row.number}/versions/": "health_cio",
        f"/priorities/desk/{row.number}/": "reviewer",
        f"/priorities/desk/{row.number}/overlap/": "reviewer",
        f"/priorities/approvals/{row.number}/": "finance",
    }
    draft = stories.draft()
    pages |= {
        f"/priorities/submissions/{draft.reference}/{part}/": "health_cio" for part in ("edit", "review", "offline")
    }
    for address, name in pages.items():
        page = cast.client(name).get(address).content.decode()
        assert 'id="next-to-act"' in page, address
        at = page.index('id="next-to-act"')
        assert "0851-" in page[at : at + 900], address
