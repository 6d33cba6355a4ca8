"""The annual plan: versions, each with its entries; the leading group adopts one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.basics.refs import Ref, ref
from governance.basics.refusal import Refused
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
    document = models.JSONField(default=dict)  # as adopted: priorities.annual_plan.plan_document
    sha256 = models.CharField(max_length=64, blank=True)  # of it; from then on nothing in the version changes
    scenario = models.ForeignKey(  # the last one that was written into the draft
        "PlanScenario", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="据以编制的方案"
    )

    class Meta:
        verbose_name = "年度计划"
        ordering = ["plan_year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan_year", "number"], name="one_plan_version_per_number"),
            models.UniqueConstraint(fields=["plan_year"], condition=Q(state="draft"), name="one_draft_plan_per_year"),
            models.UniqueConstraint(
                fields=["plan_year"], condition=Q(state="adopted"), name="one_adopted_plan_per_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_year} 年度计划第 {self.number} 版"

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"

    @property
    def is_adopted(self) -> bool:
        return self.state == "adopted"

    @property
    def audit_key(self) -> Ref:
        return ref("annual-plan", self.pk)

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

    @property
    def is_listed(self) -> bool:
        return self.decision in ("listed", "adjusted")

    def save(self, *args, **kwargs) -> None:
        """Refused once the version is frozen: what was adopted stays as it was."""
        if self.plan.sha256:
            raise Refused(f"{self.plan}已审定，条目不能再改；年中调整请编制新版。")
        super().save(*args, **kwargs)


class PlanScenario(Dated, Demonstrable):
    """A saved way to choose among the candidates of a year: settings, and the figures that came of them then.

    `settings` and `figures` have the shapes of priorities.annual_plan.scenarios; figures are replaced only by
    重新计算, decisions by hand and their price are counted in. `withdrawn` takes it off the comparison; nothing is
    deleted."""

    KINDS = [("choice", "年度取舍"), ("period", "全期分年")]

    plan_year = models.PositiveSmallIntegerField("年度", db_index=True)
    kind = models.CharField("种类", max_length=8, choices=KINDS, default="choice")
    name = models.CharField("方案", max_length=60)
    settings = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    by_text = models.CharField(max_length=200)
    withdrawn = models.BooleanField("已撤下", default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "计划方案"
        ordering = ["plan_year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_year", "name"], condition=Q(withdrawn=False), name="one_scenario_per_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_year} 年度方案“{self.name}”"

    @property
    def audit_key(self) -> Ref:
        return ref("plan-scenario", self.pk)

    def get_absolute_url(self) -> str:
        return f"{reverse('priorities:scenarios', args=[self.plan_year])}?id={self.pk}"


class PlanOverride(Dated, Demonstrable):
    """A decision by hand in a scenario: 强制列入 or 强制不列, with reason and name. Taken back, it stays as a row."""

    KINDS = [("in", "强制列入"), ("out", "强制不列")]

    scenario = models.ForeignKey(PlanScenario, on_delete=models.PROTECT, related_name="overrides")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=3, choices=KINDS)
    reason = models.CharField("理由", max_length=300)
    by_text = models.CharField(max_length=200)
    taken_back_day = models.DateField(null=True, blank=True)
    taken_back_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "submission"], condition=Q(taken_back_day=None), name="one_override_per_candidate"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission.reference} {self.get_kind_display()}"
