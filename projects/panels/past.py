"""How the register stood on a day, and what changed between two days, by stable code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max

from governance.models import Organisation
from projects import windows
from projects.labels import INVESTMENT_TYPES, LEVELS, STATES, TASK_STATES, TIERS
from projects.models import Milestone, Phase, PlanTask, Programme, Project, ProjectLead


@dataclass(frozen=True)
class Stood:
    """A project as it stood on a day."""

    code: str
    name: str
    content: str
    state: str
    percent: int | None
    start: dt.date | None
    end: dt.date | None
    latest_start: dt.date | None
    latest_end: dt.date | None
    estimate_wan: Decimal | None
    leads: tuple[str, ...]
    precision: str = "year"
    programme: str = ""
    investment_type: str = ""
    level_922: str = ""
    tier_927: str = ""
    protection_level: int | None = None
    budget_unit: str = ""
    builder: str = ""
    operator: str = ""
    phases: tuple[tuple[str, str], ...] = ()  # (name, state)
    milestones: tuple[tuple[str, dt.date, dt.date | None], ...] = ()  # (text, end, done on)

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    def said(self) -> dict[str, str]:
        """Every fact in words by its label: what two days are compared by. Unfilled is 未填."""
        found = {
            "名称": self.name, "建设内容": self.content, "状态": self.state_label,
            "完成比例": "" if self.percent is None else f"{self.percent} %",
            "原基线": windows.say(self.start, self.end, self.precision),
            "最新基线": windows.say(self.latest_start, self.latest_end, self.precision),
            "概算": "" if self.estimate_wan is None else f"{self.estimate_wan:,.2f} 万元", "牵头单位": "、".join(self.leads),
            "投资类型": INVESTMENT_TYPES.get(self.investment_type, ""), "管理级别": LEVELS.get(self.level_922, ""),
            "课题层级": TIERS.get(self.tier_927, ""), "保护等级": str(self.protection_level or ""),
            "预算单位": self.budget_unit, "建设单位": self.builder, "运营单位": self.operator,
        }  # fmt: skip
        found |= {f"分期 {name}": STATES[state] for name, state in self.phases}
        found |= {f"节点 {text}": f"{end}{'，' + str(done) + ' 完成' if done else '，未完成'}" for text, end, done in self.milestones}
        return found


@dataclass(frozen=True)
class AsOf:
    """The register as of a day: projects in their order, tasks as code → state."""

    day: dt.date
    projects: list[Stood]
    tasks: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)  # tasks as code → text

    @property
    def total_wan(self) -> Decimal:
        return sum((p.estimate_wan or Decimal(0) for p in self.projects), Decimal(0))

    @property
    def states(self) -> list[tuple[str, str, int, Decimal]]:
        """(state, label, projects, 万元) by state in the order of a project's life."""
        rows = []
        for key, label in Project.STATES:
            mine = [p for p in self.projects if p.state == key]
            if mine:
                rows.append((key, label, len(mine), sum((p.estimate_wan or Decimal(0) for p in mine), Decimal(0))))
        return rows

    @property
    def task_states(self) -> list[tuple[str, int]]:
        held = list(self.tasks.values())
        return [(label, held.count(key)) for key, label in TASK_STATES.items() if key in held]


def as_of(day: dt.date, *, parts: bool = True) -> AsOf:
    """Recorded on a business day ≤ `day`, the highest history id per object; seven queries, three without `parts`
    (phases, milestones, the names of programme and units)."""
    leads, phases, milestones, units, programmes = {}, {}, {}, {}, {}
    for row in _newest(ProjectLead, day):
        leads.setdefault(row.project_id, []).append((row.order, row.as_named))
    if parts:
        for row in _newest(Phase, day):
            phases.setdefault(row.project_id, []).append((row.order, row.name, row.state))
        for row in _newest(Milestone, day):
            if not row.dropped_reason:
                milestones.setdefault(row.project_id, []).append((row.start, row.id, row.text, row.end, row.done_on))
        units = dict(Organisation.objects.values_list("pk", "name"))
        programmes = dict(Programme.objects.values_list("pk", "name"))
    stood = [
        Stood(
            p.code, p.name, p.content, p.state, p.percent, p.start, p.end, p.latest_start, p.latest_end, p.estimate_wan,
            tuple(name for _, name in sorted(leads.get(p.id, []))), p.precision, programmes.get(p.programme_id, ""),
            p.investment_type, p.level_922, p.tier_927, p.protection_level, units.get(p.budget_unit_id, ""),
            units.get(p.builder_id, ""), units.get(p.operator_id, ""),
            tuple((name, state) for _, name, state in sorted(phases.get(p.id, []))),
            tuple((text, end, done) for _, _, text, end, done in sorted(milestones.get(p.id, []), key=lambda m: m[:2])),
        )
        for p in sorted(_newest(Project, day), key=lambda p: (p.order, p.id))
    ]  # fmt: skip
    tasks = sorted(_newest(PlanTask, day), key=lambda t: (t.block, t.order))
    return AsOf(day, stood, {t.code: t.state for t in tasks}, {t.code: t.text for t in tasks})


def _newest(model, day: dt.date):
    rows = model.history.model.objects
    newest = rows.filter(day__lte=day).order_by().values("id").annotate(newest=Max("history_id")).values("newest")
    return rows.filter(history_id__in=newest).exclude(history_type="-")


@dataclass(frozen=True)
class Difference:
    """One fact that is not the same on both days; `was` "" for what was not there yet."""

    kind: str  # project, plan-task
    code: str
    name: str
    what: str
    was: str
    now: str
    address: str


def differences(before: AsOf, after: AsOf) -> list[Difference]:
    """What changed from one day to the other: projects by code, then tasks by code."""
    found = []
    then, now = {p.code: p for p in before.projects}, {p.code: p for p in after.projects}
    for code, project in (then | now).items():
        address = f"/projects/{code}/"
        if code not in then:
            found.append(Difference("project", code, project.name, "登记", "", project.state_label, address))
            continue
        if code not in now:
            found.append(Difference("project", code, project.name, "登记", then[code].state_label, "", address))
            continue
        was, held = then[code].said(), now[code].said()
        found += [
            Difference("project", code, project.name, what, was.get(what, ""), held.get(what, ""), address)
            for what in dict.fromkeys((*was, *held))
            if was.get(what, "") != held.get(what, "")
        ]
    for code, state in after.tasks.items():
        was = before.tasks.get(code)
        if was != state:
            label = TASK_STATES[was] if was else ""
            found.append(Difference("plan-task", code, after.texts.get(code, ""), "状态", label, TASK_STATES[state], f"/projects/tasks/{code}/"))
    return found
