"""Why a verdict is another one than before: what the form foresaw, what each frozen screening said, who made it so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from priorities import proposal as proposals
from priorities.labels import OUTCOMES
from priorities.models import Screening, Submission
from priorities.rules.facts import FACTS, OFFICE_FACTS
from priorities.screening import verdicts

UNDETERMINED = "undetermined"
FORESEEN = "填报时预判，若信息办核定无异议"


@dataclass(frozen=True)
class Turn:
    """A verdict that differs from the one before: `was` and `now` are outcomes, `by_text` who made it so."""

    day: dt.date
    by_text: str
    was: str
    was_note: str
    now: str
    why: str


def foreseen(document: dict, day: dt.date) -> dict:
    """The form's verdict: what is stated, office facts taken as no (若信息办核定无异议)."""
    facts, components = proposals.for_rules(document)
    return verdicts.assess_stated(facts | {str(f): "no" for f in OFFICE_FACTS}, components, day)


def on_filing(submission: Submission, document: dict, shown: dict, day: dt.date) -> str:
    """What the verdict becomes when this is filed, as a sentence; empty where it stays what the form shows."""
    filed = verdicts.assess_stated(*verdicts.facts_of(submission, document), day)
    if shown["outcome"] == filed["outcome"]:
        return ""
    now, was = OUTCOMES[filed["outcome"]], OUTCOMES[shown["outcome"]]
    return f"提交后先是“{now}”，不是“{was}”：{awaited(filed) or '按已核定的事实'}。"


def awaited(result: dict) -> str:
    """等信息办核定 6 项（…），还缺申报单位答复 1 项（…）: what an undetermined verdict waits for, and from whom."""
    missing = result["missing_facts"]
    office = [f for f in missing if f in OFFICE_FACTS]
    own = [f for f in missing if f not in OFFICE_FACTS]
    said = [f"等信息办核定 {len(office)} 项（{_questions(office)}）"] if office else []
    said += [f"还缺申报单位答 {len(own)} 项（{_questions(own)}）"] if own else []
    return "，".join(said)


def _questions(facts: list[str]) -> str:
    return "".join(FACTS[f].question for f in facts)


def of_case(screenings: list[Screening]) -> list[Turn]:
    """Every change of the verdict, the latest first; `screenings` in the order made, with their versions."""
    found, last, version = [], None, None
    for row in screenings:
        note, now = "", row.override or row.outcome
        if row.version_id != version:
            before, note = foreseen(row.version.proposal, row.day), FORESEEN
            was, met, rule_set = before["outcome"], before["met"], row.rule_set
        else:
            was, met, rule_set = last.override or last.outcome, last.result["met"], last.rule_set
        if was != now:
            found.append(Turn(row.day, row.by_text, was, note, now, _why(row, now, set(met), rule_set)))
        last, version = row, row.version_id
    return found[::-1]


def _why(row: Screening, now: str, met: set[str], rule_set: str) -> str:
    if row.override:
        return f"另作判定（{row.override_clause}）：{row.override_reason}"
    if now == UNDETERMINED:
        return awaited(row.result)
    order = row.result["met"]
    more, less = [c for c in order if c not in met], sorted(met - set(order))
    said = [f"规则集改为 {row.rule_set}"] if row.rule_set != rule_set else []
    said += [f"{'、'.join(more)} 成立"] if more else []
    said += [f"{'、'.join(less)} 不再成立"] if less else []
    return "，".join(said) or "要核定的事实都已核定"
