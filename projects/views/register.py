"""Pages of the register's own: plan tasks, progress, and the forms of a project's verbs."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.roles import Permission
from governance.kernel import access
from governance.models import Organisation
from governance.web import entry
from governance.web.entry import found, one_of
from governance.web.entry import page as may_enter
from projects import actions
from projects.actions.checks import reporting
from projects.forms import register
from projects.labels import TASK_STATES
from projects.lifecycle import guards, life
from projects.models import Change, Milestone, PlanTask, ProgressReport, ReportCall
from projects.panels import leads
from projects.panels import tasks as task_panels
from projects.progress import owing
from projects.views.frame import about, form_page, of_visible, project_of

READ = Permission.READ_REGISTER


@may_enter(READ, methods=("GET", "HEAD"))
def tasks(request):
    """The 59 tasks by block, those without a project apart, projects without a task (D35). `?block=10.1`,
    `?state=late`,
    `?carried=no`, `?shown=against`: the tasks behind one of the board's numbers."""
    with one_page():
        board = task_panels.by_block(clock.today())
    blocks = {block.block.code for block in board.blocks}
    asked = task_panels.Asked(
        block=one_of(request.GET, "block", blocks),
        state=one_of(request.GET, "state", {*TASK_STATES, "late"}),
        carried=one_of(request.GET, "carried", task_panels.CARRIED),
        shown=one_of(request.GET, "shown", task_panels.SHOWN),
    )
    if asked:
        return render(request, "projects/tasks_asked.html", {"asked": asked, "rows": asked.rows(board)})
    return render(request, "projects/tasks.html", {"board": board})


@may_enter(READ)
def task(request, code: str):
    """One task; who manages projects sets its state here."""
    row = found(task_panels.with_links(), code=code)
    form = register.TaskForm(
        request.POST or None, initial={"state": row.state, "evidence": row.evidence, "version": row.version}
    )
    context = {
        "page": task_panels.task_page(row, clock.today()),
        "may_set": access.may(request.actor, Permission.MANAGE_PROJECT),
        "handovers": leads.handovers(row),
    }
    return form_page(
        request,
        form,
        context,
        actions.set_task_state,
        task=row,
        template="projects/task.html",
        done=f"已保存 {code} 的状态。",
        address=row.get_absolute_url(),
    )


@may_enter(Permission.MANAGE_PROJECT, methods=("POST",))
def confirm_task(request, code: str):
    """What the registers show of a task is confirmed as its state."""
    row = found(PlanTask.objects.all(), code=code)

    def confirm() -> str:
        actions.confirm_task(by=request.actor, task=row, version=entry.version(request))
        return row.get_absolute_url()

    return entry.posted(request, "projects.task.confirm", confirm, done=f"已按登记确认 {code} 的状态。")


MOST_CHIPS = 100


@may_enter(READ, methods=("GET", "HEAD"))
def progress(request):
    """Reports in force, newest first, and who owes one; `?period=2007H1` what is owed of one period."""
    reports = (
        ProgressReport.objects.filter(superseded=False)
        .select_related("project", "organisation")
        .order_by("-day", "-pk")
    )
    page = Paginator(reports, 50).get_page(request.GET.get("page"))
    calls = list(ReportCall.objects.filter(withdrawn=""))
    owed, period = owing.owed(clock.today(), request.actor, calls=calls), one_of(request.GET, "period")
    for call in calls:
        call.missing = sum(o.period == call.period for o in owed)
        call.rows_address = f"?period={call.period}#owed"
    asked = Paginator([o for o in owed if period in ("", o.period)], 100).get_page(request.GET.get("owed"))
    mine = owing.reportable(request.actor)
    chips = list(mine[:MOST_CHIPS])
    context = {
        "page": page,
        "owed": asked,
        "mine": chips,
        "many": max(mine.count() - MOST_CHIPS, 0),
        "mine_codes": set(mine.filter(pk__in=[o.project.pk for o in asked]).values_list("pk", flat=True)),
        "calls": calls[:12],
        "period": period,
        "own_alone": owing.own_alone(request.actor),
        "may_manage": access.may(request.actor, Permission.MANAGE_PROJECT),
    }
    return render(request, "projects/progress.html", context)


@may_enter(READ)
def report_progress(request, code: str):
    """File a report of one project."""
    project = project_of(request, code)
    access.require(request.actor, reporting(request.actor), project)
    earlier = list(project.progress_reports.filter(superseded=False)[:6])
    initial = {"percent": project.percent, "period": request.GET.get("period", "")}
    form = register.ProgressForm(request.POST or None, day=clock.today(), initial=initial)
    context = {"project": project, "earlier": earlier}
    return form_page(
        request,
        form,
        context,
        actions.file_progress,
        project=project,
        template="projects/report_progress.html",
        done=f"已填报 {code} 的进度。",
        address=project.get_absolute_url(),
    )


