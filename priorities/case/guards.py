"""The conditions of every verb on a case, for the verbs, which refuse by them, and for the pages, which show them
beforehand (`blockers`), each with who can lift it and his phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from governance.basics import clock
from governance.basics.memo import remembered
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.basics.roles import Permission, Role, holders
from governance.kernel import access
from governance.kernel.access import Actor
from governance.models import Round
from governance.signing import signers
from priorities import proposal as proposals
from priorities.approval import contacts, opinions, seats
from priorities.labels import ON_ASKING, OPINIONS, PAPERS, VERBS
from priorities.models import Submission
from priorities.screening import conclusions, shares, sharing, verdicts
from priorities.submissions import advised, filing_windows, merging, workflow

Blocker = tuple[str, str]  # the unmet condition, who can lift it
FOR_A_PROJECT = ("planned", "continuation", "change")
NO_ROUND = ("self_funded",)


def enter(*, by: Actor, submission: Submission, verb: str, version: int | None) -> Submission:
    """The start of every verb after access.require: the locked row, in a right state, at the version that was read.

    Raises Refused (409, wrong state), Stale (409, with what is there now), then whatever `conditions` finds. `version`
    None skips the check, for verbs that do not depend on what was read.
    """
    row = workflow.lock(submission.pk)
    workflow.require_state(row, verb)
    if version is not None and version != row.version:
        raise stale(row)
    require(by=by, submission=row, verb=verb)
    return row


def stale(row: Submission, merged: merging.Merged | None = None) -> Stale:
    """Somebody changed it meanwhile; `current` has the values that are there now, and of a merge what both changed."""
    current = {"version": row.version, "state": row.state, "title": row.title, "proposal": row.proposal}
    if merged is None:
        return Stale(
            f"{row.reference} 已被别人改过（现在是第 {row.version} 稿），您的改动没有保存；请对照现有内容再交。",
            current=current,
        )
    clashes = merging.as_clashes(merged.conflicts)
    sentence = f"有 {len(clashes)} 处您和别人都改过（现在是第 {row.version} 稿），没有保存；请逐处选定。"
    return Stale(sentence, current=current | {"conflict": clashes, "merged": merged.document})


def require(*, by: Actor, submission: Submission, verb: str) -> None:
    """Refuse with every unmet condition at once. A proposal's gaps are 422 with their fields."""
    found = conditions(submission, verb, by, clock.today())
    if not found:
        return
    sentences = "；".join(text.rstrip("。") for text, _ in found)
    sentence = f"还不能“{VERBS[verb]}”：{sentences}。"
    if verb == "submit" and (gaps := _gaps(submission)):
        raise Invalid(sentence, fields={g.field: [f"请{g.sentence}。"] for g in gaps}, blockers=found)
    raise Refused(sentence, blockers=found)


def conditions(submission: Submission, verb: str, actor: Actor, day: dt.date) -> list[Blocker]:
    """The unmet conditions of a verb whose state is right, each with who can lift it."""
    rule = CONDITIONS.get(verb)
    return rule(submission, actor, day) if rule else []


def blockers(submission: Submission, verb: str, actor: Actor, day: dt.date | None = None) -> list[Blocker]:
    """为什么不能: what the verb would refuse for if the actor called it now; empty where it would go through."""
    day = day or clock.today()
    permission = workflow.permission_of(verb)
    try:
        access.require(actor, permission, None if permission is Permission.SIGN else submission)
    except WrongRole as refusal:
        return [(refusal.sentence, contacts.holder(permission, day))]
    except NotVisible as refusal:
        return [(refusal.sentence, "、".join(holders(permission)))]
    sentence, others = workflow.state_blockers(submission, verb)
    if sentence:
        return [(sentence, "；".join(f"{who}{can}" for can, who in others))]
    return conditions(submission, verb, actor, day)


def verbs_for(submission: Submission, actor: Actor, day: dt.date | None = None) -> dict[str, list[Blocker]]:
    """`{verb: blockers}` of every verb in the state's row that the actor's role holds; [] means it would go through."""
    names = workflow.verbs_from(submission)
    return {v: blockers(submission, v, actor, day) for v in names if actor.scope(workflow.permission_of(v))}


def every(submission: Submission, actor: Actor, day: dt.date | None = None) -> list[tuple[str, list[Blocker]]]:
    """`(verb, blockers)` of every verb and act of the tables, in their order: the whole answer to 为什么不能."""
    names = dict.fromkeys(r.verb for r in (*workflow.TRANSITIONS, *workflow.ACTS))
    return [(verb, blockers(submission, verb, actor, day)) for verb in names]


def reviewer(day: dt.date) -> str:
    return contacts.role(Role.REVIEWER, day)


def applicant(submission: Submission, day: dt.date) -> str:
    return contacts.unit(submission.organisation, day)


