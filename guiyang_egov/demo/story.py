"""The story of the demonstration, for load_demo: rows of story.json replayed through the verbs, each under its day.

A row says `on` (the day), `by` (who), `do` (the verb) and the verb's own arguments; `as` keeps what the verb returns
for later rows. `columns` and `rows` say one step many times, with what stands outside shared. The order is the file's.
"""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal

from django.db.models import Model, Q

from budgets import actions as budgets
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from governance import actions as governance
from governance.basics import clock
from governance.kernel.access import Actor
from governance.models import Plan, Regulation, Seat, TrainingSession, User
from governance.plan.entries import Entry, FixtureError
from guiyang_egov.demo import read
from guiyang_egov.demo.accounts import create_people, organisation_named
from guiyang_egov.demo.instruments import attach_text
from guiyang_egov.demo.proposals import paper
from priorities import actions as priorities
from priorities.models import Submission
from projects import actions as projects
from projects.models import Benefit, DataParty, Milestone, PlanTask, Project, SecurityFinding, SharedData, Topic

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
PAPERS = ["network_centre", "expert", "scan"]


# Steps of several verbs, and those that compute an argument: each is called as a verb is.


def take_over(*, by: Actor, project: Project, **more) -> None:
    """补录 of a project and of its 首期, which is what runs; 二期 waits for its years."""
    project = projects.take_over(by=by, project=project, version=project.version, **more)
    if first := project.phases.first():
        projects.take_over(by=by, project=project, version=project.version, phase=first, **more)


def file(*, by: Actor, **more) -> Submission:
    """Draft and submit on one day."""
    row = priorities.create_draft(by=by, is_demo=True, **more)
    return priorities.submit(by=by, submission=row, version=row.version)


def screen(*, by: Actor, submission: Submission, facts: tuple | list = ()) -> None:
    """Accept, 均无异议 (with the facts in `facts` answered otherwise), confirm the verdict."""
    row = priorities.accept(by=by, submission=submission, version=submission.version)
    row = priorities.confirm_facts(by=by, submission=row, version=row.version, nothing_to_object=True)
    if facts:
        row = priorities.confirm_facts(by=by, submission=row, version=row.version, facts=facts)
    priorities.confirm_verdict(by=by, submission=row, version=row.version)


def send(*, by: Actor, submission: Submission, conclusion: str, **more) -> None:
    """Propose the conclusion, waive the papers with a reason, send to joint approval."""
    row = priorities.propose_conclusion(
        by=by, submission=submission, version=submission.version, kind=conclusion, **more
    )
    for what in PAPERS:
        why = "盖章扫描件随后补交" if what == "scan" else "方案已随规划论证"
        row = priorities.waive_opinion(by=by, submission=row, version=row.version, what=what, reason=why)
    priorities.send(by=by, submission=row, version=row.version)


def sign_all(*, by: list[Actor], submission: Submission) -> None:
    """Each seat of the open round signs, in the order of the seats; the last of `by` where a seat has a conflict."""
    of_unit = {actor.organisation_id: actor for actor in by}
    row = submission
    for seat in Seat.objects.filter(round__about=row.audit_key, round__state="open"):
        signer = by[-1] if seat.stands_for else of_unit[seat.organisation_id]
        row = priorities.sign(by=signer, submission=row, version=row.version)


def accept_and_undo(*, by: Actor, submission: Submission) -> None:
    """A bulk acceptance that is taken back before it takes effect."""
    batch = priorities.plan_batch(by=by, act="accept", items=[(submission, submission.version)])
    priorities.undo_batch(by=by, batch=batch)


def propose_change(*, by: Actor, project: Project, **more) -> Submission | None:
    return priorities.propose_change(by=by, project_code=project.code, version=project.version, is_demo=True, **more)


def complete(*, by: Actor, submission: Submission, proposal: dict) -> Submission:
    """What the lead adds to a prefilled draft."""
    return priorities.save_draft(
        by=by, submission=submission, version=submission.version, proposal=submission.proposal | proposal
    )


def set_cell(
    *, by: Actor, project: Project, fiscal_year: int, source: str, document_number: str = "", **more
) -> BudgetLine:
    at, paper = LineKey(project, fiscal_year, source), budgets.Paper(document_number)
    return budgets.set_cell(by=by, at=at, paper=paper, is_demo=True, **more)


def list_trainees(*, by: Actor, course: str, held_on: dt.date, people: list[list[str]]) -> None:
    """Unit, name, post, hours and result of some people of a course."""
    held = TrainingSession.objects.get(title=course, held_on=held_on)
    rows = [
        [str(n), unit, name, "", post, "", str(held.pk), hours, result, ""]
        for n, (unit, name, post, hours, result) in enumerate(people, 2)
    ]
    governance.import_roster(by=by, rows=rows, is_demo=True)


STEPS = {
    step.__name__: step
    for step in (
        *(accept_and_undo, attach_text, complete, file, list_trainees, propose_change),
        *(screen, send, set_cell, sign_all, take_over),
    )
}

