"""Promised against delivered (9.2.8): where every goal stands on a day, and what that makes of a project.

Only confirmed values count, the latest of them; what is not measured is named and never counted as 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from governance import charts
from governance.basics import clock
from governance.database.prepared import Prepared, attach
from governance.kernel import readings
from projects.models import Benefit, Measurement, Project, with_leads

REACHED, MISSED, UNMEASURED, UNDER_WAY = "reached", "missed", "unmeasured", "under_way"
STATES = {REACHED: "达成", MISSED: "到期未达成", UNMEASURED: "到期未测", UNDER_WAY: "未到期"}
TONES = {REACHED: "green", MISSED: "red", UNMEASURED: "amber", UNDER_WAY: "slate"}
PIECES = {REACHED: "green", MISSED: "red", UNMEASURED: "amber", UNDER_WAY: "pale"}  # of the picture
HOW = "达成度为最近一次经确认的值走完“现值—目标值”的百分比，没有现值的按目标值计；各目标等权；未测的不计入也不当作 0"


@dataclass(frozen=True)
class Line:
    """One goal on a day: when it is due as its discrepancy is read, its latest confirmed value, what waits for a word,
    `points` 0–100 of the promise (None: not measured)."""

    benefit: Benefit
    due: dt.date | None
    day: dt.date
    latest: Measurement | None
    waiting: tuple[Measurement, ...]
    points: Decimal | None

    @property
    def is_due(self) -> bool:
        return self.due is not None and self.due <= self.day

    @property
    def state(self) -> str:
        if self.latest and self.latest.reached:
            return REACHED
        if not self.is_due:
            return UNDER_WAY
        return MISSED if self.latest else UNMEASURED

    @property
    def word(self) -> str:
        return STATES[self.state]

    def as_words(self) -> dict[str, str]:
        """What an evaluation keeps of it."""
        return {
            "indicator": self.benefit.indicator,
            "target": self.benefit.target,
            "due": self.due.isoformat(),
            "value": self.latest.value if self.latest else "未测",
            "state": self.word,
        }

    @property
    def tone(self) -> str:
        return TONES[self.state]


def points(benefit: Benefit, value: Measurement) -> Decimal:
    """0–100 of a goal by one of its values; in words only, all or nothing."""
    goal = benefit.goal
    if goal is None or value.number is None:
        return Decimal(100 if value.reached else 0)
    return goal.points(value.number)


def lines(day: dt.date, projects: QuerySet[Project] | Iterable[Project] | None = None) -> list[Line]:
    """Every goal that stood on the day, by project and due day; three queries, one more per doubtful day's reading."""
    rows = _EVERY(day) if projects is None else list(_in_force(day).filter(project__in=projects))
    attach(rows, "measurements", _VALUES([row.pk for row in rows], day) if rows else (), "benefit_id")
    with_leads(row.project for row in rows)
    read = {code: readings.current(code, day) for code in {b.discrepancy for b in rows if b.due_by_reading}}
    return [_line(row, day, read.get(row.discrepancy, "")) for row in rows]


def _in_force(day: dt.date) -> QuerySet[Benefit]:
    return Benefit.objects.in_force(day).select_related("project").order_by("project__order", "due", "pk")


_EVERY = Prepared(_in_force)
_VALUES = Prepared(
    lambda keys, day: Measurement.objects.filter(benefit_id__among=keys, measured_on__lte=day, day__lte=day).exclude(
        state="rejected"
    )
)


def due_lines(project: Project, year: int) -> list[Line]:
    """The goals of a project that are due by a year's end, as they stand then, or today while the year runs."""
    last = dt.date(year, 12, 31)
    found = lines(min(clock.today(), last), [project])
    return [one for one in found if one.due is not None and one.due <= last]


SOON_DAYS = 30  # a value is asked for a month before its goal is due (系统默认)


def to_measure(found_lines: Iterable[Line], day: dt.date) -> list[Line]:
    """Goals that are due within a month, or past it, and that nobody has measured since a month before their day."""
    found = []
    for one in found_lines:
        if one.due is None or one.due > day + dt.timedelta(days=SOON_DAYS) or one.benefit.project.is_unapproved:
            continue
        values = [*one.waiting, *([one.latest] if one.latest else [])]
        since = one.due - dt.timedelta(days=SOON_DAYS)
        if one.state != REACHED and not any(value.measured_on >= since for value in values):
            found.append(one)
    return found


def _line(row: Benefit, day: dt.date, reading: str) -> Line:
    counted, waiting = [], []
    for value in row.measurements.all():
        confirmed = value.state == "confirmed" and value.checked_on <= day
        (counted if confirmed else waiting).append(value)
    latest = counted[0] if counted else None
    return Line(
        row, row.due_under(reading), day, latest, tuple(waiting), points(row, latest) if latest is not None else None
    )


@dataclass(frozen=True)
class Account:
    """A project's promises; `spent_wan` where the page knows it (None: 未填)."""

    project: Project
    lines: tuple[Line, ...]
    spent_wan: Decimal | None = None

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.lines)

    @property
    def reached(self) -> int:
        return self.count(REACHED)

    @property
    def missed(self) -> int:
        return self.count(MISSED)

    @property
    def unmeasured(self) -> int:
        return self.count(UNMEASURED)

    @property
    def under_way(self) -> int:
        return self.count(UNDER_WAY)

    @property
    def points(self) -> Decimal | None:
        """达成度: the mean of the measured goals, one decimal rounded down; None where nothing is measured."""
        held = [one.points for one in self.lines if one.points is not None]
        if not held:
            return None
        return (sum(held, Decimal(0)) / len(held)).quantize(Decimal("0.1"), rounding=ROUND_DOWN)

    @property
    def per_point_wan(self) -> Decimal | None:
        """Money spent for each achieved point, in 万元; None where either is unknown, or nothing is achieved."""
        if not self.points or self.spent_wan is None:
            return None
        return (self.spent_wan / self.points).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def accounts(found: Iterable[Line], spent: dict[int, Decimal | None] | None = None) -> list[Account]:
    """The goals by project, in the register's order; `spent` is money spent by project id."""
    by_project: dict[int, list[Line]] = {}
    for one in found:
        by_project.setdefault(one.benefit.project_id, []).append(one)
    return [Account(mine[0].benefit.project, tuple(mine), (spent or {}).get(pk)) for pk, mine in by_project.items()]


def picture(found: list[Account], *, width: float = 620, links: bool = True) -> object | None:
    """What every project promised, and what is delivered of it; None where nobody promised anything. Paper has no
    `links`."""
    rows = [
        charts.PromiseRow(
            f"{a.project.code} {a.project.name}",
            tuple((STATES[state], a.count(state), tone) for state, tone in PIECES.items()),
            "未测" if a.points is None else f"达成度 {a.points}",
            f"{a.project.get_absolute_url()}benefits/" if links else "",
        )
        for a in found
    ]
    return charts.promises(rows, title="承诺的目标与达成", unit="个", width=width) if rows else None
