"""Leads that are not settled yet (D40–D43): flagged until somebody resolves them, with the verb that does.
Two queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch

from projects.lifecycle import guards
from projects.models import Change, Project, ProjectLead


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
    return [flag for project in projects.order_by("order", "pk") for flag in flags_of(project)]


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
