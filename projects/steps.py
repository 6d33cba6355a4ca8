"""What floor 4 calls down inside its own verb: registering, approving and changing projects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.text import search_text
from governance.kernel import audit, numbering
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Organisation, OrganisationAlias
from governance.notices import inbox
from projects.lifecycle import life, period_text
from projects.models import Benefit, Change, Phase, Project, ProjectLead, StateChange

STATES = dict(Project.STATES)


@dataclass(frozen=True)
class NewProject:
    """What a project is registered with. `estimate_wan` is what its case asked for in all (申报概算),
    until `set_decided` says what was decided."""

    name: str
    content: str
    origin: str
    leads: list[Organisation]
    year: int
    start: dt.date | None = None
    end: dt.date | None = None
    precision: str = "year"
    investment_type: str = ""
    protection_level: int | None = None
    estimate_wan: Decimal | None = None
    construction: str = ""
    mandate: str = ""


@step
def register_project(
    *, by: Actor, new: NewProject, state: str = "approved", reason: str = "", is_demo: bool = False
) -> Project:
    """Register a project that a plan adopted, a self-funded check passed or a district filed; its code is N2008-03."""
    number = numbering.take(name=f"project-{new.year}")
    code = f"N{new.year}-{number:02d}"
    project = Project.objects.create(
        code=code,
        name=new.name,
        content=new.content,
        origin=new.origin,
        state=state,
        state_day=clock.today(),
        start=new.start,
        end=new.end,
        precision=new.precision,
        latest_start=new.start,
        latest_end=new.end,
        investment_type=new.investment_type,
        estimate_wan=new.estimate_wan,
        construction=new.construction if new.construction in dict(Project.CONSTRUCTIONS) else "",
        mandate=new.mandate if new.mandate in dict(Project.MANDATES) else "",
        estimate_basis="plan" if new.estimate_wan is None else "filed",
        protection_level=new.protection_level,
        registered_on=clock.today(),
        order=new.year * 1000 + number,
        is_demo=is_demo,
        search_text=words(code, new.name, new.content, new.leads),
    )
    _name_leads(project, new.leads)
    StateChange.objects.create(
        project=project, was="", now=state, reason=reason[:300], by_text=by.text, is_demo=is_demo
    )
    audit.record(
        by=by,
        event="projects.project.register",
        about=project,
        now=state,
        sentence=f"登记项目 {code} {new.name}（{project.get_origin_display()}）{reason}",
    )
    return project


@step
def set_decided(*, by: Actor, project: Project, amounts: dict[str, dict[str, str | None]]) -> None:
    """What its cases asked for and what was decided, by source (the shape of Project.decided); a project that a case
    registered takes what was decided first as its estimate (the first baseline stays whatever later cases add), a row
    of the plan keeps its own."""
    row = lock(project)
    if row.decided == amounts:
        return
    was = row.decided_wan
    row.decided = amounts
    row.filed_wan = sum((Decimal(a["filed_wan"]) for a in amounts.values()), Decimal(0))
    settled = [Decimal(a["decided_wan"]) for a in amounts.values() if a["decided_wan"] is not None]
    row.decided_wan = sum(settled, Decimal(0)) if settled else None
    if settled and row.origin in FROM_CASES and row.estimate_basis != "decided":
        row.estimate_wan, row.estimate_basis = row.decided_wan, "decided"
    row.save(update_fields=["decided", "filed_wan", "decided_wan", "estimate_wan", "estimate_basis"])
    if row.decided_wan is not None and row.decided_wan != was:
        audit.record(
            by=by,
            event="projects.project.decide",
            about=row,
            was=None if was is None else f"{was:.2f}",
            now=f"{row.decided_wan:.2f}",
            sentence=f"{row.code} 审定 {row.decided_wan:,.2f} 万元" + (f"（{row.cut_words}）" if row.cut_words else ""),
        )


@dataclass(frozen=True)
class Promise:
    """A measurable goal as it is filed (8.1(6)) or as the plan states it, word by word; the names are Benefit's."""

    indicator: str
    target: str
    paper: str
    source: str = "filing"
    baseline: str = ""
    due: dt.date | None = None
    precision: str = "year"
    quote: str = ""
    due_by_reading: dict[str, str] = field(default_factory=dict)
    discrepancy: str = ""
    day: dt.date | None = None  # since when it stands, where that is not today


