"""The ledger: totals are sums of entries, the order of the stages holds, every refusal says the numbers and the clause."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction

from budgets import actions, steps
from budgets.ledger import booking
from budgets.models import BudgetLine, Entry, ProjectYear
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.kernel import audit, verbs
from governance.models import AuditRow
from projects.models import Project
from tests import needs

pytestmark = pytest.mark.django_db


@pytest.fixture
def p06(cast) -> Project:
    return Project.objects.get(code="P06")


def type_in(cast, project, stage, typed, source="city", year=2007, **more):
    return actions.set_cell(
        by=cast.finance, project=project, fiscal_year=year, source=source, stage=stage, typed=typed, **more
    )


@pytest.mark.parametrize(
    ("typed", "wan"),
    [
        ("３００", "300.00"),
        ("1,200.50", "1200.50"),
        ("１，２００", "1200.00"),
        ("1200万元", "1200.00"),
        ("12000000元", "1200.00"),
        ("壹仟贰佰", "1200.00"),
        ("0.005", "0.01"),
        (" 45 ", "45.00"),
    ],
)
def test_an_amount_is_read_as_people_type_it_and_the_original_is_kept(cast, p06, typed, wan):
    line = type_in(cast, p06, "approved", typed)
    assert line.approved_wan == Decimal(wan)
    assert line.entries.get().as_typed == typed


@pytest.mark.parametrize(
    "typed",
    ["-5", "1e400", "NaN", "Infinity", "三五百", "1,20,0", "９９９９９９９９９９９９９９", "abc", "1_000", "12 34万吨"],
)
def test_what_is_no_amount_is_refused_and_nothing_is_stored(cast, p06, typed):
    with pytest.raises(Invalid) as refusal:
        type_in(cast, p06, "approved", typed)
    assert typed[:5] in refusal.value.sentence
    assert not Entry.objects.exists()
    assert not BudgetLine.objects.exists()


def test_a_line_is_the_sum_of_its_entries_and_the_year_is_kept(cast, p06):
    type_in(cast, p06, "approved", "120")
    type_in(cast, p06, "approved", "110")
    type_in(cast, p06, "approved", "30", source="own")
    line = BudgetLine.objects.get(source="city")
    assert [e.amount_wan for e in line.entries.all()] == [Decimal(120), Decimal(-10)]
    assert line.approved_wan == Decimal(110)
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).approved_wan == Decimal(140)


def test_appropriated_above_approved_is_refused_with_the_numbers_the_clause_and_the_cure(cast, p06):
    type_in(cast, p06, "approved", "110")
    with pytest.raises(Refused) as refusal:
        type_in(cast, p06, "appropriated", "120")
    assert (
        refusal.value.sentence
        == "没有保存：下达 120.00 超过批复 110.00，多出 10.00 万元。下达不得大于批复，专款专用（9.2.2）。"
    )
    assert refusal.value.current == {"ceiling_wan": "110.00"}
    assert BudgetLine.objects.get().appropriated_wan is None


def test_spent_above_appropriated_is_refused(cast, p06):
    type_in(cast, p06, "approved", "110")
    type_in(cast, p06, "appropriated", "60")
    with pytest.raises(Refused, match="支出 60.01 超过下达 60.00"):
        type_in(cast, p06, "spent", "60.01")


def test_a_stage_may_be_all_of_the_one_above_to_the_cent(cast, p06):
    for stage in ("approved", "appropriated", "spent"):
        type_in(cast, p06, stage, "110.01")
    with pytest.raises(Refused, match="先收回支出"):
        type_in(cast, p06, "appropriated", "110")
    type_in(cast, p06, "spent", "60")
    assert type_in(cast, p06, "appropriated", "60").appropriated_wan == 60
    assert type_in(cast, p06, "approved", "60").approved_wan == 60


def test_approved_may_not_fall_below_what_is_appropriated(cast, p06):
    type_in(cast, p06, "approved", "110")
    type_in(cast, p06, "appropriated", "60")
    with pytest.raises(Refused, match="先收回下达"):
        type_in(cast, p06, "approved", "59.99")


def test_a_refusal_writes_an_audit_row_and_nothing_else(cast, p06):
    before = Entry.objects.count()
    with pytest.raises(Refused):
        type_in(cast, p06, "spent", "1")
    row = AuditRow.objects.order_by("-seq").first()
    assert (row.event, row.ok) == ("budgets.line.set_cell", False)
    assert Entry.objects.count() == before
    assert audit.verify()["ok"]


@pytest.mark.parametrize(("stage", "above"), [("appropriated", "approved"), ("spent", "appropriated")])
def test_the_database_itself_refuses_a_stage_above_the_one_before(cast, p06, stage, above):
    line = type_in(cast, p06, "approved", "100")
    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetLine.objects.filter(pk=line.pk).update(**{f"{stage}_wan": Decimal("100.01")})


def test_an_older_version_is_stale_and_shows_what_is_there(cast, p06):
    line = type_in(cast, p06, "approved", "100")
    type_in(cast, p06, "approved", "101")
    with pytest.raises(Stale) as stale:
        type_in(cast, p06, "approved", "99", version=line.version)
    assert stale.value.current["approved"] == "101.00"


def test_only_the_finance_bureau_edits(cast, p06):
    with pytest.raises(WrongRole):
        actions.set_cell(by=cast.reviewer, project=p06, fiscal_year=2007, source="city", stage="approved", typed="1")


def test_a_frozen_column_takes_nothing(cast, p06):
    actions.lock_stage(by=cast.finance, fiscal_year=2007, stage="approved")
    with pytest.raises(Refused, match="已冻结"):
        type_in(cast, p06, "approved", "1")


def test_a_mistake_is_reversed_once_never_edited(cast, p06):
    line = type_in(cast, p06, "approved", "100")
    entry = line.entries.get()
    actions.reverse_entry(by=cast.finance, entry=entry, reason="录错项目")
    line.refresh_from_db()
    assert line.approved_wan == 0
    assert line.entries.count() == 2
    with pytest.raises(Refused, match="已经冲正过"):
        actions.reverse_entry(by=cast.finance, entry=entry, reason="再来")


def test_an_empty_cell_is_not_zero(cast, p06):
    type_in(cast, p06, "approved", "100")
    with pytest.raises(Refused, match="空不等于零"):
        type_in(cast, p06, "approved", "")


def test_adoption_opens_lines_initial_first_and_adjust_after(cast, p06):
    with verbs.frame():
        steps.open_lines(
            by=cast.leader,
            project=p06,
            amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "80.00"}],
            document_number="筑信领〔2007〕3号",
        )
        steps.open_lines(
            by=cast.leader,
            project=p06,
            amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "-5.00"}],
            document_number="筑信领〔2008〕1号",
        )
    line = BudgetLine.objects.get()
    assert line.approved_wan == Decimal(75)
    assert [e.kind for e in line.entries.all()] == ["initial", "adjust"]


def test_a_step_refuses_to_run_outside_a_verb(cast, p06):
    with pytest.raises(RuntimeError, match="only inside a verb"):
        steps.open_lines(by=cast.leader, project=p06, amounts=[], document_number="")


def test_a_thousand_tenths_are_exactly_a_hundred(cast, p06):
    with verbs.frame():
        line = booking.lock_line(project=p06, fiscal_year=2007, source="city")
        for _ in range(1000):
            booking.book(by=cast.finance, line=line, stage="approved", amount_wan=Decimal("0.1"), kind="adjust")
    assert BudgetLine.objects.get().approved_wan == Decimal("100.00")
    assert ProjectYear.objects.get().approved_wan == Decimal("100.00")


@pytest.mark.parametrize(
    ("typed", "wan"), [("9999999999.99", "9999999999.99"), ("9,999,999,999.99", "9999999999.99"), ("0.004", "0.00")]
)
def test_the_largest_and_the_smallest_amounts_are_kept_to_the_cent(cast, p06, typed, wan):
    assert type_in(cast, p06, "approved", typed).approved_wan == Decimal(wan)
    assert BudgetLine.objects.get().approved_wan == Decimal(wan)


def test_two_amounts_that_can_be_kept_are_refused_where_their_sum_cannot(cast, p06):
    with verbs.frame():
        line = booking.lock_line(project=p06, fiscal_year=2007, source="city")
        for wan in ("9999999999.98", "0.01"):
            booking.book(by=cast.finance, line=line, stage="approved", amount_wan=Decimal(wan), kind="adjust")
        with pytest.raises(Refused, match="超出了能记的金额"):
            booking.book(by=cast.finance, line=line, stage="approved", amount_wan=Decimal("0.01"), kind="adjust")


@pytest.mark.parametrize("year", [1989, 2101])
def test_a_line_stands_in_a_year_from_1990_to_2100_and_has_a_known_source(p06, year):
    with verbs.frame():
        for good in (1990, 2100):
            assert booking.lock_line(project=p06, fiscal_year=good, source="own").fiscal_year == good
        with pytest.raises(Invalid, match="不是有效的年度"):
            booking.lock_line(project=p06, fiscal_year=year, source="own")
        with pytest.raises(Invalid, match="没有资金来源"):
            booking.lock_line(project=p06, fiscal_year=2007, source="heaven")


def test_the_years_of_more_projects_than_one_statement_takes_are_the_sums_of_their_lines(cast, p06):
    for source, wan in (("city", "0.1"), ("own", "0.2")):
        type_in(cast, p06, "approved", wan, source=source)
    type_in(cast, p06, "approved", "9", year=2008)
    ProjectYear.objects.update(approved_wan=1)
    with verbs.frame():
        booking.keep_years([p06.pk], [2007])
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).approved_wan == Decimal("0.30")
    ProjectYear.objects.update(approved_wan=1)
    with verbs.frame():
        booking.keep_years([p06.pk, *range(-5000, 0)], [2007])
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).approved_wan == Decimal("0.30")
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).spent_wan is None
    assert ProjectYear.objects.get(project=p06, fiscal_year=2008).approved_wan == 1, "a year that was not asked for"


def book(cast, project, kind, typed, stage="approved", **more):
    wanted = {"fiscal_year": 2007, "source": "city", "reason": "专题会议"} | more
    return actions.book(by=cast.finance, project=project, stage=stage, kind=kind, typed=typed, **wanted)


def test_an_entry_is_a_signed_difference_with_its_document_and_reason(cast, p06):
    book(cast, p06, "opening", "100", document_number="筑财〔2006〕1号")
    book(cast, p06, "adjust", "－２０")
    book(cast, p06, "clawback", "30")
    line = BudgetLine.objects.get()
    assert line.approved_wan == Decimal(50)
    assert [(e.kind, e.amount_wan, e.as_typed) for e in line.entries.all()] == [
        ("opening", Decimal(100), "100"),
        ("adjust", Decimal(-20), "－２０"),
        ("clawback", Decimal(-30), "30"),
    ]
    assert {e.by_text for e in line.entries.all()} == {cast.finance.text}


@pytest.mark.parametrize(
    ("kind", "typed", "more", "said"),
    [
        ("adjust", "0", {}, "不是 0"),
        ("adjust", "5", {"reason": ""}, "写明理由"),
        ("transfer", "5", {}, "不能手工填"),
        ("opening", "-5", {}, "大于 0"),
        ("clawback", "5", {}, "不能小于 0"),
        ("adjust", "5", {"source": "god"}, "没有资金来源"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(cast, p06, kind, typed, more, said):
    with pytest.raises(Refused, match=said):
        book(cast, p06, kind, typed, **more)
    assert not Entry.objects.exists()


PAPER = {"document_number": "筑财预〔2007〕40号", "reason": "工程顺延"}


def test_a_transfer_is_two_entries_with_one_document_and_the_city_s_sum_stays(cast, p06):
    p01 = Project.objects.get(code="P01")
    line = type_in(cast, p06, "approved", "100")
    target = actions.transfer(by=cast.finance, line=line, to_project=p01, stage="approved", typed="30.5", **PAPER)
    assert (BudgetLine.objects.get(pk=line.pk).approved_wan, target.approved_wan) == (
        Decimal("69.50"),
        Decimal("30.50"),
    )
    moved = Entry.objects.filter(kind="transfer")
    assert sum(e.amount_wan for e in moved) == 0
    assert {e.document_number for e in moved} == {PAPER["document_number"]}


def test_a_transfer_needs_a_paper_and_never_takes_what_is_appropriated(cast, p06):
    p01 = Project.objects.get(code="P01")
    type_in(cast, p06, "approved", "100")
    line = type_in(cast, p06, "appropriated", "80")
    with pytest.raises(Invalid, match="文号和理由"):
        actions.transfer(
            by=cast.finance, line=line, to_project=p01, stage="approved", typed="10", document_number="", reason=""
        )
    with pytest.raises(Refused, match="先收回下达"):
        actions.transfer(by=cast.finance, line=line, to_project=p01, stage="approved", typed="20.01", **PAPER)
    assert Entry.objects.filter(kind="transfer").count() == 0


def test_what_is_not_spent_is_carried_into_the_next_year_with_what_is_appropriated(cast, p06):
    for stage, typed in (("approved", "100"), ("appropriated", "80"), ("spent", "60")):
        line = type_in(cast, p06, stage, typed)
    following = actions.carry_over(by=cast.finance, line=line, typed="40", **PAPER)
    line.refresh_from_db()
    assert (line.approved_wan, line.appropriated_wan, line.spent_wan) == (60, 60, 60)
    assert (following.fiscal_year, following.approved_wan, following.appropriated_wan, following.spent_wan) == (
        2008,
        40,
        20,
        None,
    )
    assert ProjectYear.objects.get(project=p06, fiscal_year=2008).appropriated_wan == 20


def test_no_more_is_carried_over_than_is_left(cast, p06):
    for stage, typed in (("approved", "100"), ("appropriated", "80"), ("spent", "60")):
        line = type_in(cast, p06, stage, typed)
    with pytest.raises(Refused, match=r"可结转的 40\.00 万元（批复 100\.00 减支出 60\.00）") as refusal:
        actions.carry_over(by=cast.finance, line=line, typed="40.01", **PAPER)
    assert refusal.value.current == {"ceiling_wan": "40.00"}
    assert not BudgetLine.objects.filter(fiscal_year=2008).exists()


def test_a_frozen_year_neither_gives_nor_takes(cast, p06):
    line = type_in(cast, p06, "approved", "100")
    actions.lock_stage(by=cast.finance, fiscal_year=2008, stage="approved")
    with pytest.raises(Refused, match="2008 年的批复已冻结"):
        actions.carry_over(by=cast.finance, line=line, typed="10", **PAPER)


@pytest.mark.parametrize("verb", ["transfer", "carry_over", "book"])
def test_only_the_finance_bureau_moves_money(cast, p06, verb):
    line = type_in(cast, p06, "approved", "100")
    wanted = {
        "transfer": {"line": line, "to_project": p06, "stage": "approved", "document_number": "1"},
        "carry_over": {"line": line, "document_number": "1"},
        "book": {"project": p06, "fiscal_year": 2007, "source": "city", "stage": "approved", "kind": "adjust"},
    }[verb]
    with pytest.raises(WrongRole):
        getattr(actions, verb)(by=cast.reviewer, typed="1", reason="x", **wanted)


def _race(cast, line: BudgetLine, amounts) -> list[str]:
    """Appropriate several amounts at one barrier, each as an entry of its own on the same line."""
    barrier, results = threading.Barrier(len(amounts)), []

    def go(amount: str) -> None:
        try:
            barrier.wait()
            with verbs.frame():
                locked = booking.lock_line(project=line.project, fiscal_year=line.fiscal_year, source=line.source)
                booking.book(
                    by=cast.finance, line=locked, stage="appropriated", amount_wan=Decimal(amount), kind="adjust"
                )
            results.append("ok")
        except Refused:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(a,)) for a in amounts]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted(results)


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_appropriations_that_together_exceed_the_ceiling_are_never_both_booked(cast, p06):
    for year in range(2006, 2026):
        line = type_in(cast, p06, "approved", "100", year=year)
        assert _race(cast, line, ["60", "60"]) == ["ok", "refused"]
        assert BudgetLine.objects.get(pk=line.pk).appropriated_wan == Decimal(60)


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_sources_of_a_project_filled_at_once_both_count_in_the_project_s_year(cast, p06):
    for year in range(2006, 2026):
        sources = ("city", "own", "county")
        barrier, failed = threading.Barrier(len(sources)), []

        def go(source: str, year=year, barrier=barrier, failed=failed) -> None:
            try:
                connection.ensure_connection()
                barrier.wait()
                type_in(cast, p06, "approved", "10", source=source, year=year)
            except Exception as error:
                failed.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=go, args=(s,)) for s in sources]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed
        assert ProjectYear.objects.get(project=p06, fiscal_year=year).approved_wan == 30


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_race_breaks(cast, p06, monkeypatch):
    """The control: the same race with the lock off loses a booking or reaches the database's own check."""
    monkeypatch.setattr(
        booking,
        "lock_line",
        lambda *, project, fiscal_year, source, is_demo=False: BudgetLine.objects.get(
            project=project, fiscal_year=fiscal_year, source=source
        ),
    )
    broken = 0
    for year in range(2030, 2050):
        line = BudgetLine.objects.create(project=p06, fiscal_year=year, source="city", approved_wan=Decimal(100))
        _race(cast, line, ["60", "60"])
        entries = sum(e.amount_wan for e in Entry.objects.filter(line=line))
        if entries != (BudgetLine.objects.get(pk=line.pk).appropriated_wan or 0) or entries > 100:
            broken += 1
    assert broken
    assert connection.vendor == "postgresql"


