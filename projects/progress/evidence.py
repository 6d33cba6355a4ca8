"""Living evidence of chapter 10: what the registers show of a task that is bound to them, and the state that follows.

A state is only proposed, with the rows that prove it; the office confirms it. Which registers say what of which task is
data of the plan (governance.plan.rows.ProofRow). Readers only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from governance.basics.roles import Role
from governance.database.prepared import Prepared
from governance.models import Appointment, Body, Regulation, ServiceRecord
from governance.people import institutions, training
from projects.labels import STATES, TASK_STATES
from projects.lifecycle import life
from projects.models import PlanTask, Project, SecurityGrading

RANK = {"not_started": 0, "under_way": 1, "done": 2}
SERVICES = {"hotline": "技术服务咨询电话", "alliance": "技术服务联盟", "support": "技术支援"}
BODIES = "/governance/bodies/"


@dataclass(frozen=True)
class Proof:
    """One register as it stands: whether it shows that the task is `met` or has `begun`, since which `day`."""

    text: str
    address: str
    met: bool
    begun: bool
    day: dt.date | None = None


@dataclass(frozen=True)
class Shown:
    """What the registers show of a task: the state that they `propose` beside the state it has."""

    state: str
    proofs: tuple[Proof, ...]

    @property
    def proposed(self) -> str:
        if all(p.met for p in self.proofs):
            return "done"
        return "under_way" if any(p.met or p.begun for p in self.proofs) else "not_started"

    @property
    def is_ahead(self) -> bool:
        """The registers show more than the task is marked: to be confirmed."""
        return self.state in RANK and RANK[self.proposed] > RANK[self.state]

    @property
    def is_against(self) -> bool:
        """The task is marked as further than the registers show."""
        return self.state in RANK and RANK[self.proposed] < RANK[self.state]

    @property
    def label(self) -> str:
        return TASK_STATES[self.proposed]

    @property
    def words(self) -> str:
        shown = self.label
        if self.is_ahead:
            return f"登记显示“{shown}”，等信息办确认"
        if self.is_against:
            return f"与登记不符：标为“{TASK_STATES[self.state]}”，登记只显示“{shown}”"
        return f"与登记一致（{shown}）" if self.state in RANK else "不再实施，不与登记对照"

    @property
    def evidence(self) -> str:
        """The rows that speak for it, as the 凭据 of a task that is confirmed."""
        return "；".join(p.text for p in self.proofs if p.met or p.begun)[:300]

    @property
    def day(self) -> dt.date | None:
        """When the last of these rows came to be, where the registers know it."""
        return max((p.day for p in self.proofs if p.day and (p.met or p.begun)), default=None)


class Registers:
    """The registers on a day, each read once and only when a task asks for it."""

    def __init__(self, day: dt.date):
        self.day = day

    def shown(self, task: PlanTask) -> Shown | None:
        """What they show of the task; None where it is bound to none."""
        if not task.proofs:
            return None
        return Shown(task.state, tuple(self._proof(bound, task) for bound in task.proofs))

    def _proof(self, bound: dict, task: PlanTask) -> Proof:
        found = _READERS[bound["register"]](self, bound["of"], bound["state"], task.block)
        if bound["enough"] == "begun":
            return Proof(found.text, found.address, found.met or found.begun, found.begun, found.day)
        return found

    @cached_property
    def bodies(self) -> dict[str, Body]:
        return {body.key: body for body in _BODIES()}

    @cached_property
    def projects(self) -> dict[str, Project]:
        return {p.code: p for p in _PLANNED()}

    @cached_property
    def coverage(self) -> institutions.Coverage:
        return institutions.cio_coverage(self.day)

    @cached_property
    def lines(self) -> dict[str, training.Line]:
        return {line.code: line for line in training.by_block(institutions.current_plan())}

    @cached_property
    def last_courses(self) -> dict[tuple[str, str], dt.date]:
        return training.last_courses(institutions.current_plan())

    @cached_property
    def regulations(self) -> list[Regulation]:
        return _REGULATIONS()

    @cached_property
    def services(self) -> list[ServiceRecord]:
        return [row for row in _SERVICES(self.day) if row.to_day is None or row.to_day >= self.day]

    @cached_property
    def gradings(self) -> list[SecurityGrading]:
        return _GRADINGS()

    @cached_property
    def experts(self) -> list[Appointment]:
        return _EXPERTS(self.day)


_BODIES = Prepared(lambda: Body.objects.select_related("holder"))
_PLANNED = Prepared(lambda: Project.objects.planned())
_REGULATIONS = Prepared(lambda: Regulation.objects.all())
_SERVICES = Prepared(lambda day: ServiceRecord.objects.filter(from_day__lte=day).order_by("from_day", "pk"))
_GRADINGS = Prepared(lambda: SecurityGrading.objects.filter(state="concluded").order_by("pk"))
_EXPERTS = Prepared(lambda day: Appointment.objects.in_force(day).filter(role=Role.EXPERT).order_by("from_day"))


def _body(at: Registers, of: str, state: str, block: str) -> Proof:
    """A body is proved by what the office recorded with its paper; the plan's own day is a default (D05)."""
    body = at.bodies.get(of)
    if body is None:
        return Proof(f"没有登记机构“{of}”", BODIES, False, False)
    recorded = body.version > 1 and body.holder_id is not None
    if not recorded:
        return Proof(f"{body.name}：没有登记设立的依据文件，起日为默认（D05）", f"{BODIES}#b{body.pk}", False, False)
    exists = body.exists_on(at.day)
    words = (
        f"{body.name}自 {body.valid_from or '规划期初'} 设立" if exists else f"{body.name}定于 {body.valid_from} 设立"
    )
    return Proof(words, f"{BODIES}#b{body.pk}", exists, True, body.valid_from if exists else None)


