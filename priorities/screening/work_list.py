"""What waits for whom on floor 4, for the desk, the home page and the rail; as many queries for many cases as one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Max, prefetch_related_objects
from django.urls import reverse

from governance.basics.memo import remembered
from governance.basics.refs import all_of
from governance.basics.roles import Permission, Role, Scope
from governance.database.prepared import Prepared
from governance.kernel import working_days
from governance.kernel.access import Actor
from governance.models import Round, Seat, of_unit
from governance.signing import rounds
from priorities.labels import OUTCOMES, STATES
from priorities.models import AnnualPlan, Conclusion, FilingWindow, Submission
from priorities.screening import sharing
from priorities.submissions import workflow
from projects.hooks import desk as register_desk

# Working days that a step usually takes (系统默认, no date blocks anything).
STEP_DAYS = {"submitted": 3, "under_review": 20, "joint_approval": 10, "returned": 10}
TASK_LABELS = {
    "draft": "申报",
    "returned": "补正",
    "participation": "联合申报",
    "screen": "审核",
    "plan": "年度计划",
    "joint_approval": "会签",
    "opinion_network_centre": "意见",
    "opinion_expert": "意见",
    "opinion_resource": "意见",
    "opinion_ca": "意见",
    "sharing": "共享",
    "opinion": "意见",
}
PREPARED = (Scope.CITY, Scope.OWN)  # the reach of others is a list of rows, worked out each time
OPEN_STATES = "submitted under_review returned joint_approval candidate deferred pool no_city_funding".split()


@dataclass(frozen=True)
class QueueRow:
    """A case of the desk's queue: how long it has been in its state, when the step is due, who is waited for."""

    submission: Submission
    age: int  # days in its state
    due_day: dt.date | None
    late: bool
    waits_for: str  # 信息办, 申报单位, 市财政局（财政席）…
    conclusion: Conclusion | None = None

    @property
    def state_label(self) -> str:
        return STATES[self.submission.state]

    @property
    def may_return(self) -> bool:
        return workflow.allowed(self.submission, "return")

    @property
    def outcome_label(self) -> str:
        return OUTCOMES.get(self.submission.outcome, "")


@dataclass(frozen=True)
class Task(register_desk.Task):
    """A line of 待办 that may be about a case."""

    submission: Submission | None = field(default=None, compare=False, kw_only=True)

    @property
    def label(self) -> str:
        return TASK_LABELS.get(self.kind, "待办")


def queue(actor: Actor, day: dt.date) -> list[QueueRow]:
    """All open cases that the actor may see, oldest in their state first; drafts are not in it."""
    is_city = actor.scope(Permission.READ_SUBMISSIONS) is Scope.CITY
    rows = _QUEUE((actor.role,), actor.organisation_id) if is_city else list(_queue(actor))
    proposed = {c.submission_id: c for c in _PROPOSED([row.pk for row in rows])}
    return _queued(rows, proposed, day)


def _queue(actor: Actor):
    rows = Submission.objects.visible_to(actor).filter(state__in=OPEN_STATES, is_secret=False)
    rows = rows.select_related("organisation", "project", "assignee", "author")
    return rows.defer("proposal", "search_text").order_by("state_day", "pk")


_QUEUE = Prepared(lambda role, unit: _queue(_in_reach(role, unit)))
_PROPOSED = Prepared(lambda keys: Conclusion.objects.filter(submission_id__among=keys, in_force=True))


def _queued(rows: list[Submission], proposed: dict[int, Conclusion], day: dt.date) -> list[QueueRow]:
    waited = _seats_waited_for([r.audit_key for r in rows if r.state in ("joint_approval", "under_review")])
    ends = step_ends({(r.state, r.state_day) for r in rows if r.state in STEP_DAYS})
    found = []
    for row in rows:
        due = row.re_review_on if row.state == "deferred" else ends.get((row.state, row.state_day))
        seats = waited.get(row.audit_key, [])
        waits = "、".join(seats) or _waits_for(row)
        age, late = (day - row.state_day).days, bool(due and due < day)
        found.append(QueueRow(row, age, due, late, waits, proposed.get(row.pk)))
    return found


