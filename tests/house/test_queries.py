"""A page asks the database a fixed number of questions, whatever the number of rows."""

from __future__ import annotations

import uuid

from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import BudgetLine, ProjectYear
from governance.models import (
    Answer,
    Appointment,
    AuditConcern,
    AuditHead,
    AuditRow,
    Notice,
    Organisation,
    ReadingDecision,
    Round,
    Seat,
    User,
)
from priorities.models import (
    Conclusion,
    ConfirmedFact,
    PlanEntry,
    RuleSetRecord,
    Screening,
    Submission,
    SubmissionVersion,
    Transition,
)
from projects.models import Milestone, ProgressReport, Project, ProjectLead
from tests.house.walk import pages

# Whoever has most in his rail comes first; of those who may read a page, the first two ask for it.
ROLES = ("industry", "reviewer", "health_cio", "expert", "resource", "finance", "auditor", "sysadmin", "secadmin")
READERS = 2
MOST = 15
# A case shows everything that is known of it on one page (proposal, verdict, facts, opinions, papers, signatures,
# history, what was waived, on which conditions, who acts next and his phone, its decided amounts).
MOST_OF_A_CASE = 25
# 为什么不能 asks every guard of the tables about one case.
MOST_OF_WHY = 20
# A project, today's or that of a day, a programme or unit shows its life, duties, papers and money on one page,
# before a unit is merged every app counts what names it; security shows what is due, what lacks,
# whom to call and where each project stands.
MOST_OF_MANY_PARTS = 22
# Search asks once for every kind of record.
MOST_OF_SEARCH = 34
# A year's money or calendar asks two more apps for their filters and dates; progress asks who owes, and whom to call.
MOST_OF_A_YEAR = 17
# A sitting shows beside each case's seats what was waived of it and on which conditions.
MOST_OF_A_SITTING = 18
# Planning shows every guard of an adoption or solves: it reads cases, money, ceilings, growth and plans.
MOST_OF_PLANNING = 42
# Two days or two whole reports beside each other.
MOST_OF_TWO = 56
# The home page asks every app once what waits for whoever came in: cases, reports, 课题, gates, security, signatures,
# the year's money; experts to be named, conditions, needs and subjects between offices, goals to be measured or
# confirmed, outside money.
MOST_OF_HOME = 53
# The tasks read beside themselves the registers that prove them: bodies, CIOs, training, instruments, gradings.
MOST_OF_TASKS = 25
TIMES = 3


def limit(address: str) -> int:
    if address == "/":
        return MOST_OF_HOME
    if address == "/projects/tasks/":
        return MOST_OF_TASKS
    if address.endswith("/why/"):
        return MOST_OF_WHY
    if address.endswith(("/preview/", "/scenarios/")):
        return MOST_OF_PLANNING
    if address.startswith(("/budgets/", "/calendar/", "/projects/progress/")):
        return MOST_OF_A_YEAR
    if address.startswith("/priorities/sittings/"):
        return MOST_OF_A_SITTING
    if address.startswith("/projects/compare/"):
        return MOST_OF_TWO
    if address.startswith("/priorities/approvals/?"):
        return MOST_OF_A_CASE  # what waits for him, and every case of a state in pages
    if address.startswith("/search/"):
        return MOST_OF_SEARCH
    if (
        address.startswith(
            ("/projects/P", "/projects/programmes/", "/projects/security/", "/governance/organisations/")
        )
        or "&code=" in address
    ):
        return MOST_OF_MANY_PARTS
    of_a_case = ("/priorities/submissions/", "/priorities/desk/SB", "/priorities/approvals/", "/priorities/sharing/SB")
    about_a_case = address.startswith(of_a_case)
    return MOST_OF_A_CASE if about_a_case else MOST


def readings(offices) -> list[tuple[str, str]]:
    """`(role, address)` of every page. Files to take away are no pages."""
    found = []
    for page in pages():
        if "/export/" not in page.address:
            names = [name for name in ROLES if page.status(getattr(offices, name)) == 200]
            found += [(name, page.address) for name in names[:READERS]]
    return found


def asked(offices, name: str, address: str) -> int:
    """How many questions the page asks."""
    client = offices.client(name)
    with CaptureQueriesContext(connection) as questions:
        assert client.get(address).status_code == 200, address
    return sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in questions)


