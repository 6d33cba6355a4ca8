"""What two texts have in common, for the eye: phrases that both write, words that mean the same, place and level."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from priorities.radar.words import flat, words

PLACES = ("贵阳市", "贵阳", "全市", "我市", "本市")
LEVELS = (
    ("村", "村、社区"),
    ("社区", "村、社区"),
    ("乡", "乡（镇）"),
    ("镇", "乡（镇）"),
    ("区县", "县（区）"),
    ("县", "县（区）"),
)

MOST_PHRASES = 8
LONGEST = 24
_EDGES = ' ,，、。;；:：()（）“”"和与及的'


def shared(mine: str, other: str) -> tuple[str, ...]:
    """The longest runs of two characters or more that stand in both texts, in the order of mine; words that say nothing
    alone do not count."""
    mine, other = _even(mine), _even(other)
    found: list[str] = []
    at = 0
    while at < len(mine):
        length = 0
        while (
            length < LONGEST
            and at + length < len(mine)
            and mine[at : at + length + 1] in other
            and mine[at + length] != "|"
        ):
            length += 1
        run = mine[at : at + length].strip(_EDGES)
        if len(run) >= 2 and words().fillers.sub("", flat(run)) and not run.isdigit():
            found.append(run)
        at += max(length, 1)
    kept = [p for p in dict.fromkeys(found) if not any(p != q and p in q for q in found)]
    return tuple(sorted(kept, key=lambda p: -len(p))[:MOST_PHRASES])


def alike(mine: str, other: str) -> tuple[tuple[str, str], ...]:
    """Pairs of different words that the radar takes for the same: `(mine, other's)`."""
    first, second = _written(mine), _written(other)
    return tuple((first[c], second[c]) for c in first if c in second and first[c] != second[c])[:MOST_PHRASES]


def level(name: str, places: Iterable[str]) -> str:
    """市级 where the title names no lower level."""
    for word, label in LEVELS:
        if word in name:
            return label
    return "县（区）" if any(places) else "市级"


def marked(text: str, phrases: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces `(piece, is a phrase)`, for highlighting; phrases are found however they are written."""
    even, spans = _even(text), []
    if len(even) != len(text):  # a character that falls apart under NFKC: no marks rather than wrong ones
        return [(text, False)]
    for phrase in sorted(phrases, key=len, reverse=True):
        start = even.find(phrase)
        while phrase and start >= 0:
            if not any(a < start + len(phrase) and start < b for a, b in spans):
                spans.append((start, start + len(phrase)))
            start = even.find(phrase, start + len(phrase))
    pieces, at = [], 0
    for a, b in sorted(spans):
        pieces += [(text[at:a], False), (text[a:b], True)]
        at = b
    return [p for p in [*pieces, (text[at:], False)] if p[0]]


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _written(text: str) -> dict[str, str]:
    """Common writing → the writing that the text has, the longest at a place."""
    plain, known, found, at = flat(text), words().synonyms, {}, 0
    while at < len(plain):
        for word, common in known.get(plain[at], ()):
            if plain.startswith(word, at):
                if words().fillers.sub("", common):
                    found.setdefault(common, word)
                at += len(word)
                break
        else:
            at += 1
    return found
