"""申报、核减、审定: how much a case asked for, how much was cut, how much was decided. The one place that says it.

What the joint approval settles holds until the leading group adopts other amounts; what is dropped from an adopted
plan is decided to be nothing. A case that goes to the pool, is deferred or needs no approval has no decided amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import F

from governance.basics.memo import remembered
from governance.basics.text import quantise
from priorities.models import Conclusion, PlanEntry, Submission
from priorities.proposal import SOURCE_LABELS, sums_of
from priorities.screening import conclusions, shares
from priorities.submissions import workflow

DECIDING = ("candidate", conclusions.NO_CITY)  # the conclusions that settle money
LISTED = ("listed", "adjusted")


@dataclass(frozen=True)
class Amounts:
    """万元; `decided_wan` and `cut_wan` are None while nothing is decided."""

    filed_wan: Decimal
    decided_wan: Decimal | None

    @property
    def cut_wan(self) -> Decimal | None:
        return None if self.decided_wan is None else max(self.filed_wan - self.decided_wan, Decimal(0))

    @property
    def is_cut(self) -> bool:
        return bool(self.cut_wan)

    @property
    def words(self) -> str:
        """申报 420.00，核减 90.00: what stands beside the decided amount; nothing where that is what was asked for."""
        if self.decided_wan == self.filed_wan:
            return ""
        cut = f"，核减 {self.cut_wan:,.2f}" if self.is_cut else ""
        return f"申报 {self.filed_wan:,.2f}{cut}"

    def __str__(self) -> str:
        """330.00（申报 420.00，核减 90.00）"""
        said = "未定" if self.decided_wan is None else f"{self.decided_wan:,.2f}"
        return f"{said}（{self.words}）" if self.words else said


@dataclass(frozen=True)
class Part:
    """One sum of the filing: a component, source and year. `clause` and `reason` are of its cut."""

    component: str  # its id
    source: str
    fiscal_year: int
    filed_wan: Decimal
    settled_wan: Decimal | None
    clause: str = ""
    reason: str = ""

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.filed_wan, self.settled_wan)


@dataclass(frozen=True)
class Decided:
    """The amounts of one case. `adopted` by (year, source) is what the leading group adopted, None before; `beside` by
    source is what payers find of whom the proposal asks nothing (D11, D12): no part of the sums."""

    parts: tuple[Part, ...] = ()
    adopted: dict[tuple[int, str], Decimal] | None = None
    beside: tuple[tuple[str, Decimal], ...] = ()

    @property
    def total(self) -> Amounts:
        return self._of(lambda year, source: True)

    @property
    def city(self) -> Amounts:
        return self.of_source("city")

    @property
    def has_others(self) -> bool:
        """Whether others than the city pay too."""
        return self.total != self.city

    def of_source(self, source: str) -> Amounts:
        return self._of(lambda year, its: its == source)

    def of_component(self, component: str) -> Amounts:
        """By the joint approval: a plan is adopted by year and source."""
        return _sum(p.amounts for p in self.parts if p.component == component)

    def rows(self) -> list[tuple[int, str, Amounts]]:
        """By year and source, in the order of the sources."""
        order = list(SOURCE_LABELS)
        keys = {(p.fiscal_year, p.source) for p in self.parts} | set(self.adopted or ())
        return [
            (year, source, self._of(lambda y, s, key=(year, source): (y, s) == key))
            for year, source in sorted(keys, key=lambda k: (k[0], order.index(k[1])))
        ]

    def adopting(self, amounts: list[dict]) -> Decided:
        """The same case with what a plan says: [{"source", "fiscal_year", "amount_wan"}]."""
        return replace(self, adopted={key: quantise(amount) for key, amount in sums_of(amounts).items()})

    @property
    def cuts(self) -> list[Part]:
        return [p for p in self.parts if p.amounts.is_cut]

    @property
    def sentence(self) -> str:
        """审定市财政 330.00（申报 420.00，核减 90.00）, with all payers where others pay too; empty while undecided."""
        if self.total.decided_wan is None:
            return ""
        more = f"；各来源合计审定 {self.total}" if self.has_others else ""
        return f"审定市财政 {self.city}{more}{self.beside_words and f'；{self.beside_words}'}"

    @property
    def beside_words(self) -> str:
        """另由县（市、区）财政出 62.00; empty where nobody finds money beside what was filed."""
        found = [f"{SOURCE_LABELS[source]}出 {amount:,.2f}" for source, amount in self.beside if amount]
        return f"另由{'、'.join(found)}" if found else ""

    def _of(self, takes: Callable[[int, str], bool]) -> Amounts:
        found = _sum(p.amounts for p in self.parts if takes(p.fiscal_year, p.source))
        if self.adopted is None:
            return found
        return Amounts(found.filed_wan, sum((a for key, a in self.adopted.items() if takes(*key)), Decimal("0.00")))


NOTHING = Decided()


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    """A part that nobody decided leaves the whole undecided: a case is decided in all its parts or in none."""
    every = list(amounts)
    zero = Decimal("0.00")
    decided = None if any(a.decided_wan is None for a in every) else sum((a.decided_wan for a in every), zero)
    return Amounts(sum((a.filed_wan for a in every), zero), decided)


@remembered
def of(row: Submission) -> Decided:
    """The amounts of one case as they stand."""
    conclusion = conclusions.in_force(row)
    adopted = _adopted([row]).get(row.pk, []) if conclusion and row.state == workflow.ADOPTED else None
    return of_conclusion(row, conclusion, adopted)


def of_cases(rows: Iterable[Submission]) -> dict[int, Decided]:
    """The same for many cases in two queries."""
    rows = list(rows)
    found = settled_on(rows)
    last = [row for row in rows if row.state == workflow.ADOPTED and found[row.pk].total.decided_wan is not None]
    adopted = _adopted(last) if last else {}
    return found | {row.pk: found[row.pk].adopting(adopted.get(row.pk, [])) for row in last}


def with_money(rows: Iterable[Submission]) -> list[Submission]:
    """The cases of a list, each with its amounts as `money`."""
    rows = list(rows)
    found = of_cases(rows)
    for row in rows:
        row.money = found[row.pk]
    return rows


def settled_on(rows: Iterable[Submission]) -> dict[int, Decided]:
    """The amounts of many cases by the joint approval alone, in one query."""
    rows = list(rows)
    found = Conclusion.objects.filter(
        submission__in=rows, in_force=True, version__number=F("submission__current_version")
    )
    concluded = {c.submission_id: c for c in found} if rows else {}
    return {row.pk: of_conclusion(row, concluded.get(row.pk)) for row in rows}


def _adopted(rows: list[Submission]) -> dict[int, list[dict]]:
    entries = PlanEntry.objects.filter(submission__in=rows, plan__state="adopted").order_by("plan_id")
    return {e.submission_id: e.amounts if e.decision in LISTED else [] for e in entries}


def of_conclusion(row: Submission, conclusion: Conclusion | None, adopted: list[dict] | None = None) -> Decided:
    """The amounts of a case by a conclusion, and by what was adopted: [{"source", "fiscal_year", "amount_wan"}]."""
    settles = conclusion is not None and conclusion.kind in DECIDING
    asked = conclusion.amounts if conclusion else conclusions.requested(row.proposal)
    parts = tuple(
        Part(
            a["component"],
            a["source"],
            a["fiscal_year"],
            Decimal(a["requested_wan"]),
            Decimal(a["approved_wan"]) if settles else None,
            a["clause"],
            a["reason"],
        )
        for a in asked
    )
    beside = shares.typed(conclusion) if conclusion is not None and settles else {}
    found = Decided(parts, beside=tuple((source, Decimal(amount)) for source, amount in beside.items()))
    return found if adopted is None else found.adopting(adopted)
