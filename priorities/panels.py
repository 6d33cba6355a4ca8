"""What the pages of floor 5 show of floor 4: home, search, a project's cases, 8.3's advice on the plan's own rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.access import Actor
from governance.models import Round
from priorities import desk, screening
from priorities.labels import OUTCOMES, STATES
from priorities.models import Conclusion, PlanEntry, Submission
from priorities.rules.facts import on_screen
from projects.models import Project

HITS = 20


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

    tasks: list[desk.Task]
    counts: list[Count]
    window: tuple | None  # desk.window_state


def home_rows(actor: Actor, day: dt.date) -> Home:
    """待办, cases by state, the filing window."""
    by_state = desk.counts(actor, day)
    address = "/priorities/desk/" if actor.role == "reviewer" else "/priorities/mine/"
    counts = [Count(s, label, by_state[s], f"{address}?state={s}") for s, label in STATES.items() if by_state.get(s)]
    return Home(desk.waiting(actor, day), counts, desk.window_state(day))


@dataclass(frozen=True)
class Hit:
    """A search hit: what it is, its name, where it stands, its address."""

    code: str
    name: str
    note: str
    address: str


def search(actor: Actor, q: str) -> list[Hit]:
    """Submissions that the actor may see whose normalised text holds the words."""
    if not q.strip():
        return []
    rows = Submission.objects.visible_to(actor).matching(q).select_related("organisation").order_by("-pk")[:HITS]
    return [
        Hit(r.reference, r.title or "（未命名）", f"{r.organisation} · {STATES[r.state]}", r.get_absolute_url()) for r in rows
    ]


@dataclass(frozen=True)
class ProjectCases:
    """A project's cases that the actor may see, the conclusions in force and the plan entries that list it."""

    submissions: list[Submission]
    conclusions: list[Conclusion]
    entries: list[PlanEntry]
    rounds: list[Round]


def for_project(project: Project, actor: Actor) -> ProjectCases:
    """What floor 4 knows of a project."""
    rows = list(
        Submission.objects.visible_to(actor).filter(project=project).select_related("organisation").order_by("-plan_year", "-pk")
    )
    conclusions = list(Conclusion.objects.filter(submission__in=rows, in_force=True).select_related("submission"))
    entries = PlanEntry.objects.filter(project=project).exclude(plan__state="draft").select_related("plan__meeting", "submission")
    rounds = Round.objects.filter(about__in=[r.audit_key for r in rows], kind="joint_approval")
    return ProjectCases(rows, conclusions, list(entries.order_by("-plan__plan_year")),
                        list(rounds.prefetch_related("seats__answers")))  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """8.3 on a row of the plan: advisory alone (D20). `basis` says where each fact is from: 出自规划原文 or 推定."""

    outcome: str
    label: str
    met: list[str]
    trace: list[dict]
    basis: list[tuple[str, str, str]]  # question, answer, 出自规划原文 | 推定
    note: str


ADVISORY = "8.3 的判据只适用于部门自行申报并要求市财政支持的项目；对规划内项目仅作参考（D20）。"


def advice_for(project: Project, day: dt.date) -> Advice | None:
    """What 8.3 would say of a row of the plan by what its latest case states; None for other projects."""
    if project.plan_item_id is None:
        return None
    latest = Submission.objects.filter(project=project).exclude(current_version=0).order_by("-pk").first()
    if latest is None:
        result, basis = screening.assess_stated({}, [], day), []
    else:
        facts, components = screening.facts_of(latest)
        result = screening.assess_stated(facts, components, day)
        basis = [(screening.question(f), on_screen(f, v), f"出自 {latest.reference}") for f, v in facts.items()]
    return Advice(result["outcome"], OUTCOMES[result["outcome"]], result["met"], result["trace"], basis, ADVISORY)
