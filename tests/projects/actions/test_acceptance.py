"""Acceptance and the yearly evaluation: conclusions, independent signatures, corrections, results upwards."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.paginator import Paginator
from django.utils.html import strip_tags

from governance import actions as governance
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.kernel import working_days
from governance.kernel.access import actor_for
from governance.models import Answer, Appointment, AuditRow, Notice, Organisation, Round, User
from governance.signing.paper import PaperSignature
from projects import actions
from projects.acceptance import acceptances as panels
from projects.actions import signing
from projects.models import Acceptance, Evaluation, Phase, Project
from tests.projects.gates import record_papers

D = dt.date


DAY = D(2007, 8, 20)


def unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def conclude(cast, project: Project, **changes) -> Acceptance:
    project.refresh_from_db()
    of_result = {f.name for f in dataclasses.fields(actions.AcceptanceResult)}
    result = {"conclusion": "pass", "accepted_on": DAY, "text": "合同内容已完成"}
    result |= {name: changes.pop(name) for name in of_result & set(changes)}
    values = {"stage": "first", "version": project.version, "result": actions.AcceptanceResult(**result)}
    return actions.conclude_acceptance(by=cast.industry, project=project, **values | changes)


@pytest.fixture
def built(cast, under_way):
    """`built("P01")`: a project under construction with every paper of its first acceptance."""

    def make(code: str) -> Project:
        project = under_way(code)
        record_papers(cast.reviewer, project, "accept_first")
        return project

    return make


def test_where_the_accepting_body_does_not_lead_its_own_signature_concludes_and_leads_on(cast, built):
    project = built("P20")  # 国土资源局, 建设局
    row = conclude(cast, project, document_number="筑信产验〔2007〕1号")
    project.refresh_from_db()
    assert (row.state, row.passed, row.conflict, project.state) == ("concluded", True, "", "first_acceptance")
    assert Acceptance.objects.concluded(project, "first").get() == row
    assert {m["status"] for m in row.materials} == {"已具备"}
    assert project.state_changes.last().reason == "初验通过 筑信产验〔2007〕1号"


def test_a_project_that_the_accepting_body_leads_waits_for_an_independent_signature(cast, built):
    project = built("P01")
    with pytest.raises(Invalid, match="独立签署：市财政局、市发改委、项目专家工作组"):
        conclude(cast, project)
    row = conclude(cast, project, independent=unit("市财政局"))
    assert row.state == "signing"
    assert Project.objects.get(code="P01").state == "building"
    assert Notice.objects.filter(organisation_id=unit("市财政局").pk, address=row.get_absolute_url()).exists()
    assert panels.waiting_for(cast.finance) == [row]
    with pytest.raises(NotVisible):
        actions.sign_acceptance(by=cast.ndrc, acceptance=row, kind="agree")
    with pytest.raises(Refused, match="已于 2007-08-20 签过"):
        actions.sign_acceptance(by=cast.industry, acceptance=row, kind="agree")
    assert actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree", text="已核对决算") == "concluded"
    assert Project.objects.get(code="P01").state == "first_acceptance"
    assert panels.waiting_for(cast.finance) == []


def test_the_independent_units_seat_is_its_offices_and_no_experts_who_is_appointed_there(cast, built):
    row = conclude(cast, built("P01"), independent=unit("市财政局"))
    user = User.objects.create(username="insider", full_name="丁一")
    Appointment.objects.create(user=user, organisation=unit("市财政局"), role="expert", from_day=D(2007, 1, 1))
    insider = actor_for(user)
    with pytest.raises(WrongRole, match="市财政局由“财政局”签署（李国栋），您的角色是“专家组”"):
        actions.sign_acceptance(by=insider, acceptance=row, kind="agree")
    assert not signing.may_sign(insider, row)
    assert signing.may_sign(cast.finance, row)


def test_a_lead_is_no_independent_signer_and_an_alias_is_the_same_body(cast, built):
    project = built("P13")  # 市发改委 leads first, 市信息产业局 with it
    with pytest.raises(Invalid, match="市发改委不能独立签署"):
        conclude(cast, project, independent=unit("市发改委"))
    row = conclude(cast, project, independent=unit("项目专家工作组"))
    assert actions.sign_acceptance(by=cast.expert, acceptance=row, kind="refuse", text="测试不全") == "refused"
    assert not Acceptance.objects.concluded(project, "first").exists()
    told = Notice.objects.get(organisation_id=unit("市信息产业局").pk, address=row.get_absolute_url())
    assert told.sentence == "P13 初验未获签署：项目专家工作组不同意，测试不全。"
    assert Project.objects.get(code="P13").state == "building"
    assert conclude(cast, project, independent=unit("市财政局")).state == "signing"  # again, from the beginning
    other = built("P12")  # named 信息产业局 in 10.4, the same body (D40)
    assert "市信息产业局牵头本项目" in conclude(cast, other, independent=unit("市财政局")).conflict


def test_under_the_other_reading_of_d44_no_second_signature_is_asked(cast, built):
    project = built("P01")
    governance.decide_reading(by=cast.office_head, code="D44", reading="b", from_day=DAY, reason="属职责分工")
    assert conclude(cast, project).state == "concluded"


def test_corrections_come_before_the_pass(cast, built):
    project = built("P20")
    with pytest.raises(Invalid, match="整改要求"):
        conclude(cast, project, conclusion="pass_after_correction")
    row = conclude(
        cast, project, conclusion="pass_after_correction", correction="补充压力测试", correction_due=D(2007, 9, 10)
    )
    assert not Acceptance.objects.concluded(project, "first").exists()
    assert panels.board().corrections == [row]
    with clock.at(D(2007, 9, 3)):
        actions.record_correction(by=cast.industry, acceptance=row, corrected_on=None, corrected_text="已补测")
    assert Acceptance.objects.concluded(project, "first").get() == row
    assert Project.objects.get(code="P20").state == "first_acceptance"


def test_corrections_of_works_that_the_accepting_body_leads_are_confirmed_by_the_independent_unit(cast, built):
    project, finance = built("P01"), unit("市财政局")
    row = conclude(
        cast,
        project,
        conclusion="pass_after_correction",
        correction="补充压力测试",
        correction_due=D(2007, 9, 10),
        independent=finance,
    )
    assert actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree") == "concluded"

    def correct(day: dt.date) -> Acceptance:
        with clock.at(day):
            return actions.record_correction(
                by=cast.industry, acceptance=row, corrected_on=None, corrected_text="已补测"
            )

    assert correct(D(2007, 9, 3)).state == "signing"
    assert Project.objects.get(code="P01").state == "building"
    assert "整改确认" in Notice.objects.get(key__startswith="confirming:").sentence
    assert panels.waiting_for(cast.finance) == [row]
    assert actions.sign_acceptance(by=cast.finance, acceptance=row, kind="refuse", text="没有测试报告") == "concluded"
    row.refresh_from_db()
    assert (row.corrected_on, panels.board().corrections) == (None, [row])
    again = correct(D(2007, 9, 5))
    page = cast.client("finance").get(row.get_absolute_url()).content.decode()
    assert "等您签署" in page
    assert "没有测试报告" in page
    assert actions.sign_acceptance(by=cast.finance, acceptance=again, kind="agree") == "concluded"
    assert Project.objects.get(code="P01").state == "first_acceptance"


def test_an_acceptance_that_nobody_signs_is_taken_back_and_made_anew(cast, built):
    project, finance = built("P01"), unit("市财政局")
    row = conclude(cast, project, independent=finance)
    with pytest.raises(Refused, match="正在会签"):
        conclude(cast, Project.objects.get(code="P01"), independent=unit("市发改委"))
    with pytest.raises(WrongRole):
        actions.withdraw_signing(by=cast.finance, row=row, reason="换人")
    actions.withdraw_signing(by=cast.industry, row=row, reason="改请发改委签署")
    with pytest.raises(Refused, match="已撤回"):
        actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree")
    assert panels.waiting_for(cast.finance) == []
    assert conclude(cast, Project.objects.get(code="P01"), independent=unit("市发改委")).state == "signing"
    answer = cast.client("industry").post(f"{row.get_absolute_url()}withdraw/", {"reason": "再撤"})
    assert answer.status_code == 409


def test_what_stands_before_an_acceptance_is_turned_page_by_page_projects_first(cast, under_way):
    for code in ("P01", "P02", "P20"):
        under_way(code)
    phased = under_way("P15", "approved")
    Phase.objects.filter(project=phased).update(state="building", state_day=DAY)
    whole = [(b.project.code, b.phase and b.phase.order) for b in Paginator(panels.Standing(), 50).page(1)]
    assert whole == [("P01", None), ("P02", None), ("P20", None), ("P15", 1), ("P15", 2)]
    pages = Paginator(panels.Standing(), 2)
    assert [(b.project.code, b.phase and b.phase.order) for n in pages.page_range for b in pages.page(n)] == whole


def test_papers_that_lack_stand_in_the_way_of_a_pass_but_not_of_a_fail(cast, under_way):
    project = under_way("P20")
    with pytest.raises(Refused, match="还缺关口材料") as refused:
        conclude(cast, project)
    assert refused.value.blockers
    row = conclude(cast, project, conclusion="fail", text="材料不全，退回")
    assert (row.passed, {m["status"] for m in row.materials}) == (False, {"未提供"})
    assert Project.objects.get(code="P20").state == "building"
    with pytest.raises(WrongRole):
        actions.conclude_acceptance(
            by=cast.reviewer,
            project=project,
            version=1,
            stage="first",
            result=actions.AcceptanceResult("pass", "甲"),
        )


def test_a_conclusion_that_came_late_into_the_books_says_so(cast, built):
    row = conclude(cast, built("P20"), accepted_on=D(2007, 7, 2))
    assert row.record_due == working_days.add(D(2007, 7, 2), 15)
    assert row.recorded_late


def test_a_final_acceptance_on_a_day_before_the_trial_was_long_enough_does_not_pass(cast, under_way):
    project = under_way("P20", "trial", day=D(2007, 2, 20))
    record_papers(cast.reviewer, project, "accept_finally")
    with pytest.raises(Invalid, match="终验日期不早于 2007-03-22"):
        conclude(cast, project, stage="final", accepted_on=D(2007, 3, 20))
    assert conclude(cast, project, stage="final", accepted_on=D(2007, 3, 22)).passed


def test_works_that_stand_still_are_signed_when_they_go_on_and_ended_ones_wait_for_nobody(cast, built):
    project = built("P01")
    row = conclude(cast, project, independent=unit("市财政局"))
    project.refresh_from_db()
    actions.change_state(by=cast.reviewer, project=project, version=project.version, step="suspend", reason="资金未到")
    with pytest.raises(Refused, match="P01 初验现在不能生效：P01暂停中") as refused:
        actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree")
    assert refused.value.blockers == (("先恢复建设，再签署验收", "市信息办"),)
    assert Round.objects.get(about=row.audit_key).state == "open"  # nothing of the refused signature stays
    project.refresh_from_db()
    actions.change_state(by=cast.reviewer, project=project, version=project.version, step="resume", reason="资金已到")
    project.refresh_from_db()
    actions.change_state(
        by=cast.reviewer, project=project, version=project.version, step="terminate", reason="不再实施"
    )
    row.refresh_from_db()
    assert (row.state, Round.objects.get(about=row.audit_key).state) == ("refused", "closed")
    assert panels.waiting_for(cast.finance) == []
    with pytest.raises(Refused, match="未获签署，不能再签"):
        actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree")


def test_what_a_head_signed_on_paper_says_who_signed_when_and_who_entered_it(cast, built, media):
    row = conclude(cast, built("P01"), independent=unit("市财政局"), paper=PaperSignature("罗局长", D(2007, 8, 17)))
    with pytest.raises(Invalid, match="纸质签署要写明签署日期，且不晚于今天"):
        actions.sign_acceptance(
            by=cast.finance, acceptance=row, kind="agree", paper=PaperSignature("李局长", D(2007, 8, 21))
        )
    nobody = PaperSignature(signed_on=D(2007, 8, 20))
    with pytest.raises(Invalid, match="没有写明谁签的"):
        actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree", paper=nobody)
    clerk = dataclasses.replace(cast.finance, manner="委托")
    with pytest.raises(Invalid, match="受委托的经办人，只录入领导在纸上的签署"):
        actions.sign_acceptance(by=clerk, acceptance=row, kind="agree")
    finance, page = cast.client("finance"), row.get_absolute_url()
    bad = finance.post(
        page,
        {"kind": "agree", "signer": "李局长", "signed_on": "2007-08-20", "scan": SimpleUploadedFile("签字.pdf", b"MZ")},
    )
    assert bad.status_code == 422
    assert "李局长" in bad.content.decode()
    paper = {
        "kind": "agree",
        "signer": "李局长",
        "signed_on": "2007-08-20",
        "scan": SimpleUploadedFile("签字.pdf", b"%PDF-1.4 1"),
    }
    assert finance.post(page, shown_at(finance, page) | paper).status_code == 302
    shown = cast.client("auditor").get(page).content.decode()
    assert f"纸质签署：李局长（2007-08-20），{cast.finance.text} 录入" in shown
    assert "纸质签署：罗局长（2007-08-17）" in shown
    assert "缺签字扫描件" in shown  # the accepting body's own
    answer = Answer.objects.get(signer="李局长")
    assert (
        b"".join(cast.client("auditor").get(f"/projects/signatures/scans/{answer.pk}/").streaming_content)
        == b"%PDF-1.4 1"
    )
    assert cast.client("sysadmin").get(f"/projects/signatures/scans/{answer.pk}/").status_code == 403
    assert AuditRow.objects.filter(event="projects.signing.download_scan").count() == 1
    assert Project.objects.get(code="P01").state == "first_acceptance"


def test_a_phase_is_accepted_in_a_browser_and_the_board_offers_it(cast, under_way):
    project = under_way("P15")
    phase = project.phases.first()
    project.refresh_from_db()
    actions.take_over(
        by=cast.reviewer,
        project=project,
        version=project.version,
        state="building",
        day=D(2007, 1, 1),
        document="开工报告",
        phase=phase,
    )
    office, finance, at = (
        cast.client("industry"),
        cast.client("finance"),
        f"/projects/P15/acceptance/?phase={phase.order}",
    )
    assert at in office.get("/projects/acceptances/").content.decode()
    project.refresh_from_db()
    data = {
        "version": project.version,
        "stage": "first",
        "conclusion": "pass",
        "text": "合格",
        "independent": unit("市财政局").pk,
    }
    refused = office.post(at, data)
    assert refused.status_code == 409
    assert "还缺关口材料 4 项" in refused.content.decode()
    assert "合格" in refused.content.decode()
    record_papers(cast.reviewer, project, "accept_first", phase=phase)
    page = office.get(at).content.decode()
    assert f"组织初验 · {phase.name}" in page
    row_at = office.post(at, data)["Location"]
    assert f"{phase.name} 初验" in office.get(row_at).content.decode()
    assert at not in office.get("/projects/acceptances/").content.decode()  # it is being signed
    assert finance.post(row_at, shown_at(finance, row_at) | {"kind": "agree"}).status_code == 302
    phase.refresh_from_db()
    assert phase.state == "first_acceptance"
    assert row_at in office.get(f"/projects/P15/life/?phase={phase.order}").content.decode()


def shown_at(client, address: str) -> dict:
    """What the form of a signature says that the page showed."""
    return {"shown": re.search(r'name="shown" value="(\w+)"', client.get(address).content.decode())[1]}


def evaluate(cast, code: str, independent: Organisation | None = None, **measured) -> Evaluation:
    return actions.file_evaluation(
        by=cast.industry,
        project=Project.objects.get(code=code),
        year=2007,
        findings="运行正常",
        measured=actions.Measured(**measured),
        independent=independent,
    )


def test_use_is_evaluated_once_a_year_after_completion_and_signed_independently(cast, under_way):
    under_way("P01", "operating"), under_way("P02")
    with pytest.raises(Refused, match="建成（终验）以后"):
        evaluate(cast, "P02", use_percent=80)
    with pytest.raises(Invalid, match="达成 4 个多于目标 3 个"):
        evaluate(cast, "P01", goals_set=3, goals_met=4, independent=unit("市财政局"))
    row = evaluate(
        cast, "P01", use_percent=80, sharing_calls=1200, goals_set=4, goals_met=3, independent=unit("市财政局")
    )
    with pytest.raises(Refused, match="已有使用评估"):
        evaluate(cast, "P01", use_percent=99, independent=unit("市财政局"))
    assert panels.ranking(2007).rows == []  # what is not signed counts for nothing
    actions.sign_evaluation(by=cast.finance, evaluation=row, kind="agree")
    assert [r.score.place for r in panels.ranking(2007).rows] == [1]


def test_results_go_to_the_leading_group_once_and_are_held_against_the_targets(cast, under_way):
    for code in ("P20", "P21"):
        under_way(code, "operating")
    evaluate(cast, "P20", use_percent=90, goals_set=2, goals_met=2, satisfaction_percent=80)
    evaluate(cast, "P21", use_percent=40, goals_set=2, goals_met=1)
    actions.set_target(by=cast.reviewer, organisation=unit("市国土资源局"), year=2007, score=85, text="达到 85 分")
    actions.set_target(by=cast.reviewer, organisation=unit("市规划局"), year=2007, score=60, text="达到 60 分")
    actions.set_target(by=cast.reviewer, organisation=unit("市卫生局"), year=2007, score=60, text="达到 60 分")
    ranking = panels.ranking(2007)
    assert {d.unit.name: d.met for d in ranking.departments} == {
        "市国土资源局": True,
        "市规划局": False,
        "市卫生局": None,
    }
    assert ranking.rows[1].score.basis == "（使用率 40.0×35 ＋ 绩效目标达成 50.0×30）÷ 65"
    told = {
        "year": 2007,
        "title": "领导小组 2007 年第 3 次会议",
        "held_on": None,
        "minutes_number": "筑信领纪〔2007〕3号",
    }
    assert actions.report_evaluations(by=cast.industry, **told) == 2
    assert set(Evaluation.objects.values_list("reported_on", flat=True)) == {DAY}
    with pytest.raises(Refused, match="没有已签署、还未汇报"):
        actions.report_evaluations(by=cast.industry, **told)


def test_the_pages_of_acceptance_and_evaluation_are_worked_from_browsers(cast, built, under_way):
    project = built("P01")
    office, finance = cast.client("industry"), cast.client("finance")
    page = office.get("/projects/P01/acceptance/").content.decode()
    assert "须由市财政局、市发改委、项目专家工作组之一独立签署" in page
    data = {"version": project.version, "stage": "first", "conclusion": "pass", "text": "合格", "works": "符合设计"}
    refused = office.post("/projects/P01/acceptance/", data)
    assert refused.status_code == 422
    assert "合格" in refused.content.decode()
    answer = office.post("/projects/P01/acceptance/", data | {"independent": unit("市财政局").pk})
    row = Acceptance.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert "等我签署 1 件" in strip_tags(finance.get("/projects/acceptances/").content.decode())
    seen = shown_at(finance, row.get_absolute_url())
    assert office.post(row.get_absolute_url(), seen | {"kind": "agree"}).status_code == 409
    assert cast.client("ndrc").post(row.get_absolute_url(), seen | {"kind": "agree"}).status_code == 404
    assert finance.post(row.get_absolute_url(), seen | {"kind": "refuse"}).status_code == 422
    assert finance.post(row.get_absolute_url(), {"kind": "agree"}).status_code == 428, "who knows what he saw"
    assert finance.post(row.get_absolute_url(), seen | {"kind": "agree"}).status_code == 302
    assert Round.objects.get(about=row.audit_key).state == "concluded"
    under_way("P20", "operating")
    answer = office.post(
        "/projects/P20/evaluation/",
        {"year": "２００７", "use_percent": "８０", "goals_set": "1", "goals_met": "1", "findings": "好"},
    )
    assert answer.status_code == 302
    assert (
        "（使用率 80.0×35 ＋ 绩效目标达成 100.0×30）÷ 65"
        in finance.get("/projects/evaluations/?year=2007").content.decode()
    )
