"""`export_budget YEAR|all PATH`: the budget workbook, as the page gives it. Exit 2: the call cannot be understood."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from budgets.workbook import export
from budgets.workbook.importing import SYSTEM
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.storage import files


class Command(BaseCommand):
    help = "导出一个年度（或 all）的预算表为 .xlsx。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("scope", metavar="YEAR|all")
        parser.add_argument("path")

    def handle(self, *args, scope: str, path: str, **options) -> None:
        wanted: int | str = int(scope) if scope.isascii() and scope.isdigit() and len(scope) < 6 else scope
        try:
            content, _ = export.export(wanted, SYSTEM, clock.today())
        except Refused as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(2)
        try:
            files.write_whole(Path(path), content)
        except OSError as error:
            self.stderr.write(f"写不了 {path}：{error.strerror}。")
            sys.exit(2)
        self.stderr.write(f"已写 {path}。")
