"""业务需求 and 变更需求 of works that are built for a department by somebody else (代建代运, 9.1.5)."""

from __future__ import annotations

from django.db import models

from governance.basics.refs import Ref, ref
from governance.models import Organisation
from governance.models.fields import Dated, Demonstrable, WanField
from projects.models.project import Project


class Need(Dated, Demonstrable):
    """What the using department asks of the builder; open until it agrees with an answer."""

    KINDS = [("business", "业务需求"), ("change", "变更需求")]
    STATES = [("open", "待答复"), ("answered", "已答复，待确认"), ("settled", "已确认"), ("withdrawn", "已撤回")]
    LIVE = ("open", "answered")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="needs")
    number = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    title = models.CharField("需求", max_length=120)
    text = models.TextField("内容和理由")
    wanted_on = models.DateField("希望何时具备", null=True, blank=True)
    asker = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="提出单位")
    builder = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="建设（代建）单位"
    )
    due = models.DateField("答复期限")
    state = models.CharField(max_length=10, choices=STATES, default="open")
    withdrawn = models.CharField("撤回理由", max_length=300, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "建设需求"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_need_per_number")]

    def __str__(self) -> str:
        return f"{self.project.code} {self.get_kind_display()} {self.number}"

    @property
    def audit_key(self) -> Ref:
        return ref("need", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/needs/{self.pk}/"

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    def belongs_to(self) -> set[int]:
        """Who asks: the units that lead the project."""
        return self.project.belongs_to()


class NeedAnswer(Dated, Demonstrable):
    """The builder's answer with what it means for money and time; append-only. `objection`: why the department does not
    take it, which asks again."""

    KINDS = [("accept", "接受"), ("partly", "部分接受"), ("decline", "不接受")]

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField("答复", max_length=8, choices=KINDS)
    text = models.TextField("答复内容")
    amount_wan = WanField("增减资金（万元）", null=True, blank=True)  # may be negative; null where it is declined
    days = models.SmallIntegerField("增减工期（天）", null=True, blank=True)
    ready_on = models.DateField("预计完成", null=True, blank=True)
    document = models.CharField("答复文号", max_length=80, blank=True)
    by_text = models.CharField(max_length=200)
    objection = models.CharField("不认可的理由", max_length=300, blank=True)
    objected_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "需求答复"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.need} {self.get_kind_display()}"
