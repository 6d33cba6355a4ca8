"""The frame of every report: title, issuer, day, the plan that it rests on, footnotes with the readings in force. It
stands on the lowest floor that prints reports; money and proposals fill it from above."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from django.conf import settings

from governance.basics import clock
from governance.basics.figures import Report, Section
from governance.models import Discrepancy, Plan
from projects.models import Project
from projects.panels.plan import reading_of, with_readings

OFFICE = f"{settings.CITY_NAME}信息化领导小组办公室"
_GAP = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%]) (?=[\u3000-\u9fff\uff00-\uffef])"
)


def day_of(year: int) -> dt.date:
    """The day that a year's report stands for: today, or the year's last day once it is over."""
    return min(clock.today(), dt.date(year, 12, 31))


def said(day: dt.date) -> str:
    """A day as running text has it: 2007年8月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


def tight(text: str) -> str:
    """Without the spaces between Chinese and figures, which a justified line on paper would stretch."""
    return _GAP.sub("", text)


def report(
    kind: str,
    year: int,
    name: str,
    basis: str,
    clause: str,
    noted: tuple[str, ...],
    sections: tuple[Section, ...],
    *,
    day: dt.date | None = None,
    issuer: tuple[str, ...] = (OFFICE,),
    rule_set: str = "",
    is_demo: bool | None = None,
    is_brief: bool = False,
) -> Report:
    """A year's report: `name` follows the year in its title, `clause` the plan's in its subtitle; `noted` are the
    discrepancies that it footnotes. Left out: the day of the year, the plan's own rule set, demonstration where a
    project is."""
    plan, day = Plan.objects.order_by("pk").first(), day or day_of(year)
    notes = with_readings(Discrepancy.objects.filter(code__in=noted).order_by("code"), day)
    return Report(
        kind=kind,
        year=year,
        title=f"{settings.CITY_NAME}电子政务项目{year}{name}",
        day=day,
        issuer=issuer,
        basis=basis,
        rule_set=rule_set or (plan.key if plan else ""),
        sections=tuple(replace(s, paragraphs=tuple(map(tight, s.paragraphs))) for s in sections),
        notes=tuple((d.code, f"{d.title}：{reading_of(d)}") for d in notes),
        subtitle=f"依据《{_named(plan)}》{clause}" if plan else "",
        city=settings.CITY_NAME,
        is_brief=is_brief,
        is_demo=Project.objects.filter(is_demo=True).exists() if is_demo is None else is_demo,
    )


def _named(plan: Plan) -> str:
    """The plan under the title that its source has."""
    return (plan.data.get("source") or {}).get("title") or plan.title
