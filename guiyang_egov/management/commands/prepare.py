"""`prepare`: the database made ready for this version of the program, before its processes start."""

import sys

from django.core.management.base import BaseCommand

from guiyang_egov.runtime import prepare


class Command(BaseCommand):
    help = "备好数据库：升级（之前先备份一份）、装入规划。正式方式下由 docker compose 或 systemd 在启动前执行。"
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        try:
            prepare.database(serving=True)
        except prepare.CannotPrepare as reason:
            self.stderr.write(str(reason))
            sys.exit(1)
        self.stderr.write("数据库已备好。")
