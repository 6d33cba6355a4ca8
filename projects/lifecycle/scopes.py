"""What part of the register a report is about: the whole city, one lead's projects, or one programme's. Read only."""

from __future__ import annotations

from governance.basics.figures import Part
from governance.basics.refs import Ref, parse, ref
from governance.models import Organisation
from projects.models import Programme, Project, ProjectLead

LEAD, PROGRAMME = "lead", "programme"


def offered() -> list[tuple[Ref, str]]:
    """Every part that holds a project, `(key, name)`: leads by name (their surviving unit), programmes in their order."""
    canonical = {
        (lead.organisation.canonical or lead.organisation)
        for lead in ProjectLead.objects.select_related("organisation__canonical")
    }
    programmes = Programme.objects.filter(projects__isnull=False).distinct().order_by("order")
    return [(ref(PROGRAMME, p.pk), p.name) for p in programmes] + [
        (ref(LEAD, unit.pk), unit.name) for unit in sorted(canonical, key=lambda u: u.name)
    ]


def scope_of(key: str) -> Part:
    """The part with that key; empty key: everything. A lead's part counts each project in which it takes part (D43)."""
    kind, pk = parse(key)
    if kind == LEAD:
        unit = Organisation.objects.get(pk=pk)
        family = ProjectLead.objects.filter(organisation_id=unit.pk) | ProjectLead.objects.filter(
            organisation__canonical_id=unit.pk
        )
        return Part(key, f"{unit.name}牵头或参与", frozenset(family.values_list("project__code", flat=True)))
    if kind == PROGRAMME:
        programme = Programme.objects.get(pk=pk)
        return Part(
            key, programme.name, frozenset(Project.objects.filter(programme=programme).values_list("code", flat=True))
        )
    return Part()
