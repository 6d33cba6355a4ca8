"""The parts of one project's page that the register knows: content, leads, time, tasks, milestones, progress, changes,
history, discrepancies. Eight queries, whatever has happened to the project."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import CharField, DateField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from governance import charts
from governance.basics import clock
from governance.basics.roles import Permission
from governance.database.prepared import Prepared
from governance.kernel import audit
from governance.kernel.access import Actor, may
from governance.kernel.audit import AuditRow
from governance.models import Discrepancy
from projects.labels import CERTAINTIES, RATING_TONES, STATE_TONES, STATES, TASK_TONES
from projects.lifecycle import gates, guards, life, period_text, periods
from projects.models import Change, Contract, GateItem, Milestone, Phase, PlanTask, ProgressReport, Project, TaskLink
from projects.panels.leads import handovers
from projects.panels.lists import Lead, chart_row, leads_of
from projects.panels.plan import Block, Frame, frame, frame_of, reading_key, reading_of, with_readings
from projects.progress import rating
from projects.progress.ratings import Toned, due_of_year, expert_of, latest_report, rating_of

HISTORY_ROWS = 40
BOOKED = "budgets."  # how events of the money are named
SELF_SUPERVISION = "D44"  # names the units that lead and approve, accept and evaluate
NEAR = "D23"  # tasks that look like a row without being linked to it


@dataclass(frozen=True)
class LeadLine:
    """A lead with what the page says about it: sentences with their discrepancy."""

    lead: Lead
    order: int
    notes: tuple[tuple[str, str], ...]  # (sentence, code)


@dataclass(frozen=True)
class TaskLine:
    """A task that the project carries; `certainty` 确定 or 可能."""

    task: PlanTask
    certainty: str
    block: Block | None
    late: bool

    @property
    def tone(self) -> str:
        return "red" if self.late else TASK_TONES[self.task.state]


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone with the last day that keeps it under the reading in force (D29)."""

    milestone: Milestone
    due: dt.date
    tolerance: dt.date | None  # the later day of another reading, where it is open

    @property
    def conflicts(self) -> bool:
        """It stands outside its project's window or contradicts something."""
        return bool(self.milestone.outside_window or self.milestone.discrepancy)

    @property
    def late(self) -> bool:
        return self.milestone.done_on is None and not self.milestone.dropped_reason and self.due < clock.today()


@dataclass(frozen=True)
class PhaseLine:
    """A phase (P15: 首期, 二期) with the state of its own life."""

    name: str
    start: dt.date
    end: dt.date
    precision: str
    state: str

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return STATE_TONES[self.state]


@dataclass(frozen=True)
class ReportLine:
    """A period that is owed or was reported; `gone` is the share of the window gone `on` the day that it describes."""

    period: str
    label: str
    due: dt.date
    report: object | None
    on: dt.date | None
    gone: int | None
    computed: rating.Rating | None
    late_days: int


@dataclass(frozen=True)
class Entry:
    """A discrepancy beside the page: its quotes, the reading that holds, whether people decided it."""

    row: Discrepancy
    quotes: list[dict]
    reading: str
    decided: bool


@dataclass(frozen=True)
class Parts(Toned):
    """Everything of the register about one project."""

    project: Project
    leads: list[LeadLine]
    rating: rating.Rating
    own: object | None
    expert: object | None
    steps: list[dict]  # the chain: code, label, when (past, now, later)
    offered: list[dict]
    next: dict | None
    time: object | None
    time_narrow: object | None  # the same for the phone
    tasks: list[TaskLine]
    near: list[PlanTask]
    milestones: list[MilestoneLine]
    phases: list[PhaseLine]
    reports: list[ReportLine]
    changes: list[Change]
    history: list[AuditRow]
    entries: list[Entry]
    budget_unit: object | None
    lead_confirmed: bool
    drift_words: str
    latest_words: str  # the newest window where it is not the first one any more
    may_take_over: bool
    day: dt.date

    @property
    def own_report(self):
        """The newest report in force, which the unit's own rating is from."""
        return max(
            (line.report for line in self.reports if line.report), key=lambda r: (r.period_end, r.pk), default=None
        )

    @property
    def expert_tone(self) -> str:
        return RATING_TONES[self.expert.rating] if self.expert else "slate"

    @property
    def judges_itself(self) -> bool:
        """A body that leads it also accepts and evaluates: an independent signature is asked for (D44)."""
        return any(code == SELF_SUPERVISION for line in self.leads for _, code in line.notes)