@remembered
def to_screen(actor: Actor) -> list[Submission]:
    """The cases that wait for the office, in the order of the queue."""
    if actor.scope(Permission.READ_SUBMISSIONS) is not Scope.CITY:  # others' reach is a list of rows
        return list(_to_screen(actor))
    return _TO_SCREEN((actor.role,), actor.organisation_id)


def _to_screen(actor: Actor):
    rows = Submission.objects.visible_to(actor).awaiting_screening().filter(is_secret=False)
    return rows.select_related("organisation").defer("proposal", "search_text").order_by("state_day", "pk")


def _in_reach(role: tuple[Role], unit: int) -> Actor:
    return Actor(0, "", role[0], unit, "")


_TO_SCREEN = Prepared(lambda role, unit: _to_screen(_in_reach(role, unit)))


def count_own_open(actor: Actor) -> int:
    """How many drafts and returned cases there are."""
    if actor.scope(Permission.READ_SUBMISSIONS) not in PREPARED:
        return open_to(actor).count()
    return _OWN_OPEN.count((actor.role,), actor.organisation_id)


def count_to_screen(actor: Actor) -> int:
    """How many there are."""
    if actor.scope(Permission.READ_SUBMISSIONS) is not Scope.CITY:
        return _to_screen(actor).count()
    return _TO_SCREEN.count((actor.role,), actor.organisation_id)


def open_to(actor: Actor):
    """Drafts and returned cases that the actor's unit may still write."""
    mine = of_unit(actor.organisation_id) | of_unit(actor.organisation_id, "participants__organisation")
    return Submission.objects.visible_to(actor).filter(mine, state__in=workflow.EDITABLE, is_secret=False).distinct()


@remembered
def own_open(actor: Actor) -> list[Submission]:
    """The same, oldest first."""
    ready = actor.scope(Permission.READ_SUBMISSIONS) in PREPARED
    rows = _OWN_OPEN((actor.role,), actor.organisation_id) if ready else list(_own_open(actor))
    prefetch_related_objects(rows, "participants__organisation", "returned_points")
    return rows


def _own_open(actor: Actor):
    return open_to(actor).select_related("organisation").order_by("state_day", "pk")


_OWN_OPEN = Prepared(lambda role, unit: _own_open(_in_reach(role, unit)))


@remembered
def to_answer(actor: Actor) -> list[Round]:
    """Rounds about cases that wait for the actor's unit or himself."""
    return [r for r in rounds.waiting(actor) if r.about.startswith(all_of("submission"))]


def about_cases(actor: Actor):
    """The same as a queryset; what other floors ask to be signed stands on their pages."""
    return rounds.waiting_on(actor).filter(about__startswith=all_of("submission"))


def count_to_answer(actor: Actor) -> int:
    """How many there are."""
    return _ABOUT_CASES.count((actor.role,), actor.user_id, actor.organisation_id)


_ABOUT_CASES = Prepared(lambda role, user, unit: about_cases(Actor(user, "", role[0], unit, "")))


def counts(actor: Actor, day: dt.date) -> dict[str, int]:
    """Cases by state that the actor may see."""
    if actor.scope(Permission.READ_SUBMISSIONS) not in PREPARED:
        return dict(_counts(actor))
    return dict(_COUNTS((actor.role,), actor.organisation_id))


def _counts(actor: Actor):
    return Submission.objects.visible_to(actor).values_list("state").annotate(n=Count("pk")).order_by()


_COUNTS = Prepared(lambda role, unit: _counts(_in_reach(role, unit)))


def waiting(actor: Actor, day: dt.date) -> list[Task]:
    """What waits for this person under his hat, late things first, then the oldest."""
    tasks: list[Task] = []
    if actor.scope(Permission.SUBMIT):
        tasks += _applicant(actor, day)
    if actor.scope(Permission.SCREEN):
        tasks += _office(actor, day)
    if actor.scope(Permission.ANSWER_SHARING):
        tasks += _sharing(day)
    tasks += _answers(actor, day)
    if actor.scope(Permission.ADOPT_PLAN):
        tasks += _plans(day)
    return sorted(tasks, key=lambda t: (not t.late, -t.age_days))


def window_state(day: dt.date) -> tuple[FilingWindow, str, int] | None:
    """The window that is open or comes next: `(window, "open" | "coming", days left or days until)`."""
    window = _NEXT_WINDOW.first(day)
    if window is None:
        return None
    if window.opens <= day:
        return window, "open", (window.closes - day).days
    return window, "coming", (window.opens - day).days


