"""Verbs that change a project's state."""

from __future__ import annotations

import datetime as dt

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Round
from governance.signing import rounds
from projects import steps
from projects.actions.checks import locked, past_day, words
from projects.labels import STATES
from projects.lifecycle import guards, life
from projects.models import Acceptance, Phase, Project, StateChange, TechnicalDocument


@verb("projects.project.change_state")
def change_state(
    *, by: Actor, project: Project, version: int, step: str, reason: str = "", day: dt.date | None = None
) -> Project:
    """Lead a project on by one row of life.TRANSITIONS (`step` is its verb: procure, build, …, suspend).

    初验 and 终验 are not among what is written here: a concluded acceptance leads on by itself. `day` is when it
    happened. What is still being signed falls with a project that is ended. Raises Refused with blockers, Invalid for
    what was typed.
    """
    access.require(by, life.BY_VERB[step].permission if step in life.BY_VERB else Permission.MANAGE_PROJECT)
    transition = life.BY_VERB.get(step)
    if transition is None:
        raise Invalid("没有这种状态变更。", fields={"step": ["请选择一项"]})
    signing = _being_signed(project) if step == "terminate" else []
    row = locked(project, version)
    lacking = guards.blockers(row, transition) + ([guards.by_round(transition)] if transition.by_round else [])
    if lacking:
        raise Refused(f"{row.code} 还不能{transition.label}：{lacking[0][0]}。", blockers=lacking)
    reason = words(
        reason, "reason", "理由", limit=250, needed=f"{transition.label}要写明理由。" if transition.needs_reason else ""
    )
    day = past_day(day, "day", "日期", not_before=row.state_day if row.state != "registered" else None)
    _let_fall(by, signing)
    return steps.set_state(
        by=by, project=row, now=life.target_of(transition, row.suspended_from), reason=reason, day=day
    )


def _being_signed(project: Project, phase: Phase | None = None) -> list[tuple[Acceptance | TechnicalDocument, Round]]:
    """Acceptances that are being signed and, of the whole, documents that are being approved, with their rounds; locked
    before their project as their signature locks them."""
    rows = Acceptance.objects.select_for_update().filter(project=project, state="signing").order_by("pk")
    held = list(rows.filter(phase=phase) if phase else rows)
    if phase is None:
        open_ones = project.technical_documents.filter(state__in=TechnicalDocument.OPEN)
        held += open_ones.select_for_update(of=("self",)).order_by("pk")
    return [(row, rounds.lock(row.round_id) if row.is_signing else None) for row in held]


def _let_fall(by: Actor, signing: list[tuple[Acceptance | TechnicalDocument, Round]]) -> None:
    """Nobody is waited for about works that have ended."""
    for row, round_ in signing:
        if round_:
            rounds.close(round_=round_)
        row.state = "refused"
        row.save(update_fields=["state"])
        event = "projects.acceptance.fall" if isinstance(row, Acceptance) else "projects.document.fall"
        audit.record(by=by, event=event, about=(row, row.project), sentence=f"{row}随终止不再办理")


@verb("projects.phase.change_state")
def change_phase_state(
    *, by: Actor, phase: Phase, version: int, step: str, reason: str = "", day: dt.date | None = None
) -> Phase:
    """Lead one phase on by a row of life.OF_PHASES, with the gates of its own; `version` is the project's.
    Its 初验 and 终验 come with a concluded acceptance of the phase."""
    access.require(by, getattr(life.PHASE_BY_VERB.get(step), "permission", Permission.MANAGE_PROJECT))
    transition = life.PHASE_BY_VERB.get(step)
    if transition is None:
        raise Invalid("一个分期没有这种状态变更。", fields={"step": ["请选择一项"]})
    signing = _being_signed(phase.project, phase) if step == "terminate" else []
    project = locked(phase.project, version)
    row = Phase.objects.select_related("project").get(pk=phase.pk)
    lacking = guards.phase_blockers(row, transition) + ([guards.by_round(transition)] if transition.by_round else [])
    if lacking:
        raise Refused(f"{project.code} {row.name}还不能{transition.label}：{lacking[0][0]}。", blockers=lacking)
    reason = words(
        reason, "reason", "理由", limit=250, needed=f"{transition.label}要写明理由。" if transition.needs_reason else ""
    )
    day = past_day(day, "day", "日期", not_before=row.state_day)
    _let_fall(by, signing)
    return steps.set_phase_state(
        by=by, project=project, phase=row, now=life.target_of(transition, row.suspended_from), reason=reason, day=day
    )


TAKEN_OVER = (*life.CHAIN[1:],)


@verb("projects.project.take_over")
def take_over(
    *, by: Actor, project: Project, version: int, state: str, day: dt.date, document: str, phase: Phase | None = None
) -> Project:
    """补录: the state that a running project of the plan had before this system came, with its paper; once a project
    and once for each of its phases (`phase`).

    No transition is invented: one row says what was found. From then on the steps are taken one by one.
    """
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked(project, version)
    if state not in TAKEN_OVER:
        raise Invalid("补录的状态应是立项至结题之一。", fields={"state": ["请选择状态"]})
    held = Phase.objects.get(pk=phase.pk, project=row) if phase else row
    if held.state != "registered" or row.state_changes.filter(phase=phase).exists():
        raise Refused(f"{phase or row.code} 已有办理记录，不能再补录；请按建设程序逐步变更状态。")
    if phase and row.is_unapproved:
        raise Refused(f"{row.code} 尚未立项，请先补录整个项目，再补录{phase.name}。")
    document = words(document, "document", "依据文件", limit=200, needed="补录要写明依据文件及文号。")
    day = past_day(day, "day", "进入状态日期")
    held.state, held.state_day = state, day
    if phase:
        held.save()
    row.version += 1
    row.save()
    StateChange.objects.create(
        project=row,
        phase=phase,
        was="registered",
        now=state,
        reason=f"补录：{document}"[:300],
        happened_on=day,
        by_text=by.text,
        is_demo=row.is_demo,
    )
    audit.record(
        by=by,
        about=row,
        was="registered",
        now=state,
        sentence=f"补录 {row.code}{' ' + phase.name if phase else ''} 为“{STATES[state]}”（{day}），依据 {document}",
    )
    return row
