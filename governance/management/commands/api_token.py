"""`api_token USERNAME`: a token of the API for an account; printed once, only its sha256 is kept."""

from __future__ import annotations

import datetime as dt
import sys

from django.core.management.base import BaseCommand

from governance.basics import clock
from governance.kernel import audit
from governance.kernel.verbs import frame
from governance.models import ApiToken, User


class Command(BaseCommand):
    help = "为一个账号签发接口令牌；只显示这一次，系统只保存它的摘要。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("username", help="用户名")
        parser.add_argument("--name", default="命令行", help="用在哪里")
        parser.add_argument("--days", type=int, default=ApiToken.DAYS, help="有效期，最长 90 天")
        parser.add_argument("--read-only", action="store_true", help="只读")

    def handle(self, *args, username: str, name: str, days: int, read_only: bool, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None or not user.is_active:
            word = "没有这个账号" if user is None else "账号已停用"
            self.stderr.write(f"{word}：{username[:60]}。没有签发令牌。")
            sys.exit(2)
        if not 1 <= days <= ApiToken.DAYS:
            self.stderr.write(f"有效期应为 1—{ApiToken.DAYS} 天。没有签发令牌。")
            sys.exit(2)
        with frame():
            ends = clock.now() + dt.timedelta(days=days)
            token = ApiToken.issue(user, name=name[:60], can_write=not read_only, expires_at=ends)
            audit.record(
                by=None, event="governance.api_token.issue", about=user, sentence=f"在命令行为 {username} 签发接口令牌"
            )
        self.stdout.write(token)
