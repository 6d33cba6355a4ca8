"""What only served its making goes after a while; what the offices decided stays; the trail says how much went."""

from __future__ import annotations

import datetime as dt

import pytest
from axes.models import AccessLog

from governance import actions, jobs
from governance.actions import retention
from governance.basics import clock
from governance.kernel import audit
from governance.models import Document, Job, Letter, OnceKey, StoredFile
from tests.house.test_writes import FRAMES

pytestmark = pytest.mark.django_db

OLD, NEW = dt.timedelta(days=400), dt.timedelta(days=1)


def a_job(ago: dt.timedelta, state: str = "done") -> Job:
    return Job.objects.create(kind="annual_budget", params={}, title="报告", state=state, finished_at=clock.now() - ago)


def test_what_is_old_goes_and_what_is_new_or_still_serves_stays(cast):
    user = cast.user("reviewer")
    for ago in (OLD, NEW):
        OnceKey.objects.create(user_id=1, verb="v", key=str(ago), recorded_at=clock.now() - ago)
        Letter.objects.create(user=user, state="sent", moved_at=clock.now() - ago)
    unsent = Letter.objects.create(user=user, state="failed", moved_at=clock.now() - OLD)
    gone, recent, waiting, origin = a_job(OLD), a_job(NEW), a_job(OLD, "queued"), a_job(OLD)
    file = StoredFile.objects.create(display_name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64)
    Document.objects.create(
        job=origin, kind="annual_budget", title="报告", format="pdf", file=file, snapshot="0", by_text="周敏"
    )

    counts = actions.purge(clock.today())

    assert sum(counts.values()) == 3
    assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, waiting.pk, origin.pk}
    assert not Job.objects.filter(pk=gone.pk).exists()
    assert Letter.objects.filter(pk=unsent.pk).exists()
    assert (Letter.objects.count(), OnceKey.objects.count()) == (2, 1)


def test_the_trail_says_what_went_and_nothing_where_nothing_did(cast):
    before = audit.trail().count()
    actions.purge(clock.today())
    assert audit.trail().count() == before
    a_job(OLD)
    actions.purge(clock.today())
    row = audit.trail().first()
    assert (row.event, row.by_text) == ("governance.retention.purge", "系统")
    assert "没有产生文档的后台任务 1 条" in row.sentence
    assert audit.verify()["ok"]


def test_a_backlog_goes_in_slices(cast, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(3):
        a_job(OLD)
    assert [sum(actions.purge(clock.today()).values()) for _ in range(3)] == [2, 1, 0]


def test_details_of_logins_are_kept_for_half_a_year(db):
    for ago in (182, 184):
        AccessLog.objects.create(username="wang", path_info="/login/")
        AccessLog.objects.filter(pk=AccessLog.objects.latest("pk").pk).update(
            attempt_time=clock.now() - dt.timedelta(days=ago)
        )
    actions.purge(clock.today())
    assert AccessLog.objects.count() == 1


def test_it_is_done_daily_and_named_among_those_who_write_without_a_person():
    assert actions.purge in jobs.kinds.called_daily
    assert "governance/actions/retention.py purge" in FRAMES
