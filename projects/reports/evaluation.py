"""验收与使用评估报告 (9.2.7, 9.2.8): what was accepted, how the systems are used, the ranking with its basis, and the
departments against their yearly targets. For the leading group."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from governance.basics.figures import Column, Figure, Report, Section, Table
from projects.acceptance import acceptances as acceptance
from projects.acceptance import scoring
from projects.models import Acceptance, Project
from projects.reports import frame

BASIS = "只计会签生效的验收和评估；得分的权重为系统默认，非规划规定，未测得的指标不计入得分"


@dataclass(frozen=True)
class EvaluationYear:
    """The figures of one year; records count once they are signed."""

    year: int
    day: dt.date
    acceptances: tuple[Acceptance, ...]  # signed, of the year
    corrections: tuple[Acceptance, ...]  # what is still to be corrected, of any year
    ranking: acceptance.Ranking
    without: tuple[Project, ...]  # finished, and nothing says how they are used

    @property
    def passed(self) -> int:
        return sum(a.passed for a in self.acceptances)


def figures(year: int) -> EvaluationYear:
    """A fixed number of queries."""
    day = frame.day_of(year)
    # A conclusion stands while the confirmation of its corrections is being signed.
    signed = Acceptance.objects.filter(
        Q(state="concluded") | Q(state="signing", corrected_on__isnull=False)
    ).select_related("project", "phase")
    of_year = signed.filter(accepted_on__year=year, accepted_on__lte=day).order_by("accepted_on", "pk")
    open_ones = signed.filter(conclusion="pass_after_correction", corrected_on=None, accepted_on__lte=day)
    ranking = acceptance.ranking(year)
    return EvaluationYear(
        year,
        day,
        tuple(of_year),
        tuple(open_ones.order_by("correction_due", "pk")),
        ranking,
        tuple(ranking.without),
    )


def evaluation_report(year: int) -> Report:
    """The report of a year; called inside one snapshot."""
    f = figures(year)
    sections = (_overview(f), _acceptances(f), _ranking(f), _departments(f), _missing(f))
    return frame.report("evaluation", year, "年度验收与使用评估报告", BASIS, "9.2.8", ("D43", "D44", "D48"), sections)


def _overview(f: EvaluationYear) -> Section:
    met = [d for d in f.ranking.departments if d.met]
    with_target = [d for d in f.ranking.departments if d.target]
    rows = (
        Figure("acceptances", "本年验收", len(f.acceptances), "次", ("9.2.7",), rows="acceptances"),
        Figure("passed", "其中通过", f.passed, "次", (), "整改后通过的，整改完成才算", rows="acceptances"),
        Figure("corrections", "尚待整改", len(f.corrections), "件", (), rows="corrections"),
        Figure("evaluated", "本年使用评估", len(f.ranking.rows), "项", ("9.2.8",), rows="ranking"),
        Figure("reported", "已向领导小组汇报", f.ranking.reported, "项", ("9.2.8",), rows="ranking"),
        Figure("targets", "有年度目标的部门", len(with_target), "个", ("9.2.8",), rows="departments"),
        Figure("met", "达到年度目标", len(met), "个", ("9.2.8",), rows="departments"),
        Figure("without", "已投入运行而没有评估", len(f.without), "项", ("9.2.8",), rows="without"),
    )
    waits = f"，另有{len(f.ranking.waiting)}项评估尚在会签，不计" if f.ranking.waiting else ""
    text = f"{f.year}年验收{len(f.acceptances)}次，使用评估{len(f.ranking.rows)}项{waits}。"
    return Section("overview", "总体情况", (text,), rows)


def _acceptances(f: EvaluationYear) -> Section:
    tables = []
    if f.acceptances:
        columns = (
            Column("day", "日期", "text", 13),
            Column("project", "项目", "text", 26),
            Column("stage", "阶段", "text", 10),
            Column("conclusion", "结论", "text", 15),
            Column("number", "文号", "text", 18),
            Column("conflict", "利害关系", "text", 18),
        )
        rows = tuple(
            {
                "day": a.accepted_on.isoformat(),
                "project": f"{a.project.code} {a.project.name}" + (f" {a.phase}" if a.phase else ""),
                "stage": a.get_stage_display(),
                "conclusion": a.get_conclusion_display(),
                "number": a.document_number or None,
                "conflict": "验收单位牵头，另有独立签署" if a.conflict else "无",
            }
            for a in f.acceptances
        )
        tables.append(Table("acceptances", f"{f.year}年验收", columns, rows))
    if f.corrections:
        columns = (
            Column("project", "项目", "text", 12),
            Column("what", "整改要求", "text", 68),
            Column("due", "期限", "text", 20),
        )
        rows = tuple(
            {
                "project": a.project.code,
                "what": a.correction,
                "due": a.correction_due.isoformat() if a.correction_due else None,
            }
            for a in f.corrections
        )
        tables.append(Table("corrections", "尚待整改", columns, rows))
    return Section("acceptances", "验收", () if f.acceptances else (f"{f.year}年没有生效的验收。",), (), tuple(tables))


def _ranking(f: EvaluationYear) -> Section:
    weights = "，".join(f"{label} {weight}" for label, weight in scoring.WEIGHTS.values())
    text = (
        f"得分为测得指标的加权平均，权重（系统默认，非规划规定）：{weights}；测得权重不足 {scoring.ENOUGH} 的不排名次。",
    )
    columns = (
        Column("place", "名次", "text", 8),
        Column("project", "项目", "text", 28),
        Column("unit", "首列牵头", "text", 16),
        Column("points", "得分", "text", 9),
        Column("basis", "算法", "text", 39),
    )
    rows = tuple(
        {
            "place": str(r.score.place or "不排"),
            "project": f"{r.evaluation.project.code} {r.evaluation.project.name}",
            "unit": r.unit.name if r.unit else None,
            "points": _points(r.score.points),
            "basis": r.score.basis,
        }
        for r in f.ranking.rows
    )
    if not rows:
        return Section("ranking", "使用评估", (*text, f"{f.year}年没有生效的使用评估。"))
    measured = tuple(
        {
            "project": r.evaluation.project.code,
            "use": r.evaluation.use_percent,
            "calls": r.evaluation.sharing_calls,
            "goals": f"{r.evaluation.goals_met}/{r.evaluation.goals_set}"
            if r.evaluation.goals_set is not None
            else None,
            "satisfaction": r.evaluation.satisfaction_percent,
            "findings": r.evaluation.findings,
        }
        for r in f.ranking.rows
    )
    of = (
        Column("project", "项目", "text", 10),
        Column("findings", "检查评估意见", "text", 44),
        Column("goals", "达成目标", "text", 12),
        Column("use", "使用率 %", "int", 11),
        Column("calls", "共享调用", "int", 12),
        Column("satisfaction", "满意度 %", "int", 11),
    )
    tables = (Table("ranking", "名次与算法", columns, rows), Table("measures", "测得的指标", of, measured))
    return Section("ranking", "使用评估", text, (), tables)


def _departments(f: EvaluationYear) -> Section:
    columns = (
        Column("unit", "部门", "text", 32),
        Column("average", "平均得分", "text", 16),
        Column("target", "年度目标", "text", 16),
        Column("met", "是否达到", "text", 12),
        Column("count", "评估项目", "int", 12),
        Column("unheard", "未能计入", "int", 12),
    )
    rows = tuple(
        {
            "unit": d.unit.name,
            "count": d.placed,
            "unheard": len(d.unheard),
            "average": _points(d.average),
            "target": _points(d.target.score) if d.target else None,
            "met": {True: "达到", False: "没有达到", None: "无法判定"}[d.met],
        }
        for d in f.ranking.departments
    )
    if not rows:
        return Section("departments", "部门年度目标", (f"{f.year}年没有部门设年度目标，也没有可归到部门的评估。",))
    totals = {
        "unit": "合计",
        "count": sum(d.placed for d in f.ranking.departments),
        "unheard": sum(len(d.unheard) for d in f.ranking.departments),
    }
    text = (
        "按第一牵头归到部门（D43）；评估结果与部门年度目标挂钩（9.2.8）。",
        "“未能计入”为已建成而没有评估、评估还在会签或测得的指标不足的项目，平均得分不含它们。",
    )
    return Section(
        "departments",
        "部门年度目标",
        text,
        (),
        (Table("departments", "部门的平均得分与目标", columns, rows, totals=totals),),
    )


def _missing(f: EvaluationYear) -> Section:
    columns = (
        Column("code", "编号", "text", 14),
        Column("name", "项目", "text", 60),
        Column("state", "状态", "text", 26),
    )
    rows = tuple({"code": p.code, "name": p.name, "state": p.get_state_display()} for p in f.without)
    if not rows:
        return Section("without", "没有评估的项目", ("没有。",))
    return Section(
        "without",
        "没有评估的项目",
        ("已投入运行，本年没有使用评估，由市信息办组织。",),
        (),
        (Table("without", "没有评估的项目", columns, rows),),
    )


def _points(value) -> str | None:
    return None if value is None else f"{Decimal(str(value)):.1f}"
