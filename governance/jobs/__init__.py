"""Background jobs. The database row is the queue of record (governance.models.Job); the broker is only a doorbell.

    jobs.register(JobKind("annual_budget", "年度预算报告", run, …))      in AppConfig.ready()
    jobs.on_schedule("annual_budget", rule), jobs.on_daily(function)     likewise
    actions.request_job(by=actor, kind="annual_budget", params={…})      a verb; queue.enqueue inside another verb
    jobs.run_now("annual_budget", {…}, by=None)                          at once, no row, no broker

A worker claims a row with an owner token and a lease (queue), lets a child process with limits do it (worker, child),
and finishes it conditionally: one file, one notice, whatever is killed when.
"""

from governance.jobs.beat import daily, tick
from governance.jobs.bell import ring
from governance.jobs.kinds import (
    JobKind,
    Produced,
    find,
    kinds_for,
    load_before,
    often,
    on_daily,
    on_schedule,
    register,
    reports_for,
)
from governance.jobs.progress import Progress
from governance.jobs.queue import LEASE_S, MAX_ATTEMPTS, claim, reconcile
from governance.jobs.sweeper import sweep
from governance.jobs.worker import perform, run_now

__all__ = [
    "LEASE_S",
    "MAX_ATTEMPTS",
    "JobKind",
    "Produced",
    "Progress",
    "claim",
    "daily",
    "find",
    "kinds_for",
    "load_before",
    "often",
    "on_daily",
    "on_schedule",
    "perform",
    "reconcile",
    "register",
    "reports_for",
    "ring",
    "run_now",
    "sweep",
    "tick",
]
