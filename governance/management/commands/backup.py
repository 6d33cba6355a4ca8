"""`backup PATH`: database and documents in one tar file; `backup -` sends it out."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from governance.storage import backups


class Command(BaseCommand):
    help = "把数据库与文档备份到一个 tar 文件（系统运行时也可以做）；不含密钥。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", help="备份文件，如 guiyang.tar；- 为标准输出")

    def handle(self, *args, path: str, **options) -> None:
        try:
            found = backups.write(Path(path))
        except backups.CannotBackUp as reason:
            self.stderr.write(str(reason))
            sys.exit(reason.code)
        said = self.stderr if path == "-" else self.stdout
        said.write(f"已备份到 {path}：数据库 1 份，文件 {found.files} 个，共 {found.size:,} 字节，摘要 {found.sha256}")
        if found.missing:
            self.stderr.write(
                f"有 {len(found.missing)} 个文件只有登记、没有内容，备份里也没有：{'、'.join(found.missing[:5])}"
            )
            sys.exit(1)
