"""Bulk handling: a rehearsal changes nothing and tells everything, a batch can be undone until it begins, then each
case happens by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.models import AuditRow, Notice
from priorities import actions
from priorities.actions import batches
from priorities.case import settling
from priorities.models import DeskBatch, Submission, Transition
from tests.priorities.stories import small

WHY = settling.bulk_reasons()[0]


@pytest.fixture
def cases(stories, cast):
    """Two plain cases, and one that waits for a decision of the reviewer."""
    rows = [
        stories.submitted(document=small()),
        stories.under_review(document=small()),
        stories.under_review(document=small()),
    ]
    given = [{"fact": f, "value": "yes"} for f in ("narrow_scope", "complex_technology")]
    rows[2] = actions.confirm_facts(by=cast.reviewer, submission=rows[2], version=rows[2].version, facts=given)
    return rows


def planned(cast, cases) -> DeskBatch:
    return actions.plan_batch(
        by=cast.reviewer, act="settle_and_send", items=[(r, r.version) for r in cases], reason=WHY
    )


def later(monkeypatch) -> None:
    """The undo window is over."""
    now = clock.now()
    monkeypatch.setattr(batches.clock, "now", lambda: now + dt.timedelta(seconds=batches.UNDO_S + 1))


def test_a_rehearsal_tells_verdict_blockers_and_mails_and_stores_nothing(cast, cases):
    before = (Notice.objects.count(), AuditRow.objects.count(), Transition.objects.count())
    tried = actions.rehearse(by=cast.reviewer, act="settle_and_send", rows=cases, reason=WHY)
    assert [t.goes for t in tried] == [True, True, False]
    assert (tried[0].outcome, tried[0].conclusion, tried[0].now) == ("优先建设", "列为年度计划候选", "联合会签中")
    assert any(who.startswith("市财政局") and f"请会签 {cases[0].number}" in text for who, text in tried[0].mails)
    assert "8.3.2(2)" in tried[2].sentence
    assert tried[2].blockers
    assert (Notice.objects.count(), AuditRow.objects.count(), Transition.objects.count()) == before
    assert [Submission.objects.get(pk=r.pk).version for r in cases] == [r.version for r in cases]


def test_a_large_case_among_many_stays_in_the_queue_and_names_what_to_waive_apart(stories, cast):
    rows = [stories.submitted(document=small()), stories.submitted()]
    why = f"另有书面材料；{settling.SCAN_LATER}"
    tried = actions.rehearse(by=cast.reviewer, act="settle_and_send", rows=rows, reason=why)
    assert [t.goes for t in tried] == [True, False]
    assert [text for text, _ in tried[1].blockers] == [
        f"{p}要单独写明理由免去" for p in ("网络管理中心意见", "专家组意见", "盖章扫描件")
    ]
    tried = actions.rehearse(by=cast.reviewer, act="settle_and_send", rows=rows, reason=WHY)
    assert "与本件不符" in tried[1].sentence


def test_nothing_happens_and_no_mail_leaves_before_the_window_is_over(cast, cases):
    before = Notice.objects.count()
    planned(cast, cases)
    assert actions.run_due() == 0
    assert Notice.objects.count() == before
    assert not Submission.objects.filter(state="joint_approval").exists()


def test_an_undone_batch_never_happens(cast, cases, monkeypatch):
    batch = planned(cast, cases)
    with pytest.raises(NotVisible):
        actions.undo_batch(by=replace(cast.reviewer, user_id=cast.leader.user_id), batch=batch)
    actions.undo_batch(by=cast.reviewer, batch=batch)
    later(monkeypatch)
    assert actions.run_due() == 0
    assert not Submission.objects.filter(state="joint_approval").exists()
    with pytest.raises(Refused):
        actions.undo_batch(by=cast.reviewer, batch=batch)


def test_then_each_case_happens_by_itself_and_what_was_refused_is_told(cast, cases, monkeypatch):
    batch = planned(cast, cases)
    later(monkeypatch)
    assert actions.run_due() == 1
    assert [i.state for i in batch.items.all()] == ["done", "done", "refused"]
    assert "8.3.2(2)" in batch.items.last().sentence
    assert [Submission.objects.get(pk=r.pk).state for r in cases] == [
        "joint_approval",
        "joint_approval",
        "under_review",
    ]
    assert Notice.objects.get(key=f"desk-batch:{batch.pk}").sentence.endswith("2 件办成，1 件没有办成")
    assert actions.run_due() == 0
    with pytest.raises(Refused):
        actions.undo_batch(by=cast.reviewer, batch=batch)


def test_a_case_that_changed_after_the_rehearsal_is_left_alone(cast, cases, monkeypatch):
    batch = planned(cast, cases[:2])
    cases[1] = actions.settle(by=cast.reviewer, submission=cases[1], version=cases[1].version)
    later(monkeypatch)
    actions.run_due()
    assert [i.state for i in batch.items.all()] == ["done", "refused"]
    assert "已被别人改过" in batch.items.last().sentence


def test_what_a_dead_worker_left_goes_on_and_what_was_done_is_not_done_twice(cast, cases, monkeypatch):
    batch = planned(cast, cases[:2])
    later(monkeypatch)
    first = batch.items.first()
    DeskBatch.objects.filter(pk=batch.pk).update(state="running", started_at=clock.now())
    batches._item(cast.reviewer, batch, first)
    assert actions.run_due() == 0  # its worker may still live
    DeskBatch.objects.filter(pk=batch.pk).update(
        started_at=clock.now() - dt.timedelta(seconds=batches.TAKEN_BACK_AFTER_S + 1)
    )
    assert actions.run_due() == 1
    assert [i.state for i in batch.items.all()] == ["done", "done"]
    assert Transition.objects.filter(submission=cases[0], verb="send").count() == 1


def test_a_batch_says_what_it_lacks(cast, cases):
    for wrong in ({"act": "erase"}, {"act": "settle_and_send", "reason": " "}, {"act": "settle", "items": []}):
        given = {"items": [(cases[0], cases[0].version)], "reason": WHY} | wrong
        with pytest.raises(Invalid):
            actions.plan_batch(by=cast.reviewer, **given)
    with pytest.raises(Refused):
        actions.plan_batch(by=cast.finance, act="settle", items=[(cases[0], 1)])
    assert not DeskBatch.objects.exists()


def test_the_reviewer_goes_from_the_queue_over_the_rehearsal_to_the_result(cast, cases):
    office = cast.client("reviewer")
    queue = office.get("/priorities/desk/").content.decode()
    assert queue.count('name="case"') == 3
    numbers = [r.number for r in cases]
    page = office.post(
        "/priorities/desk/bulk/rehearse/", {"case": [*numbers, "SB2008-999"], "act": "settle_and_send", "reason": WHY}
    )
    text = page.content.decode()
    assert "办理这 2 件" in text
    assert "请会签" in text
    going = [f"{r.number}:{r.version}" for r in cases[:2]]
    answer = office.post("/priorities/desk/bulk/plan/", {"case": going, "act": "settle_and_send", "reason": WHY})
    assert "撤消" in office.get(answer.url).content.decode()
    assert cast.client("office_head").get(answer.url).status_code in (403, 404)
    office.post(answer.url, {"now": "1"})
    assert "2 件办成" in office.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert office.post("/priorities/desk/bulk/rehearse/", {"act": "settle"}).status_code == 422
    assert (
        office.post("/priorities/desk/bulk/plan/", {"act": "settle", "case": ["x", "SB2008-001:1\x00"]}).status_code
        == 422
    )


def test_the_queue_is_filtered_by_kind_verdict_unit_who_is_waited_for_and_due_day(stories, cast):
    stories.under_review()
    stories.submitted(kind="district")
    office = cast.client("reviewer")

    def shown(query: str) -> int:
        return office.get(f"/priorities/desk/?{query}").content.decode().count('name="case"')

    assert shown("") == 2
    assert shown("kind=district") == 1
    assert shown("outcome=priority") + shown("outcome=undetermined") + shown("outcome=ordinary") >= 1
    assert shown("q=社区&unit=市卫生局") == 1
    assert shown("waits=信息办审核人") == 2
    assert shown("due=late") == 0
    assert shown("state=adopted") == 0
    assert shown("kind=x&due=y&sort=z&view=w") == 2
    for sort in ("due", "wan", "unit"):
        assert shown(f"sort={sort}") == 2