@step
def take_goals(*, by: Actor | None, project: Project, promises: Iterable[Promise], is_demo: bool = False) -> int:
    """Let promised goals live on with their project: what stands already in the same words is left, one that is
    promised anew replaces the former, whose values stay with it. Returns how many were taken."""
    project = lock(project)
    held = {b.indicator: b for b in Benefit.objects.in_force().filter(project=project)}
    who, taken = by.text if by else "载入规划", []
    for promise in promises:
        values = vars(promise) | {"day": promise.day or clock.today()}
        former = held.get(promise.indicator)
        if former and (former.target, former.baseline, former.due) == (promise.target, promise.baseline, promise.due):
            continue
        made = Benefit(project=project, by_text=who, is_demo=is_demo or project.is_demo, **values)
        if former:  # the former gives way before its successor stands: one in force per indicator
            former.dropped_on = made.day
            former.save(update_fields=["dropped_on"])
        made.save()
        if former:
            former.dropped_on, former.replaced_by = None, made
            former.save(update_fields=["dropped_on", "replaced_by"])
        held[made.indicator] = made
        taken.append(made)
    if taken and by:
        audit.record(
            by=by,
            event="projects.benefit.take",
            about=(project, *taken),
            now=[b.indicator for b in taken],
            sentence=f"{project.code} 绩效台账记入目标 {len(taken)} 个：{'、'.join(b.indicator for b in taken)}"[:500],
        )
    return len(taken)


FROM_CASES = ("annual_plan", "self_funded", "district")  # origins whose project a case registered


def words(code: str, name: str, content: str, leads: Iterable[Organisation], as_named: Iterable[str] = ()) -> str:
    """What a search finds a project by: code, name, content, its units as named and by their own name."""
    return search_text(code, name, content, *(unit.name for unit in leads), *as_named)


def _name_leads(project: Project, units: list[Organisation]) -> None:
    for order, unit in enumerate(units, 1):
        ProjectLead.objects.create(
            project=project, order=order, as_named=unit.name, organisation=unit, is_generic=unit.is_generic
        )


def lock(project: Project) -> Project:
    """The project's row, locked until the verb ends."""
    return Project.objects.select_for_update().get(pk=project.pk)


@step
def state_mandate(*, by: Actor, project: Project, mandate: str) -> None:
    """Who asked for it (8.1(3), (4)), as its case says; what the register has already stays."""
    row = lock(project)
    if row.mandate or mandate not in dict(Project.MANDATES):
        return
    row.mandate, row.version = mandate, row.version + 1
    row.save(update_fields=["mandate", "version"])
    sentence = f"{row.code} 谁要求建设：{row.get_mandate_display()}（据申报书）"
    audit.record(by=by, event="projects.project.mandate", about=row, now=mandate, sentence=sentence)


@step
def approve_project(*, by: Actor, project: Project, reason: str) -> Project:
    """待立项 → 立项, by an adopted annual plan."""
    row = lock(project)
    if row.state != "registered":
        raise Refused(f"{row.code} 现在是“{row.get_state_display()}”，只有“待立项”的项目可以立项。")
    return set_state(by=by, project=row, now="approved", reason=reason)


