"""What the office proposes to the joint approval, and the papers that it does without."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models.fields import Dated, Demonstrable
from priorities.labels import OUTCOMES, PAPERS
from priorities.models.submission import Submission, SubmissionVersion


class OpinionWaiver(Dated, Demonstrable):
    """An opinion or the stamped scan waived before joint approval, with a reason."""

    WHAT = list(PAPERS.items())

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="waivers")
    version = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=16, choices=WHAT)
    reason = models.CharField(max_length=300)
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "version", "what"], name="one_waiver_per_paper")]

    def __str__(self) -> str:
        return self.get_what_display()


class Conclusion(Dated, Demonstrable):
    """What the office proposes to the joint approval: where the case goes and with how much money.

    `amounts`: [{"component", "source", "fiscal_year", "requested_wan", "approved_wan", "clause", "reason"}].
    `payers`: who pays how much of each share that 8.1 and 8.2 leave open (D11, D12): [{"code", "sources", "amounts"}],
    amounts by source in 万元, empty while the share is not settled.
    """

    KINDS = [
        ("candidate", "列为年度计划候选"),
        ("pool", "进入储备库"),
        ("deferred", OUTCOMES["defer"]),
        ("no_city_funding", OUTCOMES["no_city_funding"]),
    ]

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="conclusions")
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=KINDS)
    reason = models.TextField("理由", blank=True)
    clause = models.CharField("条款", max_length=20, blank=True)
    lacking = models.TextField("缺失条件", blank=True)
    re_review_on = models.DateField("复审日期", null=True)
    amounts = models.JSONField(default=list)
    payers = models.JSONField("出资份额", default=list)
    in_force = models.BooleanField(default=True)
    settled_day = models.DateField(null=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "结论"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["submission"], condition=Q(in_force=True), name="one_conclusion_in_force"),
            models.CheckConstraint(
                condition=~Q(kind="deferred") | (Q(re_review_on__isnull=False) & ~Q(lacking="")),
                name="deferred_has_conditions_and_a_re_review_day",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
