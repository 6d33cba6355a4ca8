"""Every report over the story, in every year of the plan: totals are the sums of their rows,
and the three printed forms say the same."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from governance.documents import printing
from governance.models import Document, Job
from tests import pdf

KINDS = sorted(printing.kinds())


def tables_of(report):
    return [table for section in report.sections for table in section.tables]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_every_total_is_the_sum_of_its_rows(offices, kind, year):
    for table in tables_of(printing.build(kind, year)):
        rows = [row for row in table.rows if "_group" not in row]
        for column in table.columns:
            total = (table.totals or {}).get(column.id)
            if column.kind in ("wan", "int") and total is not None:
                assert sum(Decimal(row[column.id]) for row in rows if row.get(column.id) is not None) == total, (
                    table.id,
                    column.id,
                )


class Paper(HTMLParser):
    """What a report's HTML says in its tables, cell by cell: `tables` by id of the caption before,
    `figures` in order."""

    def __init__(self, html: str):
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.figures: list[list[str]] = []
        self.id, self.rows, self.cell, self.skipped = "", None, None, 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "p":
            self.id = given.get("id", "").removeprefix("t-") if given.get("id", "").startswith("t-") else self.id
        elif tag == "table":
            inside = given.get("class", "")
            self.rows = self.figures if inside in ("figures", "cells") else self.tables.setdefault(self.id, [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = self.rows[-1]

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell[-1] += data


def as_printed(value, kind: str) -> str:
    """How paper has to show a value of the JSON, said here once more on purpose."""
    if value in (None, ""):
        return "—" if kind == "text" else "未填"
    if kind == "wan":
        return f"{Decimal(value):,.2f}"
    return f"{Decimal(value):.1f}%" if kind == "percent" else str(value)  # 17.70 of the JSON is 17.7% on paper


def expected_rows(report, table, body) -> list[list[str]]:
    """Heads, rows with the groups' heads between them, totals, as they must stand on paper; values from the JSON."""
    said, rows = iter(body["rows"]), [[c.label for c in table.columns]]
    for row in table.rows:
        if "_group" in row:
            rows.append([row["_group"]])
        else:
            values = next(said)
            rows.append([as_printed(values[c.id], c.kind) for c in table.columns])
    assert next(said, None) is None
    if body["totals"]:
        rows.append(
            ["" if body["totals"][c.id] is None else as_printed(body["totals"][c.id], c.kind) for c in table.columns]
        )
    return rows


def with_body(report):
    """`(table, its part of the JSON)` of every table, and the JSON's figures in order."""
    body = json.loads(printing.print_report(report, "json").content)
    tables = [
        pair
        for s, b in zip(report.sections, body["sections"], strict=True)
        for pair in zip(s.tables, b["tables"], strict=True)
    ]
    return tables, [f for b in body["sections"] for f in b["figures"]]


def figure_text(figure: dict) -> str:
    value = figure["value"]
    if value in (None, ""):
        return "未填"
    amount = isinstance(value, str) and re.fullmatch(r"-?\d+\.\d\d", value)
    return f"{as_printed(value, 'wan' if amount else '')} {figure['unit']}".strip()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_every_figure_and_every_cell_of_the_json_stands_on_paper_in_its_own_table(offices, kind, year):
    """The pages before they are set: WeasyPrint adds and drops no text, which the PDFs of the next claim show."""
    report = printing.build(kind, year)
    tables, figures = with_body(report)
    paper = Paper(printing.as_html(report))
    for table, body in tables:
        assert paper.tables[table.id] == expected_rows(report, table, body), table.id
    assert len(tables) == len(paper.tables)
    if report.is_brief:
        assert [cell for row in paper.figures for cell in row] == [f["label"] + figure_text(f) for f in figures]
    else:
        assert [row[:2] for row in paper.figures] == [[f["label"], figure_text(f)] for f in figures]
        assert all("、".join(f["clauses"]) in row[2] for f, row in zip(figures, paper.figures, strict=True))
    assert figures or tables or kind == "annual_plan"


@pytest.mark.parametrize(
    ("kind", "year"),
    [(k, 2007 if k.startswith("annual") or k in ("leaders_brief", "evaluation", "tiers") else 2008) for k in KINDS],
)
def test_every_row_of_the_json_can_be_read_in_the_pdf_under_its_tables_heading(offices, kind, year):
    """Each kind once, in a year that has rows; all 54 would take minutes and say the same as the pages above."""
    report = printing.build(kind, year)
    tables, figures = with_body(report)
    text = squeezed(pdf.text(printing.print_report(report, "pdf").content))  # a cell's lines follow each other
    places = []
    for number, (table, _) in enumerate(tables, 1):  # the last one: the first stands in the contents
        places.append(text.rindex(squeezed(f"表{number}　{table.title}")))
    assert places == sorted(places)
    for (table, body), start, end in zip(tables, places, [*places[1:], len(text)], strict=True):
        part = text[start:end]
        for row in expected_rows(report, table, body):
            assert squeezed("".join(row)) in part, (table.id, row)
    for figure in figures:
        assert squeezed(figure["label"] + figure_text(figure)) in text, figure
    assert tables


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_every_figure_and_every_cell_of_the_json_stands_in_its_own_cell_of_the_workbook(offices, kind, year):
    import openpyxl

    report = printing.build(kind, year)
    tables, figures = with_body(report)
    front, *sheets = openpyxl.load_workbook(io.BytesIO(printing.print_report(report, "xlsx").content), data_only=True)
    for n, figure in enumerate(figures):
        label, value, unit = (front.cell(6 + n, column).value for column in (2, 3, 4))
        assert (label, unit or "") == (figure["label"], figure["unit"])
        assert same(value, "未填" if figure["value"] in (None, "") else figure["value"]), figure
    assert len(sheets) == len(tables)
    for sheet, (table, body) in zip(sheets, tables, strict=True):
        assert sheet["A1"].value == table.title
        lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_col=len(table.columns))]
        lines = [line for line, row in zip(lines, table.rows, strict=False) if "_group" not in row] + lines[
            len(table.rows) :
        ]
        rows = [*body["rows"], *([body["totals"]] if body["totals"] else [])]
        for line, row in zip(lines, rows, strict=False):
            assert all(same(held, row[c.id]) for held, c in zip(line, table.columns, strict=True)), (
                table.id,
                line,
                row,
            )
        assert len(lines) >= len(rows)


