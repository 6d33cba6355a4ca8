"""安全报告 (9.3): levels, the four 同步, assessments of the year with what they found, and what is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.basics.figures import Column, Figure, Report, Section, Table
from projects.models import SecurityAssessment, SecurityFinding
from projects.reports import frame
from projects.security import safeguards

BASIS = "已立项而未终止的项目，每个只计一次；定级、测评、隐患取本报告之日的记录，测评周期为系统默认，非规划规定"


@dataclass(frozen=True)
class SecurityYear:
    """The figures of one year."""

    year: int
    day: dt.date
    overview: safeguards.Overview
    assessments: tuple[SecurityAssessment, ...]  # of the year
    findings: tuple[SecurityFinding, ...]  # found in the year or open on the day

    @property
    def graded(self) -> int:
        """Projects with a level that the experts agreed to."""
        return sum(bool(line.grading) and line.grading.is_concluded for line in self.overview.lines)

    @property
    def whole(self) -> int:
        """Projects with every 同步 that their state asks for."""
        return sum(
            all(done for _, done, needed in line.syncs if needed and line.binding) for line in self.overview.lines
        )

    @property
    def open(self) -> tuple[SecurityFinding, ...]:
        return tuple(f for f in self.findings if f.fixed_on is None)


def figures(year: int) -> SecurityYear:
    """A fixed number of queries."""
    day = frame.day_of(year)
    made = (
        SecurityAssessment.objects.standing()
        .filter(assessed_on__year=year, assessed_on__lte=day)
        .select_related("project")
    )
    of_year = SecurityFinding.objects.filter(
        assessment__withdrawn="", assessment__assessed_on__year=year, assessment__assessed_on__lte=day
    )
    still = SecurityFinding.objects.filter(assessment__withdrawn="", fixed_on=None, assessment__assessed_on__lte=day)
    found = (of_year | still).select_related("assessment__project").order_by("due", "pk")
    return SecurityYear(year, day, safeguards.overview(day), tuple(made.order_by("assessed_on", "pk")), tuple(found))


def security_report(year: int) -> Report:
    """The report of a year; called inside one snapshot."""
    f = figures(year)
    sections = (_overview(f), _levels(f), _projects(f), _assessments(f), _due(f))
    return frame.report("security", year, "年度信息安全报告", BASIS, "9.3", ("D51", "D52", "D53"), sections)


def _overview(f: SecurityYear) -> Section:
    lines = f.overview.lines
    late = [x for x in f.open if x.due < f.day]
    rows = (
        Figure("projects", "已立项的项目", len(lines), "项", ("9.3",), rows="projects"),
        Figure("graded", "专家已定级", f.graded, "项", ("9.3.2",), rows="projects"),
        Figure("whole", "四同步齐全", f.whole, "项", ("9.3.8",), "按所处阶段应做的已登记", rows="projects"),
        Figure("assessments", "本年测评", len(f.assessments), "次", ("9.3.2", "9.3.3"), rows="assessments"),
        Figure("open", "未整改隐患", len(f.open), "处", ("9.3.2",), rows="findings"),
        Figure("late", "其中逾期", len(late), "处", (), rows="findings"),
        Figure("dues", "到期与欠缺", len(f.overview.dues), "件", (), rows="dues"),
    )
    text = (
        f"到{frame.said(f.day)}已立项的项目{len(lines)}项，专家已定级{f.graded}项；"
        f"{f.year}年测评{len(f.assessments)}次，未整改隐患{len(f.open)}处。"
    )
    return Section("overview", "总体情况", (text,), rows)


def _levels(f: SecurityYear) -> Section:
    columns = (Column("level", "保护等级", "text", 76), Column("count", "项", "int", 24))
    rows = tuple({"level": label, "count": count} for label, count in f.overview.levels)
    totals = {"level": "合计", "count": len(f.overview.lines)}
    text = "规划9.3.2要求分等级保护，没有写各级名称，两套名称并列（D51）。"
    return Section("levels", "保护等级", (text,), (), (Table("levels", "各等级的项目", columns, rows, totals=totals),))


def _projects(f: SecurityYear) -> Section:
    columns = (
        Column("code", "编号", "text", 13),
        Column("name", "项目", "text", 25),
        Column("level", "等级", "text", 10),
        Column("syncs", "同步登记", "text", 25),
        Column("assessed", "最近测评", "text", 17),
        Column("open", "未整改", "int", 10),
    )
    rows = []
    for line in f.overview.lines:
        done = "、".join(label for label, day, _ in line.syncs if day)
        lacks = "、".join(label for label, day, needed in line.syncs if needed and line.binding and not day)
        last = line.assessment
        rows.append(
            {
                "code": line.project.code,
                "name": line.project.name,
                "level": f"{line.project.protection_level}级" if line.project.protection_level else "未定级",
                "syncs": (done or "无") + (f"；欠：{lacks}" if lacks else ""),
                "assessed": f"{last.assessed_on} {last.get_result_display()}" if last else "没有",
                "open": line.open_findings,
            }
        )
    if not rows:
        return Section("projects", "各项目", ("没有已立项的项目。",))
    totals = {"code": "合计", "open": sum(line.open_findings for line in f.overview.lines)}
    return Section(
        "projects", "各项目", (), (), (Table("projects", "各项目的安全状况", columns, tuple(rows), totals=totals),)
    )


def _assessments(f: SecurityYear) -> Section:
    tables = []
    if f.assessments:
        columns = (
            Column("day", "日期", "text", 14),
            Column("project", "项目", "text", 10),
            Column("kind", "种类", "text", 13),
            Column("assessor", "测评机构或专家", "text", 25),
            Column("result", "结论", "text", 12),
            Column("document", "报告", "text", 26),
        )
        rows = tuple(
            {
                "day": a.assessed_on.isoformat(),
                "project": a.project.code,
                "kind": a.get_kind_display(),
                "assessor": a.assessor,
                "result": a.get_result_display(),
                "document": a.document,
            }
            for a in f.assessments
        )
        tables.append(Table("assessments", f"{f.year}年测评", columns, rows))
    if f.findings:
        columns = (
            Column("project", "项目", "text", 9),
            Column("text", "隐患", "text", 31),
            Column("weight", "风险", "text", 8),
            Column("measure", "整改措施", "text", 26),
            Column("due", "期限", "text", 13),
            Column("fixed", "整改", "text", 13),
        )
        rows = tuple(
            {
                "project": x.assessment.project.code,
                "text": x.text,
                "weight": x.get_weight_display(),
                "measure": x.measure or None,
                "due": x.due.isoformat(),
                "fixed": x.fixed_on.isoformat() if x.fixed_on else "未整改",
            }
            for x in f.findings
        )
        tables.append(Table("findings", "本年发现的和仍未整改的隐患", columns, rows))
    text = () if tables else (f"{f.year}年没有测评，也没有未整改的隐患。",)
    return Section("assessments", "测评与隐患", text, (), tuple(tables))


def _due(f: SecurityYear) -> Section:
    columns = (
        Column("project", "项目", "text", 13),
        Column("what", "事项", "text", 69),
        Column("due", "期限", "text", 18),
    )
    rows = [{"project": d.project.code, "what": d.sentence, "due": d.due.isoformat()} for d in f.overview.dated]
    rows += [
        {"project": p.code, "what": "；".join(d.sentence for d in some), "due": "现在"}
        for p, some in f.overview.lacking
    ]
    if not rows:
        return Section("due", "到期与欠缺", ("没有。",))
    return Section(
        "due",
        "到期与欠缺",
        ("由牵头单位办理，市信息办督促。",),
        (),
        (Table("dues", "到期与欠缺的事项", columns, tuple(rows)),),
    )
