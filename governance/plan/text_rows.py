"""Entries whose words are the plan's: rows of 10.4 and 10.5, tasks, clauses, regulations, bodies, discrepancies."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from governance.plan.context import Context, shorten
from governance.plan.entries import Entry
from governance.plan.rows import (
    BodyRow,
    ClauseRow,
    DiscrepancyRow,
    GoalRow,
    LeadRow,
    LevelRow,
    MilestoneRow,
    PhaseRow,
    PlanItemRow,
    PlanTaskRow,
    ProofRow,
    ReadingRow,
    RegulationRow,
    TaskLinkRow,
    TierRow,
    TouchesRow,
    YearRow,
)

END_MARKS = "；;。"
NUMERAL = re.compile(r"[0-9]+、")
CLAUSE_KINDS = ("principle", "type", "priority", "defer", "no_city_funding", "obligation")


def _estimate(entry: Entry) -> tuple[str, Decimal]:
    """The estimate as printed and as an amount; both must say the same."""
    raw, amount = entry.text("estimate_raw"), entry.amount("estimate_wan")
    try:
        same = Decimal(raw) == amount
    except InvalidOperation:
        same = False
    if not same:
        raise entry.refuse(f"“estimate_wan”{amount} 与原文数字“{raw}”不一致")
    return raw, amount


def _whole_line(entry: Entry, context: Context, keys: str, line: int) -> None:
    """The keys' texts, joined by a space, must be the line."""
    texts = {key: entry.text(key) for key in keys.split()}
    if " ".join(texts.values()) == context.text(line):
        return
    for key, words in texts.items():
        context.on_line(entry, key, line)
        if words != words.strip():
            break
    raise entry.refuse(f"各栏连起来与原文第 {line} 行不一致")


def _discrepancies(entry: Entry, context: Context) -> tuple[str, ...]:
    codes = entry.strings("discrepancies")
    for code in codes:
        context.refers("discrepancy", code, entry)
    return codes


def item(entry: Entry, context: Context) -> PlanItemRow:
    """A row of 10.4."""
    entry.only(
        "code order name content time_raw start end precision estimate_raw estimate_wan leads_raw leads "
        "leads_open_ended programme phase line",
        "phases milestones goals discrepancies",
    )
    code = context.unique("item", entry.text("code"), entry)
    start, end, precision = entry.window()
    raw, amount = _estimate(entry)
    line = context.number(entry, "line")
    _whole_line(entry, context, "name content time_raw estimate_raw leads_raw", line)
    context.refers("programme", entry.maybe("programme"), entry)
    return PlanItemRow(
        code=code,
        order=entry.integer("order"),
        name=entry.text("name"),
        content=entry.text("content"),
        time_raw=entry.text("time_raw"),
        start=start,
        end=end,
        precision=precision,
        estimate_raw=raw,
        estimate_wan=amount,
        leads_raw=entry.text("leads_raw"),
        leads=_leads(entry, context),
        leads_open_ended=entry.flag("leads_open_ended"),
        programme=entry.maybe("programme"),
        phase=entry.maybe("phase"),
        phases=tuple(_phase(one, context, line) for one in entry.entries("phases")),
        milestones=tuple(_milestone(one, context, line, start, end) for one in entry.entries("milestones")),
        goals=tuple(_goal(one, context, line) for one in entry.entries("goals")),
        line=line,
        discrepancies=_discrepancies(entry, context),
    )