def same(cell, value) -> bool:
    """A cell and a value of the JSON: numbers by what they are worth, nothing is nothing."""
    if value in (None, "") or cell is None:
        return value in (None, "") and cell in (None, "")
    if isinstance(cell, int | float):
        return Decimal(str(cell)) == Decimal(str(value))
    return cell == str(value)


@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_the_leaders_page_is_one_page_in_every_year(offices, year):
    assert printing.print_report(printing.build("leaders_brief", year), "pdf").pages == 1


def test_the_screening_summary_counts_a_case_in_every_clause_that_holds_for_it(offices):
    from priorities.models import Screening, Submission
    from priorities.reports import screening

    found = screening.figures(2008)
    for line in found.clauses:
        expected = set()
        for row in Submission.objects.for_year(2008).exclude(state__in=["draft", "withdrawn"]).filter(is_secret=False):
            newest = Screening.objects.filter(submission=row).order_by("pk").last()
            if newest and line.clause in newest.result["met"]:
                expected.add(row.number)
        assert {c.number for c in line.met} == expected
    assert any(line.met for line in found.clauses)
    assert sum(
        len(found.came_out(o)) for o in ("priority", "ordinary", "defer", "no_city_funding", "undetermined")
    ) == len(found.screened)


def test_a_district_filing_stands_with_its_receipt_or_its_waiting_days(offices):
    from governance.basics import clock
    from priorities.reports.districts import filings

    found = filings(2008, clock.today())
    assert {f.acknowledged for f in found} == {True, False}
    assert all(f.receipt for f in found if f.acknowledged)
    assert all(f.days is not None for f in found)


def test_secret_cases_are_counted_and_nothing_of_them_is_told(offices):
    from priorities.models import Submission

    row = Submission.objects.filter(number="SB2008-003").get()
    Submission.objects.filter(pk=row.pk).update(is_secret=True)
    printed = printing.print_report(printing.build("screening_summary", 2008), "json").content.decode()
    assert row.number not in printed
    assert row.title not in printed


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_request_a_report_is_refused_and_an_auditor_may_read_it(offices, kind):
    from governance import jobs

    found = jobs.find(kind)
    document = Document(kind=kind, job=Job(kind=kind))
    assert not found.may_request(offices.health_cio, {})
    assert not found.may_download(offices.health_cio, document)
    assert found.may_request(offices.reviewer, {})
    assert found.may_download(offices.auditor, document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_a_figure_that_names_its_rows_names_a_table_of_the_report_or_there_are_none(offices, kind, year):
    report = printing.build(kind, year)
    there = {table.id for table in tables_of(report)}
    figures = [f for s in report.sections for f in s.figures]
    assert [f.id for f in figures if f.rows and f.rows not in there and f.value not in (None, 0)] == []


# --- hostile texts in the records themselves -----------------------------------------------------------------------

EVIL = "=cmd|'/C calc'!A0<svg onload=alert(1)></td><img src=http://127.0.0.1:9/>{{7|add:7}}\u202e"
FIELDS = {  # what people fill, in every table that a report reads
    "projects.Project": "name",
    "projects.PlanTask": "evidence",
    "projects.Milestone": "text",
    "projects.Topic": "name",
    "projects.Programme": "name",
    "projects.ProgressReport": "problems next_steps",
    "projects.Acceptance": "text",
    "projects.Evaluation": "findings",
    "projects.Supervision": "findings demand",
    "projects.SecurityFinding": "text measure",
    "projects.SecurityAssessment": "assessor document",
    "governance.Organisation": "name",
    "priorities.Submission": "title",
    "priorities.Screening": "override_reason",
    "priorities.Conclusion": "lacking",
    "priorities.AnnualPlan": "note",
    "priorities.PlanEntry": "reason",
}


@pytest.fixture
def poisoned(offices):
    """Every text of the story said badly, beneath the verbs, which would clean it; what is unique stays so."""
    for label, names in FIELDS.items():
        model = apps.get_model(label)
        for name in names.split():
            rows = model._base_manager.exclude(**{name: ""})
            rows.update(**{name: Concat(Value(EVIL), Cast("pk", CharField()))})
    return offices


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_words_in_the_records_stay_words_in_every_form_of_every_report(poisoned, kind):
    import openpyxl

    seen = ""
    for year in (2007, 2008):
        report = printing.build(kind, year)
        html = printing.on_paper(printing.as_html(report))
        assert not re.search("<(?!svg xmlns)svg|<img|\u202e|!A0<|14}", html)
        seen += html
        json.loads(printing.print_report(report, "json").content)
        book = openpyxl.load_workbook(io.BytesIO(printing.print_report(report, "xlsx").content))
        formulas = [c.value for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
        assert [f for f in formulas if not re.fullmatch(r"=SUM\([A-Z]+\d+:[A-Z]+\d+\)", f)] == []
    assert "&lt;svg onload" in seen
    assert printing.print_report(report, "pdf").pages
