"""Rule sets as rows → as rules. Periods are half-open and never overlap: on every day exactly one holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from governance.basics.memo import remembered
from governance.basics.refusal import Invalid
from priorities.labels import OUTCOMES
from priorities.models import RuleSetRecord
from priorities.rules import advice as advising
from priorities.rules import explain
from priorities.rules.assess import Component
from priorities.rules.assess import assess as assess_rules
from priorities.rules.facts import FACTS, Answer, Fact
from priorities.rules.plan_2006 import CRITERIA
from priorities.rules.rule_set import OF_HEADING, PLAN_2006, PRECEDENCE, RuleSet
from priorities.rules.screen import as_dict

BASES = {PLAN_2006.id: PLAN_2006}


def build(record: RuleSetRecord) -> RuleSet:
    """The rules of a record. Raises Invalid where it names a clause, reading or outcome that is not there."""
    if record.base not in BASES:
        raise Invalid(f"没有判据版本 {record.base}。", fields={"base": ["没有这个判据版本"]})
    try:
        return RuleSet(
            record.key,
            record.from_day,
            record.to_day,
            dict(record.readings),
            tuple(record.switched_off),
            tuple(record.precedence) or PRECEDENCE,
        )
    except ValueError as error:
        raise Invalid(str(error), fields={"readings": [str(error)]}) from None


@remembered
def record_on(day: dt.date) -> RuleSetRecord | None:
    """The adopted record that holds on the day."""
    rows = RuleSetRecord.objects.filter(state="in_force", from_day__lte=day)
    return rows.filter(Q(to_day=None) | Q(to_day__gt=day)).order_by("-from_day", "-pk").first()


def in_force_on(day: dt.date) -> RuleSet:
    """The rules that hold on the day; before any was adopted the plan's own default readings."""
    record = record_on(day)
    return build(record) if record else PLAN_2006


def by_key(key: str) -> RuleSet:
    """The rules of an id, drafts included (for a dry run). Raises ValueError with a sentence."""
    record = RuleSetRecord.objects.filter(key=key).first()
    if record is not None:
        try:
            return build(record)
        except Invalid as error:
            raise ValueError(error.sentence) from None
    if key in BASES:
        return BASES[key]
    known = "、".join([*BASES, *RuleSetRecord.objects.exclude(key__in=BASES).values_list("key", flat=True)])
    raise ValueError(f"没有规则集“{key[:60]}”；有：{known}。")


def assess(
    facts: Mapping[str, str], components: list[dict], rules: RuleSet, decisions: Mapping[str, bool] | None = None
) -> dict:
    """`screen`'s output (without id) of facts and components as `screen` takes them, and `settle_alone`: the missing
    facts of which one answer alone would settle the outcome. Decisions on clauses that are not partly are idle."""
    assessment = assess_rules(answers(facts), components_of(components), rules, decisions)
    return as_dict(assessment) | {"settle_alone": [str(f) for f in assessment.settle_alone]}


@dataclass(frozen=True)
class Advice:
    """A smallest set of changes that betters the outcome; each was applied to be sure."""

    changes: tuple[advising.Move, ...]
    outcome: str
    sentences: tuple[str, ...]


def advice(
    facts: Mapping[str, str], components: list[dict], day: dt.date, decisions: Mapping[str, bool] | None = None
) -> list[Advice]:
    """How a 缓建 or 市财政不支持 could become something better; [] where it need not or cannot. `decisions`: the
    reviewer's on clauses that are partly met."""
    found = advising.advise(answers(facts), components_of(components), in_force_on(day), decisions)
    return [Advice(a.moves, str(a.outcome), tuple(m.sentence for m in a.moves)) for a in found]


def contradictions(facts: Mapping[str, str]) -> list[str]:
    """Sentences about answers that contradict each other; flagged, not refused."""
    return explain.contradictions(answers(facts))


def precedence_words(day: dt.date) -> str:
    """市财政不支持 > 缓建 > 优先建设 > 一般: the order that holds on the day (D16)."""
    return " > ".join(OUTCOMES[o] for o in in_force_on(day).precedence)


def described(day: dt.date) -> list[dict]:
    """The clauses in the plan's order: words, facts with their questions, all readings (the first is the default), the
    one that holds on the day (null: not in force)."""
    rules = in_force_on(day)
    chosen = {c.clause: r.key for c, r in rules.chosen}
    return [
        {
            "clause": c.clause,
            "heading": c.heading,
            "text": c.text,
            "facts": [str(f) for f in c.facts],
            "questions": [_question(f) for f in c.facts],
            "readings": [{"key": r.key, "text": r.text, "default": i == 0} for i, r in enumerate(c.readings)],
            "reading": chosen.get(c.clause),
            "in_force": c.clause in chosen,
            "outcome": str(OF_HEADING[c.heading]),
            "on_components": c.on_components,
            "rule_set": rules.id,
        }
        for c in CRITERIA
    ]


def _question(fact: Fact) -> dict:
    info = FACTS[fact]
    kind = {"office": info.is_office, "component": info.is_component_fact, "turned": info.turned}
    return {"fact": str(fact), "question": info.question} | kind


def answers(facts: Mapping[str, str]) -> dict[Fact, Answer]:
    """Facts as the rules take them; blank ones are left out."""
    return {Fact(f): Answer(value) for f, value in facts.items() if value}


def components_of(components: list[dict]) -> tuple[Component, ...]:
    """Components as the rules take them."""
    return tuple(Component(c["name"], Decimal(str(c["amount_wan"])), answers(c.get("facts") or {})) for c in components)
