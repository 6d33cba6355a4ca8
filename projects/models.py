"""Tables of the register: projects and their leads, phases, milestones, changes, progress; plan tasks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from governance.models import Organisation, PlanItem
from governance.models.fields import PRECISIONS, Dated, DayedHistory, Demonstrable, WanField


class Programme(models.Model):
    """工程: a family of rows (“贵阳地理信息系统”, 统一网络平台, 办公自动化); the rest are 单列项目."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField("工程", max_length=100)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "工程"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The register is open to everybody who may read it; others see nothing."""
        from governance.roles import Permission

        return self if actor.scope(Permission.READ_REGISTER) else self.none()

    def planned(self):
        """The rows that a plan lists."""
        return self.exclude(plan_item=None)

    def in_year(self, year: int):
        """Projects whose latest window touches the year."""
        return self.filter(latest_start__year__lte=year, latest_end__year__gte=year)

    def led_by(self, organisation_id: int):
        return self.filter(
            Q(leads__organisation_id=organisation_id) | Q(leads__organisation__canonical_id=organisation_id)
        ).distinct()

    def matching(self, query: str):
        """Projects whose normalised search text contains the query."""
        from governance.text import search_text

        return self.filter(search_text__contains=search_text(query))


class Project(Demonstrable):
    """A living project. start/end are the original baseline, latest_* the newest; the plan's row stays untouched."""

    STATES = [
        ("registered", "待立项"),
        ("approved", "立项"),
        ("procurement", "采购"),
        ("building", "建设中"),
        ("first_acceptance", "初验"),
        ("trial", "试运行"),
        ("final_acceptance", "终验"),
        ("operating", "运行"),
        ("evaluation", "评估"),
        ("closed", "结题"),
        ("suspended", "暂停"),
        ("terminated", "终止"),
    ]
    ORIGINS = [
        ("plan", "规划内"),
        ("annual_plan", "年度计划"),
        ("self_funded", "自筹"),
        ("district", "区县备案"),
        ("takeover", "补录"),
    ]
    LEVELS = [("1", "一级（总体工程）"), ("2", "二级（业务应用系统）")]
    TIERS = [("total", "总系统（一级课题）"), ("application", "业务应用系统（二级课题）"), ("subsystem", "子系统（三级课题）")]
    INVESTMENT_TYPES = [("government", "政府型"), ("market", "市场型"), ("public_good", "公益型")]

    code = models.CharField("编号", max_length=12, unique=True)
    name = models.CharField("名称", max_length=200)
    content = models.TextField("建设内容", blank=True)
    origin = models.CharField("来源", max_length=12, choices=ORIGINS)
    plan_item = models.OneToOneField(PlanItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="projects")
    phase_label = models.CharField("期", max_length=20, blank=True)
    state = models.CharField("状态", max_length=20, choices=STATES, default="registered", db_index=True)
    state_day = models.DateField("进入状态日期", null=True, blank=True)
    suspended_from = models.CharField(max_length=20, blank=True)
    level_922 = models.CharField("管理级别（9.2.2）", max_length=2, choices=LEVELS, blank=True)
    tier_927 = models.CharField("课题层级（9.2.7）", max_length=12, choices=TIERS, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    investment_type = models.CharField("投资类型（8.2）", max_length=12, choices=INVESTMENT_TYPES, blank=True)
    start = models.DateField("起", null=True, blank=True)
    end = models.DateField("止", null=True, blank=True)
    precision = models.CharField("时间精度", max_length=5, choices=PRECISIONS, default="year")
    latest_start = models.DateField("最新起", null=True, blank=True)
    latest_end = models.DateField("最新止", null=True, blank=True)
    estimate_wan = WanField("概算（业内估算，万元）", null=True, blank=True)
    percent = models.PositiveSmallIntegerField("完成比例 %", null=True, blank=True)
    leads_open_ended = models.BooleanField("牵头单位未尽", default=False)
    budget_unit = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="预算单位"
    )
    builder = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="建设（代建）单位"
    )
    operator = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="运营单位"
    )
    protection_level = models.PositiveSmallIntegerField("安全保护等级（9.3.2）", null=True, blank=True)
    registered_on = models.DateField("登记日期")
    order = models.PositiveIntegerField("序", default=0, db_index=True)
    search_text = models.TextField(blank=True)
    rebaselined = models.PositiveSmallIntegerField("改基线次数", default=0)
    version = models.PositiveIntegerField(default=1)

    history = HistoricalRecords(bases=(DayedHistory,), excluded_fields=["search_text"])
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "项目"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start=None) | Q(end=None) | Q(end__gte=F("start")), name="project_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__lte=100), name="project_percent_is_at_most_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def audit_key(self) -> str:
        return f"project:{self.code}"

    def get_absolute_url(self) -> str:
        return f"/projects/{self.code}/"

    def belongs_to(self) -> set[int]:
        """Organisations that lead it, merged ones counted as their survivor."""
        return {lead.organisation.survivor_id for lead in self.leads.all() if not lead.is_generic}


