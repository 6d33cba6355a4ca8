"""What was promised lives on: goals of the plan and of filings, values with evidence, confirmed by somebody else."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.kernel.verbs import frame
from governance.models import AuditRow, Notice, Organisation
from projects import actions, steps
from projects.actions.benefits import Assessed
from projects.benefits import ledger
from projects.hooks import daily as hooks
from projects.hooks import desk
from projects.models import Benefit, Measurement, Project, UnitAssessment


@pytest.fixture
def clinics(cast) -> Benefit:
    """P17, led by 市信息产业局 and 市卫生局, under way."""
    Project.objects.filter(code="P17").update(state="building")
    return Benefit.objects.get(project__code="P17")


def measured(cast, goal: Benefit, value: str = "41%", **more) -> Measurement:
    return actions.measure(by=cast.health_cio, benefit=goal, value=value, evidence="卫生统计", **more)


def confirm(by, value: Measurement, verdict: str = "confirmed", text: str = "") -> Measurement:
    return actions.check_measurement(by=by, measurement=value, verdict=verdict, text=text)


def test_the_plan_s_goals_are_its_own_words_and_no_others(cast):
    held = {(b.project.code, b.target) for b in Benefit.objects.all()}
    assert held == {("P04", "30家"), ("P13", "百分之百"), ("P13", "过半数"), ("P17", "90%以上")}
    for goal in Benefit.objects.select_related("project__plan_item"):
        assert goal.target in goal.quote
        assert goal.quote in goal.project.plan_item.content
        assert goal.baseline == ""


def test_a_doubtful_due_day_follows_the_reading_in_force(cast):
    goal = Benefit.objects.get(target="过半数")
    assert (goal.due_under("a"), goal.due_under("b")) == (dt.date(2009, 12, 31), dt.date(2010, 12, 31))
    assert next(one.due for one in ledger.lines(clock.today()) if one.benefit == goal) == dt.date(2009, 12, 31)


def test_a_value_counts_only_once_somebody_else_has_confirmed_it(cast, clinics):
    value = measured(cast, clinics)
    line = ledger.lines(clock.today(), [clinics.project])[0]
    assert (line.points, len(line.waiting)) == (None, 1)
    confirm(cast.reviewer, value)
    line = ledger.lines(clock.today(), [clinics.project])[0]
    assert (line.points, line.state, line.waiting) == (pytest.approx(45.5, abs=0.1), "under_way", ())
    row = AuditRow.objects.filter(event="projects.benefit.check").get()
    assert "41%" in row.sentence
    assert row.by_text == cast.reviewer.text


@pytest.mark.parametrize(("who", "says"), [("industry", "D44"), ("health_cio", "不能")])
def test_neither_a_lead_nor_whoever_reports_confirms(cast, clinics, who, says):
    value = measured(cast, clinics)
    with pytest.raises((Refused, WrongRole), match=says):
        confirm(getattr(cast, who), value)
    assert Measurement.objects.get().state == "reported"


def test_his_own_value_the_reviewer_does_not_confirm(cast, clinics):
    value = actions.measure(by=cast.reviewer, benefit=clinics, value="41%", evidence="电话核对")
    with pytest.raises(Refused, match="另一个人"):
        confirm(cast.reviewer, value)


def test_a_checked_value_is_not_checked_again_and_a_rejection_needs_a_reason(cast, clinics):
    value = measured(cast, clinics)
    with pytest.raises(Invalid):
        confirm(cast.reviewer, value, "rejected")
    confirm(cast.reviewer, value, "rejected", "没有附统计表")
    with pytest.raises(Refused, match="重新填报"):
        confirm(cast.reviewer, value)
    assert ledger.lines(clock.today(), [clinics.project])[0].waiting == ()
    assert Notice.objects.filter(key=f"measurement-checked:{value.pk}", sentence__contains="没有附统计表").exists()


@pytest.mark.parametrize("value", ["很多", "", "41 家", "1e9", "\x00"])
def test_what_is_no_value_of_the_goal_is_refused_and_nothing_stored(cast, clinics, value):
    with pytest.raises(Invalid):
        measured(cast, clinics, value)
    assert not Measurement.objects.exists()


def test_a_day_to_come_no_evidence_or_another_unit_s_goal_is_refused(cast, clinics):
    with pytest.raises(Invalid):
        measured(cast, clinics, measured_on=dt.date(2007, 8, 21))
    with pytest.raises(Invalid, match="证据"):
        actions.measure(by=cast.health_cio, benefit=clinics, value="41%", evidence="")
    with pytest.raises(NotVisible):
        measured(cast, Benefit.objects.get(project__code="P04"))


def test_a_goal_in_words_asks_whether_it_is_reached(cast, clinics):
    words = {"project": clinics.project, "indicator": "四级体系", "target": "建成", "paper": "函〔2007〕1号"}
    goal = actions.add_goal(by=cast.reviewer, due=dt.date(2009, 12, 31), **words)
    with pytest.raises(Invalid, match="是否达到"):
        measured(cast, goal, "三级")
    assert confirm(cast.reviewer, measured(cast, goal, "三级", reached=False)).reached is False


def test_only_the_office_s_own_goal_is_dropped_and_a_second_of_an_indicator_is_refused(cast, clinics):
    with pytest.raises(Refused, match="变更申报"):
        actions.drop_goal(by=cast.reviewer, benefit=clinics, reason="错")
    words = {"project": clinics.project, "target": "80%", "paper": "函〔2007〕1号", "due": dt.date(2008, 12, 31)}
    goal = actions.add_goal(by=cast.reviewer, indicator="满意度", **words)
    with pytest.raises(Invalid):
        actions.add_goal(by=cast.reviewer, indicator="满意度", **words)
    actions.drop_goal(by=cast.reviewer, benefit=goal, reason="文件撤销")
    assert [one.benefit for one in ledger.lines(clock.today(), [clinics.project])] == [clinics]


def test_what_is_promised_anew_replaces_the_former_whose_values_stay(cast, clinics):
    confirm(cast.reviewer, measured(cast, clinics))
    anew = steps.Promise(clinics.indicator, "95%", "SB2008-001 第 1 版", baseline="41%", due=dt.date(2009, 12, 31))
    with frame():
        assert steps.take_goals(by=cast.reviewer, project=clinics.project, promises=[anew]) == 1
        assert steps.take_goals(by=cast.reviewer, project=clinics.project, promises=[anew]) == 0
    clinics.refresh_from_db()
    assert clinics.replaced_by.target == "95%"
    assert clinics.measurements.count() == 1
    assert not clinics.is_in_force
    with pytest.raises(Refused, match="95%"):
        measured(cast, clinics)


def test_who_owes_a_value_is_told_once_and_finds_it_on_his_desk(cast, clinics):
    Benefit.objects.filter(pk=clinics.pk).update(due=dt.date(2007, 8, 1))
    for _ in range(2):
        hooks.daily(clock.today())
    told = Notice.objects.filter(key__startswith=f"benefit-owed:{clinics.pk}:")
    assert told.count() == 1
    assert Organisation.objects.get(pk=told.get().organisation_id).name == "市信息产业局"
    sentences = [t.sentence for t in desk.waiting(cast.health_cio, clock.today())]
    assert any("还没有测量值" in s and "P17" in s for s in sentences)
    measured(cast, clinics)
    assert not any("还没有测量值" in t.sentence for t in desk.waiting(cast.health_cio, clock.today()))
    assert any("等待确认" in t.sentence for t in desk.waiting(cast.reviewer, clock.today()))


def test_an_assessment_has_the_three_contents_of_9_2_8_and_says_what_the_reward_is(cast):
    unit = Organisation.objects.get(name="市卫生局")
    said = {"development": "按规划", "drive": "按季调度", "economy": "未超批复", "conclusion": "完成"}
    with pytest.raises(Invalid, match="奖惩内容"):
        actions.assess_unit(by=cast.reviewer, organisation=unit, year=2006, assessed=Assessed(**said, award="reward"))
    blank = Assessed(**said | {"drive": ""}, award="none")
    with pytest.raises(Invalid, match="推进力度大小"):
        actions.assess_unit(by=cast.reviewer, organisation=unit, year=2006, assessed=blank)
    with pytest.raises(WrongRole):
        actions.assess_unit(by=cast.industry, organisation=unit, year=2006, assessed=Assessed(**said, award="none"))
    for award in ("none", "penalty"):
        full = Assessed(**said, award=award, award_text="通报批评", document="筑信办〔2007〕9号")
        actions.assess_unit(by=cast.reviewer, organisation=unit, year=2006, assessed=full)
    now = UnitAssessment.objects.get(superseded=False)
    assert (now.award, now.award_text, UnitAssessment.objects.count()) == ("penalty", "通报批评", 2)
    assert set(now.facts) == {"电子政务发展的规划", "推进力度大小", "主要经济指标"}
    page = cast.client("leader").get("/projects/assessments/?year=2006").content.decode()
    assert "通报批评" in page
    assert "不断改进考核和奖惩机制" in page
