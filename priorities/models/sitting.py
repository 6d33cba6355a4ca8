"""Sittings of the joint approval: which cases are on the agenda, and what the minutes say."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from governance.basics.refs import Ref, ref
from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission


class Sitting(Dated, Demonstrable):
    """A sitting of the signing bodies: an agenda of cases in joint approval, afterwards the number of its minutes."""

    STATES = [("convened", "已召集"), ("recorded", "已记录")]

    title = models.CharField("会议名称", max_length=120)
    held_on = models.DateField("会议日期")
    place = models.CharField("地点", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="convened")
    minutes_number = models.CharField("纪要文号", max_length=60, blank=True)
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "会签会议"
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_convened(self) -> bool:
        return self.state == "convened"

    @property
    def audit_key(self) -> Ref:
        return ref("sitting", self.pk)

    def get_absolute_url(self) -> str:
        return reverse("priorities:sitting", args=[self.pk])


class SittingCase(models.Model):
    """A case on the agenda, in the version that was sent to the joint approval, with what the minutes say of it."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="cases")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField("申报书版次")
    order = models.PositiveSmallIntegerField()
    note = models.CharField("纪要意见", max_length=500, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["sitting", "submission"], name="a_case_once_per_sitting")]

    def __str__(self) -> str:
        return f"{self.order} {self.submission.reference}"
