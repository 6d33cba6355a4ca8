"""Leads that are not settled yet (D40–D43): flagged until somebody resolves them, with the verb that does.
Four queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch

from governance.models import Body, Organisation
from projects.lifecycle import guards
from projects.models import Change, PlanTask, Project, ProjectLead


@dataclass(frozen=True)
class Flag:
    """One open point of a project's leads: what, by which entry, and where it is resolved."""

    project: Project
    code: str
    sentence: str
    verb: str
    address: str


def open_flags() -> list[Flag]:
    """By project in order: no budget unit, generic or open-ended leads, an unconfirmed first lead."""
    leads = Prefetch(
        "leads", ProjectLead.objects.select_related("organisation__canonical", "organisation__budget_unit")
    )
    confirmed = Change.objects.filter(project=OuterRef("pk"), field="lead")
    projects = (
        Project.objects.annotate(lead_confirmed=Exists(confirmed)).select_related("budget_unit").prefetch_related(leads)
    )
    rows, offers = list(projects.order_by("order", "pk")), handovers()
    return [flag for project in rows for flag in (*(f for f in offers if f.project == project), *flags_of(project))]


def handovers(task: PlanTask | None = None) -> list[Flag]:
    """D41: a task that founded a body of 9.1 is done, and a temporary office still leads first the project that it
    surely belongs to: its hand-over is offered, never done by itself. Of one task, or of all; two queries, three with
    offers."""
    done = PlanTask.objects.filter(state="done") if task is None else PlanTask.objects.filter(pk=task.pk, state="done")
    codes = dict(done.values_list("code", "state_day"))
    bodies = Body.objects.filter(founded_by__in=codes).exclude(holder=None).select_related("holder__canonical")
    found = []
    for body in bodies.order_by("pk") if codes else ():
        heir = body.holder.canonical or body.holder
        links = ProjectLead.objects.filter(order=1, organisation__is_temporary=True)
        links = links.filter(project__task_links__task__code=body.founded_by, project__task_links__certainty="sure")
        for lead in links.exclude(organisation=heir).select_related("project", "organisation"):
            sentence = (
                f"{body.founded_by} 已于 {codes[body.founded_by]} 完成，{heir.name}已组建："
                f"第一牵头{lead.as_named}是临时机构，可以移交（规划没有写明，不自动移交）"
            )
            address = f"/projects/{lead.project.code}/change/?field=lead&to={heir.key}"
            found.append(Flag(lead.project, "D41", sentence, "办理移交", address))
    return found


def named_after(project: Project, heir: Organisation) -> str:
    """The leads as a change names them once the first one's work has gone over to the heir."""
    _, *others = project.leads.all()
    return "、".join([heir.name, *(lead.as_named for lead in others if not lead.is_generic)])


def flags_of(project: Project) -> list[Flag]:
    """Of one project read by `open_flags`."""
    at, found = f"/projects/{project.code}/", []
    named = list(project.leads.all())
    generic = "、".join(lead.as_named for lead in named if lead.is_generic)
    if generic:
        found.append(
            Flag(project, "D42", f"“{generic}”是泛指，不是单位，不派填报", "登记牵头变更", f"{at}change/?field=lead")
        )
    elif project.leads_open_ended:
        found.append(Flag(project, "D42", "原文以“等”结尾，牵头单位未列尽", "写全牵头单位", f"{at}change/?field=lead"))
    if guards.budget_unit_of(project) is None:
        first = named[0].as_named if named else "（没有牵头单位）"
        found.append(Flag(project, "D41", f"第一牵头{first}没有预算单位，不能采购", "指定预算单位", f"{at}classify/"))
    if sum(not lead.is_generic for lead in named) > 1 and not project.lead_confirmed:
        found.append(
            Flag(
                project,
                "D43",
                f"{len(named)} 个牵头单位不分主次，第一牵头{named[0].as_named}为默认",
                "确认第一牵头",
                f"{at}first-lead/",
            )
        )
    aliased = "、".join(
        f"{lead.as_named}即{unit.name}"
        for lead in named
        if (unit := lead.organisation.canonical or lead.organisation).name != lead.as_named
    )
    if aliased and not project.lead_confirmed:
        found.append(
            Flag(project, "D40", f"{aliased}（原文写法不同）", "看单位", named[0].organisation.get_absolute_url())
        )
    return found
