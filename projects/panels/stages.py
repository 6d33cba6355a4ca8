"""建设过程 of one project: who is who (D46), phases, gates with their papers, contracts, transitions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.basics import clock
from projects.acceptance import acceptances as acceptance
from projects.labels import STATE_TONES, STATES
from projects.lifecycle import gates, life, proofs
from projects.models import Acceptance, Contract, Phase, Project, StateChange

BEFORE = {state: dict(Acceptance.STAGES)[stage] for state, stage in acceptance.STAGE_BEFORE.items()}


@dataclass(frozen=True)
class Gate:
    """A gate: its transition's word, the requirements as they stand, whether the project is past it."""

    verb: str
    label: str
    rows: list[gates.Standing]
    when: str  # past, next, later
    trial_ends: dt.date | None = None

    @property
    def lacking(self) -> int:
        return sum(not row.met for row in self.rows)


@dataclass(frozen=True)
class PhaseLine:
    phase: Phase
    next: str  # the word of its next step, "" where there is none

    @property
    def label(self) -> str:
        return STATES[self.phase.state]

    @property
    def tone(self) -> str:
        return STATE_TONES[self.phase.state]


@dataclass(frozen=True)
class Stages:
    """`phase` is the one that the gates are about, None the whole project."""

    phase: Phase | None
    phases: list[PhaseLine]
    gates: list[Gate]
    contracts: list[Contract]
    supervisors: list[Contract]
    suppliers: list[Contract]
    changes: list[StateChange]
    acceptances: list[Acceptance]
    before: str  # 初验, 终验: the acceptance that it stands before
    lead: object | None
    day: dt.date

    @property
    def lacking(self) -> int:
        """Papers that the next gate still asks for."""
        return sum(g.lacking for g in self.gates if g.when == "next")


def stages(project: Project, phase: Phase | None = None) -> Stages:
    """Thirteen queries, whatever has happened."""
    held = phase or project
    concluded = acceptance.of_project(project)  # read once: the gates look at them as well
    contracts = list(project.contracts.select_related("phase"))
    items = {i.key: i for i in project.gate_items.filter(phase=phase, withdrawn="")}
    in_force = [c for c in contracts if not c.voided and c.phase_id == (phase.pk if phase else None)]
    at = held.suspended_from or held.state
    rows = []
    for gate in gates.GATES:
        transition = life.BY_VERB[gate]
        ends = gates.trial_ends(held.state_day) if gate == "accept_finally" and at == "trial" else None
        standing = gates.standing(items, in_force, gate, proofs.of(project, gate, phase))
        rows.append(Gate(gate, transition.label, standing, _when(at, transition), ends))
    phases = [PhaseLine(p, _next(p)) for p in project.phases.all()]
    leads = list(project.leads.select_related("organisation__canonical")[:1])
    changes = list(project.state_changes.select_related("phase").order_by("-pk")[:60])
    return Stages(
        phase,
        phases,
        rows,
        contracts,
        [c for c in contracts if c.kind == "supervision" and not c.voided],
        [c for c in contracts if c.kind == "build" and not c.voided],
        changes,
        [a for a in concluded if phase is None or a.phase_id == phase.pk],
        BEFORE.get(held.state, ""),
        leads[0] if leads else None,
        clock.today(),
    )


def _when(state: str, transition: life.Transition) -> str:
    if state in transition.sources:
        return "next"
    place = life.CHAIN.index(state) if state in life.CHAIN else len(life.CHAIN)
    return "past" if place >= life.CHAIN.index(transition.target) else "later"


def _next(phase: Phase) -> str:
    onward = [t for t in life.leading_from(phase.state, phase=True) if t.target in life.CHAIN]
    return onward[0].label if onward else ""
