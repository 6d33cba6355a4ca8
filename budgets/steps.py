"""What floor 4 calls down inside its own verb."""

from __future__ import annotations

from decimal import Decimal

from budgets.ledger import booking
from budgets.models import STAGES
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from projects.models import Project


@step
def open_lines(
    *, by: Actor, project: Project, amounts: list[dict], document_number: str, is_demo: bool = False
) -> None:
    """Open approved money of an adopted plan: [{"source", "fiscal_year", "amount_wan"}] in 万元, signed.

    The first amount on a line is booked as `initial`, a later one (a mid-year adjustment) as `adjust`. Lines are locked
    in the order of year and source, so that two adoptions cannot block each other.
    """
    for row in sorted(amounts, key=lambda r: (int(r["fiscal_year"]), r["source"])):
        amount = Decimal(row["amount_wan"])
        if not amount:
            continue
        line = booking.lock_line(
            project=project, fiscal_year=int(row["fiscal_year"]), source=row["source"], is_demo=is_demo
        )
        kind = "initial" if line.approved_wan is None else "adjust"
        booking.book(
            by=by,
            line=line,
            stage="approved",
            amount_wan=amount,
            kind=kind,
            document_number=document_number,
            reason="年度计划审定",
            is_demo=is_demo,
        )
        audit.record(
            by=by,
            event="budgets.line.open",
            about=(project, line),
            now=f"{line.approved_wan:.2f}",
            sentence=f"{project.code} {line.fiscal_year} 年{line.get_source_display()}批复 {amount:,.2f} 万元（{document_number}）",
        )


@step
def opening_entries(
    *, by: Actor, project: Project, entries: list[dict], document_number: str, is_demo: bool = False
) -> None:
    """Book what a project taken over (补录) already had: [{"source", "fiscal_year", "stage", "amount_wan"}] in 万元.

    Nothing is invented: an amount that is not known is left out and stays 未填. Booked year by year, 概算 and 批复 first.
    """
    order = [stage for stage, _ in STAGES]
    for row in sorted(entries, key=lambda r: (int(r["fiscal_year"]), r["source"], order.index(r["stage"]))):
        line = booking.lock_line(
            project=project, fiscal_year=int(row["fiscal_year"]), source=row["source"], is_demo=is_demo
        )
        amount = Decimal(row["amount_wan"])
        booking.book(
            by=by,
            line=line,
            stage=row["stage"],
            amount_wan=amount,
            kind="opening",
            document_number=document_number,
            reason="补录",
            is_demo=is_demo,
        )
        audit.record(
            by=by,
            event="budgets.line.opening",
            about=(project, line),
            now=f"{amount:.2f}",
            sentence=f"{project.code} {line.fiscal_year} 年{line.get_source_display()}补录{dict(STAGES)[row['stage']]} {amount:,.2f} 万元（{document_number}）",
        )
