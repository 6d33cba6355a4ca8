"""What the register recorded elsewhere and a gate reads as its paper: an approved scheme, 需求说明书 or 概要设计
(9.1.1), one of the four 同步 (9.3.8), an assessment that found the system fit (9.3.3), a grading that was filed
(9.3.2), the first acceptance that passed (9.2.7). Nobody types it twice. Where the plan does not ask for it, the record
says so."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.db.models import prefetch_related_objects

from projects.lifecycle import approvals, gates
from projects.models import Phase, Project, SecuritySync, TechnicalDocument

RELATIONS = {
    "assessment": "security_assessments__findings",
    "filing": "gradings",
    "first_acceptance": "acceptances",
    **{f"sync_{item}": "security_syncs" for item, _ in SecuritySync.ITEMS},
    **{f"{kind}_approved": "technical_documents" for kind, _ in TechnicalDocument.KINDS},
}


def read(projects: list[Project], gate: str) -> None:
    """Read what `of` looks at for many projects; a query a kind of record, none for what was read already."""
    if wanted := [RELATIONS[r.record] for r in gates.of_gate(gate) if r.record]:
        prefetch_related_objects(projects, *wanted)


def of(project: Project, gate: str, phase: Phase | None = None) -> dict[str, gates.Record]:
    """Records by the key of the requirement that they meet. Security is the whole project's, for its phases as well; an
    acceptance is the phase's own."""
    read([project], gate)
    found = {r.key: FINDERS[r.record](project, phase) for r in gates.of_gate(gate) if r.record}
    return {key: record for key, record in found.items() if record is not None}


def _assessment(project: Project, _: Phase | None) -> gates.Record | None:
    """The newest says what holds: one that found it unfit is no paper, whatever an older one said."""
    standing = [a for a in project.security_assessments.all() if not a.withdrawn]
    newest = max(standing, key=lambda a: (a.assessed_on, a.pk), default=None)
    if newest is None or newest.result == "fail":
        return None
    words = f"{newest.get_kind_display()}{newest.get_result_display()}，{newest.document}"
    return gates.Record(words, newest.assessed_on, f"/projects/{project.code}/security/")


def _filing(project: Project, _: Phase | None) -> gates.Record | None:
    held = [g for g in project.gradings.all() if g.is_concluded]
    newest = max(held, key=lambda g: g.pk, default=None)
    if newest is None or not newest.filing_number:
        return None
    return gates.Record(
        f"{newest.level} 级，备案编号 {newest.filing_number}", newest.filed_on, f"/projects/{project.code}/security/"
    )


def _first_acceptance(project: Project, phase: Phase | None) -> gates.Record | None:
    passed = [
        a for a in project.acceptances.all() if a.stage == "first" and a.phase_id == (phase.pk if phase else None)
    ]
    newest = max((a for a in passed if a.is_concluded and a.passed), key=lambda a: a.pk, default=None)
    if newest is None:
        return None
    words = f"初验{newest.get_conclusion_display()}" + (f"，{newest.document_number}" if newest.document_number else "")
    return gates.Record(words, newest.accepted_on, newest.get_absolute_url())


def _sync(item: str, project: Project, _: Phase | None) -> gates.Record | None:
    """Done together with the works; of works that 9.3.8 does not bind it is only advised (D52)."""
    address = f"/projects/{project.code}/security/"
    done = next((s for s in project.security_syncs.all() if s.item == item and not s.withdrawn), None)
    if done is not None:
        return gates.Record(done.evidence, done.done_on, address)
    if gates.security_binds(project.construction):
        return None
    return gates.Record(f"{project.get_construction_display()}项目，9.3.8 为建议（D52）", None, address)


def _approval(kind: str, project: Project, _: Phase | None) -> gates.Record | None:
    """The newest approved edition of the document, for the project and its phases alike."""
    address = f"/projects/{project.code}/documents/"
    if why := approvals.not_asked(kind, project.origin, project.level_922):
        return gates.Record(why, None, address)
    approved = [d for d in project.technical_documents.all() if d.kind == kind and d.is_concluded]
    newest = max(approved, key=lambda d: d.pk, default=None)
    return gates.Record(f"{newest.title}，{newest.approval}", newest.approved_on, address) if newest else None


FINDERS: dict[str, Callable[[Project, Phase | None], gates.Record | None]] = {
    "assessment": _assessment,
    "filing": _filing,
    "first_acceptance": _first_acceptance,
    **{f"sync_{item}": functools.partial(_sync, item) for item, _ in SecuritySync.ITEMS},
    **{f"{kind}_approved": functools.partial(_approval, kind) for kind, _ in TechnicalDocument.KINDS},
}
