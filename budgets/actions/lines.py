"""Verbs on one budget line: a stage set to what is typed, the codes of its accounts."""

from __future__ import annotations

from decimal import Decimal

from budgets.actions import checks
from budgets.actions.papers import NO_PAPER, Paper
from budgets.ledger import booking
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb


@verb("budgets.line.set_cell", signs=True)
def set_cell(
    *,
    by: Actor,
    at: LineKey,
    stage: str,
    typed: str,
    version: int | None = None,
    paper: Paper = NO_PAPER,
    is_demo: bool = False,
) -> BudgetLine:
    """Set a stage of a line to what is typed (万元); the difference is booked. `version` 0 or None: no line there yet.

    An empty cell is no amount: it is refused where the line holds one (未填 is not 0; reverse the entry instead).
    """
    access.require(by, Permission.EDIT_BUDGET)
    label = checks.stage_label(stage)
    amount = checks.read_amount(typed)
    line = booking.lock_line(at, is_demo=is_demo)
    checks.open_column(at.fiscal_year, stage)
    checks.current(line, version)
    held = getattr(line, booking.FIELD[stage])
    if amount == held:
        return line
    if amount is None:
        raise Refused(f"没有保存：已有{label} {held:,.2f} 万元；空不等于零。要改为零请填 0，记错了请冲正那笔记账。")
    posting = paper.posting("initial" if held is None else "adjust", typed, is_demo=is_demo)
    booking.book(by=by, line=line, stage=stage, amount_wan=amount - (held or Decimal(0)), posting=posting)
    audit.record(
        by=by,
        about=(at.project, line),
        was="未填" if held is None else f"{held:.2f}",
        now=f"{amount:.2f}",
        sentence=f"{at.project.code} {at.fiscal_year} 年{line.get_source_display()}{label} "
        f"{'未填' if held is None else f'{held:,.2f}'} → {amount:,.2f} 万元",
    )
    return line


@verb("budgets.line.set_codes")
def set_codes(*, by: Actor, at: LineKey, **codes: str) -> BudgetLine:
    """Set unit_code, function_code or economic_code of a line (预算单位代码, 功能科目, 经济科目); others stay."""
    access.require(by, Permission.EDIT_BUDGET)
    if unknown := set(codes) - {"unit_code", "function_code", "economic_code"}:
        raise Invalid(f"没有这个代码：{'、'.join(sorted(unknown))}。")
    line = booking.lock_line(at)
    changed = {name: text for name, text in codes.items() if getattr(line, name) != text}
    if not changed:
        return line
    was = {name: getattr(line, name) for name in changed}
    for name, text in changed.items():
        setattr(line, name, text)
    line.version += 1
    line.save()
    words = "，".join(
        f"{BudgetLine._meta.get_field(n).verbose_name} {was[n] or '未填'} → {t or '未填'}" for n, t in changed.items()
    )
    audit.record(
        by=by,
        about=(at.project, line),
        was=was,
        now=changed,
        sentence=f"{at.project.code} {at.fiscal_year} 年{line.get_source_display()}{words}",
    )
    return line
