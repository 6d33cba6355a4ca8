"""全期检验: the plan's own estimates in their windows against 9.6.1's growth, for pages and scenarios. Read only."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings

from budgets.growth import rule, split
from budgets.growth.split import Finding, Repair, Window
from projects.models import Project


def years() -> tuple[int, ...]:
    """The period; what starts before it counts in its first year (D31)."""
    return tuple(settings.PLAN_YEARS)[1:]


def windows(projects: Iterable[Project] | None = None) -> tuple[Window, ...]:
    """Every planned project with its estimate and original window; `projects` where the page has read them."""
    rows = Project.objects.planned().order_by("order") if projects is None else sorted(projects, key=lambda p: p.order)
    return tuple(
        Window(p.name, p.start.year, p.end.year, p.estimate_wan) for p in rows if p.start and p.end and p.estimate_wan
    )


def find(floor: Decimal = rule.FLOOR, projects: Iterable[Project] | None = None) -> Finding:
    """What `split.find` says of the plan as it stands; the same rows are asked once."""
    return _find(windows(projects), years(), floor)


@functools.lru_cache(maxsize=16)
def _find(rows: tuple[Window, ...], period: tuple[int, ...], floor: Decimal) -> Finding:
    return split.find(rows, period, floor)


def as_figures(repair: Repair) -> dict:
    """A repair and its split as JSON: amounts are strings in 万元."""
    return {
        "kind": repair.kind,
        "title": repair.title,
        "sentence": repair.sentence,
        "extra": f"{repair.extra_wan:.2f}",
        "need": f"{repair.need_wan:.2f}",
        "room": f"{repair.room_wan:.2f}",
        "spare": f"{repair.spare_wan:.2f}",
        "floor": f"{(repair.floor * 100).normalize():f}",
        "years": list(repair.split.years),
        "exact": repair.split.exact,
        "sums": [f"{a:.2f}" for a in repair.split.sums],
        "parts": [
            {
                "name": w.name,
                "first": w.first,
                "last": w.last,
                "wan": f"{w.wan:.2f}",
                "amounts": [f"{a:.2f}" for a in amounts],
            }
            for w, amounts in repair.split.parts
        ],
    }
