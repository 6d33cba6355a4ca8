"""Registering a plan: programmes, the 27 projects once (P01–P27 as codes), the 59 tasks with their links.

A project is living: it is written once and never again by load_plan. A task's words follow the fixture, its state and
evidence are people's.
"""

from __future__ import annotations

from governance import clock
from governance.models import Organisation, Plan, PlanItem
from governance.text import search_text
from governance.verbs import step
from projects.models import Milestone, Phase, PlanTask, Programme, Project, ProjectLead, TaskLink


@step
def load(*, plan, stored: Plan, tally) -> None:
    """From a checked fixture; `stored` is governance's Plan row, `tally` its counter (governance.plan_steps.Tally)."""
    programmes = {
        p.key: tally.put(Programme, "工程", {"key": p.key}, {"name": p.name, "order": p.order})
        for p in plan.programmes
        if not p.standalone
    }
    units = {o.key: o for o in Organisation.objects.all()}
    items = {i.code: i for i in PlanItem.objects.filter(plan=stored)}
    for item in plan.items:
        if Project.objects.filter(code=item.code).exists():
            tally.add("项目", "unchanged")
            continue
        _register(item, items[item.code], programmes, units)
        tally.add("项目", "created")
    projects = {p.code: p for p in Project.objects.filter(code__in=[i.code for i in plan.items])}
    for task in plan.tasks:
        row = tally.put(PlanTask, "规划任务", {"code": task.code}, {
            "block": task.block, "order": task.order, "text": task.text, "line": task.line, "due": task.due,
            "discrepancies": list(task.discrepancies), "search_text": search_text(task.code, task.text)})  # fmt: skip
        held = set(row.links.values_list("project__code", flat=True))
        for link in task.projects:
            if link.code not in held:
                TaskLink.objects.create(task=row, project=projects[link.code], certainty=link.certainty)
                tally.add("任务与项目", "created")


def _register(item, stored: PlanItem, programmes: dict, units: dict) -> None:
    project = Project(
        code=item.code, name=item.name, content=item.content, origin="plan", plan_item=stored,
        programme=programmes.get(item.programme), phase_label=item.phase or "", start=item.start, end=item.end,
        precision=item.precision, latest_start=item.start, latest_end=item.end, estimate_wan=item.estimate_wan,
        leads_open_ended=item.leads_open_ended, registered_on=clock.today(), order=item.order,
        search_text=search_text(item.code, item.name, item.content, *(lead.as_named for lead in item.leads)),
    )  # fmt: skip
    project.save()
    for lead in item.leads:
        ProjectLead.objects.create(project=project, order=lead.order, as_named=lead.as_named,
                                   organisation=units[lead.organisation], is_generic=lead.generic)  # fmt: skip
    for order, phase in enumerate(item.phases, 1):
        name = f"{phase.label}{f'“{phase.name}”' if phase.name else ''}"
        Phase.objects.create(project=project, order=order, name=name, start=phase.start, end=phase.end,
                             precision=phase.precision)  # fmt: skip
    for m in item.milestones:
        Milestone.objects.create(project=project, text=m.text, quote=m.quote, start=m.start, end=m.due or m.end,
                                 precision=m.precision, outside_window=m.outside_window, discrepancy=m.discrepancy or "")  # fmt: skip
