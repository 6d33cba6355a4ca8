"""`first_run --template BOOK.xlsx`, `first_run BOOK… --as USER [--register]`: the office's beginning by workbook."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from governance.basics.refusal import Invalid, Refused
from governance.kernel import access
from governance.models import User
from guiyang_egov.first_run import importing


class Command(BaseCommand):
    help = "用工作簿或 CSV 导入人员、任职、单位、机构席位、申报窗口、财政收入和年度上限；不加 --register 只预演。"
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("books", nargs="*", help="工作簿 .xlsx，或以表名命名的 .csv，如 人员.csv")
        parser.add_argument("--template", help="写出空白工作簿到这个路径")
        parser.add_argument("--as", dest="username", help="以谁的名义导入（用户名）；只导入他的角色可以办的表")
        parser.add_argument("--register", action="store_true", help="预演无误后登记")

    def handle(self, *args, books, template, username, register, **options) -> None:
        try:
            if template:
                Path(template).write_bytes(importing.template())
                self.stdout.write(f"已写出空白工作簿 {template}；带 * 的列必填，不用的表可以留空。")
                return
            self._bring(books, username, register)
        except (Refused, OSError) as reason:
            self.stderr.write(f"{reason}没有登记任何内容。")
            sys.exit(2)

    def _bring(self, books: list[str], username: str | None, register: bool) -> None:
        if not books or not username:
            raise Invalid("请写明工作簿，并用 --as 写明以谁的名义导入；空白工作簿用 --template 路径。")
        user = User.objects.filter(username=username, is_active=True).first()
        actor = access.actor_for(user) if user else None
        if actor is None:
            raise Invalid(f"没有在任的账号“{username}”。")
        tables = {name: rows for book in books for name, rows in importing.read(Path(book)).items()}
        outcome = importing.bring(tables, actor, registers=register)
        for sheet, number, words in outcome.done:
            self.stdout.write(f"{sheet} 第 {number} 行 {words if register or '密码' not in words else '可以建立'}")
        for line in outcome.others:
            self.stderr.write(f"没有导入：{line}。")
        for sheet, number, sentence in outcome.refused:
            self.stderr.write(f"{sheet} 第 {number} 行：{sentence}")
        if outcome.refused:
            self.stderr.write(f"有 {len(outcome.refused)} 行不能登记，整本都没有登记；改好后再导入。")
            sys.exit(1)
        count = len(outcome.done)
        self.stderr.write(f"已登记 {count} 行。" if register else f"预演 {count} 行都可以登记；加 --register 登记。")
