"""What the register's form pages share: the project, the frame of a form, one verb a post."""

from __future__ import annotations

from governance import web
from governance.web import found
from projects import life
from projects.models import Project


def project_of(request, code: str) -> Project:
    return found(Project.objects.visible_to(request.actor).select_related("budget_unit"), code=code)


def about(project: Project, title: str, note: str, button: str = "") -> dict:
    return {"project": project, "title": title, "note": note, "button": button or title}


def form_page(request, form, template: str, context: dict, **rest):
    """`governance.web.form_page` with the words of a project's life for the template."""
    return web.form_page(request, form, template, context | {"life": life}, **rest)