class ProjectLead(models.Model):
    """A lead unit in order; the first is 第一牵头(默认) until confirmed (D43). Money is never divided among leads."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="leads")
    order = models.PositiveSmallIntegerField()
    as_named = models.CharField("原文", max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    is_generic = models.BooleanField(default=False)

    history = HistoricalRecords(bases=(DayedHistory,))

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["project", "order"], name="one_lead_per_place")]

    def __str__(self) -> str:
        return self.as_named


class Phase(models.Model):
    """A phase of one project (P15: 首期, 二期)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="phases")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    start = models.DateField()
    end = models.DateField()
    precision = models.CharField(max_length=5, choices=PRECISIONS, default="year")

    history = HistoricalRecords(bases=(DayedHistory,))

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class Milestone(Demonstrable):
    """A milestone of the plan's content (quote) or one's own; outside the row's window it is flagged (D27)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    text = models.CharField(max_length=200)
    quote = models.CharField("原文", max_length=300, blank=True)
    start = models.DateField()
    end = models.DateField()
    precision = models.CharField(max_length=5, choices=PRECISIONS, default="year")
    outside_window = models.BooleanField("超出项目周期", default=False)
    discrepancy = models.CharField(max_length=6, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    evidence = models.CharField("凭据", max_length=300, blank=True)

    history = HistoricalRecords(bases=(DayedHistory,))

    class Meta:
        ordering = ["start", "pk"]

    def __str__(self) -> str:
        return self.text


class StateChange(Dated, Demonstrable):
    """A transition of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="state_changes")
    was = models.CharField(max_length=20)
    now = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"


class Change(Dated, Demonstrable):
    """A change of content, time, budget or lead: old, new, reason, approver, effect. The original baseline stays."""

    FIELDS = [("content", "内容"), ("time", "工期"), ("budget", "预算"), ("lead", "牵头单位"), ("name", "名称")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=12, choices=FIELDS)
    was = models.TextField(blank=True)
    now = models.TextField(blank=True)
    reason = models.TextField()
    approver = models.CharField(max_length=200)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.day}"


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


class PlanTaskQuerySet(models.QuerySet):
    def matching(self, query: str):
        from governance.text import search_text

        return self.filter(search_text__contains=search_text(query))


class PlanTask(Demonstrable):
    """One of the 59 tasks of 10.1–10.3, verbatim; due at the end of its block (D33)."""

    STATES = [("not_started", "未启动"), ("under_way", "进行中"), ("done", "已完成"), ("dropped", "不再实施")]

    code = models.CharField(max_length=8, unique=True)
    block = models.CharField(max_length=6)
    order = models.PositiveSmallIntegerField()
    text = models.TextField()
    line = models.PositiveIntegerField()
    due = models.DateField()
    state = models.CharField(max_length=12, choices=STATES, default="not_started")
    state_day = models.DateField(null=True, blank=True)
    evidence = models.CharField("凭据", max_length=300, blank=True)
    discrepancies = models.JSONField(default=list)
    search_text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    history = HistoricalRecords(bases=(DayedHistory,), excluded_fields=["search_text", "discrepancies"])
    objects = PlanTaskQuerySet.as_manager()

    class Meta:
        verbose_name = "规划任务"
        ordering = ["block", "order"]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def audit_key(self) -> str:
        return f"plan-task:{self.code}"

    def get_absolute_url(self) -> str:
        return reverse("projects:task", args=[self.code])


class TaskLink(models.Model):
    """A task and a project that carries it, sure or possible (D28, D35)."""

    CERTAINTIES = [("sure", "确定"), ("possible", "可能")]

    task = models.ForeignKey(PlanTask, on_delete=models.CASCADE, related_name="links")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="task_links")
    certainty = models.CharField(max_length=8, choices=CERTAINTIES)

    class Meta:
        ordering = ["task_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "project"], name="one_link_per_task_and_project")]

    def __str__(self) -> str:
        return f"{self.task.code} – {self.project.code}"
