"""市本级财政收入: the figures of 9.6.1's second test."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.basics.refs import Ref, ref
from governance.models import StoredFile
from governance.models.fields import Dated, Demonstrable


class CityRevenueQuerySet(models.QuerySet):
    def in_force(self):
        """The figure of each year that counts; the ones that it corrected stay."""
        return self.filter(superseded=False)


class CityRevenue(Dated, Demonstrable):
    """市本级财政收入 of a year with its source document; without it the second growth test says 无法判定 (D06).

    A correction is a row of its own: the one before stays, superseded.
    """

    fiscal_year = models.PositiveSmallIntegerField("年度")
    revenue_wan = models.DecimalField("市本级财政收入（万元）", max_digits=16, decimal_places=2)
    document = models.CharField("依据文件", max_length=200)
    document_number = models.CharField("文号", max_length=60, blank=True)
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="附件"
    )
    reason = models.CharField("更正说明", max_length=300, blank=True)
    as_typed = models.CharField("原样", max_length=60, blank=True)
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    superseded = models.BooleanField(default=False)

    objects = CityRevenueQuerySet.as_manager()

    class Meta:
        verbose_name = "财政收入"
        ordering = ["fiscal_year", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year"], condition=Q(superseded=False), name="one_revenue_in_force_per_year"
            ),
            models.UniqueConstraint(fields=["fiscal_year", "version"], name="one_revenue_per_year_and_version"),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.revenue_wan}"

    @property
    def audit_key(self) -> Ref:
        return ref("revenue", self.fiscal_year)

    def get_absolute_url(self) -> str:
        return f"{reverse('budgets:revenues')}#y{self.fiscal_year}"
