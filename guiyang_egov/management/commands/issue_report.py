"""`issue_report KIND YEAR --format pdf|xlsx|json --output PATH [--scope KEY]`: the bytes that the page would give.

At once, without broker or worker. Exit 1: refused on its merits; 2: the call cannot be understood.
"""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from governance import jobs
from governance.basics.refusal import Invalid, Refused
from governance.storage import files


class Command(BaseCommand):
    help = "生成一份年度报告并写到文件。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("kind")
        parser.add_argument("year", type=int)
        parser.add_argument("--format", choices=["pdf", "xlsx", "json"], default="pdf")
        parser.add_argument("--output", required=True)
        parser.add_argument("--scope", default="", help="只报一部分：lead:单位编号 或 programme:工程编号")

    def handle(self, *args, kind: str, year: int, output: str, **options) -> None:
        form = options["format"]
        try:
            made = jobs.run_now(kind, {"year": year, "formats": [form], "scope": options["scope"]})
        except Invalid as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(2)
        except Refused as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(2 if refusal.status in (404, 422) else 1)
        try:
            files.write_whole(Path(output), made[0].content)
        except OSError as error:
            self.stderr.write(f"写不了 {output}：{error.strerror}。")
            sys.exit(1)
        self.stderr.write(f"已写 {output}（快照 {made[0].snapshot[:12]}）。")
