"""The filing form in a browser: the last field typed is stored even by whoever leaves at once; what cannot be sent is
asked about first and offered back."""

from __future__ import annotations

import json

import pytest

from tests.journeys.waiting import until
from tests.priorities.stories import Stories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(cast, people):
    """The CIO's browser on the form of a draft."""
    row = Stories(cast).draft()
    person = people("demo-cio")
    person.go(f"/priorities/submissions/{row.reference}/edit/")
    return row, person


def test_the_last_field_typed_is_stored_by_whoever_leaves_at_once(form):
    row, person = form
    person.page.fill("#i-evaluation", "由市审计局每年评估")
    person.go("/priorities/mine/")  # sooner than a pause in typing saves

    def stored() -> bool:
        person.go(f"/priorities/submissions/{row.reference}/edit/")
        return person.page.input_value("#i-evaluation") == "由市审计局每年评估"

    until(stored)
    assert not person.reads("上次没有存上的内容还在")


def test_what_cannot_be_sent_is_asked_about_before_leaving_and_offered_back(form):
    row, person = form
    asked = []
    person.page.on("dialog", lambda d: (asked.append(d.type), d.accept()))
    person.page.click("#i-evaluation")  # a browser asks only where somebody has touched the page
    body = json.dumps({"detail": "信息办正在整理，稍后再存。"})
    person.page.route("**/autosave/", lambda r: r.fulfill(content_type="application/json", body=body))
    person.page.fill("#i-evaluation", "还没有存上的评估")
    person.page.wait_for_selector("#saved:has-text('稍后再存')")
    person.page.unroute("**/autosave/")
    person.go("/priorities/mine/")
    assert asked == ["beforeunload"]
    person.go(f"/priorities/submissions/{row.reference}/edit/")
    assert person.page.input_value("#i-evaluation") != "还没有存上的评估"
    person.page.click("text=放回来")
    assert person.page.input_value("#i-evaluation") == "还没有存上的评估"


def test_the_step_counters_follow_the_answers_and_an_unfolded_part_stays_so(form):
    _, person = form
    before = person.page.inner_text("#progress")
    person.page.click("#live-clauses > summary")
    person.page.fill("#i-title", "")
    person.page.press("#i-title", "Tab")
    until(lambda: person.page.inner_text("#progress") != before)
    assert person.page.get_attribute("#live-clauses", "open") is not None
    assert len(person.page.query_selector_all("#progress")) == 1
