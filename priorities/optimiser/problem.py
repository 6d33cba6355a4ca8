"""What the optimiser is asked. Money is Decimal 万元 by (fiscal year, source)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

Money = Mapping[tuple[int, str], Decimal]


def cents(wan: Decimal) -> int:
    """万元 with two decimals as whole hundredths. Raises ValueError for a finer amount."""
    exact = Decimal(wan) * 100
    whole = int(exact)
    if whole != exact:
        raise ValueError(f"{wan} 万元细于 0.01")
    return whole


def wan(amount: int) -> Decimal:
    """Whole hundredths as 万元."""
    return (Decimal(amount) / 100).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Option:
    """One way to take an item: it starts in `start` and costs `costs`; `value` counts once."""

    start: int
    costs: Money
    value: int

    @property
    def cents(self) -> int:
        """Over all years and sources: what ties are broken by."""
        return sum(cents(amount) for amount in self.costs.values())


@dataclass(frozen=True)
class Item:
    """A project that may be taken in one of its options, at most once.

    `must` says why it has to be taken (续建, 8.3.1(7)); `after` are the earlier phases (keys of items) that must
    start no later than it; a phase that is built already is simply not named."""

    key: str
    title: str
    options: tuple[Option, ...]
    lead: str = ""
    must: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Growth:
    """9.6.1 as growth: in each of `years` the money of `source` is at least (1 + floor) × the year before."""

    years: tuple[int, ...]
    floor: Decimal = Decimal("0.20")
    source: str = "city"


@dataclass(frozen=True)
class Problem:
    """Everything that binds the choice.

    `held` is money already bound (adopted projects) in and before the years asked about: it counts under the
    ceilings and for growth. `ceilings` bind (year, source); a source without one, self-funded money for instance,
    is free. `load` is the most projects that one lead may run, `running` those that it runs already. `forced_in`
    and `forced_out` are decisions by hand."""

    items: tuple[Item, ...]
    ceilings: Money = field(default_factory=dict)
    held: Money = field(default_factory=dict)
    growth: Growth | None = None
    load: int | None = None
    running: Mapping[str, int] = field(default_factory=dict)
    forced_in: frozenset[str] = frozenset()
    forced_out: frozenset[str] = frozenset()
    waived_phases: frozenset[str] = frozenset()  # items whose phase order a repair has lifted
    source_names: Mapping[str, str] = field(default_factory=dict)

    def but(self, **changes) -> Problem:
        """The same with some bonds changed."""
        return replace(self, **changes)

    def item(self, key: str) -> Item:
        return next(i for i in self.items if i.key == key)

    def source(self, key: str) -> str:
        return self.source_names.get(key, key)