def _leads(entry: Entry, context: Context) -> tuple[LeadRow, ...]:
    """Lead units in the plan's order; together with the marks between them they are `leads_raw`."""
    rest, rows = entry.text("leads_raw"), []
    for order, one in enumerate(entry.entries("leads"), 1):
        one.only("as_named organisation generic")
        name = one.text("as_named")
        if order > 1:
            rest = rest[1:] if rest[:1] in ("、", "和") else rest
        if not rest.startswith(name):
            raise entry.refuse(f"牵头单位“{name}”与“leads_raw”的次序或文字不符")
        rest = rest[len(name) :]
        context.refers("organisation", one.slug("organisation"), entry)
        rows.append(LeadRow(order, name, one.slug("organisation"), one.flag("generic")))
    if not rows:
        raise entry.refuse("“leads”没有牵头单位")
    if rest not in ("", "等"):
        raise entry.refuse(f"“leads_raw”中的“{rest}”没有列入“leads”")
    if (rest == "等" or any(row.generic for row in rows)) != entry.flag("leads_open_ended"):
        raise entry.refuse("“leads_open_ended”与“leads_raw”是否以“等”结尾、“leads”是否有泛指不符（D42）")
    return tuple(rows)


def _phase(entry: Entry, context: Context, line: int) -> PhaseRow:
    entry.only("label start end precision quote", "name")
    start, end, precision = entry.window()
    return PhaseRow(
        entry.text("label"), entry.maybe("name"), start, end, precision, context.on_line(entry, "quote", line)
    )


def _milestone(entry: Entry, context: Context, line: int, item_start: dt.date, item_end: dt.date) -> MilestoneRow:
    entry.only("text quote start end precision due outside_window", "due_by_reading discrepancy")
    start, end, precision = entry.window()
    outside = end < item_start or start > item_end
    if outside != entry.flag("outside_window"):
        raise entry.refuse(f"里程碑“{entry.text('text')}”的“outside_window”与项目起止不符")
    due = entry.day("due")
    if due is None or due < start:
        raise entry.refuse(f"里程碑“{entry.text('text')}”的“due”缺失或早于起")
    days = _by_reading(entry, f"里程碑“{entry.text('text')}”")
    context.refers("discrepancy", entry.maybe("discrepancy"), entry)
    return MilestoneRow(
        text=entry.text("text"),
        quote=context.on_line(entry, "quote", line),
        start=start,
        end=end,
        precision=precision,
        due=due,
        due_by_reading=days,
        outside_window=outside,
        discrepancy=entry.maybe("discrepancy"),
    )


def _by_reading(entry: Entry, what: str) -> tuple[tuple[str, dt.date], ...]:
    """The due day under each reading of its discrepancy; none where it has no doubtful day."""
    by_reading = entry.mapping("due_by_reading").values if entry.values.get("due_by_reading") else {}
    days = tuple((key, entry.mapping("due_by_reading").day(key)) for key in by_reading)
    if any(day is None for _, day in days):
        raise entry.refuse(f"{what}的“due_by_reading”缺少日期")
    return days


def _goal(entry: Entry, context: Context, line: int) -> GoalRow:
    entry.only("indicator target quote due precision", "due_by_reading discrepancy")
    what, quote, target = (
        f"目标“{entry.text('indicator')}”",
        context.on_line(entry, "quote", line),
        entry.text("target"),
    )
    if target not in quote:
        raise entry.refuse(f"{what}的目标值“{target}”不在所引的原文里")
    if (due := entry.day("due")) is None:
        raise entry.refuse(f"{what}缺少“due”")
    context.refers("discrepancy", entry.maybe("discrepancy"), entry)
    return GoalRow(
        indicator=entry.text("indicator"),
        target=target,
        quote=quote,
        due=due,
        precision=entry.choice("precision", ("year", "month")),
        due_by_reading=_by_reading(entry, what),
        discrepancy=entry.maybe("discrepancy"),
    )


def year(entry: Entry, context: Context) -> YearRow:
    """A row of 10.5."""
    entry.only("order time_raw name estimate_raw estimate_wan leads_raw item line")
    context.unique("year row", entry.text("item"), entry)
    context.refers("item", entry.text("item"), entry)
    raw, amount = _estimate(entry)
    line = context.number(entry, "line")
    _whole_line(entry, context, "time_raw name estimate_raw leads_raw", line)
    return YearRow(
        order=entry.integer("order"),
        time_raw=entry.text("time_raw"),
        name=entry.text("name"),
        estimate_raw=raw,
        estimate_wan=amount,
        leads_raw=entry.text("leads_raw"),
        item=entry.text("item"),
        line=line,
    )


