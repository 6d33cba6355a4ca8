"""Papers of a gate, for tests that pass it."""

from __future__ import annotations

from governance.models import Organisation
from projects import actions, gates
from projects.models import Project


def record_papers(by, project: Project, gate: str, *, phase=None) -> None:
    """Every requirement of the gate, recorded; before 交付运行 its operator."""
    for requirement in gates.of_gate(gate):
        actions.record_gate_item(by=by, project=project, key=requirement.key, document=f"{requirement.label}1号", phase=phase)
    if gate == "operate" and phase is None:
        project.refresh_from_db()
        unit = Organisation.objects.get(key="information-centre")
        actions.classify(by=by, project=project, version=project.version, operator=unit)
