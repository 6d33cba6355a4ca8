"""A change proposed through its page: at once within the approved total, above it a case that has to be adopted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from budgets import actions as money
from budgets.ledger.booking import LineKey
from governance.basics.refusal import Invalid, Refused, Stale
from priorities import actions
from priorities.actions import changes
from priorities.models import ProposedChange
from projects.models import Project
from tests.priorities.stories import MINUTES, components, proposal
from tests.projects.conftest import under_way  # noqa: F401

AT = "/priorities/changes/P17/"


@pytest.fixture
def health(cast, under_way):  # noqa: F811
    """P17, 120 万元 of it approved."""
    row = under_way("P17")
    money.set_cell(
        by=cast.finance,
        at=LineKey(row, 2007, "city"),
        stage="approved",
        typed="120",
        paper=money.Paper(document_number="文1号"),
    )
    return row


def version(code: str = "P17") -> int:
    return Project.objects.get(code=code).version


def propose(cast, **values):
    asked = {"field": "budget", "now": "增加终端", "reason": "配套未落实", "total_wan": Decimal("158")}
    return actions.propose_change(by=cast.health_cio, project_code="P17", version=version(), **(asked | values))


def test_above_the_approved_total_a_change_goes_to_joint_approval_and_within_it_is_recorded(cast, health):
    client = cast.client("health_cio")
    assert "批复总额 120.00 万元" in client.get(AT).content.decode()
    asked = {
        "field": "time",
        "now": "2006 至 2011",
        "reason": "设备到货晚",
        "total_wan": "１２０",
        "version": version(),
    }
    assert client.post(AT, asked)["Location"] == "/projects/P17/"
    change = health.changes.get()
    assert "变更后总额 120.00 万元" in change.effect
    asked["version"] = version()
    above = client.post(AT, asked | {"field": "budget", "now": "增加终端", "total_wan": "480"})
    assert above["Location"].startswith("/priorities/submissions/")
    assert health.changes.count() == 1
    assert Project.objects.get(code="P17").end == health.end
    assert client.post(AT, asked | {"reason": ""}).status_code == 422
    assert cast.client("health_cio").get("/priorities/changes/P01/").status_code == 404
    assert cast.client("auditor").get(AT).status_code == 403


def test_a_pending_change_is_linked_from_the_project_and_from_its_case_and_there_is_one_at_a_time(cast, health):
    case = propose(cast, field="time", now="2006 至 2011")
    client = cast.client("health_cio")
    project = client.get("/projects/P17/").content.decode()
    assert f'<a href="{case.get_absolute_url()}">{case.reference}</a>' in project
    assert "工期 → 2006 至 2011；总额 120.00 → 158.00 万元" in project
    assert 'href="/projects/P17/#changes"' in client.get(case.get_absolute_url()).content.decode()
    assert "2006 至 2011" in cast.client("industry").get("/projects/P17/").content.decode()
    with pytest.raises(Refused, match=f"已有在办的变更申报 {case.reference}"):
        propose(cast)
    actions.discard_draft(by=cast.health_cio, submission=case, version=case.version)
    assert propose(cast).kind == "change"


def test_an_adopted_change_holds_with_old_new_reason_and_approver_and_the_first_baseline_stays(stories, cast):
    code = stories.adopted().project.code
    before = Project.objects.get(code=code)
    total = changes.approved_total(before)
    case = actions.propose_change(
        by=cast.health_cio,
        project_code=code,
        version=before.version,
        field="time",
        now="2008-03 至 2010-06",
        reason="增加村卫生室",
        total_wan=total + 40,
    )
    document = case.proposal | {
        k: v for k, v in proposal(components=components("30")).items() if k not in ("title", "content", "start", "end")
    }
    case = actions.save_draft(by=cast.health_cio, submission=case, version=case.version, proposal=document)
    stories.draft = lambda **_: case
    row = stories.concluded()
    assert not Project.objects.get(code=code).changes.exists()  # signed, not yet adopted
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    actions.adopt(
        by=cast.leader, plan=plan, version=plan.version, **MINUTES | {"minutes_number": "筑信领纪〔2007〕9号"}
    )
    project = Project.objects.get(code=code)
    time, budget = project.changes.order_by("pk")
    assert (time.field, time.was, time.now, time.approver) == (
        "time",
        "2008-03—2009-06",
        "2008-03 至 2010-06",
        budget.approver,
    )
    assert "止期比原基线晚 365 天" in time.effect
    assert budget.approver.startswith("联合会签，筑信领纪〔2007〕9号（")
    assert (budget.was, budget.now) == (f"批复总额 {total:.2f} 万元", f"批复总额 {total + 30:.2f} 万元")
    assert budget.reason == f"{row.number} 变更申报：增加村卫生室"
    assert f"申请的总额为 {total + 40:.2f} 万元" in budget.effect
    assert changes.approved_total(project) == total + 30
    assert (project.start, project.end, project.estimate_wan) == (before.start, before.end, before.estimate_wan)
    assert (project.latest_end, project.rebaselined) == (dt.date(2010, 6, 30), 2)
    assert ProposedChange.objects.get().applied_on is not None
    shown = cast.client("auditor").get(f"/projects/{code}/").content.decode()
    assert "改基线 2 次" in shown
    assert "<strong>在办</strong>" not in shown


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"field": "time", "now": "明年"}, "读不成起止时间"),
        ({"field": "time", "now": "2007-13 至 2008-02"}, "不存在的日期"),
        ({"field": "time", "now": "2006 至 9999"}, "年份应在 1990—2100 之间"),
        ({"field": "lead", "now": "无此单位"}, "没有名为"),
        ({"field": "name", "now": "长" * 201}, "名称有 201 字"),
        ({"field": "budget", "total_wan": None}, "总额"),
        ({"now": " "}, "写明变更后的内容"),
    ],
)
def test_a_change_that_could_not_be_applied_opens_no_case(cast, health, values, match):
    with pytest.raises(Invalid, match=match):
        propose(cast, **values)
    assert not ProposedChange.objects.exists()


def test_what_is_already_so_is_no_change_and_an_ended_project_has_none(cast, health):
    for field, now in (
        ("content", health.content),
        ("name", health.name),
        ("time", "2006 至 2009"),
        ("lead", "市信息产业局、市卫生局"),
    ):
        with pytest.raises(Invalid, match="与现在相同"):
            propose(cast, field=field, now=now, total_wan=None)
    assert Project.objects.get(code="P17").rebaselined == 0
    Project.objects.filter(code="P17").update(state="terminated")
    with pytest.raises(Refused, match="已终止"):
        propose(cast, field="content", now="别的内容", total_wan=None)


def test_two_at_once_see_both_values_and_the_second_goes_on_from_what_is_there(cast, health):
    read = version()
    propose(cast, field="content", now="先到的内容", total_wan=None)
    with pytest.raises(Stale):
        actions.propose_change(
            by=cast.health_cio, project_code="P17", version=read, field="content", now="后到的内容", reason="同时"
        )
    typed = {"field": "content", "now": "后到的内容", "reason": "同时", "version": read}
    client = cast.client("health_cio")
    refused = client.post(AT, typed)
    page = refused.content.decode()
    assert refused.status_code == 409
    for shown in (
        "<span>内容：先到的内容</span>",
        "后到的内容</textarea>",
        "变更内容：配套未落实（",
    ):  # there, typed, why and by whom
        assert shown in page
    assert f'name="version" value="{version()}"' in page
    assert client.post(AT, typed | {"version": version()}).status_code == 302
    assert Project.objects.get(code="P17").content == "后到的内容"


def test_a_change_within_the_approved_total_is_applied_and_one_above_it_goes_to_joint_approval(stories, cast):
    row = stories.adopted()
    code = row.project.code

    def propose(by=cast.health_cio, **asked):
        return actions.propose_change(by=by, project_code=code, version=Project.objects.get(code=code).version, **asked)

    done = propose(field="content", now="改为两期建设", reason="按意见调整")
    assert done is None
    assert Project.objects.get(code=code).content == "改为两期建设"
    within = {"field": "budget", "now": "120 万元", "reason": "结构调整", "total_wan": Decimal("120")}
    assert propose(**within) is None
    above = propose(**(within | {"total_wan": Decimal("120.01")}))
    assert (above.kind, above.project.code, above.state) == ("change", code, "draft")
    with pytest.raises(Refused, match="不由贵单位牵头"):
        propose(by=cast.industry, **within)
