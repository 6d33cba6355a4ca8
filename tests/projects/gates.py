"""Papers of a gate, for tests that pass it."""

from __future__ import annotations

from governance.basics import clock
from governance.models import Organisation
from projects import actions
from projects.actions import signing
from projects.lifecycle import approvals, gates, life
from projects.models import Acceptance, Project, TechnicalDocument
from projects.security import protection


def record_papers(by, project: Project, gate: str, *, phase=None) -> None:
    """Every requirement of the gate: recorded with a paper, or where it follows from a record, that record; before
    交付运行 its operator."""
    for requirement in gates.of_gate(gate):
        if requirement.at == gates.SECURITY:
            record_syncs(by, project, requirement.key.removeprefix("sync_"))
        elif requirement.at:
            approve(project, requirement.key.removesuffix("_approved"))
        else:
            actions.record_gate_item(
                by=by, project=project, key=requirement.key, document=f"{requirement.label}1号", phase=phase
            )
    if gate == "operate" and phase is None:
        project.refresh_from_db()
        unit = Organisation.objects.get(key="information-centre")
        actions.classify(by=by, project=project, version=project.version, operator=unit)


def record_syncs(by, project: Project, upto: str) -> None:
    """The four 同步 up to one of them, where they are not there."""
    done = set(project.security_syncs.filter(withdrawn="").values_list("item", flat=True))
    for item in protection.SYNCS[: protection.SYNCS.index(upto) + 1]:
        if item not in done:
            actions.record_sync(by=by, project=project, item=item, done_on=None, evidence=f"安全方案（{item}）")


def approve(project: Project, kind: str) -> TechnicalDocument:
    """A document of the project that stands approved, as a row: the steps have their own tests."""
    held = project.technical_documents.filter(kind=kind, state="concluded").first()
    return held or TechnicalDocument.objects.create(
        project=project,
        kind=kind,
        edition=1,
        title=f"{kind} 1.0",
        step=approvals.CHAINS[kind][-1].key,
        state="concluded",
        approval="批复1号",
        approved_on=clock.today(),
        by_text="测试",
    )


def accept(
    cast, project: Project, stage: str, *, phase=None, conclusion: str = "pass", day=None, **result
) -> Acceptance:
    """Conclude an acceptance; where 信息产业局 leads the project, the finance bureau signs as the independent one
    (D44)."""
    project.refresh_from_db()
    independent = next((u for u in signing.independents(project) if u.name == "市财政局"), None)
    row = actions.conclude_acceptance(
        by=cast.industry,
        project=project,
        version=project.version,
        stage=stage,
        result=actions.AcceptanceResult(conclusion, "合同内容已完成", day, **result),
        phase=phase,
        independent=independent,
    )
    if row.state == "signing":
        actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree")
    return row


def go(cast, project: Project, step: str, *, phase=None, day=None, **more) -> Project:
    """One step of the life of a project or phase, by whoever takes it: an acceptance,
    or a change of state by the office."""
    project.refresh_from_db()
    if step in life.ACCEPTANCES:
        accept(cast, project, life.STAGE_OF[step], phase=phase, day=day)
    elif phase:
        actions.change_phase_state(by=cast.reviewer, phase=phase, version=project.version, step=step, day=day, **more)
    else:
        actions.change_state(by=cast.reviewer, project=project, version=project.version, step=step, day=day, **more)
    project.refresh_from_db()
    return project
