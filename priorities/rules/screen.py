"""`screen`: a list of items in, one assessment an item out, as the contract says. Refused whole or not at all."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from priorities.rules.assess import Assessment, Component, assess
from priorities.rules.criteria import MET, PARTLY, UNDETERMINED
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.plan_2006 import ON_COMPONENTS
from priorities.rules.rule_set import PLAN_2006, RuleSet

CENT = Decimal("0.01")
FINEST_WAN = Decimal("0.000001")  # one fen in 万元
MOST_WAN = Decimal("1e12")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_EVERY = {str(f): f for f in Fact}
_OF_COMPONENTS = {str(f): f for f in COMPONENT_FACTS}
_ANSWERS = {str(a): a for a in Answer}


class InputError(ValueError):
    """The input cannot be understood; the sentence names item and key."""


@dataclass(frozen=True)
class Item:
    """One item: id (a number is taken as its digits), title, answers, components."""

    id: str
    title: str
    facts: dict[Fact, Answer]
    components: tuple[Component, ...]


class _Object(dict[str, object]):
    """A JSON object that remembers which of its keys came twice."""

    repeated: tuple[str, ...] = ()


class _NotANumber:
    """NaN or Infinity, which JSON does not have."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


def parse_text(text: str) -> list[Item]:
    """JSON text to items; NaN, Infinity and duplicate keys are refused, by item and key where they stand in one."""
    strange: list[str] = []

    def constant(name: str) -> _NotANumber:
        strange.append(name)
        return _NotANumber(name)

    try:
        data = json.loads(
            text, parse_float=Decimal, parse_int=_whole, parse_constant=constant, object_pairs_hook=_object
        )
    except RecursionError:
        raise InputError("文件嵌套太深，不是判定项的列表。") from None
    except ValueError as error:
        raise InputError(f"文件不是有效的 JSON：{error}") from None
    items = parse_items(data)
    if strange:
        raise InputError(f"文件不是有效的 JSON：不接受 {strange[0]}。")
    return items


def _whole(digits: str) -> int | Decimal:
    """A whole number; one that is longer than any amount stays a Decimal, to be refused by name."""
    return int(digits) if len(digits) < 400 else Decimal(digits)


