"""The background job 重新判定: everything again under a rule set in force, with progress and a list of who flipped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from governance import jobs
from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.jobs.progress import Progress
from governance.workbooks.writer import Book
from priorities.labels import OUTCOMES
from priorities.models import RuleSetRecord
from priorities.rescreening import dry_run, sweep
from priorities.rule_sets import repository

KEY = "rescreen"
READERS = (Permission.SCREEN, Permission.ADOPT_RULE_SET, Permission.READ_AUDIT)


def clean(params: dict) -> dict:
    """`{"rule_set": id}` of an adopted rule set."""
    key = str(params.get("rule_set", ""))[:60]
    if not RuleSetRecord.objects.filter(key=key, state="in_force").exists():
        raise Invalid("只能按已审定的规则集重新判定。", fields={"rule_set": ["请选择已审定的规则集"]})
    return {"rule_set": key}


def run(params: dict, progress: Progress) -> list[jobs.Produced]:
    """Screen everything again; the workbook lists who flipped."""
    rules = repository.by_key(params["rule_set"])
    row = sweep.run(rules, tell=lambda done, of: progress.step(done, of, f"已判 {done} / {of} 件"))
    book = Book()
    dry_run.sheet(
        book,
        "改判",
        ("编号", "由", "改为", "因条款", "万元"),
        [
            (f.reference, OUTCOMES[f.was], OUTCOMES[f.now], "、".join(f.clauses) or "效力次序", f.amount_wan)
            for f in sweep.lines(row)
        ],
        total=True,
    )
    day = clock.today()
    content = book.content(day=day, title=f"按 {rules.id} 重新判定")
    return [jobs.Produced("xlsx", content, f"{rules.id}-{day}.xlsx", rule_set=rules.id)]


def due(day: dt.date) -> Iterator[tuple[str, dict]]:
    """Each rule set that took over from the plan's own, once, from its first day on."""
    for row in RuleSetRecord.objects.filter(state="in_force", from_day__lte=day, meeting__isnull=False).order_by(
        "from_day"
    ):
        if row.to_day is None or day < row.to_day:
            yield f"{row.key}:{row.from_day}", {"rule_set": row.key}


def register() -> None:
    """Make the kind known and let `daily` request it."""
    jobs.register(
        jobs.JobKind(
            KEY,
            "重新判定",
            run,
            clean=clean,
            is_report=False,
            formats=("xlsx",),
            wall_s=1800,
            order=60,
            label=lambda params: f"按规则集 {params.get('rule_set', '')} 重新判定",
            may_request=lambda actor, params: actor.scope(Permission.SCREEN) is not None,
            may_download=lambda actor, document: any(actor.scope(asked) for asked in READERS),
        )
    )
    jobs.on_schedule(KEY, due)
