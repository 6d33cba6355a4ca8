"""`rotate_factor_keys`: encrypt every second factor under the newest key; where the keys lie in the data folder, a new
one is made first. Exit 1 where a secret fits no key: nothing is changed."""

from __future__ import annotations

import secrets
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from governance import actions
from governance.basics.refusal import Refused
from governance.people import factors


class Command(BaseCommand):
    help = "更换动态验证码的密钥：各人的密钥材料改用最新的一把加密；密钥在数据文件夹里的，先生成新的一把。"

    def handle(self, *args, **options) -> None:
        kept = not settings.FACTOR_KEYS
        if kept:
            factors.put_in_front(secrets.token_urlsafe(50))
        try:
            count = actions.renew_keys()
        except Refused as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(1)
        after = "" if kept else "；旧的密钥可以从 GUIYANG_FACTOR_KEYS 里去掉了"
        self.stdout.write(f"{count} 人的动态验证码改用新密钥加密{after}。")
