"""`screen FILE.json [--rule-set ID]`: one JSON line an item, in input order, exactly as the contract says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from priorities.rules import screen as screens
from priorities.rules.rule_set import PLAN_2006, RuleSet

MAX_BYTES = 200 * 1024 * 1024


class Command(BaseCommand):
    help = "按 8.3 的判据判定一个 JSON 文件里的各项；plan-2006 之下不需要数据库。"
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file")
        parser.add_argument("--rule-set", default=PLAN_2006.id)

    def handle(self, *args, file: str, rule_set: str, **options) -> None:
        try:
            items = screens.parse_text(_read(file))
            rules = _rules(rule_set)
        except ValueError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        for result in screens.screen(items, rules):
            self.stdout.write(json.dumps(result, ensure_ascii=False))


def _rules(key: str) -> RuleSet:
    if key == PLAN_2006.id:
        return PLAN_2006
    from priorities.rule_sets import repository  # the database is asked for other rule sets alone

    return repository.by_key(key)


def _read(file: str) -> str:
    path = Path(file)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{file} 超过 {MAX_BYTES // 1024 // 1024} MB。")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file} 不是 UTF-8 文字，读不成 JSON。") from None
    except OSError as error:
        raise ValueError(f"读不到文件 {file}：{error.strerror}。") from None
