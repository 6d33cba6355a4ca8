"""A submission, its frozen versions and what the office records about it.

The proposal itself (title, goals, components, money, facts …) is one JSON document whose shape is
priorities.proposal; the working copy stands on the submission, a frozen copy in every version.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.basics.refs import Ref, all_of, pk_of, ref
from governance.basics.roles import Permission, Scope
from governance.basics.searching import matching
from governance.models import Organisation, Round, Seat, StoredFile, User
from governance.models.fields import Dated, Demonstrable, WanField
from priorities.labels import ATTACHMENTS
from priorities.memo import remembered
from projects.models import Project


class FilingWindow(Demonstrable):
    """When proposals for a plan year are taken: the only calendar date that blocks anything (D49, 系统默认)."""

    plan_year = models.PositiveSmallIntegerField("计划年度", unique=True)
    opens = models.DateField("开始")
    closes = models.DateField("截止")

    class Meta:
        verbose_name = "申报窗口"

    def __str__(self) -> str:
        return f"{self.plan_year}：{self.opens}—{self.closes}"

    @property
    def audit_key(self) -> Ref:
        return ref("filing-window", self.plan_year)


class WindowExtension(Dated, Demonstrable):
    """The window extended for all (organisation null) or one unit, with a reason.

    `is_leave` marks 追加许可: leave for one unit to file what cannot wait for the next window, no extension of it.
    """

    window = models.ForeignKey(FilingWindow, on_delete=models.CASCADE, related_name="extensions")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField("延至")
    reason = models.CharField("理由", max_length=300)
    is_leave = models.BooleanField("追加许可", default=False)
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_leave=False) | Q(organisation__isnull=False), name="leave_is_for_one_unit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation or '全部单位'} 延至 {self.until}"


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """City: all but others' drafts; own: one's unit's and those it takes part in; involved / assigned: by seat."""
        scope = actor.scope(Permission.READ_SUBMISSIONS) if actor else None
        if scope is None:
            return self.none()
        unit = actor.organisation_id
        family = Q(organisation_id=unit) | Q(organisation__canonical_id=unit)
        mine = family | Q(pk__in=Participant.objects.filter(family).values("submission_id"))
        if scope is Scope.CITY:
            # A secret case has no text; the office sees that it exists, with its paper number.
            return self.filter(mine | ~Q(state="draft") | Q(is_secret=True))
        if scope is Scope.OWN:
            return self.filter(mine)
        seats = Q(seats__assigned_id=actor.user_id)
        if scope is Scope.INVOLVED:
            seats = Q(seats__organisation_id=unit) | Q(seats__organisation__canonical_id=unit)
        keys = Round.objects.filter(seats, about__startswith=all_of("submission")).values_list("about", flat=True)
        ids = [pk_of(key) for key in keys]
        return self.filter(pk__in=ids) if scope is Scope.ASSIGNED else self.filter(mine | Q(pk__in=ids))

    def in_state(self, *states: str):
        return self.filter(state__in=states)

    def awaiting_screening(self):
        return self.filter(state__in=["submitted", "under_review"])

    def for_year(self, plan_year: int):
        return self.filter(plan_year=plan_year)

    def by_reference(self, reference: str):
        """The submission of a number (SB2008-021) or of a draft's reference (draft-12), which stays good once it has a
        number: a second click on 提交申报 still carries it."""
        if reference.startswith("draft-"):
            key = reference[6:]
            return self.filter(pk=int(key)) if key.isdigit() and len(key) < 18 else self.none()
        return self.filter(number=reference)

    def matching(self, query: str):
        return matching(self, query)


class Submission(Demonstrable):
    """One proposal of a department. `state` is set by workflow.advance alone; `version` is the edit lock."""

    KINDS = [
        ("new", "新建"),
        ("planned", "规划内立项"),
        ("continuation", "续建"),
        ("change", "变更"),
        ("supplementary", "追加"),
        ("self_funded", "自筹"),
        ("district", "区县备案"),
    ]

    number = models.CharField("申报编号", max_length=16, unique=True, null=True)
    kind = models.CharField("类别", max_length=14, choices=KINDS)
    plan_year = models.PositiveSmallIntegerField("计划年度", db_index=True)
    state = models.CharField("状态", max_length=20, default="draft", db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="申报单位")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="对应项目"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="经办人")
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="审核人"
    )
    is_secret = models.BooleanField("涉密", default=False)
    paper_number = models.CharField("纸质文号", max_length=60, blank=True)
    title = models.CharField("项目名称", max_length=200, blank=True)
    proposal = models.JSONField("申报书", default=dict)
    total_wan = WanField("总投资（万元）", null=True, blank=True)
    city_wan = WanField("申请市财政（万元）", null=True, blank=True)
    outcome = models.CharField("判定", max_length=20, blank=True, db_index=True)  # of the latest screening
    created_day = models.DateField("起草日期")
    submitted_day = models.DateField("申报日期", null=True, blank=True)
    state_day = models.DateField("进入状态日期")
    re_review_on = models.DateField("复审日期", null=True, blank=True)
    receipt_number = models.CharField("备案回执号", max_length=16, unique=True, null=True, blank=True)
    earlier = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="据以重报"
    )
    current_version = models.PositiveSmallIntegerField("申报书版次", default=0)
    version = models.PositiveIntegerField(default=1)
    search_text = models.TextField(blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "申报"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="withdrawn") | Q(number__isnull=False),
                name="a_filed_submission_has_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """The number, or before the first submit 草稿-<id>."""
        return self.number or f"draft-{self.pk}"

    @property
    def audit_key(self) -> Ref:
        return ref("submission", self.pk)

    def get_absolute_url(self) -> str:
        return reverse("priorities:submission", args=[self.reference])

    @remembered
    def belongs_to(self) -> set[int]:
        """The applicant and the co-applicants, merged ones counted as their survivor."""
        if self.pk is None:
            return {self.organisation.survivor_id}
        others = self.participants.select_related("organisation")
        return {self.organisation.survivor_id} | {p.organisation.survivor_id for p in others}

    @remembered
    def involves(self) -> set[int]:
        seats = Seat.objects.filter(round__about=self.audit_key).select_related("organisation")
        return {seat.organisation.survivor_id for seat in seats}

    def assigned_to(self) -> set[int]:
        return set(Round.objects.filter(about=self.audit_key).values_list("seats__assigned_id", flat=True)) - {None}


class SubmissionVersion(Dated, Demonstrable):
    """What was filed at a submit: canonical JSON and its sha256. Screenings, rounds and receipts point here."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    proposal = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.submission.reference} 第{self.number}版"


