"""What floor 4 calls inside its own verb: the approved money of an adopted plan becomes budget lines."""

from __future__ import annotations

from decimal import Decimal

from budgets.ledger import booking, decided
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from projects.models import Project


def approved(project: Project) -> dict[str, Decimal]:
    """What is approved for a project by source, over all years, in 万元."""
    return decided.approved(project.pk)


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
        at = booking.LineKey(project, int(row["fiscal_year"]), row["source"])
        line = booking.lock_line(at, is_demo=is_demo)
        posting = booking.Posting(
            kind="initial" if line.approved_wan is None else "adjust",
            document_number=document_number,
            reason="年度计划审定",
            is_demo=is_demo,
        )
        booking.book(by=by, line=line, stage="approved", amount_wan=amount, posting=posting)
        audit.record(
            by=by,
            event="budgets.line.open",
            about=(project, line),
            now=f"{line.approved_wan:.2f}",
            sentence=f"{project.code} {line.fiscal_year} 年{line.get_source_display()}"
            f"批复 {amount:,.2f} 万元（{document_number}）",
        )
