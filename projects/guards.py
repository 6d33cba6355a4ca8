"""Why a project may not go on: sentences with who lifts them. Read by the verb and by the page (为什么不能)."""

from __future__ import annotations

from governance.access import Actor, may
from governance.models import Organisation
from governance.roles import PERMISSION_LABELS, holders
from projects import life
from projects.labels import STATES
from projects.models import Project

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


def conflicted(project: Project, organisation_id: int) -> bool:
    """Whether the unit that would accept or judge the works leads them itself (D44)."""
    return organisation_id in project.belongs_to()


def blockers(project: Project, transition: life.Transition) -> list[tuple[str, str]]:
    """What stands in the way of a transition, whoever asks: `(sentence, who lifts it)`."""
    found = []
    state = STATES[project.state]
    if project.state not in transition.sources:
        if project.state in life.ENDED:
            found.append((f"{project.code} 已{state}，不再变更状态", "不能解除；需要时另行申报新项目"))
        else:
            before = "、".join(STATES[s] for s in transition.sources)
            found.append((f"{project.code} 现在是“{state}”，只有“{before}”的项目可以{transition.label}", "按建设程序逐步办理"))
        return found
    if transition.by_plan:
        found.append(("立项随领导小组审定年度计划办理，不单独改状态（9.1.1）", "市信息化领导小组（年度计划）；已在建的由信息办补录"))
    if transition.verb == "procure":
        if budget_unit_of(project) is None:
            found.append((f"{project.code} 没有预算单位，不能采购（D41、D42）", f"{OFFICE}（指定预算单位）"))
    if transition.verb == "build" and project.latest_end is None:
        found.append((f"{project.code} 没有起止时间，不能开工", f"{OFFICE}（登记工期变更）"))
    return found


def who_may(transition: life.Transition) -> str:
    return "、".join(holders(transition.permission))


def offered(project: Project, actor: Actor) -> list[dict]:
    """The transitions of the state for a page: `{"transition", "target", "blockers", "may"}`, next step first."""
    rows = []
    for transition in life.leading_from(project.state):
        allowed = may(actor, transition.permission, project)
        lacking = blockers(project, transition)
        if not allowed and not transition.by_plan:
            lacking = [(f"{actor.role_label}不能{PERMISSION_LABELS[transition.permission]}", who_may(transition)), *lacking]
        rows.append(
            {
                "transition": transition,
                "target": STATES[life.target_of(transition, project.suspended_from)],
                "blockers": lacking,
                "may": allowed and not lacking,
                "second": transition.verb in life.ACCEPTANCES and conflicted(project, actor.organisation_id),
            }
        )
    return rows
