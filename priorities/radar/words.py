"""One way of writing: synonyms brought together, phases told apart, phrases that every title has left out.

The words are data (fixtures/overlap_words.json): `synonyms` are lists whose first is the common writing, `fillers` are
words that say nothing about the subject, `phases` the Chinese numerals in order.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

WORDS = Path(__file__).resolve().parents[2] / "fixtures" / "overlap_words.json"
MOST = 4000  # characters of a text that are compared
_KEEP = re.compile(r"[^0-9a-z\u3400-\u9fff\ue000-\uf8ff]+")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Text:
    """A text as it is compared: `plain` (one writing, fillers left out), the phases that it names (1, 2 …)."""

    plain: str
    phases: frozenset[int]


@dataclass(frozen=True)
class Words:
    """The lists of the fixture, ready for use."""

    synonyms: dict[str, tuple[tuple[str, str], ...]]  # first character → (writing, common writing), longest first
    fillers: re.Pattern
    phase: re.Pattern
    numerals: dict[str, int]


@lru_cache(maxsize=1)
def words() -> Words:
    """The fixture's lists; the longest writing at a place wins."""
    data = json.loads(WORDS.read_text(encoding="utf-8"))
    canonical: dict[str, str] = {}
    for first, *others in data["synonyms"]:
        common = flat(first)
        for word in (first, *others):
            canonical.setdefault(flat(word), common)
    numerals = {sign: i for i, sign in enumerate(data["phases"], 1)} | {str(i): i for i in range(1, 10)}
    numerals |= {"i" * i: i for i in range(1, 4)} | {"iv": 4, "首": 1}
    signs = "|".join(sorted(map(re.escape, numerals), key=len, reverse=True))
    by_first: dict[str, list[tuple[str, str]]] = {}
    for word in sorted(canonical, key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append((word, canonical[word]))
    synonyms = {first: tuple(found) for first, found in by_first.items()}
    return Words(synonyms, _any_of(map(flat, data["fillers"])), re.compile(f"第?({signs})(?:期|阶段|批)"), numerals)


def flat(text: str) -> str:
    """NFKC, lower case, letters, digits and Chinese characters alone."""
    return _KEEP.sub("", unicodedata.normalize("NFKC", text[:MOST]).lower())


def normalise(text: str, units: re.Pattern | None = None) -> Text:
    """The text as it is compared. `units` are the names of offices and places, which say who and where, not what."""
    known = words()
    plain = flat(text)
    phases = frozenset(known.numerals[m] for m in known.phase.findall(plain))
    plain = known.phase.sub("", plain)
    if units is not None:
        plain = units.sub("", plain) or plain
    plain = commonly(plain)
    return Text(_YEAR.sub("", known.fillers.sub("", plain)) or plain, phases)


def commonly(plain: str) -> str:
    """Every writing replaced by the common one, the longest at a place first (one walk; one pattern of all is slow)."""
    known, found, at = words().synonyms, [], 0
    while at < len(plain):
        for word, common in known.get(plain[at], ()):
            if plain.startswith(word, at):
                found.append(common)
                at += len(word)
                break
        else:
            found.append(plain[at])
            at += 1
    return "".join(found)


def unit_pattern(names: Iterable[str]) -> re.Pattern | None:
    """A pattern for names of offices and places, longest first; None where there are none."""
    kept = {flat(n) for n in names} - {""}
    return _any_of(kept) if kept else None


def _any_of(texts: Iterable[str]) -> re.Pattern:
    return re.compile("|".join(sorted(map(re.escape, set(texts)), key=lambda t: (-len(t), t))))
