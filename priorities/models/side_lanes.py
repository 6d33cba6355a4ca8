"""What the office looked at before it acknowledged a district's filing."""

from __future__ import annotations

from django.db import models

from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission


class FilingCheck(Dated, Demonstrable):
    """备案核对: the filing was complete, and what it resembled on that day, frozen.

    `overlaps`: [{"key", "code", "name", "score"}], best first; a likeness stops no filing (备案, no approval).
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="filing_checks")
    version = models.PositiveSmallIntegerField()
    overlaps = models.JSONField(default=list)
    compared = models.PositiveIntegerField("比对条数", default=0)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission.reference} 备案核对"
