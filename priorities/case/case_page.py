"""What the pages show of one case: the live verdict of the form, the desk's clauses with their facts, the state of a
joint approval. Readers in frozen shapes; nothing is written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Prefetch, prefetch_related_objects

from governance.basics import clock
from governance.kernel.access import Actor
from governance.models import Answer, Round, Seat
from governance.signing import rounds, signers
from priorities import proposal as proposals
from priorities.approval import contacts, opinions, seats
from priorities.case import payer, settling
from priorities.case.next_to_act import Next
from priorities.labels import ANSWERS, EVERY_OPINION, ON_ASKING, OPINION_ANSWERS, OUTCOMES, RESULTS
from priorities.models import OpinionWaiver, Participant, Submission
from priorities.rule_sets import repository
from priorities.rules.criteria import heading_of, under
from priorities.rules.facts import FACTS, OFFICE_FACTS, SHARING_FACTS, on_screen
from priorities.rules.plan_2006 import CLAUSES, HEADINGS, POSTPONED, PRIORITISED, UNFUNDED, criterion
from priorities.screening import conclusions, decided, explained, shares, sharing, turns, verdicts
from priorities.screening.decided import NOTHING as NOTHING_DECIDED
from priorities.screening.decided import Decided
from priorities.submissions import advised, filing_form, returned

UNIFIED_DEPLOYMENT = (
    ("shared_network", "使用统一网络平台"),
    ("exchange", "数据纳入共享与交换平台"),
    ("ca", "使用统一的安全认证"),
    ("security", "同步安全建设"),
)
OUTCOME_OF = {h.key: h.outcome for h in HEADINGS}


def live(row: Submission, document: dict, actor: Actor) -> dict:
    """The form's verdict for what is typed now: 若信息办核定无异议 (office facts taken as no, under that label)."""
    facts, components = proposals.for_rules(document)
    assumed = {f: "no" for f in map(str, OFFICE_FACTS)}
    result = turns.foreseen(document, clock.today())
    shown = _shown(result, document)
    return shown | {
        "on_filing": turns.on_filing(row, document, result, clock.today()),
        "settled": explained.settled(facts | assumed, components, clock.today(), {}),
        "assumed": [(FACTS[f].question, on_screen(f, "no")) for f in OFFICE_FACTS],
        "advice": repository.advice(facts | assumed, components, clock.today()),
        "contradictions": repository.contradictions(facts),
        "payer": payer.panel(row, document, result),
        "city_wan": proposals.total_wan(document, source="city"),
    }


def _shown(result: dict, document: dict, money: Decided = NOTHING_DECIDED) -> dict:
    """What both the form and the desk say of a verdict, with what is cut: by the conclusion `money`, else by it."""
    trace = {step["clause"]: step for step in result["trace"]}
    groups = []
    for heading in reversed(HEADINGS):
        title = OUTCOMES[heading.outcome] + (f"（{heading.note}）" if heading.note else "")
        steps = [_step(trace[c]) for c in under(heading.key, trace)]
        groups.append({"heading": heading.key, "title": title, "steps": steps, "counts": _counts(steps)})
    every = [s for g in groups for s in g["steps"]]
    alone = set(result.get("settle_alone", []))
    missing = [{"fact": f, "question": FACTS[f].question, "alone": f in alone} for f in result["missing_facts"]]
    return {
        "outcome": result["outcome"],
        "rule_set": result["rule_set"],
        "cause": cause(result),
        "groups": groups,
        "counts": _counts(every),
        "deciding": [s for s in every if s["open"] and OUTCOME_OF[heading_of(s["clause"])] == result["outcome"]],
        "missing": missing,
        "first_missing": [m for m in missing if m["alone"]] or missing[:3],
        "decided": money,
    } | parts(document, result, money)


def _step(step: dict) -> dict:
    return step | {"open": step["result"] in ("met", "partly"), "word": RESULTS[step["result"]]}


