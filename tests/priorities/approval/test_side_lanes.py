"""Beside the annual plan: 区县备案 with checks, receipt and overdue list; 缓建 that comes back by itself; 据此重报."""

from __future__ import annotations

import datetime as dt

from django.utils.html import strip_tags

from governance.basics import clock
from priorities import actions
from priorities.approval import side_lanes
from priorities.hooks.daily import daily
from priorities.models import Submission
from tests.priorities.stories import components, proposal

TODAY = dt.date(2007, 8, 20)


def acknowledged(cast, row):
    return actions.acknowledge(by=cast.reviewer, submission=row, version=row.version)


def test_a_filing_is_compared_with_everything_known_and_gets_a_receipt(stories, cast):
    document = proposal(title="市电子政务地理信息系统基础平台", components=components("0"), content="地理信息共享平台")
    row = acknowledged(cast, stories.submitted(kind="district", document=document))
    check = row.filing_checks.get()
    assert (row.state, row.receipt_number) == ("filed", "BA2007-001")
    assert check.compared > 27
    assert check.overlaps
    assert check.overlaps[0]["name"] in row.transitions.latest("pk").reason
    assert [o["score"] for o in check.overlaps] == sorted((o["score"] for o in check.overlaps), reverse=True)


def test_city_money_in_a_filing_is_on_record_and_goes_through_8_1_as_well(stories, cast):
    document = proposal(components=components("80"))
    row = stories.submitted(kind="district", document=document)
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    assert (row.state, row.receipt_number) == ("under_review", "BA2007-001")
    assert row.filing_checks.count() == 1


def test_overdue_filings_come_first_and_silent_districts_are_named(stories, cast):
    done = acknowledged(cast, stories.submitted(kind="district"))
    late = stories.submitted(kind="district")
    with clock.at(dt.date(2007, 8, 24)):
        rows = side_lanes.filings(cast.reviewer, clock.today())
        assert [(f.submission, f.late, f.days) for f in rows] == [(late, True, 4), (done, False, 0)]
        page = cast.client("reviewer").get("/priorities/desk/lanes/").content.decode()
        assert "1 件逾期" in strip_tags(page)
        assert "BA2007-001" in page
    silent = {o.name for o in side_lanes.silent_districts(TODAY)}
    assert len(silent) == 9
    assert "花溪区" not in silent


def test_a_deferred_case_reappears_on_its_day_and_its_history_stays(stories, cast):
    row = stories.concluded("deferred")
    lane = side_lanes.deferred(cast.reviewer, TODAY)
    assert [(d.submission, d.conclusion.lacking, d.times) for d in lane] == [(row, "业务流程尚未确定", 1)]
    with clock.at(dt.date(2008, 2, 19)):
        assert daily(clock.today())["re_reviewed"] == 0
    with clock.at(dt.date(2008, 2, 20)):
        assert daily(clock.today())["re_reviewed"] == 1
        assert daily(clock.today())["re_reviewed"] == 0
        assert row.reference in cast.client("reviewer").get("/priorities/desk/").content.decode()
    row.refresh_from_db()
    assert (row.state, row.conclusions.count()) == ("under_review", 1)
    assert "业务流程尚未确定" in row.conclusions.get().lacking


def test_the_pages_of_the_lanes_show_what_is_lacking_and_the_checks(stories, cast):
    stories.concluded("deferred")
    stories.self_funded()
    client = cast.client("reviewer")
    assert "业务流程尚未确定" in client.get("/priorities/desk/lanes/?lane=deferred").content.decode()
    assert "符合" in client.get("/priorities/desk/lanes/?lane=self_funded").content.decode()
    assert client.get("/priorities/desk/lanes/?lane=nowhere").status_code == 200
    assert cast.client("finance").get("/priorities/desk/lanes/").status_code == 403


def test_a_case_is_filed_again_from_an_earlier_one_in_one_click(stories, cast):
    earlier = stories.withdrawn()
    client = cast.client("health_cio")
    assert "据此重报" in client.get(f"/priorities/submissions/{earlier.reference}/").content.decode()
    answer = client.post("/priorities/submissions/new/", {"kind": "new", "earlier": earlier.reference, "once": "again"})
    row = Submission.objects.latest("pk")
    assert answer.headers["Location"] == f"/priorities/submissions/{row.reference}/edit/"
    assert (row.earlier, row.title, row.number) == (earlier, earlier.title, None)
    assert (
        cast.client("district")
        .post("/priorities/submissions/new/", {"kind": "district", "earlier": earlier.reference})
        .status_code
        == 404
    )
