"""`load_plan [--from FOLDER]`: a plan into the database, all or nothing; idempotent; never overwrites what people entered."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from governance import audit, verbs
from governance import plan_steps as governance_steps
from governance.models import Plan
from governance.plan.fixture import FixtureError, read_folder
from priorities import steps as priorities_steps
from projects import plan_steps as projects_steps


class Command(BaseCommand):
    help = "把规划（项目、任务、条款、机构、疑义）装入数据库；可反复执行。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--from", dest="folder", default="", help="另一部规划的数据文件夹（格式见 fixtures/README.md）")

    def handle(self, *args, folder: str, **options) -> None:
        try:
            plan = read_folder(Path(folder) if folder else settings.PLAN_FOLDER)
        except (FixtureError, OSError) as error:
            self.stderr.write(str(error))
            sys.exit(2)
        other = Plan.objects.exclude(key=plan.key).first()
        if not folder and other and not Plan.objects.filter(key=plan.key).exists():
            self.stdout.write(f"库里装的是{other.title}，保持不变。")
            return
        tally = governance_steps.Tally()
        with verbs.frame():
            stored = governance_steps.load(plan=plan, tally=tally)
            projects_steps.load(plan=plan, stored=stored, tally=tally)
            made = priorities_steps.load_plan(plan=plan)
            changed = {t: n for t, n in tally.rows.items() if n[0] or n[1]}
            if changed or any(made.values()):
                words = "、".join(f"{t} 新增 {n[0]} 改 {n[1]}" for t, n in changed.items())
                audit.record(by=None, event="governance.plan.load", about=(), sentence=f"装入{plan.title}：{words}")
        self.stdout.write(f"{plan.title}")
        for table, (created, updated, same) in tally.rows.items():
            self.stdout.write(f"  {table}：新增 {created}，更新 {updated}，不变 {same}")
        for table, created in made.items():
            self.stdout.write(f"  {table}：新增 {created}")
