"""Training by class and block (9.5.2, D53): targets beside what was held. Two queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance import clock
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
    """A block with its three classes in the order of GROUPS."""

    code: str
    start: dt.date
    end: dt.date
    cells: list[Cell]


def blocks(plan: Plan | None) -> list[tuple[str, dt.date, dt.date]]:
    """The blocks of chapter 10 with first and last day."""
    found = []
    for row in plan.data.get("blocks", ()) if plan else ():
        (y1, m1), (y2, m2) = (map(int, row[key].split("-")[:2]) for key in ("start", "end"))
        found.append((row["code"], dt.date(y1, m1, 1), clock.last_of_month(y2, m2)))
    return found


def by_block(plan: Plan | None) -> list[Line]:
    """Every block with what was aimed at and what was held in it."""
    targets = {(t.block, t.group): t.heads for t in TrainingTarget.objects.filter(plan=plan, superseded=False)}
    held = list(TrainingSession.objects.filter(withdrawn="").values_list("group", "held_on", "heads"))
    lines = []
    for code, start, end in blocks(plan):
        cells = []
        for group in GROUPS:
            mine = [heads for g, on, heads in held if g == group and start <= on <= end]
            cells.append(Cell(targets.get((code, group)), sum(mine), len(mine)))
        lines.append(Line(code, start, end, cells))
    return lines
