"""What was recorded elsewhere is the gate's paper; who leads hears of every step."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics.refusal import Refused
from governance.models import Notice
from projects import actions
from projects.lifecycle import proofs
from projects.models import Phase, Project
from projects.panels import stages
from tests.projects.gates import accept, go, record_papers

D = dt.date


def standing_of(project: Project, key: str, phase=None):
    """How a requirement stands on 建设过程."""
    x = stages.stages(Project.objects.get(pk=project.pk), phase)
    return next(row for gate in x.gates for row in gate.rows if row.requirement.key == key)


def without(cast, project: Project, key: str, *, phase=None) -> None:
    """Every paper of the final gate but one."""
    record_papers(cast.reviewer, project, "accept_finally", phase=phase)
    actions.withdraw_gate_item(by=cast.reviewer, item=project.gate_items.get(key=key, phase=phase), reason="另有记录")


def assess(cast, project: Project, result: str, day: dt.date, document: str):
    findings = [{"text": "弱口令", "due": D(2007, 9, 1)}] if result != "pass" else []
    return actions.record_assessment(
        by=cast.reviewer,
        project=project,
        kind="evaluation",
        assessor="测评组",
        assessed_on=day,
        result=result,
        document=document,
        findings=findings,
    )


def test_an_assessment_is_the_gates_paper_by_itself_and_the_page_says_which(cast, under_way):
    row = under_way("P20", "trial", day=D(2007, 1, 1))
    without(cast, row, "security_assessment")
    with pytest.raises(Refused, match="还缺关口材料 1 项：“安全测评或风险评估报告") as refused:
        accept(cast, row, "final")
    assert refused.value.blockers[0][1].startswith("测评机构出具")
    assess(cast, row, "mostly", D(2007, 2, 1), "测评7号")
    record = standing_of(row, "security_assessment").record
    assert (record.text, record.day, record.address) == (
        "安全测评基本符合，测评7号",
        D(2007, 2, 1),
        "/projects/P20/security/",
    )
    assert (
        '<a href="/projects/P20/security/">安全测评基本符合，测评7号</a>'
        in cast.client("auditor").get("/projects/P20/life/").content.decode()
    )
    made = accept(cast, row, "final")
    assert made.passed
    assert (
        next(m for m in made.materials if m["key"] == "security_assessment")["document"]
        == "安全测评基本符合，测评7号（2007-02-01）"
    )


def test_an_assessment_that_a_later_one_contradicts_is_no_paper(cast, under_way):
    row = under_way("P20", "trial", day=D(2007, 1, 1))
    without(cast, row, "security_assessment")
    assess(cast, row, "pass", D(2007, 2, 1), "测评7号")
    assess(cast, row, "fail", D(2007, 2, 20), "测评8号")
    assert standing_of(row, "security_assessment").record is None
    with pytest.raises(Refused, match="安全测评或风险评估报告") as refused:
        accept(cast, row, "final")
    assert any("测评8号）结论为不符合" in sentence for sentence, _ in refused.value.blockers)


def test_a_filed_grading_is_the_certificate_and_one_that_is_not_filed_is_none(cast, under_way):
    row = under_way("P20", "trial", day=D(2007, 1, 1))
    without(cast, row, "protection_filing")
    held = row.gradings.create(level=3, system_name="系统", grounds="理由", by_text="甲", state="concluded")
    assert standing_of(row, "protection_filing").record is None
    actions.file_grading(by=cast.reviewer, grading=held, filing_number="筑公备1号", filed_on=D(2007, 3, 1))
    assert standing_of(row, "protection_filing").record.text == "3 级，备案编号 筑公备1号"
    assert accept(cast, row, "final").passed


def test_the_first_acceptance_of_a_phase_is_the_opinion_that_its_trial_asks_for_and_no_other_phases(cast, under_way):
    row = under_way("P15", "building")
    first, second = row.phases.all()
    Phase.objects.filter(project=row).update(state="building", state_day=D(2007, 1, 1))
    record_papers(cast.reviewer, row, "accept_first", phase=first)
    accept(cast, row, "first", phase=first, document_number="筑信产验3号")
    assert standing_of(row, "first_opinion", first).record.text == "初验通过，筑信产验3号"
    assert standing_of(row, "first_opinion", second).record is None
    first.refresh_from_db()
    go(cast, row, "try", phase=first)
    first.refresh_from_db()
    assert first.state == "trial"


def test_many_projects_are_asked_for_their_records_together(cast, under_way, django_assert_num_queries):
    rows = [under_way(code, "trial") for code in ("P17", "P20", "P22")]
    rows = list(Project.objects.filter(pk__in=[r.pk for r in rows]))
    with django_assert_num_queries(2):
        proofs.read(rows, "accept_finally")
        assert [proofs.of(row, "accept_finally") for row in rows] == [{}, {}, {}]


def test_units_that_lead_hear_of_every_step_of_the_whole_and_of_a_phase_but_not_of_their_own(cast, under_way):
    row = under_way("P15", "building")
    phase = row.phases.first()
    Phase.objects.filter(pk=phase.pk).update(state="building", state_day=D(2007, 1, 1))
    go(cast, row, "suspend", phase=phase, reason="等待线路")
    told = Notice.objects.filter(key__startswith="state:")
    assert {n.organisation_id for n in told} == row.belongs_to() - {cast.reviewer.organisation_id} != set()
    assert {n.sentence for n in told} == {
        f"P15 新农村普遍服务重点工程（{phase.name}） 建设中 → 暂停：等待线路（{cast.reviewer.text}）"
    }
    assert {n.address for n in told} == {f"/projects/P15/life/?phase={phase.order}"}
    before = told.count()
    go(cast, row, "suspend", reason="整体暂停")
    assert told.all().count() == 2 * before
    network = under_way("P01", "building")
    record_papers(cast.reviewer, network, "accept_first")
    accept(cast, network, "first")  # 信息产业局 leads it and accepts it; the finance bureau's signature makes it hold
    whom = set(
        Notice.objects.filter(key__startswith="state:", sentence__startswith="P01").values_list(
            "organisation_id", flat=True
        )
    )
    assert whom == network.belongs_to()
