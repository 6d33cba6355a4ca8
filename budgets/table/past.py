"""The money as it stood on a day, for floor 5's pages: the sums of the entries recorded by then."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from budgets.models import SOURCES, STAGES, BudgetLine, Entry
from governance.basics.text import quantise
from governance.kernel.access import Actor

Key = tuple[str, int, str]  # project code, fiscal year, source


@dataclass(frozen=True)
class Money:
    """万元 by line and stage; a stage without an entry is 未填 and not in the dict."""

    day: dt.date
    lines: dict[Key, dict[str, Decimal]]

    @property
    def totals(self) -> dict[str, Decimal | None]:
        """The four stages over all its lines; None is 未填."""
        found: dict[str, Decimal | None] = {}
        for stage, _ in STAGES:
            held = [amounts[stage] for amounts in self.lines.values() if stage in amounts]
            found[stage] = sum(held, Decimal(0)) if held else None
        return found

    @property
    def projects(self) -> dict[str, dict[str, Decimal]]:
        """The four stages by project, over all its years and sources."""
        found: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for (code, _, _), amounts in self.lines.items():
            for stage, wan in amounts.items():
                found[code][stage] = found[code].get(stage, Decimal(0)) + wan
        return dict(found)

    def of(self, code: str) -> list[tuple[int, str, list[Decimal | None]]]:
        """(fiscal year, source, the four stages) of one project's lines."""
        return [(year, source, amounts) for at, year, source, amounts in self.rows() if at == code]

    def rows(self) -> list[tuple[str, int, str, list[Decimal | None]]]:
        """(project, fiscal year, source, the four stages) of every line."""
        sources = dict(SOURCES)
        return [
            (code, year, sources[source], [amounts.get(stage) for stage, _ in STAGES])
            for (code, year, source), amounts in self.lines.items()
        ]


def as_of(day: dt.date, actor: Actor, *, codes: Collection[str] | None = None, year: int | None = None) -> Money:
    """The lines that the actor sees, of the projects `codes` and of a fiscal year where they are given; one query."""
    rows = (
        _booked(day, actor, codes, year)
        .order_by("line__project__code", "line__fiscal_year", "line__source")
        .values_list("line__project__code", "line__fiscal_year", "line__source", "stage")
        .annotate(wan=Sum("amount_wan"))
    )
    lines: dict[Key, dict[str, Decimal]] = defaultdict(dict)
    for code, of_year, source, stage, booked in rows:
        lines[code, of_year, source][stage] = quantise(booked)  # SQLite adds up in floating point
    return Money(day, dict(lines))


def sums(day: dt.date, actor: Actor, *, projects=None) -> dict[str, Decimal]:
    """The stages over everything that the actor sees, or over the projects whose ids the queryset `projects` gives; a
    stage without an entry is 未填 and not in the dict. One query."""
    rows = _booked(day, actor, None, None)
    if projects is not None:
        rows = rows.filter(line__project__in=projects)
    return {stage: quantise(wan) for stage, wan in rows.values_list("stage").annotate(wan=Sum("amount_wan"))}


def years(day: dt.date, actor: Actor) -> list[tuple[int, list[Decimal | None]]]:
    """(fiscal year, the four stages) over everything that the actor sees; one query."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for year, stage, wan in (
        _booked(day, actor, None, None).values_list("line__fiscal_year", "stage").annotate(wan=Sum("amount_wan"))
    ):
        found[year][stage] = quantise(wan)
    return [(year, [found[year].get(stage) for stage, _ in STAGES]) for year in sorted(found)]


def _booked(day: dt.date, actor: Actor, codes: Collection[str] | None, year: int | None):
    rows = Entry.objects.filter(day__lte=day, line__in=BudgetLine.objects.visible_to(actor).values("pk")).order_by()
    if codes is not None:
        rows = rows.filter(line__project__code__in=codes)
    return rows.filter(line__fiscal_year=year) if year else rows


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