def task(entry: Entry, context: Context) -> PlanTaskRow:
    """A task of 10.1–10.3: its line without the end mark."""
    entry.only("code block order text line projects", "discrepancies proofs")
    code = context.unique("task", entry.text("code"), entry)
    block = context.blocks.get(entry.text("block"))
    if block is None:
        raise entry.refuse(f"推进阶段“{entry.text('block')}”不存在")
    line, text = context.number(entry, "line"), entry.text("text")
    if not block.first_task_line <= line <= block.last_task_line:
        raise entry.refuse(f"原文第 {line} 行不在 {block.code} 的任务之内")
    if context.text(line).rstrip(END_MARKS) != text:
        raise entry.refuse(f"“text”的文字“{shorten(text)}”与原文第 {line} 行不一致")
    links = []
    for one in entry.entries("projects"):
        one.only("code certainty")
        context.refers("item", one.text("code"), entry)
        links.append(TaskLinkRow(one.text("code"), one.choice("certainty", ("sure", "possible"))))
    if len({link.code for link in links}) != len(links):
        raise entry.refuse("同一项目重复关联")
    return PlanTaskRow(
        code=code,
        block=block.code,
        order=entry.integer("order"),
        text=text,
        due=block.end,
        projects=tuple(links),
        line=line,
        discrepancies=_discrepancies(entry, context),
        proofs=tuple(_proof(one, context) for one in entry.entries("proofs")) if "proofs" in entry.values else (),
    )


# The registers that a task may be bound to, each with the kind of entry that its `of` names (None: other words).
REGISTERS = {
    "body": "body",
    "project": "item",
    "regulation": "regulation",
    "cios": None,
    "experts": None,
    "grading": None,
    "service": None,
    "training": None,
}


def _proof(entry: Entry, context: Context) -> ProofRow:
    entry.only("register of", "state enough")
    register, of = entry.choice("register", REGISTERS), entry.text("of")
    if (kind := REGISTERS[register]) and of != "*":
        context.refers(kind, of, entry)
    enough = entry.choice("enough", ("met", "begun")) if "enough" in entry.values else "met"
    return ProofRow(register, of, entry.words("state"), enough)


def clause(entry: Entry, context: Context) -> ClauseRow:
    """A clause that the product cites."""
    entry.only("clause kind heading heading_line text line order", "label note discrepancies")
    line, heading_line = context.number(entry, "line"), context.number(entry, "heading_line")
    text = context.on_line(entry, "text", line)
    if entry.values["kind"] != "obligation" and NUMERAL.sub("", context.text(line)).rstrip(END_MARKS) != text:
        raise entry.refuse(f"“text”的文字“{shorten(text)}”不是原文第 {line} 行的全文")
    return ClauseRow(
        clause=context.unique("clause", entry.text("clause"), entry),
        kind=entry.choice("kind", CLAUSE_KINDS),
        label=entry.words("label"),
        heading=context.on_line(entry, "heading", heading_line),
        heading_line=heading_line,
        text=text,
        line=line,
        order=entry.integer("order"),
        note=entry.words("note"),
        discrepancies=_discrepancies(entry, context),
    )


def regulation(entry: Entry, context: Context) -> RegulationRow:
    """An instrument that the plan wants drafted; its text is whole lines."""
    entry.only("clause verb title kind text heading_line lines state", "note discrepancies")
    heading_line = context.number(entry, "heading_line")
    if not context.text(heading_line).endswith(entry.text("verb") + entry.text("title")):
        raise entry.refuse(f"“verb”“title”与原文第 {heading_line} 行的标题不一致")
    lines = context.numbers(entry, "lines")
    if "\n".join(context.text(number) for number in lines) != entry.text("text"):
        raise entry.refuse(f"“text”的文字与原文第 {'、'.join(map(str, lines))} 行不一致")
    return RegulationRow(
        clause=context.unique("regulation", entry.text("clause"), entry),
        verb=entry.text("verb"),
        title=entry.text("title"),
        kind=entry.text("kind"),
        text=entry.text("text"),
        heading_line=heading_line,
        lines=lines,
        state=entry.choice("state", ("拟订中", "征求意见", "审议", "印发")),
        note=entry.words("note"),
        discrepancies=_discrepancies(entry, context),
    )


