"""The pages of the register, in a client: what they say, who may, and how many questions they ask the database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from budgets.models import BudgetLine
from governance.basics import clock
from governance.models import Notice, Organisation
from projects import actions
from projects.models import PlanTask, ProgressReport, Project, ProjectLead
from projects.panels import lists
from tests.page import words
from tests.projects.gates import record_papers

MOST = 17  # a project shows what its next gate follows from: approvals (9.1.1), the four 同步 (9.3.8)


def more_projects(count: int) -> None:
    """Rows beyond the plan's."""
    units = list(Organisation.objects.units()[:5])
    made = Project.objects.bulk_create(
        Project(
            code=f"N2008-{n:02d}" if n < 100 else f"N2008-{n}",
            name=f"项目 {n}",
            origin="annual_plan",
            state="approved",
            start=dt.date(2008, 1, 1),
            end=dt.date(2009, 12, 31),
            latest_start=dt.date(2008, 1, 1),
            latest_end=dt.date(2009, 12, 31),
            registered_on=dt.date(2007, 8, 1),
            order=2008000 + n,
            estimate_wan=Decimal(10),
            search_text=f"项目{n}",
        )
        for n in range(1, count + 1)
    )
    ProjectLead.objects.bulk_create(
        ProjectLead(project=p, order=order, as_named=units[(i + order) % 5].name, organisation=units[(i + order) % 5])
        for i, p in enumerate(made)
        for order in (1, 2)
    )


def count(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "address", ["/projects/", "/projects/?year=2007&sort=-estimate", "/projects/?lead=3", "/projects/?rated=differ"]
)
def test_the_list_asks_as_much_of_200_rows_as_of_27(cast, under_way, address):
    under_way("P01")
    client = cast.client("reviewer")
    few = count(client, address)
    more_projects(173)
    many = count(client, address)
    assert many <= few
    assert few <= MOST


@pytest.mark.parametrize("sort", ["order", "-estimate", "estimate", "end", "-percent", "state"])
def test_pages_by_place_show_every_row_once_in_order_and_back_again(cast, monkeypatch, sort):
    more_projects(33)
    Project.objects.filter(code__startswith="N").update(estimate_wan=None, percent=7)
    monkeypatch.setattr(lists, "PAGE_ROWS", 13)
    codes, address, ways = [], f"/projects/?sort={sort}", []
    while address:
        answer = cast.client("auditor").get(address)
        codes.append([r.project.code for r, _ in answer.context["rows"]])
        onward = {word: "/projects/" + way for word, way in answer.context["pages"]}
        ways.append(onward.get("上一页"))
        address = onward.get("下一页")
    assert [len(page) for page in codes] == [13, 13, 13, 13, 8]
    assert len({code for page in codes for code in page}) == 60
    for number, way in enumerate(ways[1:], 1):
        back = cast.client("auditor").get(way).context["rows"]
        assert [r.project.code for r, _ in back] == codes[number - 1]
    wan = [
        p.estimate_wan
        for p in (Project.objects.get(code=c) for page in codes for c in page)
        if p.estimate_wan is not None
    ]
    if "estimate" in sort:
        assert wan == sorted(wan, reverse=sort == "-estimate")


def test_a_large_register_asks_for_its_totals_apart(cast, monkeypatch):
    more_projects(33)
    monkeypatch.setattr(lists, "LARGE", 30)
    monkeypatch.setattr(lists, "PAGE_ROWS", 20)
    client = cast.client("auditor")
    shown = client.get("/projects/?sort=-estimate")
    assert shown.context["totals"] is None
    assert "看合计" in shown.content.decode()
    apart = client.get("/projects/?sort=-estimate&part=totals", headers={"HX-Request": "true"}).content.decode()
    assert apart.lstrip().startswith("<tfoot>")
    assert "筛选合计 60 项" in strip_tags(apart)
    assert "全部 27 项" in strip_tags(apart)


