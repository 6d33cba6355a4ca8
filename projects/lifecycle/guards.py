"""Why a project may not go on: sentences with who lifts them. Read by the verb and by the page (为什么不能)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from governance.basics import clock
from governance.basics.roles import PERMISSION_LABELS, holders
from governance.kernel.access import Actor, may
from governance.models import Organisation
from projects.labels import STATES
from projects.lifecycle import gates, life, proofs
from projects.models import Phase, Project

OFFICE = "市信息办"


def budget_unit_of(project: Project) -> Organisation | None:
    """The budget unit that was named, else the first lead's own (D41: a temporary or internal office has none)."""
    if project.budget_unit_id:
        return project.budget_unit
    first = next(iter(project.leads.all()), None)
    if first is None or first.is_generic:
        return None
    unit = first.organisation.canonical or first.organisation
    return None if unit.is_temporary or unit.is_internal else unit.budget_unit


@dataclass(frozen=True)
class Papers:
    """What gates are judged by: keys of requirements that are met, kinds of contracts, phases as `(name, state)`,
    and what else of the register stands in the way (`obstacles`)."""

    keys: frozenset[str] = frozenset()
    contract_kinds: frozenset[str] = frozenset()
    phases: tuple[tuple[str, str], ...] = ()
    obstacles: tuple[tuple[str, str], ...] = ()

    def open_phases(self, stage: str) -> list[str]:
        """Phases that keep the whole from this acceptance (first, final): neither accepted themselves nor given up."""
        return [name for name, state in self.phases if state != "terminated" and state not in life.ACCEPTED[stage]]


def papers_for(project: Project, gate: str, phase: Phase | None = None) -> Papers:
    """Read for one gate; no question where the gate asks for nothing."""
    if gate not in gates.GATES:
        return Papers()
    kinds = {r.contract for r in gates.of_gate(gate) if r.contract}
    contracts = (
        project.contracts.filter(phase=phase, voided="", kind__in=kinds).values_list("kind", flat=True) if kinds else ()
    )
    whole = gate in life.ACCEPTANCES and phase is None
    phases = tuple((p.name, p.state) for p in project.phases.all()) if whole else ()
    items = project.gate_items.filter(phase=phase, withdrawn="").values_list("key", flat=True)
    return recorded(project, gate, Papers(frozenset(items), frozenset(contracts), phases), phase)


def recorded(project: Project, gate: str, papers: Papers, phase: Phase | None = None) -> Papers:
    """The same with what the register recorded elsewhere (proofs)."""
    proven = proofs.of(project, gate, phase)
    return replace(papers, keys=papers.keys | set(proven), obstacles=obstacles(project, gate))


def obstacles(project: Project, gate: str) -> tuple[tuple[str, str], ...]:
    """What no paper makes good, `(sentence, who lifts it)`: a condition of an approval that is not met before the
    first acceptance, an unfit system before the final one. No question where documents, assessments and findings were
    read."""
    if gate == "accept_first":
        owed = [d for d in project.technical_documents.all() if d.owes_condition]
        return tuple(
            (
                f"{d.get_kind_display()}批准时所附条件还没有落实：{d.condition}（9.1.1，系统默认）",
                "牵头单位在“技术文件”登记落实情况",
            )
            for d in owed
        )
    return unsafe(project) if gate == "accept_finally" else ()


def unsafe(project: Project) -> tuple[tuple[str, str], ...]:
    """Why security keeps the works from their final acceptance: the newest assessment says 不符合 (9.3.3), or a
    weakness of high risk is not mended (9.3.2, 9.3.8); 系统默认."""
    standing = sorted(
        (a for a in project.security_assessments.all() if not a.withdrawn), key=lambda a: (a.assessed_on, a.pk)
    )
    found = []
    if standing and standing[-1].result == "fail":
        newest = standing[-1]
        sentence = (
            f"最近一次{newest.get_kind_display()}（{newest.assessed_on}，{newest.document}）结论为不符合，"
            "整改并复测以后才能终验（9.3.3，系统默认）"
        )
        found.append((sentence, "牵头单位（整改后登记复测）"))
    open_ones = [f for a in standing for f in a.findings.all() if f.weight == "high" and f.fixed_on is None]
    if open_ones:
        named = "；".join(f"“{f.text}”（{f.due} 前）" for f in open_ones)
        sentence = f"有高风险隐患 {len(open_ones)} 项没有整改：{named}，整改以后才能终验（9.3.2、9.3.8，系统默认）"
        found.append((sentence, "牵头单位在“安全”登记整改"))
    return tuple(found)


