"""`import_budget PATH [--commit]`: without --commit a rehearsal. One JSON line a difference, at last the counts.

Exit 0: done; 1: a conflict or a refusal, nothing stored; 2: no safe workbook, one sentence on standard error.
"""

from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand

from budgets.workbook import importing
from governance.basics.refusal import Refused


class Command(BaseCommand):
    help = "导入填好的预算表；不带 --commit 只预演，不写入。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("path")
        parser.add_argument("--commit", action="store_true")

    def handle(self, *args, path: str, commit: bool, **options) -> None:
        try:
            with open(path, "rb") as file:
                content = file.read(importing.LIMITS.file + 1)
        except OSError as error:
            self.stderr.write(f"读不了 {path}：{error.strerror}。")
            sys.exit(2)
        try:
            plan = (importing.commit if commit else importing.rehearse)(content, importing.SYSTEM)
        except importing.UnsafeWorkbook as error:
            self.stderr.write(str(error))
            sys.exit(2)
        except Refused as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(1)
        for difference in plan.differences:
            self._print(difference.line())
        self._print(plan.closing())
        if not plan.clean:
            sys.exit(1)

    def _print(self, line: dict) -> None:
        self.stdout.write(json.dumps(line, ensure_ascii=False))
