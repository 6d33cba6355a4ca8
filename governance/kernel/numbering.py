"""Gapless numbers: SB2008-021. The counter's row is locked, so a refused verb gives its number back."""

from __future__ import annotations

from governance.kernel.verbs import step
from governance.models import Counter


@step
def take(*, name: str) -> int:
    """The next number of a counter; the lock stands until the verb's transaction ends."""
    counter = Counter.objects.select_for_update().get_or_create(name=name)[0]
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value
