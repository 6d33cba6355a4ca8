"""Pages of units and bodies: what a unit is, what it becomes, who holds a body of 9.1, who is CIO."""

from __future__ import annotations

import datetime as dt

from django.shortcuts import render

from governance import actions, charts
from governance.actions.organisations import EDITABLE
from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.forms import records as forms
from governance.kernel import access, audit
from governance.models import Body, Succession
from governance.people import touched
from governance.people.institutions import chain_of_command, cio_coverage, groups_of_experts, standing_of_bodies
from governance.views.records import about, of_unit, record_page, unit
from governance.web import entry
from governance.web.entry import form_page, found

READ, MANAGE = Permission.READ_REGISTER, Permission.MANAGE_ORGANISATIONS
TOUCHING = "governance/unit_touched.html"


@entry.page(MANAGE)
def unit_new(request):
    """A unit that the plan does not name."""
    context = about(
        "登记单位",
        "规划没有的单位：机构改革新设的，或文件里出现的。名称先查有没有又名。",
        "/governance/organisations/",
        "返回机构与别名",
    )
    form = forms.OrganisationForm(request.POST or None)
    return record_page(
        request,
        form,
        context,
        actions.add_organisation,
        done="已登记单位。",
        address=lambda row: row.get_absolute_url(),
    )


@entry.page(MANAGE)
def separate(request, pk: int):
    """Take a merge or a succession back."""
    row = unit(pk)
    planned = Succession.objects.filter(organisation=row, revoked="").select_related("successor").first()
    if planned:
        note = f"{row.name}自 {planned.from_day} 起由{planned.successor.name}承接（{planned.paper}）"
    else:
        note = f"{row.name}现在并入{row.canonical.name}" if row.canonical_id else f"{row.name}没有并入别的单位"
    context = of_unit(row, "撤销承接" if planned else "撤销合并", f"{note}；撤销以后汇总分开，其间的记录留在原处。")
    form = forms.SeparateForm(request.POST or None, initial={"version": row.version})
    return record_page(request, form, context, actions.separate_organisation, organisation=row, done="已撤销。")


@entry.page(MANAGE)
def merge(request, pk: int):
    """Two names of one unit become one, with what it touches before anybody confirms."""
    row = unit(pk)
    note = (
        "同一单位的两个名称。不改写任何引用：旧签署、旧牵头照原名，"
        "汇总和待办归并入后的单位；原名成为它的又名。可以撤销。机构改革请办“机构承接”。"
    )
    form = forms.MergeForm(request.POST or None, unit=row, initial={"version": row.version})
    context = of_unit(row, "合并单位", note) | {"touches": touched.by(row)}
    return form_page(
        request, form, context, actions.merge_organisation, organisation=row, template=TOUCHING, done="已合并。"
    )


@entry.page(MANAGE)
def succeed(request, pk: int):
    """A reform with its day, with what it touches before anybody confirms."""
    row = unit(pk)
    note = (
        "机构改革：从某日起由另一单位承接。那一天以前签的照原名，原单位记到前一天为止；"
        "没有办完的事和汇总从那一天起归承接单位。可以撤销。"
    )
    form = forms.SuccessionForm(request.POST or None, unit=row, initial={"version": row.version})
    context = of_unit(row, "机构承接", note) | {"touches": touched.by(row)}
    return form_page(
        request, form, context, actions.succeed_organisation, organisation=row, template=TOUCHING, done="已登记承接。"
    )


@entry.page(MANAGE)
def alias(request, pk: int):
    """Another name of a unit."""
    row = unit(pk)
    form = forms.AliasForm(request.POST or None)
    context = of_unit(row, "登记又名", "文件里对这个单位的另一种写法；查找、导入都认得（D40、D45）。")
    return record_page(request, form, context, actions.add_alias, organisation=row, done="已登记又名。")


@entry.page(MANAGE)
def edit(request, pk: int):
    """Phone, upper unit, budget unit, its days."""
    row = unit(pk)
    names = EDITABLE
    form = forms.EditForm(
        request.POST or None, initial={name: getattr(row, name) for name in names} | {"version": row.version}
    )
    context = of_unit(row, "修改单位资料", "规范名称照规划；改名按合并或又名办理。")
    return record_page(request, form, context, actions.edit_organisation, organisation=row, done="已保存。")


@entry.page(READ, methods=("GET", "HEAD"))
def bodies(request):
    """Bodies of 9.1 on a day (`?day=`) with 代行, the chain of command, CIO appointments, the expert groups."""
    text = request.GET.get("day", "")
    try:
        day = dt.date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise Invalid(f"“{text[:20]}”不是日期，请写作 2006-12-31。") from None
    cios = cio_coverage(day)
    chain = chain_of_command(day, cios)
    context = {
        "day": day,
        "bodies": standing_of_bodies(day),
        "chain": chain,
        "picture": charts.tree(chain, title=f"{day} 的隶属关系"),
        "cios": cios,
        "experts": groups_of_experts(day),
        "may_manage": access.may(request.actor, MANAGE),
        "today": clock.today(),
    }
    return render(request, "governance/bodies.html", context)


@entry.page(MANAGE)
def body(request, pk: int):
    """Who holds a body and from when."""
    row = found(Body.objects.all(), pk=pk)
    form = forms.BodyForm(
        request.POST or None,
        initial={
            "holder": row.holder_id,
            "acting": row.acting_id,
            "valid_from": row.valid_from,
            "version": row.version,
        },
    )
    note = f"{row.clause}：{row.duties[:200]}　设立以前的签署由代行单位办理并注明（D05）；以前的记录不变。"
    context = about("机构由谁承担", note, f"/governance/bodies/#b{row.pk}", "返回机构", row.name) | {
        "history": audit.history(row)
    }
    return form_page(
        request,
        form,
        context,
        actions.set_body,
        body=row,
        template="governance/body.html",
        done="已保存。",
        address=f"/governance/bodies/#b{row.pk}",
    )
