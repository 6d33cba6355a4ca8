"""A draft tried on every case and on the plan's own rows; everything screened again; what was frozen stays."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.html import strip_tags

from governance import jobs
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.kernel.verbs import frame
from governance.models import PlanItem
from priorities import actions
from priorities.models import CaseMask, Flip, RuleSetRecord, Screening, Submission
from priorities.rescreening import dry_run, rescreen_job, sweep
from priorities.rescreening.portfolio import Portfolio
from priorities.rule_sets import masks, plan_facts, repository
from priorities.rules import bulk
from priorities.rules.assess import assess
from priorities.rules.facts import Fact
from priorities.rules.plan_2006 import CLAUSES, CRITERIA
from priorities.rules.rule_set import PLAN_2006, Outcome, RuleSet
from priorities.screening import verdicts
from tests.priorities.stories import MINUTES, proposal

STRICT = RuleSet("strict", readings={"8.3.2(2)": "any", "8.3.1(4)": "all"}, switched_off=("8.3.1(5)",))
GENTLE = RuleSet("gentle", precedence=(Outcome.PRIORITY, Outcome.DEFER, Outcome.NO_CITY_FUNDING, Outcome.ORDINARY))


@pytest.fixture
def cases(stories, cast):
    """Four cases of different verdicts; one has two components below half."""
    found = [stories.under_review()]
    closed = {
        "id": "c2",
        "name": "专网",
        "kind": "network",
        "facts": {"vertical_network": "yes", "closed_and_independent": "yes"},
        "money": [{"source": "city", "fiscal_year": 2008, "amount_wan": "30"}],
    }
    parts = proposal()["components"]
    found.append(stories.submitted(document=proposal(components=[parts[0], closed])))
    found.append(stories.submitted(document=proposal(facts=proposal()["facts"] | {"leadership_committed": "no"})))
    found.append(stories.submitted(document=proposal(facts={})))
    two = [{"fact": f, "value": "yes", "evidence": "x"} for f in ("narrow_scope", "complex_technology")]
    actions.confirm_facts(
        by=cast.reviewer, submission=found[0], version=found[0].version, facts=two, nothing_to_object=True
    )
    return found


def by_full_run(rules: RuleSet) -> dict[str, str]:
    """Outcomes by an assessment of each case and row, one at a time."""
    found = {}
    for mask in CaseMask.objects.select_related("submission"):
        facts, parts = verdicts.facts_of(mask.submission)
        found[mask.submission.number] = str(
            assess(repository.answers(facts), repository.components_of(parts), rules).outcome
        )
    rows = (plan_facts.verdict(item.pk, rules) for item in PlanItem.objects.all())
    return found | {row.item.code: row.result["outcome"] for row in rows if row}


@pytest.mark.parametrize("rules", [STRICT, GENTLE], ids=["readings", "precedence"])
def test_the_flips_are_the_difference_of_two_full_runs(cases, rules):
    everything = Portfolio()
    was, now = by_full_run(PLAN_2006), by_full_run(rules)
    assert len(was) == 31
    assert {f.what.code: (f.was, f.now) for f in everything.flips(PLAN_2006, rules)} == {
        code: (was[code], now[code]) for code in was if was[code] != now[code]
    }
    table = everything.table(PLAN_2006, rules)
    assert sum(c.count for c in table) == 31
    assert sum(c.amount_wan for c in table) == Decimal(6883) + sum(
        CaseMask.objects.values_list("amount_wan", flat=True)
    )


def test_a_flip_names_who_from_what_to_what_by_which_clause_and_how_much_money(cases):
    """Two of the four parts of 8.3.2(2) hold of the first case, so only a reading that asks for two puts it off."""
    rules = RuleSet("b", readings={"8.3.2(2)": "two_of_four"})
    mask = CaseMask.objects.select_related("submission").get(submission=cases[0])
    flip = next(f for f in Portfolio().flips(PLAN_2006, rules) if f.what.code == mask.submission.number)
    assert (flip.was, flip.now, flip.clauses) == ("priority", "defer", ("8.3.2(2)",))
    assert flip.what.amount_wan == mask.amount_wan > 0


def test_the_same_rules_flip_nobody(cases):
    assert Portfolio().flips(PLAN_2006, RuleSet("again")) == []


def test_a_clause_s_weight_is_what_changes_when_it_alone_is_left_out(cases):
    everything = Portfolio()
    weights = {w.clause: w for w in everything.weights(PLAN_2006)}
    money = {row.code: row.amount_wan for row in everything.rows}
    assert tuple(weights) == CLAUSES
    for clause in ("8.3.1(4)", "8.3.2(1)", "8.3.3(1)", "8.3.1(2)"):
        without = replace(PLAN_2006, switched_off=(clause,))
        a, b = by_full_run(PLAN_2006), by_full_run(without)
        decided = [code for code in a if a[code] != b[code]]
        assert (weights[clause].count, weights[clause].amount_wan) == (len(decided), sum(money[c] for c in decided))
    assert weights["8.3.2(1)"].holds == 1


def test_each_change_is_shown_with_what_it_alone_would_do(cases, cast):
    found = {c.clause: c for c in Portfolio().changes(PLAN_2006, STRICT)}
    assert list(found) == ["8.3.1(4)", "8.3.1(5)", "8.3.2(2)"]
    assert (found["8.3.1(5)"].now, found["8.3.2(2)"].now) == ("停用这一条", "占一项即成立")
    alone = by_full_run(replace(PLAN_2006, readings={"8.3.2(2)": "any"}))
    assert found["8.3.2(2)"].count == sum(alone[code] != outcome for code, outcome in by_full_run(PLAN_2006).items())
    precedence = Portfolio().changes(PLAN_2006, GENTLE)
    assert [(c.clause, c.now) for c in precedence] == [("", "优先建设 > 缓建 > 市财政不支持 > 一般")]


def test_the_page_names_who_flips_by_which_clause_and_fact_and_warns_of_the_plan_s_own_rows(cases, cast):
    actions.draft_rule_set(by=cast.reviewer, key="strict", title="从严", reason="D15", readings={"8.3.2(2)": "any"})
    page = cast.client("reviewer").get("/priorities/rule-sets/strict/").content.decode()
    assert "会缓建或不支持规划自己列的 3 个项目" in strip_tags(page)
    assert "市企业信用联合征信系统" in page or "企业信用联合征信系统" in page
    assert "“系统技术”是否简明？" in page
    assert "钱往哪里去" in page
    assert "dry-run.xlsx" in page
    reader = cast.client("health_cio").get("/priorities/rule-sets/strict/").content.decode()
    assert "谁变了" not in reader
    assert cast.client("health_cio").get("/priorities/rule-sets/strict/dry-run.xlsx").status_code == 404


def test_a_number_of_the_dry_run_leads_to_what_it_counts_for_whoever_may_try(cases, cast):
    """The draft strikes a clause and turns the precedence; each change alone, a clause gone, who meets one, a cell."""
    actions.draft_rule_set(
        by=cast.reviewer,
        key="both",
        title="两处",
        reason="D16",
        readings={"8.3.2(2)": "any"},
        precedence=GENTLE.precedence,
    )
    at, client = "/priorities/rule-sets/both/", cast.client("reviewer")
    found = client.get(at).context["found"]
    assert [c.key for c in found.changes] == ["8.3.2(2)", "precedence"]
    for change in found.changes:
        behind = client.get(at, {"alone": change.key}).context["behind"]
        assert (behind.count, behind.amount_wan) == (change.count, change.amount_wan)
    for weight in found.weights:
        assert client.get(at, {"without": weight.clause}).context["behind"].count == weight.count
        assert client.get(at, {"met": weight.clause}).context["behind"].count == weight.holds
    cell = next(c for c in found.cells if not c.stays)
    behind = client.get(at, {"was": cell.was, "now": cell.now}).context["behind"]
    assert (behind.count, behind.amount_wan) == (cell.count, cell.amount_wan)
    assert {(was, now) for _, was, now in behind.rows} == {(cell.was, cell.now)}
    assert client.get(at, {"alone": "8.3.1(9)"}).status_code == 422
    assert cast.client("health_cio").get(at, {"kind": "all"}).context["behind"] is None


def test_the_export_lists_every_flip_with_money_and_is_recorded(cases, cast):
    from governance.models import AuditRow

    record = actions.draft_rule_set(
        by=cast.reviewer, key="strict", title="从严", reason="D15", readings={"8.3.2(2)": "any"}
    )
    answer = cast.client("leader").get("/priorities/rule-sets/strict/dry-run.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book["改判"].values)[1:-1]
    flips = dry_run.run(record, clock.today()).flips
    assert [(r[0], r[7]) for r in rows] == [(f.what.code, float(f.what.amount_wan)) for f in flips]
    assert len(list(book["条款敏感度"].values)) == 18
    assert AuditRow.objects.filter(event="priorities.rule_set.export").exists()


def test_a_draft_of_another_precedence_comes_from_the_form_and_a_refused_one_keeps_what_was_typed(cast):
    client = cast.client("reviewer")
    order = "priority,defer,no_city_funding,ordinary"
    typed = {"key": "gentle", "title": "优先在前", "reason": "", "precedence": order, "reading|8.3.2(2)": "any"}
    page = client.post("/priorities/rule-sets/", typed)
    assert page.status_code == 422
    assert "优先在前" in page.content.decode()
    assert f'value="{order}" selected' in page.content.decode()
    assert 'value="any" selected' in page.content.decode()
    client.post("/priorities/rule-sets/", typed | {"reason": "D16"})
    record = RuleSetRecord.objects.get(key="gentle")
    assert (record.precedence, record.readings) == (order.split(","), {"8.3.2(2)": "any"})
    again = client.get("/priorities/rule-sets/?from=gentle").content.decode()
    assert f'value="{order}" selected' in again


def test_more_cases_ask_the_dry_run_no_more(stories, cast, django_assert_num_queries):
    record = actions.draft_rule_set(
        by=cast.reviewer, key="strict", title="从严", reason="D15", readings={"8.3.2(2)": "any"}
    )
    stories.submitted()
    with django_assert_num_queries(3):
        dry_run.run(record, clock.today()).groups  # noqa: B018
    for _ in range(3):
        stories.submitted()
    with django_assert_num_queries(3):
        dry_run.run(record, clock.today()).groups  # noqa: B018


# --- everything screened again -----------------------------------------------------------------------------------


def frozen() -> list[tuple]:
    return list(
        Screening.objects.order_by("pk").values_list("pk", "rule_set", "outcome", "result", "facts", "recorded_at")
    )


@pytest.fixture
def strict(cast) -> RuleSetRecord:
    """A stricter rule set that holds from today on."""
    row = actions.draft_rule_set(
        by=cast.reviewer, key="strict", title="从严", reason="D15", readings={"8.3.2(2)": "any"}
    )
    return actions.adopt_rule_set(by=cast.leader, record=row, version=row.version, from_day=clock.today(), **MINUTES)


@pytest.mark.parametrize("batch", [1, 20_000])
def test_a_re_screening_writes_changed_rows_alone_and_old_screenings_stay_byte_for_byte(
    cases, strict, monkeypatch, batch
):
    monkeypatch.setattr(sweep, "BATCH", batch)
    before, told = frozen(), []
    untouched = dict(CaseMask.objects.values_list("pk", "rule_set"))
    row = sweep.run(repository.in_force_on(clock.today()), tell=lambda done, of: told.append((done, of)))
    assert frozen()[: len(before)] == before
    assert [f.line() for f in sweep.lines(row)] == [
        {"id": cases[0].number, "from": "priority", "to": "defer", "clauses": ["8.3.2(2)"], "amount_wan": "120.00"}
    ]
    assert (row.total, row.done, row.flipped, row.percent) == (4, 4, 1, 100)
    assert told[-1] == (4, 4)
    now = dict(CaseMask.objects.values_list("pk", "rule_set"))
    assert {pk for pk in now if now[pk] != untouched[pk]} == {cases[0].pk}
    assert Screening.objects.count() == len(before) + 1  # the open case has a new unconfirmed one
    assert sweep.run(repository.in_force_on(clock.today())).flipped == 0


def test_a_case_that_a_verb_changes_meanwhile_keeps_what_the_verb_made_of_it(cases, strict):
    rules = repository.in_force_on(clock.today())
    calls = []

    def overtake(execute, sql, params, many, context):
        if sql.startswith("UPDATE priorities_casemask SET outcome = f.now") and not calls:
            calls.append(sql)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE priorities_casemask SET outcome = 4, rule_set = 'strict'")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        row = sweep.run(rules)
    assert calls
    assert (row.flipped, Flip.objects.count()) == (0, 0)
    assert set(CaseMask.objects.values_list("outcome", flat=True)) == {4}


def test_cases_filed_before_there_was_a_side_table_are_taken_in(cases, strict):
    CaseMask.objects.all().delete()
    row = sweep.run(repository.in_force_on(clock.today()))
    assert (row.total, CaseMask.objects.count()) == (4, 4)


def test_a_rule_set_that_takes_over_is_due_once_and_the_job_lists_who_flips(cases, strict, cast):
    assert list(rescreen_job.due(clock.today() - dt.timedelta(days=1))) == []
    assert list(rescreen_job.due(clock.today())) == [(f"strict:{clock.today()}", {"rule_set": "strict"})]
    made = jobs.run_now("rescreen", {"rule_set": "strict"})
    rows = list(openpyxl.load_workbook(io.BytesIO(made[0].content))["改判"].values)
    assert rows[1][:4] == (cases[0].number, "优先建设", "缓建", "8.3.2(2)")


def test_a_draft_cannot_be_carried_out(cast):
    actions.draft_rule_set(by=cast.reviewer, key="b", title="b", reason="b", readings={})
    assert cast.client("reviewer").post("/priorities/rule-sets/b/rescreen/", {}).status_code == 409
    assert cast.client("leader").post("/priorities/rule-sets/plan-2006/rescreen/", {}).status_code == 403
    with pytest.raises(Refused, match="已审定的规则集"):
        jobs.run_now("rescreen", {"rule_set": "b"})


def test_the_command_tells_its_progress_on_standard_error_alone(cases, strict, capsys):
    out = io.StringIO()
    call_command("rescreen", stdout=out)
    assert [json.loads(line) for line in out.getvalue().splitlines()][-1] == {
        "flips": 1,
        "screened": 31,
        "submissions": {"flips": 1, "screened": 4},
        "plan_items": {"flips": 0, "screened": 27},
    }
    assert "已判 4 / 4 件" in capsys.readouterr().err


def test_the_command_counts_what_the_page_of_the_draft_counts(cases, cast):
    """One of the cases was taken back: it counts nowhere; the draft flips rows of the plan itself as well."""
    Submission.objects.filter(pk=cases[-1].pk).update(state="withdrawn")
    record = actions.draft_rule_set(
        by=cast.reviewer, key="b", title="b", reason="D15", readings={"8.3.2(2)": "any"}, switched_off=["8.3.1(1)"]
    )
    out = io.StringIO()
    call_command("rescreen", "--rule-set", "b", "--dry-run", stdout=out)
    *lines, closing = (json.loads(line) for line in out.getvalue().splitlines())
    page = cast.client("reviewer").get("/priorities/rule-sets/b/").context["found"]
    assert (closing["flips"], closing["screened"]) == (len(page.flips), len(page.portfolio.rows))
    assert (closing["submissions"]["screened"], closing["plan_items"]["screened"]) == (page.cases, page.plan_rows)
    assert sorted(line["id"] for line in lines) == sorted(f.what.code for f in page.flips)
    assert record.is_draft


def test_what_was_taken_back_counts_in_no_re_screening(cases, strict):
    Submission.objects.filter(pk=cases[0].pk).update(state="withdrawn")
    row = sweep.run(repository.in_force_on(clock.today()))
    assert (row.total, row.done, row.flipped, len(list(sweep.lines(row)))) == (3, 3, 0, 0)


def test_a_clause_s_page_tries_every_other_reading_and_leads_to_a_draft_of_it(cases, cast):
    page = cast.client("reviewer").get("/priorities/criteria/8.3.2-2/").content.decode()
    assert "换一种读法会怎样" in page
    assert "clause=8.3.2%282%29&amp;reading=two_of_four#draft" in page
    form = cast.client("reviewer").get("/priorities/rule-sets/?clause=8.3.2(2)&reading=two_of_four").content.decode()
    assert 'value="two_of_four" selected' in form
    assert "换一种读法会怎样" not in cast.client("health_cio").get("/priorities/criteria/8.3.2-2/").content.decode()


# --- bits of another version -------------------------------------------------------------------------------------


def lacking(fact: Fact | None = None, reading: str = "", clause: str = "") -> bulk.Layout:
    """The layout of a version that had not yet this fact, this reading of 8.3.3(3), this clause: all in the middle."""
    criteria = [
        replace(c, readings=tuple(r for r in c.readings if (c.clause, r.key) != ("8.3.3(3)", reading)))
        for c in CRITERIA
        if c.clause != clause
    ]
    return bulk.Layout(tuple(f for f in Fact if f is not fact), tuple(criteria))


OLDER = {
    "fact": lacking(fact=Fact.EASY_TO_USE),
    "reading": lacking(reading="all"),
    "clause": lacking(clause="8.3.3(1)"),
    "all": lacking(Fact.STRENGTHENS_SUPERVISION, "all", "8.3.3(1)"),
}


@pytest.mark.parametrize("older", OLDER.values(), ids=OLDER)
@pytest.mark.parametrize("read", ["re-screening", "command", "portfolio"])
def test_bits_stored_before_a_fact_a_reading_or_a_clause_was_added_are_worked_out_anew(cases, monkeypatch, older, read):
    rules = replace(STRICT, readings=dict(STRICT.readings) | {"8.3.3(3)": "either"})
    with monkeypatch.context() as then, frame():
        then.setattr(bulk, "LAYOUT", older)
        for case in cases:
            verdicts.renew_mask(submission=case)
    assert set(CaseMask.objects.values_list("layout", flat=True)) == {older.digest} != {bulk.LAYOUT.digest}
    fresh, filed = by_full_run(rules), {c.number for c in cases}
    was = {m.submission.number: str(bulk.OUTCOME_OF[m.outcome]) for m in CaseMask.objects.all()}
    if read == "re-screening":
        sweep.run(rules)
        found = {m.submission.number: str(bulk.OUTCOME_OF[m.outcome]) for m in CaseMask.objects.all()}
    elif read == "command":
        found = was | {f.reference: f.now for f in sweep.dry_run(rules)[0]}
    else:
        everything = Portfolio()
        found = dict(zip((r.code for r in everything.rows), everything.outcomes(rules), strict=True))
    assert {number: found[number] for number in filed} == {number: fresh[number] for number in filed}
    for mask in CaseMask.objects.select_related("submission"):
        facts, parts = verdicts.facts_of(mask.submission)
        assert mask.layout == bulk.LAYOUT.digest
        assert bulk.Bits(mask.says_yes, mask.says_no, mask.parts) == masks.bits_of(facts, parts)


def test_a_flip_names_its_clause_after_another_one_was_added_before_it(cases, strict, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr(bulk, "LAYOUT", lacking(clause="8.3.1(6)"))
        row = sweep.run(repository.in_force_on(clock.today()))
    row.refresh_from_db()
    assert [f.clauses for f in sweep.lines(row)] == [["8.3.2(2)"]]


def test_every_fact_reading_condition_and_clause_counts_for_the_layout():
    turned = [replace(c, readings=c.readings[::-1]) for c in CRITERIA]
    layouts = [*OLDER.values(), bulk.Layout(tuple(Fact)[::-1], CRITERIA), bulk.Layout(tuple(Fact), tuple(turned))]
    assert len({layout.digest for layout in layouts} | {bulk.LAYOUT.digest}) == len(layouts) + 1
    assert bulk.Layout(tuple(Fact), CRITERIA).digest == bulk.LAYOUT.digest
