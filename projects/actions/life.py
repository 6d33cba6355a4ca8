"""Verbs that change a project's state."""

from __future__ import annotations

import datetime as dt

from governance import access, audit
from governance.access import Actor
from governance.models import Organisation
from governance.refusal import Invalid, Refused
from governance.roles import Permission
from governance.verbs import verb
from projects import gates, guards, life, steps
from projects.actions.checks import locked, past_day, words
from projects.labels import STATES
from projects.models import Phase, Project, StateChange


@verb("projects.project.change_state")
def change_state(
    *, by: Actor, project: Project, version: int, step: str, reason: str = "", day: dt.date | None = None,
    second_unit: Organisation | None = None, second_signer: str = "",
) -> Project:  # fmt: skip
    """Lead a project on by one row of life.TRANSITIONS (`step` is its verb: procure, build, …, suspend).

    Where the unit that accepts the works leads the project, a unit without interest signs as well (`second_unit`,
    `second_signer`; D44). `day` is when it happened. Raises Refused with blockers, Invalid for what was typed.
    """
    access.require(by, life.BY_VERB[step].permission if step in life.BY_VERB else Permission.MANAGE_PROJECT)
    transition = life.BY_VERB.get(step)
    if transition is None:
        raise Invalid("没有这种状态变更。", fields={"step": ["请选择一项"]})
    row = locked(project, version)
    if lacking := guards.blockers(row, transition):
        raise Refused(f"{row.code} 还不能{transition.label}：{lacking[0][0]}。", blockers=lacking)
    reason = words(reason, "reason", "理由", limit=250,
                   needed=f"{transition.label}要写明理由。" if transition.needs_reason else "")  # fmt: skip
    day = past_day(day, "day", "日期", not_before=row.state_day if row.state != "registered" else None)
    _long_enough(transition, row.state_day, day)
    if transition.verb in life.ACCEPTANCES and guards.conflicted(row, by.organisation_id):
        reason = f"{_second(row, second_unit, second_signer)}{'；' + reason if reason else ''}"
    return steps.set_state(by=by, project=row, now=life.target_of(transition, row.suspended_from), reason=reason, day=day)


def _long_enough(transition: life.Transition, since: dt.date | None, day: dt.date) -> None:
    """A final acceptance on a day before the trial run was long enough is refused as well."""
    ends = gates.trial_ends(since)
    if transition.verb == "accept_finally" and ends and day < ends:
        sentence = f"试运行自 {since} 起，不少于 {gates.TRIAL_DAYS} 天，终验日期不早于 {ends}（系统默认）。"
        raise Invalid(sentence, fields={"day": [sentence]})


@verb("projects.phase.change_state")
def change_phase_state(
    *, by: Actor, phase: Phase, version: int, step: str, reason: str = "", day: dt.date | None = None,
    second_unit: Organisation | None = None, second_signer: str = "",
) -> Phase:  # fmt: skip
    """Lead one phase on by a row of life.OF_PHASES, with the gates of its own; `version` is the project's."""
    transition = life.PHASE_BY_VERB.get(step)
    access.require(by, transition.permission if transition else Permission.MANAGE_PROJECT)
    if transition is None:
        raise Invalid("一个分期没有这种状态变更。", fields={"step": ["请选择一项"]})
    project = locked(phase.project, version)
    row = Phase.objects.select_related("project").get(pk=phase.pk)
    if lacking := guards.phase_blockers(row, transition):
        raise Refused(f"{project.code} {row.name}还不能{transition.label}：{lacking[0][0]}。", blockers=lacking)
    reason = words(reason, "reason", "理由", limit=250,
                   needed=f"{transition.label}要写明理由。" if transition.needs_reason else "")  # fmt: skip
    day = past_day(day, "day", "日期", not_before=row.state_day)
    _long_enough(transition, row.state_day, day)
    if transition.verb in life.ACCEPTANCES and guards.conflicted(project, by.organisation_id):
        reason = f"{_second(project, second_unit, second_signer)}{'；' + reason if reason else ''}"
    was, now = row.state, life.target_of(transition, row.suspended_from)
    row.suspended_from = was if now == "suspended" else ""
    row.state, row.state_day = now, day
    row.save()
    project.version += 1
    project.save()
    StateChange.objects.create(project=project, phase=row, was=was, now=now, reason=reason[:300], by_text=by.text,
                               is_demo=project.is_demo)  # fmt: skip
    audit.record(by=by, event="projects.phase.state", about=project, was=was, now=now,
                 sentence=f"{project.code} {row.name} {STATES[was]} → {STATES[now]}{'：' + reason if reason else ''}")  # fmt: skip
    return row


def _second(row: Project, unit: Organisation | None, signer: str) -> str:
    """The second signature of a unit without interest, as the record says it."""
    signer = words(signer, "second_signer", "第二签署人", limit=40)
    who = "须由财政局、发改委或专家组等没有利害关系的单位第二签署"
    if unit is None or not signer:
        raise Invalid(
            f"验收单位牵头本项目，构成利害关系，{who}（D44）。",
            fields={"second_unit": ["请选择第二签署单位"], "second_signer": ["请填签署人"]},
        )
    survivor = unit.canonical or unit
    if survivor.pk in row.belongs_to() or survivor.is_generic:
        raise Invalid(f"{unit.name}也牵头本项目或是泛指，{who}（D44）。", fields={"second_unit": ["请另选单位"]})
    return f"第二签署 {survivor.name} {signer}（D44）"


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
    if phase and row.state == "registered":
        raise Refused(f"{row.code} 尚未立项，请先补录整个项目，再补录{phase.name}。")
    document = words(document, "document", "依据文件", limit=200, needed="补录要写明依据文件及文号。")
    day = past_day(day, "day", "进入状态日期")
    held.state, held.state_day = state, day
    if phase:
        held.save()
    row.version += 1
    row.save()
    StateChange.objects.create(project=row, phase=phase, was="registered", now=state, reason=f"补录：{document}"[:300],
                               by_text=by.text, is_demo=row.is_demo)  # fmt: skip
    audit.record(by=by, event="projects.project.take_over", about=row, was="registered", now=state,
                 sentence=f"补录 {row.code}{' ' + phase.name if phase else ''} 为“{STATES[state]}”（{day}），依据 {document}")  # fmt: skip
    return row
