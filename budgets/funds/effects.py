"""What an award would do before it counts (9.6.1, 9.6.2): who pays what, the year's ceilings, both growth tests, and
what stands in its way. Read only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from budgets.growth import rule
from budgets.ledger import ceilings, decided
from budgets.models import SOURCES, BudgetLine, CityRevenue, StageLock
from budgets.table import budget_table
from governance.basics import clock
from governance.basics.text import quantise
from governance.kernel import readings
from projects.models import Project

CITY = decided.CITY
LABELS = dict(SOURCES)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Moved:
    """An amount before and after, in 万元; `limit_wan` what it may be at most, None where nothing limits it."""

    label: str
    before_wan: Decimal
    after_wan: Decimal
    limit_wan: Decimal | None = None

    @property
    def change_wan(self) -> Decimal:
        return self.after_wan - self.before_wan

    @property
    def left_wan(self) -> Decimal | None:
        return None if self.limit_wan is None else self.limit_wan - self.after_wan


@dataclass(frozen=True)
class Effect:
    """`mix` by source over all years of the project, `limits` the year's ceilings, `growth` pairs of a test before and
    after (the year, and the next one, whose floor rests on it); `obstacles` refuse the booking as things stand."""

    project: Project
    source: str
    fiscal_year: int
    amount_wan: Decimal
    relief_wan: Decimal
    mix: tuple[Moved, ...]
    limits: tuple[Moved, ...]
    growth: tuple[tuple[int, rule.GrowthTest, rule.GrowthTest], ...]
    obstacles: tuple[str, ...]

    @property
    def source_label(self) -> str:
        return LABELS[self.source]

    @property
    def worsens(self) -> list[str]:
        """Growth tests that pass now and would not any more."""
        return [
            f"{year} 年{after.name}：{before.word} → {after.word}"
            for year, before, after in self.growth
            if before.result == rule.PASSED and after.result != rule.PASSED
        ]

    @property
    def total(self) -> Moved:
        return Moved("合计", sum((m.before_wan for m in self.mix), ZERO), sum((m.after_wan for m in self.mix), ZERO))

    @property
    def seen(self) -> str:
        """A short digest of everything that is shown: whoever confirms it has seen just this."""
        words = (self.project.code, self.source, self.fiscal_year, self.amount_wan, self.relief_wan)
        parts = (words, self.mix, self.limits, self.growth, self.obstacles)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def effect_of(project: Project, source: str, fiscal_year: int, amount_wan: Decimal, relief_wan: Decimal) -> Effect:
    """What it does to book `amount_wan` from the source in the year and to take `relief_wan` of the year's city money
    off the project; a fixed number of queries."""
    amount_wan, relief_wan = quantise(amount_wan), quantise(relief_wan)  # what is seen does not hang on how it is typed
    by_source = decided.approved(project.pk)
    moves = {source: amount_wan, CITY: -relief_wan}
    keys = [key for key in LABELS if key in by_source or moves.get(key)]
    mix = tuple(Moved(LABELS[k], by_source.get(k, ZERO), by_source.get(k, ZERO) + moves.get(k, ZERO)) for k in keys)
    held = ceilings.ceilings([fiscal_year])
    limits = []
    for key in dict.fromkeys((source, CITY)):
        row, now = held.get((fiscal_year, key)), ceilings.approved(fiscal_year, key)
        if row is not None or key == CITY:
            limits.append(Moved(f"{fiscal_year} 年{LABELS[key]}", now, now + moves[key], row and row.ceiling_wan))
    line = BudgetLine.objects.filter(project=project, fiscal_year=fiscal_year, source=CITY).first()
    return Effect(
        project,
        source,
        fiscal_year,
        amount_wan,
        relief_wan,
        mix,
        tuple(limits),
        tuple(_growth(fiscal_year, relief_wan)),
        tuple(_obstacles(project, fiscal_year, line, relief_wan, mix, limits)),
    )


def _growth(year: int, relief_wan: Decimal):
    """Outside money is no city money: the tests move only by what of it is taken off."""
    funds = budget_table.city_funds()
    after = dict(funds)
    if year in after:
        after[year] -= relief_wan
    revenues = dict(CityRevenue.objects.in_force().values_list("fiscal_year", "revenue_wan"))
    reading = readings.current("D06", clock.today())
    for one in (year, year + 1):
        tests = (rule.growth_of(one, held, revenues, reading).tests for held in (funds, after))
        yield from ((one, was, now) for was, now in zip(*tests, strict=True))


def _obstacles(project: Project, year: int, line: BudgetLine | None, relief_wan: Decimal, mix, limits):
    approved = (line.approved_wan if line else None) or ZERO
    if relief_wan > approved:
        yield f"{year} 年市财政只批复 {approved:,.2f} 万元，不能减少 {relief_wan:,.2f} 万元"
    elif line and approved - relief_wan < (line.appropriated_wan or ZERO):
        left = approved - relief_wan
        yield f"{year} 年市财政已下达 {line.appropriated_wan:,.2f} 万元，批复减到 {left:,.2f} 会低于已下达的数"
    for one in limits:
        if one.left_wan is not None and one.left_wan < 0 and one.change_wan > 0:
            yield f"{one.label}批复会到 {one.after_wan:,.2f}，超过上限 {one.limit_wan:,.2f} 万元；市财政局可以调整上限"
    if project.decided_wan is not None:
        most = sum((decided.allowed(a) for a in project.decided.values()), ZERO)
        total = sum((one.after_wan for one in mix), ZERO)
        if total > most:
            yield (
                f"各来源批复合计会到 {total:,.2f}，超过审定的 {most:,.2f} 万元；"
                "相应减少市财政，或由牵头单位先提出变更、追加申报（8.1）"
            )
    if StageLock.objects.filter(fiscal_year=year, stage="approved").exists():
        yield f"{year} 年的批复已冻结；市财政局解冻后可以登记"
