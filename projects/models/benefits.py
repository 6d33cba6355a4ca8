"""The ledger of what was promised (8.1(6), 9.2.8): goals, their measured values, and what came of it for the units."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.models import Organisation
from governance.models.fields import PRECISIONS, Dated, Demonstrable
from projects import targets
from projects.models.project import Project


class BenefitQuerySet(models.QuerySet):
    def in_force(self, day: dt.date | None = None):
        """Goals that stand: today's, or those of a day, whatever replaced them since."""
        if day is None:
            return self.filter(replaced_by=None, dropped_on=None)
        stood = Q(replaced_by=None) | Q(replaced_by__day__gt=day)
        return self.filter(stood, Q(dropped_on=None) | Q(dropped_on__gt=day), day__lte=day)


class Benefit(Dated, Demonstrable):
    """绩效目标: one measurable goal of a project as it was filed or as the plan states it; the words stay verbatim.

    A later filing that promises the same anew replaces it (`replaced_by`); nothing of it is edited.
    """

    SOURCES = [("plan", "规划"), ("filing", "申报"), ("office", "信息办登记")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="benefits")
    indicator = models.CharField("指标", max_length=200)
    baseline = models.CharField("现值", max_length=60, blank=True)
    target = models.CharField("目标值", max_length=60)
    due = models.DateField("到期", null=True, blank=True)
    precision = models.CharField(max_length=5, choices=PRECISIONS, default="year")
    due_by_reading = models.JSONField("各读法的到期", default=dict, blank=True)
    discrepancy = models.CharField(max_length=6, blank=True)
    source = models.CharField("来源", max_length=8, choices=SOURCES)
    paper = models.CharField("依据", max_length=200)  # the filing's number and version, the plan's row, a paper
    quote = models.CharField("原文", max_length=300, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    dropped_on = models.DateField("撤销日期", null=True, blank=True)
    dropped_reason = models.CharField("撤销理由", max_length=300, blank=True)
    by_text = models.CharField(max_length=200)

    objects = BenefitQuerySet.as_manager()

    class Meta:
        verbose_name = "绩效目标"
        ordering = ["project", "due", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "indicator"],
                condition=Q(replaced_by=None, dropped_on=None),
                name="one_goal_in_force_per_indicator",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.indicator}"

    @property
    def audit_key(self) -> Ref:
        return ref("benefit", self.pk)

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}benefits/#b{self.pk}"

    def belongs_to(self) -> set[int]:
        return self.project.belongs_to()

    @property
    def is_in_force(self) -> bool:
        return self.replaced_by_id is None and self.dropped_on is None

    @property
    def is_own(self) -> bool:
        """Added by the office from another paper."""
        return self.source == "office"

    @property
    def goal(self) -> targets.Goal | None:
        """Its words in numbers; None where they are none."""
        return targets.goal(self.target, self.baseline)

    def due_under(self, reading: str) -> dt.date | None:
        """The last day that still keeps it, as its discrepancy is read."""
        stated = self.due_by_reading.get(reading)
        return dt.date.fromisoformat(stated) if stated else self.due


class Measurement(Dated, Demonstrable):
    """测量值 of a goal with its evidence: appended, never edited. It counts once somebody else has confirmed it."""

    STATES = [("reported", "待确认"), ("confirmed", "已确认"), ("rejected", "不予确认")]

    benefit = models.ForeignKey(Benefit, on_delete=models.CASCADE, related_name="measurements")
    measured_on = models.DateField("测量日期")
    value = models.CharField("测量值", max_length=60)
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    reached = models.BooleanField("达到目标")
    evidence = models.CharField("证据", max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="填报单位")
    user_id = models.PositiveIntegerField()  # who reported it does not confirm it
    by_text = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="reported")
    checked_on = models.DateField("确认日期", null=True, blank=True)
    checked_by = models.CharField("确认人", max_length=200, blank=True)
    check_text = models.CharField("确认意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "测量值"
        ordering = ["-measured_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="reported", checked_on=None) | (~Q(state="reported") & Q(checked_on__isnull=False)),
                name="a_checked_value_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.benefit} {self.measured_on} {self.value}"

    @property
    def audit_key(self) -> Ref:
        return ref("measurement", self.pk)

    def get_absolute_url(self) -> str:
        return self.benefit.get_absolute_url()

    def belongs_to(self) -> set[int]:
        return self.benefit.belongs_to()

    @property
    def is_rejected(self) -> bool:
        return self.state == "rejected"


class UnitAssessment(Dated, Demonstrable):
    """工作考核 of a department or district in a year (9.2.8): its three contents in the plan's words, and 奖惩."""

    CONTENTS = [
        ("development", "电子政务发展的规划"),
        ("drive", "推进力度大小"),
        ("economy", "主要经济指标"),
    ]
    AWARDS = [("none", "不奖不惩"), ("reward", "奖"), ("penalty", "惩")]

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    development = models.CharField("电子政务发展的规划", max_length=500)
    drive = models.CharField("推进力度大小", max_length=500)
    economy = models.CharField("主要经济指标", max_length=500)
    conclusion = models.CharField("考核结论", max_length=500)
    award = models.CharField("奖惩", max_length=8, choices=AWARDS)
    award_text = models.CharField("奖惩内容", max_length=300, blank=True)
    document = models.CharField("文号", max_length=100, blank=True)
    facts = models.JSONField("当时的数据", default=dict)  # {label: words}: what the registers said
    by_text = models.CharField(max_length=200)
    superseded = models.BooleanField(default=False)

    class Meta:
        verbose_name = "工作考核"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"], condition=Q(superseded=False), name="one_assessment_per_unit_and_year"
            ),
            models.CheckConstraint(condition=Q(award="none") | ~Q(award_text=""), name="a_reward_or_penalty_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.year} 工作考核"
