"""Verbs on entries: one appended by hand, one reversed. An entry is never edited."""

from __future__ import annotations

from budgets.actions import checks
from budgets.actions.papers import Paper
from budgets.ledger import booking
from budgets.ledger.booking import LineKey, Posting
from budgets.models import BudgetLine, Entry
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb

BY_HAND = {"adjust": "调整", "clawback": "收回", "opening": "补录"}


@verb("budgets.line.book", signs=True)
def book(
    *,
    by: Actor,
    at: LineKey,
    stage: str,
    typed: str,
    kind: str,
    paper: Paper,
    version: int | None = None,
    is_demo: bool = False,
) -> Entry:
    """Append an entry of a signed amount: 追加 (adjust, + or −), 收回 (clawback, always off), 补录 (opening, +).

    `typed` is what was written, a leading minus included; unlike a cell it is the difference, not the new total.
    The paper has to say why.
    """
    access.require(by, Permission.EDIT_BUDGET)
    if kind not in BY_HAND:
        raise Invalid("这种记账不能手工填。", fields={"kind": [f"只有{'、'.join(BY_HAND.values())}"]})
    if not paper.reason:
        raise Invalid("记账必须写明理由。", fields={"reason": ["写明理由"]})
    amount = checks.signed_amount(typed)
    if kind == "clawback":
        amount = -abs(amount)
    elif kind == "opening" and amount < 0:
        raise Invalid("补录的金额要大于 0。", fields={"amount_wan": ["大于 0"]})
    line = booking.lock_line(at, is_demo=is_demo)
    checks.open_column(at.fiscal_year, stage)
    checks.current(line, version)
    posting = paper.posting(kind, typed, is_demo=is_demo)
    made = booking.book(by=by, line=line, stage=stage, amount_wan=amount, posting=posting)
    paper.put_behind([made], by)
    audit.record(
        by=by,
        about=(at.project, line),
        now=f"{amount:.2f}",
        sentence=f"{at.project.code} {at.fiscal_year} 年{line.get_source_display()}{booking.LABELS[stage]}"
        f"{BY_HAND[kind]} {amount:+,.2f} 万元：{paper.reason}",
    )
    return made


@verb("budgets.entry.reverse", signs=True)
def reverse_entry(*, by: Actor, entry: Entry, reason: str) -> Entry:
    """冲正: the opposite entry, once; both stay."""
    access.require(by, Permission.EDIT_BUDGET)
    held = BudgetLine.objects.select_related("project").get(pk=entry.line_id)
    line = booking.lock_line(LineKey(held.project, held.fiscal_year, held.source))
    entry = Entry.objects.filter(pk=entry.pk).first()
    if entry is None:
        raise NotVisible()
    if Entry.objects.filter(reverses=entry).exists() or entry.reverses_id:
        raise Refused("没有保存：这笔记账已经冲正过。")
    if not reason:
        raise Invalid("冲正必须写明理由。", fields={"reason": ["写明理由"]})
    checks.open_column(line.fiscal_year, entry.stage)
    posting = Posting("reversal", entry.document_number, reason, is_demo=entry.is_demo)
    made = booking.book(
        by=by, line=line, stage=entry.stage, amount_wan=-entry.amount_wan, posting=posting, reverses=entry
    )
    audit.record(by=by, about=(line.project, line), sentence=f"冲正 {line}：{reason}")
    return made
