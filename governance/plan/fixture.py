"""A folder of files → a `Plan`: `read_folder(path)`.

One folder is one plan; another city's plan has the same files. Nothing is returned unless all of it holds: every
verbatim text stands on the line that it names, every reference resolves, every sum is right. Else `FixtureError`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from governance.plan import checks, text_rows
from governance.plan.context import Context
from governance.plan.entries import Entry, FixtureError, read_list, read_object, read_text
from governance.plan.rows import (
    AliasRow,
    BlockRow,
    ChapterRow,
    ChecksRow,
    LeadCheckRow,
    OrganisationRow,
    PilotUnitRow,
    Plan,
    ProgrammeRow,
    SourceRow,
    TermRow,
)

__all__ = ["FixtureError", "Plan", "read_folder"]


def read_folder(path: str | Path) -> Plan:
    """The plan in a folder, wholly checked.

    Raises FixtureError: file, row (line of the file where the entry begins) and label, and what is wrong.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise FixtureError(str(path), "规划文件夹不存在")
    head = read_object(folder, "plan.json").only(
        "id title part city first_year last_year period_first_year source unit estimate_label estimate_note checks "
        "blocks chapters",
        "terms",
    )
    source = _source(head)
    lines = tuple(read_text(folder, source.file).split("\n"))
    context = Context(lines)
    first_year = head.integer("first_year", low=1990, high=2100)
    last_year = head.integer("last_year", low=first_year, high=2100)
    blocks = tuple(_block(entry, context) for entry in head.entries("blocks"))
    chapters = tuple(_chapter(entry, context) for entry in head.entries("chapters"))
    terms = tuple(_term(entry, context) for entry in head.entries("terms"))

    def every(name: str, make: Callable) -> tuple:
        return tuple(make(entry, context) for entry in read_list(folder, name))

    rows = {
        "organisations": every("organisations.json", _organisation),
        "programmes": every("programmes.json", _programme),
        "items": every("plan_items.json", text_rows.item),
        "years": every("plan_years.json", text_rows.year),
    }
    context.blocks = {block.code: block for block in blocks}
    rows |= {
        "tasks": every("plan_tasks.json", text_rows.task),
        "pilot_units": every("pilot_units.json", _pilot_unit),
        "clauses": every("clauses.json", text_rows.clause),
        "regulations": every("regulations.json", text_rows.regulation),
        **_levels(folder, context),
        "bodies": every("bodies.json", text_rows.body),
        "discrepancies": every("discrepancies.json", text_rows.discrepancy),
    }
    plan = Plan(
        key=head.slug("id"),
        first_year=first_year,
        last_year=last_year,
        period_first_year=head.integer("period_first_year", low=first_year, high=last_year),
        **{name: head.text(name) for name in ("title", "part", "city", "unit", "estimate_label")},
        estimate_note=context.quote(head.mapping("estimate_note")),
        source=source,
        checks=_checks(head.mapping("checks")),
        blocks=blocks,
        chapters=chapters,
        terms=terms,
        lines=lines,
        data=head.values,
        **rows,
    )
    checks.check(plan, context, head)
    _same_bytes(folder, source, head)
    return plan


def _levels(folder: Path, context: Context) -> dict[str, object]:
    """Levels and tiers of the works, of one file."""
    file = read_object(folder, "levels.json").only("levels tiers", "note discrepancies")
    for code in file.strings("discrepancies"):
        context.refers("discrepancy", code, file)
    return {
        "levels": tuple(text_rows.level(entry, context) for entry in file.entries("levels")),
        "tiers": tuple(text_rows.tier(entry, context) for entry in file.entries("tiers")),
        "levels_note": file.words("note"),
    }


def _source(head: Entry) -> SourceRow:
    entry = head.mapping("source").only("file title origin lines sha256")
    name = entry.text("file")
    if Path(name).name != name or name in (".", ".."):
        raise entry.refuse(f"“file”为“{name}”，应为同一文件夹内的文件名")
    return SourceRow(name, entry.text("title"), entry.text("origin"), entry.integer("lines"), entry.text("sha256"))


def _same_bytes(folder: Path, source: SourceRow, head: Entry) -> None:
    """Last of all, so that damage to the text is first reported by the row that it hits."""
    if hashlib.sha256((folder / source.file).read_bytes()).hexdigest() != source.sha256:
        raise FixtureError(source.file, f"与 plan.json 登记的校验值不一致，原文被改动（plan.json 第 {head.row} 行）")


