"""Security of 9.3: levels by experts, the four 同步, assessments with findings, and what is due."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import Appointment, Organisation, User
from governance.refusal import Invalid, NotVisible, Refused, WrongRole
from projects import actions, protection
from projects.models import Project, SecurityFinding, SecurityGrading, SecuritySync
from projects.panels import security as panels

D = dt.date
DAY = D(2007, 8, 20)


def propose(cast, project: Project, experts=None, level: int = 3, by=None) -> SecurityGrading:
    return actions.propose_grading(by=by or cast.reviewer, project=project, level=level, system_name="统一网络平台", grounds="全市党政网络",
                                   experts=[cast.user("expert")] if experts is None else experts)  # fmt: skip


def dues(project: Project) -> set[str]:
    return {d.kind for d in panels.overview(DAY).dues if d.project.pk == project.pk}


def test_both_name_sets_stand_side_by_side_until_d51_is_decided():
    assert protection.names(3) == "3 级（安全标记保护级／监督保护级）"
    assert protection.names(3, "b") == "3 级（安全标记保护级）"
    assert protection.names(3, "c") == "3 级（监督保护级）"
    assert protection.names(None) == ""


@pytest.mark.parametrize(("level", "due"), [(1, D(2010, 8, 20)), (2, D(2009, 8, 20)), (3, D(2008, 8, 20)), (5, D(2008, 2, 20)), (None, D(2009, 8, 20))])
def test_the_next_assessment_is_due_by_level(level, due):
    assert protection.next_due(DAY, level) == due


def test_a_level_holds_once_every_expert_agreed(cast, under_way):
    project = under_way("P01")
    second = User.objects.create(username="second", full_name="专家二", password="!")
    Appointment.objects.create(user=second, organisation_id=cast.expert.organisation_id, role="expert", from_day=D(2007, 1, 1))
    from governance import access

    row = propose(cast, project, [cast.user("expert"), second])
    assert actions.sign_grading(by=cast.expert, grading=row, kind="agree") == "signing"
    assert Project.objects.get(code="P01").protection_level is None
    assert actions.sign_grading(by=access.actor_for(second), grading=row, kind="agree") == "concluded"
    assert Project.objects.get(code="P01").protection_level == 3
    assert SecurityGrading.objects.concluded(project).get() == row
    assert dues(project) >= {"filing"}
    actions.file_grading(by=cast.reviewer, grading=row, filing_number="52010007001", filed_on=None)
    assert "filing" not in dues(project)


def test_who_is_no_expert_or_belongs_to_a_lead_grades_nothing(cast, under_way):
    project = under_way("P01")
    with pytest.raises(Invalid, match="不是在任的专家"):
        propose(cast, project, [cast.user("finance")])
    with pytest.raises(Invalid, match="至少选一位专家"):
        propose(cast, project, [])
    insider = User.objects.create(username="insider", full_name="内部专家", password="!")
    lead = Organisation.objects.get(name="市信息产业局")
    Appointment.objects.create(user=insider, organisation=lead, role="expert", from_day=D(2007, 1, 1))
    with pytest.raises(Invalid, match="须回避"):
        propose(cast, project, [insider])
    row = propose(cast, project)
    with pytest.raises(WrongRole):
        actions.sign_grading(by=cast.finance, grading=row, kind="agree")
    with pytest.raises(NotVisible):
        actions.sign_grading(by=cast.network, grading=row, kind="agree")
    with pytest.raises(Refused, match="正在由专家审定"):
        propose(cast, project)
    assert actions.sign_grading(by=cast.expert, grading=row, kind="refuse", text="应为二级") == "refused"
    assert Project.objects.get(code="P01").protection_level is None
    assert propose(cast, project, level=2).pk


def test_the_state_of_the_works_says_which_of_the_four_must_be_done(cast, under_way):
    project = under_way("P01", "building")
    due = next(d for d in panels.overview(DAY).dues if d.project == project and d.kind == "sync")
    assert "没有登记同步规划、同时设计（9.3.8）" in due.sentence
    for item in ("planning", "design"):
        actions.record_sync(by=cast.industry, project=project, item=item, done_on=D(2006, 7, 1), evidence="方案第五章")
    assert "sync" not in dues(project)
    assert set(SecuritySync.objects.done(project).values_list("item", flat=True)) == {"planning", "design"}
    with pytest.raises(Refused, match="已经登记"):
        actions.record_sync(by=cast.industry, project=project, item="design", done_on=None, evidence="又一份")
    actions.withdraw_sync(by=cast.reviewer, sync=SecuritySync.objects.get(item="design"), reason="登记错误")
    assert "sync" in dues(project)


def test_findings_are_due_until_they_are_mended(cast, under_way):
    project = under_way("P01", "trial")
    assert "assessment" in dues(project)
    common = {"by": cast.reviewer, "project": project, "kind": "evaluation", "assessed_on": D(2007, 8, 1), "assessor": "测评中心", "document": "报告"}
    with pytest.raises(Invalid, match="要写明隐患"):
        actions.record_assessment(**common, result="fail")
    with pytest.raises(Invalid, match="整改期限"):
        actions.record_assessment(**common, result="mostly", findings=[{"text": "口令过弱"}])
    row = actions.record_assessment(**common, result="mostly", findings=[{"text": "口令过弱", "weight": "high", "due": D(2007, 8, 10)}])
    assert row.next_due == D(2009, 8, 1)
    line = next(x for x in panels.overview(DAY).lines if x.project == project)
    assert (line.open_findings, line.late_findings) == (1, 1)
    assert dues(project) == {"grading", "sync", "finding"}
    actions.fix_finding(by=cast.industry, finding=SecurityFinding.objects.get(), fixed_on=None, fixed_text="已改")
    assert "finding" not in dues(project)


def test_the_overview_asks_as_much_of_many_projects_as_of_few(cast, under_way):
    client = cast.client("industry")

    def asked() -> int:
        client.get("/projects/security/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/projects/security/").status_code == 200
        return len(queries)

    for code in ("P01", "P02"):
        project = under_way(code)
        actions.record_assessment(by=cast.reviewer, project=project, kind="risk", assessed_on=DAY, assessor="甲", document="乙", result="fail",
                                  findings=[{"text": "丙", "due": DAY}])  # fmt: skip
    few = asked()
    Project.objects.filter(state="registered").update(state="building")
    for project in Project.objects.exclude(code__in=("P01", "P02")):
        actions.record_assessment(by=cast.reviewer, project=project, kind="risk", assessed_on=DAY, assessor="甲", document="乙", result="fail",
                                  findings=[{"text": "丙", "due": DAY}])  # fmt: skip
    assert asked() <= few <= 15


def test_the_pages_of_security_are_worked_from_browsers(cast, under_way):
    under_way("P01")
    office, expert = cast.client("reviewer"), cast.client("expert")
    answer = office.post("/projects/P01/security/grading/", {"level": "3", "system_name": "网络", "grounds": "重要", "experts": [cast.user("expert").pk]})
    assert answer["Location"] == "/projects/P01/security/"
    row = SecurityGrading.objects.get()
    assert "等您签署" in expert.get("/projects/P01/security/").content.decode()
    assert expert.post(f"/projects/security/gradings/{row.pk}/sign/", {"kind": "agree"}).status_code == 302
    assert "3 级（安全标记保护级／监督保护级）" in office.get("/projects/security/").content.decode()
    lacking = office.post("/projects/P01/security/assessment/", {"kind": "risk", "assessor": "甲", "result": "fail", "document": "乙", "finding_1": "丙"})
    assert lacking.status_code == 422
    assert "写明整改期限" in lacking.content.decode()
    assert cast.client("health_cio").get("/projects/P01/security/sync/").status_code == 404
