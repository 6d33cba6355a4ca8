"""A proposal as named fields that keep their names when rows move: merged three ways, compared, worded. Pure.

    title · contact.name · goals.0 · facts.exchangeable.value · components.c2.kind · components.c2.money.2008.city

A part is named by its id, an amount by year and source, a goal (indicator, present, target, year as one value) and a
row of shared data by its place. Differences between versions, the two sides of a conflict and the preview of a
workbook all speak of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from priorities import proposal as proposals
from priorities.labels import ANSWERS, ATTACHMENTS
from priorities.rules.facts import FACTS

_DICTS = ("security", "contact", "prior_investment", "running_cost")
GOAL = ("indicator", "present", "target", "year")
SHARING = ("side", "data", "service", "frequency")
_LISTS = {"goals": GOAL, "sharing": SHARING}  # rows named by their place, each as one value

LABELS = {
    "title": "项目名称",
    "construction": "建设类型",
    "start": "开始时间",
    "end": "结束时间",
    "precision": "时间精度",
    "mandate": "谁要求建设",
    "mandate_document": "要求文件",
    "investment_type": "投资类型",
    "investment_reason": "投资类型理由",
    "service_objects": "服务对象",
    "evaluation": "绩效评估机制",
    "content": "建设内容",
    "security.level": "安全保护等级",
    "security.plan": "同步安全方案",
    "security.commitments": "四同步承诺",
    "contact.name": "联系人",
    "contact.phone": "联系电话",
    "prior_investment.amount_wan": "已有政府投资",
    "prior_investment.year": "已投资年度",
    "prior_investment.document": "已投资文件",
    "running_cost.amount_wan": "年运维费",
    "running_cost.source": "运维费来源",
    "goals": "可度量目标",
    "components": "组成部分",
    "sharing": "共享数据（使用和提供）",
    "money": "资金",
    "attachments": "附件",
    "prior_investment": "已有政府投资（金额、年度、文件）",
    "running_cost": "年运维费与来源",
}
_ROW_LABELS = {
    "indicator": "指标",
    "present": "现值",
    "target": "目标值",
    "year": "年度",
    "name": "名称",
    "kind": "类别",
    "amount_wan": "金额",
    "source": "来源",
    "fiscal_year": "年度",
    "side": "使用还是提供",
    "data": "数据",
    "service": "服务方式",
    "frequency": "频率",
}


def split(document: dict) -> dict[str, object]:
    """Every field by its name; empty ones are left out. Amounts are text, a goal is a tuple, commitments a tuple."""
    out: dict[str, object] = {}
    for head, value in document.items():
        if head in _DICTS:
            for key, inner in value.items():
                out[f"{head}.{key}"] = tuple(inner) if isinstance(inner, list) else inner
        elif head == "facts":
            for fact, row in value.items():
                out[f"facts.{fact}.value"], out[f"facts.{fact}.evidence"] = row["value"], row["evidence"]
        elif head in _LISTS:
            out |= {f"{head}.{i}": tuple(row[k] for k in _LISTS[head]) for i, row in enumerate(value)}
        elif head == "components":
            for part in value:
                at = f"components.{part['id']}"
                out[f"{at}.name"], out[f"{at}.kind"] = part["name"], part["kind"]
                out |= {f"{at}.facts.{fact}": answer for fact, answer in part["facts"].items()}
                out |= {f"{at}.money.{m['fiscal_year']}.{m['source']}": m["amount_wan"] for m in part["money"]}
        else:
            out[head] = value
    return {path: value for path, value in out.items() if value not in ("", None, ())}


def join(fields: dict[str, object]) -> dict:
    """The document that has these fields; parts in the order in which they first appear, goals by their place."""
    document = proposals.empty()
    lists: dict[str, dict[int, dict]] = {head: {} for head in _LISTS}
    parts: dict[str, dict] = {}
    for path, value in fields.items():
        head, _, rest = path.partition(".")
        if head in _LISTS:
            lists[head][int(rest)] = dict(zip(_LISTS[head], value, strict=True))
        elif head == "components":
            key, field, *more = rest.split(".")
            part = parts.setdefault(key, {"id": key, "name": "", "kind": "", "facts": {}, "money": []})
            if field == "facts":
                part["facts"][more[0]] = value
            elif field == "money":
                part["money"].append({"source": more[1], "fiscal_year": int(more[0]), "amount_wan": value})
            else:
                part[field] = value
        elif head == "facts":
            fact, what = rest.rsplit(".", 1)
            row = document["facts"].setdefault(fact, {"value": "unknown", "evidence": ""})
            row[what] = value
        elif rest:
            document[head][rest] = list(value) if isinstance(value, tuple) else value
        else:
            document[head] = value
    document |= {head: [rows[i] for i in sorted(rows)] for head, rows in lists.items()}
    document["components"] = list(parts.values())
    return document


@dataclass(frozen=True)
class Difference:
    """One field with both values as people read them. `path` names it, `section` is the form's section."""

    path: str
    label: str
    old: str
    new: str
    section: str


