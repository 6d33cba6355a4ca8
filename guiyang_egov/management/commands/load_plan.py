"""`load_plan [--from FOLDER]`: the plan's files → the database, all or nothing, as often as one likes."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from governance import plan_steps as institutions
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.kernel import audit
from governance.kernel.verbs import frame
from governance.models import Plan
from governance.plan import rows
from governance.plan.fixture import FixtureError, read_folder
from governance.plan_steps import Tally
from priorities import steps as priorities
from projects import plan_steps as register

LOADER = 1  # raise it when the steps write something else from the same files


class Command(BaseCommand):
    help = "装入规划（默认 fixtures/，--from 另指文件夹）：只写有变化的行，不改人填过的内容。"
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--from", dest="folder", default=str(settings.PLAN_FOLDER), help="规划文件夹")

    def handle(self, *args, folder: str, **options) -> None:
        try:
            for line in load(Path(folder)):
                self.stdout.write(line)
        except (FixtureError, Refused) as error:
            self.stderr.write(f"{error}。没有装入，数据库未改动。")
            sys.exit(2)


def load(folder: Path) -> list[str]:
    """Load a folder and say in Chinese what was done, a line a table.

    Raises FixtureError (file, row, what is wrong) before anything is written, Refused where another plan stands.
    """
    digest = digest_of(folder)
    if digest and Plan.objects.filter(data__digest=digest).exists():
        return ["规划数据没有变化，没有需要装入的内容。"]
    plan = _read(str(folder), digest)
    with clock.at(_day_of(plan)), frame():
        row, tallies = institutions.load_plan(plan=plan, digest=digest)
        tallies += register.load_plan(plan=plan, row=row)
        tallies += [Tally(table, made) for table, made in priorities.load_plan(plan=plan, folder=folder).items()]
        audit.record(
            by=None,
            event="governance.plan.load",
            sentence=f"装入{plan.title}：" + "；".join(str(t) for t in tallies if t.created or t.updated),
            address="/governance/plan/",
        )
    total = sum((item.estimate_wan for item in plan.items), 0)
    return [
        f"装入{plan.title}（{plan.key}）",
        *map(str, tallies),
        f"核对：项目 {len(plan.items)} 项，合计 {total} 万元；任务 {len(plan.tasks)} 项；疑义 {len(plan.discrepancies)} 条。",
    ]


def digest_of(folder: Path) -> str:
    """One hash over the folder's data and texts; empty where there is no folder."""
    if not folder.is_dir():
        return ""
    whole = hashlib.sha256(f"loader {LOADER}".encode())
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".json", ".txt") and p.is_file()):
        whole.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return whole.hexdigest()


@functools.lru_cache(maxsize=2)
def _read(folder: str, digest: str) -> rows.Plan:
    """The plan in the folder, read once per process for the same bytes."""
    return read_folder(folder)


def _day_of(plan: rows.Plan) -> dt.date:
    """The register opens with the plan's period, so that it can be seen as of any day of it; changes of the plan's
    files are dated when they come."""
    opening = dt.date(plan.period_first_year, 1, 1)
    return clock.today() if Plan.objects.exists() else min(opening, clock.today())
