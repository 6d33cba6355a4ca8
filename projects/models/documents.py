"""Technical documents of a project and their approval (9.1.1): 建设方案, 需求说明书, 概要设计."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.models.fields import Dated, Demonstrable
from projects.models.acceptance import SignedInSteps
from projects.models.project import Project


class TechnicalDocument(SignedInSteps, Dated, Demonstrable):
    """One edition of a document on its way through the steps of 9.1.1 (projects.lifecycle.approvals); each step is a
    round, whose answers say who, on which day, by which paper and on what condition. It is the whole project's, for its
    phases as well."""

    KINDS = [("scheme", "建设方案（技术方案）"), ("requirements", "需求说明书"), ("outline", "概要设计")]
    STEPS = [
        ("view", "专家意见"),
        ("group", "专家工作组审批"),
        ("pre", "电子政务管理部门预审批"),
        ("approve", "领导小组审批"),
    ]
    OPEN = ("proposed", "signing")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="technical_documents")
    kind = models.CharField("文件", max_length=16, choices=KINDS)
    edition = models.PositiveSmallIntegerField("第几次报送")
    title = models.CharField("文件名称、版本及文号", max_length=200)
    note = models.TextField("说明", blank=True)
    step = models.CharField("办到哪一步", max_length=12, choices=STEPS)
    approval = models.CharField("批准", max_length=300, blank=True)  # who, by which paper, in words
    approved_on = models.DateField("批准日期", null=True, blank=True)
    condition = models.TextField("附条件", blank=True)  # of every step that agreed on one
    condition_due = models.DateField("条件期限", null=True, blank=True)  # the earliest
    condition_met_on = models.DateField("条件落实", null=True, blank=True)
    condition_met_text = models.CharField("落实情况及材料", max_length=300, blank=True)

    class Meta:
        verbose_name = "技术文件"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=Q(state__in=("proposed", "signing")),
                name="one_edition_under_way_per_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.get_kind_display()}（第 {self.edition} 次报送）"

    @property
    def audit_key(self) -> Ref:
        return ref("document", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/documents/{self.pk}/"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def owes_condition(self) -> bool:
        """Approved on a condition that nobody has recorded as met."""
        return self.is_concluded and bool(self.condition) and self.condition_met_on is None