def test_a_page_asks_few_questions_and_no_more_with_many_rows(offices):
    few = {key: asked(offices, *key) for key in readings(offices)}
    too_many = {key: n for key, n in few.items() if n > limit(key[1])}
    assert too_many == {}
    before = Submission.objects.count()
    make_many()
    assert Submission.objects.count() == before * (TIMES + 1)
    once_each = {address: (name, address) for name, address in few}
    more = [key for key in once_each.values() if asked(offices, *key) > few[key]]
    # Asked again: whoever comes first after a change brings the index of titles up to date.
    grown = {key: (few[key], n) for key in more if (n := asked(offices, *key)) > few[key]}
    assert grown == {}


def again(rows, **changes) -> dict[int, int]:
    """Copy rows TIMES times; `changes` are values or functions of (row, number). Returns (old pk, number) → new pk."""
    copies, origin = [], []
    for row in list(rows):
        for number in range(TIMES):
            copy = type(row)(
                **{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
            )
            for name, value in changes.items():
                setattr(copy, name, value(row, number) if callable(value) else value)
            copies.append(copy)
            origin.append((row.pk, number))
    if not copies:
        return {}
    type(copies[0])._default_manager.bulk_create(copies)
    return {key: copy.pk for key, copy in zip(origin, copies, strict=True)}


def text(length: int = 8) -> str:
    return uuid.uuid4().hex[:length].upper()


def make_many() -> None:
    """TIMES copies of every project, case, signature, person, notice and trace of the demonstration."""
    units = again(
        Organisation.objects.filter(canonical=None), key=lambda r, n: f"copy-{text()}", name=lambda r, n: f"{r.name}{n}"
    )
    assert units
    people = again(User.objects.all(), username=lambda r, n: f"copy-{text()}")
    again(Appointment.objects.all(), user_id=lambda r, n: people[r.user_id, n])
    _projects()
    _cases()
    again(Notice.objects.all(), key=lambda r, n: text(32))
    again(ReadingDecision.objects.all())
    again(RuleSetRecord.objects.filter(state="draft"), key=lambda r, n: f"copy-{text().lower()}")
    last = AuditRow.objects.order_by("-seq").first().seq
    rows = list(AuditRow.objects.all())
    AuditRow.objects.bulk_create(_shifted(row, last) for row in rows)
    AuditHead.objects.update(
        seq=AuditRow.objects.order_by("-seq").first().seq
    )  # a page that rehearses chains its rows on
    AuditConcern.objects.bulk_create(
        AuditConcern(seq=c.seq + last, key=c.key) for c in list(AuditConcern.objects.all())
    )


def _shifted(row: AuditRow, by: int) -> AuditRow:
    return AuditRow(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} | {"seq": row.seq + by})


def _projects() -> None:
    projects = again(
        Project.objects.all(),
        code=lambda r, n: f"N{1000 + r.pk % 9000}-{100 + n}",
        plan_item_id=None,
        origin="annual_plan",
    )
    for model in (ProjectLead, BudgetLine, ProjectYear, Milestone, ProgressReport):
        again(model.objects.all(), project_id=lambda r, n: projects[r.project_id, n])


def _cases() -> None:
    cases = again(Submission.objects.all(), number=lambda r, n: f"SB2008-{text(6)}", receipt_number=None)
    versions = again(SubmissionVersion.objects.all(), submission_id=lambda r, n: cases[r.submission_id, n])
    for model in (Screening, Conclusion):
        again(
            model.objects.all(),
            submission_id=lambda r, n: cases[r.submission_id, n],
            version_id=lambda r, n: versions[r.version_id, n],
        )
    for model in (Transition, ConfirmedFact, PlanEntry):
        again(model.objects.all(), submission_id=lambda r, n: cases[r.submission_id, n])
    signed = Round.objects.filter(about__startswith="submission:")
    opened = again(signed, about=lambda r, n: f"submission:{cases[int(r.about.partition(':')[2]), n]}")
    seats = again(Seat.objects.filter(round__in=signed), round_id=lambda r, n: opened[r.round_id, n])
    again(
        Answer.objects.filter(seat__round__in=signed, seat_id__in={pk for pk, _ in seats}),
        seat_id=lambda r, n: seats[r.seat_id, n],
    )
    # One case grows as well: more steps, more parts that were corrected.
    one = Submission.objects.get(state="under_review", number="SB2008-011")
    again(Transition.objects.filter(submission=one))
