"""The rows of the queue: claimed once, kept alive, ended once, cancelled, retried, scheduled."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
import time
import uuid

import pytest
from django.conf import settings

from governance import actions, jobs
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.basics.roles import Permission
from governance.jobs import bell, kinds, queue, worker
from governance.kernel.verbs import frame
from governance.models import AuditRow, Document, Job, Notice, StoredFile
from tests.governance.drill.kinds import ALL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def drill(monkeypatch, media):
    """The drill's kinds beside the product's, and a bell that writes down for whom it rings."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(kinds, "schedules", [])
    monkeypatch.setattr(kinds, "called_daily", [])
    for each in ALL:
        jobs.register(each)
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda pk: rung.append(str(pk)))
    return rung


def asked(cast, kind="good", by=None, **params):
    return actions.request_job(by=by or cast.reviewer, kind=kind, params=params)


def past(job):
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - dt.timedelta(seconds=5))


def test_a_requested_job_waits_and_is_rung_for(cast, drill):
    job = asked(cast)
    assert (job.state, drill) == ("queued", [str(job.pk)])
    assert AuditRow.objects.filter(event="governance.job.request", ok=True).count() == 1


def test_a_job_done_leaves_one_file_one_document_and_one_notice(cast, media):
    job = asked(cast, n=7)
    assert jobs.perform(job.pk) == "done"
    document = Document.objects.get(job=job)
    assert (media / "files" / str(document.file_id)[:2] / str(document.file_id)).read_text() == "内容 7"
    assert document.file.sha256
    assert document.format == "txt"
    assert document.engine == "drill"
    assert Notice.objects.filter(user_id=cast.reviewer.user_id, key=f"job:{job.pk}:done").count() == 1
    assert not list(media.rglob("*.part"))


def test_of_two_claims_one_wins(cast):
    job = asked(cast)
    first, second = queue.claim(job.pk), queue.claim(job.pk)
    assert first.owner
    assert first.attempts == 1
    assert second is None


def test_a_job_done_is_not_done_again_when_the_bell_rings_twice(cast):
    job = asked(cast)
    assert [jobs.perform(job.pk), jobs.perform(job.pk)] == ["done", ""]
    assert Document.objects.count() == 1


def test_who_lost_his_lease_neither_beats_nor_finishes_nor_fails(cast):
    job = asked(cast)
    slow = queue.claim(job.pk)
    past(job)
    assert jobs.reconcile()["returned"] == 1
    quick = queue.claim(job.pk)
    assert queue.beat(slow, 50, "还在") == "lost"
    assert queue.finish(slow, [], lambda: pytest.fail("no file may be put in place")) is False
    assert queue.fail(slow, "坏了", is_final=True) is False
    assert queue.beat(quick, 50, "第二个") == "go"
    assert Job.objects.get(pk=job.pk).doing == "第二个"


def test_files_of_a_lost_lease_are_taken_away(cast, media, monkeypatch):
    job = asked(cast)
    monkeypatch.setattr(queue, "finish", lambda *args: False)
    assert jobs.perform(job.pk) == ""
    assert [p for p in media.rglob("*") if p.is_file()] == []


def test_a_lease_that_ended_three_times_fails_with_a_reason_and_a_notice(cast):
    job = asked(cast)
    for _ in range(3):
        assert queue.claim(job.pk) is not None
        past(job)
        counts = jobs.reconcile()
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.attempts, counts["failed"]) == ("failed", 3, 1)
    assert "连续三次中断" in row.error
    assert Notice.objects.filter(user_id=cast.reviewer.user_id).count() == 1


def test_a_live_lease_is_left_alone(cast):
    job = asked(cast)
    queue.claim(job.pk)
    assert jobs.reconcile() == {"returned": 0, "failed": 0, "cancelled": 0, "rung": 0}


def test_a_refusal_is_final_and_its_sentence_is_shown(cast):
    job = asked(cast, "refusing")
    assert jobs.perform(job.pk) == "failed"
    row = Job.objects.get(pk=job.pk)
    assert row.error == "缺少 2007 年的收入数，请财政局补填（9.6.1）。"
    assert row.attempts == 1


def test_a_crash_is_tried_three_times_and_its_text_stays_in_the_log(cast, caplog):
    job = asked(cast, "broken")
    assert [jobs.perform(job.pk) for _ in range(4)] == ["queued", "queued", "failed", ""]
    row = Job.objects.get(pk=job.pk)
    assert row.attempts == 3
    assert "/secret" not in row.error
    assert "/secret/path" in caplog.text


