"""`api_token USERNAME`: a token of the API for an account; printed once, only its sha256 is kept."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand

from governance.kernel import audit
from governance.kernel.verbs import frame
from governance.models import ApiToken, User


class Command(BaseCommand):
    help = "为一个账号签发接口令牌；只显示这一次，系统只保存它的摘要。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("username", help="用户名")

    def handle(self, *args, username: str, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None or not user.is_active:
            word = "没有这个账号" if user is None else "账号已停用"
            self.stderr.write(f"{word}：{username[:60]}。没有签发令牌。")
            sys.exit(2)
        with frame():
            token = ApiToken.issue(user)
            audit.record(
                by=None, event="governance.api_token.issue", about=user, sentence=f"在命令行为 {username} 签发接口令牌"
            )
        self.stdout.write(token)
