"""Institutions: organisations and their names, appointments, bodies of 9.1, rounds of answers, meetings."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from governance.basics.refs import Ref, ref
from governance.basics.roles import ROLE_LABELS
from governance.models.fields import Dated, DayedHistory, Demonstrable
from governance.models.platform import StoredFile, User


def of_unit(unit: int, path: str = "organisation") -> Q:
    """Rows whose `path` names the unit (a survivor's id) or one that was merged into it."""
    return Q(**{f"{path}_id": unit}) | Q(**{f"{path}__canonical_id": unit})


class OrganisationQuerySet(models.QuerySet):
    def units(self):
        """Real units: no generic entries such as 各相关部门 (D42), no merged ones."""
        return self.filter(is_generic=False, canonical=None)


class Organisation(Demonstrable):
    """A unit. A merge rewrites no foreign key: `canonical` points to the survivor and roll-ups go through it."""

    key = models.SlugField("标识", max_length=60, unique=True)
    name = models.CharField("规范名称", max_length=100, unique=True)
    kind = models.CharField("类别", max_length=40)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    canonical = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    budget_unit = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_generic = models.BooleanField("泛指", default=False)
    is_temporary = models.BooleanField("临时机构", default=False)
    is_internal = models.BooleanField("内设机构", default=False)
    phone = models.CharField("办公电话", max_length=40, blank=True)
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    lines = models.JSONField("原文行号", default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    history = HistoricalRecords(bases=(DayedHistory,))
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def survivor_id(self) -> int:
        return self.canonical_id or self.pk

    @property
    def audit_key(self) -> Ref:
        return ref("organisation", self.pk)

    def get_absolute_url(self) -> str:
        return f"/governance/organisations/{self.pk}/"

    @property
    def flags(self) -> list[str]:
        """Marks shown in amber beside the name (D41, D42)."""
        marks = [("泛指", self.is_generic), ("临时机构", self.is_temporary), ("内设机构", self.is_internal)]
        return [word for word, on in marks if on]


class OrganisationAlias(models.Model):
    """A name as the plan writes it, verbatim (D40, D45)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="aliases")
    as_named = models.CharField("原文名称", max_length=100)
    line = models.PositiveIntegerField("行号", null=True)
    lines = models.JSONField("各处行号", default=list, blank=True)  # every line that writes it so, the first one first

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "as_named"], name="alias_once_per_organisation")]

    def __str__(self) -> str:
        return self.as_named


class Succession(Dated, Demonstrable):
    """A reform: from a day on another unit goes on with a unit's work. Old signatures keep the old name;
    open work moves with `canonical` on the day itself (applied). Revoked, it stays as a row."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="predecessors")
    from_day = models.DateField("起")
    paper = models.CharField("依据文件", max_length=200)
    by_text = models.CharField(max_length=200)
    applied = models.BooleanField(default=False)
    revoked = models.CharField("撤销理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "承接"
        ordering = ["from_day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(revoked=""), name="one_succession_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} → {self.successor}"


_DISABLED = Q(user__is_active=False) & ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def in_force(self, day: dt.date) -> AppointmentQuerySet:
        """Appointments that hold on the day."""
        return self.filter(from_day__lte=day).filter(Q(to_day=None) | Q(to_day__gte=day))

    def not_over(self, day: dt.date) -> AppointmentQuerySet:
        """Appointments that hold on the day or begin later."""
        return self.filter(Q(to_day=None) | Q(to_day__gte=day))

    def stranded(self, day: dt.date) -> AppointmentQuerySet:
        """Appointments that are not over although their person's account was taken off (User.is_disabled)."""
        return self.not_over(day).filter(_DISABLED)

    def reachable(self) -> AppointmentQuerySet:
        """Without those whose person's account was taken off."""
        return self.exclude(_DISABLED)


class Appointment(Demonstrable):
    """A person's hat: organisation, role, period, and how (正式 / 兼任 / 代行 / 委托)."""

    MANNERS = [(m, m) for m in ("正式", "兼任", "代行", "委托")]

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField("角色", max_length=40, choices=[(r.value, label) for r, label in ROLE_LABELS.items()])
    manner = models.CharField("方式", max_length=4, choices=MANNERS, default="正式")
    on_behalf_of = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="代行机构"
    )
    from_day = models.DateField("起")
    to_day = models.DateField("止", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"

    def __str__(self) -> str:
        return f"{self.user} {self.organisation} {self.get_role_display()}"


class Body(models.Model):
    """A body or seat of 9.1 with its duties quoted; before `valid_from` another unit acts for it, marked 代行 (D05)."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    duties = models.TextField("职责原文", blank=True)
    line = models.PositiveIntegerField(null=True)
    clause = models.CharField(max_length=20, blank=True)
    holder = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    acting = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    founded_by = models.CharField("设立任务", max_length=10, blank=True)
    valid_from = models.DateField(null=True)
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "机构职责"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_key(self) -> Ref:
        return ref("body", self.key)

    def exists_on(self, day) -> bool:
        return self.valid_from is None or self.valid_from <= day


class Meeting(Dated, Demonstrable):
    """A sitting of the leading group: what it adopts cites its minutes."""

    title = models.CharField("会议名称", max_length=120)
    held_on = models.DateField("会议日期")
    minutes_number = models.CharField("纪要文号", max_length=60)

    class Meta:
        verbose_name = "会议"

    def __str__(self) -> str:
        return f"{self.title}（{self.minutes_number}）"


class Round(Dated, Demonstrable):
    """One round of answers by several seats about one version of a record (governance.signing.rounds).

    kind: joint_approval, opinion, acceptance, evaluation, grading, document_pre …, collaboration. `about` is the
    record's audit key.
    """

    STATES = [("open", "进行中"), ("concluded", "已通过"), ("refused", "已退回"), ("closed", "已关闭")]

    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=80, db_index=True)
    about_version = models.CharField(max_length=64, blank=True)
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=STATES, default="open", db_index=True)
    title = models.CharField(max_length=200)
    due_day = models.DateField(null=True)
    closed_day = models.DateField(null=True)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "会签"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=Q(state="open"), name="one_open_round_per_kind_and_record"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def state_words(self) -> str:
        """A round of opinions passes nothing: it is complete."""
        is_opinions = self.state == "concluded" and self.kind.startswith("opinion")
        return "意见已交齐" if is_opinions else self.get_state_display()


class SeatQuerySet(models.QuerySet):
    def silent(self):
        """Seats that are waited for: of an open round, required, without an answer in force."""
        return self.filter(round__state="open", required=True).exclude(answers__in_force=True)


class Seat(models.Model):
    """A place in a round. `conflict` marks a body that leads the case (D44): its answer then does not suffice and an
    independent seat (`stands_for`) is added."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="seats")
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    assigned = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    required = models.BooleanField(default=True)
    conflict = models.CharField("利害关系", max_length=200, blank=True)
    stands_for = models.CharField("代某席独立签署", max_length=40, blank=True)
    acting_for = models.CharField("代行", max_length=100, blank=True)
    group = models.SlugField("所在组", max_length=60, blank=True)  # key of a body of 9.1.1 (expert-group-schemes)
    due_day = models.DateField("期限", null=True)  # where it is not the round's
    reminded_on = models.DateField("催办日期", null=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="one_seat_per_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def standing(self) -> Answer | None:
        """The answer in force; without a query where the answers were read with the seat."""
        return next((a for a in self.answers.all() if a.in_force), None)


class Answer(Dated):
    """One answer of a seat; append-only, withdrawable until the round closes (both rows stay)."""

    KINDS = [
        ("agree", "同意"),
        ("conditional", "附条件同意"),
        ("refuse", "不同意"),
        ("abstain", "回避"),
        ("withdrawn", "撤回签署"),
    ]
    # How the person was known when he signed (governance.web.confirmation); "" before this was kept.
    KNOWN = [("password", "密码"), ("code", "密码和动态验证码"), ("recovery", "密码和恢复码"), ("paper", "纸质签署")]

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=12, choices=KINDS)
    reason = models.CharField("理由", max_length=100, blank=True)
    text = models.TextField("意见", blank=True)
    clause = models.CharField("条款", max_length=30, blank=True)
    condition = models.TextField("条件", blank=True)
    condition_due = models.DateField(null=True)
    document = models.CharField("文号", max_length=80, blank=True)  # of the paper by which a body decides
    shown = models.CharField("所签内容的摘要", max_length=64, blank=True)
    known_by = models.CharField("本人身份凭", max_length=10, choices=KNOWN, blank=True)
    by_text = models.CharField(max_length=200)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    signer = models.CharField("纸质签署人", max_length=60, blank=True)
    signed_on = models.DateField("签署日期", null=True)
    scan = models.OneToOneField(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="签字扫描件"
    )
    in_force = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=Q(in_force=True), name="one_answer_in_force_per_seat")
        ]

    def __str__(self) -> str:
        return f"{self.seat} {self.get_kind_display()}"
