"""The information office: accept, return, confirm facts and verdict, propose a conclusion, send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role
from governance.basics.text import clean_text
from governance.kernel import access, working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.signing import rounds
from priorities import proposal as proposals
from priorities.actions.side_lanes import check_filing, take_receipt
from priorities.actions.telling import record, tell_applicant, tell_seat, tell_unit, touch
from priorities.approval import opinions, seats
from priorities.case import guards
from priorities.labels import ANSWERS, OUTCOMES, VERBS
from priorities.models import Conclusion, ConfirmedFact, OverlapJudgement, ReturnedPoint, Submission
from priorities.rules.facts import COMPONENT_FACTS, FACTS, OFFICE_FACTS, SHARING_FACTS, Fact
from priorities.screening import conclusions, shares, sharing, verdicts
from priorities.submissions import workflow

DUE_DAYS = 10  # working days of a joint approval; 系统默认, no date blocks anything


@verb("priorities.submission.accept")
def accept(*, by: Actor, submission: Submission, version: int) -> Submission:
    """受理: from now on a withdrawal needs a reason. A district's filing that asks for city money is on record with its
    receipt from this moment, and goes through the gate of 8.1 as well (D50)."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="accept", version=version)
    if row.goes_both_ways and not row.receipt_number:
        check_filing(by=by, row=row)
        take_receipt(by=by, row=row)
    row.assignee_id = by.user_id
    row.save(update_fields=["assignee"])
    workflow.advance(by=by, submission=row, verb="accept", to=workflow.UNDER_REVIEW)
    _tell_department(row)
    kept = f"备案回执号 {row.receipt_number}；申请的市财政资金按 8.1 审核（D50）。" if row.receipt_number else ""
    tell_applicant(row, f"accepted:{row.pk}:{row.current_version}", f"{row.number}“{row.title}”已受理。{kept}")
    return row


@verb("priorities.submission.return")
def return_for_correction(
    *, by: Actor, submission: Submission, version: int, points: Iterable[tuple[str, str]]
) -> Submission:
    """退回补正: every lacking point at once, each naming its field; only those fields open again."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="return", version=version)
    kept = []
    for field, sentence in points:
        field = clean_text(field, limit=80, field="字段")
        sentence = clean_text(sentence, limit=500, field="补正意见")
        if not field or not sentence:
            raise Invalid("每一处都要写明字段和要补正什么。", fields={"points": ["写明字段和要补正什么"]})
        if not _is_a_field(field):
            raise Invalid(f"申报书里没有“{field}”这个字段。", fields={"points": [f"没有字段 {field}"]})
        kept.append((field, sentence))
    if not kept:
        raise Invalid("退回补正要一次写全要补正的地方。", fields={"points": ["至少写一处"]})
    ReturnedPoint.objects.bulk_create(
        ReturnedPoint(submission=row, version=row.current_version, field=f, sentence=s, by_text=by.text)
        for f, s in kept
    )
    for round_ in opinions.opinion_rounds(row, open_only=True):
        rounds.close(round_=round_)
    text = "；".join(s for _, s in kept)
    workflow.advance(by=by, submission=row, verb="return", to=workflow.RETURNED, reason=text)
    tell_applicant(
        row,
        f"returned:{row.pk}:{row.current_version}:{row.version}",
        f"{row.number}“{row.title}”退回补正，共 {len(kept)} 处：{text}",
    )
    return row


@verb("priorities.submission.confirm_facts")
def confirm_facts(
    *, by: Actor, submission: Submission, version: int, facts: Iterable[dict] = (), nothing_to_object: bool = False
) -> Submission:
    """Confirm or correct facts, many at once: {"fact", "value", "evidence", "component"}.

    `nothing_to_object` (均无异议) answers the office facts with 否 where they are not answered yet. A value that
    differs from the stated one is a correction and is told to the applicant.
    """
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="confirm_facts", version=version)
    given = [clean_fact(row, item, i) for i, item in enumerate(facts)]
    _require_the_office(row, {fact for _, fact, _, _ in given})
    if nothing_to_object:
        named = {(c, f) for c, f, _, _ in given} | set(verdicts.confirmed_facts(row))
        given += [("", str(f), "no", "均无异议") for f in Fact if f in OFFICE_FACTS and ("", str(f)) not in named]
    if not given:
        if nothing_to_object:
            return row
        raise Invalid("没有要核定的事实。", fields={"facts": ["至少核定一个事实"]})
    put_facts(by, row, given)
    return row


@verb("priorities.submission.record_overlap")
def record_overlap(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    other: str,
    degree: str,
    treatment: str = "",
    score: float | None = None,
) -> Submission:
    """重复程度 无 / 部分 / 严重 against one record (project:P06, plan-task:T2-31, submission:12) and what follows:
    不重复, 核减, 合并, 拒. Only 严重 makes 8.3.3(2) hold (D23); `score` is what the radar said, kept beside it."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="record_overlap", version=version)
    degrees, treatments = dict(OverlapJudgement.DEGREES), dict(OverlapJudgement.TREATMENTS)
    if degree not in degrees:
        raise Invalid("重复程度只有无、部分、严重。", fields={"degree": ["请选择无、部分或严重"]})
    fitting = OverlapJudgement.FITTING[degree]
    treatment = treatment or fitting[0]
    if treatment not in fitting:
        words = "、".join(treatments[t] for t in fitting if t)
        raise Invalid(
            f"重复程度是“{degrees[degree]}”时，处理只能是：{words}。", fields={"treatment": [f"请选择{words}"]}
        )
    name = verdicts.name_of(other, by)
    if name is None or other == row.audit_key:
        raise Invalid("请选择与哪个项目、任务或申报比较。", fields={"other": ["没有这条记录"]})
    OverlapJudgement.objects.update_or_create(
        submission=row,
        other=other,
        defaults={"degree": degree, "treatment": treatment, "score": score, "by_text": by.text, "day": clock.today()},
    )
    severe = row.overlap_judgements.filter(degree="severe").exists()
    evidence = f"与{name}：{degrees[degree]}" + (
        f"，{treatments[treatment]}" if treatment and treatment != "keep" else ""
    )
    put_facts(by, row, [("", str(Fact.SEVERELY_DUPLICATES), "yes" if severe else "no", evidence)])
    record(by, row, "record_overlap", f"重复程度认定：{evidence}", now=f"{degree} {treatment}".strip())
    return row


