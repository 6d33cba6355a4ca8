"""What happened to a project: transitions and changes."""

from __future__ import annotations

from django.db import models

from governance.models.fields import Dated, Demonstrable
from projects.models.project import Phase, Project


class StateChange(Dated, Demonstrable):
    """A transition of a project, or of one of its phases."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="state_changes")
    phase = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.RESTRICT, related_name="state_changes")
    was = models.CharField(max_length=20)
    now = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, blank=True)
    happened_on = models.DateField("发生日期", null=True, blank=True)  # where it is not the day of recording
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"

    @property
    def on(self):
        """When it happened."""
        return self.happened_on or self.day

    @property
    def was_label(self) -> str:
        return dict(Project.STATES).get(self.was, "登记")

    @property
    def now_label(self) -> str:
        return dict(Project.STATES)[self.now]


class Change(Dated, Demonstrable):
    """A change of content, time, budget or lead: old, new, reason, approver, effect. The original baseline stays."""

    FIELDS = [("content", "内容"), ("time", "工期"), ("budget", "预算"), ("lead", "牵头单位"), ("name", "名称")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=12, choices=FIELDS)
    was = models.TextField(blank=True)
    now = models.TextField(blank=True)
    reason = models.TextField()
    approver = models.CharField(max_length=200)
    effect = models.CharField("影响", max_length=400, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.day}"
