"""When proposals are taken: the window of a plan year, its extensions and 追加许可."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.models import Organisation
from governance.models.fields import Dated, Demonstrable


class FilingWindow(Demonstrable):
    """When proposals for a plan year are taken: the only calendar date that blocks anything (D49, 系统默认)."""

    plan_year = models.PositiveSmallIntegerField("计划年度", unique=True)
    opens = models.DateField("开始")
    closes = models.DateField("截止")

    class Meta:
        verbose_name = "申报窗口"

    def __str__(self) -> str:
        return f"{self.plan_year}：{self.opens}—{self.closes}"

    @property
    def audit_key(self) -> Ref:
        return ref("filing-window", self.plan_year)


class WindowExtension(Dated, Demonstrable):
    """The window extended for all (organisation null) or one unit, with a reason.

    `is_leave` marks 追加许可: leave for one unit to file what cannot wait for the next window, no extension of it.
    """

    window = models.ForeignKey(FilingWindow, on_delete=models.CASCADE, related_name="extensions")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField("延至")
    reason = models.CharField("理由", max_length=300)
    is_leave = models.BooleanField("追加许可", default=False)
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_leave=False) | Q(organisation__isnull=False), name="leave_is_for_one_unit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation or '全部单位'} 延至 {self.until}"