def parts(project: Project, actor, *, day: dt.date, money: rating.Money | None = None) -> Parts:
    """The parts of a project read `with_facts`."""
    item = project.plan_item
    plan = frame_of(item.plan) if item else frame()
    known = {e.code: e for e in _entries(item, day)}
    entries = [e for e in known.values() if _touches(e, project, item)]
    carried, near = _tasks(project, entries)
    lines = {t.line for t in (*carried, *near)} | ({item.line} if item else set())
    d48 = reading_key(known["D48"]) if "D48" in known else "a"
    changes = list(project.changes.all())
    milestones, phases, papers = _stretches(project)
    if (onward := life.next_step(project.state)) and onward.verb in gates.GATES:
        papers = guards.recorded(project, onward.verb, papers)
    standing = [m for m in milestones if not m.dropped_reason]
    drawn = (
        [charts.Milestone(m.text, m.start, m.end, m.precision) for m in standing],
        [charts.Phase(p.name, p.start, p.end) for p in phases],
    )
    reports = _STANDING(project.pk)
    computed = rating_of(project, day, money=money, d48=d48)
    confirmed = any(c.field == "lead" for c in changes)
    offered = guards.offered(project, actor, papers)
    return Parts(
        project=project,
        leads=_leads(project, entries, confirmed, ranked="D43" not in known or reading_key(known["D43"]) == "a"),
        rating=computed,
        own=latest_report(project),
        expert=expert_of(project, day),
        steps=_steps(project),
        offered=offered,
        next=next((o for o in offered if o["transition"] is life.next_step(project.state)), None),
        time=_time(project, chart_row(project, drawn), plan, carried, day),
        time_narrow=_time(project, chart_row(project, drawn), plan, carried, day, width=366, left=100),
        tasks=[_task(task, plan, day) for task in carried],
        near=near,
        milestones=[milestone_line(m, item, known) for m in milestones],
        phases=phases,
        reports=_reports(project, reports, day, d48, computed),
        changes=changes[::-1],
        history=history(project, actor),
        entries=[Entry(e, _quotes(e, lines), reading_of(e), bool(e.decided)) for e in entries],
        budget_unit=guards.budget_unit_of(project),
        lead_confirmed=confirmed,
        drift_words=_drift(project, computed),
        latest_words=_latest(project),
        may_take_over=project.is_unapproved and project.start is not None and project.start <= day,
        day=day,
    )


_STANDING = Prepared(
    lambda project: ProgressReport.objects.filter(project=project, superseded=False).select_related("organisation")
)


def _entries(item, day: dt.date):
    """The discrepancies that its row of the plan names, those that people added since, and those whose reading sets its
    due days; one query."""
    codes = [*(item.data.get("discrepancies", ()) if item else ()), "D29", "D43", "D48"]
    wanted = Discrepancy.objects.filter(Q(code__in=codes) | ~Q(added_by=""))
    return with_readings(wanted.order_by("weight", "code"), day)


def _touches(entry: Discrepancy, project: Project, item) -> bool:
    if entry.added_by:
        return project.code in (entry.touches or {}).get("projects", ())
    return bool(item) and entry.code in item.data.get("discrepancies", ())


def _quotes(entry: Discrepancy, lines: set[int]) -> list[dict]:
    """The quotes from the project's own line and those of its tasks; where there is none, the first."""
    return [q for q in entry.quotes if q.get("line") in lines][:3] or entry.quotes[:1]


def _leads(project: Project, entries, confirmed: bool, ranked: bool) -> list[LeadLine]:
    """Leads with their notes; `ranked`: the first named leads first (D43 a), else all stand side by side."""
    judges = {key for e in entries if e.code == SELF_SUPERVISION for key in e.touches.get("organisations", ())}
    lines = []
    for number, lead in enumerate(leads_of(project), 1):
        notes = []
        if number == 1 and len(project.leads.all()) > 1 and not confirmed:
            notes.append(("第一牵头（默认，待确认）" if ranked else "各牵头单位并列，不分主次", "D43"))
        if lead.organisation.is_generic:
            notes.append(("泛指，不是单位，不派填报", "D42"))
        elif lead.organisation.is_temporary:
            notes.append(("临时机构，须另定预算单位", "D41"))
            notes += [(offer.sentence, offer.code) for offer in handovers() if offer.project == project]
        elif lead.organisation.is_internal:
            notes.append(("内设机构，不是预算单位，须另定预算单位", "D42"))
        if (lead.organisation.canonical or lead.organisation).key in judges:
            notes.append(("同时参与立项审批与监督验收，构成利害关系", "D44"))
        lines.append(LeadLine(lead, number, tuple(notes)))
    return lines


