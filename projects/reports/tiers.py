"""课题总结报告 (9.2.7): the tree of total system, application systems and subsystems, the reports owed upwards, and
exactly which of them are missing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from governance.basics.figures import Column, Figure, Report, Section, Table
from projects.duties import owed as duties
from projects.models import Supervision, Topic
from projects.reports import frame

BASIS = "课题按9.2.7的三层计，与9.2.2的管理级别是两回事（D47）；应报日期为系统默认（D48）"
TIERS = dict(Topic.TIERS)


@dataclass(frozen=True)
class TierYear:
    """The figures of one year: the tree as it stands and what was owed for the year and at the end of each 课题."""

    year: int
    day: dt.date
    nodes: tuple[duties.Node, ...]  # from above to below
    visits: tuple[Supervision, ...]  # of the year

    @property
    def owed(self) -> tuple[duties.Duty, ...]:
        """Yearly summaries of the year and closing reports due in it."""
        every = [d for node in self.nodes for d in node.duties]
        return tuple(d for d in every if d.year == self.year or (not d.year and d.due.year == self.year))

    @property
    def missing(self) -> tuple[duties.Duty, ...]:
        """Owed, due by the day, and not there."""
        return tuple(d for d in self.owed if d.filed_on is None and d.due <= self.day)


def figures(year: int) -> TierYear:
    """A fixed number of queries."""
    day = frame.day_of(year)
    nodes = duties.flat(duties.tree(day))
    visits = Supervision.objects.filter(visited_on__year=year, visited_on__lte=day).select_related("topic__project")
    return TierYear(year, day, tuple(nodes), tuple(visits.order_by("visited_on", "pk")))


def tier_report(year: int) -> Report:
    """The report of a year; called inside one snapshot."""
    f = figures(year)
    sections = (_overview(f), _tree(f), _missing(f), _visits(f))
    return frame.report("tiers", year, "年度课题总结报告", BASIS, "9.2.7", ("D46", "D47", "D48"), sections)


def _overview(f: TierYear) -> Section:
    tiers = Counter(n.topic.tier for n in f.nodes)
    filed = [d for d in f.owed if d.filed_on]
    rows = (
        *(Figure(f"tier_{key}", label, tiers[key], "个", ("9.2.7",), rows="tree") for key, label in TIERS.items()),
        Figure("headless", "没有负责人的课题", sum(n.head is None for n in f.nodes), "个", ("9.2.7",), rows="tree"),
        Figure(
            "owed",
            f"{f.year}年应报",
            len(f.owed),
            "份",
            ("9.2.7",),
            "年度总结报告，课题结束时的工作总报告和技术报告",
            rows="tree",
        ),
        Figure("filed", "已报", len(filed), "份", rows="tree"),
        Figure("missing", "逾期未报", len(f.missing), "份", rows="missing"),
        Figure("visits", "督导", len(f.visits), "次", ("9.2.7",), rows="visits"),
    )
    text = f"课题{len(f.nodes)}个，{f.year}年应报{len(f.owed)}份，已报{len(filed)}份，到{frame.said(f.day)}逾期未报{len(f.missing)}份。"
    return Section("overview", "总体情况", (text,), rows)


def _tree(f: TierYear) -> Section:
    columns = (
        Column("code", "编号", "text", 12),
        Column("name", "课题", "text", 28),
        Column("tier", "层级", "text", 14),
        Column("head", "负责人", "text", 22),
        Column("owed", "应报", "int", 8),
        Column("filed", "已报", "int", 8),
        Column("demands", "待落实", "int", 8),
    )
    mine = {n.topic.pk: [d for d in f.owed if d.topic.pk == n.topic.pk] for n in f.nodes}
    rows = tuple(
        {
            "code": n.topic.code,
            "name": "　" * n.depth + n.topic.name,
            "tier": n.topic.get_tier_display(),
            "head": f"{n.head.organisation.name} {n.head.person}" if n.head else "没有负责人",
            "owed": len(mine[n.topic.pk]),
            "filed": sum(d.filed_on is not None for d in mine[n.topic.pk]),
            "demands": n.open_demands,
        }
        for n in f.nodes
    )
    if not rows:
        return Section("tree", "课题", ("还没有登记课题。",))
    totals = {
        "code": "合计",
        "owed": sum(r["owed"] for r in rows),
        "filed": sum(r["filed"] for r in rows),
        "demands": sum(r["demands"] for r in rows),
    }
    note = "“待落实”为督导提出而还没有落实的要求。"
    return Section("tree", "课题", (), (), (Table("tree", "三层课题", columns, rows, totals=totals, note=note),))


def _missing(f: TierYear) -> Section:
    columns = (
        Column("code", "编号", "text", 10),
        Column("report", "报告", "text", 34),
        Column("head", "负责人", "text", 30),
        Column("due", "应报日期", "text", 14),
        Column("days", "逾期天数", "int", 12),
    )
    rows = tuple(
        {
            "code": d.topic.code,
            "report": d.title,
            "head": f"{d.head.organisation.name} {d.head.person}" if d.head else "没有负责人",
            "due": d.due.isoformat(),
            "days": d.late_days(f.day),
        }
        for d in f.missing
    )
    if not rows:
        return Section("missing", "逾期未报", ("没有。",))
    return Section("missing", "逾期未报", ("由课题负责人补报。",), (), (Table("missing", "缺的报告", columns, rows),))


def _visits(f: TierYear) -> Section:
    columns = (
        Column("day", "日期", "text", 13),
        Column("topic", "课题", "text", 12),
        Column("manner", "方式", "text", 9),
        Column("findings", "发现", "text", 33),
        Column("demand", "要求", "text", 21),
        Column("settled", "落实", "text", 12),
    )
    rows = tuple(
        {
            "day": v.visited_on.isoformat(),
            "topic": v.topic.code,
            "manner": v.get_manner_display(),
            "findings": v.findings,
            "demand": v.demand or None,
            "settled": v.settled_on.isoformat() if v.settled_on else ("未落实" if v.demand else None),
        }
        for v in f.visits
    )
    if not rows:
        return Section("visits", "督导", (f"{f.year}年没有督导记录。",))
    return Section("visits", "督导", (), (), (Table("visits", f"{f.year}年督导", columns, rows),))
