"""What a workbook contained when it left, for the import that compares it with what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db import models

from budgets.models.line import STAGES
from governance.models.fields import Dated


class Kept(NamedTuple):
    """A row as it left: texts, `total` and `amounts` (by STAGES, None: 未填) with two decimals."""

    code: str
    name: str
    lead: str
    time_raw: str
    total: str
    year: int
    source: str
    amounts: tuple[str | None, ...]
    codes: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.code}|{self.year}|{self.source}"


class ExportSnapshot(Dated):
    """What a workbook contained when it left: the reference of its re-import."""

    key = models.CharField(max_length=40, unique=True)
    sha256 = models.CharField(max_length=64)
    scope = models.CharField(max_length=40)  # "2007" or "all"
    rows = models.JSONField()  # of the first exports; what left later is kept in pieces
    by_text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.key

    def kept(self) -> Iterator[Kept]:
        """The rows that left, in order."""
        for key, row in self.rows.items():
            head = (row["texts"][name] for name in ("编号", "项目", "第一牵头", "时间（原文）", "总概算"))
            codes = (row["codes"][name] for name in ("unit_code", "function_code", "economic_code"))
            yield Kept(
                *head,
                row["year"],
                key.rpartition("|")[2],
                tuple(row["amounts"][stage] for stage, _ in STAGES),
                tuple(codes),
            )
        for piece in self.pieces.order_by("number"):
            for (*head, total), rows in piece.rows:
                for year, source, amounts, codes, first in rows:
                    yield Kept(*head, total if first else "", year, source, tuple(amounts), tuple(codes))


class ExportPiece(models.Model):
    """Rows of a snapshot in order, by project, so that a hundred thousand never stand in memory together."""

    snapshot = models.ForeignKey(ExportSnapshot, on_delete=models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    rows = models.JSONField()  # budgets.workbook.export._packed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "number"], name="one_piece_per_number")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.number}"