@pytest.mark.parametrize("name", ["reviewer", "health_cio", "leader", "industry", "auditor"])
def test_no_page_asks_more_than_seventeen_questions(cast, under_way, name):
    project = under_way("P15")
    actions.file_progress(
        by=cast.reviewer,
        project=project,
        period="2006",
        progress=actions.ReportedProgress(22, "首期试点启动", "normal"),
    )
    BudgetLine.objects.create(project=project, fiscal_year=2007, source="city", approved_wan=90)
    client = cast.client(name)
    asked = {
        a: count(client, a)
        for a in (
            "/projects/",
            "/projects/P15/",
            "/projects/P13/",
            "/projects/tasks/",
            "/projects/tasks/T2-29/",
            "/projects/progress/",
        )
    }
    # the tasks read beside themselves the registers that prove them: bodies, CIOs, training, instruments, gradings
    assert {a: n for a, n in asked.items() if n > (28 if a == "/projects/tasks/" else MOST)} == {}


def test_a_project_that_had_much_happen_asks_no_more(cast, under_way):
    project = under_way("P15")
    client = cast.client("reviewer")
    few = count(client, "/projects/P15/")
    for year in ("2006", "2007H1"):
        actions.file_progress(
            by=cast.reviewer,
            project=project,
            period=year,
            progress=actions.ReportedProgress(22, "试点", "normal"),
        )
    for year in range(2011, 2016):
        project.refresh_from_db()
        actions.record_change(
            by=cast.reviewer,
            project=project,
            version=project.version,
            field="time",
            now=f"2006—{year}",
            reason="调整",
            approver="领导小组",
        )
    assert count(client, "/projects/P15/") <= few + 1


def test_the_list_closes_with_three_lines_that_reconcile_to_the_plan(cast):
    text = strip_tags(cast.client("reviewer").get("/projects/?year=2007").content.decode())
    assert "筛选合计 22 项" in text
    assert "5,952" in text
    assert "筛选之外 5 项：P04、P23、P25、P26、P27" in text
    assert "931" in text
    assert "全部 27 项" in text
    assert "与 10.4「合计 6,883」一致" in text


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("programme=gis", ["P19", "P20", "P21", "P22", "P26", "P27"]),
        ("q=卫生", ["P17"]),
        ("q=ＧＩＳ不存在", []),
        ("d=D27", ["P03", "P19"]),
        ("d=D29", ["P13"]),
        ("year=2005", ["P04"]),
    ],
)
def test_a_filter_shows_its_projects_alone(cast, query, codes):
    answer = cast.client("reviewer").get(f"/projects/?{query}")
    assert [r.project.code for r in answer.context["list"].rows] == codes


def test_a_unit_counts_once_as_first_lead_and_23_times_by_participation(cast):
    unit = Organisation.objects.get(key="industry-bureau")
    client = cast.client("reviewer")
    any_place = client.get(f"/projects/?lead={unit.pk}").context["list"].totals
    first = client.get(f"/projects/?lead={unit.pk}&basis=first").context["list"].totals
    assert (any_place.shown, any_place.shown_wan) == (23, Decimal(5793))
    assert (first.shown, first.shown_wan) == (13, Decimal(3695))


@pytest.mark.parametrize(
    "query",
    ["year=0", "year=abc", "state=flying", "sort=name", "after=x", "after=9999999999~1~1", "lead=-1", "rated=1"],
)
def test_an_impossible_filter_is_a_sentence_and_not_everything(cast, query):
    answer = cast.client("reviewer").get(f"/projects/?{query}")
    assert answer.status_code == 422


def test_two_ratings_are_shown_only_where_they_differ(cast, under_way):
    project = under_way("P01")
    report = {"by": cast.reviewer, "project": project, "period": "2007H1"}
    actions.file_progress(**report, progress=actions.ReportedProgress(80, "施工", "normal"))
    client = cast.client("reviewer")
    assert "≠ 测算" not in client.get("/projects/?q=P01").content.decode()
    actions.file_progress(**report, progress=actions.ReportedProgress(40, "施工", "normal", "网络未通"))
    assert "≠ 测算" in client.get("/projects/?q=P01").content.decode()
    assert [r.project.code for r in client.get("/projects/?rated=differ").context["list"].rows] == ["P01"]