def _counts(steps: list[dict]) -> str:
    """成立 4 · 部分成立 1 · 待补 1 · 不成立 11."""
    counts = {key: sum(1 for s in steps if s["result"] == key) for key in ("met", "partly", "undetermined", "unmet")}
    return " · ".join(f"{RESULTS[key]} {n}" for key, n in counts.items() if n)


def cause(result: dict) -> str:
    """One sentence: which clauses make the outcome; what they cut is told beside it."""
    outcome, met = result["outcome"], result["met"]
    by_heading = {h.key: "、".join(under(h.key, met)) for h in HEADINGS}
    if outcome == "no_city_funding":
        return f"{by_heading[UNFUNDED]} 成立：市财政不支持，自筹可按统一发展部署建设（D18）。"
    if outcome == "defer":
        return f"{by_heading[POSTPONED]} 成立：缓建不是否决，补齐条件后复审。"
    if outcome == "priority":
        return f"{by_heading[PRIORITISED]} 成立。"
    if outcome == "ordinary":
        return f"{len(CLAUSES)} 条都不成立：进入储备库，不直接进入年度计划（D19）。"
    return f"还有 {len(result['missing_facts'])} 个事实不明，答案会改变结论。"


def parts(document: dict, result: dict, money: Decided = NOTHING_DECIDED) -> dict:
    """The components with what is cut and by which clause, and the cut of all: as the conclusion settled it, before one
    is proposed the city money that 8.3.3 hits (D18)."""
    hits: dict[str, list[str]] = {}
    for step in result["trace"]:
        if step["result"] == "met" and heading_of(step["clause"]) == UNFUNDED:
            for name in step["components"]:
                hits.setdefault(name, []).append(step["clause"])
    if money.parts and money.total.decided_wan is not None:
        cuts, clauses = {}, {}
        for part in money.cuts:
            cuts[part.component] = money.of_component(part.component).cut_wan
            clauses.setdefault(part.component, {})[part.clause] = part.reason
    else:
        cuts = {c["id"]: c["wan"] for c in payer.cuts_of(document, result)}
        cuts = {} if result["outcome"] == conclusions.NO_CITY else cuts
        clauses = {}
    rows = [
        p
        | {
            "cut": p["id"] in cuts,
            "cut_wan": cuts.get(p["id"]),
            "kept_wan": p["wan"] - cuts.get(p["id"], Decimal(0)),
            "clauses": list(clauses.get(p["id"], ())) or hits.get(p["name"], []),
        }
        for p in filing_form.component_rows(document)
    ]
    return {"components": rows, "cut_wan": sum(cuts.values(), Decimal(0)) or None}


NOTHING = {name: [] for name in ("view", "components", "groups", "attachments", "opinions")}
NOTHING |= {"outcome": "", "verdict_confirmed": None, "conclusion": None}


def essence(row: Submission) -> dict:
    """What signers and those who give an opinion read of a case: the proposal, its verdict, what is proposed."""
    if row.is_secret:
        return NOTHING
    document = verdicts.document_of(row) or proposals.empty()
    frozen = verdicts.confirmed(row)
    result = verdicts.verdict(row, decisions=frozen.decisions if frozen else None)
    return _shown(result, document, decided.of(row)) | {
        "view": filing_form.readable(document),
        "payer": payer.panel(row, document, result, concluded := conclusions.in_force(row)),
        "conclusion": concluded,
        "shares_words": shares.words(concluded) if concluded else "",
        "attachments": lambda: verdicts.attachments(row),  # only the opinion's page shows them
        "opinion_kinds": OPINION_ANSWERS.items(),
    }


