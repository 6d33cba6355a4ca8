"""`rescreen [--rule-set ID] [--dry-run]`: who flips, from what to what, by which clause, how much money; the closing
line counts cases and rows of the plan, as the page of the rule set does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from django.core.management.base import BaseCommand

from governance.basics import clock
from priorities.rescreening import sweep
from priorities.rescreening.portfolio import Portfolio
from priorities.rule_sets import repository


class Command(BaseCommand):
    help = "按某个规则集（默认今天执行的）重新判定全部申报；--dry-run 只看不存。已冻结的判定不变。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--rule-set", default=None)
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args, rule_set: str | None, dry_run: bool, **options) -> None:
        try:
            rules = repository.by_key(rule_set) if rule_set else repository.in_force_on(clock.today())
        except ValueError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        if dry_run:
            flips, screened = sweep.dry_run(rules)
        else:
            row = sweep.run(rules, tell=self._tell)
            flips, screened = sweep.lines(row), row.total
        cases = {"flips": self._print(f.line() for f in flips), "screened": screened}
        plan = Portfolio(with_cases=False)  # the plan's own rows, as the page of a rule set counts them
        moved = plan.flips(repository.in_force_on(clock.today()), rules)
        rows = {"flips": self._print(f.line() for f in moved), "screened": len(plan.rows)}
        both = {name: cases[name] + rows[name] for name in cases}
        self._print([both | {"submissions": cases, "plan_items": rows}])

    def _print(self, lines: Iterable[dict]) -> int:
        """One JSON line each; returns how many."""
        count = 0
        for count, line in enumerate(lines, 1):  # noqa: B007
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        return count

    def _tell(self, done: int, of: int) -> None:
        self.stderr.write(f"已判 {done} / {of} 件")
