"""Verbs that move money: 调剂 to another project, 结转 into the next year; two entries of one document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from budgets.actions import checks
from budgets.actions.papers import Paper
from budgets.ledger import booking
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit, verbs
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from projects.models import Project


@verb("budgets.transfer", signs=True)
def transfer(
    *,
    by: Actor,
    line: BudgetLine,
    to_project: Project,
    stage: str,
    typed: str,
    paper: Paper,
    version: int | None = None,
) -> BudgetLine:
    """调剂: move money of a stage to another project, same year and source (9.2.2): two entries, one document."""
    access.require(by, Permission.EDIT_BUDGET)
    amount = _moved(typed, paper)
    if to_project.pk == line.project_id:
        raise Invalid("调剂要在两个项目之间；同一项目跨年度请用结转。", fields={"to_project": ["另选一个项目"]})
    booking.lock_projects(line.project_id, to_project.pk)
    origin, target = _two_lines((line.project, line.fiscal_year), (to_project, line.fiscal_year), line.source)
    checks.open_column(line.fiscal_year, stage)
    checks.current(origin, version)
    made = booking.move(
        by=by, origin=origin, target=target, stages=[(stage, amount)], posting=paper.posting("transfer", typed)
    )
    paper.put_behind(made, by)
    for row, sign in ((origin, "调出"), (target, "调入")):
        audit.record(
            by=by,
            about=(row.project, row),
            now=f"{amount:.2f}",
            sentence=f"{row} {booking.LABELS[stage]}{sign} {amount:,.2f} 万元"
            f"（{paper.document_number}）：{paper.reason}",
        )
    return target


@verb("budgets.carry_over", signs=True)
def carry_over(*, by: Actor, line: BudgetLine, typed: str, paper: Paper, version: int | None = None) -> BudgetLine:
    """结转: move approved money that is not spent into the project's next year, with what of it is appropriated.

    Raises Refused where more than approved less spent is asked for.
    """
    access.require(by, Permission.EDIT_BUDGET)
    amount = _moved(typed, paper)
    booking.lock_projects(line.project_id)
    origin, target = _two_lines((line.project, line.fiscal_year), (line.project, line.fiscal_year + 1), line.source)
    checks.current(origin, version)
    approved, appropriated, spent = (
        getattr(origin, booking.FIELD[s]) or Decimal(0) for s in ("approved", "appropriated", "spent")
    )
    if amount > (free := approved - spent):
        raise Refused(
            f"没有保存：结转 {amount:,.2f} 超过可结转的 {free:,.2f} 万元（批复 {approved:,.2f} 减支出 {spent:,.2f}）。",
            blockers=[(f"改为 {free:,.2f}，或先冲正多记的支出", "市财政局")],
            current={"ceiling_wan": f"{free:.2f}"},
        )
    stages = [("approved", amount)]
    if (moved := appropriated - (approved - amount)) > 0:
        stages.append(("appropriated", moved))
    for stage, _ in stages:
        checks.open_column(origin.fiscal_year, stage)
        checks.open_column(target.fiscal_year, stage)
    made = booking.move(by=by, origin=origin, target=target, stages=stages, posting=paper.posting("carry_over", typed))
    paper.put_behind(made, by)
    said = f"，其中已下达 {moved:,.2f}" if moved > 0 else ""
    audit.record(
        by=by,
        about=(line.project, origin, target),
        now=f"{amount:.2f}",
        sentence=f"{origin} 结转 {amount:,.2f} 万元到 {target.fiscal_year} 年{said}"
        f"（{paper.document_number}）：{paper.reason}",
    )
    return target


@dataclass(frozen=True)
class Effect:
    """A stage of a line before and after a move, in 万元; None reads 未填."""

    line: str
    stage: str
    before: Decimal | None
    after: Decimal | None


def rehearse(act: Callable[..., BudgetLine], *, by: Actor, line: BudgetLine, **given) -> list[Effect]:
    """What `transfer` or `carry_over` would change, tried and rolled back: the two lines, stage by stage. Raises the
    verb's own refusal; stores nothing."""
    token = verbs.confirmed.set(None)  # whoever only looks is not asked for his password
    try:
        with transaction.atomic():
            target = act(by=by, line=line, **given)
            keys = [LineKey(row.project, row.fiscal_year, row.source) for row in (line, target)]
            after = [_totals(key) for key in keys]
            transaction.set_rollback(True)
    finally:
        verbs.confirmed.reset(token)
    return [
        Effect(f"{key.project.code} {key.fiscal_year} 年", label, before[field], now[field])
        for key, now, before in zip(keys, after, map(_totals, keys), strict=True)
        for field, label in ((booking.FIELD[stage], label) for stage, label in booking.LABELS.items())
        if before[field] != now[field]
    ]


def _totals(at: LineKey) -> dict[str, Decimal | None]:
    row = BudgetLine.objects.filter(**vars(at)).first()
    return {field: getattr(row, field, None) for field in booking.FIELD.values()}


def _moved(typed: object, paper: Paper) -> Decimal:
    needed = {"document_number": "文号", "reason": "理由"}
    if lacking := {name: [f"写明{word}"] for name, word in needed.items() if not getattr(paper, name)}:
        raise Invalid("没有保存：调剂和结转必须写明文号和理由（9.2.2）。", fields=lacking)
    amount = checks.signed_amount(typed)
    if amount < 0:
        raise Invalid("没有保存：调剂和结转的金额要大于 0。", fields={"amount_wan": ["大于 0"]})
    return amount


def _two_lines(first: tuple[Project, int], second: tuple[Project, int], source: str) -> tuple[BudgetLine, BudgetLine]:
    """Two lines of a source, locked in the order of their ids where both are there."""
    keys = sorted((first, second), key=lambda k: (k[0].pk, k[1]))
    found = {key: booking.lock_line(LineKey(*key, source)) for key in keys}
    return found[first], found[second]
