"""TF-IDF over character 1–2-grams: a base part and small later ones.

A text is a vector of its grams (sublinear term frequency × idf, length 1). `Part` holds the vectors of many texts
as an inverted CSR matrix, terms × texts; `scores` sums the rows of the query's grams. A part that was made later
takes the idf of the base, so that its scores can be compared; changed rows are struck out of the part that holds
them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_SHIFT = 1 << 16  # private use and CJK lie below U+10000; what does not is folded in
_CODE_BITS = 34  # a pair is below 2^33; a text's number takes the rest
MOST_GRAMS = 160  # of a content; titles stay below
MOST_CHARACTERS = 4_000_000  # counted at once
SETTLE_AT = 1000  # rows of the last part
MOST_PARTS = 12
LEAST = 0.1  # below, nothing is alike

# How much each ground weighs, chosen with tests/priorities/overlap_pairs.py.
SHARE = 0.5  # of a content: half cosine, half how much of the query it has
CONTENT_OF_TITLE = 0.8  # the other's content has the words of my title
TITLE_IN_CONTENT = 0.3  # the other's title in my content
TITLE, CONTENT = 0.7, 0.8  # both are given


def _np():
    import numpy

    return numpy


@dataclass
class Idf:
    """How much a gram says: ln((1 + n) / (1 + df)) + 1 over the texts of the base; an unknown gram says most."""

    terms: object  # sorted int64
    values: object  # float32, same length
    most: float

    def of(self, codes):
        np = _np()
        if not len(self.terms):
            return np.full(len(codes), self.most, dtype=np.float32)
        at = np.minimum(np.searchsorted(self.terms, codes), len(self.terms) - 1)
        return np.where(self.terms[at] == codes, self.values[at], np.float32(self.most))


@dataclass
class Part:
    """The vectors of some texts: `matrix` is CSR, terms × texts; `terms` are its sorted row codes."""

    terms: object
    matrix: object
    size: int

    def scores(self, codes, weights, share: float):
        """How near a query (codes, weights) is to every text: float32 of length `size`.

        The cosine; `share` of it is replaced by how much of the query's weight the text has at all, which does not fall
        with the length of the text.
        """
        np = _np()
        found = np.zeros(self.size, dtype=np.float32)
        if not len(self.terms):
            return found
        at = np.minimum(np.searchsorted(self.terms, codes), len(self.terms) - 1)
        hit = self.terms[at] == codes
        begin, ids, data = self.matrix.indptr, self.matrix.indices, self.matrix.data
        for row, weight in zip(at[hit].tolist(), weights[hit].tolist(), strict=True):
            span = slice(begin[row], begin[row + 1])
            added = data[span] * np.float32((1 - share) * weight)
            if share:
                added += np.float32(share * weight * weight)
            found[ids[span]] += added  # a text stands once in a row
        return found


def count(texts: Sequence[str]):
    """`(codes, text numbers, counts)` of all grams of the texts, three numpy arrays, without a loop over the texts."""
    np = _np()
    lengths = np.array([len(t) for t in texts], dtype=np.int64)
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.int64) % _SHIFT
    owner = np.repeat(np.arange(len(texts)), lengths)
    same = owner[:-1] == owner[1:]
    pairs = ((points[:-1] + 1) * _SHIFT + points[1:])[same]
    codes = np.concatenate([points, pairs])
    owners = np.concatenate([owner, owner[:-1][same]])
    both, counts = np.unique(owners << _CODE_BITS | codes, return_counts=True)
    return both & ((1 << _CODE_BITS) - 1), both >> _CODE_BITS, counts


def idf_of(codes, size: int) -> Idf:
    """The idf of grams that stand once a text in `codes`, `size` texts in all."""
    np = _np()
    terms, frequency = np.unique(codes, return_counts=True)
    values = (np.log((1 + size) / (1 + frequency)) + 1).astype(np.float32)
    return Idf(terms, values, float(np.log(1 + size) + 1))


def part_of(counted, size: int, idf: Idf) -> Part:
    """The vectors of `size` texts from what `count` counted; of a long text the MOST_GRAMS that say most."""
    np = _np()
    from scipy import sparse

    codes, owners, counts = counted
    weights = (1 + np.log(counts)).astype(np.float32) * idf.of(codes)
    if len(owners) and np.bincount(owners, minlength=size).max() > MOST_GRAMS:
        order = np.lexsort((-weights, owners))
        begin = np.searchsorted(owners[order], np.arange(size))
        kept = order[np.arange(len(order)) - begin[owners[order]] < MOST_GRAMS]
        codes, owners, weights = codes[kept], owners[kept], weights[kept]
    squares = np.bincount(owners, weights=weights * weights, minlength=size)
    weights = weights / np.sqrt(np.maximum(squares, 1e-12))[owners].astype(np.float32)
    terms, rows = np.unique(codes, return_inverse=True)
    matrix = sparse.csr_matrix((weights.astype(np.float32), (rows, owners)), shape=(len(terms), size))
    return Part(terms, matrix, size)


def vector(text: str, idf: Idf):
    """A query's `(codes, weights)`, length 1."""
    np = _np()
    codes, _, counts = count([text])
    weights = (1 + np.log(counts)) * idf.of(codes)
    return codes, (weights / max(float(np.sqrt((weights * weights).sum())), 1e-12)).astype(np.float32)


