"""Pages of a project's promised goals and their values (8.1(6), 9.2.8), and of the units' yearly assessment."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel import access
from governance.models import Organisation
from governance.web.entry import found, integer
from governance.web.entry import page as may_enter
from projects import actions
from projects.actions import benefits as acting
from projects.actions.checks import reporting
from projects.benefits import assessments, ledger
from projects.forms import benefits as forms
from projects.forms.acceptance import ReasonForm
from projects.models import Benefit, Measurement, Project, UnitAssessment
from projects.views.frame import duty_page, of_visible, project_of

READ, MANAGE = Permission.READ_REGISTER, Permission.MANAGE_PROJECT


@may_enter(READ, methods=("GET", "HEAD"))
def account(request, code: str):
    """One project's goals: the promise in its words, every value with its evidence and who confirmed it, and what was
    promised before."""
    day, actor = clock.today(), request.actor
    rows = Project.objects.visible_to(actor).select_related("plan_item").prefetch_related("leads__organisation")
    project = found(rows, code=code)
    lines = ledger.lines(day, [project])
    goals = {b.pk: b for b in project.benefits.prefetch_related("measurements").select_related("replaced_by")}
    confirms = access.may(actor, acting.confirming(actor))
    rows = [
        {"line": one, "values": [_value(v, actor, confirms) for v in goals[one.benefit.pk].measurements.all()]}
        for one in lines
    ]
    context = {
        "p": project,
        "account": next(iter(ledger.accounts(lines)), None),
        "rows": rows,
        "former": [b for b in goals.values() if not b.is_in_force],
        "may_report": access.may(actor, reporting(actor), project) and not project.is_unapproved,
        "may_manage": access.may(actor, MANAGE),
        "how": ledger.HOW,
    }
    return render(request, "projects/benefits.html", context)


def _value(value: Measurement, actor, confirms: bool) -> dict:
    """A value with why he does not confirm it, where he is somebody who confirms and it waits."""
    waits = confirms and value.state == "reported"
    return {"row": value, "waits": waits, "why_not": acting.why_not_confirm(actor, value) if waits else ""}


def _back(project) -> dict:
    return {"back": f"{project.get_absolute_url()}benefits/", "back_label": "返回绩效台账"}


@may_enter(MANAGE)
def add_goal(request, code: str):
    """A goal that a paper sets."""
    project = project_of(request, code)
    note = "申报书里的目标立项时自动记入，规划写明的已经记入；这里只登记其他文件定下的目标。"
    context = {"title": "登记目标", "about": str(project), "note": note, **_back(project)}
    form = forms.GoalForm(request.POST or None)
    return duty_page(request, form, context, actions.add_goal, project=project, done="已登记目标。")


@may_enter(MANAGE)
def drop_goal(request, pk: int):
    """A goal of the office's own, taken back."""
    row = of_visible(request, Benefit.objects.all(), pk)
    context = {"title": "撤销目标", "about": str(row), "note": "撤销的目标留存，不再计入。", **_back(row.project)}
    form = ReasonForm(request.POST or None)
    return duty_page(request, form, context, actions.drop_goal, benefit=row, done="已撤销目标。")


@may_enter(READ)
def measure(request, pk: int):
    """A measured value of one goal."""
    row = of_visible(request, Benefit.objects.all(), pk)
    access.require(request.actor, reporting(request.actor), row)
    stated = f"现值 {row.baseline or '未填'}，目标 {row.target}（{row.paper}），{row.due or '未写期限'} 到期。"
    note = f"{stated}填报以后由没有牵头本项目的人确认才计入（D44）；报错了重新填报一个，已报的不改。"
    context = {"title": "填报测量值", "about": str(row), "note": note, **_back(row.project)}
    form = forms.MeasureForm(request.POST or None, benefit=row)
    done = "已填报，等待确认。"
    return duty_page(request, form, context, actions.measure, benefit=row, done=done)


@may_enter(READ)
def check(request, pk: int):
    """Confirm a value, or not."""
    access.require(request.actor, acting.confirming(request.actor))
    row = found(Measurement.objects.select_related("benefit__project"), pk=pk)
    goal = row.benefit
    note = (
        f"目标 {goal.target}，{row.measured_on} 测得 {row.value}（{'达到' if row.reached else '没有达到'}）；"
        f"证据：{row.evidence}；填报：{row.by_text}。"
    )
    context = {"title": "确认测量值", "about": str(goal), "note": note, **_back(goal.project)}
    form = forms.CheckForm(request.POST or None)
    return duty_page(request, form, context, actions.check_measurement, measurement=row, done="已登记确认意见。")


@may_enter(READ, methods=("GET", "HEAD"))
def units(request):
    """工作考核 of a year: departments and districts with 奖惩, and whose is missing."""
    today = clock.today().year
    year = integer(request.GET.get("year"), name="年度", low=2005, high=2100, default=today)
    context = {
        "year": year,
        "years": range(today, 2004, -1),
        "rows": assessments.of_year(year),
        "without": list(assessments.without(year)),
        "contents": UnitAssessment.CONTENTS,
        "words": assessments.WORDS,
        "award_words": assessments.AWARD_WORDS,
        "may_manage": access.may(request.actor, MANAGE),
    }
    return render(request, "projects/assessments.html", context)


@may_enter(MANAGE)
def assess(request):
    """One unit's assessment beside what the registers say of it."""
    today = clock.today().year
    year = integer(request.GET.get("year"), name="年度", low=2005, high=today, default=today)
    asked = request.GET.get("organisation", "")
    unit = Organisation.objects.units().filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    form = forms.AssessmentForm(
        request.POST or None, initial={"year": year, "organisation": unit and unit.pk, "award": "none"}
    )
    note = "三项内容和奖惩照 9.2.8；怎样评定、分几等原文没有写，由考核单位写明结论。再登记一次即更正，原来的留存。"
    context = {
        "title": "登记工作考核",
        "about": f"{unit.name} {year} 年" if unit else f"{year} 年",
        "note": note,
        "back": f"/projects/assessments/?year={year}",
        "back_label": "返回工作考核",
        "facts": assessments.facts_of(unit, year).as_words() if unit else None,
    }
    return duty_page(
        request,
        form,
        context,
        actions.assess_unit,
        done="已登记工作考核。",
        address=lambda row: f"/projects/assessments/?year={row.year}",
        template="projects/assess.html",
    )