def _steps(project: Project) -> list[dict]:
    """The chain with what is behind, now and ahead; beside it 暂停 or 终止."""
    at = project.suspended_from or project.state
    place = life.CHAIN.index(at) if at in life.CHAIN else -1
    steps = [
        {"code": code, "label": STATES[code], "when": "past" if n < place else "now" if n == place else "later"}
        for n, code in enumerate(life.CHAIN)
    ]
    if project.state in life.ASIDE:
        steps.append({"code": project.state, "label": STATES[project.state], "when": "now"})
    return steps


def _tasks(project: Project, entries) -> tuple[list[PlanTask], list[PlanTask]]:
    """Tasks that it carries (`certainty` says how surely), and tasks that are like it but not linked (D23);
    one query."""
    near = {code for e in entries if e.code == NEAR for code in e.touches.get("tasks", ())}
    rows = _CARRIED(project.pk, tuple(sorted(near)))
    return [t for t in rows if t.certainty], [t for t in rows if not t.certainty]


@Prepared
def _CARRIED(project: int, near: tuple[str, ...]):
    link = TaskLink.objects.filter(task=OuterRef("pk"), project=project).values("certainty")
    rows = PlanTask.objects.annotate(certainty=Subquery(link[:1])).filter(Q(certainty__isnull=False) | Q(code__in=near))
    return rows.order_by("block", "order")


def _stretches(project: Project) -> tuple[list[Milestone], list[PhaseLine], guards.Papers]:
    """Its milestones, its phases, and what its gates are judged by; one query."""
    found: dict[str, list] = {"m": [], "p": [], "g": [], "c": []}
    for row in sorted(_STRETCHES(project.pk), key=lambda r: (r[3], r[1])):
        found[row[0]].append(row[1:])
    milestones = []
    for pk, text, start, end, precision, *values, owner_name in found["m"]:
        known = dict(zip(_TOLD, values, strict=True))
        row = Milestone(pk=pk, project=project, text=text, start=start, end=end, precision=precision, **known)
        row.owner_name = owner_name
        milestones.append(row)
    lines = [PhaseLine(name, start, end, precision, state) for _, name, start, end, precision, state, *_ in found["p"]]
    papers = guards.Papers(
        frozenset(row[1] for row in found["g"]),
        frozenset(row[1] for row in found["c"]),
        tuple((row[1], row[5]) for row in found["p"]),
    )
    return milestones, lines, papers


_TOLD = ("quote", "outside_window", "discrepancy", "done_on", "evidence", "dropped_reason")


@Prepared
def _STRETCHES(project: int):
    shared = ("start", "end", "precision")
    none, no_day, no_flag = Value(""), Cast(Value(None), DateField()), Value(False)
    rest = (no_flag, none, no_day, none, none, none)
    owner = Coalesce("owner__name", none, output_field=CharField())
    stated = Milestone.objects.filter(project=project).order_by()
    stated = stated.values_list(Value("m"), "pk", "text", *shared, *_TOLD, owner)
    phases = Phase.objects.filter(project=project).order_by()
    phases = phases.values_list(Value("p"), "pk", "name", *shared, "state", *rest)
    items = GateItem.objects.filter(project=project, phase=None, withdrawn="").order_by()
    items = items.values_list(Value("g"), "pk", "key", "day", "day", none, none, *rest)
    contracts = Contract.objects.filter(project=project, phase=None, voided="").order_by()
    contracts = contracts.values_list(Value("c"), "pk", "kind", "day", "day", none, none, *rest)
    return stated.union(phases, items, contracts, all=True)


def _task(task: PlanTask, plan: Frame, day: dt.date) -> TaskLine:
    late = task.due < day and task.state not in ("done", "dropped")
    return TaskLine(task, CERTAINTIES[task.certainty], plan.block(task.block), late)


def milestone_line(milestone: Milestone, item, known: dict[str, Discrepancy]) -> MilestoneLine:
    """A milestone with its due day under the readings in force (`known`: discrepancies by code);
    `item` is its plan row."""
    stated = next(
        (
            m
            for m in (item.data.get("milestones", ()) if item else ())
            if m["quote"] == milestone.quote and m["text"] == milestone.text
        ),
        {},
    )
    by_reading = stated.get("due_by_reading") or {}
    due, tolerance = milestone.end, None
    if by_reading:
        key = reading_key(known[milestone.discrepancy]) if milestone.discrepancy in known else ""
        due = dt.date.fromisoformat(by_reading.get(key, stated["due"]))
        later = max(dt.date.fromisoformat(d) for d in by_reading.values())
        tolerance = later if later > due else None
    elif stated:
        due = dt.date.fromisoformat(stated["due"])
    return MilestoneLine(milestone, due, tolerance)


