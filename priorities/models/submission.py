"""A submission, its frozen versions, who takes part in it and what is attached.

The proposal itself (title, goals, components, money, facts …) is one JSON document whose shape is
priorities.proposal; the working copy stands on the submission, a frozen copy in every version.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.basics.memo import remembered
from governance.basics.refs import Ref, all_of, pk_of, ref
from governance.basics.roles import Permission, Scope
from governance.basics.searching import matching
from governance.models import Organisation, Round, Seat, StoredFile, User, of_unit
from governance.models.fields import Dated, Demonstrable, WanField
from priorities.labels import ATTACHMENTS, SUBMISSION_KINDS
from projects.models import Project


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """City: all but others' drafts; own: one's unit's and those it takes part in; involved / assigned: by seat."""
        scope = actor.scope(Permission.READ_SUBMISSIONS) if actor else None
        if scope is None:
            return self.none()
        unit = actor.organisation_id
        family = of_unit(unit)
        mine = family | Q(pk__in=Participant.objects.filter(family).values("submission_id"))
        if scope is Scope.CITY:
            # A secret case has no text; the office sees that it exists, with its paper number.
            return self.filter(mine | ~Q(state="draft") | Q(is_secret=True))
        if scope is Scope.OWN:
            return self.filter(mine)
        seats = Q(seats__assigned_id=actor.user_id)
        if scope is Scope.INVOLVED:
            seats = of_unit(unit, "seats__organisation")
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

    KINDS = list(SUBMISSION_KINDS.items())

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
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """The number, or before the first submit 草稿-<id>."""
        return self.number or f"draft-{self.pk}"

    @property
    def goes_both_ways(self) -> bool:
        """A district's filing that asks for city money: on record, and through the joint approval of 8.1 too (D50)."""
        return self.kind == "district" and bool(self.city_wan)

    @property
    def is_filing_alone(self) -> bool:
        """A district's filing without city money: on record and nothing more (D50)."""
        return self.kind == "district" and not self.city_wan

    @property
    def is_before_the_conclusion(self) -> bool:
        """Whether an amount of it is only proposed."""
        return self.state in ("under_review", "joint_approval")

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
