"""Notices: a sentence and an address, for a person or for a role of a unit; each exactly once by its key."""

from __future__ import annotations

from django.db.models import Q

from governance.models import Notice
from governance.verbs import step


@step
def tell(*, key: str, sentence: str, address: str, user_id: int | None = None, organisation_id: int | None = None,
         role: str = "", is_demo: bool = False) -> None:
    """Put a notice in the transaction of the verb under way. `key` makes it unique: the second is dropped."""
    Notice.objects.get_or_create(
        key=key,
        defaults={
            "sentence": sentence[:500],
            "address": address,
            "user_id": user_id,
            "organisation_id": organisation_id,
            "role": str(role),
            "is_demo": is_demo,
        },
    )


def for_actor(actor):
    """Notices to the person, to his role anywhere, to his unit, or to his role in his unit."""
    return Notice.objects.filter(
        Q(user_id=actor.user_id)
        | Q(user=None, organisation_id=actor.organisation_id, role__in=["", str(actor.role)])
        | Q(user=None, organisation_id=None, role=str(actor.role))
    )


def unread(actor):
    return for_actor(actor).filter(read_at=None)
