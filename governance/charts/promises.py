"""What was promised, a bar a row, in the pieces that say what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.charts.scale import fit, text_width


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One row: `pieces` are `(word, count, tone)` and together what was promised; `text` stands at its end."""

    label: str
    pieces: tuple[tuple[str, int, str], ...]
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    word: str
    count: int
    tone: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DrawnPromise:
    row: PromiseRow
    label: str
    y: float
    baseline: float
    pieces: tuple[Piece, ...]
    text_x: float
    said: str


@dataclass(frozen=True, slots=True)
class Promises:
    """`key` are the words of the pieces with their tones: `(word, tone, x)`."""

    kind = "promises"
    width: float
    height: float
    title: str
    key: tuple[tuple[str, str, float], ...]
    rows: tuple[DrawnPromise, ...]


HEAD, ROW, BAR = 26.0, 26.0, 14.0


def promises(
    rows: Iterable[PromiseRow], *, title: str, unit: str, width: float = 620, label_width: float = 240
) -> Promises:
    """Bars as long as what was promised (`unit` counts it), on one scale; the words of the pieces stand above."""
    rows = tuple(rows)
    most = max((sum(n for _, n, _ in row.pieces) for row in rows), default=0) or 1
    said = [f"{row.text}" for row in rows]
    room = width - label_width - max((text_width(text) for text in said), default=0.0) - 20
    drawn = []
    for index, row in enumerate(rows):
        y, x, pieces = HEAD + index * ROW, label_width, []
        for word, count, tone in row.pieces:
            if count:
                wide = room * count / most
                pieces.append(Piece(word, count, tone, round(x, 1), round(max(wide - 1, 0.5), 1)))
                x += wide
        words = "，".join(f"{word} {count} {unit}" for word, count, _ in row.pieces if count)
        drawn.append(
            DrawnPromise(
                row,
                fit(row.label, label_width - 10),
                round(y + (ROW - BAR) / 2, 1),
                round(y + ROW / 2 + 4.5, 1),
                tuple(pieces),
                round(x + 8, 1),
                f"{row.label}：{words}，{row.text}",
            )
        )
    key, x = [], label_width
    for word, _, tone in rows[0].pieces if rows else ():
        key.append((word, tone, round(x, 1)))
        x += text_width(word) + 34
    return Promises(width, HEAD + ROW * len(rows) + 2, title, tuple(key), tuple(drawn))