class Participant(models.Model):
    """联合申报: a co-applicant sees it, edits, confirms before submit, and counts for conflicts."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="participants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    confirmed_day = models.DateField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "organisation"], name="participant_once")]

    def __str__(self) -> str:
        return str(self.organisation)


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


class SelfFundedCheck(Dated, Demonstrable):
    """A recorded check against 统一发展部署 (8.1(5), D18): the four points; only four times yes lets the project go on."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="self_funded_checks")
    version = models.PositiveSmallIntegerField()
    shared_network = models.BooleanField("使用统一网络平台")
    exchange = models.BooleanField("纳入共享交换")
    ca = models.BooleanField("使用统一安全认证")
    security = models.BooleanField("落实安全保护")
    note = models.CharField("说明", max_length=500, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return "符合" if self.passed else "不符合"

    @property
    def passed(self) -> bool:
        return self.shared_network and self.exchange and self.ca and self.security


class Screening(Dated, Demonstrable):
    """A frozen screening: rule set, facts as they were, trace as written then. A new one is a new row."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="screenings")
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="+")
    rule_set = models.CharField(max_length=60)
    facts = models.JSONField()
    components = models.JSONField(default=list)
    decisions = models.JSONField(default=dict)  # reviewer's decision per partly clause: true / false
    outcome = models.CharField(max_length=20)
    result = models.JSONField()  # contract.md's output of `screen`, trace included
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


class OpinionWaiver(Dated, Demonstrable):
    """An opinion or the stamped scan waived before joint approval, with a reason."""

    WHAT = [("network_centre", "网络管理中心意见"), ("expert", "专家组意见"), ("scan", "盖章扫描件")]

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="waivers")
    version = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=16, choices=WHAT)
    reason = models.CharField(max_length=300)
    by_text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "version", "what"], name="one_waiver_per_paper")]

    def __str__(self) -> str:
        return self.get_what_display()


class Conclusion(Dated, Demonstrable):
    """What the office proposes to the joint approval: where the case goes and with how much money.

    `amounts`: [{"component", "source", "fiscal_year", "requested_wan", "approved_wan", "clause", "reason"}].
    """

    KINDS = [
        ("candidate", "列为年度计划候选"),
        ("pool", "进入储备库"),
        ("deferred", "缓建"),
        ("no_city_funding", "市财政不支持"),
    ]

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="conclusions")
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=KINDS)
    reason = models.TextField("理由", blank=True)
    clause = models.CharField("条款", max_length=20, blank=True)
    lacking = models.TextField("缺失条件", blank=True)
    re_review_on = models.DateField("复审日期", null=True)
    amounts = models.JSONField(default=list)
    in_force = models.BooleanField(default=True)
    settled_day = models.DateField(null=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "结论"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["submission"], condition=Q(in_force=True), name="one_conclusion_in_force"),
            models.CheckConstraint(
                condition=~Q(kind="deferred") | (Q(re_review_on__isnull=False) & ~Q(lacking="")),
                name="deferred_has_conditions_and_a_re_review_day",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ReturnedPoint(Dated):
    """One lacking point of a 退回补正: the field that it names, and the sentence."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="returned_points")
    version = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=80)
    sentence = models.CharField(max_length=500)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.field


class Transition(Dated, Demonstrable):
    """A state change of a submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="transitions")
    verb = models.CharField(max_length=30)
    was = models.CharField(max_length=20)
    now = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    by_text = models.CharField(max_length=200)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"


class Attachment(Dated, Demonstrable):
    """A file of a submission by kind; the bytes are governance.StoredFile, served by this app's view."""

    KINDS = list(ATTACHMENTS.items())

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=12, choices=KINDS)
    version = models.PositiveSmallIntegerField(default=0)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    removed = models.BooleanField(default=False)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.file.display_name


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
