"""Entries: the bookings that a line's amounts are the sums of, and the papers behind them."""

from __future__ import annotations

from django.db import models

from budgets.models.line import STAGES, BudgetLine
from governance.models import StoredFile
from governance.models.fields import Dated, Demonstrable, WanField


class Entry(Dated, Demonstrable):
    """A booking on a line: signed amount, never edited; a mistake is reversed."""

    KINDS = [
        ("initial", "初始"),
        ("adjust", "调整"),
        ("transfer", "调剂"),
        ("carry_over", "结转"),
        ("clawback", "收回"),
        ("opening", "补录"),
        ("reversal", "冲正"),
    ]

    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="entries")
    stage = models.CharField(max_length=12, choices=STAGES)
    amount_wan = WanField("金额（万元）")
    kind = models.CharField(max_length=12, choices=KINDS)
    document_number = models.CharField("文号", max_length=60, blank=True)
    reason = models.CharField("说明", max_length=300, blank=True)
    as_typed = models.CharField("原样", max_length=60, blank=True)
    by_text = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        verbose_name = "记账"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.amount_wan}"


class EntryPaper(Dated, Demonstrable):
    """凭据: the paper behind an entry, a scan or a file. Added at any time, never taken away.

    One file may stand behind several entries (a letter that approves many lines); whoever sees the line sees it."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "凭据"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "file"], name="one_paper_once_per_entry")]

    def __str__(self) -> str:
        return self.file.display_name
