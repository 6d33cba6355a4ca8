"""Tables of what a gate of a project's life asks for: papers and contracts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models.fields import Dated, Demonstrable, WanField
from projects.models.project import Phase, Project


class GateItem(Dated, Demonstrable):
    """A requirement of a gate (projects.lifecycle.gates) that is met, or does not apply, with its paper or reason."""

    STATUSES = [("provided", "已具备"), ("not_applicable", "不适用")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gate_items")
    phase = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.RESTRICT, related_name="gate_items")
    key = models.CharField("事项", max_length=40)
    status = models.CharField(max_length=16, choices=STATUSES)
    document = models.CharField("材料名称及文号，或不适用的理由", max_length=300)
    dated = models.DateField("材料日期", null=True, blank=True)
    by_text = models.CharField(max_length=200)
    withdrawn = models.CharField("撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "关口材料"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key"], condition=Q(withdrawn="", phase=None), name="one_paper_per_requirement"
            ),
            models.UniqueConstraint(
                fields=["phase", "key"],
                condition=Q(withdrawn="", phase__isnull=False),
                name="one_paper_per_requirement_of_a_phase",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.key}"


class Contract(Dated, Demonstrable):
    """A contract of a project or phase: with its builder, supervisor 监理, operator.
    The supplier is a company's name."""

    KINDS = [
        ("build", "建设"),
        ("supervision", "监理"),
        ("operation", "运行维护"),
        ("testing", "测评"),
        ("other", "其他"),
    ]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="contracts")
    phase = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.RESTRICT, related_name="contracts")
    kind = models.CharField("合同种类", max_length=12, choices=KINDS)
    number = models.CharField("合同编号", max_length=80)
    title = models.CharField("合同名称", max_length=200)
    supplier = models.CharField("乙方（供应商）", max_length=200)
    amount_wan = WanField("合同金额（万元）", null=True, blank=True)
    signed_on = models.DateField("签订日期")
    ends_on = models.DateField("履约期止", null=True, blank=True)
    warranty_until = models.DateField("质保期止", null=True, blank=True)
    by_text = models.CharField(max_length=200)
    voided = models.CharField("作废理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "合同"
        ordering = ["signed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"], condition=Q(voided=""), name="one_contract_per_number"
            ),
            models.CheckConstraint(
                condition=Q(amount_wan=None) | Q(amount_wan__gte=0), name="contract_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
