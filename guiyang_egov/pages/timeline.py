"""The portfolio in time, for home, programmes and discrepancies: the Gantt picture, a small picture a project."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budgets.panels.money import even_split
from governance import charts
from governance.basics.text import quantise
from governance.models import Discrepancy
from projects.labels import STANDALONE
from projects.models import Project
from projects.panels.plan import Frame, Touched

FIRST_DAY, LAST_DAY = dt.date(2005, 12, 1), dt.date(2010, 12, 31)


def portfolio(
    projects: Sequence[Project],
    day: dt.date,
    frame: Frame,
    touched: Touched,
    *,
    title: str = "时间总图 2005-12 … 2010-12",
    total_note: str = "与 10.4 合计一致",
):
    """The Gantt chart 2005-12 … 2010-12 by programme, D27 and D28 marked, the illustrative yearly sums hatched. Every
    project has a window and an estimate."""
    groups: dict[str, list[Project]] = defaultdict(list)
    for p in sorted(projects, key=lambda p: (p.latest_start, p.order)):
        groups[p.programme.name if p.programme else STANDALONE].append(p)
    wan = {name: sum((p.estimate_wan for p in mine), Decimal(0)) for name, mine in groups.items()}
    drawn = [
        charts.Group(
            name,
            tuple(row(p, touched.projects.get(p.code, [])) for p in groups[name]),
            f"{len(groups[name])} 项",
            f"{wan[name]:,.0f}",
        )
        for name in sorted(groups, key=lambda name: (name == STANDALONE, -wan[name]))
    ]
    yearly = even_by_year(projects)
    return charts.gantt(
        drawn,
        first=FIRST_DAY,
        last=LAST_DAY,
        today=day,
        blocks=blocks(frame),
        total_label=f"合计 {len(projects)} 项",
        total_amount=f"{sum(wan.values()):,.0f}",
        total_note=total_note,
        yearly={y: f"{w:,.2f}" for y, w in yearly.items()},
        yearly_label="示意：按月均摊，不入账（D08）",
        yearly_total=f"{sum(yearly.values()):,.2f}",
        title=title,
    )


def blocks(frame: Frame) -> list[tuple[str, dt.date, dt.date]]:
    """The three blocks of chapter 10 with first and last day."""
    return [(f"{block.code} 年度推进计划", block.start, block.end) for block in frame.blocks]


def mini(drawn: charts.Row, day: dt.date, width: int):
    """A row alone, in the same years."""
    return charts.gantt_row(drawn, first=FIRST_DAY, last=LAST_DAY, today=day, width=width)


def row(p: Project, entries: Iterable[Discrepancy]) -> charts.Row:
    """A project's row of the picture, with the discrepancies of its time."""
    timed = [e for e in entries if e.code in ("D27", "D28", "D29")]
    marks = tuple(charts.Mark(e.code, e.get_absolute_url(), e.code == "D27") for e in timed)
    return charts.Row(
        code=p.code,
        label=short_name(p),
        url=p.get_absolute_url(),
        start=p.latest_start,
        end=p.latest_end,
        done=None if p.percent is None else p.percent / 100,
        milestones=tuple(
            charts.Milestone(m.text, m.start, m.end, m.precision) for m in p.milestones.all() if not m.dropped_reason
        ),
        phases=tuple(charts.Phase(f.name.partition("“")[0], f.start, f.end) for f in p.phases.all()),
        amount=f"{p.estimate_wan:,.0f}",
        state=p.get_state_display(),
        progress="" if p.percent is None else str(p.percent),
        marks=marks,
    )


def short_name(p: Project) -> str:
    """The row's name; inside its programme's group the repeated programme is left out and shown as …."""
    name = p.name
    if p.programme and f"“{p.programme.name.strip('“”').removesuffix('工程').strip('“”')}”工程的" in name:
        head, _, tail = name.partition("工程的")
        return ("完善…" if head.startswith("完善") else "") + tail
    return name


def even_by_year(projects: Iterable[Project]) -> dict[int, Decimal]:
    """示意: the estimates spread evenly over their months (D08), by year; each project has a window and an estimate."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for p in projects:
        years = range(p.start.year, p.end.year + 1)
        for year, amount in zip(years, even_split(p, years), strict=True):
            sums[year] += amount
    return {y: quantise(sums[y]) for y in sorted(sums)}


@dataclass(frozen=True)
class Lines:
    """The portfolio as the phone shows it: one small picture a project, and which of them are looked at first."""

    # project, name, row, picture, in conflict, of this year
    rows: list[tuple[Project, str, charts.Row, object, bool, bool]]
    year: int

    @property
    def conflicts(self) -> int:
        return sum(row[4] for row in self.rows)

    @property
    def of_year(self) -> int:
        return sum(row[5] for row in self.rows)


def digest(projects: Iterable[Project], day: dt.date, touched: Touched) -> Lines:
    """Every project with a window; what contradicts itself in time first, then by its start."""
    found = []
    for p in projects:
        if p.latest_start and p.latest_end:
            drawn = row(p, touched.projects.get(p.code, []))
            of_year = p.latest_start.year <= day.year <= p.latest_end.year
            found.append((p, short_name(p), drawn, mini(drawn, day, 350), bool(drawn.marks), of_year))
    found.sort(key=lambda r: (not any(m.strong for m in r[2].marks), not r[4], r[0].latest_start, r[0].order))
    return Lines(found, day.year)
