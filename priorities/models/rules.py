"""Rule sets as data: which reading of each criterion holds, which clauses are in force, the precedence. Every case as
bits, so that all of them are judged again at once, and what a re-screening changed.

The criteria themselves are code (priorities.rules) and never edited once in force.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.models import Meeting, PlanItem
from governance.models.fields import Dated, Demonstrable, WanField
from priorities.models.submission import Submission


class RuleSetRecord(Dated, Demonstrable):
    """A rule set: drafted by the information office, adopted by the leading group from a day on."""

    STATES = [("draft", "草案"), ("in_force", "已审定"), ("dropped", "已弃用")]

    key = models.SlugField("标识", max_length=60, unique=True)
    title = models.CharField("名称", max_length=120)
    base = models.CharField("判据版本", max_length=60, default="plan-2006")
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    from_day = models.DateField("起", null=True, blank=True)
    to_day = models.DateField("止（不含）", null=True, blank=True)
    readings = models.JSONField(default=dict)  # {"8.3.2(2)": "two_of_four"}
    switched_off = models.JSONField(default=list)  # ["8.3.2(4)"]
    precedence = models.JSONField(default=list)  # outcome values, strongest first; [] = the default
    reason = models.TextField("理由", blank=True)
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "规则集"
        ordering = ["from_day", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"

    @property
    def audit_key(self) -> Ref:
        return ref("rule-set", self.key)


class CaseMask(models.Model):
    """A filed case as bits (priorities.rules.bulk), kept by the verbs that change its facts; derived, not of record.

    `outcome` (bulk.CODES) is what `rule_set` makes of it: the rule set under which it last came out otherwise. `layout`
    names what the bits stand for (bulk.Layout); under another they are worked out anew before anything reads them.
    """

    submission = models.OneToOneField(Submission, primary_key=True, on_delete=models.CASCADE, related_name="mask")
    says_yes = models.BigIntegerField()
    says_no = models.BigIntegerField()
    parts = models.BigIntegerField()
    outcome = models.SmallIntegerField()
    amount_wan = WanField()
    rule_set = models.CharField(max_length=60)
    layout = models.CharField(max_length=12, default="")

    def __str__(self) -> str:
        return f"{self.submission_id}"


class Rescreening(Dated):
    """One screening of everything again: under which rule set, how far it is, how many flipped. `clauses`: the plan's
    in their order then, which the bits of its flips stand for."""

    rule_set = models.CharField("规则集", max_length=60)
    clauses = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    flipped = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "重新判定"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"按 {self.rule_set} 重新判定"

    @property
    def percent(self) -> int:
        return 100 if self.finished_at else 100 * self.done // self.total if self.total else 0


class Flip(models.Model):
    """A case that came out otherwise in a re-screening. `clauses`: a bit a clause whose result differs, in the
    order of its re-screening."""

    rescreening = models.ForeignKey(Rescreening, on_delete=models.CASCADE, related_name="flips", db_index=False)
    # Copied by the database from the side table, whose key is that case: to look the case up again for each flip was a
    # third of a re-screening of a million.
    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="flips", db_index=False, db_constraint=False
    )
    was = models.SmallIntegerField()
    now = models.SmallIntegerField()
    was_rule_set = models.CharField(max_length=60)
    clauses = models.IntegerField()
    amount_wan = WanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rescreening", "submission"], name="one_flip_per_rescreening")]

    def __str__(self) -> str:
        return f"{self.submission_id}"


class ShownAdvice(Dated):
    """A change that the form advised, when the applicant first saw it: a fact that then reads so is marked for the
    reviewer and needs evidence."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="shown_advice")
    component = models.CharField(max_length=40, blank=True)  # component id, blank for the whole
    fact = models.CharField(max_length=60)
    value = models.CharField(max_length=8)
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "component", "fact", "value"], name="advice_shown_once")
        ]

    def __str__(self) -> str:
        return f"{self.fact}={self.value}"


class PlanFact(models.Model):
    """What the plan itself says, or lets us suppose, about a fact of one of its rows: quoted (出自规划原文) or inferred
    (推定). Written by load_plan alone; the reading of 8.3 made of it is advice (D20)."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="+")
    fact = models.CharField(max_length=60)
    value = models.CharField(max_length=8)
    quote = models.CharField(max_length=300, blank=True)
    line = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "fact"], name="one_plan_fact_per_item"),
            models.CheckConstraint(
                condition=(~Q(quote="") & Q(line__isnull=False)) | (Q(quote="", line=None) & ~Q(reason="")),
                name="a_plan_fact_is_quoted_or_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact}={self.value}"
