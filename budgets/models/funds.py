"""Outside money (9.6.2): calls of the state, the province, companies and international organisations, and what is asked
of them for a project."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from budgets.models.entry import Entry
from budgets.models.line import BudgetLine
from budgets.payers import SOURCES
from governance.basics.refs import Ref, ref
from governance.basics.roles import Permission, Scope
from governance.models.fields import Dated, Demonstrable, WanField
from projects.models import Project

OUTSIDE = ("state", "province", "international", "enterprise", "other")  # sources that issue calls


class FundingCall(Dated, Demonstrable):
    """一次专项申报: who gives, for what, when, how much and on which conditions; `rules` are the conditions that the
    register can answer: [{"fact", "value"}] (budgets.funds.fit)."""

    KINDS = [(key, label) for key, label in SOURCES if key in OUTSIDE]

    issuer = models.CharField("发布单位", max_length=120)
    kind = models.CharField("资金来源", max_length=14, choices=KINDS)
    title = models.CharField("专项名称", max_length=200)
    document_number = models.CharField("通知文号", max_length=80, blank=True)
    subject = models.TextField("支持方向")
    opens = models.DateField("开始申报")
    closes = models.DateField("截止申报")
    least_wan = WanField("单项不低于（万元）", null=True, blank=True)
    most_wan = WanField("单项不超过（万元）", null=True, blank=True)
    total_wan = WanField("总额（万元）", null=True, blank=True)
    conditions = models.TextField("申报条件（照通知原文）")
    rules = models.JSONField("可核对的条件", default=list)
    withdrawn = models.CharField("作废理由", max_length=300, blank=True)
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "专项资金申报通知"
        ordering = ["-closes", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gte=F("opens")), name="a_call_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(least_wan=None) | Q(most_wan=None) | Q(most_wan__gte=F("least_wan")),
                name="a_call_s_most_is_not_below_its_least",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer}“{self.title}”"

    @property
    def audit_key(self) -> Ref:
        return ref("funding-call", self.pk)

    def get_absolute_url(self) -> str:
        return f"/budgets/funds/{self.pk}/"

    def is_open(self, day: dt.date) -> bool:
        return not self.withdrawn and day <= self.closes


class FundingApplicationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Whoever reads the whole city's budget sees every one, a unit those of the projects that it leads."""
        if actor is None:
            return self.none()
        if actor.scope(Permission.READ_BUDGET) is Scope.CITY:
            return self
        return self.filter(project__in=Project.objects.led_by(actor.organisation_id))


class FundingApplication(Dated, Demonstrable):
    """One project's application under a call. What was drafted from the register stands in `content`, frozen when it is
    sent; an award counts nowhere until the finance bureau has booked it (`entry`)."""

    STATES = [
        ("drafting", "起草中"),
        ("sent", "已报出"),
        ("granted", "已获批"),
        ("refused", "未获批"),
        ("withdrawn", "已撤回"),
    ]
    FORMS = [  # the ways that 9.6.2 names
        ("joint", "联合立项"),
        ("pilot", "地方试点"),
        ("study", "软课题研究"),
        ("entrusted", "委托试点"),
        ("other", "其他"),
    ]

    call = models.ForeignKey(FundingCall, on_delete=models.PROTECT, related_name="applications")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    form = models.CharField("形式（9.6.2）", max_length=10, choices=FORMS)
    asked_wan = WanField("申请金额（万元）")
    purpose = models.TextField("申请理由和用途")
    preparation = models.TextField("前期准备（试点、研究、沟通）", blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="drafting")
    content = models.JSONField("申请书", default=dict)
    sent_on = models.DateField("报出日期", null=True, blank=True)
    sent_number = models.CharField("报送文号", max_length=80, blank=True)
    outcome_on = models.DateField("结果日期", null=True, blank=True)
    outcome_number = models.CharField("结果文号", max_length=80, blank=True)
    outcome_text = models.CharField("结果说明", max_length=500, blank=True)
    granted_wan = WanField("获批金额（万元）", null=True, blank=True)
    fiscal_year = models.PositiveSmallIntegerField("列入年度", null=True, blank=True)
    entry = models.OneToOneField(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    objects = FundingApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "专项资金申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "project"], condition=~Q(state="withdrawn"), name="one_application_per_call_and_project"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(granted_wan__gt=0, fiscal_year__isnull=False),
                name="an_award_has_amount_and_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} 申请{self.call}"

    @property
    def audit_key(self) -> Ref:
        return ref("funding-application", self.pk)

    def get_absolute_url(self) -> str:
        return f"/budgets/funds/applications/{self.pk}/"

    def belongs_to(self) -> set[int]:
        return self.project.belongs_to()

    @property
    def is_booked(self) -> bool:
        return self.entry_id is not None

    @property
    def line(self) -> BudgetLine | None:
        return self.entry.line if self.entry_id else None
