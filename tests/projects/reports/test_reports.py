"""The annual progress report: what each year says, and that its printed forms are of the same figures."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from governance import actions as governance
from governance.basics import clock
from governance.basics.refs import ref
from governance.documents import printing
from governance.models import Organisation, Regulation
from governance.people import institutions
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
    # 20 of projects and tasks; 13 of the bodies, CIOs, instruments, training and gradings of the city; 7 of the goals
    with django_assert_max_num_queries(40):
        build(2007)


def sections_of(year: int) -> dict:
    return {s["id"]: s for s in build(year)["sections"]}


def test_the_plan_s_rows_and_other_projects_are_never_counted_in_one_sentence(cast):
    """27 rows of 10.4 beside one more project that the register holds: each population has its own sentence."""
    for code in ("P01", "P04"):
        project = Project.objects.get(code=code)
        project.state = "building"
        project.save()
    more = {"state": "building", "order": 900, "registered_on": dt.date(2007, 3, 1)}
    Project.objects.create(code="N2007-01", name="档案查询", origin="self_funded", **more)
    held = ("planned", "planned_under_way", "others", "others_under_way", "under_way")
    assert [figures(build(2007))[name] for name in held] == [27, 2, 1, 1, 3]
    text = printing.build("annual_progress", 2007).sections[0].paragraphs
    assert "列27项" in text[0]
    assert "在建2项" in text[0]
    assert "规划之外登记的项目1项" in text[1]
    assert "在建1项" in text[1]


def test_a_project_without_problems_takes_no_line_of_the_table(cast, under_way):
    """What was only planned next is named in one sentence, not a page of 未反映问题."""
    section = sections_of(2007)["problems"]
    assert all(row["problems"] for table in section["tables"] for row in table["rows"])
    assert "未反映问题" not in json.dumps(section, ensure_ascii=False)


def test_people_bodies_and_rules_stand_in_the_annual_report(cast):
    """Training, CIOs, bodies, instruments and gradings of the year; each is what its register holds on the day."""
    organiser = Organisation.objects.get(name="市信息产业局")
    course = {"by": cast.reviewer, "organiser": organiser, "title": "概论", "evidence": "签到册", "group": "leaders"}
    governance.record_training(**course, heads=120, held_on=dt.date(2006, 9, 1))
    late = governance.record_training(**course, heads=30, held_on=dt.date(2007, 3, 1))
    row = ["2", "市卫生局", "马晓云", "", "", "", str(late.pk), "8", "合格", ""]
    governance.import_roster(by=cast.reviewer, rows=[row])
    Regulation.objects.filter(clause="9.2.4").update(
        state="issued", issued_on=dt.date(2007, 5, 10), document_number="筑府办发〔2007〕52号"
    )
    found = {year: sections_of(year)["foundations"] for year in (2006, 2007)}
    held = {year: {f["id"]: f["value"] for f in s["figures"]} for year, s in found.items()}
    assert [held[year]["training_heads"] for year in (2006, 2007)] == [120, 30]
    assert [held[year]["regulations_issued"] for year in (2006, 2007)] == [0, 1]
    assert held[2007]["cios"] + held[2007]["cios_missing"] == len(institutions.cio_coverage(clock.today()).rows)
    tables = {t["id"]: t for t in found[2007]["tables"]}
    assert (tables["training"]["rows"][0]["listed"], tables["training"]["rows"][0]["passed"]) == (1, 1)
    assert next(r for r in tables["regulations"]["rows"] if r["clause"] == "9.2.4")["state"] == "印发"
    assert "foundations" not in {
        s.id for s in printing.build("annual_progress", 2007, ref("lead", organiser.pk)).sections
    }
