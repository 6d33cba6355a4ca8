"""Pages of needs of works that are built for a department (9.1.5)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Case, When
from django.shortcuts import render

from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.web.entry import found, looked_for
from governance.web.entry import page as may_enter
from projects import actions
from projects.forms import works as forms
from projects.forms.acceptance import ReasonForm
from projects.lifecycle import life
from projects.lifecycle import needs as panels
from projects.models import Need, Project
from projects.views.frame import duty_page, project_of

READ, REPORT = Permission.READ_REGISTER, Permission.REPORT_PROGRESS
WAITING_FIRST = Case(When(state="open", then=0), When(state="answered", then=1), default=2)
ROWS = Need.objects.select_related("project", "asker", "builder__canonical")


@may_enter(READ, methods=("GET", "HEAD"))
def needs(request):
    """Every need, those without an answer first; `?project=P17` one project's, with what the agreed ones add up to;
    `?late=1` those whose answer is late."""
    code = looked_for(request.GET, "project")
    projects = Project.objects.visible_to(request.actor).select_related("builder__canonical")
    project = found(projects.prefetch_related("leads__organisation"), code=code) if code else None
    rows = ROWS.filter(project=project) if project else ROWS.all()
    day = clock.today()
    late = ROWS.filter(state="open", due__lt=day)
    if request.GET.get("late") == "1":
        rows = rows & late
    context = {
        "project": project,
        "why_not": panels.why_not(project) if project else None,
        "agreed": panels.agreed(project) if project else None,
        "may_raise": project and may_raise(request.actor, project),
        "page": Paginator(rows.order_by(WAITING_FIRST, "due", "-pk"), 50).get_page(request.GET.get("page")),
        "late": late.count(),
        "day": day,
    }
    return render(request, "projects/needs.html", context)


def may_raise(actor, project: Project) -> bool:
    """Whether the actor's department may ask the project's builder now."""
    if project.is_unapproved or project.state in life.ENDED or panels.why_not(project):
        return False
    return access.may(actor, REPORT, project)


@may_enter(REPORT)
def raise_need(request, code: str):
    """Ask the builder."""
    row = project_of(request, code)
    access.require(request.actor, REPORT, row)
    form = forms.NeedForm(request.POST or None)
    context = {
        "title": "提出需求",
        "about": f"{row.code} {row.name}",
        "note": "政务部门梳理和提供业务需求和变更需求，由建设（代建）单位答复对资金和工期的影响（9.1.5）。",
        "back": f"/projects/needs/?project={row.code}",
        "back_label": "返回建设需求",
        "button": "提出",
    }
    return duty_page(request, form, context, actions.raise_need, project=row, done="已提出，建设单位已收到通知。")


@may_enter(READ)
def need(request, pk: int):
    """One need with its answers; the builder answers here, the department agrees here."""
    row, actor = found(ROWS, pk=pk), request.actor
    mine = access.may(actor, REPORT, row)
    builds = actor.scope(REPORT) and actor.organisation_id == row.builder.survivor_id
    manages = access.may(actor, Permission.MANAGE_PROJECT)
    settles = row.state == "answered" and (mine or not (builds or manages))
    form = (forms.SettleForm if settles else forms.NeedAnswerForm)(request.POST or None)
    answers = list(row.answers.all())
    context = {
        "n": row,
        "answers": [(a, panels.effect(a.amount_wan, a.days)) for a in answers],
        "may_answer": row.state == "open" and (builds or manages),
        "enters": manages and not builds,
        "may_settle": row.state == "answered" and mine,
        "may_withdraw": row.state in Need.LIVE and mine,
        "history": audit.history(row, limit=20),
        "back": row.get_absolute_url(),
    }
    act = actions.settle_need if settles else actions.answer_need
    done = "已确认。" if settles else "已答复。"
    return duty_page(
        request, form, context, act, need=row, template="projects/need.html", done=done, address=row.get_absolute_url()
    )


@may_enter(REPORT)
def withdraw(request, pk: int):
    """Nothing is asked for any more."""
    row = found(ROWS, pk=pk)
    access.require(request.actor, REPORT, row)
    context = {
        "title": "撤回需求",
        "about": str(row),
        "note": f"“{row.title}”撤回以后不必再答复，往来留存。",
        "back": row.get_absolute_url(),
        "back_label": "返回需求",
    }
    return duty_page(
        request, ReasonForm(request.POST or None), context, actions.withdraw_need, need=row, done="已撤回。"
    )
