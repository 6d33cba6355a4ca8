"""The one registry: kinds of jobs, schedules, what runs daily. Filled in AppConfig.ready() of the floors above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission, Role, Scope, scope_of
from governance.jobs.progress import Progress


@dataclass(frozen=True)
class Produced:
    """One file that a job made. `format` is unique within the job (pdf, xlsx, json); `pages` None where it has none."""

    format: str
    content: bytes
    name: str
    snapshot: str = ""
    rule_set: str = ""
    engine: str = ""
    pages: int | None = None
    content_type: str = ""


CONTENT_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class JobKind:
    """One kind of job.

    `run(params, progress) -> [Produced]` runs in a child process with the limits below, outside any transaction; a
    Refused is its final answer, anything else is tried again. `clean(params) -> params` raises Invalid (422) before a
    row exists. `may_request(actor, params)` and `may_download(actor, document)` are plain questions. `label(params)`
    is the title on screen. `is_report` puts the kind on the request form with a year and the formats below;
    `parts()` names what it may be limited to, `(key, name)`; `address(params)` is where its notice leads
    (else the documents page). `tells(params)` are the roles that hear of one made on schedule, which nobody asked for.
    """

    key: str
    title: str
    run: Callable[[dict, Progress], list[Produced]]
    may_request: Callable[[object, dict], bool]
    may_download: Callable[[object, object], bool]
    clean: Callable[[dict], dict] = dict
    label: Callable[[dict], str] | None = None
    formats: tuple[str, ...] = ("pdf", "xlsx", "json")
    is_report: bool = True
    parts: Callable[[], list[tuple[str, str]]] | None = None
    address: Callable[[dict], str] | None = None
    tells: Callable[[dict], Iterable[Role]] | None = None
    memory_mib: int = 1536
    wall_s: int = 120
    order: int = 100

    def name(self, params: dict) -> str:
        if self.label:
            return self.label(params)[:200]
        return f"{params['year']} {self.title}"[:200] if params.get("year") else self.title[:200]


_kinds: dict[str, JobKind] = {}
schedules: list[tuple[str, Callable]] = []
called_daily: list[Callable[[dt.date], object]] = []
called_often: list[Callable[[], object]] = []
loaded_before: list[Callable[[], None]] = []


def register(kind: JobKind) -> None:
    """Make a kind known; a second one of the same key replaces the first (a test's own)."""
    _kinds[kind.key] = kind


def find(key: str) -> JobKind:
    """The kind of that key; NotVisible (404) where there is none."""
    if key not in _kinds:
        raise NotVisible("没有这种后台任务。")
    return _kinds[key]


def address_of(job) -> str:
    """Where the notice about a job leads: its kind's own page, else the documents page (a kind that went away too)."""
    kind = _kinds.get(job.kind)
    return kind.address(job.params) if kind and kind.address else "/governance/documents/"


def told_of(job, *, is_done: bool) -> list[Role]:
    """The roles that hear of a job made on schedule: its readers that it is there, who operates jobs that it is not."""
    kind = _kinds.get(job.kind)
    if kind is None or kind.tells is None:
        return []
    return (
        list(kind.tells(job.params))
        if is_done
        else [r for r in Role if scope_of(r, Permission.OPERATE_JOBS) is Scope.CITY]
    )


def kinds_for(actor) -> list[JobKind]:
    """Every kind that the actor may request at all (without params)."""
    return sorted((k for k in _kinds.values() if k.may_request(actor, {})), key=lambda k: (k.order, k.key))


def reports_for(actor) -> list[JobKind]:
    """The kinds of the request form."""
    return [k for k in kinds_for(actor) if k.is_report]


def on_schedule(kind: str, rule: Callable[[dt.date], Iterable[tuple[str, dict]]]) -> None:
    """Let `daily` request a kind: `rule(day)` yields `(period, params)` of everything due by the day.

    Asked again and again; a period is requested once, whatever the number of workers (the job's id follows from kind,
    period and params). No crontab names a date: a worker that slept over the first of the month makes it up.
    """
    if (kind, rule) not in schedules:
        schedules.append((kind, rule))


def on_daily(function: Callable[[dt.date], object]) -> None:
    """Let `daily` call `function(day)`; it must be idempotent."""
    if function not in called_daily:
        called_daily.append(function)


def often(function: Callable[[], object]) -> None:
    """Let the beat call `function()` every 15 seconds; it must be idempotent and quick where nothing is due."""
    if function not in called_often:
        called_often.append(function)


def load_before(function: Callable[[], None]) -> None:
    """Let a warm child process call `function()` before it has an order; a Refused is no harm."""
    if function not in loaded_before:
        loaded_before.append(function)
