"""Training of 9.5.2's three classes: targets by block, sessions with how many came, and who came."""

from __future__ import annotations

import datetime as dt

from governance.actions.organisations import said
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Attendance, Organisation, Plan, Trainee, TrainingSession, TrainingTarget, of_unit
from governance.people import training
from governance.people.institutions import lock_units
from governance.workbooks import roster

ADDRESS = "/governance/training/"
MOST_HEADS = 1_000_000


def _heads(value: int, low: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= MOST_HEADS:
        raise Invalid(f"人次应是 {low}—{MOST_HEADS} 的整数。", fields={"heads": ["请填人次"]})
    return value


@verb("governance.training.target")
def set_training_target(
    *, by: Actor, plan: Plan, block: str, group: str, heads: int, is_demo: bool = False
) -> TrainingTarget:
    """How many of a class are to be trained in a block; a later number supersedes (D53: the plan names none)."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    if group not in training.GROUPS or block not in {b["code"] for b in plan.data.get("blocks", ())}:
        raise Invalid("请选择阶段和培训对象。", fields={"block": ["请选择"], "group": ["请选择"]})
    heads = _heads(heads, 0)
    TrainingTarget.objects.filter(plan=plan, block=block, group=group, superseded=False).update(superseded=True)
    row = TrainingTarget.objects.create(
        plan=plan, block=block, group=group, heads=heads, by_text=by.text, is_demo=is_demo
    )
    audit.record(by=by, now=heads, address=ADDRESS, sentence=f"{block} {training.GROUPS[group]}培训目标 {heads} 人次")
    return row


@verb("governance.training.record")
def record_training(
    *,
    by: Actor,
    group: str,
    title: str,
    held_on: dt.date | None,
    heads: int,
    organiser: Organisation,
    evidence: str,
    ended_on: dt.date | None = None,
    is_demo: bool = False,
) -> TrainingSession:
    """A course that was held."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    if group not in training.GROUPS:
        raise Invalid("请选择培训对象。", fields={"group": ["请选择一类"]})
    held_on = held_on or clock.today()
    if held_on > clock.today():
        raise Invalid("只登记已经举办的培训。", fields={"held_on": ["在今天之后"]})
    if ended_on and ended_on < held_on:
        raise Invalid("结束不能早于开始。", fields={"ended_on": ["早于开始"]})
    if organiser is None or organiser.is_generic:
        raise Invalid("请选择主办单位；泛指不是单位（D42）。", fields={"organiser": ["请选择单位"]})
    row = TrainingSession.objects.create(
        group=group,
        held_on=held_on,
        ended_on=ended_on,
        heads=_heads(heads, 1),
        organiser=organiser,
        by_text=by.text,
        is_demo=is_demo,
        title=said(title, "title", "内容", limit=200, needed="请写明培训内容。"),
        evidence=said(evidence, "evidence", "凭据", limit=300, needed="请写明凭据（通知、签到册）。"),
    )
    audit.record(
        by=by,
        about=organiser,
        now=row.heads,
        address=ADDRESS,
        sentence=f"{held_on} {training.GROUPS[group]}培训“{row.title}”{row.heads} 人次",
    )
    return row


@verb("governance.training.withdraw")
def withdraw_training(*, by: Actor, session: TrainingSession, reason: str) -> TrainingSession:
    """Take a wrong entry back; its row stays and counts no more."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    row = TrainingSession.objects.select_for_update().get(pk=session.pk)
    if row.withdrawn:
        raise Refused("这条培训已经撤回。")
    row.withdrawn = said(reason, "reason", "理由", limit=300, needed="撤回要写明理由。")
    row.save(update_fields=["withdrawn"])
    audit.record(by=by, was=row.heads, address=ADDRESS, sentence=f"撤回培训“{row.title}”：{row.withdrawn}")
    return row


@verb("governance.training.roster")
def import_roster(*, by: Actor, rows: list[list[str]], is_demo: bool = False) -> roster.Roster:
    """Store a workbook of people and their courses (`roster.rows_of`), all of it or nothing; what was stored before of
    the same person and course is corrected. Raises Invalid where a cell is wrong by now."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    units = {unit.pk for unit in roster.units_named(r[1 + roster.UNIT] for r in rows).values()}
    lock_units(units)
    found = roster.judge(rows)
    if found.errors:
        raise Invalid(f"没有写入：有 {len(found.errors)} 处错误，请重新上传看每一处。")
    if not found.changes:
        raise Refused("名单与已登记的没有不同，不用写入。")
    for line in found.changes:
        _store(line, by, is_demo)
    people, courses = len({line.person for line in found.changes}), sum(bool(x.session) for x in found.changes)
    audit.record(
        by=by,
        about=tuple({line.unit.pk: line.unit for line in found.changes}.values()),
        now={"people": people, "courses": courses},
        address=f"{ADDRESS}people/",
        sentence=f"导入培训名单：{people} 人，听课 {courses} 人次",
    )
    return found


def _store(line: roster.Line, by: Actor, is_demo: bool) -> None:
    key = {"name": line.name, "staff_no": line.staff_no}
    person = Trainee.objects.filter(of_unit(line.unit.pk), **key).first()
    person = person or Trainee(organisation=line.unit, by_text=by.text, is_demo=is_demo, **key)
    person.post, person.group = line.post or person.post, line.group
    person.has_left = person.has_left if line.has_left is None else line.has_left
    person.save()
    if line.session is not None:
        given = {"hours": line.hours, "result": line.result, "by_text": by.text, "is_demo": is_demo}
        Attendance.objects.update_or_create(session=line.session, trainee=person, defaults=given)
