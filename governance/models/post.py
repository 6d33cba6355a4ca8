"""E-mail: what each person wants to have sent, which notice goes to whom, and the letters themselves."""

from __future__ import annotations

import uuid

from django.db import models

from governance.basics import clock
from governance.models.platform import Notice, User


class NoticeChoice(models.Model):
    """How one person wants notices of one topic by e-mail; without a row the topic's default holds."""

    HOW = [("at_once", "随时发"), ("digest", "每天一封汇总"), ("none", "不发邮件")]

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=20)
    how = models.CharField(max_length=10, choices=HOW)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="one_choice_per_topic")]

    def __str__(self) -> str:
        return f"{self.user} {self.topic} {self.how}"


class Letter(models.Model):
    """One e-mail to one person. Sent at most once: it is claimed before it is handed over, and one whose sender died in
    between stays `unsure` and is not sent again."""

    STATES = [
        ("waiting", "待发"),
        ("sending", "正在发"),
        ("sent", "已发"),
        ("failed", "没有发出"),
        ("unsure", "发出与否不明"),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_digest = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=STATES, default="waiting", db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    moved_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "邮件"
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.get_state_display()}"


class Delivery(models.Model):
    """A notice that goes to a person by e-mail: once, whatever happens; its letter is made at once or with the
    digest."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.CASCADE, related_name="deliveries")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="a_notice_goes_to_a_person_once")]

    def __str__(self) -> str:
        return f"{self.notice} → {self.user}"
