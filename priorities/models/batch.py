"""Many cases handled in one act of the desk: what was rehearsed, when it happens, what came of each."""

from __future__ import annotations

from django.db import models

from governance.basics.refs import Ref, ref
from governance.models import User
from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission


class DeskBatch(Dated, Demonstrable):
    """One act on several cases. Until `leaves_at` nothing has happened and no mail has left: it can be undone. Then
    every item happens by itself, in a transaction of its own."""

    ACTS = [
        ("accept", "受理"),
        ("settle", "采用判定"),
        ("settle_and_send", "采用判定并送会签"),
        ("waive_and_send", "送会签"),
        ("acknowledge", "备案"),
    ]
    STATES = [("waiting", "等待办理"), ("running", "正在办理"), ("done", "办完"), ("undone", "已撤消")]

    act = models.CharField("办理", max_length=16, choices=ACTS)
    reason = models.CharField("免交理由", max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="waiting", db_index=True)
    leaves_at = models.DateTimeField("办理时间")
    started_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    appointment_id = models.BigIntegerField(null=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "批量办理"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"批量{self.get_act_display()} 第 {self.pk} 批"

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def is_undone(self) -> bool:
        return self.state == "undone"

    @property
    def is_open(self) -> bool:
        return self.is_waiting or self.is_running

    @property
    def audit_key(self) -> Ref:
        return ref("desk-batch", self.pk)

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("priorities:batch", args=[self.pk])


class DeskBatchItem(models.Model):
    """One case of a batch, at the version that was rehearsed, and what came of it."""

    STATES = [("waiting", "等待"), ("done", "办成"), ("refused", "没有办成"), ("undone", "已撤消")]

    batch = models.ForeignKey(DeskBatch, on_delete=models.CASCADE, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    sentence = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "submission"], name="a_case_once_a_batch")]

    def __str__(self) -> str:
        return f"{self.submission.reference} {self.get_state_display()}"

    @property
    def is_refused(self) -> bool:
        return self.state == "refused"
