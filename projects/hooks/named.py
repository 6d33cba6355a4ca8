"""Which projects and tasks people call by a name, for the floor below that knows neither: P04, T2-01."""

from __future__ import annotations

from governance.basics.refs import Ref
from projects.models import PlanTask, Project


def register(text: str) -> list[Ref]:
    """The references of the project and the task with this code."""
    code = text.strip().upper()
    return [row.audit_key for model in (Project, PlanTask) for row in model.objects.filter(code=code)]
