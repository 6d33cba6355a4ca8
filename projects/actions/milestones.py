"""Milestones: done with evidence, and open again with a reason."""

from __future__ import annotations

import datetime as dt

from governance import access, audit
from governance.access import Actor
from governance.refusal import Refused
from governance.roles import Permission
from governance.verbs import verb
from projects import steps
from projects.actions.checks import past_day, reporting, words
from projects.models import Milestone


@verb("projects.milestone.done")
def set_milestone(*, by: Actor, milestone: Milestone, done_on: dt.date | None, evidence: str) -> Milestone:
    """Record a milestone as done on a day, with its paper."""
    access.require(by, reporting(by), milestone.project)
    project = steps.lock(milestone.project)
    row = Milestone.objects.get(pk=milestone.pk)
    if row.done_on is not None:
        raise Refused(f"节点“{row.text}”已于 {row.done_on} 完成；有误请信息办先撤销。")
    if project.state == "registered":
        raise Refused(f"{project.code} 尚未立项，不能登记节点完成；立项随年度计划办理，已在建的请信息办补录。")
    row.evidence = words(evidence, "evidence", "凭据", limit=300, needed="节点完成要写明凭据（文件、验收单、网址）。")
    row.done_on = past_day(done_on, "done_on", "完成日期")
    row.save()
    audit.record(by=by, event="projects.milestone.done", about=project, now=row.done_on,
                 sentence=f"{project.code} 节点“{row.text}”完成，凭据：{row.evidence}"[:500])  # fmt: skip
    return row


@verb("projects.milestone.reopen")
def reopen_milestone(*, by: Actor, milestone: Milestone, reason: str) -> Milestone:
    """Take a milestone's completion back; the history keeps it."""
    access.require(by, Permission.MANAGE_PROJECT)
    project = steps.lock(milestone.project)
    row = Milestone.objects.get(pk=milestone.pk)
    if row.done_on is None:
        raise Refused(f"节点“{row.text}”没有登记完成，不需要撤销。")
    reason = words(reason, "reason", "理由", limit=300, needed="撤销要写明理由。")
    was, row.done_on, row.evidence = row.done_on, None, ""
    row.save()
    audit.record(by=by, event="projects.milestone.reopen", about=project, was=was,
                 sentence=f"{project.code} 撤销节点“{row.text}”的完成：{reason}")  # fmt: skip
    return row
