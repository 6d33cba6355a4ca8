"""看过建议再改: a fact changed after its change was advised is marked for the reviewer and needs evidence."""

from __future__ import annotations

import copy

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.models import AuditRow
from priorities import actions
from priorities.case import case_page
from priorities.models import ShownAdvice
from priorities.submissions import advised
from tests.priorities.stories import proposal


def lacking(fact: str = "operators_qualified", **more) -> dict:
    return proposal(facts=proposal()["facts"] | {fact: "no"}, **more)


def closed_network() -> dict:
    document = proposal()
    document["components"][1] = {
        "id": "c2",
        "name": "专网",
        "kind": "network",
        "facts": {"vertical_network": "yes", "closed_and_independent": "yes"},
        "money": [{"source": "city", "fiscal_year": 2008, "amount_wan": "200"}],
    }
    return document


def seen(stories, cast, document: dict):
    """A draft whose form was opened: its advice was shown."""
    row = stories.draft(document=document)
    cast.client("health_cio").get(f"/priorities/submissions/{row.reference}/edit/")
    return row


def test_what_the_form_advises_is_kept_when_it_is_first_seen_and_once(stories, cast):
    row = seen(stories, cast, lacking())
    assert list(row.shown_advice.values_list("component", "fact", "value")) == [("", "operators_qualified", "yes")]
    cast.client("health_cio").get(f"/priorities/submissions/{row.reference}/edit/")
    assert ShownAdvice.objects.count() == 1
    assert advised.changed(row, row.proposal) == []  # nothing was changed yet


def test_nobody_else_s_reading_counts_as_seen(stories, cast):
    stories.under_review(document=lacking())
    row = ShownAdvice.objects.count()
    assert row == 0


def test_a_fact_changed_as_advised_needs_evidence_and_is_marked_for_the_reviewer_and_in_the_audit(stories, cast):
    row = seen(stories, cast, lacking())
    changed = copy.deepcopy(row.proposal)
    changed["facts"]["operators_qualified"]["value"] = "yes"
    row = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, proposal=changed)
    with pytest.raises(Invalid, match="看过建议后改动的回答附证据：“运行维护人员素质”是否具备？") as caught:
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert list(caught.value.fields) == ["facts.operators_qualified.evidence"]
    page = cast.client("health_cio").get(f"/priorities/submissions/{row.reference}/edit/").content.decode()
    assert "看过建议后改动的回答 1 处" in page
    changed["facts"]["operators_qualified"]["evidence"] = "人事局〔2007〕12号"
    row = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, proposal=changed)
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    kept = AuditRow.objects.get(event="priorities.submission.advised")
    assert "有 1 个事实是看过建议后改动的" in kept.sentence
    shown = case_page.build(row, clock.today())
    marked = [f for g in shown["groups"] for s in g["steps"] for f in s["facts"] if f["advised"]]
    assert [(f["fact"], f["stated_evidence"]) for f in marked] == [("operators_qualified", "人事局〔2007〕12号")]
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "看过建议后改" in page
    assert "申报人看过建议后改动 1 个" in page


def test_a_fact_that_read_so_from_the_start_is_not_marked(stories, cast):
    row = seen(stories, cast, proposal())
    assert not row.shown_advice.exists()
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert not AuditRow.objects.filter(event="priorities.submission.advised").exists()
    assert case_page.build(row, clock.today())["advised"] == []


def test_a_part_s_answer_is_marked_at_the_part_and_its_evidence_stands_under_the_fact(stories, cast):
    row = seen(stories, cast, closed_network())
    assert ("c2", "closed_and_independent", "no") in set(row.shown_advice.values_list("component", "fact", "value"))
    changed = copy.deepcopy(row.proposal)
    changed["components"][1]["facts"]["closed_and_independent"] = "no"
    row = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, proposal=changed)
    assert [(c.component, c.component_name, c.answer) for c in advised.changed(row, row.proposal)] == [
        ("c2", "专网", "no")
    ]
    with pytest.raises(Invalid, match="网络是否“封闭独立”"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    page = cast.client("health_cio").get(f"/priorities/submissions/{row.reference}/edit/").content.decode()
    assert 'name="facts.closed_and_independent.evidence"' in page
    row = actions.save_draft(
        by=cast.health_cio,
        submission=row,
        version=row.version,
        patch={"facts.closed_and_independent": {"value": "", "evidence": "方案 3.2 节"}},
    )
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert row.state == "submitted"


def test_the_live_panel_alone_counts_as_seen(stories, cast):
    row = stories.draft(document=lacking())
    cast.client("health_cio").post(
        f"/priorities/submissions/{row.reference}/live/",
        {
            "title": row.title,
            "version": row.version,
            **{
                f"facts.{f}.value": "no"
                for f in (
                    "leadership_committed",
                    "business_system",
                    "needs_cross_department_support",
                    "vertical_network",
                    "pure_database",
                    "new_department_machine_room",
                )
            },
            "facts.operators_qualified.value": "yes",
            "facts.technical_environment_ready.value": "yes",
        },
    )
    assert ("", "leadership_committed", "yes") in set(row.shown_advice.values_list("component", "fact", "value"))
