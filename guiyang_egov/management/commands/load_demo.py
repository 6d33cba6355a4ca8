"""`load_demo [--remove]`: the demonstration (accounts, a story up to 2007-08-20), embedded mode only; idempotent."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from governance.models import Setting
from governance.plan.entries import FixtureError
from guiyang_egov.demo import loading


class Command(BaseCommand):
    help = "装入或移除演示数据（只在演示方式下）。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--remove", action="store_true", help="移除演示数据，不动规划和人们录入的内容")

    def handle(self, *args, remove: bool, **options) -> None:
        if not settings.EMBEDDED or Setting.objects.filter(key="production").exists():
            self.stderr.write("演示数据只在演示方式下装入；生产数据库不装演示账号。")
            sys.exit(1)
        try:
            self.stdout.write(loading.remove() if remove else loading.load())
        except FixtureError as error:
            self.stderr.write(f"{error}。没有装入，数据库未改动。")
            sys.exit(2)