def blockers(project: Project, transition: life.Transition, papers: Papers | None = None) -> list[tuple[str, str]]:
    """What stands in the way of a transition, whoever asks: `(sentence, who lifts it)`.
    `papers` where they were read."""
    found = []
    state = STATES[project.state]
    if project.state not in transition.sources:
        if project.state in life.ENDED:
            found.append((f"{project.code} 已{state}，不再变更状态", "不能解除；需要时另行申报新项目"))
        else:
            before = "、".join(STATES[s] for s in transition.sources)
            found.append(
                (f"{project.code} 现在是“{state}”，只有“{before}”的项目可以{transition.label}", "按建设程序逐步办理")
            )
        return found
    if transition.by_plan:
        found.append(
            (
                "立项随领导小组审定年度计划办理，不单独改状态（9.1.1）",
                "市信息化领导小组（年度计划）；已在建的由信息办补录",
            )
        )
    if transition.verb == "procure":
        if budget_unit_of(project) is None:
            found.append((f"{project.code} 没有预算单位，不能采购（D41、D42）", f"{OFFICE}（指定预算单位）"))
    if transition.verb == "build" and project.latest_end is None:
        found.append((f"{project.code} 没有起止时间，不能开工", f"{OFFICE}（登记工期变更）"))
    papers = papers or papers_for(project, transition.verb)
    if transition.by_round and (waiting := papers.open_phases(life.STAGE_OF[transition.verb])):
        word = STATES[transition.target]
        found.append(
            (
                f"{project.code} 的{'、'.join(waiting)}还没有{word}，各期{word}以后整个项目才{word}",
                f"{who_may(transition)}（先办理各期）",
            )
        )
    if transition.verb == "operate" and project.operator_id is None:
        found.append((f"{project.code} 没有运营单位，不能交付运行（9.1.5，D46）", f"{OFFICE}（分类与单位）"))
    return found + gate_blockers(project, transition.verb, papers)


def phase_blockers(phase: Phase, transition: life.Transition) -> list[tuple[str, str]]:
    """The same for one phase of a project."""
    project = phase.project
    if phase.state not in transition.sources:
        before = "、".join(STATES[s] for s in transition.sources)
        sentence = f"{phase.name}现在是“{STATES[phase.state]}”，只有“{before}”的可以{transition.label}"
        return [(sentence, "按建设程序逐步办理")]
    found = []
    if project.is_unapproved:
        found.append(
            (f"{project.code} 尚未立项，{phase.name}不能{transition.label}（9.1.1）", "市信息化领导小组（年度计划）")
        )
    if project.state in (*life.ENDED, "suspended") and transition.verb != "terminate":
        found.append(
            (f"{project.code} 已{STATES[project.state]}，{phase.name}不能{transition.label}", f"{OFFICE}（先恢复项目）")
        )
    if transition.verb == "procure" and budget_unit_of(project) is None:
        found.append((f"{project.code} 没有预算单位，不能采购（D41、D42）", f"{OFFICE}（指定预算单位）"))
    return found + gate_blockers(project, transition.verb, papers_for(project, transition.verb, phase), phase)


def gate_blockers(project: Project, gate: str, papers: Papers, phase: Phase | None = None) -> list[tuple[str, str]]:
    """What the gate still asks for, a sentence for each page on which it is recorded; a trial run that is too short."""
    found = [_lacking(at, rows) for at, rows in gates.by_page(gates.lacking(gate, papers.keys, papers.contract_kinds))]
    found += papers.obstacles
    if gate == "accept_finally":
        since = phase.state_day if phase else project.state_day
        if (ends := gates.trial_ends(since)) and clock.today() < ends:
            found.append(
                (f"试运行自 {since} 起，不少于 {gates.TRIAL_DAYS} 天，最早 {ends} 终验（系统默认）", "试运行期满")
            )
    return found


def _lacking(at: str, rows: list[gates.Requirement]) -> tuple[str, str]:
    """What lacks on one page of the project, and who supplies it."""
    labels = "、".join(r.label for r in rows)
    if at == gates.DOCUMENTS:
        return f"{labels}，还没有办结（9.1.1，系统默认）", f"牵头单位在“技术文件”报送，{gates.sources(rows)}审批"
    if at == gates.SECURITY:
        return f"没有登记{labels}（9.3.8，新建、改建必备）", f"牵头单位或{OFFICE}在“安全”登记同步建设"
    named = "、".join(f"“{r.label}”" for r in rows)
    return (
        f"还缺关口材料 {len(rows)} 项：{named}",
        f"{gates.sources(rows)}出具，牵头单位或{OFFICE}在“建设过程”逐项登记",
    )


def who_may(transition: life.Transition) -> str:
    return "、".join(holders(transition.permission))


def offered(project: Project, actor: Actor, papers: Papers | None = None) -> list[dict]:
    """The transitions of the state for a page: `{"transition", "target", "blockers", "may"}`, next step first."""
    return [
        _offer(project, actor, t, blockers(project, t, papers), life.target_of(t, project.suspended_from))
        for t in life.leading_from(project.state)
    ]


def offered_of_phase(phase: Phase, actor: Actor) -> list[dict]:
    """The same for one phase."""
    return [
        _offer(phase.project, actor, t, phase_blockers(phase, t), life.target_of(t, phase.suspended_from))
        for t in life.leading_from(phase.state, phase=True)
    ]


def _offer(project: Project, actor: Actor, transition: life.Transition, lacking: list, target: str) -> dict:
    allowed = may(actor, transition.permission, project)
    if not allowed and not transition.by_plan:
        lacking = [(f"{actor.role_label}不能{PERMISSION_LABELS[transition.permission]}", who_may(transition)), *lacking]
    ready = allowed and not lacking
    if transition.by_round and not lacking:
        lacking = [by_round(transition)]
    return {
        "transition": transition,
        "target": STATES[target],
        "blockers": lacking,
        "may": allowed and not lacking,
        "concludes": transition.by_round and ready,  # an acceptance can be concluded now, on its own page
    }


def by_round(transition: life.Transition) -> tuple[str, str]:
    """Why an acceptance is no change of state that somebody writes: it has a list, a conclusion and signatures."""
    word = STATES[transition.target]
    return f"{word}随验收结论和会签生效，不单独改状态（9.2.7、D44）", f"{who_may(transition)}（组织{word}）"
