"""Acceptance and the yearly evaluation of use (9.2.7, 9.2.8), and the departments' yearly targets they are tied to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.basics.roles import Role
from governance.models import Appointment, Meeting, Organisation, Round, Seat
from governance.models.fields import Dated, Demonstrable
from projects.models.project import Phase, Project

PASSED = Q(conclusion="pass") | Q(conclusion="pass_after_correction", corrected_on__isnull=False)


class Signed(models.Model):
    """A record that its round signs: the accepting body, and an independent unit where that body leads (D44); experts;
    the bodies of 9.1.1. `proposed`: its experts are still to be named."""

    STATES = [
        ("proposed", "待指派专家"),
        ("signing", "会签中"),
        ("concluded", "已生效"),
        ("refused", "未获签署"),
        ("withdrawn", "已撤回"),
    ]
    DEAD = ("refused", "withdrawn")  # it came to nothing: another may be made

    state = models.CharField(max_length=10, choices=STATES, default="signing")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="+")
    conflict = models.CharField("利害关系", max_length=200, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        abstract = True

    @property
    def is_signing(self) -> bool:
        return self.state == "signing"

    @property
    def is_concluded(self) -> bool:
        return self.state == "concluded"

    @property
    def is_proposed(self) -> bool:
        return self.state == "proposed"

    @property
    def is_refused(self) -> bool:
        return self.state == "refused"

    @property
    def is_withdrawn(self) -> bool:
        return self.state == "withdrawn"

    def involves(self) -> set[int]:
        """Units with a seat in its round."""
        return _seated(Seat.objects.filter(round_id=self.round_id))

    def assigned_to(self) -> set[int]:
        """People with a seat of their own, and the experts of a unit that has one."""
        own = Seat.objects.filter(round_id=self.round_id, assigned__isnull=False).values_list("assigned_id", flat=True)
        experts = Appointment.objects.filter(role=Role.EXPERT, organisation_id__in=self.involves()).values_list(
            "user_id", flat=True
        )
        return {*own, *experts}


class SignedInSteps(Signed):
    """A record about which one round follows another; whoever had a seat in one of them stays involved."""

    class Meta:
        abstract = True

    def involves(self) -> set[int]:
        """Units with a seat in any of its rounds."""
        return _seated(Seat.objects.filter(round__about=self.audit_key))


def _seated(seats: models.QuerySet[Seat]) -> set[int]:
    return {seat.organisation.survivor_id for seat in seats.select_related("organisation")}


class AcceptanceQuerySet(models.QuerySet):
    def concluded(self, project: Project, stage: str, phase: Phase | None = None):
        """Signed acceptances of a stage (first, final) that passed, corrections done; of a phase where one is named."""
        return self.filter(PASSED, project=project, stage=stage, phase=phase, state="concluded")


class Acceptance(Signed, Dated, Demonstrable):
    """验收: the conclusion of one stage with the material list as it stood (key, label, status, document)."""

    STAGES = [("first", "初验"), ("final", "终验")]
    CONCLUSIONS = [("pass", "通过"), ("pass_after_correction", "整改后通过"), ("fail", "不通过")]
    BLOCKS = [("works", "工程技术"), ("finance", "财务管理"), ("archive", "档案资料"), ("effect", "建设成效")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="acceptances")
    phase = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.RESTRICT, related_name="acceptances")
    stage = models.CharField(max_length=6, choices=STAGES)
    conclusion = models.CharField("结论", max_length=24, choices=CONCLUSIONS)
    accepted_on = models.DateField("验收日期")
    opinions = models.JSONField("分项意见", default=dict)  # works, finance, archive, effect
    text = models.TextField("验收意见")
    materials = models.JSONField("材料清单", default=list)
    document_number = models.CharField("验收文号", max_length=80, blank=True)
    correction = models.TextField("整改要求", blank=True)
    correction_due = models.DateField("整改期限", null=True, blank=True)
    corrected_on = models.DateField("整改完成", null=True, blank=True)
    corrected_text = models.CharField("整改情况", max_length=300, blank=True)
    record_due = models.DateField("登记期限")  # 15 working days after the acceptance, 系统默认

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = "验收"
        ordering = ["-accepted_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "stage"],
                condition=Q(state="signing", phase=None),
                name="one_acceptance_signed_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["phase", "stage"],
                condition=Q(state="signing", phase__isnull=False),
                name="one_phase_acceptance_signed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.phase.name + ' ' if self.phase_id else ''}{self.get_stage_display()}"

    @property
    def audit_key(self) -> Ref:
        return ref("acceptance", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/acceptances/{self.pk}/"

    @property
    def passed(self) -> bool:
        after = self.conclusion == "pass_after_correction" and self.corrected_on is not None
        return self.state == "concluded" and (self.conclusion == "pass" or after)

    @property
    def recorded_late(self) -> bool:
        return self.day > self.record_due


class EvaluationQuerySet(models.QuerySet):
    def concluded(self, project: Project, year: int):
        """The signed evaluation of a project's use in a year."""
        return self.filter(project=project, year=year, state="concluded")


