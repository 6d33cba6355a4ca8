"""The filing window: the only calendar date that blocks anything (D49, 系统默认), its extensions, and 追加许可."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from governance.models import Organisation
from priorities.models import FilingWindow, WindowExtension

# Leave (追加许可) lets in what does not wait for the yearly window by its nature; the yearly kinds need an extension.
WITH_LEAVE = ("supplementary", "change", "self_funded", "district")


# The planning year (系统默认; the plan names no date, D48, D49): step, first and last month and day.
STEPS = (
    ("申报", (7, 1), (8, 31), "D49"),
    ("预审", (9, 1), (9, 30), "D49"),
    ("专家审定", (10, 1), (10, 31), "D49"),
    ("联合会签", (11, 1), (11, 30), "D49"),
    ("领导小组审定", (12, 1), (12, 31), "D49"),
    ("下达", (1, 1), (1, 31), "D49"),
)


@dataclass(frozen=True)
class Step:
    """One step of the planning year: `state` is past, now or coming; `left` days until its end while it is now."""

    name: str
    start: dt.date
    end: dt.date
    code: str
    state: str
    left: int


def year_steps(plan_year: int, day: dt.date) -> list[Step]:
    """The steps towards a year's plan: in the year before, the last one in the year itself; the real window."""
    window = FilingWindow.objects.filter(plan_year=plan_year).first()
    found = []
    for name, first, last, code in STEPS:
        year = plan_year if first < STEPS[0][1] else plan_year - 1
        start, end = dt.date(year, *first), dt.date(year, *last)
        if window and name == STEPS[0][0]:
            start, end = window.opens, window.closes
        state = "past" if end < day else "now" if start <= day else "coming"
        found.append(Step(name, start, end, code, state, (end - day).days))
    return found


def default_dates(plan_year: int) -> tuple[dt.date, dt.date]:
    """7-1 to 8-31 of the year before: field practice, not the plan's rule."""
    return dt.date(plan_year - 1, 7, 1), dt.date(plan_year - 1, 8, 31)


def year_to_file(day: dt.date) -> int:
    """The plan year whose window is open or comes next."""
    coming = FilingWindow.objects.filter(closes__gte=day).order_by("closes").values_list("plan_year", flat=True).first()
    return coming or day.year + 1


def last_day(window: FilingWindow, organisation: Organisation) -> dt.date:
    """The last day on which the unit may file: the window's, or that of an extension for all or for it."""
    units = {organisation.pk, organisation.survivor_id}
    longer = window.extensions.filter(is_leave=False).filter(Q(organisation=None) | Q(organisation_id__in=units))
    return max([window.closes, *longer.values_list("until", flat=True)])


def leave(plan_year: int, organisation: Organisation, day: dt.date) -> WindowExtension | None:
    """The leave that the unit has on the day, if any."""
    units = {organisation.pk, organisation.survivor_id}
    rows = WindowExtension.objects.filter(window__plan_year=plan_year, is_leave=True, organisation_id__in=units)
    return rows.filter(day__lte=day, until__gte=day).order_by("-until").first()


def closed(plan_year: int, organisation: Organisation, kind: str, day: dt.date) -> str:
    """Why the unit cannot file for the plan year on the day; empty where it can."""
    if kind in WITH_LEAVE and leave(plan_year, organisation, day):
        return ""
    window = FilingWindow.objects.filter(plan_year=plan_year).first()
    if window is None:
        return f"{plan_year} 年度计划还没有设定申报窗口。"
    if day < window.opens:
        return f"{plan_year} 年度计划的申报窗口 {window.opens} 开始，今天是 {day}。"
    last = last_day(window, organisation)
    if day <= last:
        return ""
    more = "；追加、变更、自筹和备案也可以先取得追加许可" if kind in WITH_LEAVE else ""
    return f"{plan_year} 年度计划的申报窗口已于 {last} 截止，今天是 {day}；需要延期{more}（D49，系统默认）。"
