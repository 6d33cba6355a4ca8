"""The course of a submission: its state changes, and the points for which it was returned."""

from __future__ import annotations

from django.db import models

from governance.models import User
from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission


class ReturnedPoint(Dated):
    """One lacking point of a 退回补正: the field that it names, and the sentence."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="returned_points")
    version = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=80)
    sentence = models.CharField(max_length=500)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.field


class Transition(Dated, Demonstrable):
    """A state change of a submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="transitions")
    verb = models.CharField(max_length=30)
    was = models.CharField(max_length=20)
    now = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    by_text = models.CharField(max_length=200)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"
