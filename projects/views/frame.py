"""What the register's form pages share: the project, the frame of a form, one verb a post."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.db.models import QuerySet

from governance.web import entry
from governance.web.entry import found
from projects.lifecycle import life
from projects.models import Phase, Project


def project_of(request, code: str) -> Project:
    return found(Project.objects.visible_to(request.actor).select_related("budget_unit"), code=code)


def of_visible(request, rows: QuerySet, pk: int):
    """A record of a project that the actor may see; 404 else."""
    return found(rows.select_related("project").filter(project__in=Project.objects.visible_to(request.actor)), pk=pk)


def phase_of(project: Project, asked: str | None) -> Phase | None:
    """The phase of `?phase=`; 404 where the project has none of that number."""
    if not asked:
        return None
    return found(
        project.phases.select_related("project"), order=int(asked) if asked.isdecimal() and len(asked) < 4 else -1
    )


def life_address(project: Project, phase: Phase | None) -> str:
    """建设过程 of the project, or of one phase."""
    return project.life_url(phase)


def about(project: Project, title: str, note: str, button: str = "") -> dict:
    return {
        "project": project,
        "title": title,
        "note": note,
        "button": button or title,
        "back": project.get_absolute_url(),
    }


def form_page(request, form, context: dict, act: Callable, *, template: str = "projects/form.html", **rest):
    """`governance.web.entry.form_page` with the words of a project's life for the template."""
    return entry.form_page(request, form, context | {"life": life}, act, template=template, **rest)


duty_page = functools.partial(form_page, template="projects/duty_form.html")
