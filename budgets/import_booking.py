"""Booking what a workbook changes: all cells of all lines in a few statements, by the rules of budgets.actions.set_cell.

Called inside importing.commit's transaction, on projects and lines that the comparison holds locked. Twenty thousand cells
one by one would hold those locks for minutes.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum

from budgets import ceilings, ledger
from budgets.import_comparison import HEADS
from budgets.import_plan import STAGE_LABELS, Difference, Plan
from budgets.models import STAGES, BudgetLine, Entry, ProjectYear, StageLock
from budgets.sheets import CODE_KEYS
from governance import audit
from governance.access import Actor
from governance.refusal import Refused
from projects.models import Project

BATCH = 500
STAGE_OF = {label: stage for stage, label in STAGES}
CODE_OF = {HEADS[code]: code for code in CODE_KEYS}
ZERO = Decimal(0)


def open_lines(plan: Plan) -> bool:
    """Make the lines that the changes need, before anything is booked; whether there were any. Their projects are locked."""
    keys = sorted({d.key for d in plan.changes if d.is_new})
    projects = dict(Project.objects.filter(code__in={k.split("|")[0] for k in keys}).values_list("code", "pk"))
    wanted = []
    for key in keys:
        code, year, source = key.split("|")
        wanted.append(BudgetLine(project_id=projects[code], fiscal_year=int(year), source=source))
    BudgetLine.objects.bulk_create(wanted, batch_size=BATCH, ignore_conflicts=True)
    return bool(keys)


def book(plan: Plan, lines: dict[str, BudgetLine], by: Actor) -> None:
    """Append an entry a changed amount, set the lines' totals and codes and the projects' years. Raises Refused where a
    column was frozen meanwhile."""
    _still_open(plan)
    rows: dict[str, list[Difference]] = {}
    for change in plan.changes:
        rows.setdefault(change.key, []).append(change)
    entries: list[Entry] = []
    touched = [lines[key] for key in sorted(rows, key=lambda k: lines[k].pk)]
    for line in touched:
        key = f"{line.project.code}|{line.fiscal_year}|{line.source}"
        amounts = sorted((d for d in rows[key] if d.field in STAGE_OF), key=lambda d: list(STAGE_OF).index(d.field))
        entries += [_entry(line, change, plan, by) for change in amounts]
        if codes := {CODE_OF[d.field]: d for d in rows[key] if d.field in CODE_OF}:
            _codes(line, codes, by)
    Entry.objects.bulk_create(entries, batch_size=BATCH)
    BudgetLine.objects.bulk_create(
        touched, batch_size=BATCH, update_conflicts=True, unique_fields=["project", "fiscal_year", "source"],
        update_fields=[*ledger.FIELD.values(), *CODE_KEYS, "version"],
    )  # fmt: skip
    _keep_years({line.project_id for line in touched}, {line.fiscal_year for line in touched})


def _still_open(plan: Plan) -> None:
    """In the gates of all years: whoever froze a column first is seen."""
    wanted = {(int(d.key.split("|")[1]), STAGE_OF[d.field]) for d in plan.changes if d.field in STAGE_OF}
    for year in sorted({year for year, _ in wanted}):
        ledger.pass_gate(year)
    frozen = sorted(wanted & set(StageLock.objects.values_list("fiscal_year", "stage")))
    if frozen:
        year, stage = frozen[0]
        raise Refused(f"{year} 年的{STAGE_LABELS[stage]}已冻结；市财政局解冻后可以改。")


def _entry(line: BudgetLine, change: Difference, plan: Plan, by: Actor) -> Entry:
    stage, amount = STAGE_OF[change.field], Decimal(change.new)
    held = getattr(line, ledger.FIELD[stage])
    setattr(line, ledger.FIELD[stage], amount)
    line.version += 1
    if stage == "approved" and amount > (held or ZERO):
        ceilings.hold(line.fiscal_year, line.source)
    was = "未填" if held is None else f"{held:,.2f}"
    audit.record(
        by=by, event="budgets.line.set_cell", about=(line.project, line), was="未填" if held is None else f"{held:.2f}", now=f"{amount:.2f}",
        sentence=f"{line.project.code} {line.fiscal_year} 年{line.get_source_display()}{change.field} {was} → {amount:,.2f} 万元",
    )  # fmt: skip
    chosen = "，两边都改过，选用文件" if change.settled else ""
    return Entry(
        line=line, stage=stage, amount_wan=amount - (held or ZERO), kind="initial" if held is None else "adjust", as_typed=change.new[:60],
        reason=f"导入 {plan.snapshot} {change.sheet}!{change.cell}{chosen}", by_text=by.text,
    )  # fmt: skip


def _codes(line: BudgetLine, codes: dict[str, Difference], by: Actor) -> None:
    was = {code: getattr(line, code) for code in codes}
    for code, change in codes.items():
        setattr(line, code, change.new or "")
    line.version += 1
    words = "，".join(f"{change.field} {was[code] or '未填'} → {change.new or '未填'}" for code, change in codes.items())
    audit.record(
        by=by, event="budgets.line.set_codes", about=(line.project, line), was=was, now={c: d.new or "" for c, d in codes.items()},
        sentence=f"{line.project.code} {line.fiscal_year} 年{line.get_source_display()}{words}",
    )  # fmt: skip


def _keep_years(projects: set[int], years: set[int]) -> None:
    """The projects' years again from their lines, as ledger.keep_year does for one."""
    ids = sorted(projects)
    for start in range(0, len(ids), BATCH):
        lines = BudgetLine.objects.filter(project_id__in=ids[start : start + BATCH], fiscal_year__in=years).order_by()
        sums = lines.values("project_id", "fiscal_year").annotate(**{f"sum_{field}": Sum(field) for field in ledger.FIELD.values()})
        ProjectYear.objects.bulk_create(
            [ProjectYear(project_id=s["project_id"], fiscal_year=s["fiscal_year"], **{f: s[f"sum_{f}"] for f in ledger.FIELD.values()}) for s in sums],
            batch_size=BATCH, update_conflicts=True, unique_fields=["project", "fiscal_year"], update_fields=list(ledger.FIELD.values()),
        )  # fmt: skip