def build(row: Submission, day: dt.date) -> dict:
    """Everything that the desk shows of a case."""
    if row.is_secret:
        return NOTHING
    document = verdicts.document_of(row) or proposals.empty()
    frozen = verdicts.confirmed(row)
    decisions = frozen.decisions if frozen else {}
    undecided = verdicts.verdict(row)
    result = verdicts.verdict(row, decisions=decisions) if decisions else undecided
    facts, components = proposals.for_rules(document)
    stated = verdicts.assess_stated(facts, components, day)
    confirmed = verdicts.confirmed_facts(row, document)
    conclusion = conclusions.in_force(row)
    shown = _shown(result, document, decided.of(row))
    judged, components_judged = verdicts.facts_of(row, document)
    after_advice = {(c.component, c.fact): c for c in advised.changed(row, document)}
    reasons = explained.why(judged, components_judged, day)
    _with_facts(shown["groups"], reasons, document, confirmed, after_advice)
    _with_sharing(shown["groups"], row, day)
    suggested = settling.suggested_kind(result["outcome"], row)
    amounts = conclusion.amounts if conclusion else conclusions.suggested(document, frozen, suggested)
    return shown | {
        "document": document,
        "view": filing_form.readable(document),
        "stated_outcome": stated["outcome"],
        "corrected": verdicts.corrected(confirmed),
        "kept_wan": (row.total_wan or Decimal(0)) - (shown["cut_wan"] or 0),
        "payer": payer.panel(row, document, result, conclusion),
        "precedence": repository.precedence_words(day),
        "needs_decision": undecided["needs_decision"],
        "decisions": decisions,
        "advised": list(after_advice.values()),
        "advice": repository.advice(judged, components_judged, day, decisions),
        "settled": explained.settled(judged, components_judged, day, decisions),
        "verdict_confirmed": frozen,
        "conclusion": conclusion,
        "suggested": conclusion.kind if conclusion else suggested,
        "amounts": [_amount(a, document) for a in amounts],
        "shares": _shares(row, document, amounts, conclusion),
        "office_open": len(settling.open_office_facts(row)),
        "opinions": _opinions(row, day),
        "experts": lambda: opinions.candidates(row, day),  # asked for where the list is open
        "expert_groups": opinions.groups(),
        "to_waive": _to_waive(row),
        "attachments": verdicts.attachments(row),
        "outcomes": [(k, v) for k, v in OUTCOMES.items() if k != "undetermined"],
        "fields": returned.askable(),
        "re_review_default": (day + dt.timedelta(days=settling.RE_REVIEW_DAYS)).isoformat(),
        "sharing": sharing_panel(row, day),
        "step": settling.step_of(row, result, day) if row.state == "under_review" else None,
        "deployment": UNIFIED_DEPLOYMENT,
    }


def _with_facts(groups: list[dict], reasons: dict, document: dict, confirmed: dict, after_advice: dict) -> None:
    """Put the plan's line, the reason and the facts to each clause of the desk's verdict."""
    seen: set[tuple[str, str]] = set()
    for step in (step for group in groups for step in group["steps"]):
        reason = reasons[step["clause"]]
        step["line"], step["why"] = explained.lines().get(step["clause"]), reason.sentence
        step["facts"] = _facts(step["clause"], document, confirmed, reason.decisive)
        for fact in step["facts"]:
            key = fact["component"], fact["fact"]
            fact["first"] = key not in seen  # under more clauses than one, it counts once
            fact["advised"] = after_advice.get(key)
            seen.add(key)


def _with_sharing(groups: list[dict], row: Submission, day: dt.date) -> None:
    """Put to each fact what the catalogue says, and whether it is the resource department's to answer."""
    says, is_department = sharing.of_case(row), sharing.answerer(row, day).is_department
    disputed = {(q.component, q.fact) for q in sharing.disputes(row)}
    for fact in (f for group in groups for step in group["steps"] for f in step["facts"]):
        fact["proposed"] = says.get(fact["fact"])
        fact["theirs"] = is_department and fact["fact"] in SHARING_FACTS
        fact["disputed"] = (fact["component"], fact["fact"]) in disputed


def sharing_panel(row: Submission, day: dt.date) -> dict:
    """What a case takes and gives, the facts that follow, who answers them."""
    return {
        "lines": sharing.lines(row),
        "questions": sharing.questions(row),
        "disputes": sharing.disputes(row),
        "answerer": sharing.answerer(row, day),
    }


