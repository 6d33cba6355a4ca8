"""Pages of training, services, texts of regulations and new discrepancies: forms that post to floor 1's verbs."""

from __future__ import annotations

import functools

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import render

from governance import actions
from governance.basics import clock
from governance.basics.roles import Permission
from governance.forms import records as forms
from governance.kernel import access
from governance.models import Organisation, Plan, Regulation, RegulationText, ServiceRecord, TrainingSession
from governance.people import training
from governance.storage import files
from governance.web import entry
from governance.web.entry import form_page, found

READ, MANAGE, CALENDAR = Permission.READ_REGISTER, Permission.MANAGE_ORGANISATIONS, Permission.MANAGE_CALENDAR

record_page = functools.partial(form_page, template="governance/record_form.html")


def unit(pk: int) -> Organisation:
    return found(Organisation.objects.select_related("canonical", "parent", "budget_unit"), pk=pk)


def about(title: str, note: str, back: str, back_label: str, about: str = "", **more) -> dict:
    return {"title": title, "note": note, "back": back, "back_label": back_label, "about": about, **more}


def of_unit(row: Organisation, title: str, note: str) -> dict:
    return about(title, note, row.get_absolute_url(), "返回单位", row.name)


@entry.page(MANAGE)
def service(request, pk: int):
    """A fact of 9.4 about a unit."""
    row = unit(pk)
    form = forms.ServiceForm(request.POST or None)
    context = of_unit(row, "登记服务保障", "咨询电话、服务外包、网络管理员、技术支援、技术联盟（9.4）。")
    return record_page(request, form, context, actions.record_service, organisation=row, done="已登记。")


@entry.page(MANAGE)
def service_end(request, pk: int):
    """A record of 9.4 ends."""
    row = found(ServiceRecord.objects.select_related("organisation"), pk=pk)
    form = forms.EndForm(request.POST or None)
    context = of_unit(row.organisation, "结束服务记录", row.subject)
    return record_page(request, form, context, actions.end_service, service=row, done="已结束。")


@entry.page(READ, methods=("GET", "HEAD"))
def services(request):
    """All records of 9.4 that hold, by kind."""
    day = clock.today()
    rows = [r for r in ServiceRecord.objects.select_related("organisation") if r.to_day is None or r.to_day >= day]
    kinds = [(key, label, [r for r in rows if r.kind == key]) for key, label in ServiceRecord.KINDS]
    return render(
        request, "governance/services.html", {"kinds": kinds, "may_manage": access.may(request.actor, MANAGE)}
    )


@entry.page(READ, methods=("GET", "HEAD"))
def trainings(request):
    """Targets and people by class and block; the courses, or those of one cell (`?block=10.1&group=leaders`)."""
    plan = Plan.objects.order_by("pk").first()
    lines = training.by_block(plan)
    block = entry.one_of(request.GET, "block", [line.code for line in lines])
    group = entry.one_of(request.GET, "group", training.GROUPS)
    listed = Count("attendances", filter=~Q(attendances__result="withdrawn"))
    courses = TrainingSession.objects.select_related("organiser").annotate(listed=listed)
    rows = training.held_in(courses, plan, block, group).order_by("-held_on", "-pk")
    totals = [
        (key, sum(line.cells[key].heads for line in lines), sum(line.cells[key].courses for line in lines))
        for key in training.GROUPS
    ]
    context = {
        "lines": lines,
        "groups": training.GROUPS.values(),
        "may_manage": access.may(request.actor, MANAGE),
        "of_block": block,  # inside {% block %} the name `block` is the template's own
        "group_label": training.GROUPS.get(group),
        "totals": totals,
        "heads": sum(line.heads for line in lines),
        "courses": sum(line.courses for line in lines),
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
    }
    return render(request, "governance/training.html", context)


@entry.page(MANAGE)
def training_new(request):
    """A course that was held."""
    context = about("登记培训", "三类对象（9.5.2），按日期归入所在阶段。", "/governance/training/", "返回培训")
    form = forms.TrainingForm(request.POST or None)
    return record_page(request, form, context, actions.record_training, done="已登记培训。")


@entry.page(MANAGE)
def training_target(request):
    """A target of a class in a block."""
    plan = found(Plan.objects.order_by("pk"))
    context = about(
        "登记培训目标",
        "规划没有写人次（D53），由信息办按阶段、按对象定；再登记一次即更正。",
        "/governance/training/",
        "返回培训",
    )
    form = forms.TargetForm(request.POST or None, plan=plan)
    return record_page(request, form, context, actions.set_training_target, plan=plan, done="已登记目标。")


@entry.page(MANAGE)
def training_withdraw(request, pk: int):
    """Take a wrong course back."""
    row = found(TrainingSession.objects.all(), pk=pk)
    context = about("撤回培训", f"{row.held_on} {row.title} {row.heads} 人次", "/governance/training/", "返回培训")
    form = forms.ReasonForm(request.POST or None)
    return record_page(request, form, context, actions.withdraw_training, session=row, done="已撤回。")


@entry.page(CALENDAR)
def regulation_text(request, pk: int):
    """Attach a text to an instrument."""
    row = found(Regulation.objects.all(), pk=pk)
    form = forms.TextForm(request.POST or None, request.FILES or None)
    context = about(
        "附制度文本",
        f"现在“{row.get_state_display()}”；以前的文本都留着。",
        row.get_absolute_url(),
        "返回制度",
        row.title,
        multipart=True,
    )
    return record_page(request, form, context, actions.attach_regulation_text, regulation=row, done="已附文本。")


@entry.page(READ, methods=("GET", "HEAD"))
def regulation_file(request, pk: int):
    """One text."""
    return files.serve(found(RegulationText.objects.select_related("file"), pk=pk).file)


@entry.page(Permission.DECIDE_READING)
def discrepancy_new(request):
    """Register another place where the plan contradicts itself."""
    context = about(
        "登记新疑义",
        "引文与规划原文逐字核对；没有代码据此运行，记作“仅作说明”。",
        "/governance/discrepancies/",
        "返回疑义登记",
    )
    form = forms.DiscrepancyForm(request.POST or None)
    return record_page(
        request, form, context, actions.add_discrepancy, done="已登记疑义。", address=lambda row: row.get_absolute_url()
    )
