"""判定校准: agreement per clause, drift per reviewer; a seeded bias stands first."""

from __future__ import annotations

import random

import pytest
from django.utils.html import strip_tags

from priorities import actions
from priorities.rules.plan_2006 import CLAUSES
from priorities.screening import calibrating, calibration
from priorities.screening.calibration import Judged
from tests.priorities.stories import proposal


def case(reviewer: str, rng: random.Random, *, harsher: float = 0.0, milder: float = 0.0) -> Judged:
    """A case whose reviewer turns 8.3.1(4) and 8.3.2(1) against, or for, the applicant so often."""
    stated = {c: rng.choice(("met", "unmet")) for c in ("8.3.1(4)", "8.3.2(1)", "8.3.1(2)")}
    rules = dict(stated)
    for clause in ("8.3.1(4)", "8.3.2(1)"):
        against, good = ("unmet", "met") if clause.startswith("8.3.1") else ("met", "unmet")
        draw = rng.random()
        rules[clause] = against if draw < harsher else good if draw > 1 - milder else stated[clause]
    return Judged(reviewer, stated, rules, {})


def office(**bias: dict) -> list[Judged]:
    rng = random.Random(8)
    rows = [case(name, rng, **how) for name, how in bias.items() for _ in range(30)]
    rng.shuffle(rows)
    return rows


@pytest.mark.parametrize(("how", "word"), [({"harsher": 0.5}, "偏严"), ({"milder": 0.5}, "偏宽")])
def test_a_seeded_biased_reviewer_stands_first_and_is_named(how, word):
    fair = {"harsher": 0.05, "milder": 0.05}
    found = calibration.drifts(office(甲=fair, 乙=fair, 丙=how | {}, 丁=fair), CLAUSES)
    assert (found[0].reviewer, found[0].word, found[0].is_clear) == ("丙", word, True)
    assert found[0].clause in ("8.3.1(4)", "8.3.2(1)")


def test_reviewers_who_judge_alike_are_not_called_different():
    fair = {"harsher": 0.1, "milder": 0.1}
    found = calibration.drifts(office(甲=fair, 乙=fair, 丙=fair), CLAUSES)
    assert [d.word for d in found] == ["与其他审核人没有明显差别"] * 3


def test_few_cases_say_nothing():
    rows = office(甲={}, 乙={})[:8]
    rows = [r for r in rows if r.reviewer == "甲"][:4] + [r for r in rows if r.reviewer == "乙"]
    found = next(d for d in calibration.drifts(rows, CLAUSES) if d.reviewer == "甲")
    assert found.errors is None
    assert "不作比较" in found.word


def test_a_reviewer_who_grows_stricter_has_a_trend():
    rng = random.Random(2)
    rows = [case("甲", rng, harsher=0.0) for _ in range(20)] + [case("甲", rng, harsher=0.8) for _ in range(20)]
    rows += [case("乙", rng) for _ in range(20)]
    assert next(d for d in calibration.drifts(rows, CLAUSES) if d.reviewer == "甲").trend > 0.2


def test_an_agreement_counts_department_criteria_and_reviewer_apart():
    rows = [
        Judged(
            "甲",
            {"8.3.2(2)": "undetermined", "8.3.1(4)": "met"},
            {"8.3.2(2)": "partly", "8.3.1(4)": "met"},
            {"8.3.2(2)": True},
        ),
        Judged(
            "甲", {"8.3.2(2)": "unmet", "8.3.1(4)": "met"}, {"8.3.2(2)": "unmet", "8.3.1(4)": "unmet"}, {}, "8.3.1(4)"
        ),
    ]
    by = {a.clause: a for a in calibration.agreements(rows, ("8.3.2(2)", "8.3.1(4)"))}
    partly, fourth = by["8.3.2(2)"], by["8.3.1(4)"]
    assert (partly.both, partly.stated_as_rules, partly.taken, partly.decided) == (1, 1, 1, 1)
    assert (fourth.both, fourth.stated_as_rules, fourth.taken, fourth.departed) == (2, 1, 1, 1)
    assert (fourth.stated_share, fourth.taken_share) == (0.5, 0.5)


def test_the_page_is_for_leading_group_and_auditors_and_shows_the_confirmed_cases(
    stories, cast, django_assert_num_queries
):
    row = stories.under_review(document=proposal())
    worse = [{"fact": "markedly_improves_public_service", "value": "no", "evidence": "方案没有写"}]
    row = actions.confirm_facts(
        by=cast.reviewer, submission=row, version=row.version, facts=worse, nothing_to_object=True
    )
    actions.confirm_verdict(by=cast.reviewer, submission=row, version=row.version)
    for name, status in (("leader", 200), ("auditor", 200), ("reviewer", 403), ("health_cio", 403), ("sysadmin", 403)):
        assert cast.client(name).get("/priorities/calibration/").status_code == status
    page = cast.client("auditor").get("/priorities/calibration/").content.decode()
    assert "1 件已确认的判定" in strip_tags(page)
    assert "周敏" in page
    seen = cast.client("auditor").get("/priorities/calibration/?clause=8.3.1(4)").context["seen"]
    assert [(s.case.number, s.harsh, s.both, s.agrees, s.taken) for s in seen] == [
        (row.reference, ("8.3.1(4)",), True, False, True)
    ]
    assert cast.client("auditor").get("/priorities/calibration/?reviewer=nobody").status_code == 422
    rows = calibrating.judged()
    assert (rows[0].stated["8.3.1(4)"], rows[0].rules["8.3.1(4)"]) == ("met", "unmet")
    assert calibration.leaning(rows[0], "8.3.1(4)") == 1
    with django_assert_num_queries(3):
        calibrating.judged()
    stories.judged()
    with django_assert_num_queries(3):
        calibrating.judged()
