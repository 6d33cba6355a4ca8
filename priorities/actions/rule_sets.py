"""Rule sets: which reading of a clause holds, which clauses are in force, the precedence. Drafted by the office,
adopted by the leading group from a day on; screenings made before keep theirs."""

from __future__ import annotations

import datetime as dt
import re

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission, Role
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.notices import inbox
from priorities.actions.plans import meeting_of
from priorities.models import RuleSetRecord
from priorities.rescreening import dry_run
from priorities.rule_sets import repository


@verb("priorities.rule_set.draft")
def draft_rule_set(
    *,
    by: Actor,
    key: str,
    title: str,
    readings: dict | None = None,
    switched_off=(),
    precedence=(),
    reason: str = "",
    base: str = "plan-2006",
    is_demo: bool = False,
) -> RuleSetRecord:
    """Draft a rule set: `readings` {"8.3.2(2)": key}, clauses switched off, precedence (outcomes, strongest first).

    The same key again rewrites the draft. Raises Invalid where a clause, reading or outcome does not exist.
    """
    access.require(by, Permission.DRAFT_RULE_SET)
    key, title = str(key).strip(), clean_text(title, limit=120, field="名称")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) or len(key) > 60:
        raise Invalid(
            "标识只用小写字母、数字和连字符，如 plan-2006-b。", fields={"key": ["只用小写字母、数字和连字符"]}
        )
    reason = clean_text(reason, limit=2000, field="理由")
    fields = {name: ["请填写。"] for name, value in (("title", title), ("reason", reason)) if not value}
    if fields:
        raise Invalid("规则集要有名称和理由。", fields=fields)
    row = RuleSetRecord.objects.select_for_update().filter(key=key).first()
    if row is not None and not row.is_draft:
        raise Refused(f"规则集 {key} 已审定，不能再改；请另起标识起草。")
    values = {
        "title": title,
        "base": base,
        "readings": dict(readings or {}),
        "switched_off": list(switched_off),
        "precedence": list(precedence),
        "reason": reason,
        "by_text": by.text,
    }
    candidate = RuleSetRecord(key=key, **values)
    repository.build(candidate)  # refuses what the criteria do not know
    if row is None:
        candidate.is_demo = is_demo
        candidate.save()
        row = candidate
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
    audit.record(by=by, about=row, now=values, sentence=f"起草规则集 {key}：{title}")
    return row


@verb("priorities.rule_set.export")
def export_dry_run(*, by: Actor, record: RuleSetRecord) -> bytes:
    """The dry run as a workbook; that it left the house is recorded."""
    access.require(by, Permission.READ_REGISTER)
    day = clock.today()
    found = dry_run.run(record, day)
    sentence = f"导出规则集 {record.key} 的试算，改判 {len(found.flips)} 件"
    audit.record(by=by, about=record, now=len(found.flips), sentence=sentence)
    return dry_run.workbook(found, record, day)


@verb("priorities.rule_set.adopt", signs=True)
def adopt_rule_set(
    *,
    by: Actor,
    record: RuleSetRecord,
    version: int,
    from_day: dt.date,
    meeting_title: str,
    held_on: dt.date,
    minutes_number: str,
) -> RuleSetRecord:
    """审定: the draft holds from a day on (today or later); the one before ends on it, periods never overlap."""
    access.require(by, Permission.ADOPT_RULE_SET)
    rows = {r.pk: r for r in RuleSetRecord.objects.select_for_update().order_by("pk")}
    row = rows[record.pk]
    if not row.is_draft:
        raise Refused(f"规则集 {row.key} 是“{row.get_state_display()}”，不能再审定。")
    if row.version != version:
        raise Stale(f"规则集 {row.key} 已被别人改过，请对照现有内容再审定。", current={"version": row.version})
    if from_day is None or from_day < clock.today():
        raise Invalid("规则集从今天或以后的某一天起执行，不溯及既往。", fields={"from_day": ["写今天或以后的日期"]})
    later = [r for r in rows.values() if r.state == "in_force" and r.from_day >= from_day]
    if later:
        raise Refused(f"规则集 {later[0].key} 已定于 {later[0].from_day} 起执行；新的起日要在它之后。")
    repository.build(row)
    meeting = meeting_of(meeting_title, held_on, minutes_number, row.is_demo)
    for old in rows.values():
        if old.state == "in_force" and (old.to_day is None or old.to_day > from_day):
            old.to_day = from_day
            old.save(update_fields=["to_day"])
    row.state, row.from_day, row.to_day, row.meeting, row.version = "in_force", from_day, None, meeting, row.version + 1
    row.save()
    sentence = f"{meeting}审定规则集 {row.key}，自 {from_day} 起执行"
    audit.record(by=by, about=row, was="draft", now=str(from_day), sentence=sentence)
    inbox.tell(
        key=f"rule-set:{row.pk}",
        role=Role.REVIEWER,
        address="/priorities/rule-sets/",
        is_demo=row.is_demo,
        sentence=f"规则集“{row.title}”自 {from_day} 起执行（{minutes_number}）。",
    )
    return row
