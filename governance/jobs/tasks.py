"""Celery's side of the jobs: one task carries every job, the beat asks for `reconcile` and `daily`."""

from __future__ import annotations

from celery import shared_task
from celery.signals import after_task_publish, beat_init, celeryd_init, heartbeat_sent, worker_ready
from django.contrib.sessions.backends.db import SessionStore

from governance import jobs
from governance.basics import clock
from governance.jobs import heart
from governance.jobs.bell import queue_name
from governance.jobs.worker import warm_up
from governance.notices import mail


@shared_task(name="governance.tasks.run", acks_late=True, ignore_result=True)
def run(job_id: str) -> str:
    """Do one job, if it still waits; a bell that rings twice does nothing."""
    return jobs.perform(job_id, keeps_spare=True)


@shared_task(name="governance.tasks.reconcile", ignore_result=True)
def reconcile() -> dict[str, int]:
    """Take back what a dead worker held, ring again for what waits; then what the apps do often."""
    counts = jobs.reconcile()
    jobs.tick()
    return counts


@shared_task(name="governance.tasks.daily", ignore_result=True)
def daily() -> dict[str, str]:
    """Everything that is due on the business day; asked often, done once. Sweeps files that no row knows and sessions
    that have ended."""
    failed = jobs.daily(clock.today())
    jobs.sweep()
    SessionStore.clear_expired()
    return failed


@shared_task(name="governance.tasks.post", ignore_result=True)
def post() -> dict[str, int]:
    """Send what committed notices have to be sent by e-mail."""
    return mail.post()


def _use_own_queue(conf) -> None:
    """This database's queue, for what is listened to and for what the beat sends."""
    conf.task_default_queue = queue_name()


@celeryd_init.connect(weak=False)
def _before_worker(conf=None, **kwargs) -> None:
    _use_own_queue(conf)
    heartbeat_sent.connect(heart.turned, weak=False)  # from the consumer's own loop


@beat_init.connect(weak=False)
def _before_beat(sender=None, **kwargs) -> None:
    _use_own_queue(sender.app.conf)
    after_task_publish.connect(heart.turned, weak=False)
    heart.start("beat", works_by_itself=False)


@worker_ready.connect(weak=False)
def _worker_is_there(**kwargs) -> None:
    heart.start("worker", works_by_itself=False)
    warm_up()
    jobs.reconcile()