@verb("priorities.submission.confirm_verdict")
def confirm_verdict(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    decisions: dict[str, bool] | None = None,
    departure: dict | None = None,
) -> Submission:
    """确认判定: freezes a confirmed screening of the current version and facts.

    Every clause that is `partly` needs a decision; a departure names outcome, clause and reason. An undetermined
    outcome cannot be confirmed without a departure, except where 8.3 only advises (the plan's own 27, D20).
    """
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="confirm_verdict", version=version)
    decisions = {str(k): bool(v) for k, v in (decisions or {}).items()}
    result = verdicts.verdict(row, decisions=decisions)
    partly = verdicts.verdict(row)["needs_decision"]
    if foreign := [c for c in decisions if c not in partly]:
        raise Invalid(
            f"{'、'.join(foreign)} 不是部分成立的条款，不用决定。", fields={"decisions": ["只对部分成立的条款作决定"]}
        )
    if open_ := [c for c in partly if c not in decisions]:
        sentence = f"{'、'.join(open_)} 部分成立，要由审核人决定成立还是不成立。"
        raise Refused(sentence, blockers=[(f"{c} 部分成立，等待决定", guards.reviewer(clock.today())) for c in open_])
    departed = _departure(departure)
    if result["outcome"] == "undetermined" and not departed and not conclusions.is_advisory(row):
        lacking = [FACTS[f].question for f in result["missing_facts"]]
        raise Refused(
            f"判定还是待定：{'；'.join(lacking)}。请先核定这些事实，或写明条款和理由另作判定。",
            blockers=[
                (f"还不明：{q}", f"{guards.reviewer(clock.today())}，或{guards.applicant(row, clock.today())}")
                for q in lacking
            ],
        )
    verdicts.freeze(by=by, submission=row, result=result, decisions=decisions, confirmed=True, **departed)
    touch(row)
    more = f"，另作判定为{OUTCOMES[departed['override']]}：{departed['override_reason']}" if departed else ""
    record(by, row, "confirm_verdict", f"确认判定：{OUTCOMES[result['outcome']]}{more}", now=result["outcome"])
    return row


