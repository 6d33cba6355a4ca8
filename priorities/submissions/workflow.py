"""The states of a submission and its verbs as a table (8.1, 8.3, 9.1.1, 9.2.7), and the one function that sets a state.
What a verb asks for beyond the table stands in priorities.case.guards."""

from __future__ import annotations

from dataclasses import dataclass

from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import PERMISSION_LABELS, Permission, holders
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from priorities.labels import STATES, VERBS
from priorities.models import Submission, Transition

DRAFT, SUBMITTED, UNDER_REVIEW, RETURNED = "draft", "submitted", "under_review", "returned"
JOINT_APPROVAL, CANDIDATE, POOL, DEFERRED = "joint_approval", "candidate", "pool", "deferred"
NO_CITY_FUNDING, SELF_FUNDED, FILED, ADOPTED = "no_city_funding", "self_funded", "filed", "adopted"
WITHDRAWN = "withdrawn"

EDITABLE = (DRAFT, RETURNED)  # the working copy is open
BEFORE_CONCLUSION = (DRAFT, SUBMITTED, RETURNED, UNDER_REVIEW, JOINT_APPROVAL)
FINAL = (SELF_FUNDED, FILED, ADOPTED, WITHDRAWN)


@dataclass(frozen=True)
class Row:
    """One row of the table: a verb leads from one of `sources` to one of `targets`; `kinds` limits it to kinds."""

    verb: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    permission: Permission
    kinds: tuple[str, ...] = ()


_P = Permission
TRANSITIONS: tuple[Row, ...] = (
    Row("submit", (DRAFT, RETURNED), (SUBMITTED,), _P.SUBMIT),
    Row("accept", (SUBMITTED,), (UNDER_REVIEW,), _P.SCREEN),
    Row("return", (SUBMITTED, UNDER_REVIEW), (RETURNED,), _P.SCREEN),
    Row("withdraw", BEFORE_CONCLUSION, (WITHDRAWN,), _P.SUBMIT),
    Row("send", (UNDER_REVIEW,), (JOINT_APPROVAL,), _P.SCREEN),
    Row("refuse", (JOINT_APPROVAL,), (UNDER_REVIEW,), _P.SIGN),
    Row("sign", (JOINT_APPROVAL,), (CANDIDATE, POOL, DEFERRED, NO_CITY_FUNDING), _P.SIGN),
    Row("check_self_funded", (UNDER_REVIEW,), (SELF_FUNDED,), _P.SCREEN, kinds=("self_funded",)),
    Row("check_self_funded", (NO_CITY_FUNDING,), (SELF_FUNDED,), _P.SCREEN),
    Row("re_review", (DEFERRED, POOL), (UNDER_REVIEW,), _P.SCREEN),
    Row("acknowledge", (SUBMITTED,), (FILED,), _P.SCREEN, kinds=("district",)),
    Row("adopt", (CANDIDATE,), (ADOPTED,), _P.ADOPT_PLAN),
    Row("leave_over", (CANDIDATE,), (CANDIDATE,), _P.ADOPT_PLAN),
)


@dataclass(frozen=True)
class Act:
    """A verb that leaves the state alone: in which states, by whom."""

    verb: str
    states: tuple[str, ...]
    permission: Permission


ACTS: tuple[Act, ...] = (
    Act("save", EDITABLE, _P.SUBMIT),
    Act("declare_secret", (DRAFT,), _P.SUBMIT),
    Act("discard", (DRAFT,), _P.SUBMIT),
    Act("participants", EDITABLE, _P.SUBMIT),
    Act("confirm_participation", EDITABLE, _P.SUBMIT),
    Act("attach", (DRAFT, RETURNED, SUBMITTED, UNDER_REVIEW), _P.SUBMIT),
    Act("answer_correction", (UNDER_REVIEW, RETURNED, JOINT_APPROVAL), _P.SUBMIT),
    Act("confirm_facts", (UNDER_REVIEW,), _P.SCREEN),
    Act("answer_sharing", (UNDER_REVIEW,), _P.ANSWER_SHARING),
    Act("record_overlap", (UNDER_REVIEW,), _P.SCREEN),
    Act("confirm_verdict", (UNDER_REVIEW,), _P.SCREEN),
    Act("propose_conclusion", (UNDER_REVIEW,), _P.SCREEN),
    Act("request_opinion", (UNDER_REVIEW,), _P.SCREEN),
    Act("waive_opinion", (UNDER_REVIEW,), _P.SCREEN),
    Act("give_opinion", (UNDER_REVIEW,), _P.GIVE_OPINION),
    Act("abstain", (UNDER_REVIEW,), _P.GIVE_OPINION),
    Act("withdraw_signature", (JOINT_APPROVAL,), _P.SIGN),
    Act("remind", (UNDER_REVIEW, JOINT_APPROVAL), _P.READ_SUBMISSIONS),
)

