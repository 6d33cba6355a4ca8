"""Milestones: those of the plan and one's own."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from governance.models import Organisation
from governance.models.fields import PRECISIONS, DayedHistory, Demonstrable
from projects.models.project import Project


class Milestone(Demonstrable):
    """A milestone of the plan's content (quote) or one's own; outside the row's window it is flagged (D27)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    text = models.CharField(max_length=200)
    quote = models.CharField("原文", max_length=300, blank=True)
    start = models.DateField()
    end = models.DateField()
    precision = models.CharField(max_length=5, choices=PRECISIONS, default="year")
    outside_window = models.BooleanField("超出项目周期", default=False)
    discrepancy = models.CharField(max_length=6, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    owner = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    dropped_reason = models.CharField("取消理由", max_length=300, blank=True)
    evidence = models.CharField("凭据", max_length=300, blank=True)

    history = HistoricalRecords(bases=(DayedHistory,))

    class Meta:
        ordering = ["start", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_own(self) -> bool:
        """Set by people, not stated by the plan."""
        return not self.quote
