"""Rule sets as data: which reading of each criterion holds, which clauses are in force, the precedence.

The criteria themselves are code (priorities.rules) and never edited once in force.
"""

from __future__ import annotations

from django.db import models

from governance.models import Meeting
from governance.models.fields import Dated, Demonstrable


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
    def audit_key(self) -> str:
        return f"rule-set:{self.key}"
