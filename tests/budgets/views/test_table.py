"""The budget tables' pages: cells, what is refused and how it is cured, who sees what, how many queries."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import SOURCES, BudgetLine, Entry
from projects.models import Project
from tests.budgets.cells import fill
from tests.page import words

pytestmark = pytest.mark.django_db


def cell(key, typed, was="", version=0):
    return {f"cell|{key}": typed, f"was|{key}": was, f"version|{key}": str(version)}


def test_a_refused_cell_keeps_its_text_and_the_others_are_saved(cast):
    body = {"stage": "approved"} | cell("P06|city", "１２０") | cell("P01|city", "一百二吨")
    answer = cast.client("finance").post("/budgets/2007/cells/", body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="一百二吨"' in page
    assert "没有保存 1 处，其余 1 处已保存" in page
    assert BudgetLine.objects.get().approved_wan == 120


@pytest.mark.parametrize(
    ("typed", "wan"),
    [
        ("３００", "300"),
        ("1,200.50", "1200.50"),
        ("１，２００", "1200"),
        ("1200万元", "1200"),
        ("12000000元", "1200"),
        ("壹仟贰佰", "1200"),
    ],
)
def test_the_page_reads_amounts_as_people_type_them(cast, typed, wan):
    answer = cast.client("finance").post("/budgets/2007/cells/", {"stage": "approved"} | cell("P06|city", typed))
    assert answer.status_code == 302
    assert BudgetLine.objects.get().approved_wan == Decimal(wan)
    assert Entry.objects.get().as_typed == typed


@pytest.mark.parametrize("typed", ["-5", "1e400", "NaN", "1\x002", "9" * 5000, "<b>", "=1+1"])
def test_text_that_is_no_amount_is_refused_and_nothing_is_stored(cast, typed):
    answer = cast.client("finance").post("/budgets/2007/cells/", {"stage": "approved"} | cell("P06|city", typed))
    assert answer.status_code == 422
    assert not BudgetLine.objects.exists()


def test_above_the_ceiling_the_row_says_the_numbers_and_offers_the_ceiling_and_the_offer_is_taken(cast):
    line = fill(cast, "P06", "approved", "110")
    client = cast.client("finance")
    body = {"stage": "appropriated"} | cell("P06|city", "120", "", line.version)
    answer = client.post("/budgets/2007/cells/", body)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "没有保存：下达 120.00 超过批复 110.00，多出 10.00 万元。下达不得大于批复，专款专用（9.2.2）。" in page
    assert 'value="120"' in page
    assert re.search(r'<button[^>]* name="cell\|P06\|city"\s+value="110\.00"\s*>\s*改为 110\.00\s*</button>', page)
    # A browser sends the input and then the button under one name; the later one counts.
    answer = client.post("/budgets/2007/cells/", body | {"cell|P06|city": ["120", "110.00"]})
    assert answer.status_code == 302
    assert BudgetLine.objects.get().appropriated_wan == 110


def test_enter_saves_and_never_presses_the_offered_cure(cast):
    fill(cast, "P06", "approved", "110")
    page = (
        cast.client("finance")
        .post("/budgets/2007/cells/", {"stage": "appropriated"} | cell("P06|city", "120"))
        .content.decode()
    )
    form = page[page.index("/budgets/2007/cells/") :]
    assert "name=" not in re.search(r"<button[^>]*>", form).group()


def test_an_older_version_shows_both_values_and_either_can_be_chosen(cast):
    line = fill(cast, "P06", "approved", "100")
    fill(cast, "P06", "approved", "101")
    answer = cast.client("finance").post(
        "/budgets/2007/cells/", {"stage": "approved"} | cell("P06|city", "99", "100.00", line.version)
    )
    page = words(answer.content.decode())
    assert answer.status_code == 409
    assert "您填的是“99”，线上现为 101.00" in page
    assert "用线上的 101.00" in page
    assert "仍填 99" in page
    assert BudgetLine.objects.get().approved_wan == 101


def test_a_second_click_answers_like_the_first(cast):
    line = fill(cast, "P06", "approved", "100")
    body = {"stage": "approved", "once": "a" * 32} | cell("P06|city", "105", "100.00", line.version)
    client = cast.client("finance")
    assert [client.post("/budgets/2007/cells/", body).status_code for _ in range(2)] == [302, 302]
    assert BudgetLine.objects.get().entries.count() == 2


def test_a_frozen_column_offers_no_cells(cast):
    client = cast.client("finance")
    assert 'name="cell|' in client.get("/budgets/2007/?stage=approved").content.decode()
    assert client.post("/budgets/2007/lock/", {"stage": "approved", "locked": "1"}).status_code == 302
    assert 'name="cell|' not in client.get("/budgets/2007/?stage=approved").content.decode()
    assert client.post("/budgets/2007/cells/", {"stage": "approved"} | cell("P06|city", "1")).status_code == 409


def test_only_what_is_approved_may_be_appropriated_on_the_page(cast):
    fill(cast, "P06", "approved", "10", source="own")
    page = cast.client("finance").get("/budgets/2007/?stage=appropriated").content.decode()
    assert re.findall(r'name="cell\|([^"]+)"', page) == ["P06|own"]


def test_empty_sources_are_folded_and_can_be_unfolded(cast):
    fill(cast, "P06", "approved", "10", source="bank")
    client = cast.client("finance")
    folded, unfolded = (client.get("/budgets/2007/" + q).content.decode() for q in ("", "?sources=all"))
    assert {s for s, _ in SOURCES if f"cell|P06|{s}" in folded} == {"city", "bank"}
    assert all(f"cell|P06|{s}" in unfolded for s, _ in SOURCES)


def test_the_year_reconciles_with_the_plan_and_says_what_has_no_year(cast):
    fill(cast, "P06", "approved", "10", year=2008)
    page = words(cast.client("finance").get("/budgets/2007/").content.decode())
    assert "2006—2010 全期：不可行，2009—2010 年缺 111.88 万元" in page
    assert "相符" in page
    assert "= 6,883.00" in page
    assert "规划内批复分年：2008 年 10.00，未分年 6,873.00" in page


@pytest.mark.parametrize("address", ["/budgets/2007/", "/budgets/all/"])
def test_a_department_sees_its_own_projects_and_nobody_else_s_as_empty(cast, address):
    for code in ("P06", "P17"):
        fill(cast, code, "approved", "10")
    page = cast.client("health_cio").get(address).content.decode()
    assert "/projects/P17/" in page
    assert "/projects/P06/" not in page
    assert "只含本单位牵头的项目" in page
    assert "增长检验" not in page
    assert set(BudgetLine.objects.visible_to(cast.health_cio).values_list("project__code", flat=True)) == {"P17"}


@pytest.mark.parametrize("name", ["reviewer", "auditor", "health_cio"])
def test_who_does_not_edit_money_is_offered_nothing_and_refused(cast, name):
    line = fill(cast, "P17", "approved", "10")
    client = cast.client(name)
    page = client.get("/budgets/2007/").content.decode()
    assert "保存改动" in cast.client("finance").get("/budgets/2007/").content.decode()
    assert not any(words in page for words in ("保存改动", 'name="cell|', "导入 Excel", "录入收入", "冻结批复"))
    assert client.post("/budgets/2007/cells/", {"stage": "approved"} | cell("P17|city", "9")).status_code == 403
    body = {"what": "carry_over", "amount_wan": "1", "document_number": "筑财预〔2007〕40号", "reason": "工程顺延"}
    assert client.post(f"/budgets/lines/{line.pk}/", body).status_code == 403
    assert BudgetLine.objects.get().approved_wan == 10


@pytest.mark.parametrize("address", ["/budgets/2007/", "/budgets/2007/?stage=spent&sources=all", "/budgets/all/"])
def test_a_page_makes_at_most_sixteen_queries_whatever_the_rows(cast, address):
    client = cast.client("finance")
    client.get(address)
    counts = []
    for codes in ([], Project.objects.values_list("code", flat=True)):
        for code in codes:
            for source in ("city", "own"):
                fill(cast, code, "approved", "10", source=source)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16  # with the years that have a plan: a later one is 未编制


def test_on_the_phone_what_waits_is_open_and_the_other_programmes_fold(cast):
    fill(cast, "P04", "approved", "10")
    client = cast.client("finance")
    groups = {g["group"].name: g["unfolded"] for g in client.get("/budgets/2007/?stage=appropriated").context["groups"]}
    waiting = Project.objects.get(code="P04").programme.name
    assert {name for name, unfolded in groups.items() if unfolded} == {waiting}
    page = client.get("/budgets/2007/?stage=appropriated&open=all").content.decode()
    assert 'class="folded"' not in page
    assert 'class="folded"' in client.get("/budgets/2007/?stage=appropriated").content.decode()


def test_every_year_s_page_draws_sources_stages_and_sums_over_the_years(cast):
    client = cast.client("finance")
    assert not client.get("/budgets/all/").context["pictures"]
    fill(cast, "P04", "approved", "10")
    fill(cast, "P04", "approved", "5", source="own", year=2008)
    drawn = client.get("/budgets/all/").context["pictures"]
    assert {b.title for b in drawn["by_source"].blocks} == {"2007 年 市财政 10.00", "2008 年 建设单位自筹 5.00"}
    assert drawn["grown"].curves[0].points[-1].text == "2008 年底 批复 15.00"
    assert [w.text for w in drawn["by_project"].rows[0].amounts] == ["15", "—", "—"]
    only_own = client.get("/budgets/all/?source=own").context["pictures"]
    assert [w.text for w in only_own["by_project"].rows[0].amounts] == ["5", "—", "—"]


def test_every_year_s_page_sums_by_year_source_and_programme(cast):
    fill(cast, "P01", "approved", "120", year=2006)
    fill(cast, "P01", "approved", "160", year=2007)
    fill(cast, "P06", "approved", "30.5", source="own", year=2011)
    outside = Project.objects.create(
        code="N2007-01", name="规划外", origin="annual_plan", registered_on="2007-01-01", order=99
    )
    actions.set_cell(by=cast.finance, at=LineKey(outside, 2007, "city"), stage="approved", typed="7")
    page = re.sub(r"(<[^>]+>|&#12288;|\s)+", " ", cast.client("finance").get("/budgets/all/").content.decode())
    assert "合计 28 项 6,883.00 未填 120.00 167.00 未填 未填 未填 30.50 317.50 6,572.50" in page
    assert "批复合计 317.50，规划内未分年 6,572.50" in page
    assert "建设单位自筹 30.50 30.50" in page
