"""Verbs and steps of the register: what they do, whom they refuse, what is left behind."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.kernel import audit
from governance.kernel.verbs import frame
from governance.models import AuditRow, Organisation
from projects import actions, panels, steps
from projects.lifecycle import life
from projects.models import Change, Milestone, PlanTask, ProgressReport, Project, StateChange
from tests.projects.gates import approve, record_papers
from tests.projects.gates import go as step_of


def project(code: str) -> Project:
    return Project.objects.get(code=code)


def go(by, row, step: str, **more) -> Project:
    row.refresh_from_db()
    return actions.change_state(by=by, project=row, version=row.version, step=step, **more)


def report(by, row, period="2007H1", **changes) -> ProgressReport:
    values = {"percent": 40, "done_text": "施工", "self_rating": "normal"}
    return actions.file_progress(
        by=by, project=row, period=period, progress=actions.ReportedProgress(**values | changes)
    )


# --- life ----------------------------------------------------------------------------------------------------------


def test_a_project_walks_the_whole_chain_and_leaves_a_row_a_step(cast, under_way):
    row = under_way("P20", "approved")  # 国土资源局, 建设局 lead: nobody who accepts
    for step in ("procure", "build", "accept_first", "try", "accept_finally", "operate", "evaluate", "close"):
        day = dt.date(2007, 5, 1) + dt.timedelta(days=40 * (step in ("accept_finally", "operate", "evaluate", "close")))
        record_papers(cast.reviewer, row, step)
        step_of(cast, row, step, day=day)
    row.refresh_from_db()
    assert row.state == "closed"
    assert [c.now for c in row.state_changes.all()] == list(life.CHAIN[1:])
    assert row.history.filter(state="trial").exists()
    assert audit.verify()["ok"]


def test_every_step_from_a_state_that_has_it_not_is_refused_with_a_reason(cast):
    row, refusals, states = project("P20"), 0, life.CHAIN + life.ASIDE
    for state in states:
        row.state = state
        row.save()
        for step, transition in life.BY_VERB.items():
            if state in transition.sources and not transition.by_plan:
                continue
            by = cast.industry if step in life.ACCEPTANCES else cast.reviewer
            with pytest.raises(Refused) as refused:
                actions.change_state(by=by, project=row, version=row.version, step=step, reason="理由")
            assert refused.value.blockers, (state, step)
            assert refused.value.sentence.endswith("。")
            refusals += 1
        assert project("P20").state == state
    assert refusals == sum(len(states) - (0 if t.by_plan else len(t.sources)) for t in life.TRANSITIONS)


def test_nobody_approves_by_hand_what_the_annual_plan_approves(cast):
    with pytest.raises(Refused, match="立项随领导小组审定年度计划办理"):
        go(cast.reviewer, project("P05"), "approve")
    with frame():
        steps.approve_project(by=cast.leader, project=project("P05"), reason="2008 年度计划")
    assert project("P05").state == "approved"


def test_approving_twice_is_refused(cast):
    with frame():
        steps.approve_project(by=cast.leader, project=project("P05"), reason="计划")
    with pytest.raises(Refused, match="只有“待立项”的项目可以立项"), frame():
        steps.approve_project(by=cast.leader, project=project("P05"), reason="计划")


def test_without_a_budget_unit_nothing_is_bought(cast, under_way):
    """P03 is led by a temporary office that has no budget (D41)."""
    row = under_way("P03", "approved")
    approve(row, "scheme")
    with pytest.raises(Refused, match="没有预算单位") as refused:
        go(cast.reviewer, row, "procure")
    assert "市信息办" in refused.value.blockers[0][1]
    unit = Organisation.objects.get(key="information-centre")
    actions.classify(by=cast.reviewer, project=row, version=row.version, budget_unit=unit)
    assert go(cast.reviewer, row, "procure").state == "procurement"


def test_suspended_works_resume_where_they_stopped(cast, under_way):
    row = under_way("P20", "building")
    with pytest.raises(Invalid, match="暂停要写明理由"):
        go(cast.reviewer, row, "suspend")
    go(cast.reviewer, row, "suspend", reason="资金未到")
    assert project("P20").suspended_from == "building"
    assert go(cast.reviewer, row, "resume", reason="资金已到").state == "building"


@pytest.mark.parametrize("name", ["health_cio", "finance", "leader", "auditor", "sysadmin", "district", "industry"])
def test_only_the_office_leads_a_project_on(cast, under_way, name):
    row = under_way("P17", "approved")
    with pytest.raises(WrongRole):
        go(getattr(cast, name), row, "procure")


def test_an_older_version_is_refused_with_what_is_there_now(cast, under_way):
    row = under_way("P20", "approved")
    with pytest.raises(Stale) as stale:
        actions.change_state(by=cast.reviewer, project=row, version=row.version - 1, step="procure")
    assert stale.value.current["version"] == row.version


def test_a_day_in_the_future_or_before_the_state_is_refused(cast, under_way):
    row = under_way("P20", "approved")
    approve(row, "scheme")
    with pytest.raises(Invalid, match="在今天之后"):
        go(cast.reviewer, row, "procure", day=dt.date(2007, 8, 21))
    with pytest.raises(Invalid, match="次序不对"):
        go(cast.reviewer, row, "procure", day=dt.date(2006, 1, 1))


def test_a_step_keeps_the_day_that_it_happened_beside_the_day_of_its_record(cast, under_way):
    row = under_way("P20", "procurement")
    record_papers(cast.reviewer, row, "build")
    step_of(cast, row, "build", day=dt.date(2007, 7, 2))
    change = row.state_changes.last()
    assert (change.on, change.day) == (dt.date(2007, 7, 2), dt.date(2007, 8, 20))
    page = cast.client("auditor").get("/projects/P20/life/").content.decode()
    assert '2007-07-02<div class="sub">2007-08-20 登记</div>' in page


def test_works_that_were_accepted_in_time_are_not_late_because_it_was_recorded_later(cast, under_way):
    row = under_way("P04", "trial", day=dt.date(2006, 6, 1))  # 2005-12 — 2006-10
    record_papers(cast.reviewer, row, "accept_finally")
    step_of(cast, row, "accept_finally", day=dt.date(2006, 10, 20))
    row = panels.with_facts(Project.objects.filter(code="P04")).get()
    assert row.accepted_on == dt.date(2006, 10, 20)
    assert not any(f.what == "overdue" for f in panels.rating_of(row, dt.date(2007, 8, 20)).findings)


def test_nothing_of_record_is_taken_back_once_a_project_has_ended(cast, under_way):
    row = under_way("P20", "building")
    item = actions.record_gate_item(by=cast.reviewer, project=row, key="manuals", document="1号")
    step_of(cast, row, "terminate", reason="不再建设")
    with pytest.raises(Refused, match="已终止，不再改动材料和合同"):
        actions.withdraw_gate_item(by=cast.reviewer, item=item, reason="误")
    assert "撤回" not in cast.client("reviewer").get("/projects/P20/life/").content.decode()


def test_taking_over_is_for_once_and_invents_no_transition(cast, under_way):
    row = under_way("P01", "building")
    assert [(c.was, c.now) for c in row.state_changes.all()] == [("registered", "building")]
    assert row.state_day == dt.date(2006, 6, 1)
    with pytest.raises(Refused, match="不能再补录"):
        actions.take_over(
            by=cast.reviewer, project=row, version=row.version, state="trial", day=dt.date(2007, 1, 1), document="文"
        )
    with pytest.raises(Invalid, match="依据文件"):
        actions.take_over(
            by=cast.reviewer, project=project("P24"), version=1, state="building", day=dt.date(2007, 1, 1), document=" "
        )


# --- progress ------------------------------------------------------------------------------------------------------


def test_the_newest_period_sets_the_projects_percentage(cast, under_way):
    row = under_way("P17")
    report(cast.health_cio, row, period="2007H1", percent=40)
    report(cast.health_cio, row, period="2006", percent=20)
    assert project("P17").percent == 40


def test_a_later_report_of_the_same_period_supersedes_and_the_old_one_stays(cast, under_way):
    row = under_way("P17")
    report(cast.health_cio, row, percent=40)
    report(cast.reviewer, row, percent=45)
    assert [(r.percent, r.superseded) for r in row.progress_reports.order_by("pk")] == [(40, True), (45, False)]
    assert project("P17").percent == 45
    assert "更正" in audit.history(row)[0].sentence


def test_a_unit_reports_for_itself_and_the_office_for_the_first_lead(cast, under_way):
    row = under_way("P17")
    assert report(cast.health_cio, row).organisation == Organisation.objects.get(key="health-bureau")
    assert report(cast.reviewer, row).organisation == Organisation.objects.get(key="industry-bureau")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"percent": 101}, "0—100"),
        ({"percent": -1}, "0—100"),
        ({"percent": True}, "0—100"),
        ({"self_rating": "brilliant"}, "请选择自评"),
        ({"self_rating": "late"}, "请写明问题"),
        ({"done_text": "  "}, "请写明完成情况"),
        ({"done_text": "a\x00b"}, "不能保存的字符"),
        ({"period": "2007"}, "还没有到期"),
        ({"period": "2005"}, "未到首报期"),
        ({"period": "2007H9"}, "不是填报期"),
    ],
)
def test_an_impossible_report_stores_nothing(cast, under_way, changes, match):
    row = under_way("P17")
    with pytest.raises(Invalid, match=match) as refused:
        report(cast.health_cio, row, **changes)
    assert refused.value.fields
    assert not row.progress_reports.exists()


def test_going_backwards_needs_an_explanation(cast, under_way):
    row = under_way("P17")
    report(cast.health_cio, row, period="2006", percent=50)
    with pytest.raises(Invalid, match="低于 2006 年度的 50 %"):
        report(cast.health_cio, row, percent=30)
    report(cast.health_cio, row, percent=30, problems="重新核定工作量")


def test_what_is_not_approved_or_is_closed_has_no_progress(cast, under_way):
    with pytest.raises(Refused, match="尚未立项"):
        report(cast.reviewer, project("P17"))
    row = under_way("P20", "closed")
    with pytest.raises(Refused, match="不再填报"):
        report(cast.reviewer, row)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("health_cio", NotVisible), ("finance", NotVisible), ("auditor", WrongRole), ("district", WrongRole)],
)
def test_nobody_reports_on_what_he_does_not_lead(cast, under_way, name, refusal):
    row = under_way("P15")
    with pytest.raises(refusal):
        report(getattr(cast, name), row)


# --- milestones and tasks -------------------------------------------------------------------------------------------


def test_a_milestone_is_done_with_evidence_by_who_leads(cast, under_way):
    row = under_way("P17")
    milestone = row.milestones.first()
    with pytest.raises(Invalid, match="凭据"):
        actions.set_milestone(by=cast.health_cio, milestone=milestone, done_on=None, evidence="")
    done = actions.set_milestone(
        by=cast.health_cio, milestone=milestone, done_on=dt.date(2006, 12, 20), evidence="启动会纪要"
    )
    assert done.done_on == dt.date(2006, 12, 20)
    with pytest.raises(Refused, match="已于 2006-12-20 完成"):
        actions.set_milestone(by=cast.health_cio, milestone=milestone, done_on=None, evidence="再来")
    with pytest.raises(WrongRole):
        actions.reopen_milestone(by=cast.health_cio, milestone=milestone, reason="有误")
    actions.reopen_milestone(by=cast.reviewer, milestone=milestone, reason="有误")
    assert Milestone.history.filter(id=milestone.pk, done_on=dt.date(2006, 12, 20)).exists()


def test_a_task_is_done_with_evidence_and_again_open(cast):
    task = PlanTask.objects.get(code="T1-01")
    with pytest.raises(Invalid, match="凭据"):
        actions.set_task_state(by=cast.reviewer, task=task, version=1, state="done")
    actions.set_task_state(by=cast.reviewer, task=task, version=1, state="done", evidence="任命文件")
    with pytest.raises(Stale):
        actions.set_task_state(by=cast.reviewer, task=task, version=1, state="under_way")
    row = actions.set_task_state(by=cast.reviewer, task=task, version=2, state="not_started")
    assert (row.state_day, row.evidence) == (None, "")
    assert [h.state for h in row.history.order_by("history_id")] == ["not_started", "done", "not_started"]


@pytest.mark.parametrize("name", ["health_cio", "industry", "leader", "auditor"])
def test_only_the_office_sets_a_tasks_state(cast, name):
    with pytest.raises(WrongRole):
        actions.set_task_state(
            by=getattr(cast, name), task=PlanTask.objects.get(code="T1-01"), version=1, state="under_way"
        )


# --- description and changes ----------------------------------------------------------------------------------------


def test_level_and_tier_are_separate_axes(cast):
    top, part = project("P20"), project("P21")
    actions.classify(by=cast.reviewer, project=top, version=1, tier_927="total", level_922="2")
    actions.classify(by=cast.reviewer, project=part, version=1, tier_927="application", level_922="1", parent=top)
    assert project("P21").parent == top
    with pytest.raises(Invalid, match="它自己或它的下级"):
        actions.classify(by=cast.reviewer, project=top, version=2, parent=project("P21"))
    with pytest.raises(Invalid, match="上级应是"):
        actions.classify(by=cast.reviewer, project=project("P22"), version=1, tier_927="subsystem", parent=top)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"budget_unit": "telecom-operators"}, "泛指"),
        ({"budget_unit": "ca-office"}, "临时机构"),
        ({"level_922": "9"}, "列出的各项"),
        ({"protection_level": 6}, "1—5"),
        ({"name": "改名"}, "不能这样设置"),
    ],
)
def test_a_description_that_cannot_be_is_refused(cast, values, match):
    values = {k: Organisation.objects.get(key=v) if k == "budget_unit" else v for k, v in values.items()}
    with pytest.raises(Invalid, match=match):
        actions.classify(by=cast.reviewer, project=project("P20"), version=1, **values)
    assert project("P20").version == 1


def test_the_first_lead_is_confirmed_among_the_named_ones(cast):
    row = project("P15")
    named = Organisation.objects.get(key="agriculture-bureau")
    with pytest.raises(Invalid, match="不是 P15 列名的牵头单位"):
        actions.confirm_first_lead(
            by=cast.reviewer,
            project=row,
            version=1,
            reason="纪要",
            organisation=Organisation.objects.get(key="finance-bureau"),
        )
    actions.confirm_first_lead(by=cast.reviewer, project=row, version=1, organisation=named, reason="纪要")
    assert [lead.as_named for lead in project("P15").leads.all()] == ["市农业局", "市委组织部远教办", "市信息产业局"]
    assert row.plan_item.leads.first().as_named == "市委组织部远教办"
    assert Change.objects.get(project=row).was == "市委组织部远教办、市信息产业局、市农业局"


def test_a_change_of_time_keeps_the_first_baseline(cast):
    row = project("P01")
    for number, now in enumerate(("2006—2008", "2006 至 2010"), 1):
        actions.record_change(
            by=cast.reviewer, project=row, version=number, field="time", now=now, reason="延期", approver="领导小组"
        )
    row.refresh_from_db()
    assert (row.start.year, row.end.year, row.latest_end, row.rebaselined) == (2006, 2007, dt.date(2010, 12, 31), 2)
    assert [c.was for c in row.changes.all()] == ["2006—2007", "2006—2008"]
    assert row.plan_item.time_raw == "2006年—2007年"


def test_a_change_of_lead_names_units_and_keeps_the_old_rows_in_history(cast):
    row = project("P26")
    actions.record_change(
        by=cast.reviewer,
        project=row,
        version=1,
        field="lead",
        now="市规划局、国土资源局",
        reason="职能调整",
        approver="编委",
    )
    assert [lead.organisation.name for lead in row.leads.all()] == ["市规划局", "市国土资源局"]
    assert "国土资源局" in project("P26").search_text
    with pytest.raises(Invalid, match="没有名为"):
        actions.record_change(
            by=cast.reviewer, project=row, version=2, field="lead", now="市天文局", reason="x", approver="y"
        )
    with pytest.raises(Invalid, match="泛指"):
        actions.record_change(
            by=cast.reviewer, project=row, version=2, field="lead", now="运营商", reason="x", approver="y"
        )


def test_money_is_not_changed_in_the_register(cast):
    with pytest.raises(Refused, match="联合会签"):
        actions.record_change(
            by=cast.reviewer, project=project("P01"), version=1, field="budget", now="1", reason="x", approver="y"
        )


@pytest.mark.parametrize(
    ("field", "now"), [("time", "明年"), ("time", "2008 至 2006"), ("lead", "、、"), ("colour", "红")]
)
def test_a_change_that_cannot_be_read_changes_nothing(cast, field, now):
    with pytest.raises(Invalid):
        actions.record_change(
            by=cast.reviewer, project=project("P01"), version=1, field=field, now=now, reason="x", approver="y"
        )
    assert not Change.objects.exists()
    assert project("P01").version == 1


# --- steps ----------------------------------------------------------------------------------------------------------


def test_a_new_project_takes_the_next_number_of_its_year(cast):
    units = list(Organisation.objects.filter(key__in=["health-bureau", "finance-bureau"]))
    named = {"甲": 2008, "乙": 2008, "丙": 2009}
    with frame():
        first, second, other = (
            steps.register_project(by=cast.leader, new=steps.NewProject(name, "内容", "annual_plan", units, year))
            for name, year in named.items()
        )
    assert [p.code for p in (first, second, other)] == ["N2008-01", "N2008-02", "N2009-01"]
    assert (first.state, first.leads.count(), first.plan_item) == ("approved", 2, None)
    assert StateChange.objects.filter(project=first, now="approved").exists()
    assert audit.history(first)


def test_a_refused_registration_gives_its_number_back(cast):
    units = list(Organisation.objects.units()[:1])

    def register(fail: bool) -> None:
        with frame():
            steps.register_project(by=cast.leader, new=steps.NewProject("甲", "", "annual_plan", units, 2008))
            if fail:
                raise Refused("不行。")

    with pytest.raises(Refused):
        register(True)
    register(False)
    assert list(Project.objects.filter(origin="annual_plan").values_list("code", flat=True)) == ["N2008-01"]


def test_steps_run_only_inside_a_verb(plan):
    with pytest.raises(RuntimeError, match="only inside a verb"):
        steps.approve_project(by=None, project=project("P01"), reason="")


def test_a_refusal_is_on_record_and_changes_nothing(cast):
    with pytest.raises(WrongRole):
        actions.classify(by=cast.auditor, project=project("P01"), version=1, level_922="1")
    row = AuditRow.objects.get(ok=False)
    assert (row.event, row.concerns) == ("projects.project.classify", "project:P01")


def test_history_is_dated_by_the_business_day(cast, under_way):
    with clock.at(dt.date(2007, 5, 5)):
        row = under_way("P01")
    assert row.history.first().day == dt.date(2007, 3, 1)