# --- the applicant's verbs ---------------------------------------------------------------------------------------


def _not_secret(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if not submission.is_secret:
        return []
    return [("涉密项目不在本系统填报、上传和申报，请走纸质渠道", reviewer(day))]


def _lead_alone(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if actor.organisation_id == submission.organisation.survivor_id:
        return []
    return [("这一步由牵头申报单位办理，联合申报单位只能修改和确认", applicant(submission, day))]


def _gaps(submission: Submission) -> list[proposals.Gap]:
    return [] if submission.is_secret else [*proposals.gaps(submission.proposal), *advised.gaps(submission)]


def _submit(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    mine, office = applicant(submission, day), reviewer(day)
    found = _not_secret(submission, actor, day)
    if found:
        return found
    found += _lead_alone(submission, actor, day)
    found += [(g.sentence, mine) for g in _gaps(submission)]
    if submission.kind in FOR_A_PROJECT and submission.project_id is None:
        found.append((f"{submission.get_kind_display()}要写明对应的项目", mine))
    if submission.kind == "self_funded" and proposals.total_wan(submission.proposal, source="city"):
        found.append(("自筹申报不能有市财政资金；要申请市财政资金请另报新建（8.1(5)，D18）", mine))
    if closed := filing_windows.closed(submission.plan_year, submission.organisation, submission.kind, day):
        found.append((closed, office))
    found += [(sentence, mine) for sentence in sharing.unknown_codes(submission.proposal)]
    for part in submission.participants.filter(confirmed_day=None).select_related("organisation"):
        found.append((f"联合申报单位{part.organisation}还没有确认", contacts.unit(part.organisation, day)))
    return found


def _lead_edit(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    return _not_secret(submission, actor, day) + _lead_alone(submission, actor, day)


def _confirm_participation(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    part = seats.participant_of(submission, actor)
    if part is None:
        return [("只有联合申报单位需要确认", applicant(submission, day))]
    if part.confirmed_day:
        return [(f"{part.organisation}已于 {part.confirmed_day} 确认", "")]
    return []


# --- the office's verbs ------------------------------------------------------------------------------------------


def _not_own_case(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if actor.user_id != submission.author_id and actor.organisation_id not in submission.belongs_to():
        return []
    return [("申报单位不能核定自己的申报；请由信息办其他审核人办理", reviewer(day))]


def _confirm_verdict(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    """Where the catalogue of shared data says otherwise than the applicant, somebody answers first."""
    who = sharing.answerer(submission, day).words
    return _not_own_case(submission, actor, day) + [(q.sentence, who) for q in sharing.disputes(submission)]


def _answer_sharing(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if sharing.answerer(submission, day).own_case:
        return [("信息资源管理部门是本件的申报单位，不回答自己的申报；由信息办审核人回答", reviewer(day))]
    return []


def _propose_conclusion(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if verdicts.confirmed(submission) is None:
        return [("这一版的判定还没有确认", reviewer(day))]
    return []


def papers_missing(submission: Submission, day: dt.date) -> list[Blocker]:
    """What of 网络管理中心意见, 专家组意见, 盖章扫描件 and the opinions asked for besides is neither there nor waived
    with a reason, of this version."""
    edition = submission.current_version
    waived = {w.what for w in verdicts.waivers(submission)}
    found = [row for what in OPINIONS if what not in waived for row in opinions.lacking(submission, what, day)]
    for what in ON_ASKING:
        if what not in waived and opinions.asked(submission, what, day):
            found += opinions.lacking(submission, what, day)
    scans = [a for a in verdicts.attachments(submission) if (a.kind, a.version) == ("scan", edition)]
    if "scan" not in waived and not scans:
        found.append((f"第 {edition} 版的{PAPERS['scan']}还没有上传；不需要的写明理由免去", applicant(submission, day)))
    return found


def _send(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    office = reviewer(day)
    if submission.kind in NO_ROUND:
        return [("自筹项目不经联合会签，请作自筹核对（8.1(5)，D18）", office)]
    found: list[Blocker] = []
    confirmed = verdicts.confirmed(submission)
    if confirmed is None:
        found.append(("这一版的判定还没有确认", office))
    conclusion = conclusions.in_force(submission)
    if conclusion is None:
        found.append(("还没有拟定结论（候选、储备库、缓建或市财政不支持）", office))
    elif confirmed is not None:
        found += [(text, office) for text in conclusions.unmet(submission, conclusion, confirmed)]
        found += [(text, office) for text in shares.blank(submission, conclusion)]
    found += papers_missing(submission, day)
    found += [(text, office) for text in seats.vacancies(submission, day)]
    return found


def _acknowledge(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    document = verdicts.document_of(submission)
    found = [(f"备案材料不齐：{g.sentence}", applicant(submission, day)) for g in proposals.gaps(document)]
    if proposals.total_wan(document, source="city"):
        text = "申请了市财政资金，不能只备案：先受理，再按 8.1 判定和联合会签（D50）"
        found.append((text, reviewer(day)))
    return found


# --- the signing bodies ------------------------------------------------------------------------------------------


@remembered
def open_round(submission: Submission) -> Round | None:
    """The joint approval under way."""
    return Round.objects.filter(kind="joint_approval", about=submission.audit_key, state="open").first()


@remembered
def screeners(submission: Submission) -> set[int]:
    """Users who screened the case: accepted or sent it, confirmed facts or a verdict; they do not sign it."""
    steps = submission.transitions.filter(verb__in=("accept", "return", "send", "re_review"))
    parts = (submission.screenings.filter(confirmed=True), submission.confirmed_facts.all(), steps)
    first, *rest = (rows.order_by().values_list("user_id", flat=True) for rows in parts)
    return set(first.union(*rest)) - {None}


@remembered
def _answer_seat(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    round_ = open_round(submission)
    if round_ is None:
        return [("没有进行中的联合会签", reviewer(day))]
    found = signers.may_sign(round_, actor, screened=screeners(submission))
    return [] if found.ok else [(found.why, "、".join(contacts.unit(s.organisation, day) for s in found.ask))]


def _abstain(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    return [] if opinions.mine(submission, actor) else [("没有等待您出具的意见", reviewer(day))]


def _give_opinion(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    seat = opinions.mine(submission, actor)
    if seat is None:
        return _abstain(submission, actor, day)
    why = ""
    if seat.organisation.survivor_id in seats.interested(submission):
        why = "的单位已是本件的牵头或联合申报单位"
    elif seat.assigned_id:
        why = opinions.connection_now(submission, seat.assigned, day)
    return [(f"您{why}，不能对本件出具意见；请填“回避”，由信息办另行征求", reviewer(day))] if why else []


def _remind(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if actor.scope(Permission.SCREEN) or actor.scope(Permission.SIGN):
        return []
    if actor.scope(Permission.SUBMIT) and actor.organisation_id in submission.belongs_to():
        return []
    return [("只有信息办、会签各席和申报单位可以催办", reviewer(day))]


def _late_conflict(submission: Submission, round_: Round, day: dt.date) -> list[Blocker]:
    """A conflict of interest that came up after the round was opened (a merger, a new lead)."""
    units, rows = seats.interested(submission), list(round_.seats.select_related("organisation"))
    if any(s.stands_for for s in rows) or not signers.independent_required(day):
        return []
    found = [s for s in rows if s.organisation.survivor_id in units]
    return [
        (f"{s.label}与本件有了利害关系而没有独立签署席位；请任一席位退回后重新送签（D44）", reviewer(day))
        for s in found
    ]


def _sign(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    found = _answer_seat(submission, actor, day)
    conclusion, confirmed = conclusions.in_force(submission), verdicts.confirmed(submission)
    if not found and (conclusion is None or confirmed is None):
        found.append(("拟定的结论或判定已不在，请退回信息办重拟", reviewer(day)))
    elif not found:
        found += _late_conflict(submission, open_round(submission), day)
        found += [(text, reviewer(day)) for text in conclusions.unmet(submission, conclusion, confirmed)]
    return found


def _withdraw_signature(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    if seats.answered_by(submission, actor) is None:
        return [("您在这一轮没有可撤回的签署", "")]
    return []


def _adopt(submission: Submission, actor: Actor, day: dt.date) -> list[Blocker]:
    conclusion = conclusions.in_force(submission)
    if conclusion is None:
        return [("结论不是对现在这一版申报书作的", reviewer(day))]
    return [] if conclusions.approved(conclusion) else [("没有审定金额", reviewer(day))]


CONDITIONS: dict[str, Callable[[Submission, Actor, dt.date], list[Blocker]]] = {
    "submit": _submit,
    "save": _not_secret,
    "attach": _not_secret,
    "participants": _lead_edit,
    "declare_secret": _lead_edit,
    "discard": _lead_alone,
    "withdraw": _lead_alone,
    "confirm_participation": _confirm_participation,
    "confirm_facts": _not_own_case,
    "record_overlap": _not_own_case,
    "confirm_verdict": _confirm_verdict,
    "answer_sharing": _answer_sharing,
    "propose_conclusion": _propose_conclusion,
    "send": _send,
    "check_self_funded": _not_own_case,
    "acknowledge": _acknowledge,
    "sign": _sign,
    "refuse": _answer_seat,
    "give_opinion": _give_opinion,
    "abstain": _abstain,
    "withdraw_signature": _withdraw_signature,
    "remind": _remind,
    "adopt": _adopt,
}

if _unknown := set(CONDITIONS) - set(VERBS):
    raise RuntimeError(f"CONDITIONS 里有没有名字的动作：{_unknown}")
