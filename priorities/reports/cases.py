"""What every report about submissions reads: the year's filed cases, each with its newest screening and conclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch

from priorities.labels import OUTCOMES, STATES
from priorities.models import Conclusion, Screening, Submission
from priorities.screening import decided

ZERO = Decimal(0)


@dataclass(frozen=True)
class Case:
    """A filed submission: `result` is the newest screening's (contract's `screen`), empty where none was made."""

    number: str
    title: str
    unit: str
    kind: str
    state: str
    submitted_day: object
    total_wan: Decimal | None
    city_wan: Decimal | None
    rule_set: str = ""
    result: dict = field(default_factory=dict)
    confirmed: bool = False
    override: str = ""  # the outcome that people chose instead
    override_clause: str = ""
    override_reason: str = ""
    approved_wan: Decimal | None = None  # 审定 from the city, of a settled conclusion
    settled_cut_wan: Decimal | None = None  # what it cut of the city's money, of a candidate
    lacking: str = ""
    re_review_on: object = None

    @property
    def outcome(self) -> str:
        """What the rules say; empty where nothing was screened."""
        return self.result.get("outcome", "")

    @property
    def outcome_label(self) -> str:
        return OUTCOMES.get(self.outcome, "未判定")

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    def holds(self, result: str) -> list[str]:
        """The clauses that came out so (met, partly, undetermined)."""
        return self.result.get(result, [])

    @property
    def cut_wan(self) -> Decimal:
        """As it was settled; before that, what 8.3.3 certainly hits."""
        return Decimal(self.result.get("cut_wan", "0")) if self.settled_cut_wan is None else self.settled_cut_wan


def cases(plan_year: int, *kinds: str) -> tuple[list[Case], int]:
    """The filed, not withdrawn cases of a plan year by number, and how many secret ones there are, which have no text.

    A fixed number of queries, whatever the number of cases.
    """
    rows = Submission.objects.for_year(plan_year).exclude(state__in=["draft", "withdrawn"]).order_by("number")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    told = (
        rows.filter(is_secret=False)
        .select_related("organisation__canonical")
        .prefetch_related(
            Prefetch("screenings", Screening.objects.order_by("pk")),
            Prefetch("conclusions", Conclusion.objects.filter(in_force=True)),
        )
    )
    told = list(told)
    money = decided.of_cases(told)
    return [_case(row, money[row.pk]) for row in told], rows.filter(is_secret=True).count()


def _case(row: Submission, money: decided.Decided) -> Case:
    screening = next(reversed(row.screenings.all()), None)
    conclusion = next(iter(row.conclusions.all()), None)
    facts = {}
    if screening:
        names = ("rule_set", "result", "confirmed", "override", "override_clause", "override_reason")
        facts = {name: getattr(screening, name) for name in names}
    if conclusion:
        settled = conclusion.settled_day is not None
        facts |= {
            "approved_wan": money.city.decided_wan if settled else None,
            "settled_cut_wan": money.city.cut_wan if settled and conclusion.kind == "candidate" else None,
            "lacking": conclusion.lacking,
            "re_review_on": conclusion.re_review_on,
        }
    unit = row.organisation.canonical or row.organisation
    about = (row.number, row.title, unit.name, row.get_kind_display(), row.state, row.submitted_day)
    return Case(*about, row.total_wan, row.city_wan, **facts)


def asked_wan(some: Iterable[Case]) -> Decimal | None:
    """What cases ask of the city together: 0 for no cases, None where none of them says."""
    some = list(some)
    return add(c.city_wan for c in some) if some else ZERO


def add(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is there; None where nothing is."""
    held = [a for a in amounts if a is not None]
    return sum(held, ZERO) if held else None
