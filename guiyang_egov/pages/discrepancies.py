"""The register of the plan's contradictions: list, and one with quotes, readings, effects and decisions."""

from __future__ import annotations

from django.db.models import Q
from django.shortcuts import render

from governance import audit, clock, readings
from governance.access import may
from governance.models import Discrepancy
from governance.roles import Permission
from governance.web import found
from governance.web import page as may_enter
from projects.models import PlanTask, Project

# Discrepancies of 8.3: what holds there is the rule set's business (改读 opens a rule-set draft).
RULE_SET_CODES = {f"D{n}" for n in range(13, 27)}


@may_enter(Permission.READ_REGISTER)
def listing(request):
    """All 56, by weight, with the reading in force; `?weight=A`, `?q=`, `?open=1` (not yet decided)."""
    day = clock.today()
    rows = Discrepancy.objects.prefetch_related("decisions")
    weight, query = request.GET.get("weight", ""), request.GET.get("q", "").strip()[:60]
    if weight in ("A", "B", "C"):
        rows = rows.filter(weight=weight)
    if query:
        rows = rows.filter(Q(title__icontains=query) | Q(default_text__icontains=query) | Q(code__iexact=query))
    shown = [_row(row, day) for row in rows]
    if request.GET.get("open"):
        shown = [row for row in shown if row["decided"] is None]
    everything = list(Discrepancy.objects.values_list("weight", flat=True))
    counts = {w: everything.count(w) for w in "ABC"}
    return render(
        request,
        "pages/discrepancies.html",
        {"rows": shown, "counts": counts, "total": len(everything), "weight": weight, "q": query},
    )


def _row(row: Discrepancy, day) -> dict:
    decisions = sorted((d for d in row.decisions.all() if d.from_day <= day), key=lambda d: (d.from_day, d.pk))
    decided = decisions[-1] if decisions else None
    key = decided.reading if decided else row.default
    reading = next((r for r in row.readings if r["key"] == key), None)
    touches = row.touches or {}
    return {"row": row, "decided": decided, "reading": reading, "projects": touches.get("projects", []),
            "tasks": touches.get("tasks", []), "clauses": touches.get("clauses", [])}  # fmt: skip


@may_enter(Permission.READ_REGISTER)
def page(request, code: str):
    """One: the quotes side by side, each reading with its effect, the default, who decided what and why."""
    row = found(Discrepancy.objects.prefetch_related("decisions"), code=code)
    day = clock.today()
    touches = row.touches or {}
    current = readings.current(code, day)
    return render(
        request,
        "pages/discrepancy.html",
        {
            "row": row,
            "current": current,
            "readings": [r | {"current": r["key"] == current, "default": r["key"] == row.default} for r in row.readings],
            "decisions": list(row.decisions.all())[::-1],
            "projects": Project.objects.filter(code__in=touches.get("projects", [])),
            "tasks": PlanTask.objects.filter(code__in=touches.get("tasks", [])),
            "clauses": touches.get("clauses", []),
            "in_rule_set": code in RULE_SET_CODES,
            "used_by": readings.READ_BY_CODE.get(code, ""),
            "may_decide": may(request.actor, Permission.DECIDE_READING) and code not in RULE_SET_CODES,
            "history": audit.history(row),
            "previous": Discrepancy.objects.filter(code__lt=code).order_by("-code").first(),
            "next": Discrepancy.objects.filter(code__gt=code).order_by("code").first(),
        },
    )
