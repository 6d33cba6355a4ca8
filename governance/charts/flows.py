"""Where money goes between two readings: two columns of blocks, bands between them as wide as the amount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEFT, RIGHT, BLOCK = 190.0, 500.0, 10.0  # the two columns' edges and the blocks' width
GAP, LEAST = 26.0, 3.0  # between blocks (two lines of words), and the height of the smallest


@dataclass(frozen=True, slots=True)
class Flow:
    """So much of one block becomes part of another; `text` is shown on a band that changes sides."""

    was: str
    now: str
    value: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A block with its words: label and note (4 件 911)."""

    label: str
    note: str
    tone: str
    x: float
    y: float
    height: float
    words_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class DrawnFlow:
    flow: Flow
    path: str
    tone: str
    words_x: float
    words_y: float


@dataclass(frozen=True, slots=True)
class Flows:
    kind = "flows"
    width: float
    height: float
    title: str
    heads: tuple[str, str]
    nodes: tuple[Node, ...]
    flows: tuple[DrawnFlow, ...]


def flows(
    found: Iterable[Flow],
    *,
    order: Sequence[str],
    labels: Mapping[str, tuple[str, str]],
    notes: Mapping[tuple[str, int], str],
    title: str,
    heads: tuple[str, str],
    height: float = 240,
) -> Flows:
    """`labels`: (words, tone) of a block; `notes`: what stands under it by (block, side 0 or 1); blocks in `order`,
    empty ones left out. The bands that stay are grey, those that change take the tone of where they go."""
    found = [f for f in found if f.value > 0]
    whole = sum(f.value for f in found) or 1
    scale = height / whole
    tall = {id(f): max(f.value * scale, LEAST) for f in found}
    nodes, starts = [], ({}, {})
    lowest = 0.0
    for side in (0, 1):
        y = 24.0
        for key in order:
            mine = [f for f in found if (f.was, f.now)[side] == key]
            if not mine:
                continue
            high = sum(tall[id(f)] for f in mine)
            label, tone = labels[key]
            x = LEFT if side == 0 else RIGHT - BLOCK
            words, anchor = (LEFT - 8, "end") if side == 0 else (RIGHT + 8, "start")
            nodes.append(Node(label, notes.get((key, side), ""), tone, x, round(y, 1), round(high, 1), words, anchor))
            starts[side][key] = y
            y += high + max(GAP, 36 - high)
        lowest = max(lowest, y)
    drawn = []
    place = {key: i for i, key in enumerate(order)}
    ends: dict[int, float] = {}
    for f in sorted(found, key=lambda f: (place[f.now], place[f.was])):
        ends[id(f)] = starts[1][f.now]
        starts[1][f.now] += tall[id(f)]
    for f in sorted(found, key=lambda f: (place[f.was], place[f.now])):
        a, b, high = starts[0][f.was], ends[id(f)], tall[id(f)]
        starts[0][f.was] += high
        drawn.append(
            DrawnFlow(
                f,
                _band(a, b, high),
                labels[f.now][1] if f.was != f.now else "",
                RIGHT - BLOCK - 8,
                round(b + high / 2 + 4.5, 1),
            )
        )
    drawn.sort(key=lambda d: d.tone != "")  # what changes lies above what stays
    return Flows(690, round(lowest, 1), title, heads, tuple(nodes), tuple(drawn))


def _band(a: float, b: float, high: float) -> str:
    x0, x1 = LEFT + BLOCK, RIGHT - BLOCK
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.1f} {a:.1f}C{middle:.1f} {a:.1f} {middle:.1f} {b:.1f} {x1:.1f} {b:.1f}"
        f"V{b + high:.1f}C{middle:.1f} {b + high:.1f} {middle:.1f} {a + high:.1f} {x0:.1f} {a + high:.1f}Z"
    )
