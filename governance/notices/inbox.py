"""Notices: a sentence and an address, for a person or for a role of a unit; each exactly once by its key."""

from __future__ import annotations

from django.db.models import Q

from governance.database.prepared import Prepared
from governance.kernel.verbs import step
from governance.models import Notice, Organisation

# topic: its words, and how it is sent by e-mail to somebody who chose nothing
TOPICS = {
    "case": ("申报、审核与会签", "at_once"),
    "deadline": ("期限提醒", "digest"),
    "document": ("文档与报表", "none"),
    "account": ("账号与任职", "at_once"),
}


@step
def tell(
    *,
    key: str,
    sentence: str,
    address: str,
    user_id: int | None = None,
    organisation_id: int | None = None,
    role: str = "",
    is_demo: bool = False,
    topic: str = "case",
) -> None:
    """Put a notice in the transaction of the verb under way. `key` makes it unique: the second is dropped.

    It goes out by e-mail once that transaction has committed (governance.notices.mail), as the person wants its topic.
    """
    Notice.objects.get_or_create(
        key=key,
        defaults={
            "sentence": sentence[:500],
            "address": address,
            "user_id": user_id,
            "organisation_id": organisation_id,
            "role": str(role),
            "topic": topic,
            "is_demo": is_demo,
        },
    )


def for_actor(actor):
    """Notices to the person, to his role anywhere, to his unit (those merged into it included),
    or to his role there."""
    return _of(actor.user_id, actor.organisation_id, str(actor.role))


def _of(user: int, unit_id: int, role: str):
    merged = Organisation.objects.filter(canonical_id=unit_id).values("pk")
    unit = Q(organisation_id=unit_id) | Q(organisation_id__in=merged)
    return Notice.objects.filter(
        Q(user_id=user) | Q(unit, user=None, role__in=["", role]) | Q(user=None, organisation_id=None, role=role)
    )


def unread(actor):
    return for_actor(actor).filter(read_at=None)


def unread_count(actor) -> int:
    """How many there are; every page says it."""
    return _UNREAD.count(actor.user_id, actor.organisation_id, str(actor.role))


_UNREAD = Prepared(lambda *whose: _of(*whose).filter(read_at=None).order_by().values_list("pk"))
