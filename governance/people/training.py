"""Training by class and block (9.5.2, D53): targets beside what was held. Two queries a table, one a list."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from governance.basics import clock
from governance.database.prepared import Prepared
from governance.models import Plan, TrainingSession, TrainingTarget
from governance.models.records import TRAINING_GROUPS

GROUPS = dict(TRAINING_GROUPS)


@dataclass(frozen=True)
class Cell:
    """A class in a block: target (None: 未填), people who came, number of courses."""

    target: int | None
    heads: int
    courses: int


@dataclass(frozen=True)
class Line:
    """A block (code `outside`, without days: what was held in none) with its three classes in the order of GROUPS."""

    code: str
    start: dt.date | None
    end: dt.date | None
    cells: dict[str, Cell]

    @property
    def heads(self) -> int:
        return sum(c.heads for c in self.cells.values())

    @property
    def courses(self) -> int:
        return sum(c.courses for c in self.cells.values())


OUTSIDE = "outside"


def blocks(plan: Plan | None) -> list[tuple[str, dt.date, dt.date]]:
    """The blocks of chapter 10 with first and last day."""
    found = []
    for row in plan.data.get("blocks", ()) if plan else ():
        (y1, m1), (y2, m2) = (map(int, row[key].split("-")[:2]) for key in ("start", "end"))
        found.append((row["code"], dt.date(y1, m1, 1), clock.last_of_month(y2, m2)))
    return found


def by_block(plan: Plan | None) -> list[Line]:
    """Every block with what was aimed at and what was held in it; a last line for what was held outside,
    if anything."""
    targets = {(t.block, t.group): t.heads for t in (_TARGETS(plan.pk) if plan else ())}
    held = _HELD()
    lines = []
    for code, start, end in blocks(plan):
        inside = [(g, heads) for g, on, heads in held if start <= on <= end]
        lines.append(Line(code, start, end, _cells(inside, {g: targets.get((code, g)) for g in GROUPS})))
    days = blocks(plan)
    rest = [(g, heads) for g, on, heads in held if not any(start <= on <= end for _, start, end in days)]
    return lines + ([Line(OUTSIDE, None, None, _cells(rest, {}))] if rest else [])


def last_courses(plan: Plan | None) -> dict[tuple[str, str], dt.date]:
    """By block and class the day of the last course that was held in it; one query."""
    found: dict[tuple[str, str], dt.date] = {}
    for group, on in sorted(((group, on) for group, on, _ in _HELD()), key=lambda course: course[1]):
        found |= {(code, group): on for code, start, end in blocks(plan) if start <= on <= end}
    return found


_TARGETS = Prepared(lambda plan: TrainingTarget.objects.filter(plan=plan, superseded=False))
_HELD = Prepared(lambda: TrainingSession.objects.filter(withdrawn="").values_list("group", "held_on", "heads"))


def _cells(held: list[tuple[str, int]], targets: dict[str, int | None]) -> dict[str, Cell]:
    heads = {group: [n for g, n in held if g == group] for group in GROUPS}
    return {group: Cell(targets.get(group), sum(came), len(came)) for group, came in heads.items()}


def held_in(rows: QuerySet, plan: Plan | None, block: str, group: str) -> QuerySet:
    """Of the courses those that by_block counts in a cell; "" is every block or class."""
    if block or group:
        rows = rows.filter(withdrawn="")
    if group:
        rows = rows.filter(group=group)
    days = {code: Q(held_on__gte=start, held_on__lte=end) for code, start, end in blocks(plan)}
    if block == OUTSIDE:
        return rows.exclude(functools.reduce(operator.or_, days.values(), Q(pk=None)))
    return rows.filter(days[block]) if block else rows