def _facts(clause: str, document: dict, confirmed: dict, decisive: frozenset[tuple[str, str]]) -> list[dict]:
    """A clause's facts, of the whole and of the parts that state one: stated, reviewed, evidence, who and when; whether
    this answer alone decides the result."""
    rows = []
    for fact in criterion(clause).facts:
        info = FACTS[fact]
        places = [("", "")]
        if info.is_component_fact and document["components"]:
            places = [
                (c["id"], c["name"])
                for c in document["components"]
                if str(fact) in c["facts"] or c["kind"] in info.kinds
            ] or places
        for component, name in places:
            stated, evidence = verdicts.stated(document, component, str(fact))
            if component and not stated:
                stated, evidence = verdicts.stated(document, "", str(fact))
            kept = confirmed.get((component, str(fact)))
            value = kept.value if kept else stated or "unknown"
            rows.append(
                {
                    "fact": str(fact),
                    "component": component,
                    "component_name": name,
                    "question": info.question,
                    "stated": "" if fact in OFFICE_FACTS else stated or "unknown",
                    "stated_evidence": evidence,
                    "value": value,
                    "evidence": kept.evidence if kept else "",
                    "confirmed": kept is not None,
                    "corrected": kept is not None and fact not in OFFICE_FACTS and value != (stated or "unknown"),
                    "decisive": any(
                        f == fact and (not component or n in (name, f"{name}（{component}）")) for n, f in decisive
                    ),
                    "by_text": kept.by_text if kept else "",
                    "day": kept.day if kept else None,
                    "office": fact in OFFICE_FACTS,
                    "shown": on_screen(fact, value),
                    "options": [(on_screen(fact, a), word) for a, word in ANSWERS.items()],
                }
            )
    return rows


def _amount(row: dict, document: dict) -> dict:
    names = {c["id"]: c["name"] for c in document["components"]}
    return row | {
        "component_name": names.get(row["component"], row["component"]),
        "source_label": proposals.SOURCE_LABELS[row["source"]],
        "requested_wan": Decimal(row["requested_wan"]),
        "cut": Decimal(row["approved_wan"]) < Decimal(row["requested_wan"]),
    }


def _shares(row: Submission, document: dict, amounts: list[dict], conclusion) -> list[dict]:
    """The shares that the plan leaves open and the proposal asks of nobody: to be typed with the conclusion."""
    kept = shares.typed(conclusion) if conclusion else {}
    asked = {a["source"] for a in amounts}
    return [
        {
            "source": source,
            "label": proposals.SOURCE_LABELS[source],
            "code": share["code"],
            "value": kept.get(source, ""),
        }
        for share in shares.settle(row, document, amounts, {})
        if not share["amounts"]
        for source in share["sources"]
        if source not in asked
    ]


def _opinions(row: Submission, day: dt.date) -> list[dict]:
    """The opinions of the network centre, the experts and, where they were asked, the departments of 9.1.2: asked, due,
    given; who acts for whom; whom to call."""
    rows, waived = [], {w.what: w for w in verdicts.waivers(row)}
    for what, label in EVERY_OPINION.items():
        organisation, acting, phone = seats.opinion(what, day)
        asked, waiver = opinions.asked(row, what, day), waived.get(what)
        status = (
            f"已免：{waiver.reason}（{waiver.by_text}）"
            if waiver
            else ""
            if asked
            else "需要时征求"
            if what in ON_ASKING
            else "未征求"
        )
        rows.append(
            {
                "what": what,
                "label": label.removesuffix("意见"),
                "status": status,
                "acting": acting,
                "phone": phone,
                "asked": asked,
                "many": what == "expert",
                "may_ask": not waiver and (what == "expert" or not asked),
            }
        )
    return rows