def _object(pairs: list[tuple[str, object]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        found.repeated = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return found


def _refuse_repeated(row: dict[str, object], where: str) -> None:
    if repeated := getattr(row, "repeated", ()):
        raise InputError(f"{where}：键“{'”“'.join(k[:60] for k in repeated[:5])}”重复。")


def parse_items(data: object) -> list[Item]:
    """Checked items in input order. Raises InputError; nothing is assessed when one item is wrong."""
    if not isinstance(data, list):
        raise InputError('应是一个列表，每一项是 {"id", "title", "facts", "components"}。')
    items, seen = [], set()
    for number, row in enumerate(data, 1):
        name = f"第 {number} 项"
        if not isinstance(row, dict):
            raise InputError(f"{name}：应是一个对象。")
        key = row.get("id")
        if not isinstance(key, str | int) or isinstance(key, bool) or not str(key).strip():
            raise InputError(f"{name}：缺少 id，或 id 不是文字。")
        key = str(key)
        name = f"第 {number} 项（id {_shown(key)}）"
        _refuse_repeated(row, name)
        _refuse_unwritable(key, f"{name}：id")
        if key in seen:
            raise InputError(f"{name}：id 重复。")
        seen.add(key)
        title = row.get("title")
        if title is not None and not isinstance(title, str):
            raise InputError(f"{name}：title 应是文字。")
        facts = _facts(row.get("facts"), f"{name}：facts", _EVERY)
        items.append(Item(key, title or "", facts, _components(row.get("components"), name)))
    return items


def _shown(raw: object) -> str:
    """What was typed, short and printable."""
    text = (
        json.dumps(raw, ensure_ascii=False, default=str)
        if isinstance(raw, dict | list | bool) or raw is None
        else str(raw)
    )
    return text[:60].encode("utf-8", "backslashreplace").decode()


def _refuse_unwritable(text: str, where: str) -> None:
    """Half a surrogate pair, which UTF-8 cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(f"{where} 里有不成对的代理字符，写不出来。") from None


def _facts(raw: object, where: str, allowed: dict[str, Fact]) -> dict[Fact, Answer]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise InputError(f"{where} 应是一个对象。")
    _refuse_repeated(raw, where)
    found = {}
    for name, value in raw.items():
        if name not in _EVERY:
            raise InputError(f"{where} 里没有名为“{_shown(name)}”的事实。")
        if name not in allowed:
            raise InputError(f"{where}：“{name}”不按组成部分判（只有 {ON_COMPONENTS} 的事实可以）。")
        if not isinstance(value, str) or value not in _ANSWERS:
            raise InputError(f"{where}：“{name}”的值只能是 yes、no 或 unknown，不是 {_shown(value)}。")
        found[allowed[name]] = _ANSWERS[value]
    return found


def _components(raw: object, item: str) -> tuple[Component, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise InputError(f"{item}：components 应是一个列表。")
    found = []
    for number, row in enumerate(raw, 1):
        where = f"{item}：components 第 {number} 个"
        if not isinstance(row, dict):
            raise InputError(f"{where} 应是一个对象。")
        _refuse_repeated(row, where)
        name = row.get("name") or ""
        if not isinstance(name, str):
            raise InputError(f"{where}：name 应是文字。")
        _refuse_unwritable(name, f"{where}：name")
        amount_wan = _amount(row.get("amount_wan"), where)
        facts = _facts(row.get("facts"), f"{where}：facts", _OF_COMPONENTS)
        found.append(Component(name or f"组成部分 {number}", amount_wan, facts))
    return tuple(found)


def amount(raw: object) -> Decimal:
    """A number ≥ 0 in 万元, to the fen; text is read like a number, full-width digits too. Raises InvalidOperation."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise InvalidOperation
    if isinstance(raw, str):
        raw = unicodedata.normalize("NFKC", raw).strip() if len(raw) < 400 else ""
        if not NUMBER.fullmatch(raw):
            raise InvalidOperation
    value = Decimal(str(raw))
    if not value.is_finite() or value < 0 or value > MOST_WAN:
        raise InvalidOperation
    return abs(value) if value.as_tuple().exponent in range(-6, 1) else value.quantize(FINEST_WAN, ROUND_HALF_UP)


def _amount(raw: object, where: str) -> Decimal:
    if raw is None:
        raise InputError(f"{where}：缺少 amount_wan（万元）。")
    try:
        return amount(raw)
    except InvalidOperation:
        raise InputError(f"{where}：amount_wan 应是不小于 0 的数（万元），不是 {_shown(raw)}。") from None


def screen(items: Iterable[Item], rule_set: RuleSet = PLAN_2006) -> Iterator[dict[str, object]]:
    """One dict an item, in input order."""
    for item in items:
        yield {"id": item.id} | as_dict(assess(item.facts, item.components, rule_set))


def as_dict(a: Assessment) -> dict[str, Any]:
    """An assessment in the contract's words."""
    return {
        "outcome": str(a.outcome),
        "met": a.clauses(MET),
        "partly": a.clauses(PARTLY),
        "undetermined": a.clauses(UNDETERMINED),
        "needs_decision": list(a.needs_decision),
        "missing_facts": [str(f) for f in a.missing_facts],
        "cut_wan": f"{a.cut_wan.quantize(CENT, ROUND_HALF_UP):.2f}",
        "rule_set": a.rule_set,
        "trace": [
            {
                "clause": s.clause,
                "text": s.text,
                "result": s.result,
                "because": [str(f) for f in s.because],
                "components": list(s.components),
                "note": s.note,
            }
            for s in a.trace
        ],
    }
