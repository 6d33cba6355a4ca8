"""Reading one JSON file of a plan: every value through a checked door, every refusal naming file and row."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

AMOUNT = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LABELS = ("code", "key", "clause", "item", "term", "number", "as_named", "name")


class FixtureError(ValueError):
    """A plan's file that cannot be loaded; str() is the Chinese sentence with file, row and what is wrong."""

    def __init__(self, file: str, sentence: str, *, row: int | None = None, label: str = ""):
        self.file, self.row, self.label, self.sentence = file, row, label, sentence
        place = file + (f" 第 {row} 行" if row else "") + (f"（{label}）" if label else "")
        super().__init__(f"{place}：{sentence}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One JSON object: its file, the line of the file where it begins, and what a reader would call it."""

    file: str
    row: int
    label: str
    values: dict

    def refuse(self, sentence: str) -> FixtureError:
        return FixtureError(self.file, sentence, row=self.row, label=self.label)

    def only(self, required: str, optional: str = "") -> Entry:
        """Itself, after making sure that no key is missing and none is unknown."""
        needed, allowed = required.split(), optional.split()
        for key in needed:
            if key not in self.values:
                raise self.refuse(f"缺少“{key}”")
        for key in self.values:
            if key not in needed and key not in allowed:
                raise self.refuse(f"多出不认识的“{key}”")
        return self

    def text(self, key: str) -> str:
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"“{key}”应为文字，不能为空")
        if "\x00" in value:
            raise self.refuse(f"“{key}”含有不可用的字符")
        return value

    def words(self, key: str) -> str:
        """Text that may be left out or empty."""
        return self.text(key) if self.values.get(key) else ""

    def maybe(self, key: str) -> str | None:
        return None if self.values.get(key) is None else self.text(key)

    def slug(self, key: str) -> str:
        value = self.text(key)
        if not KEY.fullmatch(value):
            raise self.refuse(f"“{key}”为“{value}”，只能用小写字母、数字和连字符")
        return value

    def choice(self, key: str, allowed: Iterable[str]) -> str:
        value, allowed = self.text(key), list(allowed)
        if value not in allowed:
            raise self.refuse(f"“{key}”为“{value}”，应为{'、'.join(allowed)}之一")
        return value

    def flag(self, key: str) -> bool:
        value = self.values[key]
        if not isinstance(value, bool):
            raise self.refuse(f"“{key}”应为 true 或 false")
        return value

    def integer(self, key: str, *, low: int = 1, high: int = 1_000_000) -> int:
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refuse(f"“{key}”应为 {low} 至 {high} 的整数")
        return value

    def amount(self, key: str) -> Decimal:
        """An amount in 万元, written as text with two decimals: "300.00"."""
        value = self.values[key]
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            raise self.refuse(f"“{key}”的金额“{value}”无法识别，应写作两位小数的文字，例如“300.00”（万元）")
        return Decimal(value)

    def first_day(self, key: str) -> dt.date:
        """The first day of a month written "2006-01"."""
        value = self.values[key]
        if not isinstance(value, str) or not MONTH.fullmatch(value):
            raise self.refuse(f"“{key}”的年月“{value}”无法识别，应写作“2006-01”")
        return dt.date(int(value[:4]), int(value[5:]), 1)

    def last_day(self, key: str) -> dt.date:
        """The last day of a month written "2006-12"."""
        first = self.first_day(key)
        following = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return following - dt.timedelta(days=1)

    def window(self) -> tuple[dt.date, dt.date, str]:
        """`start`, `end`, `precision`: first day, last day; refused where the end comes before the start."""
        start, end = self.first_day("start"), self.last_day("end")
        if end < start:
            raise self.refuse(f"止于 {self.values['end']}，早于起 {self.values['start']}")
        return start, end, self.choice("precision", ("year", "month"))

    def day(self, key: str) -> dt.date | None:
        value = self.maybe(key)
        if value is None:
            return None
        try:
            return dt.datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            raise self.refuse(f"“{key}”的日期“{value}”无法识别，应写作“2006-01-01”") from None

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.refuse(f"“{key}”应为一组文字")
        if len(set(value)) != len(value):
            raise self.refuse(f"“{key}”有重复")
        return tuple(value)

    def numbers(self, key: str) -> tuple[int, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(n, int) and not isinstance(n, bool) for n in value):
            raise self.refuse(f"“{key}”应为一组行号")
        return tuple(value)

    def mapping(self, key: str) -> Entry:
        """An object inside this one, with the same place."""
        value = self.values[key]
        if not isinstance(value, dict):
            raise self.refuse(f"“{key}”应为一个对象")
        return Entry(self.file, self.row, self.label or key, value)

    def entries(self, key: str) -> tuple[Entry, ...]:
        """A list of objects inside this one; their place is this one's."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(f"“{key}”应为一组对象")
        return tuple(
            Entry(self.file, self.row, self.label or label_of(item, number), item)
            for number, item in enumerate(value, 1)
        )


def label_of(values: dict, number: int) -> str:
    """What a reader calls the entry: its code, clause, key or name, else its place in the list."""
    for key in LABELS:
        if isinstance(values.get(key), str) and values[key]:
            return values[key][:40]
    return f"第 {number} 条"


def _object(pairs: list) -> dict:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"同一对象里“{twice}”写了两次")
    return values


def _no_constant(word: str) -> None:
    raise ValueError(f"不接受 {word}")


def read_text(folder: Path, name: str) -> str:
    """A file as UTF-8 text."""
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise FixtureError(name, "文件不存在") from None
    except OSError as error:
        raise FixtureError(name, f"文件无法读取（{error.strerror}）") from None
    except UnicodeDecodeError as error:
        row = (folder / name).read_bytes()[: error.start].count(b"\n") + 1
        raise FixtureError(name, "不是 UTF-8 文字", row=row) from None


class _Reader:
    """Steps through a JSON text, so that each entry of a list knows the line where it begins."""

    def __init__(self, name: str, text: str):
        self.name, self.text, self.at = name, text, 0
        self.decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)

    def row(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def refuse(self, sentence: str, row: int | None = None) -> FixtureError:
        return FixtureError(self.name, sentence, row=row or self.row())

    def skip(self) -> str:
        """The next character that is no white space ("" at the end)."""
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, character: str) -> None:
        if self.skip() != character:
            raise self.refuse(f"不是有效的 JSON，此处应为“{character}”")
        self.at += 1

    def value(self) -> object:
        self.skip()
        try:
            value, self.at = self.decoder.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise self.refuse("不是有效的 JSON", error.lineno) from None
        except (ValueError, RecursionError) as error:
            sentence = str(error) if isinstance(error, ValueError) and "“" in str(error) else "不是有效的 JSON"
            raise self.refuse(sentence) from None
        return value

    def finish(self) -> None:
        if self.skip():
            raise self.refuse("结尾之后还有内容")


def read_list(folder: Path, name: str) -> tuple[Entry, ...]:
    """A file that holds a list of objects."""
    reader = _Reader(name, read_text(folder, name))
    entries: list[Entry] = []
    reader.take("[")
    while reader.skip() != "]":
        if entries:
            reader.take(",")
            reader.skip()
        row, value = reader.row(), reader.value()
        if not isinstance(value, dict):
            raise FixtureError(name, "每一条应为一个对象", row=row)
        entries.append(Entry(name, row, label_of(value, len(entries) + 1), value))
    reader.take("]")
    reader.finish()
    return tuple(entries)


def read_object(folder: Path, name: str) -> Entry:
    """A file that holds one object."""
    reader = _Reader(name, read_text(folder, name))
    if reader.skip() != "{":
        raise reader.refuse("应为一个对象")
    row, value = reader.row(), reader.value()
    reader.finish()
    return Entry(name, row, "", value)
