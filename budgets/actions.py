"""Verbs of money. Every amount is an entry; a cell that is typed over becomes the entry of the difference."""

from __future__ import annotations

from decimal import Decimal

from budgets import ledger
from budgets.models import STAGES, BudgetLine, CityRevenue, Entry, StageLock
from governance import access, audit
from governance.access import Actor
from governance.refusal import Invalid, NotVisible, Refused, Stale
from governance.roles import Permission
from governance.text import NotAnAmount, parse_wan, quantise
from governance.verbs import verb
from projects.models import Project

LABELS = dict(STAGES)


def _open(fiscal_year: int, stage: str) -> None:
    if stage not in LABELS:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    if ledger.is_locked(fiscal_year, stage):
        raise Refused(f"没有保存：{fiscal_year} 年的{LABELS[stage]}已冻结；市财政局解冻后可以改，或通过年度计划调整版变更。")


def read_amount(typed: object, *, field: str = "amount_wan") -> Decimal | None:
    """An amount as people type it; Invalid shows how it was read."""
    try:
        return parse_wan(typed)
    except NotAnAmount as error:
        raise Invalid(f"没有保存：{error}", fields={field: [str(error)]}) from None


@verb("budgets.line.set_cell")
def set_cell(
    *, by: Actor, project: Project, fiscal_year: int, source: str, stage: str, typed: str, version: int | None = None,
    document_number: str = "", reason: str = "", is_demo: bool = False,
) -> BudgetLine:  # fmt: skip
    """Set a stage of a line to what is typed (万元); the difference is booked. `version` 0 or None: a line not there yet.

    An empty cell is no amount: it is refused where the line holds one (未填 is not 0; reverse the entry instead).
    """
    access.require(by, Permission.EDIT_BUDGET)
    _open(fiscal_year, stage)
    amount = read_amount(typed)
    line = ledger.lock_line(project=project, fiscal_year=fiscal_year, source=source, is_demo=is_demo)
    if version and line.version != version:
        raise Stale(f"没有保存：{project.code} 这一行已被别人改过。", current=_values(line))
    held = getattr(line, ledger.FIELD[stage])
    if amount is None:
        if held is None:
            return line
        raise Refused(f"没有保存：已有{LABELS[stage]} {held:,.2f} 万元；空不等于零。要改为零请填 0，记错了请冲正那笔记账。")
    if amount == held:
        return line
    ledger.book(
        by=by, line=line, stage=stage, amount_wan=amount - (held or Decimal(0)), kind="adjust" if held is not None else "initial",
        document_number=document_number, reason=reason, as_typed=str(typed)[:60], is_demo=is_demo,
    )  # fmt: skip
    audit.record(
        by=by, event="budgets.line.set_cell", about=(project, line), was="未填" if held is None else f"{held:.2f}", now=f"{amount:.2f}",
        sentence=f"{project.code} {fiscal_year} 年{line.get_source_display()}{LABELS[stage]} "
                 f"{'未填' if held is None else f'{held:,.2f}'} → {amount:,.2f} 万元",
    )  # fmt: skip
    return line


@verb("budgets.line.set_codes")
def set_codes(*, by: Actor, project: Project, fiscal_year: int, source: str, **codes: str) -> BudgetLine:
    """Set unit_code, function_code or economic_code of a line (预算单位代码, 功能科目, 经济科目); others stay."""
    access.require(by, Permission.EDIT_BUDGET)
    if unknown := set(codes) - {"unit_code", "function_code", "economic_code"}:
        raise Invalid(f"没有这个代码：{'、'.join(sorted(unknown))}。")
    line = ledger.lock_line(project=project, fiscal_year=fiscal_year, source=source)
    changed = {name: text for name, text in codes.items() if getattr(line, name) != text}
    if not changed:
        return line
    was = {name: getattr(line, name) for name in changed}
    for name, text in changed.items():
        setattr(line, name, text)
    line.version += 1
    line.save()
    words = "，".join(f"{BudgetLine._meta.get_field(n).verbose_name} {was[n] or '未填'} → {t or '未填'}" for n, t in changed.items())
    audit.record(by=by, event="budgets.line.set_codes", about=(project, line), was=was, now=changed,
                 sentence=f"{project.code} {fiscal_year} 年{line.get_source_display()}{words}")  # fmt: skip
    return line


def _values(line: BudgetLine) -> dict:
    return {stage: None if (v := getattr(line, field)) is None else f"{v:.2f}" for stage, field in ledger.FIELD.items()} | {
        "version": line.version
    }


