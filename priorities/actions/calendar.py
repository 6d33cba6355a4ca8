"""The filing window: opened for a plan year, extended for all or one unit, 追加许可 for what cannot wait."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation
from governance.notices import inbox
from priorities import proposal as proposals
from priorities.models import FilingWindow, WindowExtension


@verb("priorities.window.open")
def open_window(*, by: Actor, plan_year: int, opens: dt.date, closes: dt.date, is_demo: bool = False) -> FilingWindow:
    """Set when proposals for a plan year are taken; the same year again moves the window."""
    access.require(by, Permission.MANAGE_CALENDAR)
    if plan_year not in proposals.YEARS:
        sentence = f"计划年度应在 {proposals.YEARS.start}—{proposals.YEARS.stop - 1} 之间。"
        raise Invalid(sentence, fields={"plan_year": ["年度不对"]})
    fields = {name: ["请填日期"] for name, value in (("opens", opens), ("closes", closes)) if value is None}
    if fields:
        raise Invalid("申报窗口要有开始和截止两个日期。", fields=fields)
    if closes < opens:
        raise Invalid(f"截止日期 {closes} 早于开始日期 {opens}。", fields={"closes": ["早于开始日期"]})
    if opens.year > plan_year or closes.year > plan_year:
        raise Invalid(f"{plan_year} 年度计划的申报窗口不能晚于 {plan_year} 年。", fields={"closes": ["晚于计划年度"]})
    old = FilingWindow.objects.select_for_update().filter(plan_year=plan_year).first()
    was = str(old) if old else ""
    window, _ = FilingWindow.objects.update_or_create(
        plan_year=plan_year,
        defaults={"opens": opens, "closes": closes},
        create_defaults={"opens": opens, "closes": closes, "is_demo": is_demo},
    )
    sentence = f"设定 {plan_year} 年度计划申报窗口 {opens} 至 {closes}"
    audit.record(by=by, event="priorities.window.open", about=window, was=was, now=str(window), sentence=sentence)
    return window


@verb("priorities.window.extend")
def extend_window(
    *,
    by: Actor,
    plan_year: int,
    until: dt.date,
    reason: str,
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> WindowExtension:
    """Extend the window for all, or for one unit, with a reason."""
    access.require(by, Permission.MANAGE_CALENDAR)
    window, reason = _window(plan_year), _reason(reason)
    if until is None or until <= window.closes:
        raise Invalid(f"要延到 {window.closes} 之后。", fields={"until": [f"写一个 {window.closes} 之后的日期"]})
    return _extend(by, window, until, reason, organisation, False, is_demo)


@verb("priorities.window.leave")
def grant_leave(
    *, by: Actor, plan_year: int, organisation: Organisation, until: dt.date, reason: str, is_demo: bool = False
) -> WindowExtension:
    """追加许可: one unit may file what does not wait for the next window (追加, 变更, 自筹, 备案), until a day."""
    access.require(by, Permission.MANAGE_CALENDAR)
    window, reason = _window(plan_year), _reason(reason)
    if organisation is None:
        raise Invalid("追加许可要写明给哪个单位。", fields={"organisation": ["请选择单位"]})
    if until is None or until < clock.today():
        raise Invalid("许可的期限不能早于今天。", fields={"until": ["写一个不早于今天的日期"]})
    return _extend(by, window, until, reason, organisation, True, is_demo)


def _window(plan_year: int) -> FilingWindow:
    window = FilingWindow.objects.filter(plan_year=plan_year).first()
    if window is None:
        raise Refused(f"{plan_year} 年度计划还没有设定申报窗口，请先设定。")
    return window


def _reason(reason: str) -> str:
    reason = clean_text(reason, limit=300, field="理由")
    if not reason:
        raise Invalid("延期和追加许可要写明理由。", fields={"reason": ["请写明理由。"]})
    return reason


def _extend(by, window, until, reason, organisation, is_leave, is_demo) -> WindowExtension:
    row = WindowExtension.objects.create(
        window=window,
        organisation=organisation,
        until=until,
        reason=reason,
        is_leave=is_leave,
        by_text=by.text,
        is_demo=is_demo,
    )
    whom, what = organisation or "全部单位", "追加许可" if is_leave else "申报窗口延期"
    sentence = f"{window.plan_year} 年度计划{what}：{whom}至 {until}，{reason}"
    about = (window, organisation) if organisation else window
    audit.record(
        by=by,
        event=f"priorities.window.{'leave' if is_leave else 'extend'}",
        about=about,
        now=str(until),
        sentence=sentence,
    )
    if organisation:
        inbox.tell(
            key=f"window:{row.pk}",
            organisation_id=organisation.survivor_id,
            sentence=f"{sentence}。",
            address="/priorities/mine/",
            is_demo=is_demo,
        )
    return row
