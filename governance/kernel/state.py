"""The state of the database in one word: while it stays the same, nothing that a page shows has changed.

    state.now()      the word
    state.hats       somebody's appointments with the word beside them, in one question; state.of(hat)
    state.moved()    something was written outside the audit chain: the last statement of its transaction

Every verb ends in the audit chain, whose head names exactly one state. A verb that leaves no audit row (notices read,
a re-screening's progress) moves the word itself (governance.kernel.verbs). What is written outside verbs and shown on a
page says `moved`; what no page shows that may be answered from before does not: tests/house/test_fresh.py names both.
The word is drawn by lot, so that a database restored from a backup never comes to an old word with other rows.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db.models import Subquery

from governance.database.prepared import Prepared
from governance.kernel import access, audit
from governance.models import Setting

KEY = "state"

# Asked at every request.
hats = Prepared(
    lambda user, day: access.hats_of(user, day).annotate(
        state_of_chain=Subquery(audit.chain_head().values("hash")),
        state_beside=Subquery(Setting.objects.filter(key=KEY).values("value")),
    )
)


def now() -> str:
    """The word for what is committed; equal words, equal rows."""
    chain = audit.chain_head().values_list("hash", flat=True).first()
    return _word(chain, Setting.objects.filter(key=KEY).values_list("value", flat=True).first())


def of(hat: Any) -> str:
    """The word as of the question that gave the appointment."""
    return _word(hat.state_of_chain, hat.state_beside)


def _word(chain: str | None, beside: str | None) -> str:
    return f"{chain or ''}.{beside or ''}"


def moved() -> None:
    """Inside a verb the verb's own end does it."""
    if audit.buffer.get() is None:
        move()


def move() -> None:
    """Another word, in the transaction under way; its row is locked last, as the chain's head is."""
    row = Setting(key=KEY, value=secrets.token_hex(8))
    Setting.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["value"])
