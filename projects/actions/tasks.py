"""The 59 tasks: state, day and evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from projects.actions.checks import past_day, words
from projects.labels import TASK_STATES
from projects.models import PlanTask
from projects.progress.evidence import Registers, Shown


@verb("projects.task.set_state")
def set_task_state(
    *, by: Actor, task: PlanTask, version: int, state: str, evidence: str = "", day: dt.date | None = None
) -> PlanTask:
    """Set a task's state; done and dropped need their paper. Tasks have no demo or own rows: the plan's 59 alone."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(task, version)
    if state not in TASK_STATES:
        raise Invalid("请选择任务状态。", fields={"state": ["请选择一项"]})
    needed = {"done": "完成要写明凭据。", "dropped": "不再实施要写明依据和理由。"}.get(state, "")
    evidence = words(evidence, "evidence", "凭据", limit=300, needed=needed)
    if (row.state, row.evidence) == (state, evidence):
        raise Refused(f"{row.code} 已经是“{row.get_state_display()}”，没有需要保存的内容。")
    shown = Registers(clock.today()).shown(row)
    return _put(
        by,
        row,
        state,
        evidence,
        past_day(day, "day", "日期") if state != "not_started" else None,
        _against(shown, state),
    )


@verb("projects.task.confirm")
def confirm_task(*, by: Actor, task: PlanTask, version: int) -> PlanTask:
    """Confirm what the registers propose: the state that they show, with the rows that prove it as its paper. Refused
    where they show no more than the task is marked; nothing marks a task by itself."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(task, version)
    shown = Registers(clock.today()).shown(row)
    if shown is None or not shown.is_ahead:
        why = shown.words if shown else "没有可以对照的登记"
        raise Refused(f"{row.code} 没有可以按登记确认的：{why}；另行登记状态请写明凭据。")
    return _put(by, row, shown.proposed, shown.evidence, min(shown.day or clock.today(), clock.today()), "，按登记确认")


def _locked(task: PlanTask, version: int) -> PlanTask:
    row = PlanTask.objects.select_for_update().get(pk=task.pk)
    if row.version != version:
        raise Stale(
            f"{row.code} 在您打开之后已被改过，请看过现在的内容再提交。",
            current={"version": row.version, "状态": row.get_state_display(), "凭据": row.evidence},
        )
    return row


def _against(shown: Shown | None, state: str) -> str:
    """For the trail: a state that goes further than the registers show."""
    marked = replace(shown, state=state) if shown else None
    return f"（{marked.words}）" if marked and marked.is_against else ""


def _put(by: Actor, row: PlanTask, state: str, evidence: str, day: dt.date | None, note: str) -> PlanTask:
    was, row.state = row.state, state
    row.state_day, row.evidence = day, evidence
    row.version += 1
    row.save()
    audit.record(
        by=by,
        event="projects.task.state",
        about=row,
        was=was,
        now=state,
        sentence=f"任务 {row.code} {TASK_STATES[was]} → {TASK_STATES[state]}"
        + (f"：{evidence}" if evidence else "")
        + note,
    )
    return row
