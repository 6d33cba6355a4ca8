"""Booking what a workbook changes: all cells of all lines in a few statements, by the rules of actions.set_cell.

Called inside importing.commit's transaction, on projects and lines that the comparison holds locked. A hundred thousand
cells one by one would hold those locks for minutes. The trail gets a row a project that names every line and cell, for
the same reason: whoever writes it holds the chain's head, for which the whole city waits.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby, islice

from budgets.ledger import ceilings, decided
from budgets.ledger.booking import FIELD, keep_years, pass_gate
from budgets.models import SOURCES, STAGES, BudgetLine, Entry, StageLock
from budgets.workbook.import_comparison import HEADS, Held
from budgets.workbook.import_plan import STAGE_LABELS, Difference, Plan
from budgets.workbook.sheets import CODE_KEYS, STAGE_KEYS
from governance.basics import clock
from governance.basics.refs import ref
from governance.basics.refusal import Refused
from governance.database import bulk
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from projects.models import Project

STAGE_OF = {label: stage for stage, label in STAGES}
CODE_OF = {HEADS[code]: code for code in CODE_KEYS}
SOURCE_LABELS = dict(SOURCES)
ZERO = Decimal(0)
AT_ONCE = 500  # projects asked for by one query
SAID = 6  # cells that a sentence of the trail spells out; its figures have all


@step
def open_lines(plan: Plan) -> bool:
    """Make the lines that the changes need, before anything is booked; whether there were any.

    Their projects are locked."""
    keys = sorted({d.key for d in plan.changes if d.is_new})
    projects = dict(Project.objects.filter(code__in={k.split("|")[0] for k in keys}).values_list("code", "pk"))
    wanted = []
    for key in keys:
        code, year, source = key.split("|")
        wanted.append(BudgetLine(project_id=projects[code], fiscal_year=int(year), source=source))
    BudgetLine.objects.bulk_create(wanted, batch_size=500, ignore_conflicts=True)
    return bool(keys)


@step
def book(plan: Plan, lines: dict[str, Held], by: Actor) -> None:
    """Append an entry a changed amount, set the lines' totals and codes and the projects' years. Raises Refused where a
    column was frozen meanwhile."""
    changes = plan.changes
    _still_open(changes)
    booking = _Booking(plan)
    for key, cells in groupby(changes, key=lambda d: d.key):  # a row's differences stand together
        booking.line(key, lines[key], list(cells))
    same = {"by_text": by.text, "day": clock.today(), "recorded_at": clock.now()}
    same |= {"is_demo": False}
    columns = ("line", "stage", "amount_wan", "kind", "as_typed", "reason", "document_number")
    bulk.insert(Entry, columns, booking.entries, same)
    bulk.update(BudgetLine, (*FIELD.values(), *CODE_KEYS, "version"), booking.lines)
    keep_years(booking.projects, booking.years)
    raised = sorted(booking.raised)
    for start in range(0, len(raised), AT_ONCE):
        decided.hold(*raised[start : start + AT_ONCE])
    for told in booking.told.values():
        told.record(plan.snapshot, by)


def _still_open(changes: list[Difference]) -> None:
    """In the gates of all years: whoever froze a column first is seen."""
    wanted = {(int(d.key.split("|")[1]), STAGE_OF[d.field]) for d in changes if d.field in STAGE_OF}
    for year in sorted({year for year, _ in wanted}):
        pass_gate(year)
    frozen = sorted(wanted & set(StageLock.objects.values_list("fiscal_year", "stage")))
    if frozen:
        year, stage = frozen[0]
        raise Refused(f"{year} 年的{STAGE_LABELS[stage]}已冻结；市财政局解冻后可以改。")


class _Booking:
    """Rows to be written, line after line."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.entries: list[tuple] = []
        self.lines: list[tuple] = []
        self.projects: set[int] = set()
        self.raised: set[int] = set()  # projects of which more is approved than before
        self.years: set[int] = set()
        self.told: dict[str, _Told] = {}  # by project

    def line(self, key: str, line: Held, cells: list[Difference]) -> None:
        code, year, source = key.split("|")
        self.projects.add(line.project)
        self.years.add(int(year))
        told = self.told.setdefault(code, _Told(code))
        told.lines.append(line.pk)
        amounts, codes = dict(zip(STAGE_KEYS, line.amounts, strict=True)), dict(zip(CODE_KEYS, line.codes, strict=True))
        booked = 0
        for change in cells:
            told.cell(f"{year} 年{SOURCE_LABELS[source]}{change.field}", change)
            if (stage := STAGE_OF.get(change.field)) is None:
                codes[CODE_OF[change.field]] = change.new or ""
                continue
            booked += 1
            held, amounts[stage] = amounts[stage] or ZERO, Decimal(change.new)
            self._entry(line, stage, amounts[stage] - held, change)
            if stage == "approved" and amounts[stage] > held:
                ceilings.hold(int(year), source)
                self.raised.add(line.project)
        version = line.version + booked + (booked < len(cells))
        self.lines.append((line.pk, *amounts.values(), *codes.values(), version))

    def _entry(self, line: Held, stage: str, amount_wan: Decimal, change: Difference) -> None:
        chosen = "，两边都改过，选用文件" if change.settled else ""
        reason = f"导入 {self.plan.snapshot} {change.sheet}!{change.cell}{chosen}"
        kind = "initial" if change.old is None else "adjust"
        self.entries.append((line.pk, stage, amount_wan, kind, change.new[:60], reason, change.paper))


class _Told:
    """What the trail says of a project."""

    def __init__(self, code: str):
        self.code = code
        self.lines: list[int] = []
        self.was: dict[str, str] = {}
        self.now: dict[str, str] = {}
        self.papers: dict[str, None] = {}

    def cell(self, name: str, change: Difference) -> None:
        self.was[name], self.now[name] = change.old or "未填", change.new or "未填"
        if change.paper:
            self.papers[change.paper] = None

    def record(self, snapshot: str, by: Actor) -> None:
        cells = [f"{name} {self.was[name]} → {now}" for name, now in islice(self.now.items(), SAID)]
        more = f"等 {len(self.now)} 处" if len(self.now) > SAID else ""
        papers = f"，文号 {'、'.join(islice(self.papers, SAID))}" if self.papers else ""
        audit.record(
            by=by,
            event="budgets.line.import",
            about=(ref("project", self.code), *(ref("budget-line", pk) for pk in self.lines)),
            was=self.was,
            now=self.now,
            sentence=f"{self.code} {'，'.join(cells)}{more}（导入 {snapshot}{papers}）",
            address=Project(code=self.code).get_absolute_url(),
        )