def compare(old: dict, new: dict) -> list[Difference]:
    """Every field that differs, in the order of the form."""
    a, b = split(old), split(new)
    paths = sorted((p for p in {**a, **b} if a.get(p) != b.get(p)), key=_place)
    return [Difference(p, label(p, new, old), word(p, a.get(p)), word(p, b.get(p)), section_of(p)) for p in paths]


def clashes(theirs: dict, mine: dict) -> list[dict[str, str]]:
    """What both sides have otherwise, as the form shows it to choose from."""
    return as_clashes(compare(theirs, mine))


def as_clashes(differences: Iterable[Difference]) -> list[dict[str, str]]:
    return [{"path": d.path, "label": d.label, "theirs": d.old, "yours": d.new} for d in differences]


@dataclass(frozen=True)
class Merged:
    """Two people's work on one base: the document (the caller's side where both changed) and what both changed."""

    document: dict
    conflicts: tuple[Difference, ...]  # old is theirs, new is mine


def merge(base: dict, mine: dict, theirs: dict) -> Merged:
    """Three ways, field by field: whoever changed a field alone is right; where both did, it is a conflict."""
    was, ours, others = split(base), split(mine), split(theirs)
    out: dict[str, object] = {}
    clashes = []
    for path in {**others, **ours, **was}:
        b, m, t = was.get(path), ours.get(path), others.get(path)
        chosen = t if m == b else m
        if m != b and t not in (b, m):
            clashes.append(path)
        if chosen is not None:
            out[path] = chosen
    document = join(out)
    shown = tuple(
        Difference(p, label(p, mine, theirs), word(p, others.get(p)), word(p, ours.get(p)), section_of(p))
        for p in sorted(clashes, key=_place)
    )
    return Merged(document, shown)


def take(document: dict, other: dict, paths: list[str]) -> dict:
    """`document` with the named fields as they are in `other`."""
    mine, theirs = split(document), split(other)
    for path in paths:
        if path in theirs:
            mine[path] = theirs[path]
        else:
            mine.pop(path, None)
    return join(mine)


def fill(document: dict, held: dict, is_open: Callable[[str], bool]) -> dict:
    """`document` with what is empty in it taken from `held`, except in open fields: a closed input is not posted."""
    mine, theirs = split(document), split(held)
    mine = {p: v for p, v in mine.items() if not (p.startswith("facts.") and v == "unknown" and not is_open(p))}
    if not is_open("precision"):  # cleaning gives it a value though no date was posted
        mine.pop("precision", None)
    out = {p: mine.get(p, None if is_open(p) else v) for p, v in theirs.items()} | mine
    return join({p: v for p, v in out.items() if v is not None})


def by_place(document: dict, path: str) -> str:
    """`components.c2.kind` as the place in the document says it, `components.1.kind`; other names as they are."""
    parts = path.split(".")
    if parts[0] == "components" and len(parts) > 1:
        places = {part["id"]: str(i) for i, part in enumerate(document["components"])}
        parts[1] = places.get(parts[1], parts[1])
    return ".".join(parts)