_NEXT_WINDOW = Prepared(lambda day: FilingWindow.objects.filter(closes__gte=day).order_by("closes")[:1])


def _applicant(actor: Actor, day: dt.date) -> list[Task]:
    rows = own_open(actor)
    ends, tasks = step_ends({(r.state, r.state_day) for r in rows if r.state == "returned"}), []
    for row in rows:
        age = (day - row.state_day).days
        mine = row.organisation.survivor_id == actor.organisation_id
        part = next((p for p in row.participants.all() if p.organisation.survivor_id == actor.organisation_id), None)
        title = row.title or "（未命名）"
        if row.state == "returned" and (mine or part is not None):
            points = sum(p.version == row.current_version for p in row.returned_points.all())
            due = ends[row.state, row.state_day]
            text = f"{row.number}“{title}”退回补正，{points} 处要补"
            tasks.append(Task(text, row.get_absolute_url(), age, due, due < day, "returned", submission=row))
        elif mine:
            tasks.append(Task(f"草稿“{title}”还没有申报", row.get_absolute_url(), age, kind="draft", submission=row))
        elif part is not None and part.confirmed_day is None:
            text = f"联合申报“{title}”等待贵单位确认"
            tasks.append(Task(text, row.get_absolute_url(), age, kind="participation", submission=row))
    return tasks


def _office(actor: Actor, day: dt.date) -> list[Task]:
    words = {"submitted": "等待受理", "under_review": "审核中"}
    tasks = []
    for row in _queued(to_screen(actor), {}, day):
        case = row.submission
        if not (case.state == "under_review" and row.waits_for != "信息办审核人"):
            text, address = f"{case.number}“{case.title}”{words[case.state]}", case.get_absolute_url()
            tasks.append(Task(text, address, row.age, row.due_day, row.late, "screen", submission=case))
    return tasks


def _sharing(day: dt.date) -> list[Task]:
    rows = sharing.waiting().defer("proposal", "search_text")
    words = "{}“{}”等待回答共享事实"
    found = [(r, words.format(r.number, r.title), reverse("priorities:sharing", args=[r.reference])) for r in rows]
    return [Task(s, address, (day - r.state_day).days, kind="sharing", submission=r) for r, s, address in found]


def _answers(actor: Actor, day: dt.date) -> list[Task]:
    tasks = []
    for round_ in to_answer(actor):
        late = bool(round_.due_day and round_.due_day < day)
        tasks.append(Task(round_.title, round_.address, (day - round_.day).days, round_.due_day, late, round_.kind))
    return tasks


def _plans(day: dt.date) -> list[Task]:
    return [Task(f"{p}等待审定", p.get_absolute_url(), (day - p.day).days, kind="plan") for p in _DRAFT_PLANS()]


_DRAFT_PLANS = Prepared(
    lambda: AnnualPlan.objects.filter(state="draft").annotate(last=Max("entries__pk")).exclude(last=None)
)


def _waits_for(row: Submission) -> str:
    return {
        workflow.SUBMITTED: "信息办审核人",
        workflow.UNDER_REVIEW: "信息办审核人",
        workflow.RETURNED: str(row.organisation),
        workflow.CANDIDATE: "领导小组",
        workflow.JOINT_APPROVAL: "会签各席",
        workflow.DEFERRED: f"{row.re_review_on} 复审" if row.re_review_on else "复审",
    }.get(row.state, "")


def _seats_waited_for(keys: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for about, label in _SILENT(keys):
        found.setdefault(about, []).append(label)
    return found


_SILENT = Prepared(
    lambda keys: (
        Seat.objects.silent()
        .filter(round__about__among=keys)
        .order_by("round_id", "pk")
        .values_list("round__about", "label")
    )
)


def step_ends(pairs: set[tuple[str, dt.date]]) -> dict[tuple[str, dt.date], dt.date]:
    """Due days of steps; published holidays are read once for all of them."""
    if not pairs:
        return {}
    calendar = working_days.WorkingDays()
    return {(state, day): calendar.add(day, STEP_DAYS[state]) for state, day in pairs}
