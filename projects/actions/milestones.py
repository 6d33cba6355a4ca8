"""Milestones: own ones set and dropped, done with evidence, open again with a reason."""

from __future__ import annotations

import datetime as dt

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation
from projects import steps
from projects.actions.checks import past_day, reporting, words
from projects.lifecycle import life
from projects.models import Milestone, Project


@verb("projects.milestone.done")
def set_milestone(*, by: Actor, milestone: Milestone, done_on: dt.date | None, evidence: str) -> Milestone:
    """Record a milestone as done on a day, with its paper."""
    access.require(by, reporting(by), milestone.project)
    project = steps.lock(milestone.project)
    row = Milestone.objects.get(pk=milestone.pk)
    if row.done_on is not None:
        raise Refused(f"节点“{row.text}”已于 {row.done_on} 完成；有误请信息办先撤销。")
    if row.dropped_reason:
        raise Refused(f"节点“{row.text}”已取消：{row.dropped_reason}。")
    if project.is_unapproved:
        raise Refused(f"{project.code} 尚未立项，不能登记节点完成；立项随年度计划办理，已在建的请信息办补录。")
    row.evidence = words(evidence, "evidence", "凭据", limit=300, needed="节点完成要写明凭据（文件、验收单、网址）。")
    row.done_on = past_day(done_on, "done_on", "完成日期")
    row.save()
    audit.record(
        by=by,
        about=project,
        now=row.done_on,
        sentence=f"{project.code} 节点“{row.text}”完成，凭据：{row.evidence}"[:500],
    )
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
    audit.record(by=by, about=project, was=was, sentence=f"{project.code} 撤销节点“{row.text}”的完成：{reason}")
    return row


@verb("projects.milestone.add")
def add_milestone(
    *,
    by: Actor,
    project: Project,
    text: str,
    due: dt.date,
    owner: Organisation | None = None,
    start: dt.date | None = None,
) -> Milestone:
    """A milestone of one's own, with the unit that answers for it; outside the project's time it is flagged."""
    access.require(by, reporting(by), project)
    row = steps.lock(project)
    if row.state in life.ENDED:
        raise Refused(f"{row.code} 已{row.get_state_display()}，不再设节点。")
    text = words(text, "text", "节点", limit=200, needed="请写明节点。")
    start = start or due
    if start > due:
        raise Invalid("节点的起日晚于到期日。", fields={"start": ["不能晚于到期日"]})
    if owner is not None and owner.is_generic:
        raise Invalid(f"“{owner.name}”是泛指，不能负责节点（D42）。", fields={"owner": ["请选择单位"]})
    if row.milestones.filter(text=text, end=due, dropped_reason="").exists():
        raise Invalid(f"{row.code} 已有到期日 {due} 的节点“{text}”。", fields={"text": ["已有同样的节点"]})
    outside = bool(row.latest_start and row.latest_end and not row.latest_start <= due <= row.latest_end)
    made = Milestone.objects.create(
        project=row,
        text=text,
        start=start,
        end=due,
        precision="day",
        owner=owner,
        outside_window=outside,
        is_demo=row.is_demo,
    )
    audit.record(
        by=by,
        about=row,
        now=due,
        sentence=f"{row.code} 设节点“{text}”，{due} 到期{'，责任单位 ' + owner.name if owner else ''}"[:500],
    )
    return made


@verb("projects.milestone.drop")
def drop_milestone(*, by: Actor, milestone: Milestone, reason: str) -> Milestone:
    """A milestone of one's own that is given up; those of the plan stay (D27)."""
    access.require(by, Permission.MANAGE_PROJECT)
    project = steps.lock(milestone.project)
    row = Milestone.objects.get(pk=milestone.pk)
    if not row.is_own:
        raise Refused(f"节点“{row.text}”是规划所列，不能取消；不一致之处见疑义登记簿。")
    if row.dropped_reason or row.done_on:
        raise Refused(f"节点“{row.text}”已{'取消' if row.dropped_reason else '完成'}，不能再取消。")
    row.dropped_reason = words(reason, "reason", "理由", limit=300, needed="取消要写明理由。")
    row.save()
    audit.record(
        by=by, about=project, was=row.end, sentence=f"{project.code} 取消节点“{row.text}”：{row.dropped_reason}"
    )
    return row
