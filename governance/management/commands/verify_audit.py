"""`verify_audit`: walk the audit chain; prints `{"rows", "ok", "first_bad"}`, exit 1 where it is broken."""

from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand

from governance.kernel import audit


class Command(BaseCommand):
    help = "核验留痕链：逐条重算摘要，找出第一条被改动、删除或插入的记录。"

    def handle(self, *args, **options) -> None:
        found = audit.verify()
        self.stdout.write(json.dumps(found))
        if not found["ok"]:
            sys.exit(1)
