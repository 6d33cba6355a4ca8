"""`restore PATH [--force]`: what `backup` wrote, into an empty database and data folder."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from governance.storage import backups


class Command(BaseCommand):
    help = "从备份恢复数据库与文档；数据库不是空的则不动（--force 覆盖）。先停止系统。"
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", help="备份文件；- 为标准输入")
        parser.add_argument("--force", action="store_true", help="覆盖现有的数据库")

    def handle(self, *args, path: str, force: bool, **options) -> None:
        try:
            found = backups.read(Path(path), force=force)
        except backups.CannotBackUp as reason:
            self.stderr.write(str(reason))
            sys.exit(reason.code)
        self.stdout.write(f"已从 {path} 恢复：数据库 1 份，文件 {found.files} 个。")
