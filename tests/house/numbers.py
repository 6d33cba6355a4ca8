"""What is a figure on a page, and what is behind it: the one place that says so.

A **figure** says how many records there are or what records add up to: it is `<a data-figure="count|wan|…" href="…">`
(`{% figure %}`) and leads to rows that make it. The rows carry `data-row` and, for what is added up, `data-<kind>`; a
fragment in the address narrows them to that element, and `data-row="NAME"` is a row of the element of that name alone.

A **datum** leads nowhere, because nothing is added up:
- what stands inside a row (`data-row`): the record itself speaks, its amount was entered; a link there that is a bare
  number counts other records and is a figure all the same;
- heads of columns (years, days), fields and their buttons, words that somebody typed (`dd`, `blockquote`, `data-own`);
- what a record says of itself outside a row, or is computed from figures beside it (`data-own`); 示意 (`illustrative`);
- zero, a share (%), a day, a duration, an ordinal (第 3 次), a code;
- what DATUMS names with its reason.
A picture repeats in words what its page says in figures: each amount or count drawn must be a figure of that page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {
    "script",
    "style",
    "title",
    "thead",
    "label",
    "select",
    "textarea",
    "button",
    "summary",
    "dd",
    "blockquote",
    "mark",
}
EMPHASIS = ("strong", "b")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
AMOUNT = re.compile(r"[+−]?(\d[\d,]*(?:\.\d+)?) ?(?:项|件|个|条|份|期|次|人次|万元)?")
COUNTED = re.compile(
    r"(?<![\d.,\-–—A-Z第])([1-9][\d,]*) ?(项|条|份|个(?!月|工作日|字|标准误)|件|处|次|家|笔|人次|位|行|门|套|款|期)"
)
ORDINAL = re.compile(r"第 ?\d+(?:—\d+)? ?[^\d\s]{0,2}")
SHOWN = re.compile(r"20\d\d|10\.\d|\d{1,3}%")  # years, blocks and shares in a picture
TRAILING = re.compile(r"[^\d.\-–—A-Z(（第 ]\s+([1-9]\d*)$")
DATUMS = (
    (r"原文称 9 类，实列 8 类", "the plan's own words beside what it lists"),
    (r"^(看全部 )?17 条(判据|都不成立)?", "the name of 8.3's criteria; their page counts them"),
    (r"\d 项：|\d 家：|\d 条：|\d 个会改变结论的事实：", "what is counted is named right after it"),
    (r"^与 \d+ 个项目|件申报的名称和建设内容比较$|比对 \d+ 条", "how far a search for duplicates went"),
    (r"^还有 \d+ 个事实不明", "the clauses below name them"),
    (r"最多|至多|不足 \d+ 件", "a limit, not a count"),
    (r"目标读作", "a promised value as it is read"),
)


class Page(HTMLParser):
    """A page's figures, its rows by the elements that hold them, and the numbers that lead nowhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.figures: list[tuple[str, str, str]] = []  # kind, address, text
        self.rows: dict[str, list[dict]] = defaultdict(list)  # "" is the whole page
        self.loose: list[str] = []
        self.after: dict[str, str] = {}  # the next page's address, by the elements that hold the list
        self.drawn: list[str] = []
        self._open: list[tuple[str, dict]] = []
        self._framed = 0
        self._said: list[str] | None = None  # the words of the figure that is open
        self._strong: list[str] | None = None  # of the part of it that stands out
        self.feed(text)
        said = {NUMBER.findall(words)[-1] for _, _, words in self.figures}
        said |= {s.removesuffix(".00") for s in said}
        self.loose += [f"图中 {words}" for words in self.drawn if not said.issuperset(NUMBER.findall(words))]

    @property
    def own_figures(self) -> list[tuple[str, str, str]]:
        """Without the frame's, which stand on every page."""
        return self.figures[self._framed :]

    @property
    def is_wordless(self) -> bool:
        return not (self.own_figures or self.loose or self.drawn)

    def handle_starttag(self, tag, attrs) -> None:
        if tag in VOID:
            return
        named = dict(attrs)
        if named.get("rel") == "next":
            self.after = {place: named["href"] for place in {"", *(a["id"] for _, a in self._open if a.get("id"))}}
        if tag == "main":
            self._framed = len(self.figures)
        self._open.append((tag, named))
        if "data-figure" in named:
            self._said, self._strong = [], None
        elif self._said is not None and (tag in EMPHASIS or named.get("class", "").startswith("count")):
            self._strong = []  # a card or badge: its number stands out, the rest says what it is
        if "data-row" in named:
            for place in {"", *(a["id"] for _, a in self._open if a.get("id"))}:
                self.rows[place].append(named)

    def handle_data(self, data) -> None:
        if self._said is not None:
            if self._strong is None:
                self._said.append(data)
            elif any(tag in EMPHASIS or named.get("class", "").startswith("count") for tag, named in self._open):
                self._strong.append(data)
            return
        words = " ".join(data.split())
        if words and self._open and NUMBER.search(words):
            self._judge(words)

    def handle_endtag(self, tag) -> None:
        while self._open and tag not in VOID:
            was, named = self._open.pop()
            if "data-figure" in named and self._said is not None:
                text = "".join(self._strong or self._said)
                self.figures.append((named["data-figure"], named["href"], " ".join(text.split())))
                self._said = self._strong = None
            if was == tag:
                return

    def _judge(self, words: str) -> None:
        """Whether a run of text says a number that leads nowhere though it should."""
        attrs = [named for _, named in self._open]
        tags = [tag for tag, _ in self._open]
        if any("data-own" in named for named in attrs) or SILENT.intersection(tags):
            return
        if tags[0] != "html" or any(re.search(pattern, words) for pattern, _ in DATUMS):
            return
        words = ORDINAL.sub("", words)
        classes = [set((named.get("class") or "").split()) for named in attrs]
        if any({"topbar", "rail", "crumbs", "illustrative"} & names for names in classes):
            return  # the frame, whose badges are figures; 示意, computed and never booked (D08)
        cell = any(tag in ("td", "th") and "num" in names for tag, names in zip(tags, classes, strict=True))
        whole = AMOUNT.fullmatch(words)
        whole = whole and whole[1].strip("0.,")
        if any("data-row" in named for named in attrs):
            if cell and whole and tags[-1] == "a":
                self.loose.append(f"行内 {words}")
        elif "svg" in tags:
            if whole and not SHOWN.fullmatch(words):
                self.drawn.append(words)
        elif (
            (cell or tags[-1] in EMPHASIS)
            and whole
            or COUNTED.search(words)
            or ("nav" in tags and "a" in tags and TRAILING.search(words))
        ):
            self.loose.append(f"{tags[-1]} {words[:90]}")

    def behind(self, kind: str, fragment: str) -> Decimal:
        """How many rows there are, or what they add up to."""
        rows = [r for r in self.rows[fragment] if r["data-row"] in (None, "", fragment)]
        return (
            Decimal(len(rows))
            if kind == "count"
            else sum((Decimal(r.get(f"data-{kind}") or 0) for r in rows), Decimal(0))
        )