def _book_while_freezing(cast, p06, year: int) -> int:
    """Book the first amount of a year on a line being made while the column is frozen: the freeze begins when the booking
    has looked at the column, and the booking ends when the freeze has, unless the freeze waits for it. Returns how many
    lines hold the amount when the column is frozen."""
    frozen = threading.Event()
    booked = threading.Event()

    def go() -> None:
        try:
            with verbs.frame():
                actions.set_cell(
                    by=cast.finance, project=p06, fiscal_year=year, source="city", stage="approved", typed="10"
                )
                booked.set()
                frozen.wait(0.3)
        except Refused:
            booked.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    booked.wait()
    actions.lock_stage(by=cast.finance, fiscal_year=year, stage="approved")
    frozen.set()
    frozen_with = BudgetLine.objects.filter(fiscal_year=year, approved_wan=10).count()
    thread.join()
    return frozen_with


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_line_made_while_its_column_is_frozen_is_there_before_the_freeze_or_never(cast, p06):
    assert _book_while_freezing(cast, p06, 2007) == 1  # the freeze waited for the booking
    with pytest.raises(Refused, match="已冻结"):
        type_in(cast, p06, "approved", "20", source="own")


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_gate_a_new_line_slips_into_a_frozen_column(cast, p06, monkeypatch):
    """The control: with the gate off the column is frozen first and the booking arrives afterwards."""
    monkeypatch.setattr(booking, "pass_gate", lambda fiscal_year, freezing=False: None)
    assert _book_while_freezing(cast, p06, 2007) == 0
    assert BudgetLine.objects.filter(fiscal_year=2007, approved_wan=10).count() == 1
