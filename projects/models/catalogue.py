"""The catalogue of shared data (9.1.2.2, 9.2.1): an entry, and who provides or uses it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from governance.basics.refs import Ref, ref
from governance.basics.searching import matching
from governance.models import Organisation
from governance.models.fields import Dated, DayedHistory, Demonstrable
from projects.models.project import Project
from projects.sharing_words import FREQUENCIES, SERVICES, SIDES


class SharedDataQuerySet(models.QuerySet):
    def living(self):
        """Entries that are proposed or registered."""
        return self.exclude(state="withdrawn")

    def matching(self, query: str):
        return matching(self, query)


class SharedData(Dated, Demonstrable):
    """One entry: data that one unit can give another. `key` is the name as it is compared; a living name is unique."""

    STATES = [("proposed", "拟议"), ("registered", "在册"), ("withdrawn", "注销")]

    code = models.CharField("编号", max_length=12, unique=True)
    name = models.CharField("名称", max_length=200)
    key = models.CharField(max_length=200)
    content = models.TextField("数据项", blank=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="承载项目"
    )
    state = models.CharField("状态", max_length=10, choices=STATES, default="proposed")
    reason = models.CharField("注销理由", max_length=300, blank=True)
    by_text = models.CharField(max_length=200)
    search_text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    history = HistoricalRecords(bases=(DayedHistory,), excluded_fields=["search_text", "key", "day"])
    objects = SharedDataQuerySet.as_manager()

    class Meta:
        verbose_name = "共享数据"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(state="withdrawn"), name="one_living_entry_per_name")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def audit_key(self) -> Ref:
        return ref("shared-data", self.code)

    def get_absolute_url(self) -> str:
        return reverse("projects:shared", args=[self.code])


class DataParty(Dated, Demonstrable):
    """A unit that provides or uses an entry: by which service, how often, how far it has come. `about` names the filing
    that asked for it (submission:12); empty where the unit asked by itself."""

    STATES = [("proposed", "提出"), ("agreed", "商定"), ("running", "接通"), ("ended", "停止")]

    data = models.ForeignKey(SharedData, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    side = models.CharField("方向", max_length=8, choices=list(SIDES.items()))
    service = models.CharField("服务方式", max_length=8, choices=list(SERVICES.items()), blank=True)
    frequency = models.CharField("频率", max_length=10, choices=list(FREQUENCIES.items()), blank=True)
    terms = models.CharField("条件与责任", max_length=500, blank=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default="proposed")
    about = models.CharField(max_length=40, blank=True, db_index=True)
    by_text = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    history = HistoricalRecords(bases=(DayedHistory,), excluded_fields=["day"])

    class Meta:
        verbose_name = "共享关系"
        ordering = ["side", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["data", "organisation", "side", "about"],
                condition=~Q(state="ended"),
                name="one_party_per_unit_and_side",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}{self.get_side_display()} {self.data.code}"

    @property
    def audit_key(self) -> Ref:
        return ref("data-party", self.pk)

    @property
    def how(self) -> str:
        """平台交换，每日，接通；of a filing so marked."""
        words = (self.get_service_display(), self.get_frequency_display(), self.get_state_display())
        return "，".join(filter(None, words)) + ("（申报）" if self.about else "")
