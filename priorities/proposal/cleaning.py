"""What was typed, read as a proposal: normalised values, and the errors at their paths. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from governance.basics.text import NotAnAmount, clean_text, parse_wan
from priorities.proposal.contents import as_amounts
from priorities.proposal.shape import (
    COMMITMENTS,
    COMPONENT_KINDS,
    CONSTRUCTIONS,
    INVESTMENT_TYPES,
    MANDATES,
    MAX_COMPONENTS,
    MAX_GOALS,
    MAX_SHARING,
    SHARING_FREQUENCIES,
    SHARING_SERVICES,
    SHARING_SIDES,
    SOURCE_LABELS,
    YEARS,
    empty,
)
from priorities.rules.facts import COMPONENT_FACTS, OFFICE_FACTS, Answer, Fact
from priorities.rules.plan_2006 import ON_COMPONENTS
from projects.sharing_words import key_of

_TEXTS = {  # top-level text fields: label, longest
    "title": ("项目名称", 200),
    "mandate_document": ("要求文件", 300),
    "investment_reason": ("投资类型理由", 1000),
    "service_objects": ("服务对象", 1000),
    "evaluation": ("绩效评估机制", 2000),
    "content": ("建设内容", 10_000),
}
_CHOICES = {
    "construction": ("建设类型", CONSTRUCTIONS),
    "mandate": ("谁要求建设", MANDATES),
    "investment_type": ("投资类型", INVESTMENT_TYPES),
    "precision": ("时间精度", {"year": "年", "month": "月"}),
}
_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2}))?")


class _Cleaner:
    """Walks a raw document once; what cannot be taken is an error at its path, the rest is normalised."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def wrong(self, path: str, sentence: str) -> None:
        self.errors.setdefault(path, []).append(sentence)

    def text(self, value, path: str, label: str, limit: int) -> str:
        if value is not None and not isinstance(value, str | int | float):
            self.wrong(path, f"{label}应是文字。")
            return ""
        try:
            return clean_text(value, limit=limit, field=label)
        except ValueError as error:
            self.wrong(path, str(error))
            return ""

    def choice(self, value, path: str, label: str, choices: dict, blank: str | None = "") -> str | None:
        if value in ("", None):
            return blank
        if isinstance(value, str) and value in choices:
            return value
        self.wrong(path, f"{label}只能是：{'、'.join(choices.values())}。")
        return blank

    def amount(self, value, path: str) -> str | None:
        try:
            amount = parse_wan(value)
        except NotAnAmount as error:
            self.wrong(path, str(error))
            return None
        return None if amount is None else f"{amount:.2f}"

    def year(self, value, path: str, label: str = "年度") -> int | None:
        if value in ("", None):
            return None
        text = str(value).strip() if not isinstance(value, bool) else ""
        if re.fullmatch(r"\d{4}", text) and int(text) in YEARS:
            return int(text)
        self.wrong(path, f"{label}应是 {YEARS.start}—{YEARS.stop - 1} 的四位数，您填的是“{str(value)[:20]}”。")
        return None

    def period(self, value, path: str, label: str) -> str:
        if value in ("", None):
            return ""
        match = _PERIOD.fullmatch(
            unicodedata.normalize("NFKC", str(value)).strip().replace("年", "-").replace("月", "").rstrip("-")
        )
        if not match or int(match[1]) not in YEARS or (match[2] and not 1 <= int(match[2]) <= 12):
            self.wrong(
                path,
                f"{label}应写作 2008 或 2008-03（{YEARS.start}—{YEARS.stop - 1} 年），您填的是“{str(value)[:20]}”。",
            )
            return ""
        return f"{match[1]}-{int(match[2]):02d}" if match[2] else match[1]

    def mapping(self, value, path: str, keys: set[str]) -> dict:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(path or "proposal", "这一部分应是一个对象。")
            return {}
        for key in value:
            if key not in keys:
                self.wrong(f"{path}.{key}" if path else str(key)[:60], "没有这个字段。")
        return value

    def rows(self, value, path: str, most: int, label: str) -> list:
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(path, f"{label}应是一个列表。")
            return []
        if len(value) > most:
            self.wrong(path, f"{label}最多 {most} 行，您填了 {len(value)} 行。")
        return value[:most]

    def answer(self, value, path: str) -> str:
        if value in ("", None):
            return ""
        if isinstance(value, str) and value in {a.value for a in Answer}:
            return value
        self.wrong(path, "只能回答是（yes）、否（no）或不明（unknown）。")
        return ""


