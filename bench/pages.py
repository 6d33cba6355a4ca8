"""Home, portfolio, search and the past with many projects under way, beside the same pages with the plan's 27:

    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench .venv/bin/python bench/pages.py [ROWS]

It makes a database of its own (test_…) and takes it away. Every project has a row of history and an entry of money;
printed are median milliseconds of whole answers.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import time

import register  # sets Django up; filled registers are its own
from django.db import connection
from django.test import Client

from budgets.models import BudgetLine, Entry
from projects.models import Project, ProjectLead

ROWS, TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000, 3
DAY, MOMENT = dt.date(2007, 1, 1), dt.datetime(2007, 1, 1, tzinfo=dt.UTC)
PAGES = {
    "home": "/",
    "portfolio": "/projects/",
    "as of a day": "/projects/as-of/?day=2007-06-30",
    "as of, one state": "/projects/as-of/?day=2007-06-30&state=building",
    "as of, a project": "/projects/as-of/?day=2007-06-30&code=P04",
    "as of, money": "/projects/as-of/?day=2007-06-30&part=lines",
    "two days": "/projects/compare/?from=2006-12-31&to=2007-06-30",
    "search 1 character": "/search/?q=卫",
    "search 2": "/search/?q=卫生",
    "search 3": "/search/?q=卫生综",
    "search two words": "/search/?q=项目 99",
    "search a code": "/search/?q=N2002-007",
    "search everything": "/search/?q=项目",
    "search nothing": "/search/?q=查无此项",
}


def remember() -> None:
    """The history and the money that a verb would have left."""
    for model in (Project, ProjectLead):
        past = model.history.model
        names = [
            f.attname
            for f in past._meta.concrete_fields
            if f.attname in {c.attname for c in model._meta.concrete_fields}
        ]
        made = model.objects.exclude(pk__in=past.objects.values("id")).order_by("pk")
        for start in range(0, made.count(), 5_000):
            rows = [
                past(history_date=MOMENT, history_type="+", day=DAY, **{n: getattr(r, n) for n in names})
                for r in made[:5_000]
            ]
            past.objects.bulk_create(rows)
            print(f"{past.__name__} {start + len(rows):,}", end="\r", file=sys.stderr)
    lines = BudgetLine.objects.bulk_create(
        [
            BudgetLine(project=p, fiscal_year=2007, source="city", approved_wan=p.estimate_wan)
            for p in Project.objects.filter(plan_item=None)
        ],
        5_000,
    )
    Entry.objects.bulk_create(
        [
            Entry(
                line=n,
                stage="approved",
                amount_wan=n.approved_wan,
                kind="initial",
                day=DAY,
                document_number="筑财预〔2007〕13号",
            )
            for n in lines
        ],
        5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(client: Client) -> dict[str, tuple[float, int]]:
    """Median milliseconds and bytes of each page."""
    found = {}
    for name, address in PAGES.items():
        times = []
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        found[name] = statistics.median(times), len(answer.content)
    return found


def main() -> None:
    with register.house() as client:
        client.get("/")
        few = measure(client)
        register.fill(27, ROWS)
        remember()
        client.get("/")
        many = measure(client)
        print(f"{connection.vendor}, 27 and {Project.objects.count():,} projects, median of {TIMES}")
        for name, (ms, size) in many.items():
            print(f"{name:20} {few[name][0]:8.0f} ms {ms:8.0f} ms {size / 1024:8.0f} KiB")


if __name__ == "__main__":
    main()
