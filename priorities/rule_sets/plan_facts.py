"""The plan judges itself: the facts of its 27 rows, quoted from its words or inferred, and what 8.3 makes of them.

The reading is advice alone (D20): 8.3 judges what departments file, not what the plan has listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from governance.models import PlanItem
from governance.plan.context import Context
from governance.plan.entries import Entry, read_list
from governance.plan_steps import Tally, sync
from priorities.models import PlanFact
from priorities.rule_sets import masks, repository
from priorities.rules import bulk
from priorities.rules.facts import Answer, Fact
from priorities.rules.rule_set import RuleSet

FILE = "plan_facts.json"
EVERY = "*"


@dataclass(frozen=True)
class FactRow:
    """One answer of a plan's folder: quoted with its line, or with the reason why it is supposed."""

    item: str
    fact: str
    value: str
    quote: str
    line: int | None
    reason: str


def read(folder: Path, lines: tuple[str, ...]) -> list[FactRow]:
    """The answers of a folder, [] where it has none. Raises FixtureError: what is no fact, or no word of the line."""
    if not (Path(folder) / FILE).exists():
        return []
    context = Context(lines)
    return [row for entry in read_list(Path(folder), FILE) for row in _rows(entry, context)]


def _rows(entry: Entry, context: Context) -> Iterable[FactRow]:
    entry.only("item facts")
    item = entry.text("item")
    for fact in entry.entries("facts"):
        fact.only("fact value quote line reason")
        key, value = fact.choice("fact", [str(f) for f in Fact]), fact.choice("value", [str(a) for a in Answer])
        quote, reason = fact.words("quote"), fact.words("reason")
        if bool(quote) == bool(reason):
            raise fact.refuse("要么照录原文（quote、line），要么写明推定的理由（reason）")
        line = context.number(fact, "line") if quote else None
        yield FactRow(item, key, value, context.on_line(fact, "quote", line) if quote else "", line, reason)


def load(rows: list[FactRow], plan_key: str) -> Tally:
    """Make the answers of every row what the folder says: its own before those for all."""
    common = {r.fact: r for r in rows if r.item == EVERY}
    wanted = {}
    for item in PlanItem.objects.filter(plan__key=plan_key) if rows else ():
        answers = common | {r.fact: r for r in rows if r.item == item.code}
        for row in answers.values():
            wanted[item.pk, row.fact] = vars(row) | {"item": item}
    held = PlanFact.objects.filter(item__plan__key=plan_key).select_related("item")
    return sync(
        "项目行的判定事实", PlanFact, {(f.item_id, f.fact): f for f in held} if rows else {}, wanted, remove=True
    )


@dataclass(frozen=True)
class PlanVerdict:
    """What 8.3 makes of a row of the plan by `facts`; `result` is `screen`'s output without id."""

    item: PlanItem
    facts: list[PlanFact]
    result: dict

    @property
    def quoted(self) -> int:
        return sum(1 for f in self.facts if f.quote)

    @property
    def inferred(self) -> int:
        return sum(1 for f in self.facts if not f.quote)


def verdict(item_id: int, rules: RuleSet) -> PlanVerdict | None:
    """One row's; None where the plan's folder says nothing of it."""
    facts = list(PlanFact.objects.filter(item_id=item_id).select_related("item"))
    return _verdict(facts, rules) if facts else None


def _by_item() -> list[list[PlanFact]]:
    by_item: dict[int, list[PlanFact]] = {}
    for fact in PlanFact.objects.select_related("item").order_by("item__order", "pk"):
        by_item.setdefault(fact.item_id, []).append(fact)
    return list(by_item.values())


def _verdict(facts: list[PlanFact], rules: RuleSet) -> PlanVerdict:
    order = {str(f): i for i, f in enumerate(Fact)}
    facts = sorted(facts, key=lambda f: order[f.fact])
    return PlanVerdict(facts[0].item, facts, repository.assess({f.fact: f.value for f in facts}, [], rules))


@dataclass(frozen=True)
class PlanBits:
    """A row of the plan as bits, with its money, for dry runs."""

    item: PlanItem
    bits: bulk.Bits
    amount_wan: Decimal
    facts: dict[str, str]


def as_bits() -> list[PlanBits]:
    """Every row of the plan that has facts."""
    found = []
    for facts in _by_item():
        said = {f.fact: f.value for f in facts}
        found.append(PlanBits(facts[0].item, masks.bits_of(said, []), facts[0].item.estimate_wan, said))
    return found
