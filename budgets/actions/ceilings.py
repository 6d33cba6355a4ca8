"""The verb that sets 年度上限 of a year and source."""

from __future__ import annotations

from budgets.actions import checks
from budgets.ledger import booking, ceilings
from budgets.models import SOURCES, Ceiling
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb


@verb("budgets.ceiling.set", signs=True)
def set_ceiling(
    *,
    by: Actor,
    fiscal_year: int,
    source: str,
    typed: str,
    document: str,
    version: int | None = None,
    is_demo: bool = False,
) -> Ceiling:
    """年度上限 of a year and source with its paper. Refused below what is approved already."""
    access.require(by, Permission.EDIT_BUDGET)
    if source not in dict(SOURCES):
        raise Invalid("请选择资金来源。", fields={"source": ["请选择"]})
    booking.check_year(fiscal_year)
    amount = checks.read_amount(typed, field="ceiling_wan")
    if amount is None:
        raise Invalid("请填写上限（万元）。", fields={"ceiling_wan": ["填写金额"]})
    document = checks.source_document(document, "财政局函告的文号")
    booking.pass_gate(fiscal_year, freezing=True)  # who is booking in the year finishes first
    row = ceilings.lock(fiscal_year, source) or Ceiling(
        fiscal_year=fiscal_year, source=source, is_demo=is_demo, version=0
    )
    if version is not None and row.version != version:
        raise Stale(
            "没有保存：这条上限已被别人改过。", current={"ceiling_wan": f"{row.ceiling_wan:.2f}" if row.pk else ""}
        )
    held = ceilings.approved(fiscal_year, source)
    if amount < held:
        raise Refused(f"没有保存：{row}不能低于已批复的 {held:,.2f} 万元；先调减批复。")
    was = f"{row.ceiling_wan:.2f}" if row.pk else "未定"
    row.ceiling_wan, row.document, row.by_text, row.version = amount, document, by.text, row.version + 1
    row.save()
    audit.record(
        by=by,
        about=row,
        was=was,
        now=f"{amount:.2f}",
        address="/budgets/ceilings/",
        sentence=f"{row} {was} → {amount:,.2f} 万元（{document}）",
    )
    return row
