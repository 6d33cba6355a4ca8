"""What waits between offices while works are built: experts to be named, conditions to be met, needs to be answered or
agreed to (9.1.5), subjects of the collaboration to speak on (9.1.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import prefetch_related_objects

from governance.basics.roles import Permission, Scope
from governance.database.prepared import Prepared
from governance.kernel.access import Actor
from projects.hooks.task import Task, few
from projects.lifecycle import needs
from projects.models import CollaborationSubject, SecurityGrading, TechnicalDocument, with_leads


def waiting(actor: Actor, day: dt.date) -> list[Task]:
    """Under his hat; two queries for whoever names experts, four for a unit."""
    tasks: list[Task] = []
    manages = actor.scope(Permission.MANAGE_PROJECT)
    if manages or actor.scope(Permission.ACCEPT_WORKS):
        tasks += few(list(_experts(actor, day)), "待指派专家", "/projects/documents/?state=open")
    if actor.scope(Permission.REPORT_PROGRESS) is Scope.OWN:
        unit = actor.organisation_id
        tasks += few(list(_conditions(unit, day)), "批准所附条件待落实", "/projects/documents/")
        tasks += few(list(_to_answer(unit, day)), "建设需求待答复", "/projects/needs/")
        tasks += few(list(_to_agree(unit, day)), "需求答复待确认", "/projects/needs/")
        tasks += few(list(_subjects(unit, day)), "政务协同议题待提出意见", "/projects/collaboration/")
    elif manages:
        tasks += few(list(_nobody_answers(day)), "建设需求逾期没有答复", "/projects/needs/")
    return tasks


def _experts(actor: Actor, day: dt.date) -> Iterator[Task]:
    """Gradings and documents without experts, of works that his own unit does not lead."""
    for proposed in _PROPOSED:
        rows = proposed()
        with_leads(row.project for row in rows)
        for row in rows:
            if actor.organisation_id not in row.project.belongs_to():
                yield Task(f"{row}待指派专家", row.get_absolute_url(), (day - row.day).days, kind="expert")


_PROPOSED = [
    Prepared(lambda model=model: model.objects.filter(state="proposed").select_related("project").order_by("pk"))
    for model in (SecurityGrading, TechnicalDocument)
]


def _conditions(unit: int, day: dt.date) -> Iterator[Task]:
    rows = _CONDITIONS()
    with_leads(row.project for row in rows)
    for row in rows:
        if unit in row.project.belongs_to():
            late = row.condition_due < day
            age = (day - row.approved_on).days
            yield Task(
                f"{row}所附条件待落实",
                row.get_absolute_url(),
                age,
                row.condition_due,
                late,
                "condition",
                row.condition[:60],
            )


def _to_answer(unit: int, day: dt.date) -> Iterator[Task]:
    for row in _OWED_BY(dt.date.max, unit):
        yield _need(row, day, f"{row}“{row.title}”待答复", row.asker.name)


def _nobody_answers(day: dt.date) -> Iterator[Task]:
    """Late everywhere: the office presses, or enters what the builder wrote."""
    for row in _NEEDS(day):
        yield _need(row, day, f"{row}“{row.title}”逾期没有答复", row.builder.name)


_NEEDS = Prepared(needs.owed)
_OWED_BY = Prepared(lambda until, unit: needs.owed(until, builder=unit))
_ANSWERED = Prepared(needs.answered)
_CONDITIONS = Prepared(
    lambda: (
        TechnicalDocument.objects.filter(state="concluded", condition_met_on=None)
        .exclude(condition="")
        .select_related("project")
        .order_by("pk")
    )
)
_SUBJECTS = Prepared(lambda: CollaborationSubject.objects.filter(state="open"))


def _need(row, day: dt.date, sentence: str, note: str) -> Task:
    return Task(sentence, row.get_absolute_url(), (day - row.day).days, row.due, row.due < day, "need", note)


def _to_agree(unit: int, day: dt.date) -> Iterator[Task]:
    for row in _ANSWERED(unit):
        age = (day - row.day).days
        yield Task(f"{row}“{row.title}”已答复，待确认", row.get_absolute_url(), age, kind="need", note=row.builder.name)


def _subjects(unit: int, day: dt.date) -> Iterator[Task]:
    """Open subjects on which the unit, a member, has not spoken."""
    subjects = _SUBJECTS()
    prefetch_related_objects(subjects, "opinions__organisation")
    silent = [
        row for row in subjects if unit not in {o.organisation.survivor_id for o in row.opinions.all() if o.in_force}
    ]
    for row in silent if silent and unit in silent[0].belongs_to() else ():
        age = (day - row.day).days
        yield Task(f"{row}待提出意见", row.get_absolute_url(), age, row.due, row.due < day, "subject")
