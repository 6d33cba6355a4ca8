"""The annual progress report: what each year says, and that its printed forms are of the same figures."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from governance.basics import clock
from governance.documents import printing
from projects import actions
from projects.models import PlanTask, Project

YEARS = range(2005, 2011)


def build(year: int) -> dict:
    return printing.build("annual_progress", year).as_json()


def figures(report: dict) -> dict:
    return {f["id"]: f["value"] for s in report["sections"] for f in s["figures"]}


def table(report: dict, name: str) -> list[dict]:
    return next((t["rows"] for s in report["sections"] for t in s["tables"] if t["id"] == name), [])


@pytest.mark.parametrize(("year", "count"), [(2005, 1), (2006, 9), (2007, 22), (2008, 19), (2009, 11), (2010, 10)])
def test_each_year_counts_the_projects_whose_window_touches_it(plan, year, count):
    report = build(year)
    assert figures(report)["in_year"] == count
    assert len(table(report, "projects")) == count
    assert figures(report)["planned"] == 27


def test_2005_is_before_the_period(plan):
    text = json.dumps(build(2005), ensure_ascii=False)
    report = printing.build("annual_progress", 2005)
    assert "规划期前" in report.sections[0].paragraphs[0]
    assert [r["code"] for r in table(build(2005), "projects")] == ["P04"]
    assert "D31" in text


def test_every_year_lists_all_59_tasks_by_block(plan):
    for year in YEARS:
        report = build(year)
        assert [len(table(report, f"tasks-{b}")) for b in ("10.1", "10.2", "10.3")] == [12, 36, 11]


def test_a_task_is_late_only_after_its_block(plan):
    with clock.at(dt.date(2008, 6, 1)):
        assert figures(build(2006))["tasks_late"] == 0
        assert figures(build(2007))["tasks_late"] == 12
    with clock.at(dt.date(2009, 6, 1)):
        assert figures(build(2008))["tasks_late"] == 12
        assert figures(build(2009))["tasks_late"] == 12 + 36


def test_what_has_no_counterpart_stands_apart(plan):
    report = build(2007)
    assert {r["code"] for r in table(report, "tasks_without_project")} == {
        "T2-14",
        "T2-18",
        "T2-31",
        "T3-04",
        "T3-07",
        "T3-10",
        "T3-11",
    }
    assert [(r["code"], r["wan"]) for r in table(report, "projects_without_task")] == [("P08", "200.00")]


def test_a_milestone_outside_its_window_is_listed_in_its_own_year(plan):
    assert ("P19", "超出项目周期（D27）") in [(r["code"], r["note"]) for r in table(build(2006), "milestones")]
    assert ("P03", "超出项目周期（D27）") in [(r["code"], r["note"]) for r in table(build(2010), "milestones")]


def test_self_rating_and_computed_rating_stand_side_by_side(cast, under_way):
    project = under_way("P01")
    actions.file_progress(
        by=cast.reviewer,
        project=project,
        period="2006",
        progress=actions.ReportedProgress(20, "施工", "normal", "机房未定", next_steps="另选机房"),
    )
    report = build(2006)
    row = next(r for r in table(report, "projects") if r["code"] == "P01")
    assert (row["percent"], row["own"], row["computed"]) == (20, "正常", "滞后")
    assert "完成 20 %，到 2006-12-31 周期已过 50 %" in row["reason"]
    assert figures(report)["differs"] == 1
    assert table(report, "problems") == [{"code": "P01", "problems": "机房未定", "next": "另选机房"}]


def test_what_nobody_reported_is_null_and_never_nought(plan):
    assert {r["percent"] for r in table(build(2007), "projects")} == {None}


def test_a_past_year_is_told_as_it_stood_on_its_last_day(cast, under_way):
    under_way("P01", "building")  # recorded on 2007-03-01
    assert next(r for r in table(build(2006), "projects") if r["code"] == "P01")["state"] == "待立项"
    assert next(r for r in table(build(2007), "projects") if r["code"] == "P01")["state"] == "建设中"
    task = PlanTask.objects.get(code="T1-02")
    actions.set_task_state(by=cast.reviewer, task=task, version=1, state="done", evidence="文件")
    assert figures(build(2006))["tasks_done"] == 0
    assert figures(build(2007))["tasks_done"] == 1


def test_the_same_figures_give_the_same_snapshot(plan):
    assert build(2007)["snapshot"] == build(2007)["snapshot"]
    Project.objects.filter(code="P01").first().save()
    first = build(2007)["snapshot"]
    row = Project.objects.get(code="P01")
    row.state = "suspended"
    row.save()
    assert build(2007)["snapshot"] != first


@pytest.mark.parametrize("form", ["json", "xlsx", "pdf"])
def test_it_prints_in_every_form(plan, form):
    printed = printing.print_report(printing.build("annual_progress", 2007), form)
    assert printed.content
    if form == "pdf":
        assert printed.content.startswith(b"%PDF")
        assert printed.pages >= 5


def test_it_asks_a_constant_number_of_questions(plan, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        build(2007)
