"""The money as it stood on a day: the sums of the entries recorded by then. Entries are only added, so nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from budgets.models import SOURCES, STAGES, BudgetLine, Entry
from governance.access import Actor
from governance.text import quantise

Key = tuple[str, int, str]  # project code, fiscal year, source


@dataclass(frozen=True)
class Money:
    """万元 by line and stage; a stage without an entry is 未填 and not in the dict."""

    day: dt.date
    lines: dict[Key, dict[str, Decimal]]
    projects: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, Decimal | None]:
        """The four stages over everything that the actor sees; None is 未填."""
        found: dict[str, Decimal | None] = {}
        for stage, _ in STAGES:
            held = [amounts[stage] for amounts in self.lines.values() if stage in amounts]
            found[stage] = sum(held, Decimal(0)) if held else None
        return found

    def of(self, code: str) -> list[tuple[int, str, list[Decimal | None]]]:
        """(fiscal year, source, the four stages) of one project's lines."""
        sources = dict(SOURCES)
        return [
            (key[1], sources[key[2]], [amounts.get(stage) for stage, _ in STAGES])
            for key, amounts in self.lines.items()
            if key[0] == code
        ]


def as_of(day: dt.date, actor: Actor) -> Money:
    """Two queries."""
    visible = BudgetLine.objects.visible_to(actor).values("pk")
    rows = (
        Entry.objects.filter(day__lte=day, line__in=visible)
        .order_by("line__project__code", "line__fiscal_year", "line__source")
        .values_list("line__project__code", "line__fiscal_year", "line__source", "stage")
        .annotate(wan=Sum("amount_wan"))
    )
    lines: dict[Key, dict[str, Decimal]] = defaultdict(dict)
    projects: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for code, year, source, stage, booked in rows:
        wan = quantise(booked)  # SQLite adds up in floating point
        lines[code, year, source][stage] = wan
        projects[code][stage] = projects[code].get(stage, Decimal(0)) + wan
    return Money(day, dict(lines), dict(projects))


@dataclass(frozen=True)
class Moved:
    """A stage of a line that is not the same on both days; None is 未填."""

    code: str
    year: int
    source: str
    stage: str
    was_wan: Decimal | None
    now_wan: Decimal | None

    @property
    def by_wan(self) -> Decimal:
        return (self.now_wan or Decimal(0)) - (self.was_wan or Decimal(0))


def differences(before: Money, after: Money) -> list[Moved]:
    """What was booked between two days, by project, year, source and stage."""
    sources, found = dict(SOURCES), []
    for key in sorted({*before.lines, *after.lines}):
        was, now = before.lines.get(key, {}), after.lines.get(key, {})
        found += [
            Moved(key[0], key[1], sources[key[2]], label, was.get(stage), now.get(stage))
            for stage, label in STAGES
            if was.get(stage) != now.get(stage)
        ]
    return found
