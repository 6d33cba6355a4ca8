"""Readers: totals with their basis, search, the register as of a day."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from governance import clock
from governance.models import Discrepancy, Organisation, ReadingDecision
from projects import actions, panels
from projects.labels import BY_FIRST_LEAD, BY_PARTICIPATION
from projects.models import Milestone, Phase, PlanTask, Project, ProjectLead


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


def test_the_register_as_of_any_day_equals_what_was_seen_that_day(plan):
    """300 random changes over random days, each day photographed."""
    chance, seen = random.Random(56), {}
    days = sorted(dt.date(2006, 2, 1) + dt.timedelta(days=chance.randrange(500)) for _ in range(300))

    def photograph():
        leads = {}
        for lead in ProjectLead.objects.order_by("order"):
            leads.setdefault(lead.project_id, []).append(lead.as_named)
        milestones = {(m.project.code, m.text, m.end, m.done_on) for m in Milestone.objects.select_related("project")}
        phases = {(p.project.code, p.name, p.state) for p in Phase.objects.select_related("project")}
        return (
            [(p.code, p.name, p.state, p.percent, p.latest_end, tuple(leads.get(p.pk, []))) for p in Project.objects.order_by("order")],
            {t.code: t.state for t in PlanTask.objects.all()},
            milestones,
            phases,
        )

    for day in days:
        with clock.at(day):
            kind = chance.choice(["state", "percent", "end", "lead", "task", "milestone", "phase"])
            project = chance.choice(list(Project.objects.all()))
            if kind == "task":
                task = chance.choice(list(PlanTask.objects.all()))
                task.state = chance.choice(["done", "under_way", "not_started"])
                task.save()
            elif kind == "milestone":
                milestone = chance.choice(list(Milestone.objects.all()))
                milestone.done_on = None if milestone.done_on else day
                milestone.save()
            elif kind == "phase":
                phase = chance.choice(list(Phase.objects.all()))
                phase.state = chance.choice(["building", "trial"])
                phase.save()
            elif kind == "lead":
                lead = project.leads.order_by("-order").first()
                if project.leads.count() > 1 and chance.random() < 0.5:
                    lead.delete()
                else:
                    lead.as_named = f"单位{chance.randrange(9)}"
                    lead.save()
            else:
                project.state = chance.choice(["building", "trial"]) if kind == "state" else project.state
                project.percent = chance.randrange(101) if kind == "percent" else project.percent
                if kind == "end":
                    project.latest_end = project.end + dt.timedelta(days=chance.randrange(900))
                project.save()
        seen[day] = photograph()
    for day, (projects, tasks, milestones, phases) in seen.items():
        stood = panels.as_of(day)
        assert {(p.code, *m) for p in stood.projects for m in p.milestones} == milestones
        assert {(p.code, *f) for p in stood.projects for f in p.phases} == phases
        assert [(p.code, p.name, p.state, p.percent, p.latest_end, p.leads) for p in stood.projects] == projects
        assert stood.tasks == tasks


def test_what_changed_between_two_days_is_every_change_and_nothing_else(cast, under_way):
    with clock.at(dt.date(2007, 4, 1)):
        row = under_way("P20", "building")
    with clock.at(dt.date(2007, 5, 1)):
        task = PlanTask.objects.get(code="T2-20")
        actions.set_task_state(by=cast.reviewer, task=task, version=task.version, state="under_way")
        actions.record_change(by=cast.reviewer, project=row, version=Project.objects.get(pk=row.pk).version, field="time",
                              now="2007 至 2009", reason="设备到货晚", approver="市信息办〔2007〕3号")  # fmt: skip
    def between(first, last):
        found = panels.differences(panels.as_of(first), panels.as_of(last))
        return [(d.code, d.what, d.was, d.now) for d in found]

    assert between(dt.date(2007, 2, 28), dt.date(2007, 4, 30)) == [("P20", "状态", "待立项", "建设中")]
    assert between(dt.date(2007, 4, 30), dt.date(2007, 5, 1)) == [
        ("P20", "最新基线", "2007—2008", "2007—2009"), ("T2-20", "状态", "未启动", "进行中"),
    ]  # fmt: skip
    assert between(dt.date(2007, 5, 1), dt.date(2007, 8, 1)) == []


def test_before_the_register_opened_there_was_nothing(plan):
    assert panels.as_of(dt.date(2005, 12, 31)).projects == []
    assert panels.as_of(dt.date(2006, 1, 1)).total_wan == 6883


def test_a_row_that_was_registered_later_is_not_in_an_older_view(plan):
    with clock.at(dt.date(2007, 6, 1)):
        Project.objects.create(code="N2008-01", name="新", origin="annual_plan", registered_on=dt.date(2007, 6, 1))
    assert len(panels.as_of(dt.date(2007, 5, 31)).projects) == 27
    assert len(panels.as_of(dt.date(2007, 6, 1)).projects) == 28


def decide(code: str, reading: str, day: dt.date = dt.date(2007, 8, 1)) -> None:
    ReadingDecision.objects.create(discrepancy=Discrepancy.objects.get(code=code), reading=reading, from_day=day, reason="定",
                                   by_text="领导小组")  # fmt: skip


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
