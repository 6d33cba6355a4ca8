"""The 政务协同推进组织 of 9.1.1: its members, its subjects, what members say, what goes up to the head."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics import clock
from governance.basics.refs import Ref, ref
from governance.database.prepared import Prepared
from governance.models import Organisation
from governance.models.fields import Dated, Demonstrable
from projects.models.acceptance import SignedInSteps
from projects.models.project import Project


class MemberQuerySet(models.QuerySet):
    def in_force(self, day):
        """Who sits in it on the day, the head first."""
        rows = self.filter(from_day__lte=day).filter(Q(to_day=None) | Q(to_day__gte=day))
        return rows.select_related("organisation__canonical").order_by("-is_head", "pk")


class CollaborationMember(Dated, Demonstrable):
    """A leader of a member unit; the head is one of the information office (组长由市信息办领导兼任)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    person = models.CharField("姓名", max_length=60)
    post = models.CharField("职务", max_length=100, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    is_head = models.BooleanField("组长", default=False)
    from_day = models.DateField("起")
    to_day = models.DateField("止", null=True, blank=True)
    basis = models.CharField("依据文件", max_length=200)
    by_text = models.CharField(max_length=200)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "协同组织成员"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_head"], condition=Q(is_head=True, to_day=None), name="one_head"),
            models.UniqueConstraint(fields=["organisation", "person"], condition=Q(to_day=None), name="a_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.person}"

    @property
    def audit_key(self) -> Ref:
        return ref("collaboration-member", self.pk)


class CollaborationSubject(SignedInSteps, Dated, Demonstrable):
    """A subject before the organisation; its round is the leading group's, where it is weighty (报请组长审定)."""

    STATES = [
        ("open", "征求成员意见"),
        ("signing", "报组长审定"),
        ("concluded", "组长已审定"),
        ("settled", "已议定"),
        ("withdrawn", "已撤回"),
    ]

    title = models.CharField("议题", max_length=120)
    text = models.TextField("背景和拟协调的事项")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.RESTRICT, related_name="collaboration_subjects"
    )
    due = models.DateField("意见期限")
    state = models.CharField(max_length=10, choices=STATES, default="open")
    outcome = models.TextField("协同机制或议定意见", blank=True)
    is_weighty = models.BooleanField("重要事项", default=False)
    settled_on = models.DateField("议定日期", null=True, blank=True)
    minutes_number = models.CharField("会议纪要文号", max_length=60, blank=True)
    sent_back = models.CharField("退回或撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "协同议题"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"政务协同议题“{self.title}”"

    @property
    def audit_key(self) -> Ref:
        return ref("collaboration", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/collaboration/{self.pk}/"

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    def belongs_to(self) -> set[int]:
        """The member units as they are now."""
        return {m.organisation.survivor_id for m in _MEMBERS(clock.today())}


_MEMBERS = Prepared(lambda day: CollaborationMember.objects.in_force(day))


class CollaborationOpinion(Dated, Demonstrable):
    """What a member unit says; a later one replaces it, both rows stay."""

    KINDS = [("agree", "同意"), ("reserve", "有保留"), ("refuse", "不同意")]

    subject = models.ForeignKey(CollaborationSubject, on_delete=models.CASCADE, related_name="opinions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("意见", max_length=8, choices=KINDS)
    text = models.TextField("意见内容", blank=True)
    by_text = models.CharField(max_length=200)
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = "协同意见"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "organisation"], condition=Q(in_force=True), name="one_opinion_in_force_per_member"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.organisation}：{self.get_kind_display()}"
