"""年度上限: what may be approved at most in a year from a source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from budgets.payers import SOURCES
from governance.basics.refs import Ref, ref
from governance.models.fields import Dated, Demonstrable, WanField


class Ceiling(Dated, Demonstrable):
    """What may be approved at most in a year from a source (市财政局函告): the row that approvals lock last of all."""

    fiscal_year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("来源", max_length=14, choices=SOURCES)
    ceiling_wan = WanField("上限（万元）")
    document = models.CharField("依据文件", max_length=200)
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "年度上限"
        ordering = ["fiscal_year", "source"]
        constraints = [
            models.UniqueConstraint(fields=["fiscal_year", "source"], name="one_ceiling_per_year_and_source"),
            models.CheckConstraint(condition=Q(ceiling_wan__gte=0), name="a_ceiling_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} 年{self.get_source_display()}上限"

    @property
    def audit_key(self) -> Ref:
        return ref("ceiling", f"{self.fiscal_year}:{self.source}")
