"""How often something may be tried: counted in the database, by person or by address, refused with 429 and Retry-After.

throttle.require(key, LIMIT)    Refused (429) where it was tried too often
throttle.count(key, LIMIT)      one more try
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from governance.basics.refusal import Refused
from governance.models import Tally


@dataclass(frozen=True)
class Limit:
    """`most` tries within `minutes` of the first."""

    most: int
    minutes: int
    what: str


PASSWORDS = Limit(5, 15, "密码")  # of one person: his old password, the one before a signature
CODES = Limit(5, 15, "验证码")  # of one person
LOGINS = Limit(30, 15, "登录")  # of one address, whatever the names
TOKENS = Limit(30, 15, "令牌")
POSTS = Limit(300, 5, "提交")  # of one address without login


class TooMany(Refused):
    """429; `retry_after` seconds."""

    status = 429

    def __init__(self, limit: Limit, retry_after: int):
        super().__init__(f"{limit.what}试得太多，请过 {max(1, retry_after // 60)} 分钟再试。")
        self.retry_after = retry_after


def require(key: str, limit: Limit) -> None:
    """TooMany where the key was counted too often."""
    since = timezone.now() - dt.timedelta(minutes=limit.minutes)
    row = Tally.objects.filter(key=key, since__gt=since, count__gte=limit.most).first()
    if row is not None:
        raise TooMany(limit, int((row.since - since).total_seconds()) + 1)


def count(key: str, limit: Limit) -> None:
    """One more try; the stretch begins anew when the last is over."""
    now = timezone.now()
    since = now - dt.timedelta(minutes=limit.minutes)
    with transaction.atomic():
        Tally.objects.get_or_create(key=key, defaults={"since": now})
        Tally.objects.filter(key=key, since__lte=since).update(since=now, count=0)
        Tally.objects.filter(key=key).update(count=F("count") + 1)


def forget(key: str) -> None:
    """It was right: what was tried before does not count."""
    Tally.objects.filter(key=key).delete()