def clean(raw: object) -> tuple[dict, dict[str, list[str]]]:
    """A normalised document and the errors by path. With errors the document is not to be stored."""
    c = _Cleaner()
    shape = empty()
    raw = c.mapping(raw, "", set(shape))
    out = empty()
    for name, (label, limit) in _TEXTS.items():
        out[name] = c.text(raw.get(name), name, label, limit)
    for name, (label, choices) in _CHOICES.items():
        out[name] = c.choice(raw.get(name), name, label, choices, blank="year" if name == "precision" else "")
    out["start"] = c.period(raw.get("start"), "start", "开始时间")
    out["end"] = c.period(raw.get("end"), "end", "结束时间")
    if "-" in out["start"] or "-" in out["end"]:
        out["precision"] = "month"
    if out["start"] and out["end"] and _last_month(out["end"]) < _first_month(out["start"]):
        c.wrong("end", f"结束时间 {out['end']} 早于开始时间 {out['start']}。")
    out["goals"] = _goals(c, raw.get("goals"))
    out["components"] = _components(c, raw.get("components"))
    out["sharing"] = _sharing(c, raw.get("sharing"))
    out["facts"] = _facts(c, raw.get("facts"))
    out["security"] = _security(c, raw.get("security"))
    contact = c.mapping(raw.get("contact"), "contact", {"name", "phone"})
    out["contact"] = {
        "name": c.text(contact.get("name"), "contact.name", "联系人", 60),
        "phone": c.text(contact.get("phone"), "contact.phone", "联系电话", 40),
    }
    prior = c.mapping(raw.get("prior_investment"), "prior_investment", {"amount_wan", "year", "document"})
    out["prior_investment"] = {
        "amount_wan": c.amount(prior.get("amount_wan"), "prior_investment.amount_wan"),
        "year": c.year(prior.get("year"), "prior_investment.year"),
        "document": c.text(prior.get("document"), "prior_investment.document", "已投资文件", 300),
    }
    cost = c.mapping(raw.get("running_cost"), "running_cost", {"amount_wan", "source"})
    out["running_cost"] = {
        "amount_wan": c.amount(cost.get("amount_wan"), "running_cost.amount_wan"),
        "source": c.choice(cost.get("source"), "running_cost.source", "运维费来源", SOURCE_LABELS),
    }
    return out, c.errors


def _goals(c: _Cleaner, raw) -> list[dict]:
    rows = []
    for i, value in enumerate(c.rows(raw, "goals", MAX_GOALS, "目标")):
        row = c.mapping(value, f"goals.{i}", {"indicator", "present", "target", "year"})
        goal = {
            "indicator": c.text(row.get("indicator"), f"goals.{i}.indicator", "指标", 200),
            "present": c.text(row.get("present"), f"goals.{i}.present", "现值", 60),
            "target": c.text(row.get("target"), f"goals.{i}.target", "目标值", 60),
            "year": c.year(row.get("year"), f"goals.{i}.year"),
        }
        if any(goal.values()):
            rows.append(goal)
    return rows


def _components(c: _Cleaner, raw) -> list[dict]:
    rows, taken = [], set()
    for i, value in enumerate(c.rows(raw, "components", MAX_COMPONENTS, "组成部分")):
        path = f"components.{i}"
        row = c.mapping(value, path, {"id", "name", "kind", "facts", "money"})
        given = row.get("id")
        key = (
            given if isinstance(given, str) and re.fullmatch(r"[a-z0-9]{1,12}", given) and given not in taken else None
        )
        key = key or next(f"c{n}" for n in range(1, 1000) if f"c{n}" not in taken)
        taken.add(key)
        facts = {}
        stated = row.get("facts")
        if stated is not None and not isinstance(stated, dict):
            c.wrong(f"{path}.facts", "这一部分应是一个对象。")
            stated = None
        stated = stated or {}
        for fact, answer in stated.items():
            if fact not in COMPONENT_FACTS:
                c.wrong(
                    f"{path}.facts.{str(fact)[:60]}", f"这个事实不按组成部分回答（只有 {ON_COMPONENTS} 的事实可以）。"
                )
            elif value := c.answer(answer, f"{path}.facts.{fact}"):
                facts[str(fact)] = value
        component = {
            "id": key,
            "name": c.text(row.get("name"), f"{path}.name", "组成部分名称", 120),
            "kind": c.choice(row.get("kind"), f"{path}.kind", "类别", COMPONENT_KINDS),
            "facts": facts,
            "money": _money(c, row.get("money"), f"{path}.money"),
        }
        if component["name"] or component["money"] or component["kind"]:
            rows.append(component)
    return rows


