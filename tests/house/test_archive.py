"""A closed year is one file: whole, checked by its own digests, readable without the product."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import zipfile

import openpyxl
import pytest

from governance import jobs
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.documents import printing
from guiyang_egov.runtime import archive


@pytest.fixture
def quick(monkeypatch):
    """One report, as JSON: what is in a report is claimed elsewhere."""
    monkeypatch.setattr(printing, "report_kinds", lambda: ["annual_budget"])
    monkeypatch.setattr(printing, "FORMATS", ("json",))


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_every_report_that_a_reader_of_all_may_ask_for_is_archived(offices):
    offered = {
        kind.key for name in ("reviewer", "leader", "finance") for kind in jobs.reports_for(getattr(offices, name))
    }
    assert offered == set(printing.report_kinds())


def test_a_closed_year_holds_reports_budget_and_trail_and_its_digests_are_right(offices, quick):
    files = opened(archive.of(2006))
    assert [name.split("/")[0] for name in files] == ["说明.txt", "报告", "预算表.xlsx", "留痕.jsonl", "SHA256SUMS"]
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert len(files["SHA256SUMS"].splitlines()) == len(files) - 1
    trail = [json.loads(line) for line in files["留痕.jsonl"].splitlines()]
    assert {row["day"][:4] for row in trail} == {"2006"}
    neighbours = [(a, b) for a, b in itertools.pairwise(trail) if b["seq"] == a["seq"] + 1]
    assert len(neighbours) > 10
    assert all(after["previous"] == before["hash"] for before, after in neighbours)
    assert openpyxl.load_workbook(io.BytesIO(files["预算表.xlsx"])).sheetnames


def test_reports_of_an_unchanged_year_are_the_same_bytes_again(offices, quick):
    first, second = opened(archive.of(2006)), opened(archive.of(2006))
    assert [n for n in first if n.startswith("报告") and first[n] != second[n]] == []


@pytest.mark.parametrize(("year", "why"), [(2007, "还没有结束"), (1999, "没有 1999 年"), (9999, "没有 9999 年")])
def test_a_year_that_is_not_over_or_has_no_reports_is_refused_by_name(offices, year, why):
    assert clock.today().year == 2007
    with pytest.raises(Refused) as refused:
        archive.of(year)
    assert why in refused.value.sentence
