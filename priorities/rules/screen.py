"""`screen`: a list of items in, one assessment an item out, exactly as the contract says. Refused whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from priorities.rules.assess import Assessment, Component, assess
from priorities.rules.criteria import MET, PARTLY, UNDETERMINED
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.rule_set import PLAN_2006, RuleSet

CENT = Decimal("0.01")
MOST_WAN = Decimal("1e12")


class InputError(ValueError):
    """The input cannot be understood; the sentence names item and key."""


@dataclass(frozen=True)
class Item:
    """One item: id, title, answers, components."""

    id: str
    title: str
    facts: dict[Fact, Answer]
    components: tuple[Component, ...]


def parse_text(text: str) -> list[Item]:
    """JSON text to items; NaN, Infinity and duplicate keys are refused."""
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise InputError("文件嵌套太深，不是判定项的列表。") from None
    except ValueError as error:
        raise InputError(f"文件不是有效的 JSON：{error}") from None
    return parse_items(data)


def _refuse_constant(name):
    raise ValueError(f"不接受 {name}")


def _unique(pairs):
    keys = [k for k, _ in pairs]
    repeated = {k for k in keys if keys.count(k) > 1}
    if repeated:
        raise ValueError(f"同一对象里的键重复：{'、'.join(sorted(repeated))}")
    return dict(pairs)


def parse_items(data: object) -> list[Item]:
    """Checked items in input order. Raises InputError; nothing is assessed when one item is wrong."""
    if not isinstance(data, list):
        raise InputError("应是一个列表，每一项是 {\"id\", \"title\", \"facts\", \"components\"}。")
    items, seen = [], set()
    for number, row in enumerate(data, 1):
        name = f"第 {number} 项"
        if not isinstance(row, dict):
            raise InputError(f"{name}：应是一个对象。")
        key = row.get("id")
        if not isinstance(key, str | int) or isinstance(key, bool) or str(key) == "":
            raise InputError(f"{name}：缺少 id，或 id 不是文字。")
        key = str(key)
        name = f"第 {number} 项（id {key[:60]}）"
        if key in seen:
            raise InputError(f"{name}：id 重复。")
        seen.add(key)
        title = row.get("title", "")
        if title is not None and not isinstance(title, str):
            raise InputError(f"{name}：title 应是文字。")
        facts = _facts(row.get("facts"), f"{name}：facts", set(Fact))
        items.append(Item(key, title or "", facts, _components(row.get("components"), name)))
    return items


def _facts(raw, where: str, allowed) -> dict[Fact, Answer]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise InputError(f"{where} 应是一个对象。")
    found = {}
    for name, value in raw.items():
        if name not in set(Fact):
            raise InputError(f"{where} 里没有名为“{str(name)[:60]}”的事实。")
        if name not in allowed:
            raise InputError(f"{where}：“{name}”不按组成部分判（只有 8.3.3(1)、(3)、(5) 的事实可以）。")
        if not isinstance(value, str) or value not in set(Answer):
            raise InputError(f"{where}：“{name}”的值只能是 yes、no 或 unknown，不是 {json.dumps(value, ensure_ascii=False, default=str)[:60]}。")
        found[Fact(name)] = Answer(value)
    return found


def _components(raw, item: str) -> tuple[Component, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise InputError(f"{item}：components 应是一个列表。")
    found = []
    for number, row in enumerate(raw, 1):
        where = f"{item}：components 第 {number} 个"
        if not isinstance(row, dict):
            raise InputError(f"{where} 应是一个对象。")
        name = row.get("name", "")
        if not isinstance(name, str):
            raise InputError(f"{where}：name 应是文字。")
        amount_wan = _amount(row.get("amount_wan"), where)
        facts = _facts(row.get("facts"), f"{where}：facts", set(COMPONENT_FACTS))
        found.append(Component(name or f"组成部分 {number}", amount_wan, facts))
    return tuple(found)


def amount(raw: object) -> Decimal:
    """A number ≥ 0 in 万元. Raises InvalidOperation otherwise."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise InvalidOperation
    value = Decimal(str(raw).strip())
    if not value.is_finite() or value < 0 or value > MOST_WAN:
        raise InvalidOperation
    return value


def _amount(raw, where: str) -> Decimal:
    if raw is None:
        raise InputError(f"{where}：缺少 amount_wan（万元）。")
    try:
        return amount(raw)
    except InvalidOperation:
        raise InputError(f"{where}：amount_wan 应是不小于 0 的数（万元），不是 {str(raw)[:40]}。") from None


def screen(items: Iterable[Item], rule_set: RuleSet = PLAN_2006) -> Iterator[dict]:
    """One dict an item, in input order."""
    for item in items:
        yield {"id": item.id} | as_dict(assess(item.facts, item.components, rule_set))


def as_dict(a: Assessment) -> dict:
    """An assessment in the contract's words."""
    return {
        "outcome": str(a.outcome),
        "met": a.clauses(MET),
        "partly": a.clauses(PARTLY),
        "undetermined": a.clauses(UNDETERMINED),
        "needs_decision": list(a.needs_decision),
        "missing_facts": [str(f) for f in a.missing_facts],
        "cut_wan": f"{a.cut_wan.quantize(CENT):.2f}",
        "rule_set": a.rule_set,
        "trace": [
            {"clause": s.clause, "text": s.text, "result": s.result, "because": [str(f) for f in s.because],
             "components": list(s.components), "note": s.note}
            for s in a.trace
        ],
    }  # fmt: skip
