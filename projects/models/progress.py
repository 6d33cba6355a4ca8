"""Progress reports."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models import Organisation
from governance.models.fields import Dated, Demonstrable
from projects.models.project import Project


class ProgressReport(Dated, Demonstrable):
    """进度填报 of one period; `percent` is of the whole project."""

    RATINGS = [("normal", "正常"), ("attention", "关注"), ("late", "滞后")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="progress_reports")
    period = models.CharField("填报期", max_length=20)  # 2006, 2007H1
    period_end = models.DateField()
    percent = models.PositiveSmallIntegerField("完成 %")
    done_text = models.TextField("完成情况")
    problems = models.TextField("问题", blank=True)
    next_steps = models.TextField("下一步", blank=True)
    self_rating = models.CharField("自评", max_length=10, choices=RATINGS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)
    superseded = models.BooleanField(default=False)

    class Meta:
        verbose_name = "进度填报"
        ordering = ["-period_end", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "period"], condition=Q(superseded=False), name="one_progress_report_per_period"
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="progress_percent_is_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.period}"
