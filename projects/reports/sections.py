"""Sections of the annual progress report, made from its figures (projects.reports.figures)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from governance import charts
from governance.basics.figures import Column, Figure, Report, Section, Table
from projects.labels import BEFORE_THE_PERIOD, STATES
from projects.lifecycle.scopes import scope_of
from projects.panels.plan import Block
from projects.progress import rating
from projects.reports import benefits, foundations, frame
from projects.reports.figures import Population, ProgressYear, TaskLine, progress_year

BASIS = (
    "规划 10.4 的项目与规划外项目分开说，每个项目只计一次；完成比例为填报单位自报，测算评级由系统按原基线与最新基线计算"
)
NOTED = ("D27", "D28", "D29", "D31", "D32", "D33", "D35", "D43", "D44", "D48")
PAPER_WIDTH = 660
BOTH = "规划内外合计"


def annual_progress(year: int, scope: str = "") -> Report:
    """The annual progress report of a year, of the whole city or of one lead's or programme's projects
    (projects.lifecycle.scopes); called inside one snapshot (governance.documents.printing.build)."""
    found = progress_year(year, scope_of(scope))
    sections = (
        _overview(found),
        *(_block(found, block) for block in found.frame.blocks),
        _projects(found),
        *((foundations.section(foundations.foundations(year, found.day)),) if found.scope.is_whole else ()),
        benefits.section(found.promises, frame.said(found.day)),
        *((_unmatched(found),) if found.scope.is_whole else ()),
        _problems(found),
        _method(found),
    )
    return frame.report(
        "annual_progress",
        year,
        f"年度进度报告{found.scope.suffix}",
        BASIS,
        "",
        NOTED,
        sections,
        day=found.day,
        is_demo=found.is_demo,
    )


def _overview(f: ProgressYear) -> Section:
    before = f"（{BEFORE_THE_PERIOD}）" if f.before_the_period else ""
    whose = "规划" if f.scope.is_whole else f"{f.scope.name}，规划"
    text = [f"{whose} 10.4 列 {f.planned.total} 项，{_counted(f, f.planned, before)}"]
    if f.others.total:
        text.append(f"规划之外登记的项目 {f.others.total} 项，{_counted(f, f.others, before)}")
    if f.block:
        mine = f.of_block(f.block.code)
        done = sum(t.state == "已完成" for t in mine)
        text.append(
            f"{f.year} 年属 {f.block.code}“{f.block.title}”，列任务 {len(mine)} 项，已完成 {done} 项；任务按阶段末"
            f"（{frame.said(f.block.end)}）到期，阶段之内不计逾期（D33）。"
        )
    else:
        text.append(f"{f.year} 年在规划期之前，规划没有为它列任务；只有起期早于规划期的项目在内（D31）。")
    return Section("overview", "总体情况", tuple(text), _figures(f), (_milestones(f),) if f.milestones else ())


def _figures(f: ProgressYear) -> tuple[Figure, ...]:
    rated = Counter(p.computed.code for p in f.in_year)
    inside = [m for m in f.milestones if not m.outside]
    return (
        Figure("planned", "规划项目", f.planned.total, "项", ("10.4",)),
        Figure("planned_under_way", "规划项目在建", f.planned.under_way, "项", ("10.4",), "立项至试运行"),
        Figure("planned_finished", "规划项目已终验", f.planned.finished, "项", ("9.2.7",), "终验及以后"),
        Figure("others", "规划外项目", f.others.total, "项", (), "列入年度计划、自筹、区县备案登记的"),
        Figure("others_under_way", "规划外项目在建", f.others.under_way, "项", (), "立项至试运行"),
        Figure(
            "in_year",
            "周期含本年的项目",
            len(f.in_year),
            "项",
            (),
            f"{BOTH}；最新基线的起止年份含本年",
            rows="projects",
        ),
        Figure("under_way", "在建", f.every.under_way, "项", (), f"{BOTH}；立项至试运行"),
        Figure("finished", "已终验", f.every.finished, "项", ("9.2.7",), f"{BOTH}；终验及以后"),
        Figure(
            "reported", "有进度填报", f.every.reported, "项", ("9.2.7",), f"{BOTH}；各期最新的一份", rows="projects"
        ),
        Figure(
            "normal", "测算正常", rated[rating.NORMAL], "项", (), "按原基线与最新基线、数据时效计算", rows="projects"
        ),
        Figure("attention", "测算关注", rated[rating.ATTENTION], "项", rows="projects"),
        Figure("late", "测算滞后", rated[rating.LATE], "项", rows="projects"),
        Figure("not_due", "未到首报期", rated[rating.NOT_DUE], "项", rows="projects"),
        Figure("differs", "自评与测算不同", sum(p.differs for p in f.in_year), "项", rows="projects"),
        Figure(
            "milestones",
            "本年规划节点",
            len(f.milestones),
            "个",
            ("10.4",),
            f"其中项目周期之内 {len(inside)} 个",
            rows="milestones",
        ),
        Figure(
            "milestones_done",
            "本年节点已完成",
            sum(m.done_on is not None for m in f.milestones),
            "个",
            rows="milestones",
        ),
        Figure("tasks", "推进任务", len(f.tasks), "项", ("10.1", "10.2", "10.3")),
        Figure("tasks_done", "任务已完成", sum(t.state == "已完成" for t in f.tasks), "项"),
        Figure("tasks_late", "任务逾期", sum(t.state == "逾期" for t in f.tasks), "项", (), "所在阶段已结束而未完成"),
    )


def _counted(f: ProgressYear, some: Population, before: str) -> str:
    """One population in one sentence: its projects of the year, reported, in build, finished."""
    return (
        f"其中 {f.year} 年{before}在建设周期内的 {some.in_year} 项，{some.reported} 项有进度填报；"
        f"到 {frame.said(f.day)}在建 {some.under_way} 项，已终验 {some.finished} 项。"
    )


def _milestones(f: ProgressYear) -> Table:
    columns = (
        Column("code", "项目", "text", 10),
        Column("text", "节点", "text", 50),
        Column("done", "完成日期", "text", 20),
        Column("note", "说明", "text", 20),
    )
    rows = [
        {
            "code": m.code,
            "text": m.text,
            "done": m.done_on.isoformat() if m.done_on else "未完成",
            "note": "超出项目周期（D27）" if m.outside else "",
        }
        for m in f.milestones
    ]
    return Table("milestones", f"{f.year} 年规划节点", columns, tuple(rows))


def _block(f: ProgressYear, block: Block) -> Section:
    mine = f.of_block(block.code)
    if not mine:
        return Section(
            f"block-{block.code}", f"{block.years}年度任务", (f"{block.code}“{block.title}”没有本报告范围内的任务。",)
        )
    states = Counter(t.state for t in mine)
    text = f"{block.code}“{block.title}”列任务 {len(mine)} 项，到期 {frame.said(block.end)}：" + "，".join(
        f"{word} {n} 项" for word, n in states.items()
    )
    columns = (
        Column("code", "任务", "text", 10),
        Column("text", "原文", "text", 44),
        Column("projects", "项目", "text", 14),
        Column("state", "状态", "text", 12),
        Column("evidence", "凭据", "text", 20),
    )
    rows: list[dict] = []
    for title, some in (
        ("有项目的任务", [t for t in mine if t.projects]),
        ("无项目的任务", [t for t in mine if not t.projects]),
    ):
        if some:
            rows.append({"_group": f"{title} {len(some)} 项"})
            rows += [_task_row(t) for t in some]
    table = Table(f"tasks-{block.code}", f"{block.code} 任务", columns, tuple(rows))
    return Section(f"block-{block.code}", f"{block.years}年度任务", (text + "。",), (), (table,))


def _task_row(t: TaskLine) -> dict:
    projects = "、".join([*t.projects, *(f"{code}（可能）" for code in t.possible)])
    return {"code": t.code, "text": t.text, "projects": projects or "无项目", "state": t.state, "evidence": t.evidence}


def _projects(f: ProgressYear) -> Section:
    columns = (
        Column("code", "编号", "text", 7),
        Column("name", "项目", "text", 26),
        Column("window", "起止", "text", 14),
        Column("state", "状态", "text", 8),
        Column("percent", "完成 %", "int", 8),
        Column("own", "自评", "text", 8),
        Column("computed", "测算", "text", 12),
        Column("reason", "测算依据", "text", 17),
    )
    rows: list[dict] = []
    for (_, programme), lines in _by_programme(f).items():
        rows.append({"_group": f"{programme} {len(lines)} 项"})
        rows += [
            {
                "code": p.code,
                "name": p.name,
                "window": p.window,
                "state": STATES[p.state],
                "percent": p.percent,
                "own": p.own or None,
                "computed": p.computed.label,
                "reason": p.computed.reason,
            }
            for p in lines
        ]
    table = Table(
        "projects",
        f"{f.year} 年度项目进度",
        columns,
        tuple(rows),
        note="完成比例为最近一期填报；未填即没有填报。测算评级从原基线与最新基线两方面计算偏差，改基线不消除偏差。",
    )
    text = f"周期含 {f.year} 年的项目 {len(f.in_year)} 项，状态为 {frame.said(f.day)}的状态。"
    pictures = (("项目时间总图", _picture(f)),) if f.frame.blocks and _picture(f) else ()
    return Section("projects", "项目进度", (text,), (), (table,) if rows else (), pictures)


def _by_programme(f: ProgressYear) -> dict:
    groups: dict[tuple, list] = {}
    for p in sorted(f.in_year, key=lambda p: p.programme_order):
        groups.setdefault((p.programme_order, p.programme), []).append(p)
    return groups


def _picture(f: ProgressYear):
    """The portfolio on paper; every project with a window, the year's own and the others alike."""
    groups: dict[tuple, list] = {}
    for p in sorted(f.projects, key=lambda p: p.programme_order):
        if p.chart is not None and p.planned:
            groups.setdefault((p.programme_order, p.programme), []).append(p)
    rows = [p.chart for lines in groups.values() for p in lines]
    if not rows:
        return None
    drawn = [
        charts.Group(
            name,
            tuple(p.chart for p in lines),
            f"{len(lines)} 项",
            f"{sum((p.estimate_wan or Decimal(0) for p in lines), Decimal(0)):,.0f}",
        )
        for (_, name), lines in groups.items()
    ]
    first = min(f.frame.blocks[0].start, *(r.start for r in rows))
    last = max(f.frame.blocks[-1].end, *(r.end for r in rows))
    return charts.gantt(
        drawn,
        first=first,
        last=last,
        today=f.day,
        blocks=[(b.code, b.start, b.end) for b in f.frame.blocks],
        title="项目时间总图",
        width=PAPER_WIDTH,
        row_height=20,
    )


