"""The 59 tasks of the plan and the projects that carry them."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from governance.basics.refs import Ref, ref
from governance.basics.searching import matching
from governance.models.fields import DayedHistory, Demonstrable
from projects.models.project import Project


class PlanTaskQuerySet(models.QuerySet):
    def matching(self, query: str):
        return matching(self, query)


class PlanTask(Demonstrable):
    """One of the 59 tasks of 10.1–10.3, verbatim; due at the end of its block (D33)."""

    STATES = [("not_started", "未启动"), ("under_way", "进行中"), ("done", "已完成"), ("dropped", "不再实施")]

    code = models.CharField(max_length=8, unique=True)
    block = models.CharField(max_length=6)
    order = models.PositiveSmallIntegerField()
    text = models.TextField()
    line = models.PositiveIntegerField()
    due = models.DateField()
    state = models.CharField(max_length=12, choices=STATES, default="not_started")
    state_day = models.DateField(null=True, blank=True)
    evidence = models.CharField("凭据", max_length=300, blank=True)
    discrepancies = models.JSONField(default=list)
    proofs = models.JSONField(default=list)  # registers that show how far it is (governance.plan.rows.ProofRow)
    search_text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    history = HistoricalRecords(bases=(DayedHistory,), excluded_fields=["search_text", "discrepancies", "proofs"])
    objects = PlanTaskQuerySet.as_manager()

    class Meta:
        verbose_name = "规划任务"
        ordering = ["block", "order"]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def audit_key(self) -> Ref:
        return ref("plan-task", self.code)

    def get_absolute_url(self) -> str:
        return f"/projects/tasks/{self.code}/"


class TaskLink(models.Model):
    """A task and a project that carries it, sure or possible (D28, D35)."""

    CERTAINTIES = [("sure", "确定"), ("possible", "可能")]

    task = models.ForeignKey(PlanTask, on_delete=models.CASCADE, related_name="links")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="task_links")
    certainty = models.CharField(max_length=8, choices=CERTAINTIES)

    class Meta:
        ordering = ["task_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "project"], name="one_link_per_task_and_project")]

    def __str__(self) -> str:
        return f"{self.task.code} – {self.project.code}"
