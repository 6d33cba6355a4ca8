"""load_plan's part of floor 2: programmes, the 27 projects registered once, the 59 tasks and their links.

A project is a living record: load_plan registers it once and never writes it again, nor its leads, phases and
milestones. Of a task it keeps the plan's words current; state, day and evidence are people's.
"""

from __future__ import annotations

from dataclasses import asdict

from governance.basics import clock
from governance.basics.text import search_text
from governance.kernel import audit
from governance.kernel.verbs import step
from governance.models import Plan, PlanItem
from governance.plan import rows
from governance.plan_steps import Tally, create, sync
from projects import steps
from projects.models import Benefit, Milestone, Phase, PlanTask, Programme, Project, ProjectLead, TaskLink

# What a project has of the plan, and what load_plan calls it.
PARTS = ((ProjectLead, "leads", "项目牵头单位"), (Phase, "phases", "项目分期"), (Milestone, "milestones", "项目节点"))


@step
def load_plan(*, plan: rows.Plan, row: Plan) -> list[Tally]:
    """The whole of floor 2, after floor 1's rows stand."""
    return [_programmes(plan), *_projects(plan, row), _goals(plan), _tasks(plan), _links(plan)]


def _programmes(plan: rows.Plan) -> Tally:
    """Families of rows; the rows that stand alone (单列项目) have none."""
    wanted = {
        one.key: {"key": one.key, "name": one.name, "order": one.order} for one in plan.programmes if not one.standalone
    }
    return sync("工程", Programme, {one.key: one for one in Programme.objects.all()}, wanted)


def _projects(plan: rows.Plan, row: Plan) -> list[Tally]:
    registered = set(Project.objects.filter(code__in=[item.code for item in plan.items]).values_list("code", flat=True))
    new = [item for item in plan.items if item.code not in registered]
    items = {item.code: item for item in PlanItem.objects.filter(plan=row).prefetch_related("leads__organisation")}
    programmes = dict(Programme.objects.values_list("key", "pk"))
    today = clock.today()
    projects = create(Project, [_project(item, items[item.code], programmes, today) for item in new])
    by_code = {project.code: project for project in projects}
    made = {ProjectLead: [lead for code, project in by_code.items() for lead in _leads(project, items[code])]}
    made[Phase] = [phase for item in new for phase in _phases(by_code[item.code], item)]
    made[Milestone] = [one for item in new for one in _milestones(by_code[item.code], item)]
    for model, new_rows in made.items():
        create(model, new_rows)
    for item in new:
        audit.record(
            by=None,
            event="projects.project.register",
            about=by_code[item.code],
            sentence=f"由规划 10.4 第 {item.order} 行登记，概算 {item.estimate_wan} 万元，原文与行号留存",
            now="registered",
        )
    kept = len(plan.items) - len(new)
    return [
        Tally("项目", len(projects), 0, kept),
        *(
            Tally(label, len(made[model]), 0, sum(len(getattr(i, part)) for i in plan.items) - len(made[model]))
            for model, part, label in PARTS
        ),
    ]


def _leads(project: Project, item: PlanItem) -> list[ProjectLead]:
    return [
        ProjectLead(
            project=project,
            order=lead.order,
            as_named=lead.as_named,
            organisation_id=lead.organisation_id,
            is_generic=lead.is_generic,
        )
        for lead in item.leads.all()
    ]


def _phases(project: Project, item: rows.PlanItemRow) -> list[Phase]:
    return [
        Phase(
            project=project,
            order=order,
            name="".join((phase.label, f"（{phase.name}）" if phase.name else "")),
            start=phase.start,
            end=phase.end,
            precision=phase.precision,
        )
        for order, phase in enumerate(item.phases, 1)
    ]


def _milestones(project: Project, item: rows.PlanItemRow) -> list[Milestone]:
    return [
        Milestone(
            project=project,
            text=one.text,
            quote=one.quote,
            start=one.start,
            end=one.end,
            precision=one.precision,
            outside_window=one.outside_window,
            discrepancy=one.discrepancy or "",
        )
        for one in item.milestones
    ]


def _goals(plan: rows.Plan) -> Tally:
    """Measurable goals that a row states, once a quote: what came of them since is people's."""
    stated = {item.code: item.goals for item in plan.items if item.goals}
    held = set(Benefit.objects.filter(source="plan").values_list("project__code", "indicator"))
    made = 0
    for project in Project.objects.filter(code__in=stated).select_related("plan_item").order_by("order"):
        new = [g for g in stated[project.code] if (project.code, g.indicator) not in held]
        promises = [
            steps.Promise(
                indicator=goal.indicator,
                target=goal.target,
                source="plan",
                paper=f"10.4 第 {project.plan_item.order} 行",
                due=goal.due,
                precision=goal.precision,
                quote=goal.quote,
                due_by_reading={key: day.isoformat() for key, day in goal.due_by_reading},
                discrepancy=goal.discrepancy or "",
                day=project.registered_on,
            )
            for goal in new
        ]
        made += steps.take_goals(by=None, project=project, promises=promises)
    return Tally("绩效目标", made, 0, sum(map(len, stated.values())) - made)


def _project(item: rows.PlanItemRow, row: PlanItem, programmes: dict[str, int], today) -> Project:
    return Project(
        code=item.code,
        name=item.name,
        content=item.content,
        origin="plan",
        plan_item=row,
        programme_id=programmes.get(item.programme or ""),
        phase_label=item.phase or "",
        state_day=today,
        start=item.start,
        end=item.end,
        precision=item.precision,
        latest_start=item.start,
        latest_end=item.end,
        estimate_wan=item.estimate_wan,
        leads_open_ended=item.leads_open_ended,
        registered_on=today,
        order=item.order,
        search_text=search_text(
            item.code,
            item.name,
            item.content,
            *(lead.organisation.name for lead in row.leads.all()),
            *(lead.as_named for lead in item.leads),
        ),
    )


def _tasks(plan: rows.Plan) -> Tally:
    existing = {task.code: task for task in PlanTask.objects.all()}
    wanted = {
        task.code: {
            "code": task.code,
            "block": task.block,
            "order": task.order,
            "text": task.text,
            "line": task.line,
            "due": task.due,
            "discrepancies": list(task.discrepancies),
            "proofs": [asdict(proof) for proof in task.proofs],
            "search_text": search_text(task.code, task.text),
        }
        for task in plan.tasks
    }
    return sync("规划任务", PlanTask, existing, wanted)


def _links(plan: rows.Plan) -> Tally:
    """Links are made once: later ones, and a doubtful one that was settled, are people's."""
    tasks = dict(PlanTask.objects.values_list("code", "pk"))
    projects = dict(Project.objects.values_list("code", "pk"))
    existing = set(TaskLink.objects.values_list("task_id", "project_id"))
    wanted = [
        TaskLink(task_id=tasks[task.code], project_id=projects[link.code], certainty=link.certainty)
        for task in plan.tasks
        for link in task.projects
    ]
    made = [link for link in wanted if (link.task_id, link.project_id) not in existing]
    TaskLink.objects.bulk_create(made)
    return Tally("任务与项目的关联", len(made), 0, len(wanted) - len(made))
