"""Who stands above whom: a tree from left to right, a column a level, every box a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from governance.charts.scale import fit, text_width

ROW, BOX, GAP, PAD, WIDEST = 30.0, 24.0, 34.0, 10.0, 210.0  # px: line, box, between columns, in the box, widest words


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit: words, address, what is said of it (title), whether it exists already, the branches below."""

    label: str
    url: str = ""
    title: str = ""
    exists: bool = True
    below: Sequence[Branch] = field(default=())


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    url: str
    title: str
    exists: bool
    x: float
    y: float
    width: float
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Tree:
    kind = "tree"
    width: float
    height: float
    title: str
    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, bool], ...]  # path, and whether what it leads to exists


def tree(branches: Iterable[Branch], *, title: str) -> Tree:
    """Leaves get a line each, a unit stands at the height of the first below it; columns are as wide as their words."""
    branches = list(branches)
    wide: list[float] = []
    _measure(branches, 0, wide)
    lefts = [sum(wide[:n]) + GAP * n + 1 for n in range(len(wide))]
    boxes: list[Box] = []
    lines: list[tuple[str, bool]] = []
    height = 4.0
    for branch in branches:
        height, _ = _place(branch, 0, height, wide, lefts, boxes, lines)
    width = (lefts[-1] + wide[-1] + 2) if wide else 0
    return Tree(round(width, 1), round(height + 2, 1), title, tuple(boxes), tuple(lines))


def _measure(branches: Iterable[Branch], depth: int, wide: list[float]) -> None:
    for branch in branches:
        if depth == len(wide):
            wide.append(0.0)
        wide[depth] = max(wide[depth], round(min(text_width(branch.label, 12.5), WIDEST) + 2 * PAD, 1))
        _measure(branch.below, depth + 1, wide)


def _place(branch: Branch, depth: int, y: float, wide, lefts, boxes, lines) -> tuple[float, float]:
    """Draws the branch from `y` on; returns where the next one starts and the middle of its own box."""
    x, middle = lefts[depth], round(y + ROW / 2, 1)
    boxes.append(
        Box(
            fit(branch.label, WIDEST, 12.5),
            branch.url,
            branch.title or branch.label,
            branch.exists,
            round(x, 1),
            round(middle - BOX / 2, 1),
            wide[depth],
            round(x + PAD, 1),
            round(middle + 4.5, 1),
        )
    )
    end = y + ROW
    start, bend = round(x + wide[depth], 1), round(x + wide[depth] + GAP / 2, 1)
    at = y
    for below in branch.below:
        at, there = _place(below, depth + 1, at, wide, lefts, boxes, lines)
        lines.append((f"M{start} {middle}H{bend}V{there}H{round(lefts[depth + 1], 1)}", below.exists))
    return max(end, at), middle
