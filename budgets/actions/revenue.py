"""The verb that enters or corrects 市本级财政收入 of a year."""

from __future__ import annotations

from budgets.actions import checks
from budgets.actions.papers import NO_PAPER, Paper
from budgets.ledger import booking
from budgets.models import CityRevenue
from governance.basics.refusal import Invalid, Stale
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb


@verb("budgets.revenue.set", signs=True)
def set_revenue(
    *,
    by: Actor,
    fiscal_year: int,
    typed: str,
    document: str,
    paper: Paper = NO_PAPER,
    version: int | None = None,
    is_demo: bool = False,
) -> CityRevenue:
    """市本级财政收入 of a year with its source document (9.6.1, D06), whose number and file are the paper's.

    A year that has a figure gets a new one beside it, with a reason; a correction without a file keeps the one there.
    `version`: of the figure that was on the page, 0 where there was none.
    """
    access.require(by, Permission.EDIT_BUDGET)
    booking.check_year(fiscal_year)
    amount = checks.read_amount(typed, field="revenue_wan")
    if amount is None or amount <= 0:
        raise Invalid("请填写市本级财政收入（万元，大于 0）。", fields={"revenue_wan": ["填写金额"]})
    document = checks.source_document(document, "财政决算报告的名称")
    booking.pass_gate(fiscal_year, freezing=True)  # two first figures of a year wait for each other
    before = _superseded(fiscal_year, version, paper.reason)
    row = CityRevenue.objects.create(
        fiscal_year=fiscal_year,
        revenue_wan=amount,
        document=document,
        document_number=paper.document_number,
        reason=paper.reason if before else "",
        file=paper.stored(by) or (before.file if before else None),
        as_typed=str(typed)[:60],
        by_text=by.text,
        version=before.version + 1 if before else 1,
        is_demo=is_demo,
    )
    stands_on = " ".join(filter(None, (document, paper.document_number)))
    audit.record(
        by=by,
        about=row,
        was=f"{before.revenue_wan:.2f}" if before else "未填",
        now=f"{amount:.2f}",
        address=row.get_absolute_url(),
        sentence=f"{fiscal_year} 年市本级财政收入 {amount:,.2f} 万元（{stands_on}）"
        + (f"，更正原 {before.revenue_wan:,.2f}：{paper.reason}" if before else ""),
    )
    return row


def _superseded(fiscal_year: int, version: int | None, reason: str) -> CityRevenue | None:
    """The figure that stood until now, no longer in force; None where the year has none."""
    before = CityRevenue.objects.in_force().select_for_update().filter(fiscal_year=fiscal_year).first()
    if version is not None and version != (before.version if before else 0):
        raise Stale(
            f"没有保存：{fiscal_year} 年的收入数已被别人改过。",
            current={"revenue_wan": f"{before.revenue_wan:.2f}" if before else ""},
        )
    if before is None:
        return None
    if not reason:
        raise Invalid(
            f"没有保存：{fiscal_year} 年已有 {before.revenue_wan:,.2f} 万元；更正请写明理由，原数保留。",
            fields={"reason": ["写明更正理由"]},
        )
    before.superseded = True
    before.save(update_fields=["superseded"])
    return before
