"""Pages of units, bodies, training, services and texts of regulations: forms that post to floor 1's verbs."""

from __future__ import annotations

import datetime as dt

from django.core.paginator import Paginator
from django.shortcuts import render

from governance import access, actions, clock, files, training, web
from governance import forms_records as forms
from governance.actions.organisations import EDITABLE
from governance.institutions import chain_of_command, cio_coverage, groups_of_experts, standing_of_bodies
from governance.models import (
    Body,
    Organisation,
    Plan,
    Regulation,
    RegulationText,
    ServiceRecord,
    TrainingSession,
)
from governance.refusal import Invalid
from governance.roles import Permission
from governance.web import form_page, found

READ, MANAGE, CALENDAR = Permission.READ_REGISTER, Permission.MANAGE_ORGANISATIONS, Permission.MANAGE_CALENDAR
FORM = "governance/record_form.html"


def _unit(pk: int) -> Organisation:
    return found(Organisation.objects.select_related("canonical", "parent", "budget_unit"), pk=pk)


def _about(title: str, note: str, back: str, back_label: str, about: str = "", **more) -> dict:
    return {"title": title, "note": note, "back": back, "back_label": back_label, "about": about, **more}


def _of_unit(row: Organisation, title: str, note: str) -> dict:
    return _about(title, note, row.get_absolute_url(), "返回单位", row.name)


@web.page(MANAGE)
def merge(request, pk: int):
    """Merge a unit into another, or take the merge back."""
    row = _unit(pk)
    if row.canonical_id:
        form = forms.SeparateForm(request.POST or None, initial={"version": row.version})
        context = _of_unit(row, "撤销合并", f"{row.name}现在并入{row.canonical.name}；撤销以后汇总分开，合并期间的记录留在原处。")
        call = lambda data: actions.separate_organisation(by=request.actor, organisation=row, **data) and None  # noqa: E731
    else:
        form = forms.MergeForm(request.POST or None, initial={"version": row.version})
        context = _of_unit(row, "合并单位", "不改写任何引用：旧签署、旧牵头照原名，汇总和待办归并入后的单位；原名成为它的又名。可以撤销。")
        call = lambda data: actions.merge_organisation(by=request.actor, organisation=row, **data) and None  # noqa: E731
    return form_page(request, form, FORM, context, verb="governance.organisation.merge", address=row.get_absolute_url(), done="已保存。", call=call)


@web.page(MANAGE)
def alias(request, pk: int):
    """Another name of a unit."""
    row = _unit(pk)
    return form_page(
        request, forms.AliasForm(request.POST or None), FORM, _of_unit(row, "登记又名", "文件里对这个单位的另一种写法；查找、导入都认得（D40、D45）。"),
        verb="governance.organisation.alias", address=row.get_absolute_url(), done="已登记又名。",
        call=lambda data: actions.add_alias(by=request.actor, organisation=row, **data) and None,
    )  # fmt: skip


@web.page(MANAGE)
def edit(request, pk: int):
    """Phone, upper unit, budget unit, its days."""
    row = _unit(pk)
    names = EDITABLE
    form = forms.EditForm(request.POST or None, initial={name: getattr(row, name) for name in names} | {"version": row.version})
    return form_page(
        request, form, FORM, _of_unit(row, "修改单位资料", "规范名称照规划；改名按合并或又名办理。"), verb="governance.organisation.edit",
        address=row.get_absolute_url(), done="已保存。", call=lambda data: actions.edit_organisation(by=request.actor, organisation=row, **data) and None,
    )  # fmt: skip


@web.page(MANAGE)
def service(request, pk: int):
    """A fact of 9.4 about a unit."""
    row = _unit(pk)
    return form_page(
        request, forms.ServiceForm(request.POST or None), FORM, _of_unit(row, "登记服务保障", "咨询电话、服务外包、网络管理员、技术支援、技术联盟（9.4）。"),
        verb="governance.service.record", address=row.get_absolute_url(), done="已登记。",
        call=lambda data: actions.record_service(by=request.actor, organisation=row, **data) and None,
    )  # fmt: skip


@web.page(MANAGE)
def service_end(request, pk: int):
    """A record of 9.4 ends."""
    row = found(ServiceRecord.objects.select_related("organisation"), pk=pk)
    return form_page(
        request, forms.EndForm(request.POST or None), FORM, _of_unit(row.organisation, "结束服务记录", row.subject), verb="governance.service.end",
        address=row.organisation.get_absolute_url(), done="已结束。", call=lambda data: actions.end_service(by=request.actor, service=row, **data) and None,
    )  # fmt: skip


@web.page(READ, methods=("GET", "HEAD"))
def services(request):
    """All records of 9.4 that hold, by kind."""
    day = clock.today()
    rows = [r for r in ServiceRecord.objects.select_related("organisation") if r.to_day is None or r.to_day >= day]
    kinds = [(label, [r for r in rows if r.kind == key]) for key, label in ServiceRecord.KINDS]
    return render(request, "governance/services.html", {"kinds": kinds, "may_manage": access.may(request.actor, MANAGE)})