def _unmatched(f: ProgressYear) -> Section:
    task_columns = (
        Column("code", "任务", "text", 12),
        Column("text", "原文", "text", 68),
        Column("state", "状态", "text", 20),
    )
    project_columns = (
        Column("code", "编号", "text", 12),
        Column("name", "项目", "text", 48),
        Column("wan", "概算", "wan", 20),
        Column("percent", "完成 %", "int", 20),
    )
    tables = (
        Table(
            "tasks_without_project",
            "有任务而无项目、无资金",
            task_columns,
            tuple({"code": t.code, "text": t.text, "state": t.state} for t in f.unmatched),
        ),
        Table(
            "projects_without_task",
            "有项目而无任务",
            project_columns,
            tuple({"code": p.code, "name": p.name, "wan": p.estimate_wan, "percent": p.percent} for p in f.unserved),
            "万元",
        ),
    )
    text = (
        f"任务 {len(f.unmatched)} 项应有项目而无项目、无资金，计入进度，不计入资金；"
        f"项目 {len(f.unserved)} 项没有对应的任务，单独报告（D35）。",
    )
    return Section("unmatched", "任务与项目对不上的", text, (), tuple(t for t in tables if t.rows))


def _problems(f: ProgressYear) -> Section:
    columns = (
        Column("code", "项目", "text", 12),
        Column("problems", "问题", "text", 44),
        Column("next", "下一步安排", "text", 44),
    )
    rows = tuple(
        {"code": p.code, "problems": p.problems, "next": p.next_steps or None} for p in f.projects if p.problems
    )
    text = [f"{f.year} 年各期填报反映问题的项目 {len(rows)} 项。"]
    if quiet := [p.code for p in f.projects if p.next_steps and not p.problems]:
        text.append(f"另有 {len(quiet)} 项只报了下一步安排，没有反映问题：{'、'.join(quiet)}；安排见各项目页。")
    tables = (Table("problems", "问题与安排", columns, rows),) if rows else ()
    return Section("problems", "问题与安排", tuple(text), (), tables)


def _method(f: ProgressYear) -> Section:
    exact = [p.code for p in f.projects if p.planned and p.precision != "year"]
    text = [
        f"数据截至 {frame.said(f.day)}。项目、任务的状态取这一天的记录，填报取本年及以前各期最新的一份。",
        f"{BASIS}。测算的界限为系统默认，非规划规定："
        "完成落后周期一成为关注、两成为滞后；止期推后一成为关注、三成为滞后；"
        f"数据超过 {rating.CYCLE_DAYS} 天未更新为关注。",
        (f"规划写到月份的只有 {'、'.join(exact)}，其余只写年份" if exact else "规划对本报告所列项目都只写到年份")
        + "，本报告照录原文，不补日期（D32）。",
    ]
    if f.before_the_period:
        text.append(f"{f.year} 年为{BEFORE_THE_PERIOD}（D31）。")
    if f.is_demo:
        text.append("本库含演示数据。")
    return Section("method", "编报说明", tuple(text))