def _project(at: Registers, of: str, state: str, block: str) -> Proof:
    """A project proves by having come as far as `state`, or past it."""
    project = at.projects.get(of)
    if project is None:
        return Proof(f"总册里没有 {of}", "/projects/", False, False)
    reached = project.suspended_from if project.state in life.ASIDE else project.state
    place = life.CHAIN.index(reached) if reached in life.CHAIN else 0
    met = project.state in life.CHAIN and place >= life.CHAIN.index(state or life.FINISHED[0])
    words = f"{project.code} {project.name}：{STATES[project.state]}"
    since = project.state_day if place else None
    return Proof(words, project.get_absolute_url(), met, place > 0, since)


def _regulation(at: Registers, of: str, state: str, block: str) -> Proof:
    rows = [r for r in at.regulations if of in ("*", r.clause)]
    issued, moving = sum(r.is_issued for r in rows), [r for r in rows if r.state != "drafting"]
    days = [r.issued_on for r in rows if r.issued_on]
    title = "规章制度" if of == "*" else rows[0].title if rows else of
    words = f"{title}已印发 {issued}／{len(rows)}，已征求意见或审议 {len(moving) - issued}"
    met = bool(rows) and issued == len(rows)
    return Proof(words, "/governance/regulations/", met, bool(moving), max(days, default=None))


def _cios(at: Registers, of: str, state: str, block: str) -> Proof:
    rows = at.coverage.pilots if of == "pilots" else at.coverage.rows
    held = [row.appointment for row in rows if row.appointment]
    words = f"{'试点单位' if of == 'pilots' else '各部门、县（区）'} CIO 已任命 {len(held)}／{len(rows)}"
    day = max((a.from_day for a in held), default=None)
    return Proof(words, f"{BODIES}#cios", bool(rows) and len(held) == len(rows), bool(held), day)


def _experts(at: Registers, of: str, state: str, block: str) -> Proof:
    day = at.experts[0].from_day if at.experts else None
    return Proof(f"在任专家 {len(at.experts)} 位", f"{BODIES}#experts", bool(at.experts), bool(at.experts), day)


def _grading(at: Registers, of: str, state: str, block: str) -> Proof:
    filed = [g for g in at.gradings if g.filed_on]
    words = f"等级保护定级 {len(at.gradings)} 项，已备案 {len(filed)} 项"
    days = [g.filed_on or g.day for g in at.gradings]
    met = bool(at.gradings) and len(filed) == len(at.gradings)
    return Proof(words, "/projects/security/", met, bool(at.gradings), max(days, default=None))


def _service(at: Registers, of: str, state: str, block: str) -> Proof:
    rows = [row for row in at.services if row.kind == of]
    words = f"{SERVICES.get(of, of)}登记 {len(rows)} 项"
    return Proof(words, "/governance/services/", bool(rows), bool(rows), rows[0].from_day if rows else None)


def _training(at: Registers, of: str, state: str, block: str) -> Proof:
    """A class is trained when the block's target is reached (D53: the office sets it)."""
    line, name = at.lines.get(block), training.GROUPS.get(of, of)
    cell = line.cells.get(of) if line else None
    heads, target = (cell.heads, cell.target) if cell else (0, None)
    words = f"{name}培训 {heads} 人次，目标{'未定' if target is None else f' {target} 人次'}"
    met = target is not None and heads >= target > 0
    return Proof(words, "/governance/training/", met, heads > 0, at.last_courses.get((block, of)))


_READERS: dict[str, Callable[[Registers, str, str, str], Proof]] = {
    "body": _body,
    "project": _project,
    "regulation": _regulation,
    "cios": _cios,
    "experts": _experts,
    "grading": _grading,
    "service": _service,
    "training": _training,
}
