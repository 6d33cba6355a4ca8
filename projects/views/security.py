"""Pages of security (9.3): the overview of what is due, and one project's grading, synchronous building,
assessments."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel import access
from governance.web.entry import found, one_of
from governance.web.entry import page as may_enter
from projects import actions
from projects.acceptance import acceptances as signatures
from projects.actions import experts, signing
from projects.actions.checks import reporting
from projects.forms import acceptance as forms
from projects.lifecycle import gates
from projects.models import Project, SecurityAssessment, SecurityFinding, SecurityGrading, SecuritySync
from projects.security import protection
from projects.security import safeguards as panels
from projects.views.documents import NAMED, experts_page
from projects.views.frame import duty_page, project_of

READ, MANAGE = Permission.READ_REGISTER, Permission.MANAGE_PROJECT


PARTS = ("due", "lacking", "projects")


@may_enter(READ, methods=("GET", "HEAD"))
def overview(request):
    """What is due first, with who answers; what is lacking at once; every project's level, four syncs,
    newest assessment. A page of each; `?part=due|lacking|projects` turns the pages of one,
    `?level=3` or `none` the projects of a level."""
    day = clock.today()
    level = one_of(request.GET, "level", {*map(str, protection.LEVELS), "none"})
    part = "projects" if level else one_of(request.GET, "part", set(PARTS))
    board = panels.board(day, part=part, number=request.GET.get("page"), level=level)
    context = {
        "part": part,
        "level": level,
        "levels": [
            (key, label, n)
            for (label, n), key in zip(board.levels, [*map(str, protection.LEVELS), "none"], strict=True)
            if n or key == "none"
        ],
        "due": board.due,
        "lacking": board.lacking,
        "lines": board.lines,
        "soon": panels.SOON_DAYS,
        "may_manage": access.may(request.actor, MANAGE),
        "mine": request.actor.organisation_id if request.actor.scope(Permission.REPORT_PROGRESS) else None,
    }
    return render(request, "projects/security.html", context)


@may_enter(READ, methods=("GET", "HEAD"))
def project(request, code: str):
    """One project's security."""
    day, actor = clock.today(), request.actor
    row = found(
        panels.with_security(
            Project.objects.visible_to(actor)
            .filter(code=code)
            .prefetch_related(panels.LEADS)
            .select_related("operator")
        ),
        code=code,
    )
    how = panels.reading(day)
    gradings = [(g, protection.names(g.level, how)) for g in row.gradings.all()]
    pending = next((g for g, _ in gradings if g.state in ("proposed", "signing")), None)
    syncs = {s.item: s for s in row.security_syncs.all()}
    may_report = access.may(actor, reporting(actor), row)
    needed = protection.syncs_needed(row.suspended_from or row.state)
    seats = signatures.seats_of(pending.round_id) if pending and pending.round_id else []
    context = {
        "p": row,
        "level": protection.names(row.protection_level, how),
        "both": [(n, protection.STANDARD[n], protection.POLICE[n]) for n in protection.LEVELS],
        "sources": protection.SOURCES,
        "gradings": gradings,
        "pending": pending,
        "seats": seats,
        "may_sign": bool(pending) and signing.may_sign(actor, pending),
        "sign": forms.SignForm(record=pending),
        "syncs": [(label, syncs.get(key), key in needed) for key, label in SecuritySync.ITEMS],
        "dues": panels.dues_of(row, day),
        "binding": gates.security_binds(row.construction),
        "answers": panels.answers(row),
        "may_report": may_report,
        "may_manage": access.may(actor, MANAGE),
        "may_name": bool(pending) and pending.state == "proposed" and not experts.why_not_name(actor, row),
        "may_withdraw": bool(pending) and may_report,
        "day": day,
    }
    return render(request, "projects/project_security.html", context)


def _own(request, code: str) -> Project:
    row = project_of(request, code)
    access.require(request.actor, reporting(request.actor), row)
    return row


def _about(row: Project, title: str, note: str) -> dict:
    return {
        "title": title,
        "about": f"{row.code} {row.name}",
        "note": note,
        "back": f"/projects/{row.code}/security/",
        "back_label": "返回安全",
    }


@may_enter(READ)
def grading(request, code: str):
    """Propose a level to the experts."""
    row = _own(request, code)
    form = forms.GradingForm(
        request.POST or None,
        day=clock.today(),
        names_experts=not experts.why_not_name(request.actor, row),
        initial={"level": row.protection_level or 2, "system_name": row.name},
    )
    note = (
        "组织有关专家划分保护等级（9.3.2）；专家由信息办或信息产业局从专家名册指派，不由申报单位自选，都同意才生效，"
        "所在单位牵头本项目的回避（系统默认）。规划没有给出等级名称，两套名称并列（D51）。"
    )
    context = _about(row, "定级", note)
    return duty_page(request, form, context, actions.propose_grading, project=row, done="已提出定级。")


