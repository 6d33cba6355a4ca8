"""Two at once, on PostgreSQL: SQLite serialises writers and cannot show these. Each race has a control that breaks when
the lock is off, so that a green test means something."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from governance.basics.refusal import Refused
from governance.models import Answer, Round, Seat
from governance.signing import rounds
from priorities import actions
from priorities.models import Conclusion, Screening, Submission, SubmissionVersion, Transition
from priorities.submissions import workflow
from tests import needs
from tests.rows import twin_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), needs.postgresql]
DOUBLES, TRIPLES, CONTROLS = 200, 100, 20  # in the suite
DRILL_DOUBLES, DRILL_TRIPLES = 600, 250


class Crew:
    """Threads that stay, each with its connection, so that calls really start together."""

    def __init__(self, size: int) -> None:
        self.size, self.pool = size, ThreadPoolExecutor(max_workers=size)

    def at_once(self, *calls: Callable[[], object]) -> list[object]:
        """Run the calls from one barrier; results or exceptions in order."""
        barrier = threading.Barrier(len(calls))

        def run(call) -> object:
            barrier.wait(timeout=20)
            try:
                return call()
            except Exception as error:
                return error

        return [future.result(timeout=60) for future in [self.pool.submit(run, call) for call in calls]]

    def dismiss(self) -> None:
        self.at_once(*[connections.close_all] * self.size)
        self.pool.shutdown()


@pytest.fixture
def crew():
    crew = Crew(4)
    yield crew
    crew.dismiss()


@transaction.atomic
def clones(row: Submission, count: int) -> list[Submission]:
    """Copies of a case in joint approval, with version, verdict, conclusion, round and seats."""
    old_round = Round.objects.get(about=row.audit_key, kind="joint_approval")
    seats = list(old_round.seats.all())
    parts = [
        SubmissionVersion.objects.get(submission=row),
        Screening.objects.get(submission=row, confirmed=True),
        Conclusion.objects.get(submission=row, in_force=True),
    ]
    made = []
    for i in range(count):
        twin = twin_of(row, number=f"SB2008-{500 + i}")
        version = twin_of(parts[0], submission=twin)
        twin_of(parts[1], submission=twin, version=version)
        twin_of(parts[2], submission=twin, version=version)
        opened = twin_of(old_round, about=twin.audit_key)
        for seat in seats:
            twin_of(seat, round=opened)
        for fact in row.confirmed_facts.all():
            twin_of(fact, submission=twin)
        made.append(twin)
    return made


@pytest.fixture
def no_locks(monkeypatch):
    """The control: the rows are read without FOR UPDATE."""
    monkeypatch.setattr(workflow, "lock", lambda pk: Submission.objects.get(pk=pk))
    monkeypatch.setattr(rounds, "lock", lambda pk: Round.objects.get(pk=pk))


def sign(by, row):
    return lambda: actions.sign(by=by, submission=row, version=row.version)


def sign_twice(crew, cast, row) -> list[object]:
    return crew.at_once(sign(cast.finance, row), sign(cast.finance, row))


def double_signatures(crew, stories, cast, count: int) -> None:
    rows = clones(stories.joint_approval(), count)
    outcomes = Counter()
    for row in rows:
        results = sign_twice(crew, cast, row)
        outcomes[tuple(sorted(type(r).__name__ for r in results))] += 1
    assert outcomes == {("Refused", "Submission"): count}
    seats = Seat.objects.filter(round__about__in=[r.audit_key for r in rows], key="finance-bureau")
    assert Answer.objects.filter(seat__in=seats, in_force=True).count() == count
    assert Answer.objects.filter(seat__in=seats).count() == count


def test_200_double_signatures_leave_one_effective_signature_per_seat(crew, stories, cast):
    double_signatures(crew, stories, cast, DOUBLES)


@pytest.mark.drill
def test_600_double_signatures_leave_one_effective_signature_per_seat(crew, stories, cast):
    double_signatures(crew, stories, cast, DRILL_DOUBLES)


def test_without_the_lock_a_double_signature_ends_in_an_error(crew, stories, cast, no_locks):
    rows = clones(stories.joint_approval(), CONTROLS)
    results = [r for row in rows for r in sign_twice(crew, cast, row)]
    assert [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)]


def sign_three(crew, cast, rows) -> None:
    """Finance has signed; the other three sign from one barrier."""
    for row in rows:
        sign(cast.finance, row)()
        results = crew.at_once(*(sign(by, row) for by in (cast.ndrc, cast.industry, cast.office_head)))
        assert not [r for r in results if isinstance(r, Exception)], results


def triple_signatures(crew, stories, cast, count: int) -> None:
    rows = clones(stories.joint_approval(), count)
    sign_three(crew, cast, rows)
    pks = [r.pk for r in rows]
    assert Counter(Submission.objects.filter(pk__in=pks).values_list("state", flat=True)) == {"candidate": count}
    concluded = Transition.objects.filter(submission__in=pks, verb="sign").values_list("submission_id", flat=True)
    assert sorted(concluded) == sorted(pks)


def test_100_triple_signatures_at_one_barrier_each_conclude_once_and_none_is_stuck(crew, stories, cast):
    triple_signatures(crew, stories, cast, TRIPLES)


@pytest.mark.drill
def test_250_triple_signatures_at_one_barrier_each_conclude_once_and_none_is_stuck(crew, stories, cast):
    triple_signatures(crew, stories, cast, DRILL_TRIPLES)


def test_without_the_lock_triple_signatures_get_stuck(crew, stories, cast, no_locks):
    rows = clones(stories.joint_approval(), CONTROLS)
    sign_three(crew, cast, rows)
    states = Counter(Submission.objects.filter(pk__in=[r.pk for r in rows]).values_list("state", flat=True))
    assert states["joint_approval"] > 0


def test_a_double_submit_takes_one_number(crew, stories, cast):
    rows = [stories.draft() for _ in range(10)]
    for row in rows:

        def submit(row=row):
            return actions.submit(by=cast.health_cio, submission=row, version=row.version)

        results = crew.at_once(submit, submit)
        assert sorted(type(r).__name__ for r in results) == ["Refused", "Submission"], results
    numbers = list(Submission.objects.exclude(number=None).order_by("number").values_list("number", flat=True))
    assert numbers == [f"SB2008-{n:03d}" for n in range(1, 11)]
    assert SubmissionVersion.objects.count() == 10


def test_numbers_are_gapless_when_many_submit_and_some_are_refused(crew, stories, cast):
    good = [stories.draft() for _ in range(8)]
    bad = [stories.draft(document={"title": "不全"}) for _ in range(8)]
    calls = [
        lambda row=row: actions.submit(by=cast.health_cio, submission=row, version=row.version)
        for pair in zip(good, bad, strict=True)
        for row in pair
    ]
    many = Crew(len(calls))
    many.at_once(*calls)
    many.dismiss()
    numbers = sorted(Submission.objects.exclude(number=None).values_list("number", flat=True))
    assert numbers == [f"SB2008-{n:03d}" for n in range(1, 9)]


def test_two_authors_at_once_get_one_conflict_and_no_silent_overwrite(crew, stories, cast):
    for _ in range(10):
        row = stories.draft()
        results = crew.at_once(
            *(
                lambda text=text, row=row: actions.save_draft(
                    by=cast.health_cio, submission=row, version=row.version, patch={"title": text}
                )
                for text in ("甲的名称", "乙的名称")
            )
        )
        assert sorted(type(r).__name__ for r in results) == ["Stale", "Submission"], results


def test_two_adoptions_of_one_plan_adopt_it_once(crew, stories, cast):
    from tests.priorities.stories import MINUTES

    stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)

    def adopt():
        return actions.adopt(by=cast.leader, plan=plan, version=plan.version, **MINUTES)

    results = crew.at_once(adopt, adopt)
    assert sorted(type(r).__name__ for r in results) == ["AnnualPlan", "Refused"], results
    from projects.models import Project

    assert Project.objects.filter(origin="annual_plan").count() == 1


def test_one_refusal_among_two_agreements_never_concludes(crew, stories, cast):
    """Finance has signed; one body refuses while two agree, all from one barrier: back to review every time."""
    rows = clones(stories.joint_approval(), 30)
    for row in rows:
        sign(cast.finance, row)()
        crew.at_once(
            lambda row=row: actions.refuse(by=cast.ndrc, submission=row, version=row.version, reason="source"),
            sign(cast.industry, row),
            sign(cast.office_head, row),
        )
    states = Counter(Submission.objects.filter(pk__in=[r.pk for r in rows]).values_list("state", flat=True))
    assert states == {"under_review": 30}


def test_two_single_adoptions_in_a_year_without_a_plan_make_two_versions_or_one_refusal_and_no_error(
    crew, stories, cast
):
    from priorities.models import AnnualPlan
    from tests.priorities.stories import MINUTES

    rows = [stories.concluded(), stories.concluded()]
    results = crew.at_once(
        *(lambda row=row: actions.adopt_case(by=cast.leader, submission=row, **MINUTES) for row in rows)
    )
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)], results
    adopted = Submission.objects.filter(pk__in=[r.pk for r in rows], state="adopted").count()
    assert adopted == AnnualPlan.objects.count() >= 1
    assert AnnualPlan.objects.filter(state="adopted").count() == 1
