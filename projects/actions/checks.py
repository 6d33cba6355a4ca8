"""What every verb of the register asks of its arguments."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Invalid, Stale
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import audit
from governance.kernel.access import Actor
from projects import steps
from projects.lifecycle import period_text
from projects.models import Project


def locked(project: Project, version: int) -> Project:
    """The project's row, locked; Stale where somebody wrote it since the form was read."""
    row = steps.lock(project)
    if row.version != version:
        raise Stale(f"{row.code} 在您打开之后已被改过，请对照现在的内容再提交。", current=as_it_is(row))
    return row


def as_it_is(row: Project) -> dict[str, object]:
    """What stands in the register now, for whoever typed against an older version: `version`,
    then words by their label."""
    last = audit.done_about(row).first()
    return {
        "version": row.version,
        "名称": row.name,
        "状态": row.get_state_display(),
        "起止": period_text.say(row.latest_start, row.latest_end, row.precision),
        "牵头": "、".join(row.leads.values_list("as_named", flat=True)),
        "内容": row.content[:200],
        "最近的改动": f"{last.sentence}（{last.by_text}，{last.day}）" if last else "",
    }


def words(value: object, field: str, label: str, *, limit: int = 2000, needed: str = "") -> str:
    """Clean text; `needed` is the sentence where it may not be empty."""
    try:
        text = clean_text(value, limit=limit, field=label)
    except ValueError as error:
        raise Invalid(str(error), fields={field: [str(error)]}) from None
    if needed and not text:
        raise Invalid(needed, fields={field: [needed]})
    return text


EARLIEST = dt.date(1990, 1, 1)  # nothing of the register is older; an older year is a slip of the hand


def past_day(
    day: dt.date | None, field: str, label: str, *, not_before: dt.date | None = None, what: str = ""
) -> dt.date:
    """A day that is not in the future (today where none is given), nor before what came before it (`what`)."""
    day = day or clock.today()
    if day > clock.today():
        sentence = f"{label} {day} 在今天之后，只能登记已经发生的事。"
        raise Invalid(sentence, fields={field: [sentence]})
    if day < EARLIEST:
        sentence = f"{label} {day} 不像是本册的日期，请核对年份。"
        raise Invalid(sentence, fields={field: [sentence]})
    if not_before and day < not_before:
        sentence = f"{label} {day} 早于{what} {not_before}，次序不对。"
        raise Invalid(sentence, fields={field: [sentence]})
    return day


def reporting(by: Actor) -> Permission:
    """Who reports on a project: its lead units for themselves, the information office for all."""
    if by is not None and by.scope(Permission.MANAGE_PROJECT):
        return Permission.MANAGE_PROJECT
    return Permission.REPORT_PROGRESS
