"""What floor 4 calls down inside its own verb: registering, approving and changing projects."""

from __future__ import annotations

import datetime as dt

from governance import audit, clock, numbering
from governance.access import Actor
from governance.models import Organisation
from governance.refusal import Refused
from governance.text import search_text
from governance.verbs import step
from projects.models import Change, Project, ProjectLead, StateChange


@step
def register_project(
    *, by: Actor, name: str, content: str, origin: str, leads: list[Organisation], year: int, start: dt.date | None = None,
    end: dt.date | None = None, precision: str = "year", investment_type: str = "", protection_level: int | None = None,
    state: str = "approved", reason: str = "", is_demo: bool = False,
) -> Project:  # fmt: skip
    """Register a project that a plan adopted, a self-funded check passed or a district filed; its code is N2008-03."""
    number = numbering.take(name=f"project-{year}")
    code = f"N{year}-{number:02d}"
    project = Project.objects.create(
        code=code, name=name, content=content, origin=origin, state=state, state_day=clock.today(), start=start, end=end,
        precision=precision, latest_start=start, latest_end=end, investment_type=investment_type,
        protection_level=protection_level, registered_on=clock.today(), order=year * 1000 + number, is_demo=is_demo,
        search_text=search_text(code, name, content, *(u.name for u in leads)),
    )  # fmt: skip
    for order, unit in enumerate(leads, 1):
        ProjectLead.objects.create(project=project, order=order, as_named=unit.name, organisation=unit)
    StateChange.objects.create(project=project, was="", now=state, reason=reason[:300], by_text=by.text, is_demo=is_demo)
    audit.record(by=by, event="projects.project.register", about=project, now=state,
                 sentence=f"登记项目 {code} {name}（{project.get_origin_display()}）{reason}")  # fmt: skip
    return project


def lock(project: Project) -> Project:
    """The project's row, locked until the verb ends."""
    return Project.objects.select_for_update().get(pk=project.pk)


@step
def approve_project(*, by: Actor, project: Project, reason: str) -> Project:
    """待立项 → 立项, by an adopted annual plan."""
    row = lock(project)
    if row.state != "registered":
        raise Refused(f"{row.code} 现在是“{row.get_state_display()}”，只有“待立项”的项目可以立项。")
    return set_state(by=by, project=row, now="approved", reason=reason)


@step
def set_state(*, by: Actor, project: Project, now: str, reason: str = "", is_demo: bool = False) -> Project:
    """Write a state on a locked project, with its row of history and audit; the guards are the caller's."""
    was = project.state
    project.state, project.state_day = now, clock.today()
    project.version += 1
    project.save()
    StateChange.objects.create(project=project, was=was, now=now, reason=reason[:300], by_text=by.text,
                               is_demo=is_demo or project.is_demo)  # fmt: skip
    audit.record(by=by, event="projects.project.state", about=project, was=was, now=now,
                 sentence=f"{project.code} {dict(Project.STATES)[was]} → {project.get_state_display()}{'：' + reason if reason else ''}")  # fmt: skip
    return project


@step
def apply_change(*, by: Actor, project: Project, field: str, now: str, reason: str, approver: str) -> Project:
    """Apply an approved change; the original baseline stays. `now`: text, or for time `YYYY-MM-DD/YYYY-MM-DD`."""
    row = lock(project)
    was = ""
    if field == "content":
        was, row.content = row.content, now
    elif field == "name":
        was, row.name = row.name, now
    elif field == "time":
        was = f"{row.latest_start}/{row.latest_end}"
        first, _, last = now.partition("/")
        row.latest_start, row.latest_end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        row.rebaselined += 1
    row.search_text = search_text(row.code, row.name, row.content)
    row.version += 1
    row.save()
    Change.objects.create(project=row, field=field, was=was, now=now, reason=reason, approver=approver, by_text=by.text,
                          is_demo=row.is_demo)  # fmt: skip
    audit.record(by=by, event="projects.project.change", about=row, was=was, now=now,
                 sentence=f"{row.code} 变更{dict(Change.FIELDS)[field]}：{reason}")  # fmt: skip
    return row
