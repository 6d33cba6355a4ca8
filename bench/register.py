"""The project list at 100,000 projects against the same page at 1,000, on PostgreSQL:

    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench .venv/bin/python bench/register.py [ROWS]

It makes a database of its own (test_…) and takes it away. Printed: median milliseconds of whole answers (rows, leads,
money, pictures, template) at both sizes and their ratio; the target is 1.3.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")
os.environ.setdefault("GUIYANG_MODE", "embedded")
os.environ.setdefault("GUIYANG_TODAY", "2007-08-20")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import get_runner, setup_test_environment  # noqa: E402

from budgets.models import ProjectYear  # noqa: E402
from governance.basics.text import search_text  # noqa: E402
from governance.models import Organisation  # noqa: E402
from projects.models import ProgressReport, Project, ProjectLead  # noqa: E402

SMALL, ROWS, TIMES, TARGET = 1_000, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, 5, 1.3
PAGES = {
    "first page": "/projects/",
    "by estimate": "/projects/?sort=-estimate",
    "by end": "/projects/?sort=end",
    "by state": "/projects/?sort=state",
    "one state": "/projects/?state=building",
}


def fill(first: int, last: int) -> None:
    """Projects of 2007 on, each with two leads and a year of money; every fifth has reported."""
    chance = random.Random(first)
    units = list(Organisation.objects.filter(canonical=None, is_generic=False)[:40])
    day = dt.date(2007, 1, 1)
    for start in range(first, last, 5_000):
        made = [
            Project(
                code=f"N{2000 + n // 1000:04d}-{n % 1000:03d}",
                name=f"项目{n}",
                origin="annual_plan",
                registered_on=day,
                order=1000 + n,
                state=chance.choice(["approved", "procurement", "building", "trial", "operating"]),
                start=day,
                end=dt.date(2008, 12, 31),
                latest_start=day,
                latest_end=dt.date(2008, 1, 1) + dt.timedelta(days=chance.randrange(900)),
                estimate_wan=Decimal(chance.randrange(100, 90_000)) / 100,
                percent=chance.randrange(101),
                search_text=search_text(f"项目{n}"),
            )
            for n in range(start, min(start + 5_000, last))
        ]
        made = Project.objects.bulk_create(made)
        ProjectLead.objects.bulk_create(
            ProjectLead(project=p, order=k, as_named=u.name, organisation=u)
            for p in made
            for k, u in enumerate(chance.sample(units, 2), 1)
        )
        ProjectYear.objects.bulk_create(
            ProjectYear(project=p, fiscal_year=2007, approved_wan=p.estimate_wan, spent_wan=Decimal(1)) for p in made
        )
        ProgressReport.objects.bulk_create(
            ProgressReport(
                project=p,
                period="2007H1",
                period_end=dt.date(2007, 6, 30),
                percent=p.percent,
                done_text="进行",
                self_rating="normal",
                organisation=units[0],
                by_text="甲",
            )
            for p in made[::5]
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(client: Client) -> dict[str, float]:
    """Median milliseconds a page, and the page in the middle of the list."""
    middle = Project.objects.order_by("order", "pk")[Project.objects.count() // 2]
    pages = PAGES | {"in the middle": f"/projects/?after={middle.order}~{middle.order}~{middle.pk}"}
    found: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(TIMES):
        for name, address in pages.items():
            start = time.perf_counter()
            answer = client.get(address)
            found[name].append((time.perf_counter() - start) * 1000)
            if answer.status_code != 200 or len(answer.context["rows"]) == 0:
                raise SystemExit(f"{address}: {answer.status_code}")
    return {name: statistics.median(times) for name, times in found.items()}


@contextmanager
def house() -> Iterator[Client]:
    """A database of the bench's own with the plan in it; gives the reviewer's browser."""
    from guiyang_egov.demo.accounts import create_accounts

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        call_command("load_plan", stdout=io.StringIO())
        client = Client()
        client.force_login(create_accounts()["demo-reviewer"], backend="governance.people.backends.AppointedBackend")
        yield client
    finally:
        connection.close()
        runner.teardown_databases(databases)


def main() -> None:
    with house() as client:
        fill(27, SMALL)
        client.get("/projects/")
        small = measure(client)
        fill(SMALL, ROWS)
        client.get("/projects/")
        large = measure(client)
        start = time.perf_counter()
        client.get("/projects/?part=totals", headers={"HX-Request": "true"})
        apart = (time.perf_counter() - start) * 1000
        print(f"{connection.vendor}, {SMALL:,} and {Project.objects.count():,} projects, {TIMES} times each")
        for name in small:
            ratio = large[name] / small[name]
            print(
                f"{name:16} {small[name]:8.1f} ms {large[name]:8.1f} ms  "
                f"ratio {ratio:.2f} {'' if ratio <= TARGET else 'ABOVE ' + str(TARGET)}"
            )
        print(f"closing lines of the large register, asked for apart: {apart:.0f} ms")


if __name__ == "__main__":
    main()
