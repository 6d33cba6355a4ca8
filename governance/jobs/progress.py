"""How a job says what it is doing: a real percentage and a short sentence (排版第 6 页)."""

from __future__ import annotations

from collections.abc import Callable


class Progress:
    """Handed to a kind's `run`. `part` gives a piece of the way to something that counts on its own.

    `report(percent, doing)` is called at every step; who listens decides how often it writes that down.
    """

    def __init__(self, report: Callable[[int, str], None] | None = None, low: float = 0, high: float = 100):
        self._report = report or (lambda percent, doing: None)
        self._low, self._high = low, high

    def step(self, done: float, of: float, doing: str) -> None:
        """`done` of `of` is done; `doing` is shown as it stands."""
        share = min(max(done / of, 0), 1) if of else 1
        self._report(int(self._low + (self._high - self._low) * share), doing[:200])

    def part(self, low: float, high: float) -> Progress:
        """The piece from `low` to `high` per cent of this one's way."""
        width = self._high - self._low
        return Progress(self._report, self._low + width * low / 100, self._low + width * high / 100)
