"""Calls for reports, expert ratings, milestones of one's own."""

from __future__ import annotations

import functools

from governance.basics.roles import Permission
from governance.kernel import access
from governance.web.entry import found
from governance.web.entry import page as may_enter
from projects import actions
from projects.actions.checks import reporting
from projects.forms import register
from projects.models import Milestone, ProgressReport, ReportCall
from projects.views.frame import about, form_page, of_visible, project_of

READ = Permission.READ_REGISTER
call_page = functools.partial(form_page, template="projects/call.html", address="/projects/progress/")


@may_enter(Permission.MANAGE_PROJECT)
def call(request):
    """Call every project under way for its report of a period."""
    form = register.CallForm(request.POST or None)
    note = "发给所有已立项、未终验的项目：到期前 7 天提醒牵头单位，逾期另行通知，并列入“欠报”。"
    context = {"title": "通知填报", "note": note, "button": "发出通知"}
    return call_page(request, form, context, actions.call_reports, done="已发出填报通知。")


@may_enter(Permission.MANAGE_PROJECT)
def withdraw_call(request, pk: int):
    """A call taken back."""
    row = found(ReportCall.objects.all(), pk=pk)
    context = {"title": "撤回填报通知", "note": f"{row.period}，{row.due} 截止", "button": "撤回"}
    form = register.ReasonForm(request.POST or None)
    return call_page(request, form, context, actions.withdraw_call, call=row, done="已撤回填报通知。")


@may_enter(Permission.MANAGE_PROJECT)
def give_back(request, pk: int):
    """A report given back to the unit that filed it."""
    row = found(ProgressReport.objects.filter(superseded=False).select_related("project", "organisation"), pk=pk)
    note = (
        f"{row.project.code} {row.project.name} {row.period}，{row.organisation.name} {row.day} 填报。"
        "退回以后仍为欠报，通知该单位，待办里写明理由。"
    )
    context = {"title": "退回填报", "note": note, "button": "退回"}
    form = register.ReasonForm(request.POST or None)
    done = f"已退回 {row.project.code} 的填报。"
    return call_page(request, form, context, actions.return_progress, report=row, done=done)


@may_enter(READ)
def rate(request, code: str):
    """An expert's rating of a project, with the earlier ones."""
    project = project_of(request, code)
    actor = request.actor
    if not actor.scope(Permission.GIVE_OPINION):
        access.require(actor, Permission.MANAGE_PROJECT)
    context = about(
        project, "专家评级", "与自评、测算并列显示，一年后变灰；牵头单位不能评自己的项目（D44）。", "登记评级"
    )
    form = register.ExpertForm(request.POST or None)
    return form_page(request, form, context, actions.rate_project, project=project, done=f"已登记 {code} 的专家评级。")


@may_enter(READ)
def add_milestone(request, code: str):
    """A milestone of one's own with the unit that answers for it."""
    project = project_of(request, code)
    access.require(request.actor, reporting(request.actor), project)
    note = "规划所列节点照录不动；这里设自己的节点，写明责任单位和到期日。"
    form = register.OwnMilestoneForm(request.POST or None)
    context = about(project, "设节点", note)
    return form_page(request, form, context, actions.add_milestone, project=project, done=f"已为 {code} 设节点。")


@may_enter(Permission.MANAGE_PROJECT)
def drop_milestone(request, pk: int):
    """A milestone of one's own that is given up."""
    row = of_visible(request, Milestone.objects.all(), pk)
    form = register.ReasonForm(request.POST or None)
    context = about(row.project, "取消节点", f"节点“{row.text}”")
    return form_page(request, form, context, actions.drop_milestone, milestone=row, done="已取消节点。")
