"""Rule sets: drafted by the office, adopted by the leading group from a day on, never two at once."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from priorities import actions
from priorities.models import RuleSetRecord, Screening
from priorities.rule_sets import repository
from tests.priorities.stories import MINUTES

FROM = dt.date(2007, 9, 1)


def draft(cast, key="plan-2006-b", **more):
    values = {"title": "疑似从严", "reason": "D15", "readings": {"8.3.2(2)": "two_of_four"}} | more
    return actions.draft_rule_set(by=cast.reviewer, key=key, **values)


def adopt(cast, record, from_day=FROM):
    return actions.adopt_rule_set(by=cast.leader, record=record, version=record.version, from_day=from_day, **MINUTES)


def test_the_plans_own_rule_set_holds_from_2006(plan):
    assert repository.in_force_on(dt.date(2006, 1, 1)).id == "plan-2006"
    assert repository.in_force_on(dt.date(2005, 12, 1)).id == "plan-2006"
    assert RuleSetRecord.objects.get().from_day == dt.date(2006, 1, 1)


def test_an_adopted_rule_set_takes_over_on_its_day_and_the_periods_do_not_overlap(cast):
    record = adopt(cast, draft(cast))
    assert repository.in_force_on(FROM - dt.timedelta(days=1)).id == "plan-2006"
    assert repository.in_force_on(FROM).id == "plan-2006-b"
    assert RuleSetRecord.objects.get(key="plan-2006").to_day == FROM
    assert (record.state, record.to_day, record.meeting.minutes_number) == ("in_force", None, MINUTES["minutes_number"])
    with pytest.raises(Refused, match="已定于 2007-09-01 起执行"):
        adopt(cast, draft(cast, key="plan-2006-c"), dt.date(2007, 8, 25))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"readings": {"8.3.1(9)": "any"}}, "实列 8 类"),
        ({"readings": {"8.3.2(2)": "five"}}, "没有读法"),
        ({"switched_off": ["8.3.4(1)"]}, "没有条款"),
        ({"precedence": ["priority", "defer"]}, "各列一次"),
        ({"base": "plan-1999"}, "没有判据版本"),
        ({"reason": ""}, "名称和理由"),
        ({"key": "Plan 2006"}, "小写字母"),
    ],
)
def test_what_the_criteria_do_not_know_is_refused(cast, more, sentence):
    with pytest.raises(Invalid, match=sentence):
        draft(cast, **more)
    assert RuleSetRecord.objects.count() == 1


def test_a_rule_set_holds_from_today_at_the_earliest(cast):
    with pytest.raises(Invalid, match="不溯及既往"):
        adopt(cast, draft(cast), clock.today() - dt.timedelta(days=1))


def test_who_drafts_does_not_adopt(cast):
    record = draft(cast)
    with pytest.raises(WrongRole):
        actions.adopt_rule_set(by=cast.reviewer, record=record, version=1, from_day=FROM, **MINUTES)
    with pytest.raises(WrongRole):
        actions.draft_rule_set(by=cast.leader, key="x", title="x", reason="x")


def test_an_adopted_rule_set_is_frozen_and_an_older_draft_version_refused(cast):
    record = draft(cast)
    draft(cast, readings={})
    with pytest.raises(Stale):
        adopt(cast, record)
    record.refresh_from_db()
    adopt(cast, record)
    with pytest.raises(Refused, match="已审定，不能再改"):
        draft(cast)


def test_past_screenings_stay_under_their_rule_set(stories, cast):
    row = stories.judged()
    adopt(cast, draft(cast), clock.today())
    kept = row.screenings.get(confirmed=True)
    assert kept.rule_set == "plan-2006"
    row = actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    assert row.screenings.latest("pk").rule_set == "plan-2006-b"


def run(*args) -> list[dict]:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_rescreen_says_who_flips_from_what_to_what_by_which_clause_and_money(stories, cast):
    row = stories.under_review()
    two = [{"fact": f, "value": "yes", "evidence": "x"} for f in ("narrow_scope", "complex_technology")]
    row = actions.confirm_facts(
        by=cast.reviewer, submission=row, version=row.version, facts=two, nothing_to_object=True
    )
    actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version, decisions={"8.3.2(2)": False})
    draft(cast)
    before = Screening.objects.count()
    flip = {"id": "SB2008-001", "from": "priority", "to": "defer", "clauses": ["8.3.2(2)"], "amount_wan": "120.00"}
    parts = {"submissions": {"flips": 1, "screened": 1}, "plan_items": {"flips": 0, "screened": 27}}
    total = {"flips": 1, "screened": 28} | parts  # as the page of a rule set counts
    assert run("rescreen", "--rule-set", "plan-2006-b", "--dry-run") == [flip, total]
    assert Screening.objects.count() == before
    assert run("rescreen", "--rule-set", "plan-2006-b") == [flip, total]
    assert Screening.objects.count() == before + 1
    assert run("rescreen") == [{**flip, "from": "defer", "to": "priority"}, total]


def test_rescreen_under_an_unknown_rule_set_is_exit_2_and_prints_nothing(plan, capsys):
    with pytest.raises(SystemExit) as caught:
        run("rescreen", "--rule-set", "plan-1999")
    assert caught.value.code == 2
    assert "没有规则集“plan-1999”" in capsys.readouterr().err


def test_the_17_clauses_are_described_with_their_readings(plan):
    rows = repository.described(clock.today())
    assert [r["clause"] for r in rows][7:9] == ["8.3.1(8)", "8.3.2(1)"]
    assert len(rows) == 17
    by = {r["clause"]: r for r in rows}
    assert by["8.3.2(2)"]["reading"] == "three_of_four"
    assert by["8.3.2(3)"]["facts"] == ["business_system", "exchangeable"]
