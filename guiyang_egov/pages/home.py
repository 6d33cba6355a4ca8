"""今日工作: what waits for whoever came in, the totals that reconcile to 10.4, the Gantt chart, money by programme.

Each app offers its own part; this page only lays them side by side. Whoever holds no READ_REGISTER (the system and the
security administrator) sees no business.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from django.shortcuts import redirect, render

from budgets.hooks import desk as money_desk
from budgets.panels import finance
from budgets.panels import money as money_panels
from governance import charts
from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.roles import Permission
from governance.database.prepared import Prepared, attach
from governance.kernel import readings
from governance.kernel.access import may, require
from governance.web.entry import page as may_enter
from guiyang_egov.pages import timeline
from priorities.panels import cases as priorities_panels
from priorities.submissions import filing_windows
from projects.hooks import desk as register_desk
from projects.labels import BY_FIRST_LEAD, BY_PARTICIPATION, STANDALONE
from projects.models import Milestone, Phase, Project, with_leads
from projects.panels.plan import frame, touched

PLANNED = "/projects/?origin=plan"  # the rows behind every figure of this page
SHOWN = 10  # lines of work; `?all=1` shows the rest
ROOM = 6  # lines of work that fill the panel; below that it looks ahead as well
DESKS = {Permission.MANAGE_ACCOUNTS: "/governance/accounts/", Permission.GRANT_ROLES: "/governance/roles/"}
STATE_TONES = {
    "final_acceptance": "green",
    "trial": "green",
    "building": "done",
    "procurement": "mid",
    "approved": "light",
    "registered": "pale",
}


@may_enter(Permission.USE)
def page(request):
    """The home of whoever reads the register; administrators, who do not, are led to their own desk."""
    actor, day = request.actor, clock.today()
    if not may(actor, Permission.READ_REGISTER):
        for permission, desk in DESKS.items():
            if may(actor, permission):
                return redirect(desk)
        require(actor, Permission.READ_REGISTER)
    with one_page():  # what waits for him is counted in the rail as well
        projects = _PLANNED()
        with_leads([*projects, *register_desk.read_one_by_one(actor)])
        for name, rows in (("phases", _PHASES), ("milestones", _MILESTONES)):
            attach(projects, name, rows(), "project_id")
        return render(request, "pages/home.html", _context(actor, day, projects, every="all" in request.GET))


_PLANNED = Prepared(lambda: Project.objects.planned().select_related("programme").order_by("order"))
_PHASES = Prepared(lambda: Phase.objects.exclude(project__plan_item=None))
_MILESTONES = Prepared(lambda: Milestone.objects.exclude(project__plan_item=None))


def _context(actor, day: dt.date, projects: list[Project], *, every: bool) -> dict:
    files = may(actor, Permission.SUBMIT)  # a unit's home looks ahead at what the unit leads
    own = [p for p in projects if actor.organisation_id in p.belongs_to()] if files else []
    home = priorities_panels.home_rows(actor, day)
    others = [*register_desk.waiting(actor, day), *money_desk.waiting(actor, day)]
    tasks = sorted([*home.tasks, *others], key=lambda t: (not t.late, -t.age_days))
    plan, entries = frame(), touched(day, whole=False)
    steps = filing_windows.year_steps(home.window[0].plan_year, day) if home.window and files else ()
    return {
        "planned": PLANNED,
        "home": replace(home, tasks=tasks),
        "shown": tasks if every else tasks[:SHOWN],
        "ahead": ahead(own if files else projects, None if steps else home.window, day)[: ROOM - len(tasks)]
        if len(tasks) < ROOM
        else [],
        "states": by_state(projects),
        "count": len(projects),
        "total": sum((p.estimate_wan for p in projects), Decimal(0)),
        "check": plan.total_wan,
        "gantt": timeline.portfolio(projects, day, plan, entries),
        "digest": timeline.digest(projects, day, entries),
        "year_rows": f"/projects/?year={day.year}#rows",
        "year": money_panels.year_brief(actor, day.year),
        "finance": finance.finance_desk(actor, day),
        "steps": steps,
        "own": own,
        "programmes": by_programme(projects),
        "leads": by_lead(projects, readings.current("D43", day)),
        "may_see_money": may(actor, Permission.READ_BUDGET),
    }


@dataclass(frozen=True)
class Ahead:
    """A day that comes: what is due, its address, the days until then."""

    day: dt.date
    sentence: str
    address: str
    days: int


def ahead(projects, window: tuple | None, day: dt.date) -> list[Ahead]:
    """What the calendar has next: the steps of the year's planning and the milestones that are not reached, by day."""
    found = []
    if window:
        for step in filing_windows.year_steps(window[0].plan_year, day):
            if step.is_now:
                found.append((step.end, f"{window[0].plan_year} 年度计划：{step.name}截止", "/calendar/"))
            elif step.state == "coming":
                found.append((step.start, f"{window[0].plan_year} 年度计划：{step.name}开始", "/calendar/"))
    for p in projects:
        found += [
            (m.end, f"{p.code} 节点：{m.text}", p.get_absolute_url())
            for m in p.milestones.all()
            if m.done_on is None and not m.dropped_reason and m.end >= day
        ]
    return [Ahead(when, sentence, address, (when - day).days) for when, sentence, address in sorted(found)]