@step
def set_state(
    *, by: Actor, project: Project, now: str, reason: str = "", day: dt.date | None = None, is_demo: bool = False
) -> Project:
    """Write a state on a locked project, with its row of history and audit; the guards are the caller's.

    `day` is when it happened, where that is not today.
    """
    was = project.state
    project.suspended_from = was if now == "suspended" else ""
    project.state, project.state_day = now, day or clock.today()
    project.version += 1
    project.save()
    change = StateChange.objects.create(
        project=project,
        was=was,
        now=now,
        reason=reason[:300],
        by_text=by.text,
        happened_on=day,
        is_demo=is_demo or project.is_demo,
    )
    _tell_leads(by, change)
    audit.record(
        by=by,
        event="projects.project.state",
        about=project,
        was=was,
        now=now,
        sentence=f"{project.code} {STATES[was]} → {STATES[now]}{'：' + reason if reason else ''}",
    )
    return project


@step
def set_phase_state(
    *, by: Actor, project: Project, phase: Phase, now: str, reason: str = "", day: dt.date | None = None
) -> Phase:
    """The same for one phase of a locked project. The first phase that is bought or built leads the whole on with it:
    no project stands at 立项 while a part of it is being built."""
    was, day = phase.state, day or clock.today()
    phase.suspended_from = was if now == "suspended" else ""
    phase.state, phase.state_day = now, day
    phase.save()
    change = StateChange.objects.create(
        project=project,
        phase=phase,
        was=was,
        now=now,
        reason=reason[:300],
        by_text=by.text,
        happened_on=day,
        is_demo=project.is_demo,
    )
    _tell_leads(by, change)
    audit.record(
        by=by,
        event="projects.phase.state",
        about=project,
        was=was,
        now=now,
        sentence=f"{project.code} {phase.name} {STATES[was]} → {STATES[now]}{'：' + reason if reason else ''}",
    )
    if now in LEADING and life.CHAIN.index("approved") <= _place(project) < life.CHAIN.index(now):
        set_state(
            by=by,
            project=project,
            now=now,
            day=max(day, project.state_day or day),
            reason=f"随{phase.name}{STATES[now]}",
        )
    else:
        project.version += 1
        project.save()
    return phase


def _tell_leads(by: Actor, change: StateChange) -> None:
    """The units that lead hear that their project or a phase of it has moved, and why, unless they moved it themselves.
    Of its approval the annual plan tells."""
    project, phase = change.project, change.phase
    if change.now == "approved":
        return
    for unit in sorted(project.belongs_to() - {by.organisation_id}):
        inbox.tell(
            key=f"state:{change.pk}:{unit}",
            organisation_id=unit,
            address=project.life_url(phase),
            is_demo=change.is_demo,
            sentence=f"{project.code} {project.name}{f'（{phase.name}）' if phase else ''} "
            f"{change.was_label} → {change.now_label}"
            f"{'：' + change.reason if change.reason else ''}（{by.text}）",
        )


LEADING = ("procurement", "building")


def _place(project: Project) -> int:
    return life.CHAIN.index(project.state) if project.state in life.CHAIN else -1


