"""Pages of a project's life: the gates with their papers, contracts, phases."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.kernel import access
from governance.web.entry import found
from governance.web.entry import page as may_enter
from projects import actions
from projects.actions.checks import reporting
from projects.forms import register
from projects.lifecycle import gates, guards
from projects.lifecycle import life as states
from projects.models import Contract, GateItem
from projects.panels import stages
from projects.views.frame import about, form_page, life_address, of_visible, phase_of, project_of

READ = Permission.READ_REGISTER


@may_enter(READ, methods=("GET", "HEAD"))
def life(request, code: str):
    """建设过程: who is who (D46), phases, the papers of every gate, contracts, what happened.
    `?phase=2` is one phase."""
    project = project_of(request, code)
    phase = phase_of(project, request.GET.get("phase"))
    context = {
        "project": project,
        "x": stages.stages(project, phase),
        "may_manage": access.may(request.actor, Permission.MANAGE_PROJECT),
        "may_accept": access.may(request.actor, Permission.ACCEPT_WORKS),
        "may_record": access.may(request.actor, reporting(request.actor), project)
        and project.state not in states.ENDED,
    }
    return render(request, "projects/life.html", context)


@may_enter(READ)
def gate(request, code: str, key: str):
    """One requirement of a gate, recorded with its paper; `?phase=` where it is a phase's."""
    project = project_of(request, code)
    access.require(request.actor, reporting(request.actor), project)
    requirement = gates.BY_KEY.get(key)
    if requirement is None:
        raise NotVisible()
    phase = phase_of(project, request.GET.get("phase"))
    form = register.GateForm(
        request.POST or None, may_not_apply=requirement.may_not_apply, by_record=bool(requirement.at)
    )
    word = states.BY_VERB[requirement.gate].label
    note = (
        f"{project.code}{' ' + phase.name if phase else ''}“{word}”之前应当具备；"
        "清单为业内做法，系统默认。不适用由信息办登记。"
    )
    context = about(project, requirement.label, note, "登记")
    return form_page(
        request,
        form,
        context,
        actions.record_gate_item,
        project=project,
        key=key,
        phase=phase,
        done=f"已登记 {code} 的“{requirement.label}”。",
        address=life_address(project, phase),
    )


@may_enter(Permission.MANAGE_PROJECT)
def withdraw_gate(request, pk: int):
    """A record of a paper taken back."""
    row = of_visible(request, GateItem.objects.select_related("phase"), pk)
    note = f"“{gates.BY_KEY[row.key].label}”：{row.document}"
    form = register.ReasonForm(request.POST or None)
    context = about(row.project, "撤回关口材料", note, "撤回")
    return form_page(
        request,
        form,
        context,
        actions.withdraw_gate_item,
        item=row,
        done=f"已撤回 {row.project.code} 的关口材料。",
        address=life_address(row.project, row.phase),
    )


@may_enter(READ)
def contract(request, code: str):
    """A signed contract."""
    project = project_of(request, code)
    access.require(request.actor, reporting(request.actor), project)
    form = register.ContractForm(request.POST or None, project=project)
    note = "合同金额只作登记，不是预算行的支出；支出随财政拨付记入预算表。"
    context = about(project, "登记合同", note)
    return form_page(
        request,
        form,
        context,
        actions.record_contract,
        project=project,
        done=f"已登记 {code} 的合同。",
        address=life_address(project, None),
    )


@may_enter(Permission.MANAGE_PROJECT)
def void_contract(request, pk: int):
    """A contract that was typed wrongly or ended."""
    row = of_visible(request, Contract.objects.select_related("phase"), pk)
    note = f"{row.get_kind_display()}合同 {row.number} {row.title}，乙方 {row.supplier}"
    form = register.ReasonForm(request.POST or None)
    context = about(row.project, "作废合同", note)
    return form_page(
        request,
        form,
        context,
        actions.void_contract,
        contract=row,
        done=f"已作废合同 {row.number}。",
        address=life_address(row.project, row.phase),
    )


@may_enter(READ)
def phase_state(request, code: str, order: int):
    """Lead one phase on; what cannot be done is listed with who lifts it."""
    project = project_of(request, code)
    phase = found(project.phases.select_related("project"), order=order)
    offered = guards.offered_of_phase(phase, request.actor)
    form = register.StateForm(request.POST or None, offered=offered, initial={"version": project.version})
    context = {
        "project": project,
        "phase": phase,
        "offered": offered,
        "steps": [o for o in offered if not o["may"]],
        "any": any(o["may"] for o in offered),
    }
    return form_page(
        request,
        form,
        context,
        actions.change_phase_state,
        phase=phase,
        template="projects/state.html",
        done=f"{code} {phase.name}的状态已变更。",
        address=life_address(project, None),
    )
