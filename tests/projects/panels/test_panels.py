"""Readers: totals with their basis, search, what a decided reading moves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from governance.models import Discrepancy, Organisation, ReadingDecision
from projects import panels
from projects.labels import BY_FIRST_LEAD, BY_PARTICIPATION
from projects.models import Project


def test_programme_totals_count_each_project_once(plan):
    totals = {t.key: (t.count, t.wan) for t in panels.by_programme()}
    assert totals == {"unified-network": (3, 1050), "office-automation": (2, 196), "gis": (6, 1765), "none": (16, 3872)}
    assert sum(wan for _, wan in totals.values()) == 6883


def test_lead_totals_say_their_basis_and_only_the_first_adds_up(plan):
    first = {t.name: (t.count, t.wan) for t in panels.by_lead(basis=BY_FIRST_LEAD)}
    every = {t.name: (t.count, t.wan) for t in panels.by_lead(basis=BY_PARTICIPATION)}
    assert first["市信息产业局"] == (13, Decimal(3695))
    assert every["市信息产业局"] == (23, Decimal(5793))
    assert sum(wan for _, wan in first.values()) == 6883
    assert sum(wan for _, wan in every.values()) > 6883
    with pytest.raises(ValueError):
        panels.by_lead(basis="somehow")


def test_a_merged_unit_counts_as_its_survivor(plan):
    old, new = Organisation.objects.get(key="planning-bureau"), Organisation.objects.get(key="construction-bureau")
    old.canonical = new
    old.save()
    totals = {t.name: t.count for t in panels.by_lead()}
    assert "市规划局" not in totals
    assert totals["市建设局"] == 2


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
    assert (panels.basis_on(before), panels.basis_on(after)) == (BY_FIRST_LEAD, BY_PARTICIPATION)
