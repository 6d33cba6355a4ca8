"""A change of a running project that goes above its approved total: what was asked, kept until it holds."""

from __future__ import annotations

from django.db import models

from governance.models.fields import Dated, Demonstrable, WanField
from priorities.models.submission import Submission
from projects.models import Change

# States of a case from which no change comes any more.
NO_MORE = ("withdrawn", "no_city_funding", "self_funded", "filed")


class ProposedChangeQuerySet(models.QuerySet):
    def pending(self, project):
        """Changes of a project (or `OuterRef`) that are still on their way through joint approval and annual plan."""
        rows = self.filter(submission__project=project, applied_on=None).exclude(submission__state__in=NO_MORE)
        return rows.select_related("submission__organisation").order_by("pk")


class ProposedChange(Dated, Demonstrable):
    """变更申报's change: field, what it becomes, why, and the approved total beside the one that is asked for."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="proposed_change")
    field = models.CharField("变更什么", max_length=12, choices=Change.FIELDS)
    now = models.TextField("变更后")
    reason = models.TextField("变更理由")
    approved_wan = WanField("提出时的批复总额（万元）")
    total_wan = WanField("变更后的总额（万元）")
    applied_on = models.DateField("生效日期", null=True, blank=True)

    objects = ProposedChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "提出的变更"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission.reference} {self.get_field_display()}"
