"""Tables of money. Unit 万元; null means 未填, never 0. Totals of a line are the sums of its append-only entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from budgets.payers import SOURCES
from governance.basics.refs import Ref, ref
from governance.basics.roles import Permission, Scope
from governance.models import StoredFile
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
    """Project × fiscal year × source: the row that is locked. CHECKs: spent ≤ appropriated ≤ approved (专款专用, 9.2.2)."""

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

    def belongs_to(self) -> set[int]:
        return self.project.belongs_to()


class Entry(Dated, Demonstrable):
    """A booking on a line: signed amount, never edited; a mistake is reversed."""

    KINDS = [
        ("initial", "初始"),
        ("adjust", "调整"),
        ("transfer", "调剂"),
        ("carry_over", "结转"),
        ("clawback", "收回"),
        ("opening", "补录"),
        ("reversal", "冲正"),
    ]

    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="entries")
    stage = models.CharField(max_length=12, choices=STAGES)
    amount_wan = WanField("金额（万元）")
    kind = models.CharField(max_length=12, choices=KINDS)
    document_number = models.CharField("文号", max_length=60, blank=True)
    reason = models.CharField("说明", max_length=300, blank=True)
    as_typed = models.CharField("原样", max_length=60, blank=True)
    by_text = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        verbose_name = "记账"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.amount_wan}"


class EntryPaper(Dated, Demonstrable):
    """凭据: the paper behind an entry, a scan or a file. Added at any time, never taken away; one file may stand behind several
    entries (a letter that approves many lines), and is shown to whoever sees the entry's line."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "凭据"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "file"], name="one_paper_once_per_entry")]

    def __str__(self) -> str:
        return self.file.display_name


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


class Kept(NamedTuple):
    """A row as it left: texts, `total` and `amounts` (by STAGES, None: 未填) with two decimals."""

    code: str
    name: str
    lead: str
    time_raw: str
    total: str
    year: int
    source: str
    amounts: tuple[str | None, ...]
    codes: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.code}|{self.year}|{self.source}"


class ExportSnapshot(Dated):
    """What a workbook contained when it left: the reference of its re-import."""

    key = models.CharField(max_length=40, unique=True)
    sha256 = models.CharField(max_length=64)
    scope = models.CharField(max_length=40)  # "2007" or "all"
    rows = models.JSONField()  # of the first exports; what left later is kept in pieces
    by_text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.key

    def kept(self) -> Iterator[Kept]:
        """The rows that left, in order."""
        for key, row in self.rows.items():
            head = (row["texts"][name] for name in ("编号", "项目", "第一牵头", "时间（原文）", "总概算"))
            codes = (row["codes"][name] for name in ("unit_code", "function_code", "economic_code"))
            yield Kept(
                *head,
                row["year"],
                key.rpartition("|")[2],
                tuple(row["amounts"][stage] for stage, _ in STAGES),
                tuple(codes),
            )
        for piece in self.pieces.order_by("number"):
            for (*head, total), rows in piece.rows:
                for year, source, amounts, codes, first in rows:
                    yield Kept(*head, total if first else "", year, source, tuple(amounts), tuple(codes))


class ExportPiece(models.Model):
    """Rows of a snapshot in order, by project, so that a hundred thousand never stand in memory together."""

    snapshot = models.ForeignKey(ExportSnapshot, on_delete=models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    rows = models.JSONField()  # budgets.workbook.export._packed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "number"], name="one_piece_per_number")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.number}"
