"""绩效目标 in the annual progress report: what was promised (8.1(6)) and what is delivered of it (9.2.8)."""

from __future__ import annotations

from governance.basics.figures import Column, Figure, Section, Table
from projects.benefits import ledger

PAPER_WIDTH = 660


def section(lines: tuple[ledger.Line, ...], day: str) -> Section:
    """Picture and table of the same goals; `day` in words."""
    title = "绩效目标"
    if not lines:
        return Section("benefits", title, ("本报告范围内没有承诺过可以度量的目标。",))
    found = ledger.accounts(lines)
    count = {state: sum(one.state == state for one in lines) for state in ledger.STATES}
    waiting = sum(len(one.waiting) for one in lines)
    text = (
        f"到{day}，{len(found)}个项目承诺可以度量的目标{len(lines)}个："
        + "，".join(f"{word}{count[state]}个" for state, word in ledger.STATES.items())
        + (f"；另有{waiting}个测量值等待确认，不计。" if waiting else "。"),
        f"{ledger.HOW}（系统默认，非规划规定）。",
    )
    figures = (
        Figure("goals", "承诺的目标", len(lines), "个", ("8.1(6)",), rows="benefits"),
        *(
            Figure(f"goals_{state}", word, count[state], "个", ("9.2.8",), rows="benefits")
            for state, word in ledger.STATES.items()
        ),
    )
    note = "来源：绩效台账（申报书、规划10.4原文、文件登记的目标），只计经确认的测量值"
    picture = ledger.picture(found, width=PAPER_WIDTH, links=False)
    tables = (_table(lines, note),)
    return Section("benefits", title, text, figures, tables, ((f"承诺的目标与达成。{note}", picture),))


def _table(lines: tuple[ledger.Line, ...], note: str) -> Table:
    columns = (
        Column("code", "项目", "text", 9),
        Column("indicator", "指标", "text", 27),
        Column("baseline", "现值", "text", 9),
        Column("target", "目标值", "text", 11),
        Column("due", "到期", "text", 12),
        Column("value", "最近确认的值", "text", 12),
        Column("state", "着落", "text", 11),
        Column("points", "达成度", "text", 9),
    )
    rows = tuple(
        {
            "code": one.benefit.project.code,
            "indicator": one.benefit.indicator,
            "baseline": one.benefit.baseline or None,
            "target": one.benefit.target,
            "due": one.due.isoformat() if one.due else None,
            "value": one.latest.value if one.latest else None,
            "state": one.word,
            "points": f"{one.points:.1f}" if one.points is not None else None,
        }
        for one in lines
    )
    return Table("benefits", "各目标的着落", columns, rows, note=note)