def by_state(projects) -> dict:
    """Rows `(state, label, count, wan, tone)` by state in the order of a project's life, and the stacked bar."""
    sums: dict[str, list] = defaultdict(lambda: [0, Decimal(0)])
    for p in projects:
        sums[p.state][0] += 1
        sums[p.state][1] += p.estimate_wan
    rows = [
        (key, label, *sums[key], STATE_TONES.get(key, "grey")) for key, label in reversed(Project.STATES) if key in sums
    ]
    segments = [charts.Segment(label, float(wan), tone) for _, label, _, wan, tone in rows]
    return {"rows": rows, "chart": charts.stacked(segments, title="概算按项目状态", uid="home-states")}


def by_programme(projects) -> dict:
    """Money by programme: each project once; the standing-alone ones listed by size."""
    sums: dict[str, list] = defaultdict(lambda: [0, Decimal(0)])
    keys = {STANDALONE: "none"}
    for p in projects:
        name = p.programme.name if p.programme else STANDALONE
        keys.setdefault(name, p.programme.key if p.programme else "none")
        sums[name][0] += 1
        sums[name][1] += p.estimate_wan
    order = sorted(sums, key=lambda name: (name == STANDALONE, -sums[name][1]))
    rows = [(name, *sums[name]) for name in order]
    alone = sorted((p for p in projects if p.programme is None), key=lambda p: -p.estimate_wan)
    drawn = [
        charts.BarRow(
            name,
            float(wan),
            f"{wan:,.0f}",
            str(n),
            f"/projects/programmes/{keys[name]}/",
            "",
            "grey" if name == STANDALONE else "mid",
            rows_url=f"{PLANNED}&programme={keys[name]}",
        )
        for name, n, wan in rows
    ]
    return {"rows": rows, "alone": alone, "chart": charts.bars(drawn, title="资金按工程（概算，万元）")}


def by_lead(projects, d43: str) -> dict:
    """Money by unit as D43 is read: a by first lead, b by participation, which counts projects once per unit; and the
    biggest by participation, which stands beside a."""
    first: dict = defaultdict(lambda: [0, Decimal(0)])
    every: dict = defaultdict(lambda: [0, Decimal(0)])
    for p in projects:
        seen = set()
        for lead in p.leads.all():
            unit = lead.organisation.canonical or lead.organisation
            if lead.order == 1:
                first[unit][0] += 1
                first[unit][1] += p.estimate_wan
            if unit.pk not in seen:
                seen.add(unit.pk)
                every[unit][0] += 1
                every[unit][1] += p.estimate_wan
    is_first = d43 == "a"
    basis = BY_FIRST_LEAD if is_first else BY_PARTICIPATION
    rows = sorted(((u, n, w) for u, (n, w) in (first if is_first else every).items()), key=lambda r: -r[2])
    most = max(((u, n, w) for u, (n, w) in every.items()), key=lambda r: r[2], default=None) if is_first else None
    drawn = [
        charts.BarRow(
            u.name,
            float(w),
            f"{w:,.0f}",
            str(n),
            u.get_absolute_url(),
            "、".join(u.flags),
            rows_url=f"{PLANNED}&lead={u.pk}" + ("&basis=first" if is_first else ""),
        )
        for u, n, w in rows
    ]
    return {
        "rows": rows,
        "most": most,
        "basis": basis,
        "chart": charts.bars(drawn, title=f"资金{basis}（概算，万元）"),
        "count": len(projects),
    }
