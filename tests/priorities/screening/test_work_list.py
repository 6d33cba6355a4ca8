"""Who is waited for: the queue, 待办, what floor 5 shows; a fixed number of queries."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from priorities import actions
from priorities.panels import cases as panels
from priorities.screening import work_list
from projects.models import Project


def test_the_queue_shows_age_due_day_and_who_is_waited_for(stories, cast):
    row = stories.joint_approval()
    row = actions.sign(by=cast.finance, submission=row, version=row.version)
    line = work_list.queue(cast.reviewer, dt.date(2007, 9, 10))[0]
    assert (line.submission, line.age, line.late) == (row, 21, True)
    assert line.waits_for == "市发改委（发改席）、市信息产业局（信息化主管部门席）、市信息办（信息化主管部门席）"
    assert (line.due_day, line.state_label) == (dt.date(2007, 9, 3), "联合会签中")


def test_drafts_of_others_are_in_no_queue(stories, cast):
    stories.draft()
    assert work_list.queue(cast.reviewer, clock.today()) == []
    assert work_list.counts(cast.reviewer, clock.today()) == {}
    assert work_list.counts(cast.health_cio, clock.today()) == {"draft": 1}


def test_everybody_finds_what_waits_for_him_and_nobody_else(stories, cast):
    day = clock.today()
    row = stories.joint_approval()
    for role in ("finance", "ndrc", "industry", "office_head"):
        assert [t.kind for t in work_list.waiting(getattr(cast, role), day)] == ["joint_approval"]
    assert work_list.waiting(cast.leader, day) == []
    actions.sign(by=cast.finance, submission=row, version=row.version)
    assert work_list.waiting(cast.finance, day) == []
    for role in ("auditor", "sysadmin", "secadmin"):
        assert work_list.waiting(getattr(cast, role), day) == []


def test_a_returned_case_waits_for_its_department_with_the_number_of_points(stories, cast):
    stories.returned(points=[("evaluation", "补"), ("content", "补")])
    task = work_list.waiting(cast.health_cio, clock.today())[0]
    assert "退回补正，2 处要补" in task.sentence


def test_a_plan_draft_waits_for_the_leading_group(stories, cast):
    stories.concluded()
    actions.create_plan(by=cast.reviewer, plan_year=2008)
    assert [t.kind for t in work_list.waiting(cast.leader, clock.today())] == ["plan"]


def test_the_queue_makes_as_many_queries_for_one_case_as_for_many(stories, cast, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stories.joint_approval()
    with CaptureQueriesContext(connection) as one:
        work_list.queue(cast.reviewer, clock.today())
    for _ in range(4):
        stories.joint_approval()
    with django_assert_num_queries(len(one)):
        work_list.queue(cast.reviewer, clock.today())


def test_the_window_says_how_many_days_are_left(plan):
    window, state, days = work_list.window_state(dt.date(2007, 8, 20))
    assert (window.plan_year, state, days) == (2008, "open", 11)
    window, state, days = work_list.window_state(dt.date(2007, 9, 1))
    assert (window.plan_year, state) == (2009, "coming")


def test_search_finds_two_characters_and_nothing_foreign(stories, cast):
    row = stories.submitted()
    assert [h.code for h in panels.search(cast.reviewer, "卫生")] == [row.number]
    assert panels.search(cast.district, "卫生") == []
    assert panels.search(cast.sysadmin, "卫生") == []


@pytest.mark.parametrize("role", ["health_cio", "reviewer", "leader", "auditor"])
def test_home_and_project_panels_have_rows_for_every_reader(stories, cast, role):
    row = stories.adopted()
    actor = getattr(cast, role)
    home = panels.home_rows(actor, clock.today())
    assert [c.state for c in home.counts] == ["adopted"]
    cases = panels.for_project(row.project, actor)
    assert [s.number for s in cases.submissions] == [row.number]
    assert [e.plan.plan_year for e in cases.entries] == [2008]


def test_8_3_on_a_row_of_the_plan_is_marked_as_advice(plan):
    advice = panels.advice_for(Project.objects.get(code="P05"), clock.today())
    assert (advice.outcome, advice.met) == ("priority", ["8.3.1(4)"])
    assert "仅作参考" in advice.note


def test_notices_of_a_case_reach_those_who_may_act_and_no_administrator_of_the_same_house(stories, cast):
    from governance.notices import inbox

    row = stories.joint_approval()
    for role in ("finance", "ndrc", "industry", "office_head"):
        assert f"请会签 {row.number}" in inbox.for_actor(getattr(cast, role)).latest("pk").sentence
    for role in ("sysadmin", "secadmin", "auditor", "district"):
        assert not inbox.for_actor(getattr(cast, role)).exists()
    told = [n.sentence for n in inbox.for_actor(cast.health_cio)]
    assert any("已受理" in sentence for sentence in told)