@may_enter(READ)
def name_experts(request, pk: int):
    """Experts for a grading."""
    row = found(SecurityGrading.objects.select_related("project", "round"), pk=pk)
    return experts_page(request, row, _about(row.project, "指派专家", f"{row}。{NAMED}"))


@may_enter(Permission.GIVE_OPINION, methods=("POST",))
def sign(request, pk: int):
    """An expert's answer to a grading."""
    row = found(SecurityGrading.objects.select_related("project", "round"), pk=pk)
    access.require(request.actor, Permission.GIVE_OPINION, row)
    form = forms.SignForm(request.POST, request.FILES, record=row)
    context = _about(row.project, "定级签署", f"{row}：{row.grounds}") | {"multipart": True}
    return duty_page(request, form, context, actions.sign_grading, grading=row, done="已签署。")


@may_enter(READ)
def filing(request, pk: int):
    """The filing number of a level."""
    row = found(SecurityGrading.objects.select_related("project"), pk=pk)
    access.require(request.actor, reporting(request.actor), row.project)
    form = forms.FilingForm(request.POST or None)
    context = _about(row.project, "登记等级保护备案", f"{row}")
    return duty_page(request, form, context, actions.file_grading, grading=row, done="已登记备案。")


@may_enter(READ)
def sync(request, code: str):
    """One of the four."""
    row = _own(request, code)
    done = set(row.security_syncs.filter(withdrawn="").values_list("item", flat=True))
    first = next((item for item in protection.SYNCS if item not in done), "planning")
    form = forms.SyncForm(request.POST or None, initial={"item": first})
    note = (
        "新建或改建的项目要同步规划安全系统，并与主体工程同时设计、同时施工、同时投入使用（9.3.8）；"
        "扩建、升级、运维为建议（D52）。"
    )
    context = _about(row, "登记同步建设", note)
    return duty_page(request, form, context, actions.record_sync, project=row, done="已登记。")


@may_enter(MANAGE)
def withdraw(request, pk: int):
    """Take a wrong sync back."""
    row = found(SecuritySync.objects.select_related("project"), pk=pk)
    form = forms.ReasonForm(request.POST or None)
    context = _about(row.project, "撤回登记", f"{row.get_item_display()} {row.done_on}：{row.evidence}")
    return duty_page(request, form, context, actions.withdraw_sync, sync=row, done="已撤回。")


@may_enter(READ)
def assessment(request, code: str):
    """An assessment with its findings."""
    row = _own(request, code)
    form = forms.AssessmentForm(request.POST or None)
    context = _about(row, "登记安全测评", "提出的隐患和整改措施逐项登记（9.3.2），期限以前整改。")
    return duty_page(request, form, context, actions.record_assessment, project=row, done="已登记测评。")


@may_enter(MANAGE)
def withdraw_assessment(request, pk: int):
    """Take a wrongly recorded assessment back."""
    row = found(SecurityAssessment.objects.standing().select_related("project"), pk=pk)
    note = f"{row.get_kind_display()} {row.assessed_on} {row.document}；连同它提出的隐患一并撤回，记录留存。"
    context = _about(row.project, "撤回测评", note)
    form = forms.ReasonForm(request.POST or None)
    return duty_page(request, form, context, actions.withdraw_assessment, assessment=row, done="已撤回。")


@may_enter(READ)
def withdraw_grading(request, pk: int):
    """Take back a grading that the experts have not settled."""
    row = found(SecurityGrading.objects.select_related("project", "round"), pk=pk)
    access.require(request.actor, *signing.opening(request.actor, row))
    context = _about(row.project, "撤回定级", f"{row}，{row.day} 送专家审定；撤回以后可以重新定级，已签的留存。")
    form = forms.ReasonForm(request.POST or None)
    return duty_page(request, form, context, actions.withdraw_signing, row=row, done="已撤回。")


@may_enter(READ)
def finding(request, pk: int):
    """A weakness is mended."""
    row = found(SecurityFinding.objects.filter(assessment__withdrawn="").select_related("assessment__project"), pk=pk)
    target = row.assessment.project
    access.require(request.actor, reporting(request.actor), target)
    form = forms.FixForm(request.POST or None)
    context = _about(
        target,
        "登记隐患整改",
        f"{row.text}（风险{row.get_weight_display()}，{row.due} 前）{'：' + row.measure if row.measure else ''}",
    )
    return duty_page(request, form, context, actions.fix_finding, finding=row, done="已登记整改。")
