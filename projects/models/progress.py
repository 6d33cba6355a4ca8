"""Tables of progress reports, calls for them and experts' ratings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models import Organisation
from governance.models.fields import Dated, Demonstrable, WanField
from projects.models.project import Project


class ProgressReport(Dated, Demonstrable):
    """进度填报 of one period; `percent` is of the whole project."""

    RATINGS = [("normal", "正常"), ("attention", "关注"), ("late", "滞后")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="progress_reports")
    period = models.CharField("填报期", max_length=20)  # 2006, 2007H1
    period_end = models.DateField()
    percent = models.PositiveSmallIntegerField("完成 %")
    spent_wan = WanField("累计支出（自报，万元）", null=True, blank=True)
    done_text = models.TextField("完成情况")
    problems = models.TextField("问题", blank=True)
    next_steps = models.TextField("下一步", blank=True)
    self_rating = models.CharField("自评", max_length=10, choices=RATINGS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)
    superseded = models.BooleanField(default=False)
    # Why the office gave it back: such a report is superseded and owed again.
    returned = models.CharField("退回理由", max_length=300, blank=True)
    returned_on = models.DateField("退回日期", null=True, blank=True)
    returned_by = models.CharField(max_length=200, blank=True)

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


class ReportCall(Dated, Demonstrable):
    """A call for reports of a period with its due day; every project under way owes one."""

    period = models.CharField("填报期", max_length=20)
    due = models.DateField("截止日期")
    note = models.CharField("要求", max_length=300, blank=True)
    by_text = models.CharField(max_length=200)
    withdrawn = models.CharField("撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "填报通知"
        ordering = ["-due", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["period"], condition=Q(withdrawn=""), name="one_call_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.period} 填报通知"


class ExpertRating(Dated, Demonstrable):
    """What an expert or the office says of a project beside its own and the computed rating; a later one stands."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="expert_ratings")
    rating = models.CharField("专家评级", max_length=10, choices=ProgressReport.RATINGS)
    reason = models.CharField("依据", max_length=500)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "专家评级"
        ordering = ["-day", "-pk"]

    def __str__(self) -> str:
        return f"{self.project.code} {self.get_rating_display()}"