@step
def apply_change(
    *, by: Actor, project: Project, field: str, now: str, reason: str, approver: str, effect: str = "", was: str = ""
) -> Project:
    """Apply an approved change; what it changes is kept as `was`, the original baseline and the plan's row stay.

    `now` is text; for time a stretch (`2007-03 至 2008-12`), for lead the units with 、 between, first lead first.
    What money was is told by whoever knows it (`was`). Raises Invalid naming `now` where it cannot be read or is what
    holds already, Refused where the project has ended.
    """
    readable_change(field=field, now=now)
    row = lock(project)
    if row.state in life.ENDED:
        raise Refused(f"{row.code} 已{STATES[row.state]}，不再变更。")
    units = [lead.organisation for lead in row.leads.select_related("organisation")]
    before = _as_it_is(row, units)
    if field == "content":
        was, row.content = row.content, now
    elif field == "name":
        was, row.name = row.name, now
    elif field == "time":
        was = period_text.say(row.latest_start, row.latest_end, row.precision)
        row.latest_start, row.latest_end = _window(now)
        effect = "；".join(filter(None, (_moved(row), effect)))
        row.rebaselined += 1
    elif field == "budget":
        row.rebaselined += 1
    elif field == "lead":
        was = "、".join(lead.as_named for lead in row.leads.all())
        units = _units(now)
        for lead in row.leads.all():
            lead.delete()
        _name_leads(row, units)
        row.leads_open_ended = False
    if field != "budget" and _as_it_is(row, units) == before:
        raise Invalid(f"变更后的{dict(Change.FIELDS)[field]}与现在相同。", fields={"now": ["与现在相同，没有变更"]})
    named = row.leads.values_list("as_named", flat=True)
    row.search_text = words(row.code, row.name, row.content, units, named)
    row.version += 1
    row.save()
    Change.objects.create(
        project=row,
        field=field,
        was=was,
        now=now,
        reason=reason,
        approver=approver[:200],
        effect=effect[:400],
        by_text=by.text,
        is_demo=row.is_demo,
    )
    audit.record(
        by=by,
        event="projects.project.change",
        about=row,
        was=was,
        now=now,
        sentence=f"{row.code} 变更{dict(Change.FIELDS)[field]}：{reason}",
    )
    return row


def readable_change(*, field: str, now: str) -> None:
    """Raise Invalid naming `now` where a change could not be applied as it is typed; writes nothing."""
    if field not in dict(Change.FIELDS):
        raise Invalid("变更只有内容、工期、预算、牵头单位和名称。", fields={"field": ["请选择变更什么"]})
    if field == "time":
        _window(now)
    elif field == "lead":
        _units(now)
    elif field == "name" and len(now) > NAME:
        raise Invalid(f"名称有 {len(now)} 字，最多 {NAME} 字。", fields={"now": [f"名称最多 {NAME} 字"]})


NAME = Project._meta.get_field("name").max_length


def _as_it_is(row: Project, units: list[Organisation]) -> tuple:
    """What a change changes, to be compared before and after; that the leads named are all of them is a change too
    (D42)."""
    return (
        row.name,
        row.content,
        row.latest_start,
        row.latest_end,
        row.leads_open_ended,
        [unit.survivor_id for unit in units],
    )


def _moved(row: Project) -> str:
    """What a new time means against the original one."""
    if row.end is None or row.latest_end is None:
        return ""
    days = (row.latest_end - row.end).days
    return "止期与原基线相同" if not days else f"止期比原基线{'晚' if days > 0 else '早'} {abs(days)} 天"


def _window(text: str) -> tuple[dt.date, dt.date]:
    try:
        start, end, _ = period_text.parse(text)
    except ValueError as error:
        raise Invalid(str(error), fields={"now": [str(error)]}) from None
    return start, end


def _units(text: str) -> list[Organisation]:
    """Units by their own or the plan's name; a generic one (D42) leads nothing by a change."""
    found = []
    for name in (n.strip() for n in text.replace("，", "、").replace(",", "、").split("、")):
        if not name:
            continue
        unit = Organisation.objects.filter(name=name).first()
        if unit is None:
            alias = OrganisationAlias.objects.filter(as_named=name).select_related("organisation").first()
            unit = alias.organisation if alias else None
        if unit is None:
            sentence = f"没有名为“{name[:40]}”的单位；请用机构与别名里的名称，或请信息办先登记该单位。"
            raise Invalid(sentence, fields={"now": [sentence]})
        unit = unit.canonical or unit
        if unit.is_generic:
            sentence = f"“{unit.name}”是泛指，不能作牵头单位（D42）。"
            raise Invalid(sentence, fields={"now": [sentence]})
        if unit not in found:
            found.append(unit)
    if not found:
        raise Invalid("请写明牵头单位，第一牵头在前，用顿号分开。", fields={"now": ["请写明牵头单位"]})
    return found