def _shape(address: str) -> str:
    return re.sub(r"\d+", "#", urlsplit(address).path)


class Reader:
    """A browser of one person that reads every page once."""

    def __init__(self, client, proven: set | None = None, *, shares: tuple[str, ...] = ("/",)) -> None:
        """`proven`: what earlier readers have followed, as (address, kind, number);
        not followed again where he reads the same number, may open such a page and sees the same rows there as they
        (`shares`: beginnings of addresses)."""
        self.client, self.seen = client, {}
        self.proven, self.shares = set() if proven is None else proven, shares
        self.opened: set[str] = set()  # paths, their numbers as #

    def page(self, address: str) -> Page:
        plain = urldefrag(address).url
        if plain not in self.seen:
            answer = self.client.get(plain)
            assert answer.status_code == 200, plain
            self.opened.add(_shape(plain))
            is_page = answer.headers["Content-Type"].startswith("text/html")  # a workbook has no numbers of a page
            content = b"".join(answer)  # to its end, so that its file is closed; close() would end the connection too
            self.seen[plain] = Page(content.decode() if is_page else "")
        return self.seen[plain]

    def behind(self, address: str, kind: str) -> Decimal:
        """What the rows at an address come to, over all pages of their list."""
        found, at, fragment = Decimal(0), address, urldefrag(address).fragment
        while True:
            page = self.page(at)
            found += page.behind(kind, fragment)
            if fragment not in page.after:
                return found
            at = urljoin(at, page.after[fragment])

    def wrong(self, address: str) -> list[str]:
        """Figures of a page that their rows do not make, as sentences."""
        found = []
        for kind, href, text in self.page(address).figures:
            target = urljoin(address, href)
            said = Decimal(NUMBER.findall(text)[-1].replace(",", ""))
            known = target.startswith(self.shares) and _shape(target) in self.opened
            if known and (target, kind, said) in self.proven:
                continue
            behind = self.behind(target, kind)
            if said == abs(behind):
                self.proven.add((target, kind, said))
            else:
                found.append(f"{address} {kind} {text} ≠ {behind}（{target}）")
        return found
