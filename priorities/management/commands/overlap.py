"""`overlap TITLE [--content TEXT] [--top N]`: one JSON line a record like it, best first, as the contract says."""

from __future__ import annotations

import argparse
import json
import sys

from django.core.management.base import BaseCommand

from governance.basics.text import is_storable
from priorities.radar import overlap

MOST = 1000


class Command(BaseCommand):
    help = "查重：与项目、规划任务和申报比较名称和建设内容；相似只作提示，重复与否由审核人认定（8.3.3(2)）。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("title")
        parser.add_argument("--content", default="")
        parser.add_argument("--top", type=_whole, default=10)

    def handle(self, *args, title: str, content: str, top: int, **options) -> None:
        if not title.strip() or not is_storable(title) or not is_storable(content):
            self.stderr.write("请写明名称；名称和内容不能含有不能保存的字符。")
            sys.exit(2)
        for hit in overlap.search(title, content, top=top).hits:
            row = {
                "kind": hit.kind,
                "code": hit.code,
                "name": hit.name,
                "score": hit.score,
                "shared": list(hit.shared),
                "alike": [list(pair) for pair in hit.alike],
                "level": hit.level,
                "places": list(hit.places),
            }
            self.stdout.write(json.dumps(row, ensure_ascii=False))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise argparse.ArgumentTypeError(f"--top 应是 1—{MOST} 的整数")
    return int(text)
