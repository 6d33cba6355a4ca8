"""Projects with their programme, leads and phases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from simple_history.models import HistoricalRecords

from governance.basics import memo
from governance.basics.refs import Ref, ref
from governance.basics.roles import Permission
from governance.basics.searching import matching
from governance.database.prepared import Prepared, attach
from governance.models import Organisation, PlanItem
from governance.models.fields import PRECISIONS, DayedHistory, Demonstrable, WanField

NO_END = dt.date(9999, 12, 31)  # sorts projects without an end last


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

    def get_absolute_url(self) -> str:
        return f"/projects/programmes/{self.key}/"


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The register is open to everybody who may read it; others see nothing."""
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
        """Projects whose normalised search text contains every word of the query."""
        return matching(self, query)


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
    TIERS = [
        ("total", "总系统（一级课题）"),
        ("application", "业务应用系统（二级课题）"),
        ("subsystem", "子系统（三级课题）"),
    ]
    INVESTMENT_TYPES = [("government", "政府型"), ("market", "市场型"), ("public_good", "公益型")]
    MANDATES = [("state", "国家要求建设"), ("province", "省要求建设"), ("city", "市级要求建设"), ("own", "本部门自建")]
    CONSTRUCTIONS = [("new", "新建"), ("rebuild", "改建"), ("extend", "扩建"), ("upgrade", "升级"), ("operate", "运维")]
    ESTIMATE_IS = {
        "plan": "业内估算，非批复数",
        "filed": "申报书所填总额，不是批复数",
        "decided": "联合会签、领导小组审定的数",
    }
    ESTIMATE_BASES = [("plan", "业内估算（10.4）"), ("filed", "申报概算（未经批复）"), ("decided", "审定概算")]

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
    estimate_wan = WanField("概算（万元，非批复）", null=True, blank=True)
    estimate_basis = models.CharField("概算依据", max_length=8, choices=ESTIMATE_BASES, default="plan")
    # What its cases asked for and what was decided on them, null where there was no case; `decided` says it by source:
    # {source: {"filed_wan", "decided_wan" (null: nothing decided), "before_wan" (approved before the first decision),
    # "beside_wan" (what this payer finds beside what was filed, D11, D12; in no sum; often left out)}}.
    filed_wan = WanField("申报（万元）", null=True, blank=True)
    decided_wan = WanField("审定（万元）", null=True, blank=True)
    decided = models.JSONField("审定按来源", default=dict, blank=True)
    construction = models.CharField("建设类型（9.3.8）", max_length=8, choices=CONSTRUCTIONS, blank=True)
    mandate = models.CharField("谁要求建设（8.1(3)、(4)）", max_length=8, choices=MANDATES, blank=True)
    on_shared_list = models.BooleanField("列入 8.1(2) 由市财政投资的系统", null=True, blank=True)
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
        # One index a sort of the list: what is not filled in comes last (projects.panels.lists.SORTS).
        indexes = [
            models.Index(Coalesce("estimate_wan", Value(Decimal("-1"))), name="project_by_estimate"),
            models.Index(Coalesce("percent", Value(-1)), name="project_by_percent"),
            models.Index(Coalesce("latest_end", Value(NO_END)), name="project_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_unapproved(self) -> bool:
        return self.state == "registered"

    @property
    def estimate_is(self) -> str:
        """What the estimate is, in a sentence's words."""
        return self.ESTIMATE_IS[self.estimate_basis]

    @property
    def audit_key(self) -> Ref:
        return ref("project", self.code)

    @property
    def cut_wan(self) -> Decimal | None:
        """核减: what was asked for and not decided."""
        return None if self.decided_wan is None else max(self.filed_wan - self.decided_wan, Decimal(0))

    @property
    def decided_words(self) -> str:
        """What stands beside the estimate: 申报 420.00，核减 90.00; for a row of the plan, which keeps its estimate,
        the decided amount as well. Empty where no case was decided or nothing changed."""
        if self.decided_wan is None:
            return ""
        if self.estimate_basis == "decided":
            return self.cut_words
        return f"审定 {self.decided_wan:,.2f}" + (f"（{self.cut_words}）" if self.cut_words else "")

    @property
    def cut_words(self) -> str:
        """申报 420.00，核减 90.00, of a project with a decided case; nothing where what was asked for was decided."""
        if self.decided_wan == self.filed_wan:
            return ""
        return f"申报 {self.filed_wan:,.2f}" + (f"，核减 {self.cut_wan:,.2f}" if self.cut_wan else "")

    def get_absolute_url(self) -> str:
        return f"/projects/{self.code}/"

    def life_url(self, phase: Phase | None = None) -> str:
        """建设过程 of the whole, or of one phase."""
        return f"{self.get_absolute_url()}life/" + (f"?phase={phase.order}" if phase else "")

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


def with_leads(projects: Iterable[Project]) -> list[Project]:
    """The projects, each with its leads and their units read (survivors and budget units too), a unit once however many
    it leads; one query, within one page (governance.basics.memo) none for projects that were read before."""
    found = list(projects)
    leads: dict[int, list[ProjectLead]] = memo.kept("leads of projects")
    if missing := sorted({p.pk for p in found} - leads.keys()):
        leads.update((pk, []) for pk in missing)
        units: dict[int, Organisation] = memo.kept("units")
        for row in _LEADS(missing):
            own, unit, survivor, payer = (row[n : n + len(_UNIT)] for n in _PARTS)
            lead = ProjectLead.from_db("default", _LEAD, own[: len(_LEAD)])
            lead.organisation = _unit(units, unit)
            lead.organisation.canonical, lead.organisation.budget_unit = _unit(units, survivor), _unit(units, payer)
            leads[lead.project_id].append(lead)
    attach(found, "leads", (lead for p in {p.pk: p for p in found} for lead in leads[p]), "project_id")
    return found


def _unit(units: dict[int, Organisation], values: tuple) -> Organisation | None:
    key = values[0]
    if key is not None and key not in units:
        units[key] = Organisation.from_db("default", _UNIT, values)
    return units.get(key)


_LEAD = [field.attname for field in ProjectLead._meta.concrete_fields]
_UNIT = [field.attname for field in Organisation._meta.concrete_fields]
_PARTS = (0, *(len(_LEAD) + n * len(_UNIT) for n in range(3)))
_LEADS = Prepared(
    lambda ids: (
        ProjectLead.objects.filter(project_id__among=ids)
        .order_by("order")
        .values_list(
            *_LEAD,
            *(f"{path}__{name}" for path in _PATHS for name in _UNIT),
        )
    )
)
_PATHS = ("organisation", "organisation__canonical", "organisation__budget_unit")


class Phase(models.Model):
    """A phase of one project (P15: 首期, 二期) with a life of its own, from its purchase to its running."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="phases")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    start = models.DateField()
    end = models.DateField()
    precision = models.CharField(max_length=5, choices=PRECISIONS, default="year")
    state = models.CharField("状态", max_length=20, choices=Project.STATES, default="registered")
    state_day = models.DateField("进入状态日期", null=True, blank=True)
    suspended_from = models.CharField(max_length=20, blank=True)

    history = HistoricalRecords(bases=(DayedHistory,))

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name