@verb("priorities.submission.propose_conclusion")
def propose_conclusion(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    kind: str,
    reason: str = "",
    clause: str = "",
    lacking: str = "",
    re_review_on: dt.date | None = None,
    amounts: list[dict] | None = None,
    payers: dict[str, object] | None = None,
) -> Submission:
    """拟定结论: where the case goes, its conditions and the 审定 amounts (≤ requested, each cut with its ground).

    `payers`: by source, what a payer of whom the proposal asks nothing pays of a share that the plan leaves open
    (D11, D12); no case goes to the joint approval with one blank.
    """
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="propose_conclusion", version=version)
    if kind not in dict(Conclusion.KINDS):
        raise Invalid("结论只有候选、储备库、缓建和市财政不支持。", fields={"kind": ["请选择结论"]})
    lacking = clean_text(lacking, limit=1000, field="缺失条件")
    if kind == "deferred":
        if not lacking:
            raise Invalid("缓建要写明缺失条件（D26）。", fields={"lacking": ["写明缺什么条件"]})
        re_review_on = conclusions.re_review_day(re_review_on, clock.today())
    confirmed, filed = verdicts.confirmed(row), verdicts.current_version(row)
    document = filed.proposal
    settled = (
        conclusions.suggested(document, confirmed, kind)
        if amounts is None
        else conclusions.settle(document, amounts, kind)
    )
    row.conclusions.filter(in_force=True).update(in_force=False)
    conclusion = Conclusion(
        submission=row,
        version=filed,
        kind=kind,
        reason=clean_text(reason, limit=1000, field="理由"),
        clause=clean_text(clause, limit=20, field="条款"),
        lacking=lacking if kind == "deferred" else "",
        re_review_on=re_review_on if kind == "deferred" else None,
        amounts=settled,
        payers=shares.settle(row, document, settled, payers or {}),
        by_text=by.text,
        is_demo=row.is_demo,
    )
    if unmet := conclusions.unmet(row, conclusion, confirmed):
        raise Refused(
            "；".join(unmet) + "。",
            blockers=[(u, guards.reviewer(clock.today())) for u in unmet],
            fields={"kind": unmet},
        )
    conclusion.save()
    touch(row)
    record(by, row, "propose_conclusion", f"拟定结论：{conclusion.get_kind_display()}", now=settled)
    return row


@verb("priorities.submission.send")
def send(*, by: Actor, submission: Submission, version: int) -> Submission:
    """送会签: opens the round of four signatures on three seats (8.1, 9.2.7), with the independent one where a seat's
    body has an interest in the case (D44)."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="send", version=version)
    day = clock.today()
    opened = rounds.open_round(
        kind="joint_approval",
        about=row.audit_key,
        about_version=str(row.current_version),
        is_demo=row.is_demo,
        title=f"联合会签：{row.number} {row.title}"[:200],
        address=reverse("priorities:approval", args=[row.reference]),
        seats=seats.joint_approval(row, day),
        due_day=working_days.add(day, DUE_DAYS),
    )
    workflow.advance(by=by, submission=row, verb="send", to=workflow.JOINT_APPROVAL)
    for seat in opened.seats.all():
        tell_seat(row, seat, "seat", f"请会签 {row.number}“{row.title}”，{opened.due_day} 前。")
    return row


def _tell_department(row: Submission) -> None:
    """A case that names shared data is announced to whoever answers what 8.3 asks about it."""
    who = sharing.answerer(row, clock.today())
    if who.is_department and sharing.lines(row):
        key, sentence = f"sharing-asked:{row.pk}:{row.current_version}", f"请回答 {row.number}“{row.title}”的共享事实。"
        unit, address = who.keeper.hat.organisation.survivor_id, reverse("priorities:sharing", args=[row.reference])
        tell_unit(row, unit, [Role.RESOURCE_DEPARTMENT], key, sentence, address=address)


def _require_the_office(row: Submission, facts: set[str]) -> None:
    """What 8.3 asks about sharing is the resource department's to answer, where somebody is appointed there."""
    theirs, who = sorted(facts & set(map(str, SHARING_FACTS))), sharing.answerer(row, clock.today())
    if theirs and who.is_department:
        asked = "；".join(FACTS[f].question for f in theirs)
        raise Refused(
            f"{asked}由{who.words}回答（9.1.2.2），信息办不代为核定。", blockers=[(f"等待回答：{asked}", who.words)]
        )


