"""What the reader knows while it goes through the files: the text, the places of entries, open references."""

from __future__ import annotations

from dataclasses import dataclass, field

from governance.plan.entries import Entry
from governance.plan.rows import BlockRow, QuoteRow

NOUNS = {
    "organisation": "单位",
    "organisation name": "单位名称",
    "alias": "单位的原文名称",
    "programme": "工程",
    "item": "项目行",
    "year row": "10.5 项目行",
    "task": "推进任务",
    "clause": "条款",
    "regulation": "制度",
    "discrepancy": "疑义",
    "body": "机构职责",
    "block": "推进阶段",
    "chapter": "章节",
    "term": "用语",
    "pilot unit": "试点单位",
    "level": "管理级别",
    "tier": "课题层级",
}


@dataclass(slots=True)
class Context:
    """`places[kind, key]` is the entry that defines the key; references are settled when all files are read."""

    lines: tuple[str, ...]
    blocks: dict[str, BlockRow] = field(default_factory=dict)
    places: dict[tuple[str, str], Entry] = field(default_factory=dict)
    references: list[tuple[str, str, Entry]] = field(default_factory=list)

    def unique(self, kind: str, key: str, entry: Entry) -> str:
        """Register the key; refused where another entry has it already."""
        if (kind, key) in self.places:
            first = self.places[kind, key]
            raise entry.refuse(f"{NOUNS[kind]}“{key}”重复，第 {first.row} 行已有")
        self.places[kind, key] = entry
        return key

    def refers(self, kind: str, key: str | None, entry: Entry) -> None:
        """Note that the entry names another one, which may stand in a later file."""
        if key is not None:
            self.references.append((kind, key, entry))

    def settle(self) -> None:
        """Refuse the first reference that leads nowhere."""
        for kind, key, entry in self.references:
            if (kind, key) not in self.places:
                raise entry.refuse(f"{NOUNS[kind]}“{key}”不存在")

    def number(self, entry: Entry, key: str) -> int:
        """A line number within the text."""
        return entry.integer(key, high=len(self.lines))

    def numbers(self, entry: Entry, key: str) -> tuple[int, ...]:
        """Line numbers within the text; may be none."""
        numbers = entry.numbers(key)
        for number in numbers:
            if not 1 <= number <= len(self.lines):
                raise entry.refuse(f"“{key}”的行号 {number} 不在原文 1 至 {len(self.lines)} 行之内")
        return numbers

    def text(self, number: int) -> str:
        return self.lines[number - 1]

    def on_line(self, entry: Entry, key: str, number: int) -> str:
        """The entry's verbatim text, which must stand on the line."""
        words = entry.text(key)
        if not 1 <= number <= len(self.lines) or words not in self.text(number):
            raise entry.refuse(f"“{key}”的文字“{shorten(words)}”不在原文第 {number} 行")
        return words

    def quote(self, entry: Entry) -> QuoteRow:
        entry.only("text line")
        line = self.number(entry, "line")
        return QuoteRow(self.on_line(entry, "text", line), line)

    def quotes(self, entry: Entry, key: str) -> tuple[QuoteRow, ...]:
        rows = tuple(self.quote(one) for one in entry.entries(key))
        if not rows:
            raise entry.refuse(f"“{key}”至少要有一条原文")
        return rows


def shorten(words: str) -> str:
    return words if len(words) <= 30 else words[:29] + "…"