@web.page(READ, methods=("GET", "HEAD"))
def bodies(request):
    """Bodies of 9.1 on a day (`?day=`) with 代行, the chain of command, CIO appointments, the expert groups."""
    text = request.GET.get("day", "")
    try:
        day = dt.date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise Invalid(f"“{text[:20]}”不是日期，请写作 2006-12-31。") from None
    context = {
        "day": day,
        "bodies": standing_of_bodies(day),
        "chain": chain_of_command(),
        "cios": cio_coverage(day),
        "experts": groups_of_experts(day),
        "may_manage": access.may(request.actor, MANAGE),
    }
    return render(request, "governance/bodies.html", context)


@web.page(MANAGE)
def body(request, pk: int):
    """Who holds a body and from when."""
    row = found(Body.objects.all(), pk=pk)
    form = forms.BodyForm(request.POST or None, initial={"holder": row.holder_id, "acting": row.acting_id, "valid_from": row.valid_from})
    note = f"{row.clause}：{row.duties[:200]}　设立以前的签署由代行单位办理并注明（D05）；以前的记录不变。"
    return form_page(
        request, form, FORM, _about("机构由谁承担", note, "/governance/bodies/", "返回机构", row.name), verb="governance.body.set",
        address="/governance/bodies/", done="已保存。", call=lambda data: actions.set_body(by=request.actor, body=row, **data) and None,
    )  # fmt: skip


@web.page(READ, methods=("GET", "HEAD"))
def trainings(request):
    """Targets and people by class and block; the courses."""
    plan = Plan.objects.order_by("pk").first()
    rows = TrainingSession.objects.select_related("organiser").order_by("-held_on", "-pk")
    context = {"lines": training.by_block(plan), "groups": training.GROUPS.values(), "may_manage": access.may(request.actor, MANAGE),
               "page": Paginator(rows, 50).get_page(request.GET.get("page"))}  # fmt: skip
    return render(request, "governance/training.html", context)


@web.page(MANAGE)
def training_new(request):
    """A course that was held."""
    context = _about("登记培训", "三类对象（9.5.2），按日期归入所在阶段。", "/governance/training/", "返回培训")
    return form_page(
        request, forms.TrainingForm(request.POST or None), FORM, context, verb="governance.training.record", address="/governance/training/",
        done="已登记培训。", call=lambda data: actions.record_training(by=request.actor, **data) and None,
    )  # fmt: skip


@web.page(MANAGE)
def training_target(request):
    """A target of a class in a block."""
    plan = found(Plan.objects.order_by("pk"))
    context = _about("登记培训目标", "规划没有写人次（D53），由信息办按阶段、按对象定；再登记一次即更正。", "/governance/training/", "返回培训")
    return form_page(
        request, forms.TargetForm(request.POST or None, plan=plan), FORM, context, verb="governance.training.target",
        address="/governance/training/", done="已登记目标。", call=lambda data: actions.set_training_target(by=request.actor, plan=plan, **data) and None,
    )  # fmt: skip


@web.page(MANAGE)
def training_withdraw(request, pk: int):
    """Take a wrong course back."""
    row = found(TrainingSession.objects.all(), pk=pk)
    context = _about("撤回培训", f"{row.held_on} {row.title} {row.heads} 人次", "/governance/training/", "返回培训")
    return form_page(
        request, forms.ReasonForm(request.POST or None), FORM, context, verb="governance.training.withdraw", address="/governance/training/",
        done="已撤回。", call=lambda data: actions.withdraw_training(by=request.actor, session=row, **data) and None,
    )  # fmt: skip


@web.page(CALENDAR)
def regulation_text(request, pk: int):
    """Attach a text to an instrument."""
    row = found(Regulation.objects.all(), pk=pk)
    form = forms.TextForm(request.POST or None, request.FILES or None)
    context = _about("附制度文本", f"现在“{row.get_state_display()}”；以前的文本都留着。", "/governance/regulations/", "返回制度", row.title, multipart=True)
    return form_page(
        request, form, FORM, context, verb="governance.regulation.attach", address=f"/governance/regulations/#r{row.pk}", done="已附文本。",
        call=lambda data: actions.attach_regulation_text(by=request.actor, regulation=row, title=data["title"], **web.uploaded(data["file"])) and None,
    )  # fmt: skip


@web.page(READ, methods=("GET", "HEAD"))
def regulation_file(request, pk: int):
    """One text."""
    return files.serve(found(RegulationText.objects.select_related("file"), pk=pk).file)


@web.page(Permission.DECIDE_READING)
def discrepancy_new(request):
    """Register another place where the plan contradicts itself."""
    context = _about("登记新疑义", "引文与规划原文逐字核对；没有代码据此运行，记作“仅作说明”。", "/governance/discrepancies/", "返回疑义登记")
    return form_page(
        request, forms.DiscrepancyForm(request.POST or None), FORM, context, verb="governance.discrepancy.add", address="/governance/discrepancies/",
        done="已登记疑义。", call=lambda data: actions.add_discrepancy(by=request.actor, **data).get_absolute_url(),
    )  # fmt: skip