class Evaluation(Signed, Dated, Demonstrable):
    """使用评估 of one year: use rate, sharing calls, goals met, satisfaction; null is not measured, never 0."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluations")
    year = models.PositiveSmallIntegerField("年度")
    use_percent = models.PositiveSmallIntegerField("使用率 %", null=True, blank=True)
    sharing_calls = models.PositiveIntegerField("共享调用量（次）", null=True, blank=True)
    goals_set = models.PositiveSmallIntegerField("绩效目标（个）", null=True, blank=True)
    goals_met = models.PositiveSmallIntegerField("达成（个）", null=True, blank=True)
    satisfaction_percent = models.PositiveSmallIntegerField("满意度 %", null=True, blank=True)
    # The ledger's due goals as they stood when it was filed: [{"indicator", "target", "due", "value", "state"}].
    goals = models.JSONField("当时的绩效台账", default=list, blank=True)
    findings = models.TextField("检查评估意见")
    evidence = models.CharField("依据", max_length=300, blank=True)
    reported_at = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reported_on = models.DateField("向领导小组汇报", null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "使用评估"
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year"],
                condition=~Q(state__in=("refused", "withdrawn")),
                name="one_evaluation_in_force_per_year",
            ),
            models.CheckConstraint(condition=Q(use_percent=None) | Q(use_percent__lte=100), name="use_is_at_most_100"),
            models.CheckConstraint(
                condition=Q(satisfaction_percent=None) | Q(satisfaction_percent__lte=100),
                name="satisfaction_is_at_most_100",
            ),
            models.CheckConstraint(
                condition=Q(goals_met=None) | Q(goals_set=None) | Q(goals_met__lte=models.F("goals_set")),
                name="goals_met_were_set",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.year} 使用评估"

    @property
    def differs_from_ledger(self) -> str:
        """What the ledger said where the evaluation counts otherwise, "" where they agree or no goal was due."""
        due, reached = len(self.goals), sum(goal["state"] == "达成" for goal in self.goals)
        if not due or (self.goals_set, self.goals_met) == (due, reached):
            return ""
        return f"登记时绩效台账到期 {due} 个、经确认达成 {reached} 个，与评估所填不同"

    @property
    def audit_key(self) -> Ref:
        return ref("evaluation", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/evaluations/{self.pk}/"


class AnnualTarget(Dated, Demonstrable):
    """年度目标 of a department: the average score that its projects' use has to reach (9.2.8)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    text = models.CharField("目标", max_length=300)
    score = models.PositiveSmallIntegerField("评估得分不低于")
    document = models.CharField("目标责任书文号", max_length=100, blank=True)
    by_text = models.CharField(max_length=200)
    superseded = models.BooleanField(default=False)

    class Meta:
        verbose_name = "年度目标"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"], condition=Q(superseded=False), name="one_target_per_unit_and_year"
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="target_is_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.year}"
