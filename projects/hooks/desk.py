"""What waits for whom on the floor of the register: signatures, late reports, gates whose time has come, security.
Readers at queryset level: a fixed number of queries whatever the number of projects.

Who answers for the whole city gets one line a kind, with its count, where there are many; a unit gets its own projects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Min, Q

from governance.basics import memo
from governance.basics.roles import Permission, Role, Scope
from governance.database.prepared import Prepared, attach
from governance.kernel.access import Actor
from governance.signing import rounds
from projects.acceptance import acceptances
from projects.benefits import ledger
from projects.catalogue import entries
from projects.duties import owed
from projects.hooks import between
from projects.hooks.task import FEW, Task, few
from projects.labels import STATES
from projects.lifecycle import gates, guards, life, proofs
from projects.models import Acceptance, Contract, GateItem, Phase, Project, SharedData, TechnicalDocument
from projects.progress import owing
from projects.security import safeguards

SOON_DAYS = 7  # a report that is due within a week is asked for as well (系统默认)
NEAR_DAYS = 60  # works that end within two months are asked for their papers (系统默认)
DUE = ("accept_first", "try", "accept_finally")  # gates whose time comes by itself
MOST = 2_000  # projects under way that a home page reads one by one; a register of more is worked through on its pages


def waiting(actor: Actor, day: dt.date) -> list[Task]:
    """What waits for this person under his hat, late things first, then the oldest."""
    tasks: list[Task] = [*_signatures(actor, day), *between.waiting(actor, day)]
    if actor.scope(Permission.MANAGE_CATALOGUE):
        tasks += _catalogue(actor, day)
    manages, accepts = actor.scope(Permission.MANAGE_PROJECT), actor.scope(Permission.ACCEPT_WORKS)
    reports = actor.scope(Permission.REPORT_PROGRESS) is Scope.OWN and (manages or accepts or _leads_anything(actor))
    if (manages or accepts) and (many := _how_many()) > MOST:
        everything = Task(
            f"在建和已建项目 {many:,} 个，不在首页逐项列出，请按进度、验收、安全各页的清单办理",
            "/projects/progress/",
            0,
            kind="report",
        )
        return [*tasks, everything, *_corrections(day)[:FEW]]
    on_topics = manages or actor.scope(Permission.REPORT_PROGRESS) is Scope.OWN
    d48 = owed.reading(day) if on_topics else ""
    if manages or reports:
        tasks += few(_reports(actor, day, d48), "进度报告到期没有报来", "/projects/progress/")
    if on_topics:
        tasks += few(
            _topics(day, d48, None if manages else actor.organisation_id),
            "课题报告和督导要求到期",
            "/projects/duties/#late",
        )
    if manages or reports or accepts:
        projects = _projects(None if manages or accepts else actor.organisation_id)
        mine = [p for p in projects if manages or actor.organisation_id in p.belongs_to()]
        tasks += few(_papers(mine, day), "时间已到、关口材料不齐", "/projects/acceptances/")
        tasks += few(_security(mine, day), "安全事项到期", "/projects/security/")
        if accepts:
            tasks += few(_acceptable(projects, day), "材料已齐，可以组织验收", "/projects/acceptances/")
    if manages or reports or accepts:
        led = None if manages or accepts else Project.objects.led_by(actor.organisation_id)
        goals = ledger.lines(day, led)
        tasks += few(_to_measure(goals, day), "目标到期，还没有测量值", "/projects/benefits/")
        if manages or accepts:
            tasks += few(_to_confirm(goals, actor, day), "测量值等待确认", "/projects/benefits/#waiting")
    if accepts:
        tasks += few(_corrections(day), "整改期限已过，没有登记完成", "/projects/acceptances/")
        tasks += few(_evaluations(day), f"{day.year - 1} 年没有使用评估", f"/projects/evaluations/?year={day.year - 1}")
    return sorted(tasks, key=lambda t: (not t.late, -t.age_days))


def _leads_anything(actor: Actor) -> bool:
    """Units without a project under way are asked for nothing; one query instead of all that follow."""
    return _under_way().led_by(actor.organisation_id).exists()


def _under_way():
    return Project.objects.exclude(state__in=("registered", *life.ENDED))


def _signatures(actor: Actor, day: dt.date) -> Iterator[Task]:
    """Open rounds of acceptance, evaluation and grading with his seat empty; one query."""
    for round_ in (r for r in rounds.waiting(actor) if r.kind in acceptances.KINDS):
        late = bool(round_.due_day and round_.due_day < day)
        yield Task(
            f"{round_.title}等待签署", round_.address, (day - round_.day).days, round_.due_day, late, "signature"
        )


def _catalogue(actor: Actor, day: dt.date) -> Iterator[Task]:
    """Entries to register and asking units to settle with, in one line, for whoever keeps the catalogue."""
    if entries.keeper(day).is_department and actor.role != Role.RESOURCE_DEPARTMENT:
        return
    asked = SharedData.objects.living().filter(Q(state="proposed") | Q(parties__state="proposed"))
    found = asked.aggregate(n=Count("pk", distinct=True), since=Min("day"))
    if found["n"]:
        yield Task(
            f"共享目录 {found['n']} 条等待登记或商定",
            "/projects/catalogue/?view=waiting#rows",
            (day - found["since"]).days,
            kind="sharing",
        )


def _reports(actor: Actor, day: dt.date, d48: str) -> list[Task]:
    """Reports that are late or due within a week."""
    found = []
    for one in owing.owed(day, actor, until=day + dt.timedelta(days=SOON_DAYS + 1), d48=d48):
        address = f"/projects/{one.project.code}/progress/?period={one.period}"
        late = one.due < day
        found.append(
            Task(
                f"{one.project.code} {one.label}进度{_why(one, late)}",
                address,
                max(one.days, 0),
                one.due,
                late or bool(one.returned),
                "report",
                f"{one.project.name} · {one.unit}",
            )
        )
    return found


def _why(one: owing.Owed, late: bool) -> str:
    return f"被退回：{one.returned}" if one.returned else "逾期未报" if late else "就要到期"


def _topics(day: dt.date, d48: str, unit: int | None) -> list[Task]:
    """What 课题 owe upwards beside the projects' own reports, and what visits asked for: late, within a week,
    or given back."""
    owing = owed.owing(day, until=day + dt.timedelta(days=SOON_DAYS + 1), unit=unit, d48=d48)
    return [
        Task(
            f"{o.topic.code} {o.sentence}",
            o.address,
            max((day - o.due).days, 0),
            o.due,
            o.due < day or o.returned,
            "topic",
            f"{o.topic.head.organisation.name} {o.topic.head.person}" if o.topic.head else "没有负责人",
        )
        for o in owing
    ]


def read_one_by_one(actor: Actor) -> list[Project]:
    """Every project under way, where `waiting` goes through all of them for this person; within one page the same rows,
    so that the page can read their leads together with those of its own projects."""
    if not (actor.scope(Permission.MANAGE_PROJECT) or actor.scope(Permission.ACCEPT_WORKS)) or _how_many() > MOST:
        return []
    return _rows(None)


def _how_many() -> int:
    kept = memo.kept("how many projects are under way")
    if "count" not in kept:
        kept["count"] = _UNDER_WAY.count()
    return kept["count"]


def _rows(unit: int | None) -> list[Project]:
    kept = memo.kept("projects under way")
    if unit not in kept:
        kept[unit] = _UNDER_WAY() if unit is None else _LED(unit)
    return kept[unit]


def _projects(unit: int | None) -> list[Project]:
    """Projects under way or finished (those that a unit leads), read for their gates and their security;
    twelve queries, thirteen where a trial run is to begin."""
    found = safeguards.read_security(_rows(unit))
    keys = [p.pk for p in found]
    attach(found, "gate_items", _PAPERS(keys), "project_id")
    attach(found, "contracts", _CONTRACTS(keys), "project_id")
    attach(found, "phases", _PHASES(keys), "project_id")
    attach(found, "technical_documents", _DOCUMENTS(keys), "project_id")
    proofs.read([p for p in found if "first_acceptance" in (p.state, *(f.state for f in p.phases.all()))], "try")
    return found


_UNDER_WAY = Prepared(lambda: _under_way().order_by("order", "pk"))
_LED = Prepared(lambda unit: _under_way().order_by("order", "pk").led_by(unit))
_SIGNING = Prepared(lambda: Acceptance.objects.filter(state="signing").values_list("project_id", "phase_id"))
_PAPERS = Prepared(lambda keys: GateItem.objects.filter(withdrawn="", project_id__among=keys))
_CONTRACTS = Prepared(lambda keys: Contract.objects.filter(voided="", project_id__among=keys))
_PHASES = Prepared(lambda keys: Phase.objects.filter(project_id__among=keys))
_DOCUMENTS = Prepared(lambda keys: TechnicalDocument.objects.filter(project_id__among=keys))


def _held(project: Project) -> Iterator[tuple[Project | Phase, str, list[gates.Requirement], list[str]]]:
    """The project and its phases, each with the word of its next gate, what that lacks, and phases that come before."""
    phases = [(phase.name, phase.state) for phase in project.phases.all()]
    for held in (project, *project.phases.all()):
        phase_id = held.pk if isinstance(held, Phase) else None
        onward = life.next_step(held.state)
        if onward is None or onward.verb not in DUE:
            continue
        keys = {item.key for item in project.gate_items.all() if item.phase_id == phase_id}
        keys |= set(proofs.of(project, onward.verb, held if phase_id else None))
        kinds = {contract.kind for contract in project.contracts.all() if contract.phase_id == phase_id}
        first = (
            guards.Papers(phases=() if phase_id else tuple(phases)).open_phases(life.STAGE_OF[onward.verb])
            if onward.by_round
            else []
        )
        yield held, onward, gates.lacking(onward.verb, keys, kinds), first


def _since(held: Project | Phase, day: dt.date) -> dt.date | None:
    """The day from which the next gate is due: the trial is over, the first acceptance is passed,
    the works are to end."""
    if held.state == "trial":
        return gates.trial_ends(held.state_day)
    if held.state == "first_acceptance":
        return held.state_day
    end = held.end if isinstance(held, Phase) else held.latest_end
    return end - dt.timedelta(days=NEAR_DAYS) if held.state == "building" and end else None


def _papers(projects: list[Project], day: dt.date) -> list[Task]:
    """Gates whose time has come while papers lack."""
    found = []
    for project in projects:
        for held, onward, lacking, first in _held(project):
            since = _since(held, day)
            if not lacking or first or since is None or since > day:
                continue
            phase = held if isinstance(held, Phase) else None
            named = "、".join(r.label for r in lacking[:2]) + ("等" if len(lacking) > 2 else "")
            sentence = f"{project.code} {phase.name if phase else project.name}{onward.label}还缺材料 {len(lacking)} 项"
            end = (phase.end if phase else project.latest_end) if held.state == "building" else since
            found.append(
                Task(
                    sentence,
                    f"/projects/{project.code}/life/" + (f"?phase={phase.order}" if phase else ""),
                    (day - since).days,
                    end,
                    bool(end and end < day),
                    "gate",
                    f"{STATES[held.state]} · {named}",
                )
            )
    return found


def _acceptable(projects: list[Project], day: dt.date) -> list[Task]:
    """What can be accepted now: every paper is there and the trial was long enough; nobody is signing it yet."""
    signing = set(_SIGNING())
    found = []
    for project in projects:
        for held, onward, lacking, first in _held(project):
            phase = held if isinstance(held, Phase) else None
            ends = gates.trial_ends(held.state_day) if held.state == "trial" else None
            if (
                lacking
                or first
                or not onward.by_round
                or guards.obstacles(project, onward.verb)
                or (ends and ends > day)
                or (project.pk, phase and phase.pk) in signing
            ):
                continue
            papers = [item.day for item in project.gate_items.all() if item.phase_id == (phase and phase.pk)]
            since = max((d for d in (held.state_day, ends, *papers) if d and d <= day), default=day)
            found.append(
                Task(
                    f"{project.code} {phase.name if phase else project.name}材料已齐，可以组织{STATES[onward.target]}",
                    f"/projects/{project.code}/acceptance/" + (f"?phase={phase.order}" if phase else ""),
                    (day - since).days,
                    kind="acceptance",
                    note=f"{STATES[held.state]} · {since} 起",
                )
            )
    return found


def _security(projects: list[Project], day: dt.date) -> list[Task]:
    """Assessments and weaknesses that are due within their term, or late."""
    found = []
    for project in projects:
        for due in safeguards.dues_of(project, day):
            if due.due is not None and due.due <= day + dt.timedelta(days=safeguards.SOON_DAYS):
                found.append(
                    Task(
                        f"{project.code} {due.sentence}",
                        due.address,
                        max((day - due.due).days, 0),
                        due.due,
                        due.due < day,
                        "security",
                        project.name,
                    )
                )
    return found


def _to_measure(goals: list[ledger.Line], day: dt.date) -> list[Task]:
    """Goals whose day has come and that nobody has measured."""
    return [
        Task(
            f"{one.benefit.project.code} 目标“{one.benefit.indicator}”还没有测量值",
            one.benefit.get_absolute_url(),
            max((day - one.due).days, 0),
            one.due,
            one.due < day,
            "benefit",
            f"目标 {one.benefit.target}",
        )
        for one in ledger.to_measure(goals, day)
    ]


def _to_confirm(goals: list[ledger.Line], actor: Actor, day: dt.date) -> list[Task]:
    """Values that wait for somebody who neither reported them nor leads their project."""
    return [
        Task(
            f"{one.benefit} 测得 {value.value}，等待确认",
            value.get_absolute_url(),
            (day - value.day).days,
            kind="benefit",
            note=value.by_text,
        )
        for one in goals
        if actor.organisation_id not in one.benefit.belongs_to()
        for value in one.waiting
        if value.user_id != actor.user_id
    ]


def _corrections(day: dt.date) -> list[Task]:
    return [
        Task(
            f"{a}的整改期限已过，没有登记完成",
            a.get_absolute_url(),
            (day - a.correction_due).days,
            a.correction_due,
            True,
            "correction",
            a.correction[:60],
        )
        for a in _LATE_CORRECTIONS(day)
    ]


_LATE_CORRECTIONS = Prepared(
    lambda day: (
        Acceptance.objects.exclude(state__in=Acceptance.DEAD)
        .filter(conclusion="pass_after_correction", corrected_on=None, correction_due__lt=day)
        .select_related("project", "phase")
        .order_by("correction_due", "pk")
    )
)


def _evaluations(day: dt.date) -> list[Task]:
    """Finished projects whose use of last year nobody has evaluated (9.2.8)."""
    year = day.year - 1
    since = dt.date(year, 12, 31)
    return [
        Task(
            f"{p.code} {p.name}{year} 年没有使用评估",
            f"/projects/{p.code}/evaluation/?year={year}",
            (day - since).days,
            since,
            True,
            "evaluation",
        )
        for p in acceptances.finished_without(year)
        if p.state_day is None or p.state_day <= since
    ]
