"""The same request twice has the effect of one: a form's token or an Idempotency-Key, unique per user and verb.

    with once(request.actor, "priorities.submit", token) as call:
        if call.address is None:
            actions.submit(...)
            call.address = submission.get_absolute_url()
    return redirect(call.address)

The row is inserted before the verb runs, in the same transaction: a parallel second call waits for the first one's
commit and then gets its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from governance.basics.refusal import Refused
from governance.basics.text import is_storable
from governance.kernel import verbs
from governance.kernel.access import Actor
from governance.models import OnceKey


@dataclass
class Call:
    """`address` is None on the first call, the first result's address on a replay."""

    address: str | None = None


@contextmanager
def once(actor: Actor, verb: str, key: str | None) -> Iterator[Call]:
    if not key:
        yield Call()
        return
    if len(key) > 100:
        raise Refused("Idempotency-Key 最多 100 个字符。", status=422)
    if not is_storable(key):
        raise Refused("Idempotency-Key 含有不能保存的字符。", status=422)
    lookup = {"user_id": actor.user_id, "verb": verb, "key": key}
    if address := OnceKey.objects.filter(**lookup).values_list("address", flat=True).first():
        yield Call(address=address)
        return
    call, taken = Call(), False
    with verbs.frame():
        try:
            with transaction.atomic():
                row = OnceKey.objects.create(**lookup)
        except IntegrityError:
            taken = True
        if not taken:
            yield call
            OnceKey.objects.filter(pk=row.pk).update(address=call.address or "/")
    if taken:
        # The first call has committed: the unique index made this one wait for it.
        yield Call(address=OnceKey.objects.values_list("address", flat=True).get(**lookup))
