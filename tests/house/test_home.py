"""The home looks ahead where little waits: the planning year's next steps and milestones that are not reached."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch

from governance.models import User
from guiyang_egov.pages.home import ROOM, ahead
from priorities.screening import work_list
from projects.models import Milestone, Project
from tests.conftest import TODAY


def _ahead():
    projects = Project.objects.planned().prefetch_related(Prefetch("milestones"))
    return ahead(projects, work_list.window_state(TODAY), TODAY)


def test_the_days_ahead_come_in_order_and_none_lies_behind(offices):
    found = _ahead()
    assert [a.day for a in found] == sorted(a.day for a in found)
    assert all(a.days == (a.day - TODAY).days >= 0 for a in found)
    assert found[0].sentence == "2008 年度计划：申报截止"
    assert found[0].day == dt.date(2007, 8, 31)


def test_a_milestone_that_is_reached_or_dropped_is_no_longer_ahead(offices):
    coming = Milestone.objects.filter(end__gte=TODAY, done_on=None, dropped_reason="", project__origin="plan").order_by(
        "end", "pk"
    )
    first, second = coming[0], coming[1]
    said = {f"{m.project.code} 节点：{m.text}" for m in (first, second)}
    assert said <= {a.sentence for a in _ahead()}
    first.done_on, second.dropped_reason = TODAY, "并入二期"
    first.save()
    second.save()
    assert not said & {a.sentence for a in _ahead()}


def test_a_desk_with_nothing_on_it_shows_what_comes_next(offices, client):
    client.force_login(User.objects.get(username="demo-auditor"))
    page = client.get("/")
    assert len(page.context["home"].tasks) == 0
    assert len(page.context["ahead"]) == ROOM
    assert "2008 年度计划：申报截止" in page.content.decode()


def test_a_line_about_a_case_names_the_unit_that_filed_it(offices, client):
    for username, kind in (("demo-reviewer", "screen"), ("demo-cio", "draft")):
        client.force_login(User.objects.get(username=username))
        tasks = [t for t in client.get("/").context["home"].tasks if t.kind == kind]
        assert tasks, kind
        assert all(t.submission.organisation.name and t.note == "" for t in tasks)


def test_the_phones_time_chart_opens_on_what_contradicts_itself(offices):
    digest = offices.client("reviewer").get("/").context["digest"]
    assert (digest.conflicts, digest.of_year, len(digest.rows)) == (10, 22, 27)
    assert [p.code for p, *_ in digest.rows[:2]] == ["P03", "P19"]  # a milestone outside the window (D27)
    assert all(conflict for *_, conflict, _ in digest.rows[:10])
    text = offices.client("reviewer").get("/").content.decode()
    assert text.count('class="in-conflict') == 10
    assert 'id="d-conflict" checked' in text


def test_a_units_home_shows_the_years_steps_and_its_own_projects(offices):
    page = offices.client("health_cio").get("/")
    assert [p.code for p in page.context["own"]] == ["P17"]
    assert [s.name for s in page.context["steps"]][0] == "申报"
    assert page.context["year"] is None  # the city's money is not his
    office = offices.client("reviewer").get("/")
    assert (list(office.context["own"]), list(office.context["steps"])) == ([], [])


def test_the_years_money_on_the_home_is_that_of_the_list(offices):
    brief = offices.client("finance").get("/").context["year"]
    listed = offices.client("finance").get("/projects/?year=2007").context
    assert dict(brief.sums) == dict(listed["sums"])
    assert (brief.projects, brief.filled) == (
        22,
        sum(m is not None and m.approved_wan is not None for _, m in listed["rows"]),
    )


def test_a_units_home_looks_ahead_at_what_the_unit_leads_alone(offices):
    ahead_of = offices.client("health_cio").get("/").context["ahead"]
    assert ahead_of
    assert {a.sentence[:3] for a in ahead_of} == {"P17"}
