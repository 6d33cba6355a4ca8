"""What is judged of a case, for verbs and pages: the facts that count, the verdict on them, what is frozen of it.

The reviewer's value of a fact counts before the stated one, as long as what was stated is unchanged; an unanswered fact
is unknown, never no.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from governance.basics import clock
from governance.basics.memo import remembered
from governance.basics.refs import parse
from governance.kernel import working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from priorities import proposal as proposals
from priorities.models import (
    Attachment,
    ConfirmedFact,
    CorrectionAnswer,
    OpinionWaiver,
    Screening,
    Submission,
    SubmissionVersion,
)
from priorities.rule_sets import masks, repository
from priorities.rules.facts import FACTS, OFFICE_FACTS
from projects.models import PlanTask, Project

ANSWER_DAYS = 5  # working days to answer a corrected fact


def question(fact: str) -> str:
    """The fact as a plain question."""
    return FACTS[fact].question


@remembered
def answer_by(day: dt.date) -> dt.date:
    """The last day to answer a fact that was corrected on the day."""
    return working_days.add(day, ANSWER_DAYS)


# --- facts -------------------------------------------------------------------------------------------------------


@remembered
def current_version(submission: Submission) -> SubmissionVersion | None:
    """The version that was filed last; None for a draft."""
    return submission.versions.filter(number=submission.current_version).first()


def document_of(submission: Submission) -> dict:
    """What the office judges: the version filed last, before the first submit the working copy."""
    filed = current_version(submission)
    return filed.proposal if filed else submission.proposal


def stated(document: dict, component: str, fact: str) -> tuple[str, str]:
    """`(answer, evidence)` as the department stated it; ("", "") where it did not."""
    if component:
        part = next((c for c in document["components"] if c["id"] == component), None)
        return (part["facts"].get(fact, "") if part else ""), ""
    row = document["facts"].get(fact, {})
    return row.get("value", ""), row.get("evidence", "")


@remembered
def _reviewed(submission: Submission) -> list[ConfirmedFact]:
    return list(submission.confirmed_facts.all())


def confirmed_facts(submission: Submission, document: dict | None = None) -> dict[tuple[str, str], ConfirmedFact]:
    """The reviewer's facts by `(component id, fact)` that still hold: stated value and evidence are unchanged."""
    document = document_of(submission) if document is None else document
    parts = {c["id"] for c in document["components"]} | {""}
    return {
        (row.component, row.fact): row
        for row in _reviewed(submission)
        if row.component in parts and (row.stated, row.stated_evidence) == stated(document, row.component, row.fact)
    }


def stated_facts(document: dict, *, kinds: bool = True) -> tuple[dict[str, str], list[dict]]:
    """Facts and components as stated (`kinds`: with what a part's kind says). Components that share a name are told
    apart by their id."""
    facts, components = proposals.for_rules(document, kinds=kinds)
    names = [c["name"] for c in components]
    for part, component in zip(document["components"], components, strict=True):
        if names.count(component["name"]) > 1:
            component["name"] = f"{component['name']}（{part['id']}）"
    return facts, components


def facts_of(submission: Submission, document: dict | None = None) -> tuple[dict[str, str], list[dict]]:
    """Facts and components as `screen` takes them, the reviewer's values before the stated ones."""
    document = document_of(submission) if document is None else document
    facts, components = stated_facts(document, kinds=False)  # a kind speaks last, after the reviewer
    at = {c["id"]: i for i, c in enumerate(document["components"])}
    for (component, fact), row in confirmed_facts(submission, document).items():
        target = components[at[component]]["facts"] if component else facts
        target[fact] = row.value
    proposals.say_by_kind(document, facts, components)
    return facts, components


# --- verdicts ----------------------------------------------------------------------------------------------------


def assess_stated(facts: dict, components: list[dict], day: dt.date, decisions: dict | None = None) -> dict:
    """The contract's verdict (`screen`'s output but id) under the rule set of the day."""
    return repository.assess(facts, components, repository.in_force_on(day), decisions)


def verdict(submission: Submission, *, decisions: dict[str, bool] | None = None, day: dt.date | None = None) -> dict:
    """The verdict of the current version with what is confirmed so far, under the rule set of the day."""
    facts, components = facts_of(submission)
    return assess_stated(facts, components, day or clock.today(), decisions)


@remembered
def confirmed(submission: Submission) -> Screening | None:
    """The confirmed verdict that holds: of the current version and facts, and made since the last re-review."""
    rows = submission.screenings.filter(confirmed=True, version__number=submission.current_version)
    latest = rows.order_by("-pk").first()
    if latest is None:
        return None
    back = submission.transitions.filter(verb="re_review").order_by("-pk").first()
    if back is not None and latest.recorded_at < back.recorded_at:
        return None
    facts, components = facts_of(submission)
    return latest if (latest.facts, latest.components) == (facts, components) else None