def _reports(project: Project, reports, day: dt.date, d48: str, newest: rating.Rating) -> list[ReportLine]:
    """Every period that was reported and every year that is owed, newest first."""
    rows = {r.period: r for r in reports}
    latest = max(reports, key=lambda r: (r.period_end, r.pk), default=None)
    owed = set()
    if project.latest_start and project.state not in ("registered", *life.ENDED):
        first = max(project.latest_start.year, project.registered_on.year)
        owed = {str(y) for y in range(first, day.year + 1)}
    lines = []
    for period in set(rows) | owed:
        _, end = periods.parse(period)
        report = rows.get(period)
        due = due_of_year(end.year, d48) if "H" not in period else end + dt.timedelta(days=31)
        gone = None
        on = min(end, report.day) if report else None  # the day that its percentage describes, as the rating reads it
        if project.start and project.end and on:
            whole = (project.end - project.start).days + 1
            gone = round(100 * min(max((on - project.start).days + 1, 0) / whole, 1))
        computed = newest if report is not None and report is latest else None
        late = (report.day - due).days if report else (day - due).days
        lines.append(ReportLine(period, periods.label(period), due, report, on, gone, computed, max(late, 0)))
    return sorted(lines, key=lambda line: (periods.parse(line.period)[1], line.period), reverse=True)


def _drift(project: Project, computed: rating.Rating) -> str:
    if project.latest_end is None or project.end is None:
        return "没有起止时间"
    if not project.rebaselined and not computed.drift_original_days:
        return "原基线与最新基线相同，未变更"
    return (
        f"改基线 {project.rebaselined} 次，"
        f"止期比原基线{'晚' if computed.drift_original_days >= 0 else '早'} {abs(computed.drift_original_days)} 天"
    )


def _latest(project: Project) -> str:
    """The newest baseline as it was stated: by month where it does not fill whole years (D32)."""
    start, end = project.latest_start, project.latest_end
    if start is None or end is None or (start, end) == (project.start, project.end):
        return ""
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    return period_text.say(start, end, "year" if whole else "month")


def _time(project: Project, row: charts.Row | None, plan: Frame, carried, day: dt.date, **size: float):
    """Window, milestones, tasks and progress as one picture (charts.project_time)."""
    if row is None or not plan.blocks:
        return None
    first = min(project.start, plan.blocks[0].start, *(m.start for m in row.milestones))
    last = max(project.latest_end, plan.blocks[-1].end, *(m.end for m in row.milestones))
    sure = [task for task in carried if task.certainty == "sure"]
    tasks, gaps = [], []
    for block in plan.blocks:
        mine = [t for t in sure if t.block == block.code]
        tasks += [(f"{t.code} {t.text}", t.get_absolute_url(), block.start, block.end) for t in mine]
        start, end = max(block.start, project.start), min(block.end, project.latest_end)
        if not mine and start <= end and project.plan_item_id:
            gaps.append((f"{_span(start, end)} 年无任务", start, end))
    blocks = [(b.code, b.start, b.end) for b in plan.blocks]
    computed_drift = (project.latest_end - project.end).days
    note = (
        "原基线与最新基线相同"
        if not computed_drift
        else f"最新基线比原基线{'晚' if computed_drift > 0 else '早'} {abs(computed_drift)} 天"
    )
    sub = {"year": "10.4，年精度", "month": "10.4，月精度"}.get(project.precision, "") if project.plan_item_id else ""
    return charts.project_time(
        row,
        first=first,
        last=last,
        today=day,
        done_on=newest.on if (newest := latest_report(project)) else None,
        blocks=blocks,
        tasks=tasks,
        gaps=gaps,
        sub=sub,
        note=note,
        original=(project.start, project.end),
        **size,
    )


def _span(start: dt.date, end: dt.date) -> str:
    return str(start.year) if start.year == end.year else f"{start.year}—{end.year}"


def history(record, actor: Actor | None = None, *, until: dt.date | None = None) -> list[AuditRow]:
    """What was done about a record, until a day where one is given, newest first; one query. An actor who may not read
    a project's money is not told what was booked on it."""
    rows = audit.done_about(record)
    if until:
        rows = rows.filter(day__lte=until)
    if actor is not None and not may(actor, Permission.READ_BUDGET, record):
        rows = rows.exclude(event__startswith=BOOKED)
    return list(rows.order_by("-day", "-seq")[:HISTORY_ROWS])