def level(entry: Entry, context: Context) -> LevelRow:
    entry.only("key name label accountable_to clause quotes")
    context.refers("organisation", entry.slug("accountable_to"), entry)
    context.refers("clause", entry.text("clause"), entry)
    return LevelRow(
        key=context.unique("level", entry.slug("key"), entry),
        name=entry.text("name"),
        label=entry.text("label"),
        accountable_to=entry.slug("accountable_to"),
        clause=entry.text("clause"),
        quotes=context.quotes(entry, "quotes"),
    )


def tier(entry: Entry, context: Context) -> TierRow:
    entry.only("key name label reports_to clause quotes")
    context.refers("tier", entry.maybe("reports_to"), entry)
    context.refers("clause", entry.text("clause"), entry)
    return TierRow(
        key=context.unique("tier", entry.slug("key"), entry),
        name=entry.text("name"),
        label=entry.text("label"),
        reports_to=entry.maybe("reports_to"),
        clause=entry.text("clause"),
        quotes=context.quotes(entry, "quotes"),
    )


def body(entry: Entry, context: Context) -> BodyRow:
    """A body or seat with its duties quoted."""
    entry.only("key name kind clause line duties holder cosigners acting founded_by valid_from", "note discrepancies")
    for key in (entry.maybe("holder"), entry.maybe("acting"), *entry.strings("cosigners")):
        context.refers("organisation", key, entry)
    context.refers("task", entry.maybe("founded_by"), entry)
    return BodyRow(
        key=context.unique("body", entry.slug("key"), entry),
        name=entry.text("name"),
        kind=entry.choice("kind", ("机构", "会签席位", "职责", "岗位")),
        clause=entry.text("clause"),
        line=context.number(entry, "line"),
        duties=context.quotes(entry, "duties"),
        holder=entry.maybe("holder"),
        cosigners=entry.strings("cosigners"),
        acting=entry.maybe("acting"),
        founded_by=entry.maybe("founded_by"),
        valid_from=entry.day("valid_from"),
        note=entry.words("note"),
        discrepancies=_discrepancies(entry, context),
    )


def discrepancy(entry: Entry, context: Context) -> DiscrepancyRow:
    """An open place of the plan; its default is one of its readings."""
    entry.only("code weight title quotes readings default default_text touches read_by_code", "source_note")
    code = context.unique("discrepancy", entry.text("code"), entry)
    readings = []
    for one in entry.entries("readings"):
        one.only("key text effect")
        readings.append(ReadingRow(one.slug("key"), one.text("text"), one.text("effect")))
    keys = [reading.key for reading in readings]
    if not keys:
        raise entry.refuse("“readings”至少要有一种读法")
    if len(set(keys)) != len(keys):
        raise entry.refuse("读法的“key”重复")
    return DiscrepancyRow(
        code=code,
        weight=entry.choice("weight", "ABC"),
        title=entry.text("title"),
        quotes=context.quotes(entry, "quotes"),
        readings=tuple(readings),
        default=entry.choice("default", keys),
        default_text=entry.text("default_text"),
        touches=_touches(entry, context),
        read_by_code=entry.flag("read_by_code"),
        source_note=entry.words("source_note"),
    )


def _touches(entry: Entry, context: Context) -> TouchesRow:
    kinds = {"projects": "item", "tasks": "task", "clauses": "clause", "organisations": "organisation"}
    touches = entry.mapping("touches").only(" ".join(kinds))
    for name, kind in kinds.items():
        for key in touches.strings(name):
            context.refers(kind, key, entry)
    return TouchesRow(**{name: touches.strings(name) for name in kinds})
