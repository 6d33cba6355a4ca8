"""`archive_year YEAR PATH`: a year that is over as one zip. Exit 1: it cannot be written; 2: refused."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from governance.basics.refusal import Refused
from governance.storage import files
from guiyang_egov.runtime import archive


class Command(BaseCommand):
    help = "把已结束的一年归档为一个 zip：各种年度报告、预算表、留痕和摘要，不靠本系统也能读。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("path")

    def handle(self, *args, year: int, path: str, **options) -> None:
        try:
            content = archive.of(year)
            files.write_whole(Path(path), content)
        except Refused as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(2)
        except OSError as error:
            self.stderr.write(f"写不了 {path}：{error.strerror}。")
            sys.exit(1)
        self.stdout.write(f"已归档 {year} 年到 {path}：{len(content):,} 字节。")
