"""The register as of a day, what changed between two: history against photographs taken on the day."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from governance.basics import clock
from governance.models import Organisation
from projects import actions
from projects.models import Milestone, Phase, PlanTask, Project, ProjectLead
from projects.panels import past

FIELDS = [f.attname for f in Project._meta.concrete_fields if f.name != "search_text"]


def photograph() -> dict:
    """The living rows of the moment: every field of every project, and whatever stands beside it."""
    leads, phases, milestones, names = (
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
        dict(Organisation.objects.values_list("pk", "name")),
    )
    for lead in ProjectLead.objects.order_by("order"):
        leads[lead.project_id].append(lead.as_named)
    for f in Phase.objects.order_by("order", "pk"):
        phases[f.project_id].append((f.id, f.name, f.start, f.end, f.precision, f.state))
    for m in Milestone.objects.filter(dropped_reason="").order_by("start", "pk"):
        milestones[m.project_id].append((m.id, m.text, m.start, m.end, m.precision, m.done_on))
    return {
        "projects": [
            (
                {name: getattr(p, name) for name in FIELDS},
                leads[p.pk],
                phases[p.pk],
                milestones[p.pk],
                [names.get(pk, "") for pk in (p.budget_unit_id, p.builder_id, p.operator_id)],
            )
            for p in Project.objects.order_by("order", "pk")
        ],
        "tasks": [(t.code, t.state, t.state_day, t.evidence) for t in PlanTask.objects.order_by("block", "order")],
    }


def developed(day: dt.date) -> dict:
    """The same of the past."""
    stood = past.as_of(day)
    return {
        "projects": [
            (
                {name: getattr(p.row, name) for name in FIELDS},
                list(p.leads),
                [tuple(vars(f).values()) for f in p.phases],
                [tuple(vars(m).values()) for m in p.milestones],
                list(p.units),
            )
            for p in stood.projects
        ],
        "tasks": [(t.code, t.state, t.state_day, t.evidence) for t in stood.task_list],
    }


class Chance:
    """One random change of the register on a day; every kind leaves a row of history."""

    def __init__(self, seed: int) -> None:
        self.of = random.Random(seed)
        self.kinds = [name for name in dir(self) if name.startswith("a_")]
        self.made = 0

    def one(self, rows):
        return self.of.choice(list(rows.order_by("pk")))

    def happens(self, day: dt.date) -> str:
        kind = self.of.choice(self.kinds)
        getattr(self, kind)(self.one(Project.objects), day)
        return kind

    def a_state(self, p, day):
        p.state, p.state_day = self.of.choice(["approved", "building", "trial", "suspended"]), day
        p.save()

    def a_percent(self, p, day):
        p.percent = self.of.randrange(101)
        p.save()

    def a_window(self, p, day):
        p.latest_end, p.rebaselined = (p.end or day) + dt.timedelta(days=self.of.randrange(900)), p.rebaselined + 1
        p.save()

    def a_content(self, p, day):
        p.name, p.content = f"{p.name[:40]}{self.of.randrange(9)}", f"内容{self.of.randrange(99)}"
        p.save()

    def a_class(self, p, day):
        p.level_922, p.protection_level, p.on_shared_list = (
            self.of.choice(["1", "2"]),
            self.of.randrange(1, 6),
            self.of.choice([True, False, None]),
        )
        p.investment_type, p.mandate = self.of.choice(["government", "market"]), self.of.choice(["state", "own"])
        p.save()

    def a_sum(self, p, day):
        p.estimate_wan = Decimal(self.of.randrange(1, 90_000)) / 100
        p.save()

    def a_unit_beside(self, p, day):
        p.budget_unit, p.builder = self.one(Organisation.objects), self.one(Organisation.objects)
        p.save()

    def a_lead(self, p, day):
        lead = p.leads.order_by("-order").first()
        what = self.of.choice(["drop", "add", "rename"])
        if what == "drop" and p.leads.count() > 1:
            lead.delete()
        elif what == "add" or lead is None:
            ProjectLead.objects.create(
                project=p,
                order=(lead.order if lead else 0) + 1,
                as_named=f"单位{self.of.randrange(99)}",
                organisation=self.one(Organisation.objects),
            )
        else:
            lead.as_named = f"单位{self.of.randrange(99)}"
            lead.save()

    def a_phase(self, p, day):
        phase = self.one(Phase.objects)
        phase.state, phase.end = (
            self.of.choice(["building", "trial"]),
            phase.end + dt.timedelta(days=self.of.randrange(60)),
        )
        phase.save()

    def a_milestone(self, p, day):
        m = self.one(Milestone.objects)
        what = self.of.choice(["reach", "move", "drop", "add"])
        if what == "add":
            Milestone.objects.create(project=p, text="试点", start=day, end=day, precision="day")
            return
        m.done_on = (None if m.done_on else day) if what == "reach" else m.done_on
        m.end = m.end + dt.timedelta(days=30) if what == "move" else m.end
        m.dropped_reason = "不做了" if what == "drop" else ""
        m.save()

    def a_task(self, p, day):
        task = self.one(PlanTask.objects)
        task.state, task.state_day, task.evidence = (
            self.of.choice(["done", "under_way", "not_started"]),
            day,
            f"凭据{self.of.randrange(9)}",
        )
        task.save()

    def a_registration(self, p, day):
        self.made += 1
        Project.objects.create(
            code=f"N2008-{self.made:02d}",
            name="新项目",
            origin="annual_plan",
            registered_on=day,
            order=1000 + self.made,
            estimate_wan=Decimal("0.10"),
        )

    def a_renaming(self, p, day):
        unit = self.one(Organisation.objects)
        unit.name = f"{unit.name[:60]}·{self.of.randrange(10_000)}"
        unit.save()

    def a_merger(self, p, day):
        """Whoever merges units rewrites no row of a project: its past and its present stay as they were."""
        old, new = self.one(Organisation.objects), self.one(Organisation.objects)
        if old != new:
            old.canonical = new
            old.save()


def test_the_register_as_of_any_day_equals_a_photograph_of_that_day(plan):
    """400 random changes of fourteen kinds over random days, each day photographed from the living rows."""
    chance, seen, done = Chance(56), {}, set()
    days = sorted(dt.date(2006, 2, 1) + dt.timedelta(days=chance.of.randrange(500)) for _ in range(400))
    for day in days:
        with clock.at(day):
            done.add(chance.happens(day))
        seen[day] = photograph()
    assert done == set(chance.kinds)
    for day, then in seen.items():
        assert developed(day) == then, day
    some = sorted(chance.of.sample([*seen], 12))
    for first, last in zip(some, some[1:], strict=False):
        assert past.differences(*past.both(first, last)) == past.differences(past.as_of(first), past.as_of(last)), (
            first,
            last,
        )
    for day in [*seen][::20]:
        page, rows = past.on_day(day), [fields for fields, *_ in seen[day]["projects"]]
        assert page.count == len(rows)
        assert page.total_wan == sum(r["estimate_wan"] or 0 for r in rows)
        assert {state: n for state, _, n, _ in page.states} == {
            s: sum(r["state"] == s for r in rows) for s in {r["state"] for r in rows}
        }
        one = past.one(rows[0]["code"], day)
        assert one.facts() == next(p for p in past.as_of(day).projects if p.code == one.code).facts()


def test_two_milestones_of_the_same_name_are_told_apart(plan):
    project = Project.objects.get(code="P01")
    with clock.at(dt.date(2007, 3, 1)):
        first, second = (
            Milestone.objects.create(project=project, text="验收", start=d, end=d, precision="day")
            for d in (dt.date(2007, 5, 1), dt.date(2007, 6, 1))
        )
    with clock.at(dt.date(2007, 4, 1)):
        second.done_on = dt.date(2007, 4, 1)
        second.save()
    found = past.differences(past.as_of(dt.date(2007, 3, 1)), past.as_of(dt.date(2007, 4, 1)))
    assert [(d.code, d.what, d.was, d.now) for d in found] == [
        ("P01", "节点 验收", "2007-06-01，未完成", "2007-06-01，2007-04-01 完成")
    ]


def test_what_changed_between_two_days_is_every_change_and_nothing_else(cast, under_way):
    with clock.at(dt.date(2007, 4, 1)):
        row = under_way("P20", "building")
    with clock.at(dt.date(2007, 5, 1)):
        task = PlanTask.objects.get(code="T2-20")
        actions.set_task_state(by=cast.reviewer, task=task, version=task.version, state="under_way")
        actions.record_change(
            by=cast.reviewer,
            project=row,
            version=Project.objects.get(pk=row.pk).version,
            field="time",
            now="2007 至 2009",
            reason="设备到货晚",
            approver="市信息办〔2007〕3号",
        )

    def between(first, last):
        found = past.differences(past.as_of(first), past.as_of(last))
        return [(d.code, d.what, d.was, d.now) for d in found]

    assert between(dt.date(2007, 2, 28), dt.date(2007, 4, 30)) == [
        ("P20", "状态", "待立项（2006-01-01 起）", "建设中（2006-06-01 起）")
    ]
    assert between(dt.date(2007, 4, 30), dt.date(2007, 5, 1)) == [
        ("P20", "最新基线", "2007—2008", "2007—2009（改过 1 次）"),
        ("T2-20", "状态", "未启动", "进行中"),
    ]
    assert between(dt.date(2007, 5, 1), dt.date(2007, 8, 1)) == []


def test_before_the_register_opened_there_was_nothing(plan):
    assert past.as_of(dt.date(2005, 12, 31)).projects == []
    assert past.as_of(dt.date(2006, 1, 1)).total_wan == 6883


def test_a_row_that_was_registered_later_is_not_in_an_older_view(plan):
    with clock.at(dt.date(2007, 6, 1)):
        Project.objects.create(code="N2008-01", name="新", origin="annual_plan", registered_on=dt.date(2007, 6, 1))
    assert len(past.as_of(dt.date(2007, 5, 31)).projects) == 27
    assert len(past.as_of(dt.date(2007, 6, 1)).projects) == 28
