"""查重 on the filing form and on the case: what is shown to whom, and what the reviewer records."""

from __future__ import annotations

import re

import pytest

from priorities.models import OverlapJudgement
from tests.priorities.stories import proposal


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def test_the_form_warns_while_the_title_is_typed_and_shows_nothing_foreign(stories, cast):
    other = stories.submitted(document=proposal(title="殡葬服务预约与查询"))
    row = stories.draft(by=cast.district, kind="district", document=None)
    address = f"/priorities/submissions/{row.reference}/overlaps/"
    district = cast.client("district")
    typed = district.post(address, {"title": "行政审批网上办理平台", "content": ""})
    assert "P13" in text(typed)
    assert "<mark>" in typed.content.decode()
    masked = district.post(address, {"title": "殡葬服务查询和预约"})
    assert "另有 1 件其他单位的申报与此相近" in text(masked)
    assert other.number not in text(masked)
    assert "没有发现相近" in text(district.post(address, {"title": "彩票销售终端机采购"}))
    assert text(district.post(address, {"title": "  "})).strip() == ""
    assert district.get(address).status_code == 200
    assert cast.client("health_cio").get(address).status_code == 404


def test_the_reviewer_records_degree_and_what_follows_against_a_record(stories, cast):
    row = stories.under_review(document=proposal(title="行政许可网上办理平台", content="在线受理和并联审批"))
    office, address = cast.client("reviewer"), f"/priorities/desk/{row.number}/overlap/"
    page = office.get(address)
    assert "P13" in text(page)
    assert "<!DOCTYPE html>" in page.content.decode()
    part = office.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<section")
    given = {"other": "project:P13", "degree": "severe", "score": "0.71"}
    assert office.post(address, given).url == f"/priorities/desk/{row.number}/#overlap"
    kept = OverlapJudgement.objects.get(submission=row)
    assert (kept.other, kept.degree, kept.treatment, kept.score) == ("project:P13", "severe", "", 0.71)
    office.post(address, given | {"treatment": "refuse"})
    kept.refresh_from_db()
    assert kept.treatment == "refuse"
    office.post(address, {"other": "t2-31", "degree": "none"})
    assert OverlapJudgement.objects.get(submission=row, other="plan-task:T2-31").treatment == "keep"
    assert "T2-31" in text(office.get(address))  # judged, though it is not among the nearest


@pytest.mark.parametrize(
    "wrong",
    [
        {"other": "project:P99", "degree": "none"},
        {"other": "P13", "degree": "much"},
        {"other": "", "degree": "none"},
        {"other": "P13", "degree": "none", "treatment": "refuse"},
        {"other": "P13", "degree": "none", "score": "7"},
        {"other": "P\x0013", "degree": "none"},
        {"other": "SB2008-999", "degree": "none"},
    ],
)
def test_what_fits_together_with_nothing_is_refused_and_nothing_is_stored(stories, cast, wrong):
    row = stories.under_review()
    answer = cast.client("reviewer").post(f"/priorities/desk/{row.number}/overlap/", wrong)
    assert answer.status_code == 422
    assert not OverlapJudgement.objects.exists()


def test_an_overlap_is_judged_under_review_alone(stories, cast):
    row = stories.submitted()
    answer = cast.client("reviewer").post(f"/priorities/desk/{row.number}/overlap/", {"other": "P13", "degree": "none"})
    assert answer.status_code == 409
    assert "没有记下" in text(answer)


def test_the_case_shows_all_17_clauses(stories, cast):
    page = cast.client("reviewer").get(f"/priorities/desk/{stories.under_review().number}/").content.decode()
    assert page.count('<details class="clause"') == 17
