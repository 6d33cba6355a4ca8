"""How the register stood on a day, and what changed between two days, by stable code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Min, Q, Sum

from governance.basics.text import quantise
from governance.models import Organisation
from projects.labels import CONSTRUCTIONS, INVESTMENT_TYPES, LEVELS, ORIGINS, STATES, TASK_STATES, TIERS
from projects.lifecycle import period_text
from projects.models import Milestone, Phase, PlanTask, Programme, Project, ProjectLead

MANDATES, ESTIMATE_BASES = dict(Project.MANDATES), dict(Project.ESTIMATE_BASES)
PAGE_ROWS = 200
FEW = 5_000  # projects that are asked for one by one; of more, everything is read


@dataclass(frozen=True)
class StoodMilestone:
    """A milestone as it stood; `id` is what it is known by, whatever its text becomes."""

    id: int
    text: str
    start: dt.date
    end: dt.date
    precision: str
    done_on: dt.date | None

    @property
    def said(self) -> str:
        first, last = period_text.say(self.start, self.end, self.precision).split("—")
        when = first if first == last else f"{first}—{last}"
        return f"{when}，{self.done_on} 完成" if self.done_on else f"{when}，未完成"


@dataclass(frozen=True)
class StoodPhase:
    """A phase as it stood."""

    id: int
    name: str
    start: dt.date
    end: dt.date
    precision: str
    state: str

    @property
    def said(self) -> str:
        return f"{STATES[self.state]}，{period_text.say(self.start, self.end, self.precision)}"


@dataclass(frozen=True)
class StoodTask:
    """A task of the plan as it stood."""

    code: str
    block: str
    text: str
    state: str
    state_day: dt.date | None
    evidence: str

    @property
    def state_label(self) -> str:
        return TASK_STATES[self.state]


@dataclass(frozen=True)
class Fact:
    """What was registered: `key` is what two days are compared by, `text` "" where nothing was filled in."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Stood:
    """A project as it stood on a day: its row of that day, and what was registered beside it."""

    row: object  # projects.HistoricalProject
    leads: tuple[str, ...]
    phases: tuple[StoodPhase, ...] = ()
    milestones: tuple[StoodMilestone, ...] = ()
    programme: str = ""
    parent: str = ""
    units: tuple[str, str, str] = ("", "", "")  # 预算, 建设, 运营

    def __getattr__(self, name: str):
        """The fields of the project's own row: code, name, content, state, percent, start …"""
        if name.startswith("__") or name == "row":
            raise AttributeError(name)
        return getattr(self.row, name)

    @property
    def state_label(self) -> str:
        return STATES[self.row.state]

    def facts(self) -> list[Fact]:
        """Everything registered, in words."""
        p, (budget, builder, operator) = self.row, self.units
        own = {
            "名称": p.name,
            "建设内容": p.content,
            "来源": ORIGINS[p.origin],
            "工程": self.programme,
            "状态": self.state_label + (f"（{p.state_day} 起）" if p.state_day else ""),
            "暂停前": STATES.get(p.suspended_from, ""),
            "完成比例": "" if p.percent is None else f"{p.percent} %",
            "原基线": period_text.say(p.start, p.end, p.precision),
            "最新基线": period_text.say(p.latest_start, p.latest_end, p.precision)
            + (f"（改过 {p.rebaselined} 次）" if p.rebaselined else ""),
            "概算": ""
            if p.estimate_wan is None
            else f"{p.estimate_wan:,.2f} 万元（{ESTIMATE_BASES[p.estimate_basis]}）",
            "牵头单位": "、".join(self.leads) + ("（未尽）" if p.leads_open_ended else ""),
            "投资类型": INVESTMENT_TYPES.get(p.investment_type, ""),
            "谁要求建设": MANDATES.get(p.mandate, ""),
            "列入 8.1(2)": {None: "", True: "是", False: "否"}[p.on_shared_list],
            "管理级别": LEVELS.get(p.level_922, ""),
            "课题层级": TIERS.get(p.tier_927, ""),
            "上级": self.parent,
            "保护等级": f"{p.protection_level} 级" if p.protection_level else "",
            "建设类型": CONSTRUCTIONS.get(p.construction, ""),
            "预算单位": budget,
            "建设单位": builder,
            "运营单位": operator,
        }
        found = [Fact(label, label, text) for label, text in own.items()]
        found += [Fact(f"phase:{f.id}", f"分期 {f.name}", f.said) for f in self.phases]
        return found + [Fact(f"milestone:{m.id}", f"节点 {m.text}", m.said) for m in self.milestones]