def test_the_project_page_says_everything_that_the_plan_says(cast):
    text = cast.client("reviewer").get("/projects/P15/").content.decode()
    for said in (
        "新农村普遍服务重点工程",
        "10.4 第 15 行",
        "/governance/plan/#L508",
        "市委组织部远教办",
        "内设机构",
        "780",
        "T2-29",
        "T2-31",
        "相近，未关联",
        "D34",
        "首期（新农村信息服务直通车）",
        "2006 年无任务",
        "指定预算单位",
        "第一牵头",
    ):
        assert said in text, said


def test_a_milestone_outside_the_window_is_flagged_and_d29_shows_its_tolerance(cast):
    client = cast.client("reviewer")
    assert "超出项目周期" in client.get("/projects/P03/").content.decode()
    text = client.get("/projects/P13/").content.decode()
    assert "2009-12-31" in text
    assert "宽限 2010-12-31" in text


def test_a_department_sees_the_register_but_not_the_money_of_others(cast):
    client = cast.client("health_cio")
    assert "您的角色不查看本项目的资金" in client.get("/projects/P15/").content.decode()
    assert "资金　年度 × 阶段" in words(client.get("/projects/P17/").content.decode())


def test_what_8_3_would_say_comes_afterwards_as_a_part(cast):
    client = cast.client("reviewer")
    whole = client.get("/projects/P15/?part=cases").content.decode()
    part = client.get("/projects/P15/?part=cases", headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "只作参考" in part


@pytest.mark.parametrize(
    "address", ["/projects/P99/", "/projects/tasks/T9-99/", "/projects/P99/state/", "/projects/milestones/999999/"]
)
def test_what_is_not_there_is_a_404(cast, address):
    assert cast.client("reviewer").get(address).status_code == 404


@pytest.mark.parametrize("name", ["sysadmin", "secadmin"])
def test_administrators_see_no_business(cast, name):
    for address in ("/projects/", "/projects/P04/", "/projects/tasks/", "/projects/progress/"):
        assert cast.client(name).get(address).status_code == 403


def test_the_tasks_page_counts_as_the_plan_does(cast):
    answer = cast.client("auditor").get("/projects/tasks/")
    board = answer.context["board"]
    assert (board.total, board.carried, board.loose, board.served) == (59, 28, 31, 26)
    assert (board.served_wan, board.planned_wan) == (Decimal(6683), Decimal(6883))
    assert [(p.code, p.estimate_wan) for p in board.unserved] == [("P08", Decimal(200))]
    assert [b.loose for b in board.blocks] == [10, 16, 5]
    assert "无项目、无资金 16 条" in strip_tags(answer.content.decode())
    assert [b.wan for b in board.blocks] == [Decimal(396), Decimal(5452), Decimal(1735)]
    codes = {r.task.code for r in board.uncarried_systems}
    assert codes == {"T2-14", "T2-18", "T2-31", "T3-04", "T3-07", "T3-10", "T3-11"}
    assert "市政府办公厅" in answer.content.decode()


def test_every_task_whose_projects_time_is_another_says_how_d28(cast):
    rows = {
        row.task.code: row
        for block in cast.client("auditor").get("/projects/tasks/").context["board"].blocks
        for row in block.rows
    }
    said = {code: row.unlike for code, row in rows.items() if row.unlike}
    assert said["T1-11"] == "2007 年在 10.4 之内而无任务"  # P01, 2006—2007
    assert said["T2-23"] == "10.4 止于 2007，2006 年在 10.4 之内而无任务"  # P05
    assert said["T2-24"] == said["T2-29"] == "2006、2009—2010 年在 10.4 之内而无任务"  # P12, P15
    assert said["T2-32"] == "2006、2009 年在 10.4 之内而无任务"  # P17
    assert {code for code, row in rows.items() if row.unlike and not row.noted} == set()
    assert not {"T2-25", "T2-26", "T3-02", "T3-06", "T1-04", "T2-20"} & set(said)  # their projects' years are covered
    assert rows["T2-24"].chart.title == "任务 T2-24 属 10.2（2007—2008 年），P12 周期 2006—2010 年"


def test_a_task_is_not_late_before_its_block_ends(cast):
    board = cast.client("auditor").get("/projects/tasks/").context["board"]
    assert [b.counts["late"] for b in board.blocks] == [12, 0, 0]
    with clock.at(dt.date(2008, 12, 31)):
        assert [b.counts["late"] for b in cast.client("auditor").get("/projects/tasks/").context["board"].blocks] == [
            12,
            0,
            0,
        ]
    with clock.at(dt.date(2009, 1, 1)):
        assert cast.client("auditor").get("/projects/tasks/").context["board"].blocks[1].counts["late"] == 36


def test_a_report_is_filed_through_the_form_and_twice_is_once(cast, under_way):
    under_way("P17", "building")
    client = cast.client("health_cio")
    form = {"period": "2007H1", "percent": "３０", "done_text": "平台试运行", "self_rating": "normal", "once": "a" * 32}
    first = client.post("/projects/P17/progress/", form)
    second = client.post("/projects/P17/progress/", form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] == "/projects/P17/"
    assert ProgressReport.objects.count() == 1
    assert Project.objects.get(code="P17").percent == 30
    assert "平台试运行" in client.get("/projects/P17/").content.decode()


def test_a_refused_form_keeps_what_was_typed(cast, under_way):
    under_way("P17")
    client = cast.client("health_cio")
    form = {"period": "2007H1", "percent": "500", "done_text": "长长的完成情况", "self_rating": "normal"}
    answer = client.post("/projects/P17/progress/", form)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "长长的完成情况" in text
    assert "没有保存" in text
    assert "不能大于 100" in text


def test_another_departments_project_cannot_be_reported_on(cast, under_way):
    under_way("P15")
    client = cast.client("health_cio")
    assert client.get("/projects/P15/progress/").status_code == 404
    assert client.post("/projects/P15/progress/", {"period": "2006"}).status_code == 404
    assert client.get("/projects/P15/classify/").status_code == 403


def test_the_state_page_says_why_not_and_who_lifts_it(cast):
    text = cast.client("reviewer").get("/projects/P05/state/").content.decode()
    assert "立项随领导小组审定年度计划办理" in text
    assert "市信息化领导小组" in text


def test_a_state_is_changed_through_the_form_and_an_older_form_is_refused(cast, under_way):
    project = under_way("P01", "approved")
    record_papers(cast.reviewer, project, "procure")
    client = cast.client("reviewer")
    form = {"step": "procure", "version": project.version}
    assert client.post("/projects/P01/state/", form).status_code == 302
    assert Project.objects.get(code="P01").state == "procurement"
    stale = client.post("/projects/P01/state/", {"step": "build", "version": project.version})
    assert stale.status_code == 409
    assert "已被改过" in stale.content.decode()


def test_a_task_state_is_set_with_evidence_through_its_page(cast):
    client = cast.client("reviewer")
    address = "/projects/tasks/T1-02/"
    assert client.post(address, {"state": "done", "version": 1}).status_code == 422
    assert client.post(address, {"state": "done", "version": 1, "evidence": "筑信办〔2006〕8号"}).status_code == 302
    assert PlanTask.objects.get(code="T1-02").state == "done"
    assert "筑信办〔2006〕8号" in client.get(address).content.decode()


def test_classification_first_lead_and_changes_have_their_forms(cast, under_way):
    project = under_way("P15", "approved")
    client = cast.client("reviewer")
    unit = Organisation.objects.get(key="party-organisation-department")
    form = {
        "budget_unit": unit.pk,
        "level_922": "2",
        "investment_type": "public_good",
        "protection_level": "2",
        "version": project.version,
    }
    assert client.post("/projects/P15/classify/", form).status_code == 302
    second = Organisation.objects.get(key="agriculture-bureau")
    form = {"organisation": second.pk, "reason": "市政府专题会议纪要", "version": project.version + 1}
    assert client.post("/projects/P15/first-lead/", form).status_code == 302
    form = {
        "field": "time",
        "now": "2006 至 2011",
        "reason": "资金",
        "approver": "领导小组",
        "version": project.version + 2,
    }
    assert client.post("/projects/P15/change/", form).status_code == 302
    project.refresh_from_db()
    assert (project.budget_unit, project.level_922, project.protection_level) == (unit, "2", 2)
    assert project.leads.first().organisation == second
    assert (project.end.year, project.latest_end.year, project.rebaselined) == (2010, 2011, 1)
    text = words(client.get("/projects/P15/").content.decode())
    assert "比原基线晚 365 天" in text
    assert "原基线 2006 年—2010 年、780 万元 保留" in text


def test_a_milestone_is_done_and_opened_again_through_its_page(cast, under_way):
    project = under_way("P12")
    milestone = project.milestones.first()
    client = cast.client("reviewer")
    address = f"/projects/milestones/{milestone.pk}/"
    assert client.post(address, {"evidence": "试点总结"}).status_code == 302
    milestone.refresh_from_db()
    assert milestone.done_on == dt.date(2007, 8, 20)
    assert client.post(address, {"reason": "登记有误"}).status_code == 302
    milestone.refresh_from_db()
    assert milestone.done_on is None


def test_the_register_can_be_seen_as_of_a_day(cast, under_way):
    under_way("P01", "building")
    client = cast.client("reviewer")
    before, after = (client.get(f"/projects/as-of/?day={day}").context["found"] for day in ("2007-02-28", "2007-03-01"))
    assert {p.code: p.state for p in before.page}["P01"] == "registered"
    assert {p.code: p.state for p in after.page}["P01"] == "building"
    assert before.total_wan == Decimal(6883)
    assert client.get("/projects/as-of/?day=2007-13-40").status_code == 422


def test_owed_summaries_are_listed_and_told_once(cast, under_way):
    from projects.hooks.daily import daily

    under_way("P17")
    text = strip_tags(cast.client("reviewer").get("/projects/progress/").content.decode())
    assert "欠报 1 份" in text
    for _ in range(2):
        daily(dt.date(2007, 8, 20))
    assert Notice.objects.filter(key__startswith="progress-owed:P17:2006").count() == 1


def test_no_step_is_chosen_beforehand_but_the_next_of_the_chain(cast, under_way):
    record_papers(
        cast.reviewer, under_way("P20", "building"), "accept_first"
    )  # 初验 is not the office's: what is left is to suspend or to end
    assert cast.client("reviewer").get("/projects/P20/state/").context["form"].initial["step"] == ""
    page = cast.client("industry").get("/projects/P20/state/")
    assert page.context["form"].initial["step"] == ""
    assert 'href="/projects/P20/acceptance/">组织初验' in page.content.decode()
    record_papers(cast.reviewer, under_way("P21", "procurement"), "build")
    assert cast.client("reviewer").get("/projects/P21/state/").context["form"].initial["step"] == "build"


def test_nothing_is_reported_or_changed_of_a_project_that_has_ended(cast):
    page = f"/projects/{Project.objects.get(code='P20').code}/"
    offered = ("填报进度</a>", "登记变更</a>")
    Project.objects.filter(code="P20").update(state="building", budget_unit=cast.reviewer.organisation_id)
    assert all(words in cast.client("reviewer").get(page).content.decode() for words in offered)
    Project.objects.filter(code="P20").update(state="terminated")
    assert not any(words in cast.client("reviewer").get(page).content.decode() for words in offered)