def test_only_rows_that_wait_longer_than_half_a_minute_are_rung_for_again(cast, drill):
    old, new = asked(cast), asked(cast)
    for job, seconds in ((old, 31), (new, 20)):
        Job.objects.filter(pk=job.pk).update(recorded_at=clock.now() - dt.timedelta(seconds=seconds))
    drill.clear()
    assert jobs.reconcile()["rung"] == 1
    assert drill == [str(old.pk)]


def test_a_waiting_job_is_cancelled_at_once(cast):
    job = asked(cast)
    actions.cancel_job(by=cast.reviewer, job=job)
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert jobs.perform(job.pk) == ""


def test_a_running_job_notices_that_it_was_cancelled(cast):
    job = asked(cast)
    held = queue.claim(job.pk)
    actions.cancel_job(by=cast.reviewer, job=job)
    assert queue.beat(held, 10, "") == "cancel"
    assert queue.finish(held, [], lambda: None) is False, "cancelled between the last beat and the end"
    queue.give_up(held)
    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_a_cancelled_job_of_a_dead_worker_ends_with_its_lease(cast):
    job = asked(cast)
    queue.claim(job.pk)
    actions.cancel_job(by=cast.reviewer, job=job)
    past(job)
    assert jobs.reconcile()["cancelled"] == 1


def test_a_failed_job_may_be_retried_and_then_has_three_attempts(cast, drill):
    job = asked(cast, "refusing")
    jobs.perform(job.pk)
    drill.clear()
    actions.retry_job(by=cast.reviewer, job=job)
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.attempts, row.error, drill) == ("queued", 0, "", [str(job.pk)])


@pytest.mark.parametrize("state", ["done", "running", "queued"])
def test_only_what_failed_or_was_cancelled_may_be_retried(cast, state):
    job = asked(cast)
    Job.objects.filter(pk=job.pk).update(state=state)
    with pytest.raises(Refused, match="不能重试"):
        actions.retry_job(by=cast.reviewer, job=job)


def test_another_ones_job_is_invisible_but_for_the_operator(cast):
    job = asked(cast, by=cast.finance)
    for verb in (actions.cancel_job, actions.retry_job):
        with pytest.raises(NotVisible):
            verb(by=cast.ndrc, job=job)
    actions.cancel_job(by=cast.reviewer, job=job)
    assert cast.reviewer.scope(Permission.OPERATE_JOBS)


def test_who_may_not_request_a_kind_is_told_who_may(cast, monkeypatch):
    jobs.register(jobs.JobKind("closed", "内部任务", ALL[0].run, lambda a, p: False, lambda a, d: False))
    with pytest.raises(WrongRole, match="财政局"):
        asked(cast, "closed")
    assert Job.objects.count() == 0


def test_an_unknown_kind_is_not_there(cast):
    with pytest.raises(NotVisible):
        asked(cast, "no-such-kind")


def test_bad_params_are_refused_before_a_row_exists(cast):
    def clean(params):
        raise Invalid("年度不对。", fields={"year": ["选一年"]})

    jobs.register(jobs.JobKind("strict", "严格", ALL[0].run, lambda a, p: True, lambda a, d: True, clean=clean))
    with pytest.raises(Invalid):
        asked(cast, "strict")
    assert Job.objects.count() == 0


def test_a_kind_that_went_away_fails_its_waiting_rows(cast):
    job = asked(cast)
    kinds._kinds.pop("good")
    assert jobs.perform(job.pk) == "failed"


def test_now_gives_what_the_job_gives_without_a_row():
    made = jobs.run_now("good", {"n": 3})
    assert made[0].content.decode() == "内容 3"
    assert Job.objects.count() == 0


# --- schedule and daily --------------------------------------------------------------------------------------------


def monthly(day):
    yield f"{day:%Y-%m}", {"n": day.year}


def test_a_period_is_requested_once_however_often_it_is_asked_for(db):
    jobs.on_schedule("good", monthly)
    for day in (1, 1, 20):
        assert jobs.daily(dt.date(2007, 8, day)) == {}
    assert Job.objects.filter(on_schedule=True).count() == 1
    jobs.daily(dt.date(2007, 9, 3))
    assert Job.objects.filter(on_schedule=True).count() == 2


def test_a_scheduled_job_is_nobodys_and_tells_nobody(db):
    jobs.on_schedule("good", monthly)
    jobs.daily(dt.date(2007, 8, 1))
    job = Job.objects.get()
    assert jobs.perform(job.pk) == "done"
    assert job.requested_by is None
    assert Notice.objects.count() == 0


def test_what_fails_daily_does_not_stop_the_others(caplog):
    seen = []

    def bad(day):
        raise RuntimeError("boom")

    def fine(day):
        seen.append(day)

    jobs.on_daily(bad)
    jobs.on_daily(fine)
    jobs.on_daily(fine)
    failed = jobs.daily(dt.date(2007, 8, 20))
    assert list(failed.values()) == ["RuntimeError"]
    assert seen == [dt.date(2007, 8, 20)]


