"""The side lanes: what the office looked at before it acknowledged a filing, and the check of a self-funded case."""

from __future__ import annotations

from django.db import models

from governance.models.fields import Dated, Demonstrable
from priorities.models.submission import Submission


class FilingCheck(Dated, Demonstrable):
    """备案核对: the filing was complete, and what it resembled on that day, frozen.

    `overlaps`: [{"key", "code", "name", "score"}], best first; a likeness stops no filing (备案, no approval).
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="filing_checks")
    version = models.PositiveSmallIntegerField()
    overlaps = models.JSONField(default=list)
    compared = models.PositiveIntegerField("比对条数", default=0)
    by_text = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission.reference} 备案核对"


class SelfFundedCheck(Dated, Demonstrable):
    """A recorded check against 统一发展部署 (8.1(5), D18): the four points; only four times yes lets it go on."""

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
