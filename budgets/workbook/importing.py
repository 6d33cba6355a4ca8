"""Importing the budget workbook: file, snapshot and database compared cell by cell; all or nothing.

`rehearse` stores nothing and says what would happen; `commit` rehearses again on locked rows and books everything
(import_booking), or refuses everything.
"""

from __future__ import annotations

from budgets.workbook import import_booking
from budgets.workbook.import_comparison import Comparison
from budgets.workbook.import_plan import Choice, Choices, Difference, Plan
from budgets.workbook.sheets import MAIN, META
from governance.basics.refusal import Refused
from governance.basics.roles import Permission, Role
from governance.database import bulk
from governance.kernel import audit, verbs
from governance.kernel.access import Actor, require
from governance.kernel.verbs import frame
from governance.workbooks.writer import Limits, UnsafeWorkbook, read_safely

__all__ = ["SYSTEM", "Choice", "Choices", "Difference", "Plan", "UnsafeWorkbook", "commit", "rehearse"]

# Who acts on the command line: whoever may run it on the server holds the finance bureau's right.
SYSTEM = Actor(user_id=None, name="命令行", role=Role.FINANCE, organisation_id=0, organisation_name="系统")


# What the system exports comes back: a hundred thousand rows of all years are ten megabytes, 115 inflated, and take the
# child about 3 s and 220 MiB. Twice the bytes are still read; more columns are not: an empty corner costs no more.
LIMITS = Limits(
    file=24 * 2**20, inflated=256 * 2**20, rows=120_000, columns=50, cells=3_000_000, seconds=60, processor=10
)


def _read(content: bytes) -> dict[str, list[list]]:
    """The rows, and the snapshot's name at the top of the hidden sheet."""
    return read_safely(content, LIMITS, {MAIN: LIMITS.rows, META: 7})


@bulk.without_collector()
def rehearse(content: bytes, actor: Actor) -> Plan:
    """What the workbook would change. Raises UnsafeWorkbook for a file that may not be read, WrongRole."""
    require(actor, Permission.EDIT_BUDGET)
    return Comparison(_read(content)).plan()


@bulk.without_collector()
def commit(content: bytes, actor: Actor, choices: Choices | None = None) -> Plan:
    """Book every change of the workbook in one transaction. A plan that is not clean stores nothing and is returned
    as it is; raises UnsafeWorkbook, WrongRole. `choices` settle cells that both sides changed (import_plan.Choice)."""
    require(actor, Permission.EDIT_BUDGET)
    sheets = _read(content)  # before the transaction: a child process takes its time
    try:
        with frame():
            compared = Comparison(sheets, lock=True, choices=choices)
            plan = compared.plan()
            if not plan.clean:
                raise _NothingStored(plan)
            if import_booking.open_lines(plan):
                # Made and locked now: whatever somebody booked on them meanwhile is seen by the second look.
                compared = Comparison(sheets, lock=True, choices=choices)
                plan = compared.plan()
                if not plan.clean:
                    raise _NothingStored(plan)
            if plan.changes:
                import_booking.book(plan, compared.lines, actor)
                _told(plan, actor)
                verbs.signature()
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


def _told(plan: Plan, actor: Actor) -> None:
    audit.record(
        by=actor,
        event="budgets.import",
        now=str(len(plan.changes)),
        address=f"/budgets/{plan.scope}/" if plan.scope != "all" else "/budgets/",
        sentence=f"导入预算表（快照 {plan.snapshot}），写入 {len(plan.changes)} 处"
        + (f"，其中 {taken} 处两边都改过、选用文件" if (taken := sum(d.settled for d in plan.changes)) else ""),
    )
