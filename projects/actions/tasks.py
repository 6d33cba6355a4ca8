"""The 59 tasks: state, day and evidence."""

from __future__ import annotations

import datetime as dt

from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from projects.actions.checks import past_day, words
from projects.labels import TASK_STATES
from projects.models import PlanTask


@verb("projects.task.set_state")
def set_task_state(
    *, by: Actor, task: PlanTask, version: int, state: str, evidence: str = "", day: dt.date | None = None
) -> PlanTask:
    """Set a task's state; done and dropped need their paper. Tasks have no demo or own rows: the plan's 59 alone."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = PlanTask.objects.select_for_update().get(pk=task.pk)
    if row.version != version:
        raise Stale(
            f"{row.code} 在您打开之后已被改过，请看过现在的内容再提交。",
            current={"version": row.version, "状态": row.get_state_display(), "凭据": row.evidence},
        )
    if state not in TASK_STATES:
        raise Invalid("请选择任务状态。", fields={"state": ["请选择一项"]})
    needed = {"done": "完成要写明凭据。", "dropped": "不再实施要写明依据和理由。"}.get(state, "")
    evidence = words(evidence, "evidence", "凭据", limit=300, needed=needed)
    if (row.state, row.evidence) == (state, evidence):
        raise Refused(f"{row.code} 已经是“{row.get_state_display()}”，没有需要保存的内容。")
    was, row.state = row.state, state
    row.state_day = past_day(day, "day", "日期") if state != "not_started" else None
    row.evidence = evidence
    row.version += 1
    row.save()
    audit.record(
        by=by,
        event="projects.task.state",
        about=row,
        was=was,
        now=state,
        sentence=f"任务 {row.code} {TASK_STATES[was]} → {TASK_STATES[state]}{'：' + evidence if evidence else ''}",
    )
    return row