@dataclass(frozen=True)
class AsOf:
    """The register as of a day: projects in their order, tasks by block."""

    day: dt.date
    projects: list[Stood]
    task_list: list[StoodTask] = field(default_factory=list)

    @property
    def tasks(self) -> dict[str, str]:
        """code → state."""
        return {t.code: t.state for t in self.task_list}

    @property
    def total_wan(self) -> Decimal:
        return sum((p.estimate_wan or Decimal(0) for p in self.projects), Decimal(0))


def as_of(day: dt.date, *, parts: bool = True) -> AsOf:
    """Recorded on a business day ≤ `day`, the highest history id per object; eight queries, three without `parts`
    (phases, milestones, the names of programme, parent and units)."""
    return AsOf(day, stood(projects_on(day), day, parts=parts), tasks_on(day))


def both(first: dt.date, last: dt.date) -> tuple[AsOf, AsOf]:
    """What `differences` needs of two days: the projects of which something was recorded in between, and every task."""
    ids = _touched(first, last)
    few = ids if len(ids) <= FEW else None
    found = []
    for day in (first, last):
        rows = projects_on(day) if few is None else projects_on(day).filter(id__in=few)
        found.append(AsOf(day, stood(rows, day, only=few), tasks_on(day)))
    return found[0], found[1]


def _touched(first: dt.date, last: dt.date) -> set[int]:
    """Projects with a row of history after `first`, until `last`; those beside a unit that had one are among them."""
    ids = {
        pk
        for model in (ProjectLead, Phase, Milestone)
        for pk in _since(model, first, last).values_list("project_id", flat=True)
    }
    units = set(_since(Organisation, first, last).values_list("id", flat=True))
    beside = Q(budget_unit__in=units) | Q(builder__in=units) | Q(operator__in=units)
    named = Project.history.filter(beside, day__lte=last).values_list("id", flat=True) if units else ()
    return ids | set(_since(Project, first, last).values_list("id", flat=True)) | set(named)


def _since(model, first: dt.date, last: dt.date):
    return model.history.filter(day__gt=first, day__lte=last).order_by().distinct()


def tasks_on(day: dt.date) -> list[StoodTask]:
    rows = sorted(_newest(PlanTask, day), key=lambda t: (t.block, t.order))
    return [StoodTask(t.code, t.block, t.text, t.state, t.state_day, t.evidence) for t in rows]


def projects_on(day: dt.date):
    """The rows of the projects' history that held on the day, in the order of the register."""
    return _newest(Project, day).order_by("order", "id")


@dataclass(frozen=True)
class OnDay:
    """One page of the register as of a day, with what the whole register comes to."""

    states: list[tuple[str, str, int, Decimal]]  # (state, label, projects, 万元) in the order of a project's life
    page: Page  # of Stood

    @property
    def count(self) -> int:
        return sum(n for _, _, n, _ in self.states)

    @property
    def total_wan(self) -> Decimal:
        return sum((wan for *_, wan in self.states), Decimal(0))


def on_day(day: dt.date, *, state: str = "", number: str | None = None) -> OnDay:
    """A page of the projects, of all or of those in a state that day, without phases, milestones and names of units;
    three queries, whatever the number of projects."""
    rows = projects_on(day)
    counted = rows.order_by().values_list("state").annotate(Count("history_id"), Sum("estimate_wan"))
    sums = {s: (n, quantise(wan or Decimal(0))) for s, n, wan in counted}  # SQLite adds up in floating point
    states = [(key, label, *sums[key]) for key, label in Project.STATES if key in sums]
    pages = Paginator(rows.filter(state=state) if state else rows, PAGE_ROWS)
    pages.count = sum(n for key, _, n, _ in states if state in ("", key))  # counted above
    page = pages.get_page(number)
    shown = list(page.object_list)
    page.object_list = stood(shown, day, parts=False, only=[p.id for p in shown])
    return OnDay(states, page)


