"""Readers: search, what a decided reading moves."""

from __future__ import annotations

import datetime as dt

from governance.models import Discrepancy, ReadingDecision
from projects import panels
from projects.models import Project


def test_two_characters_are_enough_to_find_a_project(cast):
    assert [h.code for h in panels.search(cast.auditor, "卫生")] == ["P17", "T2-32"]
    assert [h.code for h in panels.search(cast.auditor, "Ｐ１５")] == ["P15"]
    assert panels.search(cast.auditor, "  ") == []
    assert panels.search(cast.sysadmin, "卫生") == []


def decide(code: str, reading: str, day: dt.date = dt.date(2007, 8, 1)) -> None:
    ReadingDecision.objects.create(
        discrepancy=Discrepancy.objects.get(code=code), reading=reading, from_day=day, reason="定", by_text="领导小组"
    )


def of(code: str, actor, day: dt.date):
    return panels.parts(panels.with_facts(Project.objects.filter(code=code)).get(), actor, day=day)


def test_a_decided_reading_moves_what_it_decides_from_its_day_on(cast, under_way):
    """D29 the milestone's day, D43 who leads first, D48 when the summary is due."""
    before, after = dt.date(2007, 7, 31), dt.date(2007, 8, 2)
    for code in ("D29", "D43", "D48"):
        decide(code, "b")
    under_way("P13")
    assert of("P13", cast.reviewer, before).milestones[1].due == dt.date(2009, 12, 31)
    assert of("P13", cast.reviewer, after).milestones[1].due == dt.date(2010, 12, 31)
    assert of("P13", cast.reviewer, before).reports[0].due == dt.date(2007, 12, 31)
    assert of("P13", cast.reviewer, after).reports[0].due == dt.date(2008, 1, 31)
    assert of("P13", cast.reviewer, before).leads[0].notes[0] == ("第一牵头（默认，待确认）", "D43")
    assert of("P13", cast.reviewer, after).leads[0].notes[0] == ("各牵头单位并列，不分主次", "D43")
