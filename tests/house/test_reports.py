"""Every report over the story, in every year of the plan: totals are the sums of their rows, and the three printed forms
say the same."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from django.conf import settings

from governance import documents
from governance.models import Document, Job

KINDS = sorted(documents.kinds())


def tables_of(report):
    return [table for section in report.sections for table in section.tables]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_every_total_is_the_sum_of_its_rows(offices, kind, year):
    for table in tables_of(documents.build(kind, year)):
        rows = [row for row in table.rows if "_group" not in row]
        for column in table.columns:
            total = (table.totals or {}).get(column.id)
            if column.kind in ("wan", "int") and total is not None:
                assert sum(Decimal(row[column.id]) for row in rows if row.get(column.id) is not None) == total, (table.id, column.id)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_the_json_stands_in_the_workbook(offices, kind):
    import openpyxl

    report = documents.build(kind, 2008)
    body = json.loads(documents.print_report(report, "json").content)
    book = openpyxl.load_workbook(io.BytesIO(documents.print_report(report, "xlsx").content))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    numbers = {Decimal(c) for c in cells if _is_number(c)}
    values = [f["value"] for s in body["sections"] for f in s["figures"]]
    values += [v for s in body["sections"] for t in s["tables"] for row in t["rows"] for v in row.values()]
    said = [str(v) for v in values if v not in (None, "")]
    assert [v for v in said if v not in cells and not (_is_number(v) and Decimal(v) in numbers)] == []
    assert said


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isdigit() and text.isascii()


@pytest.mark.parametrize("year", settings.PLAN_YEARS)
def test_the_leaders_page_is_one_page_in_every_year(offices, year):
    assert documents.print_report(documents.build("leaders_brief", year), "pdf").pages == 1


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
    assert sum(len(found.came_out(o)) for o in ("priority", "ordinary", "defer", "no_city_funding", "undetermined")) == len(found.screened)


def test_a_district_filing_stands_with_its_receipt_or_its_waiting_days(offices):
    from governance import clock
    from priorities.reports.districts import filings

    found = filings(2008, clock.today())
    assert {f.acknowledged for f in found} == {True, False}
    assert all(f.receipt for f in found if f.acknowledged)
    assert all(f.days is not None for f in found)


def test_secret_cases_are_counted_and_nothing_of_them_is_told(offices):
    from priorities.models import Submission

    row = Submission.objects.filter(number="SB2008-003").get()
    Submission.objects.filter(pk=row.pk).update(is_secret=True)
    printed = documents.print_report(documents.build("screening_summary", 2008), "json").content.decode()
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
    report = documents.build(kind, year)
    there = {table.id for table in tables_of(report)}
    figures = [f for s in report.sections for f in s.figures]
    assert [f.id for f in figures if f.rows and f.rows not in there and f.value not in (None, 0)] == []