@may_enter(READ)
def change_state(request, code: str):
    """Lead a project on; what cannot be done is listed with who lifts it."""
    project = project_of(request, code)
    offered = guards.offered(project, request.actor)
    onward = life.next_step(project.state)  # chosen beforehand; suspending or ending never is
    first = next((o["transition"].verb for o in offered if o["may"] and o["transition"] is onward), "")
    form = register.StateForm(
        request.POST or None, offered=offered, initial={"version": project.version, "step": first}
    )
    context = {
        "project": project,
        "offered": offered,
        "steps": [o for o in offered if not o["may"]],
        "any": any(o["may"] for o in offered),
    }
    return form_page(
        request,
        form,
        context,
        actions.change_state,
        project=project,
        template="projects/state.html",
        done=f"{code} 的状态已变更。",
        address=project.get_absolute_url(),
    )


@may_enter(Permission.MANAGE_PROJECT)
def take_over(request, code: str):
    """补录 the state of a running project."""
    project = project_of(request, code)
    form = register.TakeOverForm(
        request.POST or None, project=project, initial={"version": project.version, "state": "building"}
    )
    context = about(
        project, "补录现有状态", "只记一次：系统启用以前已经在建的项目，按文件补录现在的状态，不补造中间的过程。"
    )
    return form_page(request, form, context, actions.take_over, project=project, done=f"已补录 {code} 的状态。")


@may_enter(Permission.MANAGE_PROJECT)
def classify(request, code: str):
    """Budget unit, level, tier, type, builder and operator."""
    project = project_of(request, code)
    names = actions.description.MAY_SET
    initial = {name: getattr(project, name) for name in names} | {"version": project.version}
    initial["on_shared_list"] = {True: "1", False: "0"}.get(project.on_shared_list, "")
    form = register.ClassifyForm(request.POST or None, project=project, initial=initial)
    context = about(
        project, "分类与单位", "管理级别（9.2.2）与课题层级（9.2.7）是两回事，分别填写（D47）；未定的留空。", "保存分类"
    )
    return form_page(request, form, context, actions.classify, project=project, done=f"已保存 {code} 的分类。")


@may_enter(Permission.MANAGE_PROJECT)
def first_lead(request, code: str):
    """Confirm the first lead."""
    project = project_of(request, code)
    lead = project.leads.filter(is_generic=False).first()
    initial = {"version": project.version, "organisation": lead.organisation_id if lead else None}
    form = register.FirstLeadForm(request.POST or None, project=project, initial=initial)
    context = about(
        project, "确认第一牵头", "规划列名不分主次，首列的为第一牵头（默认，D43）；概算不在牵头单位间拆分。"
    )
    return form_page(
        request, form, context, actions.confirm_first_lead, project=project, done=f"已确认 {code} 的第一牵头。"
    )


@may_enter(Permission.MANAGE_PROJECT)
def change(request, code: str):
    """Record a change approved on paper; `?field=lead` begins with the leads as they are named, `&to=` with the unit to
    which the first lead hands over (D41)."""
    project = project_of(request, code)
    start = {"version": project.version, "field": one_of(request.GET, "field", [key for key, _ in Change.FIELDS])}
    if start["field"] == "lead":
        start["now"] = "、".join(lead.as_named for lead in project.leads.all() if not lead.is_generic)
        if to := one_of(request.GET, "to"):
            heir = found(Organisation.objects.units(), key=to)
            start |= {"now": leads.named_after(project, heir), "reason": f"{heir.name}已组建，移交牵头（D41）"}
    form = register.ChangeForm(request.POST or None, initial=start)
    context = about(
        project,
        "登记变更",
        "登记已经批准的变更：原值、新值、理由、批准人都留存，原基线不变。预算变更由牵头单位提出，走联合会签。",
    )
    return form_page(request, form, context, actions.record_change, project=project, done=f"已登记 {code} 的变更。")


@may_enter(READ)
def milestone(request, pk: int):
    """A milestone: done with evidence, or open again."""
    row = of_visible(request, Milestone.objects.all(), pk)
    project = row.project
    if row.done_on is None:
        access.require(request.actor, reporting(request.actor), project)
        form, title, act = register.MilestoneForm(request.POST or None), "节点完成", actions.set_milestone
    else:
        access.require(request.actor, Permission.MANAGE_PROJECT)
        form, title, act = register.ReopenForm(request.POST or None), "撤销节点完成", actions.reopen_milestone
    note = f"节点“{row.text}”" + (f"，原文“{row.quote}”" if row.quote else "")
    context = about(project, title, note, "登记完成" if row.done_on is None else title)
    return form_page(request, form, context, act, milestone=row, done=f"已保存 {project.code} 的节点。")