def one(code: str, day: dt.date) -> Stood | None:
    """A project by its code, None where it was not registered yet."""
    found = list(projects_on(day).filter(code=code)[:1])
    return stood(found, day, only=[found[0].id])[0] if found else None


def stood(rows, day: dt.date, *, parts: bool = True, only: Collection[int] | None = None) -> list[Stood]:
    """Rows of the projects' history with what stood beside them that day; `only` reads that of these projects alone."""
    rows, of = list(rows), {} if only is None else {"project_id__in": only}
    leads, phases, milestones, names, programmes, parents = {}, {}, {}, {}, {}, {}
    for lead in _newest(ProjectLead, day, **of):
        leads.setdefault(lead.project_id, []).append((lead.order, lead.as_named))
    if parts:
        for f in sorted(_newest(Phase, day, **of), key=lambda f: (f.order, f.id)):
            phases.setdefault(f.project_id, []).append(StoodPhase(f.id, f.name, f.start, f.end, f.precision, f.state))
        for m in sorted(_newest(Milestone, day, **of), key=lambda m: (m.start, m.id)):
            if not m.dropped_reason:
                stood_so = StoodMilestone(m.id, m.text, m.start, m.end, m.precision, m.done_on)
                milestones.setdefault(m.project_id, []).append(stood_so)
        names = {o.id: o.name for o in _newest(Organisation, day)}
        programmes = dict(Programme.objects.values_list("pk", "name"))
        parents = dict(Project.objects.filter(pk__in={p.parent_id for p in rows} - {None}).values_list("pk", "code"))
    return [
        Stood(
            p,
            tuple(name for _, name in sorted(leads.get(p.id, []))),
            tuple(phases.get(p.id, ())),
            tuple(milestones.get(p.id, ())),
            programmes.get(p.programme_id, ""),
            parents.get(p.parent_id, ""),
            tuple(names.get(pk, "") for pk in (p.budget_unit_id, p.builder_id, p.operator_id)),
        )
        for p in rows
    ]


def opened_on() -> dt.date | None:
    """The first day of which the register knows how it stood."""
    return Project.history.order_by().aggregate(first=Min("day"))["first"]


def _newest(model, day: dt.date, **of):
    rows = model.history.model.objects
    newest = rows.filter(day__lte=day, **of).order_by().values("id").annotate(newest=Max("history_id")).values("newest")
    return rows.filter(history_id__in=newest).exclude(history_type="-")


@dataclass(frozen=True)
class Difference:
    """One fact that is not the same on both days; `was` "" for what was not there yet. `how`: added, dropped,
    changed."""

    kind: str  # project, plan-task
    code: str
    name: str
    what: str
    was: str
    now: str
    how: str = "changed"


def differences(before: AsOf, after: AsOf) -> list[Difference]:
    """What changed from one day to the other: projects by code, then tasks by code."""
    found = []
    then, now = {p.code: p for p in before.projects}, {p.code: p for p in after.projects}
    for code, project in (then | now).items():
        if code not in then:
            found.append(Difference("project", code, project.name, "登记", "", project.state_label, "added"))
        elif code not in now:
            found.append(Difference("project", code, project.name, "登记", then[code].state_label, "", "dropped"))
        else:
            was, held = ({f.key: f for f in p.facts()} for p in (then[code], now[code]))
            for key in dict.fromkeys((*was, *held)):
                old, new = (side[key].text if key in side else "" for side in (was, held))
                if old != new:
                    label = (held.get(key) or was[key]).label
                    found.append(Difference("project", code, project.name, label, old, new))
    known = before.tasks
    for task in after.task_list:
        if known.get(task.code) != task.state:
            label = TASK_STATES.get(known.get(task.code), "")
            found.append(
                Difference(
                    "plan-task", task.code, task.text, "状态", label, task.state_label, "changed" if label else "added"
                )
            )
    return found
