"""Living evidence of chapter 10: the registers propose a task's state, the office confirms it, nothing marks itself."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions as governance
from governance.basics import clock
from governance.basics.refusal import Refused, Stale, WrongRole
from governance.models import Appointment, AuditRow, Body, Organisation, PilotUnit, Plan, Regulation, User
from projects import actions
from projects.models import PlanTask, Project
from projects.progress.evidence import Registers, Shown

pytestmark = pytest.mark.django_db
DAY = dt.date(2007, 8, 20)


def shown(code: str) -> Shown:
    return Registers(clock.today()).shown(PlanTask.objects.get(code=code))


def test_a_task_that_no_register_shows_is_marked_on_paper_alone(cast):
    assert shown("T1-09") is None
    page = cast.client("reviewer").get("/projects/tasks/T1-09/").content.decode()
    assert "没有可以对照的登记" in page
    with pytest.raises(Refused, match="没有可以对照的登记"):
        actions.confirm_task(by=cast.reviewer, task=PlanTask.objects.get(code="T1-09"), version=1)


def test_cios_of_all_pilot_units_prove_the_first_task(cast):
    """T1-01: some are a beginning, all are done; the state follows only when the office confirms it."""
    units = [p.organisation for p in PilotUnit.objects.select_related("organisation")]
    have = set(Appointment.objects.filter(role="department_cio").values_list("organisation_id", flat=True))
    lacking = [u for u in units if u.pk not in have]
    assert shown("T1-01").proposed == ("under_way" if len(lacking) < len(units) else "not_started")
    for n, unit in enumerate(lacking):
        user = User.objects.create_user(f"pilot{n}", "Gui-Yang-2007!", full_name=f"试点{n}")
        governance.grant(by=cast.secadmin, user=user, organisation=unit, role="department_cio", from_day=DAY)
    found = shown("T1-01")
    assert (found.proposed, found.is_ahead, found.proofs[0].text) == ("done", True, "试点单位 CIO 已任命 7／7")
    task = PlanTask.objects.get(code="T1-01")
    assert task.state == "not_started"
    page = "/projects/tasks/T1-01/"
    assert "确认：按登记记为“已完成”" in cast.client("reviewer").get(page).content.decode()
    assert "确认：按登记" not in cast.client("health_cio").get(page).content.decode()
    assert cast.client("reviewer").post(f"{page}confirm/", {"version": task.version}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.evidence, task.state_day) == ("done", "试点单位 CIO 已任命 7／7", DAY)
    assert AuditRow.objects.latest("seq").sentence.endswith("按登记确认")
    with pytest.raises(Refused, match="与登记一致"):
        actions.confirm_task(by=cast.reviewer, task=task, version=task.version)


def test_a_task_marked_against_its_evidence_says_so(cast):
    """Not refused: paper may know more than the registers; but every page and the trail say it."""
    task = PlanTask.objects.get(code="T1-08")
    actions.set_task_state(by=cast.reviewer, task=task, version=1, state="done", evidence="网络管理中心挂牌")
    found = shown("T1-08")
    assert (found.proposed, found.is_against) == ("not_started", True)
    assert "与登记不符" in AuditRow.objects.latest("seq").sentence
    client = cast.client("auditor")
    for page in ("/projects/tasks/", "/projects/tasks/T1-08/", "/projects/tasks/?shown=against"):
        assert "与登记不符" in client.get(page).content.decode(), page
    listed = [r.task.code for r in client.get("/projects/tasks/?shown=against").context["rows"]]
    assert listed == ["T1-08"]
    assert client.get("/projects/tasks/?shown=other").status_code == 422


def test_the_plan_s_default_day_of_a_body_proves_nothing_and_a_recorded_one_does(cast):
    body = Body.objects.get(key="egov-department")
    assert shown("T2-01").proposed == "not_started"  # valid from 2007-01-01 by default alone (D05)
    given = {"holder": body.holder, "acting": body.acting, "valid_from": dt.date(2007, 3, 1)}
    governance.set_body(by=cast.reviewer, body=body, paper="筑编〔2007〕6号", **given)
    found = shown("T2-01")
    assert (found.proposed, found.day) == ("done", dt.date(2007, 3, 1))


def test_training_proves_by_the_block_s_target(cast):
    common = {"by": cast.reviewer, "group": "leaders", "organiser": Organisation.objects.get(name="市信息产业局")}
    course = {"title": "概论", "evidence": "签到册", "heads": 120, "held_on": dt.date(2006, 9, 1)}
    governance.record_training(**common, **course)
    assert (shown("T1-07").proposed, shown("T1-07").proofs[0].text[-4:]) == ("under_way", "目标未定")
    plan = Plan.objects.get()
    governance.set_training_target(by=cast.reviewer, plan=plan, block="10.1", group="leaders", heads=120)
    assert (shown("T1-07").proposed, shown("T1-07").day) == ("done", dt.date(2006, 9, 1))


@pytest.mark.parametrize(
    ("code", "project", "state", "proposed"),
    [
        ("T1-11", "P01", "building", "under_way"),
        ("T1-11", "P01", "final_acceptance", "done"),
        ("T1-11", "P01", "terminated", "not_started"),
        ("T2-13", "P06", "procurement", "under_way"),
        ("T2-13", "P06", "building", "done"),
        ("T2-13", "P06", "operating", "done"),
    ],
)
def test_a_project_proves_by_how_far_it_has_come(plan, code, project, state, proposed):
    Project.objects.filter(code=project).update(state=state)
    assert shown(code).proposed == proposed


def test_a_task_that_only_begins_something_is_done_with_its_beginning(cast):
    assert shown("T2-11").proposed == "not_started"
    Regulation.objects.filter(clause="9.2.4").update(state="consulting")
    assert shown("T2-11").proposed == "done"
    assert shown("T2-12").proposed == "not_started"  # 9.2.9 alone


def test_dropped_tasks_are_not_held_against_the_registers(cast):
    task = PlanTask.objects.get(code="T2-01")
    actions.set_task_state(by=cast.reviewer, task=task, version=1, state="dropped", evidence="机构调整")
    found = shown("T2-01")
    assert (found.is_ahead, found.is_against) == (False, False)


def test_confirming_asks_for_the_newest_version_and_the_office(cast):
    Project.objects.filter(code="P06").update(state="building")
    task = PlanTask.objects.get(code="T2-13")
    with pytest.raises(Stale):
        actions.confirm_task(by=cast.reviewer, task=task, version=9)
    with pytest.raises(WrongRole):
        actions.confirm_task(by=cast.health_cio, task=task, version=task.version)
    assert cast.client("health_cio").post("/projects/tasks/T2-13/confirm/", {"version": 1}).status_code == 403
    assert cast.client("reviewer").post("/projects/tasks/T2-13/confirm/", {"version": 9}).status_code == 409
    assert PlanTask.objects.get(code="T2-13").state == "not_started"


def test_every_binding_of_the_plan_reads(plan):
    found = [Registers(DAY).shown(task) for task in PlanTask.objects.all()]
    assert sum(s is not None for s in found) == 42
    assert all(p.text and p.address for s in found if s for p in s.proofs)