def label(path: str, *documents: dict) -> str:
    """A field's Chinese name: 组成部分“业务应用软件” · 2008 年市财政（万元）."""
    if path in LABELS:
        return LABELS[path]
    parts = path.split(".")
    if parts[0] == "facts" and len(parts) > 1:
        return f"{_question(parts[1])}{'（证据）' if parts[-1] == 'evidence' else ''}"
    if parts[0] in _LISTS and len(parts) > 1:
        row = f" · {_ROW_LABELS.get(parts[2], parts[2])}" if len(parts) > 2 else ""
        name = "目标" if parts[0] == "goals" else "共享数据"
        return f"{name} {int(parts[1]) + 1}{row}" if parts[1].isdigit() else LABELS[parts[0]]
    if parts[0] == "components" and len(parts) > 1:
        return f"组成部分{_part_name(parts[1], documents)}{_part_field(parts[2:])}"
    if parts[0] == "attachments":
        return f"附件：{ATTACHMENTS.get(parts[-1], parts[-1])}"
    return LABELS.get(parts[0], path)


def _question(fact: str) -> str:
    return FACTS[fact].question if fact in FACTS else fact


def _part_name(key: str, documents: tuple[dict, ...]) -> str:
    if key.isdigit():
        return f" {int(key) + 1}"
    for document in documents:
        for part in document["components"]:
            if part["id"] == key and part["name"]:
                return f"“{part['name']}”"
    return f" {key}"


def _part_field(parts: list[str]) -> str:
    if len(parts) == 3 and parts[0] == "money" and parts[2] in proposals.SOURCE_LABELS:
        return f" · {parts[1]} 年{proposals.SOURCE_LABELS[parts[2]]}（万元）"
    if len(parts) == 2 and parts[0] == "facts":
        return f" · {_question(parts[1])}"
    return f" · {_ROW_LABELS.get(parts[-1], parts[-1])}" if parts else ""


_WORDS = (
    ("construction", proposals.CONSTRUCTIONS),
    ("mandate", proposals.MANDATES),
    ("kind", proposals.COMPONENT_KINDS),
    ("investment_type", proposals.INVESTMENT_TYPES),
    ("source", proposals.SOURCE_LABELS),
    ("precision", {"year": "年", "month": "月"}),
)


def word(path: str, value: object) -> str:
    """A field's value as people read it; empty where there is none."""
    if value in (None, ""):
        return ""
    if isinstance(value, tuple):
        if path == "security.commitments":
            return "、".join(proposals.COMMITMENTS.get(v, str(v)) for v in value)
        if path.startswith("sharing"):
            return shared_words(dict(zip(SHARING, value, strict=True)))
        indicator, present, target, year = value
        return f"{indicator or '—'}：{present or '—'} → {target or '—'}（{year or '年度未填'}）"
    last = path.rpartition(".")[2]
    for key, words in _WORDS:
        if last == key:
            return words.get(value, str(value))
    if last == "value" or ".facts." in path:
        return ANSWERS.get(str(value), str(value))
    return str(value)


def shared_words(row: dict) -> str:
    """使用 GX-001 人口基础信息（平台交换，每日）."""
    how = proposals.SHARING_SERVICES.get(row["service"]), proposals.SHARING_FREQUENCIES.get(row["frequency"])
    words = "，".join(filter(None, how))
    return f"{proposals.SHARING_SIDES.get(row['side'], '')} {row['data']}{f'（{words}）' if words else ''}"


_ORDER = (
    "title construction start end precision mandate mandate_document investment_type investment_reason contact "
    "prior_investment running_cost service_objects goals evaluation content components sharing facts security "
    "attachments"
).split()
_SECTION = {"components": "money", "money": "money", "sharing": "facts", "facts": "facts", "security": "security"}
_SECTION |= dict.fromkeys(("service_objects", "goals", "evaluation", "content"), "goals")


def section_of(path: str) -> str:
    """The form's section that a field stands in: basics, goals, money, facts, security."""
    return _SECTION.get(path.partition(".")[0], "basics")


def _place(path: str) -> tuple:
    head = path.partition(".")[0]
    return (_ORDER.index(head) if head in _ORDER else len(_ORDER), path)
