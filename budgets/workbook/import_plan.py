"""What an import would do, for the page and the command: one Difference a cell or problem, the Plan of them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from budgets.models import STAGES
from budgets.workbook.sheets import MAIN
from governance.basics.text import MAX_WAN

STAGE_LABELS = dict(STAGES)


@dataclass(frozen=True)
class Choice:
    """How somebody settled a cell that both sides changed, having seen `online` there; good only while that is so."""

    use_file: bool
    online: str  # as Difference.old, "" for 未填


Choices = dict[tuple[str, str], Choice]  # by (key, head)


class Difference(NamedTuple):
    """One cell that differs, or a problem. `old` is what the database holds, `new` what the file says."""

    status: str  # change, conflict, refused; kept (both changed, somebody chose what is online) only with choices
    message: str
    sheet: str = MAIN
    cell: str = ""
    field: str = ""
    project: str = ""
    old: str | None = None
    new: str | None = None
    key: str = ""
    exported: str | None = None  # what left in the snapshot, for a conflict
    name: str = ""
    is_new: bool = False  # the line is not in the database yet
    settled: bool = False  # both sides changed it and somebody chose the file
    paper: str = ""  # 文号 that the row names for what it changes
    changed_by: str = ""  # of a conflict: who changed it online last, and when

    @property
    def difference(self) -> Decimal | None:
        """New less old of an amount; None for a code or an empty file cell."""
        if self.field not in STAGE_LABELS.values() or self.new is None:
            return None
        try:
            amount = Decimal(self.new)
        except InvalidOperation:  # what was refused may be any text
            return None
        return amount - Decimal(self.old or 0) if amount.is_finite() and abs(amount) <= MAX_WAN else None

    def line(self) -> dict:
        """The contract's JSON line."""
        names = ("sheet", "cell", "field", "project", "old", "new", "status", "message")
        return {name: getattr(self, name) for name in names}


@dataclass
class Plan:
    """What an import would do."""

    snapshot: str = ""
    scope: str = ""
    read: int = 0
    differences: list[Difference] = field(default_factory=list)
    committed: bool = False
    before: dict[str, Decimal] = field(default_factory=dict)  # the sheet's rows by stage, as the database holds them
    after: dict[str, Decimal] = field(default_factory=dict)  # with the file's changes

    def of(self, status: str) -> list[Difference]:
        return [d for d in self.differences if d.status == status]

    @property
    def changes(self) -> list[Difference]:
        return self.of("change")

    @property
    def choosable(self) -> bool:
        """Whether only choices are missing."""
        return bool(self.of("conflict")) and not self.of("refused")

    @property
    def clean(self) -> bool:
        """Whether it may be committed."""
        return not self.of("conflict") and not self.of("refused")

    @property
    def totals(self) -> list[tuple[str, Decimal, Decimal, Decimal]]:
        """Stages whose sum changes: (label, before, after, difference)."""
        return [
            (label, self.before[s], self.after[s], self.after[s] - self.before[s])
            for s, label in STAGES
            if self.before.get(s) != self.after.get(s)
        ]

    def closing(self) -> dict:
        """The contract's last line."""
        names = {"changes": "change", "conflicts": "conflict", "refused": "refused"}
        return {name: len(self.of(status)) for name, status in names.items()} | {"committed": self.committed}

    def refuse(self, message: str, **where: str | None) -> None:
        """A problem; `where` are fields of Difference."""
        self.differences.append(Difference("refused", message, **where))
