"""What waits for whom on the floor of the register, and that the home page says it."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions as people
from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.refusal import Refused
from governance.kernel import access
from governance.models import Appointment, Notice, Organisation, Round, User
from projects import actions
from projects.hooks import desk
from projects.models import Project, SecurityGrading
from tests.projects.gates import accept, record_papers

D = dt.date
DAY = D(2007, 8, 20)


def sentences(actor, day: dt.date = DAY) -> dict[str, str]:
    """Sentence → address of everything that waits for the actor."""
    return {t.sentence: t.address for t in desk.waiting(actor, day)}


def kinds(actor, day: dt.date = DAY) -> list[str]:
    return [t.kind for t in desk.waiting(actor, day)]


def conclude(cast, project: Project):
    project.refresh_from_db()
    return actions.conclude_acceptance(
        by=cast.industry,
        project=project,
        version=project.version,
        stage="first",
        result=actions.AcceptanceResult("pass", "合格", DAY),
        independent=Organisation.objects.get(name="市财政局"),
    )


def test_a_signature_waits_for_the_unit_that_has_the_seat_and_for_nobody_when_it_is_given(cast, under_way):
    project = under_way("P01")
    record_papers(cast.reviewer, project, "accept_first")
    row = conclude(cast, project)
    waits = {"P01 初验等待签署": row.get_absolute_url()}
    assert {s: a for s, a in sentences(cast.finance).items() if "签署" in s} == waits
    assert "signature" not in kinds(cast.ndrc) + kinds(cast.industry)
    page = cast.client("finance").get("/").content.decode()
    assert "P01 初验等待签署" in page
    assert f'href="{row.get_absolute_url()}"' in page
    late = [t for t in desk.waiting(cast.finance, row.round.due_day + dt.timedelta(days=1)) if t.kind == "signature"]
    assert [t.late for t in late] == [True]
    actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree")
    assert "signature" not in kinds(cast.finance)


def test_an_expert_is_asked_for_his_grading(cast, under_way):
    project = under_way("P20")
    row = actions.propose_grading(
        by=cast.reviewer, project=project, level=2, system_name="国土", grounds="理由", experts=[cast.user("expert")]
    )
    assert list(sentences(cast.expert).values()) == [row.round.address]


def test_late_reports_wait_for_the_lead_and_as_one_line_for_the_office(cast, under_way):
    under_way("P17")  # 市卫生局; taken over in 2007, its summary of 2006 never came
    actions.call_reports(by=cast.reviewer, period="2007H1", due=D(2007, 8, 22), note="")
    assert sentences(cast.health_cio)["P17 2007 年上半年进度就要到期"] == "/projects/P17/progress/?period=2007H1"
    late = D(2007, 8, 30)
    assert "P17 2007 年上半年进度逾期未报" in sentences(cast.health_cio, late)
    for code in ("P20", "P21", "P24"):
        under_way(code)
    line = next(
        t for t in desk.waiting(cast.reviewer, late) if t.kind == "report"
    )  # 2007H1 of four, 2006 of P17 and P24
    assert (line.sentence, line.address, line.late) == ("进度报告到期没有报来 6 项", "/projects/progress/", True)
    assert "report" not in kinds(cast.auditor, late) + kinds(cast.leader, late)


def test_papers_are_asked_for_when_the_time_of_their_gate_has_come_and_then_the_acceptance(cast, under_way):
    project = under_way("P20", "trial", day=D(2007, 2, 10))
    assert "gate" not in kinds(cast.reviewer, D(2007, 3, 11))  # the trial runs until the next day
    over = D(2007, 3, 15)
    assert sentences(cast.reviewer, over)[f"P20 {project.name}通过终验还缺材料 13 项"] == "/projects/P20/life/"
    assert "acceptance" not in kinds(cast.industry, over)
    record_papers(cast.reviewer, project, "accept_finally")
    assert "gate" not in kinds(cast.reviewer, over)
    assert sentences(cast.industry, over)[f"P20 {project.name}材料已齐，可以组织终验"] == "/projects/P20/acceptance/"
    with clock.at(over):
        accept(cast, project, "final")
    assert "acceptance" not in kinds(cast.industry, over)


def test_a_phase_is_waited_for_by_itself_and_the_whole_after_it(cast, under_way):
    project = under_way("P15")
    phase = project.phases.first()
    project.refresh_from_db()
    actions.take_over(
        by=cast.reviewer,
        project=project,
        version=project.version,
        state="building",
        day=D(2007, 1, 1),
        document="文",
        phase=phase,
    )
    record_papers(cast.reviewer, project, "accept_first")
    record_papers(cast.reviewer, project, "accept_first", phase=phase)
    ready = [t for t in desk.waiting(cast.industry, DAY) if t.kind == "acceptance"]
    assert [t.address for t in ready] == [f"/projects/P15/acceptance/?phase={phase.order}"]


def test_weaknesses_and_assessments_wait_for_the_lead_until_they_are_mended(cast, under_way):
    project = under_way("P17", "operating")
    findings = [{"text": "没有异地备份", "weight": "high", "due": D(2007, 8, 1)}]
    row = actions.record_assessment(
        by=cast.reviewer,
        project=project,
        kind="evaluation",
        assessed_on=D(2007, 7, 1),
        assessor="测评组",
        result="mostly",
        document="报告",
        findings=findings,
    )
    task = next(t for t in desk.waiting(cast.health_cio, DAY) if t.kind == "security")
    assert (task.sentence, task.late, task.age_days) == ("P17 隐患（高）：没有异地备份", True, 19)
    assert "security" in kinds(cast.reviewer)
    assert "security" not in kinds(cast.district) + kinds(cast.expert)
    actions.fix_finding(by=cast.reviewer, finding=row.findings.get(), fixed_on=None, fixed_text="已接入")
    assert "security" not in kinds(cast.health_cio)


def test_the_accepting_body_is_told_of_corrections_that_did_not_come_and_of_use_nobody_evaluated(cast, under_way):
    project = under_way("P20")
    record_papers(cast.reviewer, project, "accept_first")
    accept(cast, project, "first", conclusion="pass_after_correction", correction="补测", correction_due=D(2007, 8, 25))
    under_way("P21", "operating", day=D(2006, 6, 1))
    assert "correction" not in kinds(cast.industry)
    found = sentences(cast.industry, D(2007, 8, 26))
    assert "P20 初验的整改期限已过，没有登记完成" in found
    assert any(s.startswith("P21") and s.endswith("2006 年没有使用评估") for s in found)


QUESTIONS = 31  # more for what waits between offices: experts, conditions, needs, subjects, shared data, goals


@pytest.mark.parametrize("name", ["reviewer", "industry", "health_cio"])
def test_the_number_of_questions_does_not_grow_with_projects(cast, under_way, name, django_assert_max_num_queries):
    for code in ("P17", "P20"):
        under_way(code)
    with one_page(), django_assert_max_num_queries(QUESTIONS):
        desk.waiting(getattr(cast, name), DAY)
    for code in ("P01", "P12", "P15", "P21", "P24"):
        under_way(code, "trial")
    with one_page(), django_assert_max_num_queries(QUESTIONS):
        desk.waiting(getattr(cast, name), DAY)


def test_a_grading_goes_to_the_successor_when_an_experts_appointment_ends_or_falls_where_there_is_none(cast, under_way):
    own = Appointment.objects.select_related("user", "organisation").get(user=cast.user("expert"))
    rows = [
        actions.propose_grading(
            by=cast.reviewer, project=under_way(code), level=2, system_name=code, grounds="理由", experts=[own.user]
        )
        for code in ("P20", "P21")
    ]
    heir = User.objects.create(username="heir", full_name="接任专家")
    Appointment.objects.create(user=heir, organisation=own.organisation, role=own.role, from_day=D(2007, 1, 1))
    with pytest.raises(Refused, match="手上还有 2 件没办完：P20"):
        people.end_appointment(by=cast.secadmin, appointment=own, last_day=DAY)
    SecurityGrading.objects.filter(pk=rows[1].pk).update(state="refused")
    Round.objects.filter(pk=rows[1].round_id).update(state="closed")
    moved = people.end_appointment(by=cast.secadmin, appointment=own, last_day=DAY, successor=heir)
    assert len(moved) == 1
    assert "改请接任专家审定" in moved[0]
    now = access.actor_for(heir, day=D(2007, 8, 21))
    with clock.at(D(2007, 8, 21)):
        assert kinds(now) == ["signature"]
        assert actions.sign_grading(by=now, grading=rows[0], kind="agree") == "concluded"
        again = actions.propose_grading(
            by=cast.reviewer, project=rows[1].project, level=3, system_name="P21", grounds="理由", experts=[heir]
        )
        hat = Appointment.objects.get(user=heir)
        people.end_appointment(by=cast.secadmin, appointment=hat, last_day=D(2007, 8, 22), to_unit=True)
    again.refresh_from_db()
    assert (again.state, again.round.state) == ("refused", "closed")
    assert Notice.objects.filter(sentence__contains="没有审定，须重新组织").exists()


def test_a_signature_of_the_register_is_not_counted_among_joint_approvals(cast, under_way):
    project = under_way("P01")
    record_papers(cast.reviewer, project, "accept_first")
    conclude(cast, project)
    finance = cast.client("finance")
    for address in ("/", "/projects/"):
        links = [link for group in finance.get(address).context["rail"] for link in group["links"]]
        assert next(link["count"] for link in links if link["label"] == "联合会签") == 0, address


def test_a_register_too_large_for_one_page_is_one_line_and_is_not_read_row_by_row(
    cast, under_way, monkeypatch, django_assert_max_num_queries
):
    for code in ("P01", "P17", "P20"):
        under_way(code)
    assert len(kinds(cast.reviewer, D(2008, 3, 1))) > 1
    monkeypatch.setattr(desk, "MOST", 2)
    with django_assert_max_num_queries(6):  # the count, signatures, corrections, between offices, shared data
        only = desk.waiting(cast.reviewer, D(2008, 3, 1))
    assert [t.sentence for t in only] == ["在建和已建项目 3 个，不在首页逐项列出，请按进度、验收、安全各页的清单办理"]
