"""What the reports about the register's duties share: who issues them, their footnotes, how a day of them is chosen."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from governance import clock
from governance.figures import Report, Section
from governance.models import Discrepancy, Plan
from projects.models import Project
from projects.panels.plan import reading_of, with_readings

OFFICE = f"{settings.CITY_NAME}信息化领导小组办公室"


def day_of(year: int) -> dt.date:
    """The day that a year's report stands for: today, or the year's last day once it is over."""
    return min(clock.today(), dt.date(year, 12, 31))


def report(kind: str, year: int, name: str, basis: str, clause: str, noted: tuple[str, ...], sections: tuple[Section, ...]) -> Report:
    """A report of floor 2 in its frame; `noted` are the discrepancies that it footnotes with the reading in force."""
    plan, day = Plan.objects.order_by("pk").first(), day_of(year)
    notes = with_readings(Discrepancy.objects.filter(code__in=noted).order_by("code"), day)
    return Report(
        kind=kind, year=year, title=f"{settings.CITY_NAME}电子政务项目{year}年度{name}", day=day, issuer=(OFFICE,), basis=basis,
        rule_set=plan.key if plan else "", sections=sections, notes=tuple((d.code, f"{d.title}：{reading_of(d)}") for d in notes),
        subtitle=f"依据《{plan.title}》{clause}" if plan else "", city=settings.CITY_NAME,
        is_demo=Project.objects.filter(is_demo=True).exists(),
    )  # fmt: skip
