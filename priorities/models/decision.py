"""What the applicant was told of a decision: the letter's content as it was on the day, for ever."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission


class DecisionLetter(Dated, Demonstrable):
    """批复通知 of one decision: a joint approval concluded or refused, an annual plan adopted.

    `content` has the shape of priorities.case.decision; page, paper and notice print it and nothing else.
    """

    OCCASIONS = [
        ("concluded", "联合会签通过"),
        ("refused", "联合会签没有通过"),
        ("adopted", "列入年度计划"),
        ("left_over", "没有列入，结转候选"),
        ("adjusted", "年度计划调整"),
    ]

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="letters")
    occasion = models.CharField(max_length=10, choices=OCCASIONS)
    key = models.CharField(max_length=40)  # round:12, plan:3: one letter a decision
    content = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "批复通知"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["submission", "key"], name="one_letter_per_decision")]

    def __str__(self) -> str:
        return f"{self.submission.reference} {self.get_occasion_display()}"

    def get_absolute_url(self) -> str:
        return reverse("priorities:decision", args=[self.submission.reference])
