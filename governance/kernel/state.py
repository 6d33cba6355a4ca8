"""The state of the database in one word: while it stays the same, nothing that a page shows has changed.

    state.now()      the word, by one small query
    state.moved()    something was written outside the audit chain: the last statement of its transaction

Every verb ends in the audit chain, whose head names exactly one state. A verb that leaves no audit row (notices read,
a re-screening's progress) moves the word itself (governance.kernel.verbs). What is written outside verbs and shown on a
page says `moved`; what no page shows that may be answered from before does not: tests/house/test_fresh.py names both.
The word is drawn by lot, so that a database restored from a backup never comes to an old word with other rows.
"""

from __future__ import annotations

import secrets

from django.db.models import Subquery

from governance.kernel import audit
from governance.models import Setting

KEY = "state"


def now() -> str:
    """The word for what is committed; equal words, equal rows."""
    beside = Setting.objects.filter(key=KEY).values("value")
    found = audit.chain_head().annotate(beside=Subquery(beside)).values_list("hash", "beside").first()
    if found is None:  # before the first verb
        return beside.values_list("value", flat=True).first() or ""
    return "{}.{}".format(*found)


def moved() -> None:
    """Inside a verb the verb's own end does it."""
    if audit.buffer.get() is None:
        move()


def move() -> None:
    """Another word, in the transaction under way; its row is locked last, as the chain's head is."""
    row = Setting(key=KEY, value=secrets.token_hex(8))
    Setting.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["value"])