# How an argument of a row becomes what the verb takes; all others are taken as they stand, dates as days.
OF_DATABASE = {
    "data": lambda name: SharedData.objects.living().get(name=name),
    "benefit": lambda both: Benefit.objects.in_force().get(project__code=both[:3], indicator=both[4:]),
    "experts": lambda names: [User.objects.get(username=name) for name in names],
    "finding": lambda text: SecurityFinding.objects.get(text=text),
    "milestone": lambda both: Milestone.objects.get(project__code=both[:3], text=both[4:]),  # "P03 启动试点"
    "parent": lambda name: Topic.objects.get(Q(project__code=name) | Q(project=None, name=name)),
    "party": lambda both: DataParty.objects.get(organisation__name=both.split()[0], data__name=both.split()[1]),
    "project": lambda code: Project.objects.get(code=code),
    "projects": lambda codes: list(Project.objects.filter(code__in=codes)),
    "proposal": paper,
    "regulation": lambda clause: Regulation.objects.get(clause=clause),
    "task": lambda code: PlanTask.objects.get(code=code),
} | dict.fromkeys(("amount_wan", "asked_wan", "granted_wan", "least_wan", "most_wan", "total_wan"), Decimal)
OF_DATABASE |= dict.fromkeys(("builder", "independent", "organisation", "organiser", "owner"), organisation_named)
OF_DATABASE["topic"] = OF_DATABASE["parent"]
OF_EARLIER_STEPS = {"acceptance", "evaluation", "grading", "need", "plan", "report", "row", "scenario"}
OF_EARLIER_STEPS |= {"application", "call", "measurement", "submission", "visit"}


def steps() -> Iterator[Entry]:
    """The rows one by one, those of a table each with what they share."""
    for entry in read("story.json"):
        shared = {key: value for key, value in entry.values.items() if key not in ("columns", "rows")}
        columns, name = entry.strings("columns"), str(shared.get("do"))
        for number, row in enumerate(entry.values.get("rows", [[]]), 1):
            label = f"{name} 第 {number} 组" if columns else name
            step = Entry(entry.file, entry.row, label, shared | dict(zip(columns, row, strict=False)))
            if len(row) != len(columns):
                raise step.refuse(f"有 {len(row)} 个值，应与 columns 的 {len(columns)} 个对应")
            yield step


def told(verb: str) -> list[dict]:
    """The rows of one verb, as the file has them."""
    return [step.values for step in steps() if step.values.get("do") == verb]


def tell() -> None:
    """Replay the whole story. Raises FixtureError where a row cannot be told."""
    people, made = create_people(), {"规划": Plan.objects.order_by("pk").first()}
    for step in steps():
        row = dict(step.values)
        try:
            day, by = dt.date.fromisoformat(row.pop("on")), people[row.pop("by")]
            verb, name = _verb(row.pop("do")), row.pop("as", row.get("proposal"))
            takes = inspect.signature(verb, eval_str=True).parameters
            arguments = _gathered(takes, {key: _argument(key, value, made) for key, value in row.items()})
            if "version" in takes and takes["version"].default is inspect.Parameter.empty:
                stands_before = list(takes)[list(takes).index("version") - 1]
                arguments["version"] = arguments[stands_before].version
            if "is_demo" in takes:
                arguments["is_demo"] = True
            with clock.at(day):
                done = verb(by=by, **arguments)
        except FixtureError:  # of a proposal: it knows its own place
            raise
        except Exception as error:  # whatever the verb made of the row, the reader is to learn which row
            raise step.refuse(f"这一步没有做成（{type(error).__name__}）：{error}") from error
        if name:
            made[name] = done


def _verb(name: str) -> Callable:
    """A step above, else a verb of one of the four flats."""
    for place in (STEPS, *(vars(flat) for flat in (priorities, projects, budgets, governance))):
        if name in place:
            return place[name]
    raise LookupError(f"没有动词“{name}”")


def _argument(key: str, value: object, made: dict[str, Model]) -> object:
    if key in OF_DATABASE:
        return OF_DATABASE[key](value)
    if key in OF_EARLIER_STEPS:
        return _now(made, value)
    if key == "submissions":
        return [_now(made, name) for name in value]
    return _with_days(value)


def _gathered(takes: Mapping[str, inspect.Parameter], arguments: dict) -> dict:
    """What a verb takes together (a contract's terms, a report) stands in a row word by word."""
    for name, parameter in takes.items():
        if name not in ("by", *arguments) and is_dataclass(parameter.annotation):
            parts = {f.name: arguments.pop(f.name) for f in fields(parameter.annotation) if f.name in arguments}
            if parts:
                arguments[name] = parameter.annotation(**parts)
    return arguments


def _now(made: dict[str, Model], name: str) -> Model:
    """What an earlier step made, as it stands now."""
    row = made.get(name)
    if row is None:
        raise LookupError(f"前面没有一步做出“{name}”")
    return type(row).objects.get(pk=row.pk)


def _with_days(value: object) -> object:
    if isinstance(value, list):
        return [_with_days(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_days(item) for key, item in value.items()}
    is_day = isinstance(value, str) and ISO_DAY.fullmatch(value)
    return dt.date.fromisoformat(value) if is_day else value
