"""机构、人员、制度与等级保护: what stands around the projects in a year (9.1, 9.2, 9.3.2, 9.5.2).

For the annual progress report of the whole city: figures first, then the section."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from governance.basics.figures import Column, Figure, Section, Table
from governance.models import Attendance, Plan, Regulation, TrainingSession
from governance.people import institutions, training
from projects.models import SecurityGrading
from projects.reports import frame


@dataclass(frozen=True)
class Class:
    """One of the three classes of 9.5.2: courses and heads of the year, names listed of them, and its block's target
    with what the block has by the day."""

    name: str
    courses: int
    heads: int
    listed: int
    passed: int
    block_heads: int
    target: int | None


@dataclass(frozen=True)
class Foundations:
    """As it stood on the day: bodies set up and those that another unit acts for, CIOs, instruments, gradings."""

    year: int
    day: dt.date
    classes: tuple[Class, ...]
    bodies: tuple[institutions.Standing, ...]
    cios: institutions.Coverage
    regulations: tuple[Regulation, ...]
    gradings: tuple[SecurityGrading, ...]

    @property
    def set_up(self) -> int:
        return sum(s.exists for s in self.bodies)

    @property
    def acted_for(self) -> tuple[institutions.Standing, ...]:
        """Not set up yet, and somebody does the work (D05)."""
        return tuple(s for s in self.bodies if not s.exists and s.by is not None)

    def is_issued(self, row: Regulation) -> bool:
        return row.issued_on is not None and row.issued_on <= self.day

    @property
    def issued(self) -> int:
        return sum(map(self.is_issued, self.regulations))

    @property
    def filed(self) -> int:
        """Gradings whose filing number was recorded by the day (9.3.2)."""
        return sum(g.filed_on is not None and g.filed_on <= self.day for g in self.gradings)


def foundations(year: int, day: dt.date) -> Foundations:
    """About a dozen queries."""
    gradings = SecurityGrading.objects.filter(state="concluded", day__lte=day).select_related("project").order_by("pk")
    newest = {g.project_id: g for g in gradings}
    return Foundations(
        year,
        day,
        tuple(_classes(year, day)),
        tuple(institutions.standing_of_bodies(day)),
        institutions.cio_coverage(day),
        tuple(Regulation.objects.all()),
        tuple(sorted(newest.values(), key=lambda g: g.project.order)),
    )


def _classes(year: int, day: dt.date):
    plan = Plan.objects.order_by("pk").first()
    block = next((code for code, start, end in training.blocks(plan) if start.year <= year <= end.year), "")
    line = next((x for x in training.by_block(plan) if x.code == block), None)
    held = TrainingSession.objects.filter(withdrawn="", held_on__year=year, held_on__lte=day)
    courses, heads = Counter(held.values_list("group", flat=True)), Counter()
    for group, n in held.values_list("group", "heads"):
        heads[group] += n
    named = list(Attendance.objects.filter(session__in=held).values_list("session__group", "result"))
    listed = Counter(group for group, result in named if result != "withdrawn")
    passed = Counter(group for group, result in named if result == "passed")
    for group, name in training.GROUPS.items():
        cell = line.cells[group] if line else None
        yield Class(
            name,
            courses[group],
            heads[group],
            listed[group],
            passed[group],
            cell.heads if cell else 0,
            cell.target if cell else None,
        )


def section(f: Foundations) -> Section:
    """Its figures, sentences and tables."""
    pilots, missing = f.cios.pilots, len(f.cios.rows) - f.cios.held
    figures = (
        Figure("bodies", "已设立的机构和席位", f.set_up, "个", ("9.1",), "起日未登记的按系统默认（D05）"),
        Figure("bodies_acting", "由其他单位代行", len(f.acted_for), "个", ("9.1",), "设立以前（D05）"),
        Figure("cios", "已任命 CIO 的部门和区县", f.cios.held, "个", ("9.1.4",)),
        Figure("cios_missing", "未任命 CIO", missing, "个", ("9.1.4",)),
        Figure("regulations_issued", "已印发制度", f.issued, "项", ("9.2",)),
        Figure("gradings", "已定级的项目", len(f.gradings), "项", ("9.3.2",), rows="gradings"),
        Figure("gradings_filed", "等级保护已备案", f.filed, "项", ("9.3.2",)),
        Figure("training_courses", f"{f.year} 年培训期数", sum(c.courses for c in f.classes), "期", ("9.5.2",)),
        Figure("training_heads", f"{f.year} 年培训人次", sum(c.heads for c in f.classes), "人次", ("9.5.2",)),
    )
    acting = "".join(f"；{s.body.name}由{s.by.name}代行（D05）" for s in f.acted_for)
    texts = (
        f"到 {frame.said(f.day)}，9.1 的机构和席位已设立 {f.set_up} 个{acting}。",
        f"部门和区县 {len(f.cios.rows)} 个，已任命 CIO {f.cios.held} 个；其中试点单位 {len(pilots)} 个，"
        f"已任命 {f.cios.pilots_held} 个（9.1.4）。",
        f"9.2 的制度 {len(f.regulations)} 项，已印发 {f.issued} 项。",
    )
    tables = [_training(f), _regulations(f)]
    return Section("foundations", "机构、人员、制度与等级保护", texts, figures, (*tables, *_gradings(f)))


def _training(f: Foundations) -> Table:
    columns = (
        Column("group", "培训对象", "text", 34),
        Column("courses", "本年期数", "int", 11),
        Column("heads", "本年人次", "int", 11),
        Column("listed", "名单人次", "int", 11),
        Column("passed", "其中合格", "int", 11),
        Column("block", "阶段累计", "int", 11),
        Column("target", "阶段目标", "int", 11),
    )
    rows = tuple(
        {
            "group": c.name,
            "courses": c.courses,
            "heads": c.heads,
            "listed": c.listed,
            "passed": c.passed,
            "block": c.block_heads,
            "target": c.target,
        }
        for c in f.classes
    )
    summed = ("courses", "heads", "listed", "passed", "block")
    totals = {"group": "合计"} | {name: sum(row[name] for row in rows) for name in summed}
    note = "人次按登记的培训；名单人次为导入了名单的部分，不与人次相加。阶段累计为所在阶段到登记之日的人次。"
    return Table("training", f"{f.year} 年公务员电子政务培训（9.5.2）", columns, rows, "人次", totals, note)


def _regulations(f: Foundations) -> Table:
    columns = (
        Column("clause", "条款", "text", 10),
        Column("title", "制度", "text", 50),
        Column("state", "状态", "text", 14),
        Column("number", "印发", "text", 26),
    )
    rows = tuple(
        {
            "clause": r.clause,
            "title": r.title,
            "state": "印发" if f.is_issued(r) else "未印发" if r.is_issued else r.get_state_display(),
            "number": f"{r.issued_on} {r.document_number}" if f.is_issued(r) else None,
        }
        for r in f.regulations
    )
    return Table("regulations", "管理制度（9.2）", columns, rows, note="未印发的为登记的状态。")


def _gradings(f: Foundations) -> tuple[Table, ...]:
    if not f.gradings:
        return ()
    columns = (
        Column("code", "项目", "text", 10),
        Column("system", "信息系统", "text", 44),
        Column("level", "等级", "text", 12),
        Column("filed", "备案", "text", 34),
    )
    rows = tuple(
        {
            "code": g.project.code,
            "system": g.system_name,
            "level": f"{g.level} 级",
            "filed": f"{g.filed_on} {g.filing_number}" if g.filed_on and g.filed_on <= f.day else "未备案",
        }
        for g in f.gradings
    )
    return (Table("gradings", "等级保护定级（9.3.2）", columns, rows),)
