"""From stored rule sets to the rules: which one holds on a day, its verdicts in the contract's words, its description.

A missing rule set for a day is an error, never a silent default; periods never overlap (priorities.actions.rule_sets).
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from governance.refusal import Invalid, Refused
from priorities.labels import OUTCOMES
from priorities.models import RuleSetRecord
from priorities.rules import explain, screen
from priorities.rules.assess import Component, assess as judge
from priorities.rules.facts import FACTS, Answer, Fact
from priorities.rules.plan_2006 import CRITERIA
from priorities.rules.rule_set import OF_HEADING, PRECEDENCE, RuleSet


def build(record: RuleSetRecord) -> RuleSet:
    """The rules of a record. Raises Invalid where it names a clause, reading or order that does not exist."""
    try:
        return RuleSet(
            record.key, record.from_day, record.to_day, dict(record.readings), tuple(record.switched_off),
            tuple(record.precedence) or PRECEDENCE,
        )  # fmt: skip
    except ValueError as error:
        raise Invalid(str(error), fields={"readings": [str(error)]}) from None


def by_key(key: str) -> RuleSet:
    """A stored rule set by its id. Raises ValueError where there is none."""
    record = RuleSetRecord.objects.filter(key=key).first()
    if record is None:
        raise ValueError(f"没有规则集“{key}”。")
    return build(record)


def record_on(day: dt.date) -> RuleSetRecord:
    """The adopted rule set of a day. Raises Refused for a day that none covers."""
    rows = RuleSetRecord.objects.filter(state="in_force", from_day__lte=day).filter(Q(to_day=None) | Q(to_day__gt=day))
    record = rows.order_by("-from_day").first()
    if record is None:
        raise Refused(f"{day} 没有生效的规则集；领导小组可以审定一个。")
    return record


def in_force_on(day: dt.date) -> RuleSet:
    """The rules of a day."""
    return build(record_on(day))


def assess(facts: dict, components: list[dict], rules: RuleSet, decisions: dict | None = None) -> dict:
    """`screen`'s output without id, plus `settle_alone`; facts and components as plain dicts of the contract."""
    found = judge(_facts(facts), _components(components), rules, decisions)
    return screen.as_dict(found) | {"settle_alone": [str(f) for f in found.settle_alone]}


def _facts(facts: dict) -> dict[Fact, Answer]:
    return {Fact(key): Answer(value) for key, value in facts.items() if value}


def _components(components: list[dict]) -> tuple[Component, ...]:
    return tuple(Component(c["name"], screen.amount(c["amount_wan"]), _facts(c["facts"])) for c in components)


def advice(facts: dict, components: list[dict], day: dt.date, most: int = 3) -> list[dict]:
    """`[{"outcome", "changes", "sentences"}]`: the smallest changes that better the outcome, each verified."""
    found = explain.advise(_facts(facts), _components(components), in_force_on(day))
    return [
        {"outcome": str(a.outcome), "changes": [str(m.fact) for m in a.moves], "sentences": [m.sentence for m in a.moves]}
        for a in found[:most]
    ]


def contradictions(facts: dict) -> list[str]:
    """Answers that contradict each other, as sentences."""
    return explain.contradictions(_facts(facts))


def precedence_words(day: dt.date) -> str:
    """市财政不支持 > 缓建 > 优先建设 > 一般."""
    return " > ".join(OUTCOMES[o] for o in in_force_on(day).precedence)


def described(day: dt.date) -> list[dict]:
    """The 17 clauses as the API and the criteria pages show them, with the reading in force on the day."""
    rules = in_force_on(day)
    chosen = {criterion.clause: reading for criterion, reading in rules.chosen}
    rows = []
    for criterion in CRITERIA:
        reading = chosen.get(criterion.clause)
        rows.append({
            "clause": criterion.clause,
            "text": criterion.text,
            "heading": criterion.heading,
            "outcome": str(OF_HEADING[criterion.heading]),
            "on_components": criterion.on_components,
            "facts": [
                {"fact": str(f), "question": FACTS[f].question, "office": FACTS[f].is_office, "component": FACTS[f].is_component_fact}
                for f in criterion.facts
            ],
            "readings": [{"key": r.key, "text": r.text, "default": i == 0} for i, r in enumerate(criterion.readings)],
            "reading": reading.key if reading else None,
            "in_force": reading is not None,
            "rule_set": rules.id,
        })  # fmt: skip
    return rows
