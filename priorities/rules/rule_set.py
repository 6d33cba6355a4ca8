"""A rule set: which reading of each clause holds, whether it is in force, and which outcome is stronger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from priorities.rules.criteria import Criterion, Outcome, Reading
from priorities.rules.plan_2006 import CRITERIA, HEADINGS, criterion
from priorities.rules.tables import Table

# Our reading (D16): 8.3.3 takes money away, 8.3.2 moves time, 8.3.1 only ranks.
PRECEDENCE = (Outcome.NO_CITY_FUNDING, Outcome.DEFER, Outcome.PRIORITY, Outcome.ORDINARY)
OF_HEADING = {h.key: h.outcome for h in HEADINGS}

if _missing := set(Outcome) - set(PRECEDENCE) - {Outcome.UNDETERMINED}:
    raise RuntimeError(f"没有次序的结论：{_missing}")

_TABLES: dict[int, Table] = {}


def table_of(criterion: Criterion, reading: Reading) -> Table:
    """The table of a reading, shared by all rule sets; it keeps the reading alive, so that its id stays its own."""
    table = _TABLES.get(id(reading))
    if table is None or table.criterion is not criterion:
        table = _TABLES[id(reading)] = Table(criterion, reading)
    return table


@dataclass(frozen=True)
class RuleSet:
    """`id`, a half-open period [from, to), readings by clause (default: the first), clauses switched off, precedence,
    and the criteria that it stands on (another plan's are another file).

    Raises ValueError on an unknown clause or reading, or a precedence that is not one order of all four outcomes.
    """

    id: str
    from_day: dt.date | None = None
    to_day: dt.date | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    switched_off: tuple[str, ...] = ()
    precedence: tuple[Outcome, ...] = PRECEDENCE
    criteria: tuple[Criterion, ...] = field(default=CRITERIA, repr=False)
    # The clauses in force under the reading that holds, ready to be looked up, in the plan's order.
    tables: tuple[Table, ...] = field(init=False, repr=False, compare=False)
    # `(heading, outcome)` in the order of the precedence.
    strongest_first: tuple[tuple[str, Outcome], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "precedence", tuple(Outcome(o) for o in self.precedence))
        if set(self.precedence) != set(PRECEDENCE) or len(self.precedence) != len(PRECEDENCE):
            raise ValueError("效力次序要把四种结论各列一次。")
        if self.precedence[-1] is not Outcome.ORDINARY:
            raise ValueError("“一般”是没有条款成立时的结论，只能排在最后。")
        known = {c.clause for c in self.criteria}
        for clause in (*self.readings, *self.switched_off):
            if clause not in known:
                criterion(clause)  # says why, 8.3.1(9) above all
                raise ValueError(f"规则集 {self.id} 的判据里没有 {clause}。")
        if self.from_day and self.to_day and self.to_day <= self.from_day:
            raise ValueError("规则集的终止日期要晚于起始日期。")
        tables = tuple(
            table_of(c, c.reading(self.readings[c.clause]) if c.clause in self.readings else c.readings[0])
            for c in self.criteria
            if c.clause not in self.switched_off
        )
        headings = {outcome: heading for heading, outcome in OF_HEADING.items()}
        object.__setattr__(self, "tables", tables)
        object.__setattr__(self, "strongest_first", tuple((headings[o], o) for o in self.precedence if o in headings))

    @property
    def chosen(self) -> tuple[tuple[Criterion, Reading], ...]:
        """The clauses in force with the reading that holds, in the plan's order."""
        return tuple((t.criterion, t.reading) for t in self.tables)

    def in_force_on(self, day: dt.date) -> bool:
        return (self.from_day is None or self.from_day <= day) and (self.to_day is None or day < self.to_day)

    def strongest(self, flags: Mapping[str, bool]) -> Outcome:
        """The outcome when `flags` says per heading whether a clause of it moves the outcome."""
        held = {OF_HEADING[h] for h, on in flags.items() if on}
        return next((o for o in self.precedence if o in held), Outcome.ORDINARY)


PLAN_2006 = RuleSet("plan-2006", dt.date(2006, 1, 1))
