"""Organisations with their names in the plan, and what each is in: leads, seats, tasks, people."""

from __future__ import annotations

from django.db.models import BigIntegerField, Count, OuterRef, Q, Subquery, Sum
from django.shortcuts import render

from governance.basics import clock
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission, Role
from governance.kernel import audit
from governance.kernel.access import may
from governance.models import (
    Appointment,
    Body,
    Discrepancy,
    Organisation,
    OrganisationAlias,
    PilotUnit,
    ServiceRecord,
    Succession,
)
from governance.web.entry import looked_for
from governance.web.entry import page as may_enter
from priorities.models import Submission
from projects.models import Project, ProjectLead
from projects.panels.plan import reading_of, with_readings


@may_enter(Permission.READ_REGISTER)
def listing(request):
    """Units by kind, with their aliases (原文名称) and how often they lead."""
    query = looked_for(request.GET)
    rows = Organisation.objects.prefetch_related("aliases").select_related("canonical", "parent")
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(aliases__as_named__icontains=query)).distinct()
    named = ProjectLead.objects.values_list("organisation_id", "organisation__canonical_id", "project_id")
    led: dict[int, set[int]] = {}  # a merged unit's projects count for its survivor as well
    for unit, survivor, project in named.order_by():
        for pk in filter(None, (unit, survivor)):
            led.setdefault(pk, set()).add(project)
    groups: dict[str, list] = {}
    for row in rows:
        count = len(led.get(row.pk, ()))
        groups.setdefault(row.kind, []).append({"row": row, "led": count, "led_address": f"/projects/?lead={row.pk}"})
    context = {
        "groups": groups,
        "q": query,
        "total": sum(map(len, groups.values())),
        "may_manage": may(request.actor, Permission.MANAGE_ORGANISATIONS),
    }
    return render(request, "pages/organisations.html", context)


@may_enter(Permission.READ_REGISTER)
def page(request, pk: int):
    """One unit: names as the plan writes them, projects as first lead and as participant (重复计数), bodies, people."""
    day = clock.today()
    focus = PilotUnit.objects.filter(organisation=OuterRef("pk")).values("is_focus")[:1]  # None: no pilot of 10.1
    named = Organisation.objects.select_related("canonical", "parent", "budget_unit").annotate(
        pilot_focus=Subquery(focus)
    )
    asked = Q(pk=pk) | Q(canonical_id=pk) | Q(parent_id=pk) if pk <= BigIntegerField.MAX_BIGINT else Q(pk=None)
    known = {unit.pk: unit for unit in named.filter(asked)}  # it, those merged into it, those below it
    if pk not in known:
        raise NotVisible()
    units = {key: unit for key, unit in known.items() if pk in (key, unit.canonical_id)}
    row, family = known[pk], list(units)
    leads = (
        ProjectLead.objects.filter(organisation_id__in=family)
        .select_related("project", "project__programme")
        .order_by("project__order")
    )
    mine = ProjectLead.objects.filter(organisation_id__in=family)
    sums = _sums(first=mine.filter(order=1), every=mine)
    planned = "/projects/?origin=plan"
    sums["all"]["address"], sums["every"]["address"] = planned, f"{planned}&lead={pk}"
    sums["first"]["address"] = f"{planned}&lead={pk}&basis=first"
    people = list(Appointment.objects.in_force(day).filter(organisation_id__in=family).select_related("user"))
    submissions = (
        Submission.objects.visible_to(request.actor).filter(organisation_id__in=family) if request.actor else ()
    )
    planned = Succession.objects.filter(organisation=row, revoked="").select_related("successor").first()
    entries = [
        e
        for e in with_readings(Discrepancy.objects.order_by("code"), day)
        if row.key in (e.touches or {}).get("organisations", ())
    ]
    return render(
        request,
        "pages/organisation.html",
        {
            "row": row,
            "aliases": [_named(alias) for alias in row.aliases.order_by("line", "pk")],
            "planned": planned,
            "below": [unit for unit in known.values() if unit.parent_id == pk and unit.canonical_id is None],
            "entries": [(e, reading_of(e)) for e in entries],
            "today": day,
            "leads": leads,
            "sums": sums,
            "pilot_focus": next((unit.pilot_focus for unit in units.values() if unit.pilot_focus is not None), None),
            "bodies": Body.objects.filter(Q(holder_id__in=family) | Q(acting_id__in=family)),
            "people": people,
            "services": list(ServiceRecord.objects.filter(organisation_id__in=family).select_related("organisation")),
            "merged": [unit for unit in units.values() if unit is not row],
            "may_manage": may(request.actor, Permission.MANAGE_ORGANISATIONS),
            "submissions": submissions[:20],
            "history": audit.history(row, limit=20),
            "is_conflicted": sums["every"]["count"] > 0 and any(p.role == Role.INDUSTRY for p in people),
        },
    )


MOST_LINES = 6


def _named(alias: OrganisationAlias) -> OrganisationAlias:
    """A name with the lines of the plan that write it so: the first few, and the rest."""
    lines = alias.lines or ([alias.line] if alias.line else [])
    alias.shown, alias.more = lines[:MOST_LINES], lines[MOST_LINES:]
    return alias


def _sums(**leads) -> dict[str, dict]:
    """Count and estimate of the plan's projects by the leads given, and of all; one question."""
    asked = {"all": Q()} | {name: Q(pk__in=rows.values("project_id")) for name, rows in leads.items()}
    words = {f"{name}_count": Count("pk", filter=which) for name, which in asked.items()}
    words |= {f"{name}_wan": Sum("estimate_wan", filter=which) for name, which in asked.items()}
    got = Project.objects.planned().aggregate(**words)
    return {name: {"count": got[f"{name}_count"], "wan": got[f"{name}_wan"]} for name in asked}
