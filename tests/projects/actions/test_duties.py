"""Responsibility of 9.2.7: the tree, its responsible persons, who owes what to whom,
and what a roll-up says is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.models import Notice, Organisation
from projects import actions
from projects.actions import Reported, Visit
from projects.duties import owed as duties
from projects.hooks import desk
from projects.hooks.daily import daily
from projects.models import Project, Supervision, Topic, TopicReport

D = dt.date
DAY = D(2007, 8, 20)


def unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


@pytest.fixture
def forest(cast, under_way):
    """A total system of early 2006 over P01, P12 and P17 under way, and one subsystem under P17."""
    with clock.at(D(2006, 1, 9)):
        total = actions.create_topic(by=cast.reviewer, name="电子政务总系统", tier="total")
    projects = [under_way(code) for code in ("P01", "P12", "P17")]
    Project.objects.filter(code__in=("P01", "P12", "P17")).update(registered_on=D(2006, 1, 9))
    with clock.at(D(2006, 2, 1)):
        actions.place_projects(by=cast.reviewer, projects=projects, tier="application", parent=total)
        above = Topic.objects.get(project__code="P17")
        actions.create_topic(by=cast.reviewer, name="疾病控制子系统", tier="subsystem", parent=above)
    return total


def topic(code: str) -> Topic:
    return duties.rows().get(project__code=code)


def name(cast, row: Topic, person: str = "张三", **more):
    row.refresh_from_db()
    values = {"organisation": unit("市卫生局"), "from_day": D(2006, 3, 1)} | more
    return actions.name_head(by=cast.reviewer, topic=row, version=row.version, person=person, **values)


def overdue(node) -> set[tuple[str, str, int]]:
    return {(d.topic.code, d.kind, d.year) for d in node.missing_below}


def test_the_roll_up_names_exactly_the_child_report_that_is_taken_away(cast, forest):
    root = duties.tree(DAY)[0]
    sub = Topic.objects.get(name="疾病控制子系统")
    assert overdue(root) == {(c, "annual", 2006) for c in ("P01", "P12", "P17", sub.code)}
    for code in ("P01", "P12", "P17"):
        actions.file_progress(
            by=cast.reviewer,
            project=Project.objects.get(code=code),
            period="2006",
            progress=actions.ReportedProgress(9, "完成", "normal"),
        )
    assert overdue(duties.tree(DAY)[0]) == {(sub.code, "annual", 2006)}
    actions.file_report(by=cast.reviewer, topic=sub, report=Reported("annual", "已建成", 2006))
    assert overdue(duties.tree(DAY)[0]) == set()
    Project.objects.get(code="P12").progress_reports.update(superseded=True)
    assert overdue(duties.tree(DAY)[0]) == {("P12", "annual", 2006)}


def test_a_summary_above_says_which_report_below_is_missing_and_needs_a_reason(cast, forest):
    name(cast, topic("P12"), "李四", organisation=unit("市民政局"))
    with pytest.raises(Invalid) as refused:
        actions.file_report(by=cast.reviewer, topic=forest, report=Reported("annual", "全市进展", 2006))
    assert "P12 社区公共服务系统 2006 年度总结报告（市民政局 李四）" in refused.value.sentence
    assert refused.value.fields["missing_reason"][0].startswith("还缺 3 份")
    assert not TopicReport.objects.exists()
    report = actions.file_report(
        by=cast.reviewer, topic=forest, report=Reported("annual", "全市进展", 2006, missing_reason="三个课题延期")
    )
    assert len(report.missing) == 3
    assert report.missing_reason == "三个课题延期"


def test_half_year_reports_are_no_yearly_summary(cast, forest):
    actions.file_progress(
        by=cast.reviewer,
        project=Project.objects.get(code="P01"),
        period="2006H2",
        progress=actions.ReportedProgress(9, "完成", "normal"),
    )
    assert ("P01", "annual", 2006) in overdue(duties.tree(DAY)[0])


def test_due_days_follow_the_reading_of_d48(cast, forest):
    owed = duties.duties_of([topic("P01")], DAY)[topic("P01").pk]
    assert [(d.year, d.due) for d in owed] == [(2006, D(2006, 12, 31)), (2007, D(2007, 12, 31))]
    from governance.actions import decide_reading

    decide_reading(by=cast.office_head, code="D48", reading="b", from_day=DAY, reason="次年一月汇总")
    owed = duties.duties_of([topic("P01")], DAY)[topic("P01").pk]
    assert [d.due for d in owed] == [D(2007, 1, 31), D(2008, 1, 31)]


def test_general_and_technical_reports_are_owed_at_the_end_and_not_before(cast, forest):
    with pytest.raises(Refused, match="还没有结束"):
        actions.file_report(by=cast.reviewer, topic=forest, report=Reported("final", "总报告"))
    sub = Topic.objects.get(name="疾病控制子系统")
    actions.end_topic(by=cast.reviewer, topic=sub, version=sub.version, ended_on=D(2007, 6, 30))
    sub.refresh_from_db()
    kinds = {(d.kind, d.due) for d in duties.duties_of([sub], DAY)[sub.pk] if not d.year}
    assert kinds == {("final", D(2007, 6, 30)), ("technical", D(2007, 6, 30))}
    actions.file_report(by=cast.reviewer, topic=sub, report=Reported("technical", "技术报告"))
    assert {d.kind for d in duties.duties_of([sub], DAY)[sub.pk] if not d.year and d.filed_on is None} == {"final"}


def test_a_tier_hangs_on_the_tier_above_alone(cast, forest):
    with pytest.raises(Invalid, match="上级应是总系统"):
        actions.place_projects(
            by=cast.reviewer, projects=[Project.objects.get(code="P05")], tier="application", parent=topic("P01")
        )
    with pytest.raises(Invalid, match="没有上级课题"):
        actions.create_topic(by=cast.reviewer, name="又一总系统", tier="total", parent=forest)
    with pytest.raises(Refused, match="下面还有课题"):
        actions.place_projects(by=cast.reviewer, projects=[Project.objects.get(code="P17")], tier="total", parent=None)


def test_tier_and_level_are_two_axes(cast, forest):
    project = Project.objects.get(code="P01")
    assert project.tier_927 == "application"
    actions.classify(by=cast.reviewer, project=project, version=project.version, level_922="1")
    project.refresh_from_db()
    assert (project.level_922, project.tier_927) == ("1", "application")
    assert duties.accountable_to("1", DAY) == "市信息化领导小组"
    assert duties.accountable_to("2", DAY) == "电子政务管理部门"
    assert duties.accountable_to("2", D(2006, 5, 1)) == "市信息办（代行电子政务管理部门）"


def test_what_classify_says_of_the_tier_moves_the_topic(cast, forest):
    project, above = Project.objects.get(code="P20"), Project.objects.get(code="P01")
    actions.classify(by=cast.reviewer, project=project, version=project.version, tier_927="subsystem", parent=above)
    assert topic("P20").parent == topic("P01")


def test_a_new_head_ends_the_time_of_the_one_before(cast, forest):
    row = topic("P12")
    name(cast, row, "李四")
    name(cast, row, "王五", from_day=D(2007, 5, 1))
    assert [(h.person, h.to_day) for h in row.heads.all()] == [("王五", None), ("李四", D(2007, 4, 30))]
    assert "王五" in duties.addressee(Topic.objects.create(name="子", tier="subsystem", parent=row), DAY)


def test_a_generic_entry_answers_for_nothing(cast, forest):
    with pytest.raises(Invalid, match="泛指不是单位"):
        name(cast, topic("P12"), organisation=unit("运营商"))


def test_a_demand_of_a_visit_stays_open_until_it_is_settled(cast, forest):
    row = topic("P12")
    paid = Visit("regular", "周敏", "进度滞后", D(2007, 8, 1), "月底前报方案")
    with pytest.raises(Invalid, match="限期"):
        actions.record_supervision(by=cast.reviewer, topic=row, visit=paid)
    paid = replace(paid, due=D(2007, 8, 31))
    visit = actions.record_supervision(by=cast.reviewer, topic=row, visit=paid)
    assert [n.open_demands for n in duties.flat(duties.tree(DAY)) if n.topic.pk == row.pk] == [1]
    actions.settle_supervision(by=cast.reviewer, visit=visit, settled_on=D(2007, 8, 15), settled_text="方案已报")
    assert [n.open_demands for n in duties.flat(duties.tree(DAY)) if n.topic.pk == row.pk] == [0]
    with pytest.raises(Refused, match="已于"):
        actions.settle_supervision(by=cast.reviewer, visit=visit, settled_on=None, settled_text="又报")


def test_a_department_reports_on_its_own_topic_and_sees_no_form_of_others(cast, forest):
    assert actions.file_report(
        by=cast.health_cio, topic=topic("P17"), report=Reported("annual", "本局总结", 2006, missing_reason="子系统未报")
    ).pk
    with pytest.raises(NotVisible):
        actions.file_report(by=cast.health_cio, topic=topic("P12"), report=Reported("annual", "别人的", 2006))
    with pytest.raises(WrongRole):
        actions.create_topic(by=cast.health_cio, name="甲", tier="total")


def test_the_pages_of_the_tree_ask_no_more_for_more_topics(cast, forest):
    client = cast.client("reviewer")

    def asked(address):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    row = topic("P01")
    few = {a: asked(a) for a in ("/projects/duties/", row.get_absolute_url())}
    above = topic("P12")
    for n in range(20):
        actions.create_topic(by=cast.reviewer, name=f"子系统 {n}", tier="subsystem", parent=above)
        Supervision.objects.create(
            topic=above, visited_on=DAY, manner="regular", visitors="甲", findings="乙", demand="丙", due=DAY
        )
    actions.place_projects(
        by=cast.reviewer, projects=Project.objects.filter(topic=None), tier="application", parent=forest
    )
    grown = {a: (n, more) for a, n in few.items() if (more := asked(a)) > n}
    assert grown == {}
    assert max(few.values()) <= 15


def test_the_forms_of_a_topic_keep_what_was_typed_and_store_a_document(cast, forest, media):
    client, row = cast.client("reviewer"), topic("P01")
    common = {"kind": "annual", "year": "2006", "version": row.version}
    answer = client.post(f"/projects/duties/{row.pk}/report/", common | {"text": "", "problems": "缺钱"})
    assert answer.status_code == 422
    assert "缺钱" in answer.content.decode()
    paper = SimpleUploadedFile("总结.pdf", b"%PDF-1.4 test")
    answer = client.post(f"/projects/duties/{row.pk}/report/", common | {"text": "总结", "file": paper})
    assert answer.status_code == 302
    late = client.post(f"/projects/duties/{row.pk}/report/", common | {"text": "另一份"})
    assert late.status_code == 409
    assert "另一份" in late.content.decode()
    report = TopicReport.objects.get()
    page = client.get(row.get_absolute_url()).content.decode()
    assert f"/projects/duties/reports/{report.pk}/" in page
    assert b"".join(client.get(f"/projects/duties/reports/{report.pk}/").streaming_content) == b"%PDF-1.4 test"


def test_a_report_that_is_given_back_is_owed_again_and_whoever_filed_it_is_told_why(cast, forest):
    sub = Topic.objects.get(name="疾病控制子系统")
    name(cast, sub, organisation=unit("市卫生局"))
    report = actions.file_report(by=cast.health_cio, topic=sub, report=Reported("annual", "完成", 2006))
    key = (sub.code, "annual", 2006)
    assert key not in overdue(duties.tree(DAY)[0])
    with pytest.raises(Invalid, match="写明哪里要补"):
        actions.return_report(by=cast.reviewer, report=report, reason=" ")
    actions.return_report(by=cast.reviewer, report=report, reason="没有经费使用情况")
    assert key in overdue(duties.tree(DAY)[0])
    assert "没有经费使用情况" in cast.client("health_cio").get(sub.get_absolute_url()).content.decode()
    waiting = [t for t in desk.waiting(cast.health_cio, DAY) if t.kind == "topic"]
    assert ["被退回：没有经费使用情况" in t.sentence for t in waiting] == [True]
    assert "退回" in Notice.objects.get(key=f"topic-returned:{report.pk}").sentence
    with pytest.raises(Refused, match="已经退回"):
        actions.return_report(by=cast.reviewer, report=report, reason="再退一次")
    actions.file_report(by=cast.health_cio, topic=sub, report=Reported("annual", "完成，经费 3 万元", 2006))
    assert key not in overdue(duties.tree(DAY)[0])
    assert [t for t in desk.waiting(cast.health_cio, DAY) if t.kind == "topic"] == []


def test_the_unit_above_supervises_and_gives_back_what_lies_below_its_own_topic(cast, forest, media):
    sub, own = Topic.objects.get(name="疾病控制子系统"), topic("P17")
    paid = Visit("regular", "陈立明", "已试点", D(2007, 8, 1))
    visit = actions.record_supervision(
        by=cast.health_cio, topic=sub, name="督导.pdf", content=b"%PDF-1.4 visit", visit=paid
    )
    assert (
        b"".join(cast.client("auditor").get(f"/projects/duties/visits/{visit.pk}/file/").streaming_content)
        == b"%PDF-1.4 visit"
    )
    with pytest.raises(NotVisible):
        actions.record_supervision(
            by=cast.health_cio, topic=own, visit=paid
        )  # its own is the total system's to supervise
    other = actions.create_topic(by=cast.reviewer, name="社区子系统", tier="subsystem", parent=topic("P12"))
    with pytest.raises(NotVisible):
        actions.record_supervision(by=cast.health_cio, topic=other, visit=paid)
    report = actions.file_report(by=cast.reviewer, topic=sub, report=Reported("annual", "完成", 2006))
    with pytest.raises(WrongRole):
        actions.return_report(by=cast.auditor, report=report, reason="不全")
    assert actions.return_report(by=cast.health_cio, report=report, reason="不全").returned_by


def test_a_topic_without_a_project_is_corrected_and_struck_off_where_it_was_a_mistake(cast, forest):
    sub, above = Topic.objects.get(name="疾病控制子系统"), topic("P12")
    moved = actions.edit_topic(by=cast.reviewer, topic=sub, version=sub.version, name="疾控子系统", parent=above)
    assert (moved.name, moved.parent) == ("疾控子系统", above)
    with pytest.raises(Stale):
        actions.edit_topic(by=cast.reviewer, topic=sub, version=sub.version, name="又改", parent=above)
    with pytest.raises(Invalid, match="上级应是业务应用系统"):
        actions.edit_topic(by=cast.reviewer, topic=moved, version=moved.version, name="疾控子系统", parent=forest)
    with pytest.raises(Refused, match="还有课题"):
        actions.strike_topic(by=cast.reviewer, topic=forest, version=forest.version, reason="误登")
    actions.strike_topic(by=cast.reviewer, topic=moved, version=moved.version, reason="与社区系统重复登记")
    assert sub.code not in {n.topic.code for n in duties.flat(duties.tree(DAY))}
    assert cast.client("reviewer").get(sub.get_absolute_url()).status_code == 404
    with pytest.raises(Refused, match="已经撤销"):
        actions.file_report(by=cast.reviewer, topic=sub, report=Reported("annual", "完成", 2006))


def test_a_closing_report_above_names_the_topics_below_that_still_run(cast, forest):
    actions.end_topic(by=cast.reviewer, topic=forest, version=forest.version, ended_on=D(2007, 8, 1))
    with pytest.raises(Invalid, match="P12 社区公共服务系统 课题研究工作总报告（没有负责人），课题尚未结束"):
        actions.file_report(by=cast.reviewer, topic=forest, report=Reported("final", "总报告"))


def test_what_topics_owe_is_told_once_before_its_day_and_once_when_it_is_late(cast, forest):
    sub = Topic.objects.get(name="疾病控制子系统")
    name(cast, sub)
    health = unit("市卫生局").pk

    def told():
        return sorted(
            Notice.objects.filter(key__startswith="topic-", organisation_id=health).values_list("key", flat=True)
        )

    for day in (D(2006, 12, 20), D(2006, 12, 27), D(2006, 12, 28), D(2007, 1, 5), D(2007, 1, 6)):
        with clock.at(day):
            daily(day)
    assert told() == [f"topic-owed:{sub.pk}:annual:2006:0", f"topic-soon:{sub.pk}:annual:2006:0"]
    assert not Notice.objects.filter(
        key__startswith="topic-", key__contains=f":{topic('P12').pk}:"
    ).exists()  # its progress report is asked for


def test_projects_are_placed_from_the_page_of_the_tree(cast, forest):
    client = cast.client("reviewer")
    chosen = [str(p.pk) for p in Project.objects.filter(code__in=("P02", "P03"))]
    answer = client.post(
        "/projects/duties/place/", {"projects": chosen, "tier": "application", "parent": str(forest.pk)}
    )
    assert answer.status_code == 302
    assert topic("P02").parent == topic("P03").parent == forest
    assert client.post("/projects/duties/place/", {"tier": "application"}).status_code == 422
    assert (
        cast.client("health_cio").post("/projects/duties/place/", {"projects": chosen, "tier": "total"}).status_code
        == 403
    )
