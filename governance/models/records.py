"""What the office records about units and instruments: texts of regulations, training (9.5.2), services (9.4)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models.fields import Dated, Demonstrable
from governance.models.institutions import Organisation
from governance.models.plan import Plan, Regulation
from governance.models.platform import StoredFile


class RegulationText(Dated, Demonstrable):
    """A text of an instrument of 9.2: drafts for 征求意见, the version for 审议, the issued one."""

    regulation = models.ForeignKey(Regulation, on_delete=models.PROTECT, related_name="texts")
    title = models.CharField("名称", max_length=200)
    state = models.CharField("对应状态", max_length=12, choices=Regulation.STATES)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "制度文本"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


TRAINING_GROUPS = [
    ("leaders", "党政部门各级领导"),
    ("officials", "党政机关公务员"),
    ("specialists", "专业技能部门主管和技术人员"),
]


class TrainingTarget(Dated, Demonstrable):
    """How many people of a class are to be trained in a block of chapter 10 (D53: the plan names no number)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="training_targets")
    block = models.CharField("阶段", max_length=6)
    group = models.CharField("培训对象", max_length=12, choices=TRAINING_GROUPS)
    heads = models.PositiveIntegerField("目标人次")
    by_text = models.CharField(max_length=200)
    superseded = models.BooleanField(default=False)

    class Meta:
        verbose_name = "培训目标"
        ordering = ["block", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "block", "group"], condition=Q(superseded=False), name="one_training_target_per_block"
            )
        ]

    def __str__(self) -> str:
        return f"{self.block} {self.get_group_display()}"


class TrainingSession(Dated, Demonstrable):
    """One course: class, days, how many came, its paper."""

    group = models.CharField("培训对象", max_length=12, choices=TRAINING_GROUPS)
    title = models.CharField("内容", max_length=200)
    held_on = models.DateField("开始")
    ended_on = models.DateField("结束", null=True, blank=True)
    heads = models.PositiveIntegerField("人次")
    organiser = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="主办单位")
    evidence = models.CharField("凭据", max_length=300)
    by_text = models.CharField(max_length=200)
    withdrawn = models.CharField("撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "培训"
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return self.title


class ServiceRecord(Dated, Demonstrable):
    """A fact of 9.4 about a unit: its hotline, what is outsourced to whom, its network administrator,
    an alliance member."""

    KINDS = [
        ("hotline", "技术服务咨询电话（9.4.1）"),
        ("outsourcing", "服务外包（9.4.1）"),
        ("administrator", "网络管理员（9.4.2）"),
        ("support", "技术支援（9.4.2）"),
        ("alliance", "技术服务联盟（9.4.3）"),
    ]

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    kind = models.CharField("事项", max_length=16, choices=KINDS)
    subject = models.CharField("内容", max_length=300)
    provider = models.CharField("承担单位或人", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    document = models.CharField("合同或文件", max_length=200, blank=True)
    from_day = models.DateField("起")
    to_day = models.DateField("止", null=True, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "服务保障"
        ordering = ["kind", "-from_day", "-pk"]

    def __str__(self) -> str:
        return self.subject


class Trainee(Dated, Demonstrable):
    """Somebody of a unit who is to be trained (9.5.2). Two of one name in a unit differ by their staff number."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="trainees")
    name = models.CharField("姓名", max_length=60)
    staff_no = models.CharField("工号", max_length=30, blank=True)
    post = models.CharField("职务", max_length=60, blank=True)
    group = models.CharField("培训对象", max_length=12, choices=TRAINING_GROUPS)
    has_left = models.BooleanField("调离", default=False)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "应训人员"
        ordering = ["organisation", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name", "staff_no"], name="one_trainee_per_unit_and_name")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.name}"


class Attendance(Dated, Demonstrable):
    """One person at one course: hours and result, for 政绩考核 (9.5.2). Taken back by 撤销; its row stays."""

    RESULTS = [("passed", "合格"), ("failed", "不合格"), ("attended", "参加"), ("withdrawn", "撤销")]

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="attendances")
    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="attendances")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    result = models.CharField("结果", max_length=10, choices=RESULTS)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "培训名单"
        ordering = ["session", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "trainee"], name="one_attendance_per_course")]

    def __str__(self) -> str:
        return f"{self.trainee} {self.session}"
