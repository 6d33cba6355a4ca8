"""What the verbs of money ask before they book: the amount as typed, the column open, the line as it was seen."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from budgets.ledger import booking
from budgets.models import BudgetLine
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.text import clean_text, parse_wan


def stage_label(stage: str) -> str:
    """概算, 批复, 下达 or 支出. Raises Invalid."""
    if stage not in booking.LABELS:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    return booking.LABELS[stage]


def open_column(fiscal_year: int, stage: str) -> None:
    """Enter the year's gate and refuse a frozen column: whoever froze it first is seen."""
    label = stage_label(stage)
    booking.pass_gate(fiscal_year)
    if booking.is_locked(fiscal_year, stage):
        raise Refused(f"没有保存：{fiscal_year} 年的{label}已冻结；市财政局解冻后可以改，或通过年度计划调整版变更。")


def current(line: BudgetLine, version: int | None) -> None:
    """Raise Stale unless the line is still that of the page."""
    if version is not None and line.version != max(version, 1):  # 0: the page showed no line yet
        held = {stage: getattr(line, field) for stage, field in booking.FIELD.items()}
        now = {stage: None if wan is None else f"{wan:.2f}" for stage, wan in held.items()} | {"version": line.version}
        raise Stale(f"没有保存：{line.project.code} 这一行已被别人改过。", current=now)


def read_amount(typed: object, *, field: str = "amount_wan") -> Decimal | None:
    """An amount as people type it; Invalid shows how it was read."""
    try:
        if isinstance(typed, str):
            clean_text(typed, field="金额")  # NUL and broken encodings would break the record of the refusal itself
        return parse_wan(typed)
    except ValueError as error:  # NotAnAmount is one
        raise Invalid(f"没有保存：{error}", fields={field: [str(error)]}) from None


def signed_amount(typed: object) -> Decimal:
    """An amount with its sign, not 0."""
    text = unicodedata.normalize("NFKC", str(typed)).strip()
    minus = text[:1] in ("-", "−")
    amount = read_amount(text[1:] if minus or text[:1] == "+" else text)
    if not amount:
        raise Invalid("请填写金额（万元，不是 0）。", fields={"amount_wan": ["填写金额"]})
    return -amount if minus else amount


def source_document(text: str, example: str) -> str:
    """依据文件 in words, which a figure of the year has to have."""
    document = clean_text(text, limit=200, field="依据文件")
    if not document:
        raise Invalid(f"请写明依据文件，如{example}。", fields={"document": ["写明依据文件"]})
    return document
