"""The annual plan: versions, each with its entries; the leading group adopts one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.models import Meeting
from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission
from projects.models import Project


class AnnualPlan(Dated, Demonstrable):
    """One version of a year's plan; a mid-year adjustment is a new version with its differences."""

    STATES = [("draft", "编制中"), ("adopted", "已审定"), ("superseded", "已被新版替代")]

    plan_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField(max_length=12, choices=STATES, default="draft")
    note = models.TextField("编制说明", blank=True)
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    adopted_day = models.DateField(null=True, blank=True)
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "年度计划"
        ordering = ["plan_year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan_year", "number"], name="one_plan_version_per_number"),
            models.UniqueConstraint(fields=["plan_year"], condition=Q(state="draft"), name="one_draft_plan_per_year"),
            models.UniqueConstraint(fields=["plan_year"], condition=Q(state="adopted"), name="one_adopted_plan_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_year}年度计划 第{self.number}版"

    @property
    def audit_key(self) -> str:
        return f"annual-plan:{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("priorities:plan", args=[self.plan_year])


class PlanEntry(Demonstrable):
    """A candidate in a plan version: 列入, 不列入, 调整金额 or left over, with reason.

    `amounts`: [{"source", "fiscal_year", "amount_wan"}], what adoption opens as approved money.
    """

    DECISIONS = [("listed", "列入"), ("not_listed", "不列入"), ("adjusted", "调整金额"), ("left_over", "结转候选")]

    plan = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="entries")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=12, choices=DECISIONS, default="listed")
    amounts = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "submission"], name="one_entry_per_submission")]

    def __str__(self) -> str:
        return f"{self.submission.reference} {self.get_decision_display()}"
