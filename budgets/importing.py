"""The workbook's way back: file, snapshot and database compared cell by cell; all or nothing.

`rehearse` stores nothing and says what would happen; `commit` rehearses again on locked rows and books everything
through budgets.actions, or refuses everything.
"""

from __future__ import annotations

from decimal import Decimal

from budgets import actions, ledger
from budgets.import_comparison import HEADS, Comparison
from budgets.import_plan import STAGE_LABELS, Choice, Choices, Difference, Plan
from budgets.models import STAGES
from budgets.sheets import CODE_KEYS
from governance import audit
from governance.access import Actor, require
from governance.refusal import Refused
from governance.roles import Permission, Role
from governance.verbs import frame
from governance.workbooks import UnsafeWorkbook, read_safely
from projects.models import Project

__all__ = ["SYSTEM", "Choice", "Choices", "Difference", "Plan", "UnsafeWorkbook", "commit", "rehearse"]

# Who acts on the command line: whoever may run it on the server holds the finance bureau's right.
SYSTEM = Actor(user_id=None, name="命令行", role=Role.FINANCE, organisation_id=0, organisation_name="系统")


def rehearse(content: bytes, actor: Actor) -> Plan:
    """What the workbook would change. Raises UnsafeWorkbook for a file that may not be read, WrongRole."""
    require(actor, Permission.EDIT_BUDGET)
    return Comparison(read_safely(content)).plan()


def commit(content: bytes, actor: Actor, choices: Choices | None = None) -> Plan:
    """Book every change of the workbook in one transaction. A plan that is not clean stores nothing and is returned
    as it is; raises UnsafeWorkbook, WrongRole. `choices` settle cells that both sides changed (import_plan.Choice)."""
    require(actor, Permission.EDIT_BUDGET)
    sheets = read_safely(content)  # before the transaction: a child process takes its time
    try:
        with frame():
            plan = Comparison(sheets, lock=True, choices=choices).plan()
            if not plan.clean:
                raise _NothingStored(plan)
            if _open_lines(plan):
                # Made and locked now: whatever somebody booked on them meanwhile is seen by the second look.
                plan = Comparison(sheets, lock=True, choices=choices).plan()
                if not plan.clean:
                    raise _NothingStored(plan)
            if plan.changes:
                _book(plan, actor)
    except _NothingStored as nothing:
        return nothing.plan
    except Refused as refusal:
        plan.refuse(f"整份没有写入：{refusal.sentence}")
        return plan
    plan.committed = True
    return plan


class _NothingStored(Exception):
    """Takes the plan out of the transaction, which rolls back."""

    def __init__(self, plan: Plan):
        super().__init__()
        self.plan = plan


def _open_lines(plan: Plan) -> bool:
    """Make the lines that the changes need, before anything is booked; whether there were any."""
    keys = sorted({d.key for d in plan.changes if d.is_new})
    projects = {p.code: p for p in Project.objects.filter(code__in={k.split("|")[0] for k in keys})}
    for key in keys:
        code, year, source = key.split("|")
        ledger.lock_line(project=projects[code], fiscal_year=int(year), source=source)
    return bool(keys)


def _book(plan: Plan, actor: Actor) -> None:
    rows: dict[str, list[Difference]] = {}
    for change in plan.changes:
        rows.setdefault(change.key, []).append(change)
    projects = {p.code: p for p in Project.objects.filter(code__in={k.split("|")[0] for k in rows})}
    for key in sorted(rows, key=lambda k: (projects[k.split("|")[0]].order, k)):
        code, year, source = key.split("|")
        line = {"by": actor, "project": projects[code], "fiscal_year": int(year), "source": source}
        amounts = {d.field: d for d in rows[key] if d.field in STAGE_LABELS.values()}
        # Down from below, then up from above: no moment in between breaks 支出 ≤ 下达 ≤ 批复.
        stages = [(s, amounts[label], Decimal(amounts[label].new) - Decimal(amounts[label].old or 0))
                  for s, label in STAGES if label in amounts]  # fmt: skip
        for stage, change, _ in [x for x in reversed(stages) if x[2] < 0] + [x for x in stages if x[2] >= 0]:
            chosen = "，两边都改过，选用文件" if change.settled else ""
            actions.set_cell(**line, stage=stage, typed=change.new, reason=f"导入 {plan.snapshot} {change.sheet}!{change.cell}{chosen}")
        codes = {c: d.new or "" for c in CODE_KEYS for d in rows[key] if d.field == HEADS[c]}
        if codes:
            actions.set_codes(**line, **codes)
    audit.record(
        by=actor, event="budgets.import", now=str(len(plan.changes)), address=f"/budgets/{plan.scope}/" if plan.scope != "all" else "/budgets/",
        sentence=f"导入预算表（快照 {plan.snapshot}），写入 {len(plan.changes)} 处"
                 + (f"，其中 {taken} 处两边都改过、选用文件" if (taken := sum(d.settled for d in plan.changes)) else ""),
    )  # fmt: skip
