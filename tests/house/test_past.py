"""Pages of the past, against the story of the demonstration; two days and two annual reports beside each other."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal
from html import unescape

import pytest

from governance.basics.figures import Column, Report, Section, Table
from governance.basics.roles import Permission, Scope
from governance.documents import differences, printing
from guiyang_egov.demo import story
from projects.models import Project

# The demonstration's tale by the day.
STATES = {
    "2006-12-27": {"registered": 27},
    "2006-12-28": {"registered": 25, "approved": 2},  # the annual plan of 2007 is adopted: P07, P09
    "2007-01-31": {
        "registered": 9,
        "approved": 8,
        "procurement": 1,
        "building": 8,
        "trial": 1,
    },  # taken over on 2007-01-10
    "2007-03-28": {
        "registered": 9,
        "approved": 8,
        "procurement": 1,
        "building": 8,
        "final_acceptance": 1,
    },  # P04 is accepted
}
ADOPTED_2007 = Decimal(152)  # 批复 of P07 and P09, opened with the plan


def of(client, address: str):
    answer = client.get(f"/projects/as-of/{address}")
    assert answer.status_code == 200
    return answer.context


@pytest.mark.parametrize("day", STATES)
def test_the_portfolio_of_a_day_is_the_storys(offices, day):
    found = of(offices.client("reviewer"), f"?day={day}")["found"]
    assert {state: n for state, _, n, _ in found.states} == STATES[day]
    assert (found.count, found.total_wan) == (27, Decimal(6883))


@pytest.mark.parametrize(("day", "place"), [("2007-01-31", 0), ("2007-08-07", 1)])
def test_progress_is_what_had_been_reported_by_then(offices, day, place):
    told = {r["project"]: r["percent"] for r in story.told("file_progress") if r["period"] == ("2006", "2007H1")[place]}
    percents = {p.code: p.percent for p in of(offices.client("reviewer"), f"?day={day}")["found"].page}
    assert {code: percents[code] for code in told} == told


def test_money_is_what_had_been_booked_by_then(offices):
    booked = [row for row in story.told("set_cell") if row["stage"] == "approved"]
    approved = {y: sum(Decimal(row["typed"]) for row in booked if row["fiscal_year"] == y) for y in (2006, 2007)}
    expected = {
        "2006-02-19": None,
        "2006-02-20": approved[2006],
        "2006-12-28": approved[2006] + ADOPTED_2007,
        "2007-01-22": sum(approved.values()) + ADOPTED_2007,
    }
    for day, wan in expected.items():
        assert dict(of(offices.client("reviewer"), f"?day={day}&part=lines")["totals"])["approved"] == wan


def test_tasks_and_baselines_are_those_of_the_day(offices):
    client = offices.client("reviewer")
    before, after = (
        {t.code: t.state for t, _ in of(client, f"?day={day}&part=tasks")["tasks"]}
        for day in ("2007-07-15", "2007-07-16")
    )
    assert set(before.values()) == {"not_started"}
    assert after == dict.fromkeys(after, "not_started") | {
        row["task"]: row["state"] for row in story.told("set_task_state")
    }
    told = [
        {f.label: f.text for f in of(client, f"?day={day}&code=P05")["facts"]} for day in ("2007-07-26", "2007-07-27")
    ]
    assert [facts["最新基线"] for facts in told] == ["2006—2007", "2006—2008（改过 1 次）"]
    assert told[1]["原基线"] == "2006—2007"


@pytest.mark.parametrize("query", ["", "&part=tasks", "&part=lines", "&code=P15"])
def test_a_page_of_the_past_says_so_offers_no_verb_and_stays_on_its_day(offices, query):
    text = unescape(offices.client("reviewer").get(f"/projects/as-of/?day=2007-01-31{query}").content.decode())
    main = text[text.index("<main") : text.index("</main>")]
    assert "这是 2007-01-31 的样子，不是现在" in main
    assert re.findall(r'<form[^>]*method="post"', main) == []
    within = [
        href
        for href in re.findall(r'href="(\?[^"]*|/projects/as-of/\?[^"]*)"', main)
        if "#" not in href or "day=" in href
    ]
    elsewhere = {"2006-06-30", "2006-12-31", "2007-06-30"}  # the other days that the page offers
    assert {re.search(r"day=([\d-]+)", href)[1] for href in within} - elsewhere == {"2007-01-31"}
    assert len(within) >= 3


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2005-01-01", "2005-01-01 还没有总册"),
        ("2007-08-20", "这是今天"),
        ("2012-01-01", "2012-01-01 还没有到"),
        ("", "这是今天"),
        ("２００７年１月３１日", "这是 2007-01-31 的样子"),
        ("2007/1/31", "这是 2007-01-31 的样子"),
    ],
)
def test_any_day_is_answered_with_what_it_is(offices, day, said):
    assert said in offices.client("reviewer").get("/projects/as-of/", {"day": day}).content.decode()


@pytest.mark.parametrize(
    "day", ["昨天", "2007-02-30", "0001-01-01", "9999-12-31", "2007-W03-1", "20070131", "--", "2007-01-31-01"]
)
def test_what_is_no_day_is_refused_with_a_sentence(offices, day):
    for address in (f"/projects/as-of/?day={day}", f"/projects/compare/?from={day}", f"/projects/compare/?to={day}"):
        answer = offices.client("reviewer").get(address)
        assert answer.status_code == 422
        assert "请" in answer.content.decode()


@pytest.mark.parametrize("role", ["health_cio", "leader", "auditor", "finance"])
def test_the_past_shows_no_more_money_than_the_present(offices, role):
    client, actor = offices.client(role), getattr(offices, role)
    all_of_it = actor.scope(Permission.READ_BUDGET) is Scope.CITY
    for code, own in (("P01", False), ("P17", True)):
        for address in (f"/projects/{code}/", f"/projects/as-of/?day=2007-08-01&code={code}"):
            text = client.get(address).content.decode()
            assert bool(re.search(r"年市财政批复 未填 → [\d.]+ 万元", text)) is (own or all_of_it), address
    codes = {code for code, *_ in of(client, "?day=2007-08-01&part=lines")["page"]}
    assert codes == ({"P17"} if not all_of_it else {row["project"] for row in story.told("set_cell")} | {"P07", "P09"})


def test_who_sees_no_business_sees_no_past(offices):
    for role in ("sysadmin", "secadmin"):
        for address in ("/projects/as-of/", "/projects/as-of/?part=lines", "/projects/compare/"):
            assert offices.client(role).get(address).status_code == 403
    assert offices.client("health_cio").get("/projects/compare/?kind=annual_progress").status_code == 404
    assert offices.client("reviewer").get("/projects/as-of/?code=P99").status_code == 404
    assert offices.client("reviewer").get("/projects/as-of/?code=P01&day=2005-01-01").status_code == 404


def test_what_two_days_differ_by_adds_up(offices):
    client = offices.client("reviewer")
    context = client.get("/projects/compare/?from=2007-01-01&to=2007-08-20").context
    moved = defaultdict(Decimal)
    for stage, m in context["moved"]:
        moved[stage] += m.by_wan
    assert {s.stage: s.by_wan for s in context["sums"] if s.by_wan} == dict(moved)
    assert {s.stage for s in context["sums"] if s.by_wan} == {"approved", "appropriated", "spent"}
    new = {d.code for d, how, *_ in context["rows"] if how == "新增" and d.kind == "project"}
    assert new == set(Project.objects.filter(plan_item=None).values_list("code", flat=True))
    assert context["added"] == len(new) == 2
    turned = client.get("/projects/compare/?from=2007-08-20&to=2007-01-01").context
    assert (turned["first"], turned["count"]) == (context["first"], context["count"])
    one = client.get("/projects/compare/?from=2007-01-01&to=2007-08-20&code=P05").context
    assert {d.code for d, *_ in one["rows"]} == {"P05"} == {m.code for _, m in one["moved"]}


def test_two_annual_reports_differ_exactly_where_their_cells_do(offices):
    before, after = printing.build("annual_budget", 2006), printing.build("annual_budget", 2007)
    found = differences.between(before, after)
    assert differences.between(before, before) == []
    told = {(d.section, d.what) for d in found if not d.row}
    for old, new in zip(before.sections, after.sections, strict=False):
        then = {f.id: f for f in old.figures}
        for figure in new.figures:
            unit = f"（{figure.unit}）" if figure.unit else ""
            same = figure.id in then and then[figure.id].value == figure.value
            assert same is ((new.title, f"{figure.label}{unit}") not in told)
    assert "P17" in {d.row for d in found if d.row}
    totals = {
        d.column: d.by for d in found if d.table == "by_project" and d.row == differences.TOTAL and d.by is not None
    }
    added_up = defaultdict(Decimal)
    for d in found:
        if d.table == "by_project" and d.row != differences.TOTAL and d.by is not None:
            added_up[d.column] += d.by
    assert totals == {column: added_up[column] for column in totals}
    assert len(totals) >= 3
    page = offices.client("reviewer").get("/projects/compare/?kind=annual_budget&a=2006&b=2007")
    assert page.context["count"] == len(found)
    assert offices.client("reviewer").get("/projects/compare/?kind=nothing").status_code == 422


def report(*sections: Section) -> Report:
    return Report("annual_budget", 2007, "甲", dt.date(2007, 8, 20), (), "", "", sections)


def test_what_only_one_report_has_is_said_to_be_new_or_gone():
    columns = (Column("code", "编号"), Column("name", "项目"), Column("wan", "批复", "wan"))

    def table(*rows):
        return Table("t", "资金", columns, tuple({"code": c, "name": n, "wan": w} for c, n, w in rows))

    gone = Section("gone", "丙", tables=(table(("P09", "九", Decimal(2))),))
    old = report(Section("a", "甲", tables=(table(("P01", "一", Decimal(1)), ("P02", "二", Decimal(5))),)), gone)
    new = report(
        Section("a", "甲", tables=(table(("P02", "改名", Decimal(4)), ("P03", "三", None), ("P04", "四", Decimal(7))),))
    )
    found = [(d.section, d.row, d.how, d.was, d.now, d.by) for d in differences.between(old, new)]
    assert found == [
        ("甲", "P02", "changed", "5.00", "4.00", Decimal(-1)),
        ("甲", "P03", "added", None, None, None),
        ("甲", "P04", "added", None, "7.00", Decimal(7)),
        ("甲", "P01", "dropped", "1.00", None, Decimal(-1)),
        ("丙", "P09", "dropped", "2.00", None, Decimal(-2)),
    ]


def test_rows_that_share_a_code_are_not_taken_for_one():
    columns = (Column("code", "项目"), Column("what", "要求"), Column("due", "期限"))
    rows = [{"code": "P04", "what": what, "due": due} for what, due in (("甲", "2007-01"), ("乙", "2007-02"))]
    old, new = (
        report(Section("a", "甲", tables=(Table("t", "整改", columns, tuple(r)),)))
        for r in (rows, [rows[0], rows[1] | {"due": "2007-09"}])
    )
    assert [(d.row, d.was, d.now) for d in differences.between(old, new)] == [("P04 乙", "2007-02", "2007-09")]
