"""The plan as data: its text by line, the 27 rows of 10.4, clauses, discrepancies and readings, regulations.

Written by load_plan alone, verbatim; only ReadingDecision and a regulation's state are people's.
"""

from __future__ import annotations

from django.db import models

from governance.basics.refs import Ref, ref
from governance.models.fields import PRECISIONS, Dated, Demonstrable, WanField
from governance.models.institutions import Organisation


class Plan(models.Model):
    """One plan: `plan-2006`."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    city = models.CharField(max_length=40)
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    data = models.JSONField(default=dict)  # plan.json: check totals, blocks, levels, tiers

    class Meta:
        verbose_name = "规划"

    def __str__(self) -> str:
        return self.title


class PlanLine(models.Model):
    """One line of the source text, 1-based."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_line_per_number")]

    def __str__(self) -> str:
        return f"L{self.number}"


class PlanItem(models.Model):
    """A row of 10.4, verbatim (P01–P27). The living record is projects.Project."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=8)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    content = models.TextField()
    time_raw = models.CharField(max_length=200)
    start = models.DateField()
    end = models.DateField()
    precision = models.CharField(max_length=5, choices=PRECISIONS)
    estimate_wan = WanField()
    leads_raw = models.CharField(max_length=300)
    leads_open_ended = models.BooleanField()
    programme = models.CharField(max_length=60, blank=True)
    line = models.PositiveIntegerField()
    data = models.JSONField(default=dict)  # phases, milestones, discrepancies as the fixture states them

    class Meta:
        verbose_name = "规划项目行"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="one_item_per_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlanItemLead(models.Model):
    """A lead unit as 10.4 names it, in order; the first is 第一牵头 by default (D43)."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="leads")
    order = models.PositiveSmallIntegerField()
    as_named = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    is_generic = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.as_named


class PilotUnit(models.Model):
    """One of the seven pilot units of 10.1."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="pilot_units")
    order = models.PositiveSmallIntegerField()
    as_named = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    is_focus = models.BooleanField("重点", default=False)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.as_named


class Clause(models.Model):
    """A clause that the product cites: 8.1(1–7), 8.2(1–3), 8.3.1–8.3.3 (17) and the obligations of chapter 9."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="clauses")
    clause = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)  # principle, type, priority, defer, no_city_funding, obligation
    heading = models.CharField(max_length=100)
    text = models.TextField()
    line = models.PositiveIntegerField()
    order = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "条款"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["plan", "clause"], name="one_clause_per_number")]

    def __str__(self) -> str:
        return self.clause


class Discrepancy(models.Model):
    """Where the plan contradicts itself or stays silent (D01–D56): quotes, readings, default.
    Decisions are dated rows."""

    WEIGHTS = [("A", "影响分类、金额、审批人或期限"), ("B", "影响标注或汇总"), ("C", "文字")]
    TOUCHED = ("projects", "tasks", "clauses", "organisations")  # what `touches` names: codes, numbers, keys

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="discrepancies")
    code = models.CharField(max_length=6)
    weight = models.CharField(max_length=1, choices=WEIGHTS)
    title = models.CharField(max_length=200)
    quotes = models.JSONField()  # [{"text", "line"}]
    readings = models.JSONField()  # [{"key", "text", "effect"}]
    default = models.CharField(max_length=10)
    default_text = models.TextField()
    touches = models.JSONField(default=dict)  # {"projects": [], …}
    read_by_code = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    added_by = models.CharField("登记人", max_length=200, blank=True)  # empty: the plan's own entries
    added_on = models.DateField("登记日期", null=True, blank=True)

    class Meta:
        verbose_name = "疑义"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="one_discrepancy_per_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def audit_key(self) -> Ref:
        return ref("discrepancy", self.code)

    def get_absolute_url(self) -> str:
        return f"/governance/discrepancies/{self.code}/"


class ReadingDecision(Dated, Demonstrable):
    """A reading confirmed by a named person with a reason, from a day on (governance.kernel.readings)."""

    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, related_name="decisions")
    reading = models.CharField(max_length=10)
    from_day = models.DateField()
    reason = models.TextField()
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "读法决定"
        ordering = ["from_day", "pk"]

    def __str__(self) -> str:
        return f"{self.discrepancy.code}={self.reading}"


class Regulation(models.Model):
    """One of the nine instruments of 9.2.1–9.2.9; none is in force in the text (D55)."""

    STATES = [("drafting", "拟订中"), ("consulting", "征求意见"), ("reviewing", "审议"), ("issued", "印发")]

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="regulations")
    clause = models.CharField(max_length=20)
    verb = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    text = models.TextField()
    line = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=STATES, default="drafting")
    issued_on = models.DateField(null=True, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "制度"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "clause"], name="one_regulation_per_clause")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_issued(self) -> bool:
        return self.state == "issued"

    @property
    def audit_key(self) -> Ref:
        return ref("regulation", self.clause)

    def get_absolute_url(self) -> str:
        return f"/governance/regulations/{self.pk}/"
