"""The register of the plan's contradictions: list, and one with quotes, readings, effects and decisions."""

from __future__ import annotations

from bisect import bisect_right

from django.db.models import Q
from django.shortcuts import render

from governance import audit, clock, readings
from governance.access import may
from governance.models import Discrepancy, PlanLine
from governance.roles import Permission
from governance.web import found, looked_for, one_of
from governance.web import page as may_enter
from projects.models import PlanTask, Project

WEIGHTS = ("A", "B", "C")
# Discrepancies of 8.3: what holds there is the rule set's business (改读 opens a rule-set draft).
RULE_SET_CODES = {f"D{n}" for n in range(13, 27)}


@may_enter(Permission.READ_REGISTER)
def listing(request):
    """All 56 with the reading in force; `?weight=A`, `?q=`, `?open=1` (not yet decided), `?open=0`, `?section=8.3`."""
    day = clock.today()
    weight, is_open = one_of(request.GET, "weight", WEIGHTS), one_of(request.GET, "open", ("0", "1"))
    query, section = looked_for(request.GET), one_of(request.GET, "section")
    everything = [_row(row, day) for row in Discrepancy.objects.prefetch_related("decisions")]
    sections = _sections(everything)
    asked = Q(title__icontains=query) | Q(default_text__icontains=query) | Q(code__iexact=query)
    named = set(Discrepancy.objects.filter(asked).values_list("pk", flat=True)) if query else None
    shown = [
        row for row in everything
        if (not weight or row["row"].weight == weight) and (not section or row["section"] == section)
        and (not is_open or (row["decided"] is None) == (is_open == "1")) and (named is None or row["row"].pk in named)
    ]  # fmt: skip
    counts = {w: sum(row["row"].weight == w for row in everything) for w in WEIGHTS}
    return render(
        request,
        "pages/discrepancies.html",
        {"rows": shown, "counts": counts, "total": len(everything), "weight": weight, "q": query,
         "is_open": is_open, "section": section, "sections": sections, "undecided": sum(row["decided"] is None for row in everything),
         "decided": sum(row["decided"] is not None for row in everything),
         "may_decide": may(request.actor, Permission.DECIDE_READING)},
    )


def _sections(rows: list[dict]) -> list[dict]:
    """The entries by the section (8.1, 9.2 …) that their first quote stands in: counts by weight, decided, by default.
    Each row is told its `section`."""
    heads = list(PlanLine.objects.filter(text__regex=r"^[0-9]+\.[0-9]+ ").order_by("number").values_list("number", "text"))
    numbers = [number for number, _ in heads]
    found: dict[str, dict] = {}
    for row in rows:
        line = next((q["line"] for q in row["row"].quotes if q.get("line")), None)
        place = bisect_right(numbers, line) - 1 if line else -1
        title = heads[place][1] if place >= 0 else "其他"
        row["section"] = title.partition(" ")[0]
        section = found.setdefault(title, {"title": title, "key": row["section"], "order": place, "A": 0, "B": 0, "C": 0, "decided": 0, "all": 0})
        section[row["row"].weight] += 1
        section["all"] += 1
        section["decided"] += row["decided"] is not None
    for section in found.values():
        section["open"] = section["all"] - section["decided"]
    return sorted(found.values(), key=lambda section: section["order"])


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
