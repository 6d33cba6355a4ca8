"""What the plan's own record says of years and blocks, read once for a page."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery

from governance.basics import clock
from governance.database.prepared import Prepared
from governance.models import Discrepancy, Plan, ReadingDecision
from governance.people import institutions

TIME_CODES = ("D27", "D28", "D29")  # the row's time against its content and the tasks


@dataclass(frozen=True)
class Block:
    """A block of the yearly programme: 10.1 (2006), 10.2 (2007–2008), 10.3 (2009–2010)."""

    code: str
    title: str
    start: dt.date
    end: dt.date
    lines: tuple[int, ...] = ()

    @property
    def years(self) -> str:
        return str(self.start.year) if self.start.year == self.end.year else f"{self.start.year}—{self.end.year}"

    def covers(self, year: int) -> bool:
        return self.start.year <= year <= self.end.year


@dataclass(frozen=True)
class Frame:
    """The plan's years, blocks and check total."""

    title: str = ""
    first_year: int = 0
    last_year: int = 0
    period_first_year: int = 0
    blocks: tuple[Block, ...] = ()
    total_wan: Decimal | None = None

    def block(self, code: str) -> Block | None:
        return next((b for b in self.blocks if b.code == code), None)


def frame() -> Frame:
    """One query; an empty frame where no plan is loaded."""
    return frame_of(institutions.current_plan())


def frame_of(plan: Plan | None) -> Frame:
    """The frame of a plan that was read already."""
    if plan is None:
        return Frame()
    blocks = tuple(
        Block(row["code"], row["title"], _first(row["start"]), _last(row["end"]), tuple(row.get("narrative_lines", ())))
        for row in plan.data.get("blocks", ())
    )
    total = plan.data.get("checks", {}).get("total_wan")
    return Frame(
        plan.title,
        plan.first_year,
        plan.last_year,
        plan.data.get("period_first_year", plan.first_year),
        blocks,
        Decimal(total) if total else None,
    )


def _first(month: str) -> dt.date:
    return dt.date(int(month[:4]), int(month[5:7]), 1)


def _last(month: str) -> dt.date:
    return clock.last_of_month(int(month[:4]), int(month[5:7]))


@dataclass(frozen=True)
class Touched:
    """Discrepancies by what they touch: `projects["P04"]` and `tasks["T1-04"]` are the entries, in order."""

    projects: dict[str, list[Discrepancy]] = field(default_factory=dict)
    tasks: dict[str, list[Discrepancy]] = field(default_factory=dict)

    def projects_of(self, codes) -> set[str]:
        """Projects that any of these discrepancies touches."""
        return {code for code, rows in self.projects.items() if any(row.code in codes for row in rows)}

    def counts(self, code: str) -> tuple[int, int]:
        """How many touch a project, and how many of weight A."""
        rows = self.projects.get(code, [])
        return len(rows), sum(row.weight == "A" for row in rows)


def touched(day: dt.date | None = None, *, whole: bool = True) -> Touched:
    """One query over the register of discrepancies, each with the reading that holds on the day (`reading_of`); without
    `whole` only what a list says of them: code, weight, title."""
    projects, tasks = defaultdict(list), defaultdict(list)
    rows = with_readings(Discrepancy.objects.order_by("code"), day or clock.today()) if whole else _SHORT()
    for row in rows:
        for code in (row.touches or {}).get("projects", ()):
            projects[code].append(row)
        for code in (row.touches or {}).get("tasks", ()):
            tasks[code].append(row)
    return Touched(dict(projects), dict(tasks))


_SHORT = Prepared(lambda: Discrepancy.objects.order_by("code").only("code", "weight", "title", "touches"))


def with_readings(entries: QuerySet, day: dt.date) -> QuerySet:
    """Discrepancies annotated with what people decided by the day (governance.kernel.readings, for many at once)."""
    decisions = ReadingDecision.objects.filter(discrepancy=OuterRef("pk"), from_day__lte=day).order_by(
        "-from_day", "-pk"
    )
    return entries.annotate(decided=Subquery(decisions.values("reading")[:1]))


def reading_key(entry: Discrepancy) -> str:
    """The reading that holds: what was decided, else the default."""
    return entry.decided or entry.default


def reading_of(entry: Discrepancy) -> str:
    """Its text: the default's own explanation, or the decided reading."""
    if not entry.decided:
        return entry.default_text
    return next((r["text"] for r in entry.readings if r["key"] == entry.decided), entry.default_text)