@verb("budgets.entry.reverse")
def reverse_entry(*, by: Actor, entry: Entry, reason: str) -> Entry:
    """冲正: the opposite entry, once; both stay."""
    access.require(by, Permission.EDIT_BUDGET)
    line = BudgetLine.objects.select_for_update().select_related("project").get(pk=entry.line_id)
    entry = Entry.objects.filter(pk=entry.pk).first()
    if entry is None:
        raise NotVisible()
    if Entry.objects.filter(reverses=entry).exists() or entry.reverses_id:
        raise Refused("没有保存：这笔记账已经冲正过。")
    if not reason:
        raise Invalid("冲正必须写明理由。", fields={"reason": ["写明理由"]})
    _open(line.fiscal_year, entry.stage)
    made = ledger.book(by=by, line=line, stage=entry.stage, amount_wan=-entry.amount_wan, kind="reversal", reason=reason,
                       reverses=entry, document_number=entry.document_number, is_demo=entry.is_demo)  # fmt: skip
    audit.record(by=by, event="budgets.entry.reverse", about=(line.project, line), sentence=f"冲正 {line}：{reason}")
    return made


@verb("budgets.transfer")
def transfer(*, by: Actor, from_line: BudgetLine, to_line: BudgetLine, stage: str, amount_wan: Decimal, document_number: str,
             reason: str, carry_over: bool = False) -> None:
    """调剂 between lines, or 结转 into the next year: two entries with one document."""
    access.require(by, Permission.EDIT_BUDGET)
    if not document_number or not reason:
        raise Invalid("调剂和结转必须写明文号和理由。", fields={"document_number": ["写明文号"], "reason": ["写明理由"]})
    if amount_wan <= 0 or from_line.pk == to_line.pk:
        raise Invalid("调剂金额要大于 0，且在两行之间。")
    kind = "carry_over" if carry_over else "transfer"
    rows = {r.pk: r for r in BudgetLine.objects.select_for_update().select_related("project").order_by("pk")
            .filter(pk__in=[from_line.pk, to_line.pk])}  # fmt: skip
    for line, amount in ((rows[from_line.pk], -quantise(amount_wan)), (rows[to_line.pk], quantise(amount_wan))):
        _open(line.fiscal_year, stage)
        ledger.book(by=by, line=line, stage=stage, amount_wan=amount, kind=kind, document_number=document_number, reason=reason)
        audit.record(by=by, event="budgets.transfer", about=(line.project, line), now=f"{amount:.2f}",
                     sentence=f"{line} {LABELS[stage]}{'结转' if carry_over else '调剂'} {amount:,.2f} 万元（{document_number}）")  # fmt: skip


@verb("budgets.stage.lock")
def lock_stage(*, by: Actor, fiscal_year: int, stage: str, locked: bool = True, is_demo: bool = False) -> None:
    """Freeze or unfreeze a column of a year."""
    access.require(by, Permission.EDIT_BUDGET)
    if stage not in LABELS:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    if locked:
        StageLock.objects.get_or_create(fiscal_year=fiscal_year, stage=stage, defaults={"by_text": by.text, "is_demo": is_demo})
    else:
        StageLock.objects.filter(fiscal_year=fiscal_year, stage=stage).delete()
    audit.record(by=by, event="budgets.stage.lock", sentence=f"{fiscal_year} 年{LABELS[stage]}{'冻结' if locked else '解冻'}")


@verb("budgets.revenue.set")
def set_revenue(*, by: Actor, fiscal_year: int, typed: str, document: str, version: int | None = None,
                is_demo: bool = False) -> CityRevenue:
    """市本级财政收入 of a year with its source document (9.6.1, D06)."""
    access.require(by, Permission.EDIT_BUDGET)
    amount = read_amount(typed, field="revenue_wan")
    if amount is None or amount <= 0:
        raise Invalid("请填写市本级财政收入（万元，大于 0）。", fields={"revenue_wan": ["填写金额"]})
    if not document:
        raise Invalid("请写明依据文件，如财政决算报告的文号。", fields={"document": ["写明依据文件"]})
    row = CityRevenue.objects.select_for_update().filter(fiscal_year=fiscal_year).first()
    if row is None:
        row = CityRevenue(fiscal_year=fiscal_year, is_demo=is_demo)
    elif version and row.version != version:
        raise Stale("没有保存：收入数已被别人改过。", current={"revenue_wan": f"{row.revenue_wan:.2f}"})
    else:
        row.version += 1
    was = "" if row.pk is None else f"{row.revenue_wan:.2f}"
    row.revenue_wan, row.document, row.by_text = amount, document, by.text
    row.save()
    audit.record(by=by, event="budgets.revenue.set", about=row, was=was, now=f"{amount:.2f}",
                 sentence=f"{fiscal_year} 年市本级财政收入 {amount:,.2f} 万元（{document}）")  # fmt: skip
    return row
