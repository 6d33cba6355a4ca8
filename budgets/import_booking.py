"""Booking what a workbook changes: all cells of all lines in a few statements, by the rules of budgets.actions.set_cell.

Called inside importing.commit's transaction, on projects and lines that the comparison holds locked. A hundred thousand
cells one by one would hold those locks for minutes.
"""

from __future__ import annotations

import functools
from decimal import Decimal
from itertools import groupby

from budgets import ceilings, ledger
from budgets.import_comparison import HEADS, Held
from budgets.import_plan import STAGE_LABELS, Difference, Plan
from budgets.models import SOURCES, STAGES, BudgetLine, Entry, StageLock
from budgets.sheets import CODE_KEYS, STAGE_KEYS
from governance import audit, bulk, clock
from governance.access import Actor
from governance.refusal import Refused
from projects.models import Project

STAGE_OF = {label: stage for stage, label in STAGES}
CODE_OF = {HEADS[code]: code for code in CODE_KEYS}
SOURCE_LABELS = dict(SOURCES)
ZERO = Decimal(0)


def open_lines(plan: Plan) -> bool:
    """Make the lines that the changes need, before anything is booked; whether there were any. Their projects are locked."""
    keys = sorted({d.key for d in plan.changes if d.is_new})
    projects = dict(Project.objects.filter(code__in={k.split("|")[0] for k in keys}).values_list("code", "pk"))
    wanted = []
    for key in keys:
        code, year, source = key.split("|")
        wanted.append(BudgetLine(project_id=projects[code], fiscal_year=int(year), source=source))
    BudgetLine.objects.bulk_create(wanted, batch_size=500, ignore_conflicts=True)
    return bool(keys)


def book(plan: Plan, lines: dict[str, Held], by: Actor) -> None:
    """Append an entry a changed amount, set the lines' totals and codes and the projects' years. Raises Refused where a
    column was frozen meanwhile."""
    changes = plan.changes
    _still_open(changes)
    booking = _Booking(plan, by)
    for key, cells in groupby(changes, key=lambda d: d.key):  # a row's differences stand together
        booking.line(key, lines[key], list(cells))
    same = {"by_text": by.text, "day": clock.today(), "recorded_at": clock.now(), "document_number": "", "is_demo": False}
    bulk.insert(Entry, ("line", "stage", "amount_wan", "kind", "as_typed", "reason"), booking.entries, same)
    bulk.update(BudgetLine, (*ledger.FIELD.values(), *CODE_KEYS, "version"), booking.lines)
    ledger.keep_years(booking.projects, booking.years)


def _still_open(changes: list[Difference]) -> None:
    """In the gates of all years: whoever froze a column first is seen."""
    wanted = {(int(d.key.split("|")[1]), STAGE_OF[d.field]) for d in changes if d.field in STAGE_OF}
    for year in sorted({year for year, _ in wanted}):
        ledger.pass_gate(year)
    frozen = sorted(wanted & set(StageLock.objects.values_list("fiscal_year", "stage")))
    if frozen:
        year, stage = frozen[0]
        raise Refused(f"{year} 年的{STAGE_LABELS[stage]}已冻结；市财政局解冻后可以改。")


class _Booking:
    """Rows to be written, line after line."""

    def __init__(self, plan: Plan, by: Actor):
        self.plan, self.by = plan, by
        self.entries: list[tuple] = []
        self.lines: list[tuple] = []
        self.projects: set[int] = set()
        self.years: set[int] = set()

    def line(self, key: str, line: Held, cells: list[Difference]) -> None:
        code, year, source = key.split("|")
        self.projects.add(line.project)
        self.years.add(int(year))
        name, about = f"{code} {year} 年{SOURCE_LABELS[source]}", (f"project:{code}", f"budget-line:{line.pk}")
        amounts, codes = dict(zip(STAGE_KEYS, line.amounts, strict=True)), dict(zip(CODE_KEYS, line.codes, strict=True))
        typed = [d for d in cells if d.field in CODE_OF]
        for change in cells:
            if stage := STAGE_OF.get(change.field):
                amounts[stage] = self._amount(name, about, line, stage, amounts[stage], change)
                if stage == "approved" and amounts[stage] > (line.amounts[STAGE_KEYS.index(stage)] or ZERO):
                    ceilings.hold(int(year), source)
        if typed:
            now = {CODE_OF[d.field]: d.new or "" for d in typed}
            self._tell("set_codes", about, f"{name}" + "，".join(f"{d.field} {codes[CODE_OF[d.field]] or '未填'} → {d.new or '未填'}" for d in typed),
                       {code: codes[code] for code in now}, now)  # fmt: skip
            codes |= now
        version = line.version + len(cells) - len(typed) + bool(typed)
        self.lines.append((line.pk, *amounts.values(), *codes.values(), version))

    def _amount(self, name: str, about: tuple, line: Held, stage: str, held: Decimal | None, change: Difference) -> Decimal:
        amount, was = Decimal(change.new), "未填" if held is None else f"{held:.2f}"
        shown = was if held is None else f"{held:,.2f}"
        self._tell("set_cell", about, f"{name}{change.field} {shown} → {amount:,.2f} 万元", was, change.new)
        chosen = "，两边都改过，选用文件" if change.settled else ""
        self.entries.append((
            line.pk, stage, amount - (held or ZERO), "initial" if held is None else "adjust", change.new[:60],
            f"导入 {self.plan.snapshot} {change.sheet}!{change.cell}{chosen}",
        ))  # fmt: skip
        return amount

    def _tell(self, event: str, about: tuple, sentence: str, was: object, now: object) -> None:
        audit.record(by=self.by, event=f"budgets.line.{event}", about=about, sentence=sentence, was=was, now=now,
                     address=_address(about[0]))  # fmt: skip


@functools.lru_cache(maxsize=1000)
def _address(project: str) -> str:
    return Project(code=project.removeprefix("project:")).get_absolute_url()
