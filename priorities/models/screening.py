"""What the office finds in a submission: confirmed facts and the answers to them, frozen screenings, overlaps."""

from __future__ import annotations

from django.db import models

from governance.models import User
from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission, SubmissionVersion


class ConfirmedFact(Dated):
    """The reviewer's value of a fact; stays confirmed while the stated value and evidence are unchanged."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="confirmed_facts")
    component = models.CharField(max_length=40, blank=True)  # component id, blank for the whole
    fact = models.CharField(max_length=60)
    value = models.CharField(max_length=8)
    stated = models.CharField(max_length=8, blank=True)
    stated_evidence = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    by_text = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "component", "fact"], name="one_confirmed_value_per_fact")
        ]

    def __str__(self) -> str:
        return f"{self.fact}={self.value}"


class CorrectionAnswer(Dated, Demonstrable):
    """What the applicant says, with evidence, to a fact that the office corrected (within five working days)."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="correction_answers")
    component = models.CharField(max_length=40, blank=True)
    fact = models.CharField(max_length=60)
    stated = models.CharField(max_length=8, blank=True)
    corrected = models.CharField(max_length=8)
    text = models.TextField("说明与证据")
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.fact


class Screening(Dated, Demonstrable):
    """A frozen screening: rule set, facts as they were, trace as written then. A new one is a new row."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="screenings")
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="+")
    rule_set = models.CharField(max_length=60)
    facts = models.JSONField()
    components = models.JSONField(default=list)
    decisions = models.JSONField(default=dict)  # reviewer's decision per partly clause: true / false
    outcome = models.CharField(max_length=20)
    result = models.JSONField()  # the output of `screen`, trace included
    stated_outcome = models.CharField(max_length=20, blank=True)
    confirmed = models.BooleanField("已确认判定", default=False)
    override = models.CharField("另作结论", max_length=20, blank=True)
    override_reason = models.TextField(blank=True)
    override_clause = models.CharField(max_length=20, blank=True)
    by_text = models.CharField(max_length=200)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "判定"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission.reference} {self.outcome}"


class OverlapJudgement(Dated):
    """The reviewer's 无 / 部分 / 严重 against one record; only 严重 makes 8.3.3(2) hold (D23)."""

    DEGREES = [("none", "无"), ("partial", "部分"), ("severe", "严重")]
    TREATMENTS = [("keep", "不重复"), ("cut", "核减"), ("merge", "合并"), ("refuse", "拒")]
    # What goes with which degree; the first stands where nothing is chosen ("" = not settled yet).
    FITTING = {"none": ("keep",), "partial": ("", "cut", "merge"), "severe": ("", "refuse", "merge", "cut")}

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="overlap_judgements")
    other = models.CharField(max_length=40)  # project:P06, plan-task:T2-31, submission:12
    degree = models.CharField(max_length=8, choices=DEGREES)
    treatment = models.CharField("处理", max_length=8, choices=TREATMENTS, blank=True)
    score = models.FloatField("当时的相似度", null=True)  # what the radar said, for calibrating its threshold
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "other"], name="one_judgement_per_record")]

    def __str__(self) -> str:
        return f"{self.other} {self.get_degree_display()}"