def _block(entry: Entry, context: Context) -> BlockRow:
    entry.only("code title start end line narrative_lines first_task_line last_task_line")
    context.unique("block", entry.text("code"), entry)
    start, end = entry.first_day("start"), entry.last_day("end")
    if end < start:
        raise entry.refuse("止早于起")
    return BlockRow(
        code=entry.text("code"),
        title=context.on_line(entry, "title", context.number(entry, "line")),
        start=start,
        end=end,
        line=entry.integer("line"),
        narrative_lines=context.numbers(entry, "narrative_lines"),
        first_task_line=context.number(entry, "first_task_line"),
        last_task_line=context.number(entry, "last_task_line"),
    )


def _chapter(entry: Entry, context: Context) -> ChapterRow:
    entry.only("number title line")
    context.unique("chapter", entry.text("number"), entry)
    title = context.on_line(entry, "title", context.number(entry, "line"))
    return ChapterRow(entry.text("number"), title, entry.integer("line"))


def _term(entry: Entry, context: Context) -> TermRow:
    entry.only("term meaning line")
    context.unique("term", entry.text("term"), entry)
    return TermRow(entry.text("term"), entry.text("meaning"), context.number(entry, "line"))


def _checks(entry: Entry) -> ChecksRow:
    counts = "items tasks criteria principles types pilot_units regulations discrepancies"
    entry.only(f"{counts} tasks_by_block total_wan programmes leads", "years_differ")
    by_block, programmes = entry.mapping("tasks_by_block"), entry.mapping("programmes")
    return ChecksRow(
        **{name: entry.integer(name, low=0) for name in counts.split()},
        tasks_by_block=tuple((code, by_block.integer(code, low=0)) for code in by_block.values),
        total_wan=entry.amount("total_wan"),
        programmes=tuple((key, programmes.amount(key)) for key in programmes.values),
        leads=tuple(
            LeadCheckRow(lead.slug("organisation"), lead.integer("rows", low=0), lead.amount("total_wan"))
            for lead in (one.only("organisation rows total_wan") for one in entry.entries("leads"))
        ),
        years_differ=entry.strings("years_differ"),
    )


def _organisation(entry: Entry, context: Context) -> OrganisationRow:
    entry.only(
        "key name kind aliases is_generic is_temporary is_internal parent budget_unit founded_by valid_from source",
        "phone lines note",
    )
    context.unique("organisation", entry.slug("key"), entry)
    context.unique("organisation name", entry.text("name"), entry)
    aliases = []
    for alias in entry.entries("aliases"):
        alias.only("as_named lines")
        context.unique("alias", alias.text("as_named"), entry)
        for number in alias.numbers("lines"):
            context.on_line(alias, "as_named", number)
        aliases.append(AliasRow(alias.text("as_named"), alias.numbers("lines")))
    for key in ("parent", "budget_unit"):
        context.refers("organisation", entry.maybe(key), entry)
    context.refers("task", entry.maybe("founded_by"), entry)
    return OrganisationRow(
        key=entry.slug("key"),
        name=entry.text("name"),
        kind=entry.text("kind"),
        aliases=tuple(aliases),
        is_generic=entry.flag("is_generic"),
        is_temporary=entry.flag("is_temporary"),
        is_internal=entry.flag("is_internal"),
        parent=entry.maybe("parent"),
        budget_unit=entry.maybe("budget_unit"),
        founded_by=entry.maybe("founded_by"),
        valid_from=entry.day("valid_from"),
        phone=entry.maybe("phone"),
        source=entry.choice("source", ("规划", "系统默认")),
        lines=context.numbers(entry, "lines"),
        note=entry.words("note"),
    )


def _programme(entry: Entry, context: Context) -> ProgrammeRow:
    entry.only("key name order standalone items total_wan")
    context.unique("programme", entry.slug("key"), entry)
    for code in entry.strings("items"):
        context.refers("item", code, entry)
    return ProgrammeRow(
        key=entry.slug("key"),
        name=entry.text("name"),
        order=entry.integer("order"),
        standalone=entry.flag("standalone"),
        items=entry.strings("items"),
        total_wan=entry.amount("total_wan"),
    )


def _pilot_unit(entry: Entry, context: Context) -> PilotUnitRow:
    entry.only("order as_named organisation focus line")
    context.unique("pilot unit", entry.slug("organisation"), entry)
    context.refers("organisation", entry.slug("organisation"), entry)
    line = context.number(entry, "line")
    name = context.on_line(entry, "as_named", line)
    return PilotUnitRow(entry.integer("order"), name, entry.slug("organisation"), entry.flag("focus"), line)
