"""How a person is known: one-time links to a password, and counted attempts."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import models

from governance.basics import clock
from governance.models.platform import User

LINK_DAYS = 3
WRONG_CODES = 5


def digest_of(secret: str) -> str:
    """What is kept of a secret that is shown once."""
    return hashlib.sha256(secret.encode()).hexdigest()


class PasswordLinkQuerySet(models.QuerySet):
    def open(self):
        """Neither used nor withdrawn, in time, with tries left."""
        return self.filter(ended_at=None, made_at__gt=clock.now() - dt.timedelta(days=LINK_DAYS), tries__lt=WRONG_CODES)


class PasswordLink(models.Model):
    """A one-time link by which a person sets his own password. Whoever asked holds the link, whoever vouched holds the
    code; neither alone gets in, and neither ever knows the password."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, blank=True)
    OPENS = [("password", "密码"), ("factor", "动态验证码")]

    opens = models.CharField("重设什么", max_length=10, choices=OPENS, default="password")
    is_first = models.BooleanField(default=False)  # the account had no password before
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    vouched_by = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = PasswordLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"

    @staticmethod
    def new_secret() -> str:
        return secrets.token_urlsafe(24)

    @staticmethod
    def new_code() -> str:
        return f"{secrets.randbelow(10**8):08d}"


class SecondFactor(models.Model):
    """What the phone of a person knows, encrypted with keys outside the database (governance.people.factors). `offered`
    waits for its first code; `secret` is in force."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField(blank=True)
    offered = models.TextField(blank=True)
    offered_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # of the last code used; none before it is taken again

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code in place of the phone, its digest alone; once used it is gone."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "digest"], name="one_recovery_code_per_digest")]

    def __str__(self) -> str:
        return f"{self.factor} {self.digest[:6]}"


class Tally(models.Model):
    """How often something was tried in a stretch of time: wrong passwords and tokens, anonymous posts."""

    key = models.CharField(max_length=160, primary_key=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}={self.count}"