@dataclass
class Field:
    """One kind of text (titles, contents) of all rows: fixed parts, the common idf, a last part that is made anew."""

    idf: Idf | None = None
    parts: list[Part] = field(default_factory=list)
    tail: Part | None = None

    def build(self, texts: Sequence[str]) -> None:
        """Start anew with these texts."""
        chunks = list(_chunks(texts))
        first = count(chunks[0]) if chunks else count([])
        self.idf = idf_of(first[0], len(chunks[0]) if chunks else 0)  # a chunk is sample enough
        self.parts = [part_of(count(c) if i else first, len(c), self.idf) for i, c in enumerate(chunks)]
        self.tail = None

    def end_with(self, texts: Sequence[str]) -> None:
        """The rows behind the fixed parts, in place of those that stood there."""
        self.tail = part_of(count(texts), len(texts), self.idf) if texts else None

    def settle(self) -> None:
        """The last part becomes a fixed one."""
        if self.tail is not None:
            self.parts.append(self.tail)
            self.tail = None

    def scores(self, text: str, share: float = 0.0):
        """How near a text is to every row, the parts one behind the other (float32); `share` as in Part.scores."""
        np = _np()
        codes, weights = vector(text, self.idf)
        found = [part.scores(codes, weights, share) for part in (*self.parts, self.tail) if part is not None]
        return np.concatenate(found) if len(found) != 1 else found[0]


def _chunks(texts: Sequence[str]):
    """The texts in runs of at most MOST_CHARACTERS, so that counting needs bounded memory."""
    start = length = 0
    for i, text in enumerate(texts):
        if length and length + len(text) > MOST_CHARACTERS:
            yield texts[start:i]
            start, length = i, 0
        length += len(text)
    if texts:
        yield texts[start:]


def join(first, second, weight: float = 1.0):
    """Two grounds together, neither counted twice: 1 − (1 − a)(1 − w·b). Arrays or numbers."""
    return 1 - (1 - first) * (1 - weight * second)


@dataclass
class Index:
    """Titles and contents of all rows. A changed row is struck out and stands again in the last part."""

    titles: Field = field(default_factory=Field)
    contents: Field = field(default_factory=Field)
    fixed: int = 0  # rows in fixed parts
    struck: set[int] = field(default_factory=set)
    fresh: list[tuple[str, str]] = field(default_factory=list)  # plain title and content of the rows behind them

    def build(self, rows: Sequence[tuple[str, str]]) -> None:
        """Start anew with `(plain title, plain content)` of all rows."""
        self.titles.build([t for t, _ in rows])
        self.contents.build([c for _, c in rows])
        self.fixed, self.struck, self.fresh = len(rows), set(), []

    def add(self, rows: Sequence[tuple[str, str]]) -> None:
        """More rows at the end."""
        self.fresh += rows
        self.titles.end_with([t for t, _ in self.fresh])
        self.contents.end_with([c for _, c in self.fresh])
        if len(self.fresh) >= SETTLE_AT:
            self.titles.settle()
            self.contents.settle()
            self.fixed, self.fresh = self.fixed + len(self.fresh), []

    def __len__(self) -> int:
        return self.fixed + len(self.fresh)

    @property
    def is_worn(self) -> bool:
        """Whether so much came later or was struck that starting anew pays."""
        added = len(self) - (self.titles.parts[0].size if self.titles.parts else 0)
        return len(self.titles.parts) > MOST_PARTS or added + len(self.struck) > max(1000, len(self) // 3)

    def nearest(self, title: str, content: str, most: int) -> list[tuple[int, float]]:
        """`(row, score)` of the nearest rows, best first; score in 0..1. `title` and `content` as `normalise` gives."""
        np = _np()
        if not len(self):
            return []
        found = self.titles.scores(title)
        found = join(found, self.contents.scores(title, SHARE), CONTENT_OF_TITLE)
        if content:
            grounds = join(
                CONTENT * self.contents.scores(content, SHARE), self.titles.scores(content), TITLE_IN_CONTENT
            )
            found = join(TITLE * found, grounds, CONTENT)
        if self.struck:
            found[np.fromiter(self.struck, dtype=np.int64)] = 0
        near = np.flatnonzero(found >= LEAST)
        if len(near) > most:
            near = near[np.argpartition(-found[near], most)[:most]]
        near = near[np.lexsort((near, -found[near]))]
        return [(int(i), float(found[i])) for i in near]