def _to_waive(row: Submission) -> list[tuple[str, str, list[str]]]:
    """`(paper, its name, reasons that may be picked)` of what may still be waived; an opinion on asking while it is
    waited for."""
    waited = {
        s.round.kind.removeprefix("opinion_") for s in opinions.opinion_seats(row) if s.round.state == rounds.OPEN
    }
    waived = {w.what for w in verdicts.waivers(row)} | {what for what in ON_ASKING if what not in waited}
    return [(w, label, settling.reasons_for(row, [w])) for w, label in OpinionWaiver.WHAT if w not in waived]


def approvals(rows: list[Submission], actor: Actor, day: dt.date) -> list[dict]:
    """The joint approvals of several cases, in as many questions as one takes."""
    by_key: dict[str, list[Round]] = {}
    found = Round.objects.filter(about__in=[r.audit_key for r in rows], kind="joint_approval").order_by("pk")
    seats_of = Seat.objects.annotate(mine=signers.fills(actor)).select_related("organisation")
    for round_ in found.prefetch_related(Prefetch("seats", seats_of), "seats__answers"):
        by_key.setdefault(round_.about, []).append(round_)
    prefetch_related_objects(rows, Prefetch("participants", Participant.objects.select_related("organisation")))
    return [_approval(row, by_key.get(row.audit_key, []), day) for row in rows]


def approval(row: Submission, actor: Actor, day: dt.date) -> dict:
    """The joint approval of a case: every seat with its answer, age and conflict; mine; who is waited for."""
    return approvals([row], actor, day)[0]


def _approval(row: Submission, every: list[Round], day: dt.date) -> dict:
    current = every[-1] if every else None
    shown, waiting = [], []
    seats_of_it = list(current.seats.all()) if current else []
    mine = [s for s in seats_of_it if s.mine]
    for seat in seats_of_it:
        standing = seat.standing
        days = ((standing.day if standing else current.closed_day or day) - current.day).days
        shown.append(
            {
                "key": seat.key,
                "pk": seat.pk,
                "organisation": seat.organisation.name,
                "unit": seat.organisation,
                "label": seat.label,
                "answer": standing,
                "conflict": seat.conflict,
                "acting_for": seat.acting_for,
                "mine": seat.mine,
                "days": days,
                "answered": standing is not None,
                "reminded_on": seat.reminded_on,
                "phone": contacts.phone_of(seat.organisation, day),
            }
        )
        if standing is None and seat.required and current.state == rounds.OPEN:
            waiting.append(f"{seat.organisation.name}（{days} 天{'，就是您' if seat.mine else ''}）")
    due = current.due_day if current else None
    return {
        "submission": row,
        "round": current,
        "rounds": every,
        "open": current is not None and current.state == rounds.OPEN,
        "seats": shown,
        "signed": sum(1 for s in shown if s["answered"]),
        "waiting": waiting,
        "waits": [
            Next(contacts.unit(s.organisation, day), "会签", (day - current.day).days)
            for s in seats_of_it
            if s.required and s.standing is None and current.state == rounds.OPEN
        ],
        "waiting_text": "、".join(waiting),
        "my_seat": next((s for s in mine if not s.standing), None),
        "my_answer": next((s.standing for s in mine if s.standing), None),
        "my_conflict": mine[-1].conflict if mine else "",
        "due_days": (due - current.day).days if due else 10,
        "due_text": f"{due:%Y-%m-%d}" if due else "10 个工作日",
        "co_leads": [p.organisation.name for p in row.participants.all() if p.organisation_id != row.organisation_id],
        "answers": [_with_round(a, r) for r in reversed(every) for s in r.seats.all() for a in s.answers.all()],
    }


def _with_round(answer: Answer, round_: Round) -> Answer:
    answer.round_number = round_.number
    return answer


def answered_by(actor: Actor, most: int = 30) -> list[dict]:
    """What the actor answered himself, newest first."""
    rows = Answer.objects.filter(user_id=actor.user_id).select_related("seat__round").order_by("-pk")[:most]
    return [
        {"day": a.day, "title": a.seat.round.title, "address": a.seat.round.address}
        | {"seat": a.seat.label, "kind": a.get_kind_display()}
        for a in rows
    ]
