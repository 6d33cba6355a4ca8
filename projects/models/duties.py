"""Responsibility (9.2.7): the tree of 课题 with a named person at each, the reports owed upwards, supervision visits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.basics.refs import Ref, ref
from governance.models import Organisation, StoredFile
from governance.models.fields import Dated, Demonstrable
from projects.models.project import Project


class TopicQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody struck off as registered by mistake."""
        return self.filter(withdrawn="")


class Topic(Dated, Demonstrable):
    """A node of the tree: the total system, an application system or a subsystem; a project where one carries it.

    A total system and most subsystems are no projects. Where a project carries it, its tier and parent follow from here
    (Project.tier_927, Project.parent). The level of 9.2.2 is the project's and another axis (D47).
    """

    TIERS = Project.TIERS

    name = models.CharField("课题名称", max_length=200)
    tier = models.CharField("课题层级（9.2.7）", max_length=12, choices=TIERS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    project = models.OneToOneField(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="topic")
    ends_on = models.DateField("课题结束日期", null=True, blank=True)
    ended_on = models.DateField("已结束", null=True, blank=True)
    withdrawn = models.CharField("撤销理由", max_length=300, blank=True)  # registered by mistake: it owes nothing
    version = models.PositiveIntegerField(default=1)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = "课题"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        return self.project.code if self.project_id else f"K{self.pk:02d}"

    @property
    def audit_key(self) -> Ref:
        return ref("topic", self.pk)

    def get_absolute_url(self) -> str:
        return f"/projects/duties/{self.pk}/"

    @property
    def head(self) -> TopicHead | None:
        """Who answers for it now (no query where the heads are prefetched)."""
        return next((h for h in self.heads.all() if h.to_day is None), None)

    def belongs_to(self) -> set[int]:
        """The unit of its responsible person, and the leads of its project."""
        units = {lead.organisation.survivor_id for lead in self.heads.all() if lead.to_day is None}
        return units | (self.project.belongs_to() if self.project_id else set())


class TopicHead(Dated, Demonstrable):
    """课题负责人: the named person who answers for a 课题 and everything below it, from a day on."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="heads")
    person = models.CharField("姓名", max_length=60)
    post = models.CharField("职务", max_length=80, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField("电话", max_length=40, blank=True)
    basis = models.CharField("依据文件", max_length=200, blank=True)
    from_day = models.DateField("起")
    to_day = models.DateField("止", null=True, blank=True)
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "课题负责人"
        ordering = ["-from_day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["topic"], condition=Q(to_day=None), name="one_head_in_force_per_topic")
        ]

    def __str__(self) -> str:
        return self.person


class TopicReport(Dated, Demonstrable):
    """A report to the head of the 课题 above: yearly summary, general report and technical report at the end.

    `missing` names the reports of the level below that were not there when it was filed. `returned` is why the level above
    gave it back: such a report is superseded and owed again.
    """

    KINDS = [("annual", "年度总结报告"), ("final", "课题研究工作总报告"), ("technical", "技术报告")]

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=10, choices=KINDS)
    year = models.PositiveSmallIntegerField("年度", default=0)  # 0: at the end of the topic
    text = models.TextField("内容")
    problems = models.TextField("问题与建议", blank=True)
    addressee = models.CharField("呈报", max_length=200)
    missing = models.JSONField("缺下级报告", default=list)
    missing_reason = models.CharField("缺报说明", max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)
    superseded = models.BooleanField(default=False)
    returned = models.CharField("退回理由", max_length=300, blank=True)
    returned_on = models.DateField("退回日期", null=True, blank=True)
    returned_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "课题报告"
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "kind", "year"], condition=Q(superseded=False), name="one_report_per_topic_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.title}"

    @property
    def title(self) -> str:
        return f"{self.year} {self.get_kind_display()}" if self.year else self.get_kind_display()


class Supervision(Dated, Demonstrable):
    """督导: a visit by the level above, regular or not; what it asked for stays open until it is settled."""

    MANNERS = [("regular", "定期"), ("irregular", "不定期")]

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="visits")
    visited_on = models.DateField("督导日期")
    manner = models.CharField("方式", max_length=10, choices=MANNERS)
    visitors = models.CharField("督导人", max_length=200)
    findings = models.TextField("发现")
    demand = models.CharField("要求", max_length=300, blank=True)
    due = models.DateField("限期", null=True, blank=True)
    settled_on = models.DateField("落实日期", null=True, blank=True)
    settled_text = models.CharField("落实情况", max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "督导"
        ordering = ["-visited_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.topic} {self.visited_on}"
