"""`verify_audit`: walk the audit chain; prints `{"rows", "ok", "first_bad"}`, exit 1 where it is broken or open to
change, with the reason on standard error."""

from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand

from governance.database import append_only
from governance.kernel import audit


class Command(BaseCommand):
    help = "核验留痕链：逐条重算摘要，与索引和库外的锚定比较，找出第一条被改动、删除或插入的记录。"

    def handle(self, *args, **options) -> None:
        found = audit.examine()
        self.stdout.write(json.dumps({"rows": found.rows, "ok": found.ok, "first_bad": found.first_bad}))
        if not found.ok:
            self.stderr.write(f"第 {found.first_bad} 条起不符：{found.problem}。")
        if missing := append_only.missing():
            self.stderr.write(f"数据库里缺少不许改动留痕的触发器：{'、'.join(missing)}；请运行 migrate 或从备份恢复。")
        if missing or not found.ok:
            sys.exit(1)
