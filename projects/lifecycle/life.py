"""The life of a project as rows (field-practice §5): which verb leads from where to where, who may, what it needs. Pure.

待立项 → 立项 → 采购 → 建设中 → 初验 → 试运行 → 终验 → 运行 → 评估 → 结题, with 暂停, 恢复 and 终止 for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from governance.basics.roles import Permission

CHAIN = (
    "registered",
    "approved",
    "procurement",
    "building",
    "first_acceptance",
    "trial",
    "final_acceptance",
    "operating",
    "evaluation",
    "closed",
)
ASIDE = ("suspended", "terminated")
STATES = CHAIN + ASIDE
ENDED = ("closed", "terminated")
# From these on the works are done: no drift of the calendar any more, and no progress is owed.
FINISHED = ("final_acceptance", "operating", "evaluation", "closed")
UNDER_WAY = CHAIN[1:6]


@dataclass(frozen=True)
class Transition:
    """A verb that changes a project's state. `target` "" is the state that it was suspended from.

    `by_plan`: no person does it; adopting the annual plan does (9.1.1), inside its own verb. `by_round`: a concluded
    acceptance does it, with the signature that makes it hold (9.2.7, D44).
    """

    verb: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: Permission = Permission.MANAGE_PROJECT
    needs_reason: bool = False
    by_plan: bool = False
    by_round: bool = False
    clause: str = ""


TRANSITIONS: tuple[Transition, ...] = (
    Transition("approve", "立项", ("registered",), "approved", by_plan=True, clause="9.1.1"),
    Transition("procure", "开始采购", ("approved",), "procurement"),
    Transition("build", "开工建设", ("procurement",), "building"),
    Transition(
        "accept_first",
        "通过初验",
        ("building",),
        "first_acceptance",
        Permission.ACCEPT_WORKS,
        by_round=True,
        clause="9.2.7",
    ),
    Transition("try", "转入试运行", ("first_acceptance",), "trial"),
    Transition(
        "accept_finally",
        "通过终验",
        ("trial",),
        "final_acceptance",
        Permission.ACCEPT_WORKS,
        by_round=True,
        clause="9.2.7",
    ),
    Transition("operate", "交付运行", ("final_acceptance",), "operating"),
    Transition("evaluate", "开始评估", ("operating",), "evaluation", clause="9.2.8"),
    Transition("close", "结题", ("evaluation",), "closed"),
    Transition(
        "suspend",
        "暂停",
        ("approved", "procurement", "building", "first_acceptance", "trial", "operating"),
        "suspended",
        needs_reason=True,
    ),
    Transition("resume", "恢复", ("suspended",), "", needs_reason=True),
    Transition(
        "terminate",
        "终止",
        (
            "registered",
            "approved",
            "procurement",
            "building",
            "first_acceptance",
            "trial",
            "final_acceptance",
            "operating",
            "evaluation",
            "suspended",
        ),
        "terminated",
        needs_reason=True,
    ),
)
BY_VERB = {t.verb: t for t in TRANSITIONS}
ACCEPTANCES = tuple(t.verb for t in TRANSITIONS if t.by_round)
STAGE_OF = {"accept_first": "first", "accept_finally": "final"}  # a gate's stage of acceptance
# From these on a phase (or the whole) has passed the stage.
ACCEPTED = {"first": ("first_acceptance", "trial", *FINISHED), "final": FINISHED}
# A phase is bought, built, accepted and run by itself; approval, evaluation and the end are the whole project's.
OF_PHASES = tuple(
    replace(t, sources=("registered", *t.sources)) if t.verb == "procure" else t
    for t in TRANSITIONS
    if t.verb
    in ("procure", "build", "accept_first", "try", "accept_finally", "operate", "suspend", "resume", "terminate")
)
PHASE_BY_VERB = {t.verb: t for t in OF_PHASES}


def leading_from(state: str, *, phase: bool = False) -> tuple[Transition, ...]:
    """The transitions that leave a state, the next step of the chain first."""
    return tuple(t for t in (OF_PHASES if phase else TRANSITIONS) if state in t.sources)


def next_step(state: str) -> Transition | None:
    """The transition that leads one state on in the chain; None beside it and at its end."""
    if state not in CHAIN[:-1]:
        return None
    return next(t for t in TRANSITIONS if state in t.sources and t.target == CHAIN[CHAIN.index(state) + 1])


def target_of(transition: Transition, suspended_from: str) -> str:
    """The state that it leads to."""
    return transition.target or suspended_from


if missing := set(CHAIN[1:]) - {t.target for t in TRANSITIONS}:
    raise RuntimeError(f"no transition leads to {missing}")
