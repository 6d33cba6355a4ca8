"""What the pages of floor 5 show of floor 4: home, a project's cases, 8.3's advice on the plan's own rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from governance.basics.roles import Permission
from governance.kernel.access import Actor, may
from governance.models import Round
from priorities.labels import STATES
from priorities.models import Conclusion, PlanEntry, PlanFact, ProposedChange, Submission
from priorities.rule_sets import plan_facts, repository
from priorities.rules.facts import FACTS, on_screen
from priorities.rules.plan_2006 import CLAUSE_OF
from priorities.screening import decided, work_list
from projects.models import Project


@dataclass(frozen=True)
class Count:
    """Cases in a state, with the address of the list."""

    state: str
    label: str
    count: int
    address: str


@dataclass(frozen=True)
class Home:
    """Floor 4's part of the home page."""

    tasks: list[work_list.Task]
    counts: list[Count]
    window: tuple | None  # work_list.window_state


def home_rows(actor: Actor, day: dt.date) -> Home:
    """待办, cases by state, the filing window."""
    by_state = work_list.counts(actor, day)
    address = (
        "/priorities/mine/" if may(actor, Permission.SUBMIT) else "/priorities/approvals/"
    )  # the desk has open cases only
    counts = [
        Count(s, label, by_state[s], f"{address}?state={s}#cases") for s, label in STATES.items() if by_state.get(s)
    ]
    return Home(work_list.waiting(actor, day), counts, work_list.window_state(day))


@dataclass(frozen=True)
class ProjectCases:
    """A project's cases that the actor may see, each with its `money`, the conclusions in force and the plan entries
    that list it."""

    submissions: list[Submission]
    conclusions: list[Conclusion]
    entries: list[PlanEntry]
    rounds: list[Round]


def for_project(project: Project, actor: Actor) -> ProjectCases:
    """What floor 4 knows of a project."""
    rows = list(
        Submission.objects.visible_to(actor)
        .filter(project=project)
        .select_related("organisation")
        .order_by("-plan_year", "-pk")
    )
    decided.with_money(rows)
    conclusions = list(Conclusion.objects.filter(submission__in=rows, in_force=True).select_related("submission"))
    entries = (
        PlanEntry.objects.filter(project=project)
        .exclude(plan__state="draft")
        .select_related("plan__meeting", "submission")
    )
    rounds = Round.objects.filter(about__in=[r.audit_key for r in rows], kind="joint_approval")
    return ProjectCases(
        rows, conclusions, list(entries.order_by("-plan__plan_year")), list(rounds.prefetch_related("seats__answers"))
    )


@dataclass(frozen=True)
class Pending:
    """A change above the approved total on its way: what was asked, and the case where the actor may see it."""

    change: ProposedChange
    case: Submission | None
    state: str


def with_pending(projects: QuerySet) -> QuerySet:
    """Projects that say by `has_pending` whether a change of theirs is on its way."""
    return projects.annotate(has_pending=Exists(ProposedChange.objects.pending(OuterRef("pk"))))


def pending_changes(project: Project, actor: Actor) -> list[Pending]:
    """Changes of a project read `with_pending` that joint approval and the annual plan have not settled yet; two
    queries, none where there is no such change."""
    if not project.has_pending:
        return []
    rows = list(ProposedChange.objects.pending(project))
    seen = set(
        Submission.objects.visible_to(actor).filter(pk__in=[r.submission_id for r in rows]).values_list("pk", flat=True)
    )
    return [Pending(r, r.submission if r.submission_id in seen else None, STATES[r.submission.state]) for r in rows]


@dataclass(frozen=True)
class Basis:
    """A fact of a plan's row as the screen puts it: quoted (出自规划原文, with the line) or inferred (推定, why)."""

    fact: str
    question: str
    answer: str
    clause: str
    quote: str
    line: int | None
    reason: str


@dataclass(frozen=True)
class Advice:
    """8.3 on a row of the plan: advisory alone (D20). `result` is `screen`'s output without id."""

    outcome: str
    met: list[str]
    result: dict
    basis: list[Basis]
    note: str

    @property
    def quoted(self) -> int:
        return sum(1 for b in self.basis if b.quote)

    @property
    def inferred(self) -> int:
        return len(self.basis) - self.quoted

    @property
    def missing(self) -> list[str]:
        """The questions whose answer could still change the outcome."""
        return [FACTS[f].question for f in self.result["missing_facts"]]


ADVISORY = "8.3 的判据只适用于部门自行申报并要求市财政支持的项目；对规划内项目仅作参考（D20）。"


def advice_for(project: Project, day: dt.date) -> Advice | None:
    """What 8.3 would say of a row of the plan by the plan's own words; None for other projects."""
    if project.plan_item_id is None:
        return None
    read = plan_facts.verdict(project.plan_item_id, repository.in_force_on(day))
    if read is None:
        return None
    return Advice(read.result["outcome"], read.result["met"], read.result, [_basis(f) for f in read.facts], ADVISORY)


def _basis(row: PlanFact) -> Basis:
    info = FACTS[row.fact]
    return Basis(
        row.fact, info.question, on_screen(row.fact, row.value), CLAUSE_OF[info.key], row.quote, row.line, row.reason
    )