# --- sweeper -------------------------------------------------------------------------------------------------------


def test_the_sweeper_takes_old_files_without_a_row_and_nothing_else(cast, media):
    job = asked(cast)
    jobs.perform(job.pk)
    kept = worker._place_of(StoredFile.objects.get().pk)
    orphan, part, fresh = kept.parent / str(uuid.uuid4()), media / "files" / "x.part", media / "files" / "y.part"
    for path in (orphan, part, fresh):
        path.write_bytes(b"x")
    for path in (kept, orphan, part):
        os.utime(path, (time.time() - 7200,) * 2)
    assert jobs.sweep() == 2
    assert kept.exists()
    assert fresh.exists()
    assert not orphan.exists()
    assert not part.exists()


def test_sweeping_nothing_is_fine():
    assert jobs.sweep() == 0


# --- the bell ------------------------------------------------------------------------------------------------------


@pytest.fixture
def real_bell(monkeypatch):
    """The real bell with a sender of the test's own."""
    monkeypatch.undo()
    sent, gate = [], threading.Event()
    monkeypatch.setattr(bell, "_state", {"pid": 0, "queue": None, "resting_until": 0.0})
    monkeypatch.setattr(bell, "_prefixes", {})
    return sent, gate, monkeypatch


def wait_for(claim, seconds=5.0):
    end = time.monotonic() + seconds
    while not (held := claim()) and time.monotonic() < end:
        time.sleep(0.01)
    return held


def test_the_bell_rings_after_the_commit_and_not_before(real_bell, django_capture_on_commit_callbacks):
    sent, _, patch = real_bell
    patch.setattr(bell, "_send", lambda name, pk: sent.append((name, pk)))
    with django_capture_on_commit_callbacks(execute=True), frame():
        bell.ring("a")
        assert sent == []
    assert wait_for(lambda: sent)
    assert sent[0][1] == "a"
    assert sent[0][0].endswith(".jobs")


def test_a_rolled_back_request_rings_for_nobody(real_bell, django_capture_on_commit_callbacks):
    sent, _, patch = real_bell
    patch.setattr(bell, "_send", lambda name, pk: sent.append(pk))

    def refused():
        with frame():
            bell.ring("a")
            raise Refused("不行。")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused):
        refused()
    time.sleep(0.05)
    assert sent == []


def test_a_hanging_broker_costs_the_request_nothing(real_bell, django_capture_on_commit_callbacks):
    sent, gate, patch = real_bell
    patch.setattr(bell, "_send", lambda name, pk: sent.append(gate.wait(5)))
    start = time.perf_counter()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(50):
            bell.ring("a")
    assert time.perf_counter() - start < 0.5
    gate.set()
    assert wait_for(lambda: len(sent) == 50)  # its thread has nothing left that the next test's sender would hear


def test_after_a_failure_the_bell_rests(real_bell, django_capture_on_commit_callbacks):
    sent, _, patch = real_bell

    def refuse(name, pk):
        sent.append(pk)
        raise ConnectionError

    patch.setattr(bell, "_send", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring("a")
    assert wait_for(bell.is_resting)
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring("b")
    time.sleep(0.1)
    assert sent == ["a"]


def test_two_databases_have_two_queues(db, monkeypatch):
    monkeypatch.setattr(bell, "_prefixes", {})
    first = bell.queue_name()
    assert bell.queue_name() == first
    from governance.models import Setting

    Setting.objects.filter(key="queue_prefix").delete()
    bell._prefixes.clear()
    assert bell.queue_name() != first


def test_nothing_but_the_bell_sends_to_the_broker():
    root = settings.BASE_DIR
    assert (root / "governance/jobs/bell.py").exists()
    for app in ("governance", "projects", "budgets", "priorities", "guiyang_egov"):
        for path in (root / app).rglob("*.py"):
            text = path.read_text()
            if path.name != "bell.py":
                assert not any(call in text for call in (".apply_async(", ".delay(", "send_task(")), path


def test_the_worker_knows_every_task_that_the_beat_and_the_bell_send_by_name():
    from guiyang_egov.celery import app

    app.loader.import_default_modules()
    asked = {"governance.tasks.run", *(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())}
    assert asked <= set(app.tasks)


def test_a_command_rings_the_broker_of_the_settings_too():
    """A process that no server started knows the application all the same: not the default one on localhost."""
    asks = "import django; django.setup(); from celery import current_app as a; print(a.main, a.conf.broker_url)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "guiyang_egov.settings", "PYTHONPATH": str(settings.BASE_DIR)}
    done = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["guiyang_egov", settings.CELERY_BROKER_URL], done.stderr
