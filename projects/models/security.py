"""Security of a project (9.3): grading, what is built at the same time, assessments and their findings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.models.fields import Dated, Demonstrable
from projects.models.acceptance import Signed
from projects.models.project import Project


class GradingQuerySet(models.QuerySet):
    def concluded(self, project: Project):
        """The gradings that the experts agreed to; the newest first holds."""
        return self.filter(project=project, state="concluded").order_by("-pk")


class SecurityGrading(Signed, Dated, Demonstrable):
    """定级: a protection level 1–5 proposed for a project and agreed by experts in a round (9.3.2); who proposes it
    does not choose them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gradings")
    level = models.PositiveSmallIntegerField("拟定等级")
    system_name = models.CharField("信息系统名称", max_length=200)
    grounds = models.TextField("定级理由")
    filing_number = models.CharField("备案编号", max_length=80, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)

    objects = GradingQuerySet.as_manager()

    class Meta:
        verbose_name = "定级"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=("proposed", "signing")), name="one_grading_at_a_time"
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="grading_is_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} 拟定 {self.level} 级"

    @property
    def audit_key(self) -> Ref:
        return ref("grading", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/{self.project.code}/security/"


class SyncQuerySet(models.QuerySet):
    def done(self, project: Project):
        """Which of planning, design, construction and use are done together with the works."""
        return self.filter(project=project, withdrawn="")


class SecuritySync(Dated, Demonstrable):
    """同步规划、同时设计、同时施工、同时投入使用 (9.3.8): when each was done, and by which paper."""

    ITEMS = [("planning", "同步规划"), ("design", "同时设计"), ("construction", "同时施工"), ("use", "同时投入使用")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="security_syncs")
    item = models.CharField(max_length=12, choices=ITEMS)
    done_on = models.DateField("日期")
    evidence = models.CharField("凭据", max_length=300)
    by_text = models.CharField(max_length=200)
    withdrawn = models.CharField("撤回理由", max_length=300, blank=True)

    objects = SyncQuerySet.as_manager()

    class Meta:
        verbose_name = "同步建设"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "item"], condition=Q(withdrawn=""), name="one_sync_per_item")
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.get_item_display()}"


class AssessmentQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody took back."""
        return self.filter(withdrawn="")

    def passed(self, project: Project):
        """Assessments that found the system fit (符合, 基本符合), newest first."""
        return self.standing().filter(project=project, result__in=("pass", "mostly")).order_by("-assessed_on", "-pk")


class SecurityAssessment(Dated, Demonstrable):
    """安全测评 or 风险评估 of a project on a day (9.3.2, 9.3.3), and when the next is due."""

    KINDS = [("risk", "风险评估"), ("evaluation", "安全测评"), ("inspection", "安全检查")]
    RESULTS = [("pass", "符合"), ("mostly", "基本符合"), ("fail", "不符合")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="security_assessments")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    assessed_on = models.DateField("日期")
    assessor = models.CharField("测评机构或专家", max_length=200)
    result = models.CharField("结论", max_length=8, choices=RESULTS)
    document = models.CharField("报告名称及文号", max_length=200)
    next_due = models.DateField("下次到期", null=True, blank=True)
    by_text = models.CharField(max_length=200)
    withdrawn = models.CharField("撤回理由", max_length=300, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "安全测评"
        ordering = ["-assessed_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.project.code} {self.get_kind_display()} {self.assessed_on}"


class SecurityFinding(Dated, Demonstrable):
    """A weakness that an assessment found; open until it is mended (隐患和整改措施, 9.3.2)."""

    WEIGHTS = [("high", "高"), ("middle", "中"), ("low", "低")]

    assessment = models.ForeignKey(SecurityAssessment, on_delete=models.CASCADE, related_name="findings")
    text = models.CharField("隐患", max_length=300)
    weight = models.CharField("风险", max_length=8, choices=WEIGHTS)
    measure = models.CharField("整改措施", max_length=300, blank=True)
    due = models.DateField("整改期限")
    fixed_on = models.DateField("整改完成", null=True, blank=True)
    fixed_text = models.CharField("整改情况", max_length=300, blank=True)

    class Meta:
        verbose_name = "安全隐患"
        ordering = ["due", "pk"]

    def __str__(self) -> str:
        return self.text
