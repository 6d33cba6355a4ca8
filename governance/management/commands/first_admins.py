"""`first_admins [FILE] [--unit UNIT]`: the three administrators of a new database, asked for or from a CSV file."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from governance import actions
from governance.actions.first_administrators import POWERS
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import ROLE_LABELS, Role


class Command(BaseCommand):
    help = "建立最初的系统管理员、安全管理员和审计员（三个不同的人）；已有其中任何一个时拒绝。"
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "file", nargs="?", help="CSV 文件（UTF-8），每行：角色,用户名,姓名；不给则逐项询问；- 为标准输入"
        )
        parser.add_argument("--unit", default="市信息办", help="三人所在的单位（默认市信息办，系统默认,非规划规定）")

    def handle(self, *args, file: str | None, unit: str, **options) -> None:
        try:
            people = _read(file) if file else _ask(self.stderr)
            passwords = actions.appoint_first_administrators(people, unit)
        except Refused as refusal:
            self.stderr.write(f"{refusal.sentence}没有建立任何账号。")
            sys.exit(2 if isinstance(refusal, Invalid) else 1)
        for role, password in passwords.items():
            self.stdout.write(f"{ROLE_LABELS[role]}\t{people[role][0]}\t{password}")
        self.stderr.write("以上密码只显示这一次，只能登录一次：请分别当面交给本人，本人登录后先改密码。")


def _ask(say) -> dict[Role, tuple[str, str]]:
    people = {}
    for role in POWERS:
        try:
            people[role] = tuple(_line(say, f"{ROLE_LABELS[role]}的{what}：") for what in ("用户名", "姓名"))
        except EOFError:
            raise Invalid("没有说完三位管理员；可以另给一个 CSV 文件，每行：角色,用户名,姓名。") from None
    return people


def _line(say, question: str) -> str:
    """A line of the terminal. Asked on standard error: standard output is for the passwords."""
    say.write(question, ending="")
    say.flush()
    return input()


def _read(file: str) -> dict[Role, tuple[str, str]]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"读不了 {file}（{getattr(error, 'strerror', None) or '不是 UTF-8 文字'}）。") from None
    roles = {ROLE_LABELS[role]: role for role in POWERS}
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(row)]
    people = {roles[row[0]]: (row[1], row[2]) for row in rows if len(row) == 3 and row[0] in roles}
    if len(rows) != len(POWERS) or len(people) != len(POWERS):
        raise Invalid(f"{file} 应有三行，每行：角色,用户名,姓名；角色依次为{'、'.join(roles)}。")
    return people