@step
def freeze(
    *,
    by: Actor | None,
    submission: Submission,
    result: dict,
    decisions: dict | None = None,
    confirmed: bool = False,
    override: str = "",
    override_clause: str = "",
    override_reason: str = "",
) -> Screening:
    """Keep a verdict for ever: rule set, facts and trace as they are now. A new one is a new row."""
    facts, components = facts_of(submission)
    stated_outcome = assess_stated(*stated_facts(document_of(submission)), clock.today())["outcome"]
    row = Screening.objects.create(
        submission=submission,
        version=current_version(submission),
        rule_set=result["rule_set"],
        facts=facts,
        components=components,
        decisions=decisions or {},
        outcome=result["outcome"],
        result=result,
        stated_outcome=stated_outcome,
        confirmed=confirmed,
        override=override,
        override_clause=override_clause,
        override_reason=override_reason,
        by_text=by.text if by else "系统",
        user_id=by.user_id if by and confirmed else None,
        is_demo=submission.is_demo,
    )
    submission.outcome = override or result["outcome"]
    submission.save(update_fields=["outcome"])
    keep_mask(submission=submission, result=result, decisions=decisions or {})
    return row


@step
def keep_mask(*, submission: Submission, result: dict | None = None, decisions: dict[str, bool] | None = None) -> None:
    """Keep the case as it stands now as bits (masks.py). `decisions`: else those of the latest screening; `result`:
    else today's."""
    document = document_of(submission)
    facts, components = facts_of(submission, document)
    decisions = latest_decisions(submission) if decisions is None else decisions
    result = result or assess_stated(facts, components, clock.today(), decisions)
    masks.keep(
        submission=submission, document=document, facts=facts, components=components, decisions=decisions, result=result
    )


@step
def renew_mask(*, submission: Submission) -> None:
    """Lay out the bits of a case as they stand for today, its verdict as it is."""
    facts, components = facts_of(submission)
    masks.renew(submission=submission, facts=facts, components=components, decisions=latest_decisions(submission))


def latest_decisions(submission: Submission) -> dict[str, bool]:
    """What the reviewer last decided on clauses that are partly met; idle where they no longer are."""
    latest = submission.screenings.order_by("-pk").first()
    return latest.decisions if latest else {}


@step
def screen_automatically(*, by: Actor, submission: Submission) -> Screening:
    """The unconfirmed screening of a version as it is filed."""
    return freeze(by=None, submission=submission, result=verdict(submission))


# --- corrections -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correction:
    """A fact whose confirmed value differs from the stated one, as the applicant sees it."""

    component: str
    component_name: str
    fact: str
    question: str
    stated: str
    value: str
    evidence: str
    by_text: str
    day: dt.date
    answer_by: dt.date
    answer: CorrectionAnswer | None


def corrected(held: dict[tuple[str, str], ConfirmedFact]) -> int:
    """How many of the department's own answers the reviewer changed."""
    return sum(fact not in OFFICE_FACTS and row.value != (row.stated or "unknown") for (_, fact), row in held.items())


def corrections(submission: Submission, document: dict | None = None) -> list[Correction]:
    """Every corrected fact of the current version, in the proposal's order, with the applicant's latest answer."""
    if not submission.current_version:
        return []
    document = document_of(submission) if document is None else document
    names = {c["id"]: c["name"] for c in document["components"]}
    held = confirmed_facts(submission, document)
    if not corrected(held):
        return []
    answers = {(a.component, a.fact): a for a in submission.correction_answers.order_by("pk")}
    rows = []
    for (component, fact), row in held.items():
        if fact not in OFFICE_FACTS and row.value != (row.stated or "unknown"):
            what = (component, names.get(component, ""), fact, question(fact), row.stated, row.value, row.evidence)
            answer = answers.get((component, fact))
            rows.append(Correction(*what, row.by_text, row.day, answer_by(row.day), answer))
    return rows


# --- papers and overlaps -----------------------------------------------------------------------------------------


@remembered
def waivers(submission: Submission) -> list[OpinionWaiver]:
    """The papers of the current version that are waived with a reason."""
    return list(submission.waivers.filter(version=submission.current_version))


@remembered
def attachments(submission: Submission) -> list[Attachment]:
    """What is attached and not removed, with its bytes' row."""
    return list(submission.attachments.filter(removed=False).select_related("file"))


def name_of(key: str, actor: Actor) -> str | None:
    """`P06 …` of a record by its audit key (project:P06, plan-task:T2-31, submission:12); None where there is none."""
    kind, code = parse(key)
    if kind == "project":
        row = Project.objects.filter(code=code).first()
    elif kind == "plan-task":
        row = PlanTask.objects.filter(code=code).first()
    elif kind == "submission" and code.isdigit() and len(code) < 18:
        row = Submission.objects.visible_to(actor).filter(Q(pk=int(code))).first()
    else:
        row = None
    return str(row)[:120] if row else None
