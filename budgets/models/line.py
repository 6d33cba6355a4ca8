"""Budget lines by project, year and source, their sums by project and year, and the columns that are frozen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from budgets.payers import SOURCES
from governance.basics.refs import Ref, ref
from governance.basics.roles import Permission, Scope
from governance.models.fields import Dated, Demonstrable, WanField
from projects.models import Project

STAGES = [("estimate", "概算"), ("approved", "批复"), ("appropriated", "下达"), ("spent", "支出")]
FISCAL_YEARS = (1990, 2100)


class BudgetLineQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """City-wide readers see all lines, a department those of the projects that it leads."""
        scope = actor.scope(Permission.READ_BUDGET)
        if scope is Scope.CITY:
            return self
        if scope is None:
            return self.none()
        return self.filter(
            Q(project__leads__organisation_id=actor.organisation_id)
            | Q(project__leads__organisation__canonical_id=actor.organisation_id)
        ).distinct()

    def in_year(self, year: int):
        return self.filter(fiscal_year=year)


class BudgetLine(Demonstrable):
    """Project × fiscal year × source: the row that is locked. CHECKs: spent ≤ appropriated ≤ approved (9.2.2)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("来源", max_length=14, choices=SOURCES)
    estimate_wan = WanField("概算（万元）", null=True, blank=True)
    approved_wan = WanField("批复（万元）", null=True, blank=True)
    appropriated_wan = WanField("下达（万元）", null=True, blank=True)
    spent_wan = WanField("支出（万元）", null=True, blank=True)
    unit_code = models.CharField("预算单位代码", max_length=20, blank=True)
    function_code = models.CharField("功能科目", max_length=20, blank=True)
    economic_code = models.CharField("经济科目", max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = "预算行"
        ordering = ["fiscal_year", "project_id", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year", "source"], name="one_line_per_project_year_source"
            ),
            models.CheckConstraint(
                condition=Q(fiscal_year__gte=FISCAL_YEARS[0]) & Q(fiscal_year__lte=FISCAL_YEARS[1]),
                name="fiscal_year_is_sensible",
            ),
            models.CheckConstraint(
                condition=(Q(spent_wan=None) | Q(spent_wan=0))
                | (Q(appropriated_wan__isnull=False) & Q(spent_wan__lte=F("appropriated_wan"))),
                name="spent_is_at_most_appropriated",
            ),
            models.CheckConstraint(
                condition=(Q(appropriated_wan=None) | Q(appropriated_wan=0))
                | (Q(approved_wan__isnull=False) & Q(appropriated_wan__lte=F("approved_wan"))),
                name="appropriated_is_at_most_approved",
            ),
            models.CheckConstraint(
                condition=(Q(estimate_wan=None) | Q(estimate_wan__gte=0))
                & (Q(approved_wan=None) | Q(approved_wan__gte=0))
                & (Q(appropriated_wan=None) | Q(appropriated_wan__gte=0))
                & (Q(spent_wan=None) | Q(spent_wan__gte=0)),
                name="amounts_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.fiscal_year} {self.get_source_display()}"

    @property
    def audit_key(self) -> Ref:
        return ref("budget-line", self.pk)

    def get_absolute_url(self) -> str:
        return reverse("budgets:year", args=[self.fiscal_year])

    @property
    def page(self) -> str:
        """Its own page, with what was booked on it; a table asks for hundreds of them."""
        return f"/budgets/lines/{self.pk}/"

    def belongs_to(self) -> set[int]:
        return self.project.belongs_to()


class ProjectYear(models.Model):
    """A project's money in one year over all sources, kept by the same verbs, so that lists sort without joins."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField()
    estimate_wan = WanField(null=True)
    approved_wan = WanField(null=True)
    appropriated_wan = WanField(null=True)
    spent_wan = WanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "fiscal_year"], name="one_row_per_project_and_year")]
        indexes = [models.Index(fields=["fiscal_year", "-approved_wan"])]

    def __str__(self) -> str:
        return f"{self.project_id} {self.fiscal_year}"


class StageLock(Dated, Demonstrable):
    """A frozen column: the stage of a year takes no more entries by hand."""

    fiscal_year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=STAGES)
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fiscal_year", "stage"], name="one_lock_per_year_and_stage")]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.get_stage_display()}"
