"""Leads that the plan leaves open (D40–D43) are flagged until somebody resolves them by the act that the flag names."""

from __future__ import annotations

import pytest

from governance.models import Organisation
from projects import actions
from projects.models import PlanTask, Project
from projects.panels.leads import open_flags

pytestmark = pytest.mark.django_db


def flags(code: str) -> set[str]:
    return {flag.code for flag in open_flags() if flag.project.code == code}


def act(cast, code: str, which: str, **form) -> int:
    """Follow the flag's own link as the office, fill in what is asked beside what stands there already, and post it."""
    flag = next(f for f in open_flags() if f.project.code == code and f.code == which)
    client = cast.client("reviewer")
    page = client.get(flag.address)
    start = {name: value for name, value in page.context["form"].initial.items() if value not in (None, "")}
    return client.post(flag.address, start | form).status_code


def test_that_the_leads_named_are_all_of_them_settles_an_open_end(cast):
    assert {"D42", "D43", "D40"} <= flags("P12")
    assert act(cast, "P12", "D42", reason="列名单位即全部", approver="筑信领纪〔2007〕5号") == 302
    assert flags("P12") == set()
    assert not Project.objects.get(code="P12").leads_open_ended
    assert act(cast, "P11", "D42", now="市发改委、市工商局、市地税局", reason="写全", approver="甲") == 302


def test_a_generic_lead_gives_way_to_units(cast):
    assert "D42" in flags("P19")
    assert act(cast, "P19", "D42", now="市信息产业局、市信息中心、各相关部门", reason="照旧", approver="甲") == 422
    assert (
        act(
            cast,
            "P19",
            "D42",
            now="市信息产业局、市信息中心、市交通局",
            reason="明确参加单位",
            approver="筑信领纪〔2007〕5号",
        )
        == 302
    )
    assert flags("P19") == set()


def test_a_temporary_body_gets_a_budget_unit_and_the_first_lead_is_confirmed(cast):
    unit = Organisation.objects.get(name="市信息产业局")
    assert flags("P03") == {"D41"}
    assert act(cast, "P03", "D41", budget_unit=Organisation.objects.get(key="ca-office").pk) == 422
    assert act(cast, "P03", "D41", budget_unit=unit.pk) == 302
    assert flags("P03") == set()
    assert flags("P01") == {"D43"}
    assert act(cast, "P01", "D43", organisation=unit.pk, reason="首列单位") == 302
    assert flags("P01") == set()


def test_a_body_that_is_set_up_is_offered_the_project_of_the_temporary_office(cast):
    task = PlanTask.objects.get(code="T2-05")
    page = cast.client("reviewer").get(task.get_absolute_url()).content.decode()
    assert "可以移交" not in page
    actions.set_task_state(by=cast.reviewer, task=task, version=task.version, state="done", evidence="筑编〔2007〕8号")
    assert Project.objects.get(code="P03").leads.get().as_named == "贵阳市CA认证管理领导小组办公室"  # never by itself
    for page in (task.get_absolute_url(), "/projects/P03/", "/projects/leads/"):
        assert "可以移交（规划没有写明，不自动移交）" in cast.client("reviewer").get(page).content.decode()
    assert act(cast, "P03", "D41", approver="筑信领纪〔2007〕5号") == 302
    assert Project.objects.get(code="P03").leads.get().organisation.key == "ca-department"
    assert "移交" not in " ".join(f.sentence for f in open_flags())


def test_a_hand_over_to_a_unit_that_does_not_exist_is_not_found(cast):
    assert cast.client("reviewer").get("/projects/P03/change/?field=lead&to=nobody").status_code == 404