if _unknown := {s for r in TRANSITIONS for s in (*r.sources, *r.targets)} - set(STATES):
    raise RuntimeError(f"TRANSITIONS 里有没有名字的状态：{_unknown}")
if _unnamed := {r.verb for r in (*TRANSITIONS, *ACTS)} - set(VERBS):
    raise RuntimeError(f"TRANSITIONS 里有没有名字的动作：{_unnamed}")


def rows_of(verb: str, kind: str | None = None) -> list[Row]:
    """The rows of a verb, for one kind of submission where given."""
    return [r for r in TRANSITIONS if r.verb == verb and (not r.kinds or kind is None or kind in r.kinds)]


def permission_of(verb: str) -> Permission:
    """The permission that a verb or act asks for."""
    return next(r.permission for r in (*TRANSITIONS, *ACTS) if r.verb == verb)


def sources_of(verb: str, kind: str | None = None) -> tuple[str, ...]:
    """The states that a verb or act may start from, in the table's order."""
    states = [s for r in rows_of(verb, kind) for s in r.sources]
    return tuple(dict.fromkeys(states + [s for a in ACTS if a.verb == verb for s in a.states]))


def allowed(submission: Submission, verb: str) -> bool:
    """Whether the table lets the verb start from the submission's state and kind."""
    return submission.state in sources_of(verb, submission.kind)


def open_verbs(submission: Submission) -> dict[str, bool]:
    """`{verb: allowed}` of every verb and act, by which a page decides what it offers (`open.send`)."""
    return {verb: allowed(submission, verb) for verb in VERBS}


def verbs_from(submission: Submission) -> list[str]:
    """The verbs that the state's rows name, in the table's order."""
    return list(dict.fromkeys(r.verb for r in TRANSITIONS if allowed(submission, r.verb)))


def state_blockers(submission: Submission, verb: str) -> tuple[str, list[tuple[str, str]]]:
    """Why the table does not let the verb start here: the sentence (empty: it may), and who can do what instead."""
    if allowed(submission, verb):
        return "", []
    word, state = VERBS[verb], STATES[submission.state]
    next_verbs = [(f"可以“{VERBS[v]}”", _who(v)) for v in verbs_from(submission)]
    if rows_of(verb) and not rows_of(verb, submission.kind):
        return f"“{word}”不适用于{submission.get_kind_display()}的申报。", next_verbs
    needed = "、".join(STATES[s] for s in sources_of(verb, submission.kind))
    more = "；".join(f"{who}{can}" for can, who in next_verbs)
    more = f"目前{more}。" if more else "它已经办结。"
    return f"现在是“{state}”，不能“{word}”；只有“{needed}”时可以。{more}", next_verbs


def require_state(submission: Submission, verb: str) -> None:
    """Refuse a verb that is not in the row of the state: why, and who can lift it."""
    sentence, who = state_blockers(submission, verb)
    if sentence:
        raise Refused(sentence, blockers=who)


def _who(verb: str) -> str:
    permission = permission_of(verb)
    return {_P.SUBMIT: "申报单位", _P.SCREEN: "信息办审核人", _P.SIGN: "会签各席", _P.ADOPT_PLAN: "领导小组"}.get(
        permission, f"{PERMISSION_LABELS[permission]}的人（{'、'.join(holders(permission))}）"
    )


def lock(submission_id: int) -> Submission:
    """The submission's row, locked until the verb ends; every verb starts here."""
    return Submission.objects.select_for_update().get(pk=submission_id)


@step
def advance(*, by: Actor | None, submission: Submission, verb: str, to: str, reason: str = "") -> None:
    """Set the state: the only place that does. `submission` is locked; `to` must be a target of the verb's row."""
    require_state(submission, verb)
    targets = {t for r in rows_of(verb, submission.kind) if submission.state in r.sources for t in r.targets}
    if to not in targets:
        raise Refused(f"“{VERBS[verb]}”不能到“{STATES[to]}”。")
    was, day = submission.state, clock.today()
    submission.state, submission.state_day = to, day
    submission.version += 1
    submission.save(update_fields=["state", "state_day", "version"])
    text = by.text if by else "系统"
    Transition.objects.create(
        submission=submission,
        verb=verb,
        was=was,
        now=to,
        reason=reason,
        by_text=text,
        user_id=by.user_id if by else None,
        is_demo=submission.is_demo,
    )
    sentence = f"{submission.reference} {VERBS[verb]}：{STATES[was]} → {STATES[to]}{'，' + reason if reason else ''}"
    audit.record(by=by, event=f"priorities.submission.{verb}", about=submission, was=was, now=to, sentence=sentence)