def _money(c: _Cleaner, raw, path: str) -> list[dict]:
    sums: dict[tuple[int, str], Decimal] = {}
    for i, value in enumerate(c.rows(raw, path, 200, "资金")):
        row = c.mapping(value, f"{path}.{i}", {"source", "fiscal_year", "amount_wan"})
        amount = c.amount(row.get("amount_wan"), f"{path}.{i}.amount_wan")
        if amount is None or Decimal(amount) == 0:
            continue
        source = c.choice(row.get("source"), f"{path}.{i}.source", "资金来源", SOURCE_LABELS)
        year = c.year(row.get("fiscal_year"), f"{path}.{i}.fiscal_year")
        if not source or year is None:
            if f"{path}.{i}.source" not in c.errors and f"{path}.{i}.fiscal_year" not in c.errors:
                c.wrong(f"{path}.{i}", "这笔钱要写明来源和年度。")
            continue
        sums[year, source] = sums.get((year, source), Decimal(0)) + Decimal(amount)
    return as_amounts(sums)


def _sharing(c: _Cleaner, raw) -> list[dict]:
    rows = []
    for i, value in enumerate(c.rows(raw, "sharing", MAX_SHARING, "共享数据")):
        at = f"sharing.{i}"
        row = c.mapping(value, at, {"side", "data", "service", "frequency"})
        data = c.text(row.get("data"), f"{at}.data", "数据", 200)
        if data and not key_of(data):
            c.wrong(f"{at}.data", "数据的名称要有文字。")
        found = {
            "side": c.choice(row.get("side"), f"{at}.side", "使用还是提供", SHARING_SIDES),
            "data": data,
            "service": c.choice(row.get("service"), f"{at}.service", "服务方式", SHARING_SERVICES),
            "frequency": c.choice(row.get("frequency"), f"{at}.frequency", "频率", SHARING_FREQUENCIES),
        }
        if data and not found["side"] and f"{at}.side" not in c.errors:
            c.wrong(f"{at}.side", f"“{data[:30]}”要选使用还是提供。")
        if data:
            rows.append(found)
        elif found["service"] or found["frequency"]:
            c.wrong(f"{at}.data", "写了服务方式或频率，没有写是什么数据。")
    return rows


def _facts(c: _Cleaner, raw) -> dict[str, dict]:
    out = {}
    for fact, value in raw.items() if isinstance(raw, dict) else ():
        if fact not in set(Fact):
            c.wrong(f"facts.{str(fact)[:60]}", "没有这个事实。")
            continue
        if fact in OFFICE_FACTS:
            c.wrong(f"facts.{fact}", "这个事实由信息办审核人回答，申报单位不自评。")
            continue
        value = {"value": value} if isinstance(value, str) else value
        row = c.mapping(value, f"facts.{fact}", {"value", "evidence"})
        answer = c.answer(row.get("value"), f"facts.{fact}")
        evidence = c.text(row.get("evidence"), f"facts.{fact}.evidence", "证据", 1000)
        if answer or evidence:
            out[str(fact)] = {"value": answer or "unknown", "evidence": evidence}
    if raw is not None and not isinstance(raw, dict):
        c.wrong("facts", "事实应是一个对象。")
    order = [str(f) for f in Fact]
    return {key: out[key] for key in sorted(out, key=order.index)}


def _security(c: _Cleaner, raw) -> dict:
    row = c.mapping(raw, "security", {"level", "plan", "commitments"})
    level = row.get("level")
    if level in ("", None):
        level = None
    elif str(level) in ("1", "2", "3", "4", "5"):
        level = int(level)
    else:
        c.wrong("security.level", "安全保护等级只有 1—5 级（9.3.2）。")
        level = None
    commitments = [v for v in c.rows(row.get("commitments"), "security.commitments", 10, "承诺") if isinstance(v, str)]
    for value in commitments:
        if value not in COMMITMENTS:
            c.wrong("security.commitments", "四同步只有：同步规划、同时设计、同时施工、同时投入使用（9.3.8）。")
    return {
        "level": level,
        "plan": c.text(row.get("plan"), "security.plan", "同步安全方案", 4000),
        "commitments": [key for key in COMMITMENTS if key in commitments],
    }


def _first_month(period: str) -> tuple[int, int]:
    year, _, month = period.partition("-")
    return int(year), int(month or 1)


def _last_month(period: str) -> tuple[int, int]:
    year, _, month = period.partition("-")
    return int(year), int(month or 12)
