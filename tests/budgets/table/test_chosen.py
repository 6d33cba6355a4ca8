"""The same filter on the page, in the workbook and in the CSV."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import pytest

from budgets.models import ExportSnapshot
from budgets.workbook import importing
from projects.models import Programme, Project
from tests.budgets.workbooks import cell, changed, heads, opened

YEAR = 2007


@pytest.fixture
def money(cast):
    """Money of several sources in 2007, of one project outside its window, and of one outside the plan."""
    for code, source in (("P04", "city"), ("P04", "county"), ("P17", "state"), ("P17", "city"), ("P26", "own")):
        cell(cast.finance, code, "approved", "80", source=source, year=YEAR)
    cell(cast.finance, "P04", "approved", "7", year=2008)
    extra = Project.objects.create(
        code="N2007-01", name="=规划外", origin="takeover", registered_on="2007-01-01", estimate_wan=10, order=900
    )
    cell(cast.finance, extra.code, "approved", "5", source="own", year=YEAR)
    return cast


def lead_of(code: str) -> int:
    return Project.objects.get(code=code).leads.first().organisation.survivor_id


def queries() -> list[dict]:
    programme = Programme.objects.first().key
    return [
        {},
        {"source": "city"},
        {"source": "county"},
        {"source": "state"},
        {"source": "own"},
        {"lead": lead_of("P04")},
        {"lead": lead_of("P17")},
        {"programme": programme},
        {"programme": "none"},
        {"programme": "none", "source": "own"},
        {"programme": programme, "source": "city", "lead": lead_of("P04")},
    ]


def sheet_keys(content: bytes) -> list[str]:
    sheet = opened(content)["预算"]
    return [
        v
        for (v,) in sheet.iter_rows(min_row=4, min_col=heads(sheet)["键"], max_col=heads(sheet)["键"], values_only=True)
        if v
    ]


def csv_rows(answer) -> list[dict]:
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_same_filter_gives_the_same_rows_on_the_page_in_the_workbook_and_in_the_csv(money):
    client = money.client("finance")
    for query in queries()[1:]:
        asked = urlencode(query)
        table = client.get(f"/budgets/{YEAR}/?{asked}").context["table"]
        on_page = {f"{r.project.code}|{YEAR}|{s}" for r in table.rows for s in (r.lines or {"city": None})}
        keys = sheet_keys(client.get(f"/budgets/{YEAR}/export/?{asked}").content)
        assert sorted(keys) == sorted(on_page), query
        rows = csv_rows(client.get(f"/budgets/{YEAR}/export/?format=csv&{asked}"))
        assert [r["编号"] for r in rows] == [k.split("|")[0] for k in keys]
        assert table.planned_wan + table.rest_wan == 6883


def test_every_year_is_filtered_alike(money):
    client = money.client("finance")
    for query in queries():
        asked = urlencode(query)
        on_page = {r.project.code for r in client.get(f"/budgets/all/?{asked}").context["table"].rows}
        assert {k.split("|")[0] for k in sheet_keys(client.get(f"/budgets/all/export/?{asked}").content)} == on_page, (
            query
        )


def test_a_filtered_workbook_still_checks_against_the_plan_and_comes_back(money):
    content = money.client("finance").get(f"/budgets/{YEAR}/export/?source=state").content
    sheet = opened(content)["预算"]
    texts = {str(sheet.cell(r, 3).value): r for r in range(4, sheet.max_row + 1)}
    check = next(r for text, r in texts.items() if text.startswith("核对：27项"))
    assert any(text.startswith("筛选之外 26 项") for text in texts)
    assert "筛选：来源 国家" in sheet["A2"].value
    from governance.workbooks.writer import read_safely

    assert read_safely(content)["预算"][check - 1][6:8] == [6883, "相符"]
    plan = importing.commit(changed(content, {("P17|2007|state", "批复"): 81}), money.finance)
    assert (plan.committed, len(plan.changes)) == (True, 1)


def test_a_csv_is_safe_text_with_exact_amounts_and_leaves_no_snapshot(money):
    rows = csv_rows(money.client("finance").get(f"/budgets/{YEAR}/export/?format=csv"))
    extra = next(r for r in rows if r["编号"] == "N2007-01")
    assert extra["项目"] == "'=规划外"
    assert (extra["批复"], extra["下达"], extra["总概算"]) == ("5.00", "", "10.00")
    assert sum(float(r["总概算"] or 0) for r in rows) == 6893
    assert not ExportSnapshot.objects.exists()


@pytest.mark.parametrize(
    "query", ["source=gold", "lead=x", "lead=99999999", "lead=１", "programme=nope", "programme=%00", "format=pdf"]
)
def test_what_cannot_be_chosen_is_refused_and_never_means_everything(cast, query):
    client = cast.client("finance")
    assert client.get(f"/budgets/{YEAR}/export/?{query}").status_code == 400
    if not query.startswith("format"):
        assert client.get(f"/budgets/{YEAR}/?{query}").status_code == 400


def test_saving_under_a_filter_keeps_the_filter(money):
    client = money.client("finance")
    lead = lead_of("P04")
    answer = client.post(
        f"/budgets/{YEAR}/cells/",
        {
            "stage": "approved",
            "source": "city",
            "lead": lead,
            "programme": "",
            "cell|P04|city": "81",
            "was|P04|city": "80.00",
            "version|P04|city": "2",
        },
    )
    assert answer["Location"] == f"/budgets/{YEAR}/?stage=approved&source=city&lead={lead}"
    assert "导出的工作簿和 CSV 与这里的筛选一致" in client.get(answer["Location"]).content.decode()


def test_a_department_s_csv_holds_its_own_rows_alone(money):
    rows = csv_rows(money.client("health_cio").get(f"/budgets/{YEAR}/export/?format=csv"))
    organisation = money.health_cio.organisation_id
    assert {r["编号"] for r in rows} == {p.code for p in Project.objects.planned() if organisation in p.belongs_to()}
