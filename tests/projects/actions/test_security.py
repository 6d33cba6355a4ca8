"""Security of projects: grading, the four 同步, assessments and what they found."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.models import Appointment, Notice, Organisation, User
from projects import actions
from projects.hooks.daily import daily
from projects.lifecycle import life
from projects.models import Project, SecurityAssessment, SecurityFinding, SecurityGrading, SecuritySync
from projects.security import protection
from projects.security import safeguards as panels
from tests.projects.gates import accept, go, record_papers

D = dt.date


BEFORE, DAY = D(2007, 8, 1), D(2007, 8, 20)


def propose(cast, project: Project, experts=None, level: int = 3, by=None) -> SecurityGrading:
    return actions.propose_grading(
        by=by or cast.reviewer,
        project=project,
        level=level,
        system_name="统一网络平台",
        grounds="全市党政网络",
        experts=[cast.user("expert")] if experts is None else experts,
    )


def dues(project: Project) -> set[str]:
    return {d.kind for d in panels.overview(DAY).dues if d.project.pk == project.pk}


def test_a_level_holds_once_every_expert_agreed(cast, under_way):
    project = under_way("P01")
    second = User.objects.create(username="second", full_name="专家二", password="!")
    Appointment.objects.create(
        user=second, organisation_id=cast.expert.organisation_id, role="expert", from_day=D(2007, 1, 1)
    )
    from governance.kernel import access

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
    common = {
        "by": cast.reviewer,
        "project": project,
        "kind": "evaluation",
        "assessed_on": D(2007, 8, 1),
        "assessor": "测评中心",
        "document": "报告",
    }
    with pytest.raises(Invalid, match="要写明隐患"):
        actions.record_assessment(**common, result="fail")
    with pytest.raises(Invalid, match="整改期限"):
        actions.record_assessment(**common, result="mostly", findings=[{"text": "口令过弱"}])
    row = actions.record_assessment(
        **common, result="mostly", findings=[{"text": "口令过弱", "weight": "high", "due": D(2007, 8, 10)}]
    )
    assert row.next_due == D(2009, 8, 1)
    line = next(x for x in panels.overview(DAY).lines if x.project == project)
    assert (line.open_findings, line.late_findings) == (1, 1)
    assert dues(project) == {"grading", "sync", "finding"}
    actions.fix_finding(by=cast.industry, finding=SecurityFinding.objects.get(), fixed_on=None, fixed_text="已改")
    assert "finding" not in dues(project)


def test_extension_upgrade_and_running_are_advised_and_what_nobody_stated_is_bound(cast, under_way):
    project = under_way("P01", "building")
    assert "sync" in dues(project)
    for construction, bound in (("rebuild", True), ("extend", False), ("operate", False), ("new", True)):
        project.refresh_from_db()
        actions.classify(by=cast.reviewer, project=project, version=project.version, construction=construction)
        assert ("sync" in dues(project)) is bound, construction
        assert ("必备" in cast.client("auditor").get("/projects/P01/security/").content.decode()) is bound


def test_the_page_says_in_sql_what_each_project_says_of_itself(cast, under_way):
    chance = random.Random(93)
    states = ("approved", "building", "trial", "operating", "closed", "suspended", "terminated", "registered")
    for project in Project.objects.all():
        project.state = chance.choice(states)
        project.suspended_from = chance.choice(("building", "operating")) if project.state == "suspended" else ""
        project.construction = chance.choice(("", "new", "extend", "operate"))
        project.save()
        for item in protection.SYNCS[: chance.randrange(5)]:
            SecuritySync.objects.create(
                project=project,
                item=item,
                done_on=DAY,
                evidence="甲",
                by_text="乙",
                withdrawn=chance.choice(("", "", "错")),
            )
        for _ in range(chance.randrange(3)):
            SecurityGrading.objects.create(
                project=project,
                level=chance.randint(1, 3),
                state=chance.choice(("concluded", "refused", "withdrawn")),
                system_name="甲",
                grounds="乙",
                filing_number=chance.choice(("", "5201")),
            )
        for _ in range(chance.randrange(3)):
            made = SecurityAssessment.objects.create(
                project=project,
                kind="risk",
                assessed_on=D(2007, chance.randint(1, 8), 9),
                assessor="甲",
                result="fail",
                document="乙",
                by_text="丙",
                next_due=chance.choice((D(2007, 9, 1), D(2007, 3, 1), D(2009, 1, 1))),
                withdrawn=chance.choice(("", "", "错")),
            )
            SecurityFinding.objects.create(
                assessment=made,
                text="丁",
                weight="low",
                due=D(2007, chance.randint(7, 12), 1),
                fixed_on=chance.choice((None, DAY)),
            )
    whole, page = panels.overview(DAY), panels.board(DAY)
    assert [(p.code, [d.sentence for d in some]) for p, some in page.lacking.rows] == [
        (p.code, [d.sentence for d in some]) for p, some in whole.lacking
    ]
    assert sorted((d.key, d.due) for d in page.due.rows) == sorted((d.key, d.due) for d in whole.dated)
    assert len(whole.lacking) > 5
    assert len(whole.dated) > 5
    near = D(2007, 8, 28)
    assert {d.key for d in panels.dated(near)} == {d.key for d in whole.dated if d.due < near}
    assert sum(n for _, n in page.levels) == page.lines.page.paginator.count == len(whole.lines)


def test_more_projects_than_a_page_holds_are_turned_over(cast, under_way, monkeypatch):
    monkeypatch.setattr(panels, "PAGE", 3)
    for code in ("P01", "P02", "P03", "P05", "P12"):
        under_way(code)
    client = cast.client("reviewer")
    first = client.get("/projects/security/").content.decode()
    assert "全部 5 项" in first
    pages = [client.get(f"/projects/security/?part=projects&page={n}").content.decode() for n in (1, 2)]
    seen = [code for text in pages for code in re.findall(r'data-row>\s*<td><a href="/projects/(P\d\d)/', text)]
    assert seen == ["P01", "P02", "P03", "P05", "P12"]


def test_the_office_and_the_lead_see_who_acts_and_the_lead_is_told_before_and_after_the_day(cast, under_way):
    project = under_way("P01", "trial")
    industry = Organisation.objects.get(name="市信息产业局")
    industry.phone = "0851-5820300"
    industry.save()
    actions.record_assessment(
        by=cast.reviewer,
        project=project,
        kind="risk",
        assessed_on=D(2007, 8, 1),
        assessor="甲",
        document="乙",
        result="fail",
        findings=[{"text": "口令过弱", "due": D(2007, 8, 25)}],
    )
    assert "0851-5820300" in cast.client("auditor").get("/projects/security/?part=due").content.decode()
    for day in (D(2007, 8, 20), D(2007, 8, 21), D(2007, 8, 26)):
        daily(day)
    key = SecurityFinding.objects.get().pk
    told = Notice.objects.filter(organisation_id=industry.pk, key__startswith="security-").values_list("key", flat=True)
    assert sorted(told) == [f"security-owed:finding:{key}", f"security-soon:finding:{key}"]


def test_an_assessment_entered_by_mistake_is_taken_back_with_what_it_found(cast, under_way):
    project = under_way("P01", "trial")
    row = actions.record_assessment(
        by=cast.reviewer,
        project=project,
        kind="risk",
        assessed_on=D(2007, 8, 1),
        assessor="甲",
        document="乙",
        result="fail",
        findings=[{"text": "口令过弱", "due": D(2007, 8, 25)}],
    )
    assert "finding" in dues(project)
    actions.withdraw_assessment(by=cast.reviewer, assessment=row, reason="登错项目")
    assert "finding" not in dues(project)
    assert "assessment" in dues(project)
    with pytest.raises(Refused, match="已经撤回"):
        actions.fix_finding(by=cast.industry, finding=SecurityFinding.objects.get(), fixed_on=None, fixed_text="已改")
    with pytest.raises(Refused, match="已经撤回"):
        actions.withdraw_assessment(by=cast.reviewer, assessment=row, reason="再撤")


def test_a_grading_that_no_expert_answers_is_taken_back_and_proposed_anew(cast, under_way):
    project = under_way("P01")
    row = propose(cast, project)
    with pytest.raises(NotVisible):
        actions.withdraw_signing(by=cast.health_cio, row=row, reason="换人")
    actions.withdraw_signing(by=cast.reviewer, row=row, reason="专家出差")
    with pytest.raises(Refused, match="已撤回"):
        actions.sign_grading(by=cast.expert, grading=row, kind="agree")
    assert propose(cast, project).pk
    assert "不必再签" in Notice.objects.get(key__startswith="withdrawn:").sentence


def test_a_level_that_experts_settled_is_changed_by_experts_alone(cast, under_way):
    project = under_way("P01")
    actions.sign_grading(by=cast.expert, grading=propose(cast, project), kind="agree")
    project.refresh_from_db()
    with pytest.raises(Invalid, match="专家审定"):
        actions.classify(by=cast.reviewer, project=project, version=project.version, protection_level=1)


def test_the_four_come_in_their_order_and_on_days_that_can_be(cast, under_way):
    project = under_way("P01", "building")
    record = {"by": cast.industry, "project": project, "evidence": "方案"}
    with pytest.raises(Invalid, match="请先登记同步规划，再登记同时设计"):
        actions.record_sync(**record, item="design", done_on=D(2006, 7, 1))
    actions.record_sync(**record, item="planning", done_on=D(2006, 7, 1))
    with pytest.raises(Invalid, match="次序不对"):
        actions.record_sync(**record, item="design", done_on=D(2006, 6, 1))
    with pytest.raises(Invalid, match="核对年份"):
        actions.record_sync(**record, item="design", done_on=D(206, 8, 1))
    with pytest.raises(Invalid, match="在今天之后"):
        actions.record_sync(**record, item="design", done_on=D(2027, 8, 1))
    with pytest.raises(Invalid, match="请先登记同时设计、同时施工"):
        actions.record_sync(**record, item="use", done_on=D(2006, 8, 1))
    assert actions.record_sync(**record, item="design", done_on=D(2006, 7, 1)).pk


def test_works_that_are_only_advised_may_record_one_of_the_four_alone(cast, under_way):
    project = under_way("P01", "building")
    Project.objects.filter(pk=project.pk).update(construction="upgrade")
    assert actions.record_sync(by=cast.industry, project=project, item="use", done_on=None, evidence="方案").pk


def test_the_overview_asks_as_much_of_many_projects_as_of_few(cast, under_way):
    client = cast.client("industry")

    def asked() -> int:
        client.get("/projects/security/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/projects/security/").status_code == 200
        return len(queries)

    for code in ("P01", "P02"):
        project = under_way(code)
        actions.record_assessment(
            by=cast.reviewer,
            project=project,
            kind="risk",
            assessed_on=DAY,
            assessor="甲",
            document="乙",
            result="fail",
            findings=[{"text": "丙", "due": DAY}],
        )
    few = asked()
    Project.objects.filter(state="registered").update(state="building")
    for project in Project.objects.exclude(code__in=("P01", "P02")):
        actions.record_assessment(
            by=cast.reviewer,
            project=project,
            kind="risk",
            assessed_on=DAY,
            assessor="甲",
            document="乙",
            result="fail",
            findings=[{"text": "丙", "due": DAY}],
        )
    assert asked() <= few <= 21


def test_the_pages_of_security_are_worked_from_browsers(cast, under_way):
    under_way("P01")
    office, expert = cast.client("reviewer"), cast.client("expert")
    answer = office.post(
        "/projects/P01/security/grading/",
        {"level": "3", "system_name": "网络", "grounds": "重要", "experts": [cast.user("expert").pk]},
    )
    assert answer["Location"] == "/projects/P01/security/"
    row = SecurityGrading.objects.get()
    page = expert.get("/projects/P01/security/").content.decode()
    assert "等您签署" in page
    signed = {"kind": "agree", "shown": re.search(r'name="shown" value="(\w+)"', page)[1]}
    assert expert.post(f"/projects/security/gradings/{row.pk}/sign/", {"kind": "agree"}).status_code == 428
    assert expert.post(f"/projects/security/gradings/{row.pk}/sign/", signed).status_code == 302
    assert "3 级（安全标记保护级／监督保护级）" in office.get("/projects/security/").content.decode()
    lacking = office.post(
        "/projects/P01/security/assessment/",
        {"kind": "risk", "assessor": "甲", "result": "fail", "document": "乙", "finding_1": "丙"},
    )
    assert lacking.status_code == 422
    assert "写明整改期限" in lacking.content.decode()
    assert cast.client("health_cio").get("/projects/P01/security/sync/").status_code == 404


def test_a_department_proposes_and_does_not_choose_its_experts(cast, under_way):
    project = under_way("P17", "building")
    with pytest.raises(Invalid, match="不自选"):
        propose(cast, project, by=cast.health_cio)
    row = propose(cast, project, experts=[], by=cast.health_cio)
    assert row.state == "proposed"
    assert "grading" not in dues(project)
    with pytest.raises(Refused, match="待指派专家"):
        propose(cast, project)
    with pytest.raises(WrongRole):
        actions.name_experts(by=cast.health_cio, row=row, experts=[cast.user("expert")])
    named = actions.name_experts(by=cast.reviewer, row=row, experts=[cast.user("expert")])
    assert named.is_signing
    with pytest.raises(Refused, match="现在不指派专家"):
        actions.name_experts(by=cast.reviewer, row=row, experts=[cast.user("expert")])
    assert actions.sign_grading(by=cast.expert, grading=named, kind="agree") == "concluded"
    other = propose(cast, under_way("P20"), experts=[])
    assert actions.name_experts(by=cast.industry, row=other, experts=[cast.user("expert")]).is_signing


def test_the_bureau_names_nobody_for_works_that_it_leads(cast, under_way):
    row = propose(cast, under_way("P01"), experts=[], by=cast.industry)
    with pytest.raises(Refused, match="市信息产业局牵头本项目"):
        actions.name_experts(by=cast.industry, row=row, experts=[cast.user("expert")])
    page = cast.client("industry").get("/projects/P01/security/grading/").content.decode()
    assert 'name="experts"' not in page
    client = cast.client("reviewer")
    assert client.post(f"/projects/security/gradings/{row.pk}/experts/", {}).status_code == 422
    form = {"experts": [cast.user("expert").pk]}
    assert client.post(f"/projects/security/gradings/{row.pk}/experts/", form).status_code == 302
    assert actions.withdraw_signing(by=cast.industry, row=row, reason="重拟").state == "withdrawn"


def find_high(cast, project: Project, day: dt.date = BEFORE) -> SecurityFinding:
    actions.record_assessment(
        by=cast.reviewer,
        project=project,
        kind="inspection",
        assessed_on=day,
        assessor="测评中心",
        result="mostly",
        document="检查记录",
        findings=[{"text": "没有异地备份", "weight": "high", "due": D(2007, 9, 30)}],
    )
    return SecurityFinding.objects.get(text="没有异地备份")


def test_a_weakness_of_high_risk_keeps_the_works_from_their_final_acceptance(cast, under_way):
    project = under_way("P20", "trial", day=D(2007, 1, 1))
    record_papers(cast.reviewer, project, "accept_finally")
    finding = find_high(cast, project)
    with pytest.raises(Refused, match="有高风险隐患 1 项没有整改：“没有异地备份”") as refused:
        accept(cast, project, "final")
    assert refused.value.blockers[0][1] == "牵头单位在“安全”登记整改"
    page = cast.client("industry").get("/projects/P20/").content.decode()
    assert "有高风险隐患 1 项没有整改" in page
    actions.fix_finding(by=cast.reviewer, finding=finding, fixed_on=None, fixed_text="已接入")
    assert go(cast, project, "accept_finally").state == "final_acceptance"


def test_one_found_between_conclusion_and_signature_holds_the_acceptance_back(cast, under_way):
    project = under_way("P01", "trial", day=D(2007, 1, 1))
    record_papers(cast.reviewer, project, "accept_finally")
    project.refresh_from_db()
    row = actions.conclude_acceptance(
        by=cast.industry,
        project=project,
        version=project.version,
        stage="final",
        result=actions.AcceptanceResult("pass", "合格"),
        independent=Organisation.objects.get(name="市财政局"),
    )
    finding = find_high(cast, project, DAY)
    with pytest.raises(Refused, match="现在不能生效：有高风险隐患"):
        actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree")
    actions.fix_finding(by=cast.industry, finding=finding, fixed_on=None, fixed_text="已接入")
    assert actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree") == "concluded"


@pytest.mark.parametrize(
    ("state", "step", "items", "lacking"),
    [
        ("procurement", "build", ("planning",), "安全同时设计"),
        ("building", "accept_first", ("planning", "design"), "安全同时施工"),
        ("final_acceptance", "operate", ("planning", "design", "construction"), "安全同时投入使用"),
    ],
)
def test_the_four_gate_building_acceptance_and_operation(cast, under_way, state, step, items, lacking):
    project = under_way("P20", state, day=D(2007, 1, 1))
    record_papers(cast.reviewer, project, step)
    project.security_syncs.all().delete()
    for item in items:
        actions.record_sync(by=cast.reviewer, project=project, item=item, done_on=D(2007, 1, 5), evidence="方案")
    with pytest.raises(Refused, match=f"没有登记{lacking}（9.3.8，新建、改建必备）"):
        go(cast, project, step)
    api = cast.client("reviewer")
    said = api.get("/api/v1/projects/P20/life/").json()
    assert any(lacking in b["sentence"] for s in said["steps"] for b in s["blockers"] if s["step"] == step)
    if step != "accept_first":
        body = {"step": step, "version": said["version"]}
        answer = api.post("/api/v1/projects/P20/change-state/", body, content_type="application/json")
        assert (answer.status_code, lacking in answer.content.decode()) == (409, True)
    Project.objects.filter(pk=project.pk).update(construction="extend")  # D52: only advised
    assert go(cast, project, step).state == life.BY_VERB[step].target


def test_a_step_over_the_api_is_taken_once_its_gate_is_open(cast, under_way):
    project = under_way("P20", "approved")
    record_papers(cast.reviewer, project, "procure")
    body = {"step": "procure", "version": project.version}
    at = "/api/v1/projects/P20/change-state/"
    assert cast.client("industry").post(at, body, content_type="application/json").status_code == 403
    answer = cast.client("reviewer").post(at, body, content_type="application/json")
    assert (answer.status_code, answer.json()["state_code"]) == (200, "procurement")
    assert cast.client("reviewer").post(at, body, content_type="application/json").status_code == 409