def clean_fact(row: Submission, item: dict, i: int) -> tuple[str, str, str, str]:
    """`(component, fact, value, evidence)` of one answer as it was given. Raises Invalid."""
    fact, value = str(item.get("fact", "")), str(item.get("value", ""))
    component = str(item.get("component", "") or "")
    path = f"facts.{i}"
    if fact not in {str(f) for f in Fact}:
        raise Invalid(f"没有这个事实：{fact[:60]}。", fields={path: ["没有这个事实。"]})
    if value not in ANSWERS:
        raise Invalid("只能核定为是、否或不明。", fields={path: ["请选择是、否或不明"]})
    document = verdicts.current_version(row).proposal
    if component and (fact not in COMPONENT_FACTS or component not in {c["id"] for c in document["components"]}):
        raise Invalid("这个事实不按这个组成部分回答。", fields={path: ["没有这个组成部分，或事实不按组成部分回答"]})
    if fact == Fact.SEVERELY_DUPLICATES and value == "no" and row.overlap_judgements.filter(degree="severe").exists():
        sentence = "已认定与别的项目严重重复，不能同时核定为不重复；请先改重复程度的认定（D23）。"
        raise Invalid(sentence, fields={path: ["与重复程度的认定矛盾"]})
    evidence = clean_text(item.get("evidence"), limit=1000, field="依据")
    stated, _ = verdicts.stated(document, component, fact)
    if stated not in ("", value) and not evidence:
        raise Invalid(f"改动申报单位的回答要写明依据：{FACTS[fact].question}", fields={path: ["改动要写明依据"]})
    return component, fact, value, evidence


@step
def put_facts(
    by: Actor, row: Submission, given: list[tuple[str, str, str, str]], *, verb: str = "confirm_facts"
) -> None:
    """Keep answers of a locked case, write the trail under the verb and tell the applicant what differs."""
    document, day = verdicts.current_version(row).proposal, clock.today()
    changed = []
    for component, fact, value, evidence in given:
        stated, stated_evidence = verdicts.stated(document, component, fact)
        values = {"value": value, "evidence": evidence, "stated": stated, "stated_evidence": stated_evidence}
        values |= {"by_text": by.text, "user_id": by.user_id, "day": day, "recorded_at": clock.now()}
        ConfirmedFact.objects.update_or_create(submission=row, component=component, fact=fact, defaults=values)
        if fact not in OFFICE_FACTS and value != (stated or "unknown"):
            changed.append((component, fact))
    verdicts.keep_mask(submission=row)
    touch(row)
    record(
        by,
        row,
        verb,
        f"{VERBS[verb]} {len(given)} 个，其中改动申报单位回答 {len(changed)} 个",
        now=[{"component": c, "fact": f, "value": v, "evidence": e} for c, f, v, e in given],
    )
    if changed:
        questions = "；".join(FACTS[f].question for _, f in changed)
        tell_applicant(
            row,
            f"corrected:{row.pk}:{row.version}",
            f"{row.number} 有 {len(changed)} 个事实与贵单位的回答不同：{questions}；"
            f"{verdicts.answer_by(day)} 前可以附证据答复。",
        )


def _departure(departure: dict | None) -> dict:
    if not departure:
        return {}
    outcome = str(departure.get("outcome", ""))
    clause = clean_text(departure.get("clause"), limit=20, field="条款")
    reason = clean_text(departure.get("reason"), limit=1000, field="理由")
    fields = {}
    if outcome not in OUTCOMES or outcome == "undetermined":
        fields["departure"] = ["请选择另作的判定"]
    if not clause:
        fields["clause"] = ["请写明依据的条款"]
    if not reason:
        fields["reason"] = ["请写明理由"]
    if fields:
        raise Invalid("另作判定要写明结果、条款和理由（D16）。", fields=fields)
    return {"override": outcome, "override_clause": clause, "override_reason": reason}


def _is_a_field(field: str) -> bool:
    head = field.partition(".")[0]
    return head in proposals.empty() or head in ("money", "attachments")
