"""A programme's page: its projects add up to the plan, stand on one picture, with money, milestones,
tasks and ratings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from budgets.models import ProjectYear
from projects import actions
from projects.models import Project

WAN = {
    "gis": (6, "1765.00"),
    "unified-network": (3, "1050.00"),
    "office-automation": (2, "196.00"),
    "none": (16, "3872.00"),
}


def page(cast, key: str, name: str = "reviewer"):
    answer = cast.client(name).get(f"/projects/programmes/{key}/")
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("key", WAN)
def test_a_programme_adds_up_to_the_plan_and_stands_on_its_own_picture(cast, key):
    answer = page(cast, key)
    context, text = answer.context, answer.content.decode()
    count, wan = WAN[key]
    assert (context["count"], context["total"]) == (count, Decimal(wan))
    assert context["money"].illustrative == Decimal(wan)
    codes = {row.project.code for row in context["x"].rows}
    drawn = {line.code for line in context["gantt"].lines if not line.is_head}
    assert drawn == codes
    assert len(codes) == count
    assert "<svg" in text
    assert all(f'href="/projects/{code}/"' in text for code in codes)


def test_all_programmes_together_are_the_27_rows(cast):
    assert sum(page(cast, key).context["total"] for key in WAN) == Decimal("6883.00")


def test_a_milestone_outside_its_window_and_tasks_with_their_projects_are_shown(cast):
    answer = page(cast, "gis")
    text = answer.content.decode()
    assert "超出项目周期" in text
    assert 'href="/governance/discrepancies/D27/"' in text
    assert answer.context["x"].conflicts == 1
    assert {t.task.code: [p.code for p, _ in t.projects] for t in answer.context["x"].tasks}["T2-34"] == ["P20"]
    assert [p.code for p in page(cast, "none").context["x"].without_task] == ["P08"]  # D35


def test_money_comes_by_year_and_stage_and_a_unit_sees_its_own_alone(cast, under_way):
    for code, approved in (("P20", 40), ("P21", 60)):
        ProjectYear.objects.create(project=Project.objects.get(code=code), fiscal_year=2007, approved_wan=approved)
    rows = {year: [amount for _, amount, _ in cells] for year, _, cells in page(cast, "gis").context["money"].rows}
    assert rows[2007] == [None, Decimal(100), None, None]
    assert page(cast, "gis").context["money"].totals[1] == Decimal(100)
    of_a_unit = page(cast, "none", "health_cio")  # 市卫生局 leads P17 alone
    assert (of_a_unit.context["money"].seen, of_a_unit.context["money"].whole) == (1, 16)
    assert "只含贵单位可看的 1 项" in strip_tags(of_a_unit.content.decode())
    assert page(cast, "gis", "district").context["money"] is None


def test_ratings_stand_beside_each_other_and_name_the_reason(cast, under_way):
    project = under_way("P20")
    actions.file_progress(
        by=cast.reviewer,
        project=project,
        period="2007H1",
        progress=actions.ReportedProgress(1, "刚开工", "normal"),
    )
    actions.rate_project(by=cast.reviewer, project=project, rating="attention", reason="进度偏慢")
    row = next(r for r in page(cast, "gis").context["x"].rows if r.project.code == "P20")
    assert (row.own.own_label, row.rating.code != "normal", row.differs, row.expert.label) == (
        "正常",
        True,
        True,
        "关注",
    )
    assert row.rating.reason in page(cast, "gis").content.decode()


def test_the_page_is_reached_from_home_list_and_project_and_an_unknown_one_is_missing(cast):
    client = cast.client("auditor")
    for address in ("/", "/projects/?programme=gis", "/projects/P19/"):
        assert 'href="/projects/programmes/gis/"' in client.get(address).content.decode(), address
    assert 'href="/projects/programmes/none/"' in client.get("/projects/P15/").content.decode()
    for key in ("gis2", "x" * 60, "GIS"):
        assert client.get(f"/projects/programmes/{key}/").status_code == 404
    assert cast.client("sysadmin").get("/projects/programmes/gis/").status_code == 403


def test_the_number_of_questions_is_that_of_two_projects_for_sixteen(cast, under_way):
    client = cast.client("reviewer")
    asked = {}
    for key in ("office-automation", "none"):
        client.get(f"/projects/programmes/{key}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/projects/programmes/{key}/")
        asked[key] = len(queries)
    assert asked["none"] <= asked["office-automation"] <= 20


def test_a_project_without_times_is_in_the_table_and_not_on_the_picture(cast):
    Project.objects.filter(code="P20").update(latest_start=None, latest_end=None, start=None, end=None)
    context = page(cast, "gis").context
    assert "P20" in {row.project.code for row in context["x"].rows}
    assert "P20" not in {line.code for line in context["gantt"].lines}
    assert context["window"][0] == dt.date(2007, 1, 1)


def test_all_programmes_stand_side_by_side_and_their_numbers_are_those_of_their_pages(cast, under_way):
    under_way("P20")
    ProjectYear.objects.create(project=Project.objects.get(code="P20"), fiscal_year=2007, approved_wan=40)
    answer = cast.client("reviewer").get("/projects/programmes/")
    lines = {line.key: line for line in answer.context["lines"]}
    assert {key: (len(line.projects), str(line.wan)) for key, line in lines.items()} == WAN
    for key, line in lines.items():
        one = page(cast, key).context
        assert line.tasks == len(one["x"].tasks)
        assert line.late_milestones == sum(m.late for _, m in one["x"].milestones)
        assert [amount for *_, amount in line.money] == one["money"].totals[1:]
    drawn = {line.code for line in answer.context["gantt"].lines if not line.is_head}
    assert len(drawn) == 27  # the portfolio's picture for whoever may read the register
    assert 'href="/projects/programmes/"' in cast.client("auditor").get("/projects/").content.decode()
    assert cast.client("sysadmin").get("/projects/programmes/").status_code == 403


def test_the_list_of_programmes_asks_as_much_of_27_projects_under_way_as_of_none(
    cast, under_way, django_assert_max_num_queries
):
    client = cast.client("reviewer")
    client.get("/projects/programmes/")
    with CaptureQueriesContext(connection) as few:
        client.get("/projects/programmes/")
    for code in ("P01", "P02", "P20", "P21"):
        under_way(code)
    with django_assert_max_num_queries(len(few)):
        client.get("/projects/programmes/")
