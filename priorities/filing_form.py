"""What the filing form shows: sections with their progress, questions that the construction calls for, the money
table, a readable proposal, and the two sides of a conflict. Reads proposals; writes nothing."""

from __future__ import annotations

from decimal import Decimal

from priorities import proposal as proposals
from priorities.forms import money_years
from priorities.rules.facts import COMPONENT_FACTS, FACTS, OFFICE_FACTS, Fact

ANSWERS = (("yes", "是"), ("no", "否"), ("unknown", "不明"))
ANSWER_WORDS = dict(ANSWERS)

# The sources that a new row of the money table offers first; the rest appear once they hold money or are added.
USUAL_SOURCES = ("city", "own")

_LABELS = {
    "title": "项目名称", "construction": "建设类型", "start": "开始时间", "end": "结束时间", "precision": "时间精度",
    "mandate": "谁要求建设", "mandate_document": "要求文件", "investment_type": "投资类型",
    "investment_reason": "投资类型理由", "service_objects": "服务对象", "evaluation": "绩效评估机制",
    "content": "建设内容", "security.level": "安全保护等级", "security.plan": "同步安全方案",
    "security.commitments": "四同步承诺", "contact.name": "联系人", "contact.phone": "联系电话",
    "prior_investment.amount_wan": "已有政府投资", "prior_investment.year": "已投资年度",
    "prior_investment.document": "已投资文件", "running_cost.amount_wan": "年运维费",
    "running_cost.source": "运维费来源", "goals": "可度量目标", "components": "组成部分", "money": "资金",
}  # fmt: skip
_ROW_LABELS = {"indicator": "指标", "present": "现值", "target": "目标值", "year": "年度", "name": "名称", "kind": "类别",
               "amount_wan": "金额", "source": "来源", "fiscal_year": "年度"}  # fmt: skip


def label_of(path: str) -> str:
    """A field's Chinese name: 目标 2 · 指标."""
    if path in _LABELS:
        return _LABELS[path]
    parts = path.split(".")
    if parts[0] == "facts" and len(parts) > 1:
        question = FACTS[parts[1]].question if parts[1] in FACTS else parts[1]
        return f"{question}{'（证据）' if parts[-1] == 'evidence' else ''}"
    if parts[0] in ("goals", "components") and len(parts) > 1 and parts[1].isdigit():
        head = "目标" if parts[0] == "goals" else "组成部分"
        return f"{head} {int(parts[1]) + 1} · {_ROW_LABELS.get(parts[-1], parts[-1])}"
    return _LABELS.get(parts[0], path)


def word_of(path: str, value: str) -> str:
    """A leaf's value as people read it."""
    last = path.rpartition(".")[2]
    for key, words in (
        ("construction", proposals.CONSTRUCTIONS), ("mandate", proposals.MANDATES), ("kind", proposals.COMPONENT_KINDS),
        ("investment_type", proposals.INVESTMENT_TYPES), ("source", proposals.SOURCE_LABELS), ("value", ANSWER_WORDS),
    ):  # fmt: skip
        if last == key:
            return words.get(value, value)
    return ANSWER_WORDS.get(value, value)


def side_by_side(yours: dict, theirs: dict) -> list[dict]:
    """Every field that differs, both values, for a conflict (nothing typed is lost)."""
    return [
        {"path": path, "label": label_of(path), "theirs": word_of(path, a), "yours": word_of(path, b)}
        for path, a, b in proposals.differences(theirs, yours)
    ]


def progress(document: dict) -> dict:
    """`{"filled", "all", "sections": [{"key", "title", "filled", "all"}]}` of the mandatory points."""
    points = proposals.mandatory(document)
    sections = []
    for number, (key, title) in enumerate(proposals.SECTIONS.items(), 1):
        mine = [filled for _, section, filled in points if section == key]
        if key == "facts":
            held = document["facts"]
            mine = [held.get(f.key, {}).get("value") in ("yes", "no") for f in questions(document)]
        sections.append({"key": key, "title": title, "number": number, "filled": sum(mine), "all": len(mine)})
    return {"filled": sum(f for _, _, f in points), "all": len(points), "sections": sections}


def questions(document: dict) -> list:
    """The facts that the form asks of the whole: the department's own; component facts are asked at the parts, by kind."""
    return [FACTS[fact] for fact in Fact if fact not in OFFICE_FACTS and fact not in COMPONENT_FACTS]


def component_questions(kind: str) -> list:
    """The facts of 8.3.3(1), (3), (5) that a part of this kind is asked."""
    return [FACTS[f] for f in Fact if f in COMPONENT_FACTS and kind in FACTS[f].kinds]


def money_table(document: dict) -> dict:
    """Years × sources as columns, parts as rows; amounts as typed text; sums per column, row and in all."""
    years = money_years(document)
    used = {row["source"] for c in document["components"] for row in c["money"]}
    sources = [s for s in proposals.SOURCE_LABELS if s in used or s in USUAL_SOURCES]
    columns = [{"year": y, "source": s, "label": proposals.SOURCE_LABELS[s], "key": f"{y}.{s}"} for y in years for s in sources]
    rows = []
    for i, component in enumerate(document["components"]):
        held = {(m["fiscal_year"], m["source"]): m["amount_wan"] for m in component["money"]}
        rows.append({
            "index": i, "component": component, "sum": proposals.component_wan(component),
            "cells": [{"name": f"components.{i}.money.{c['year']}.{c['source']}", "column": c["key"],
                       "value": held.get((c["year"], c["source"]), "")} for c in columns],
            "questions": [{"info": q, "name": f"components.{i}.facts.{q.key}", "value": component["facts"].get(q.key, "")}
                          for q in component_questions(component["kind"])],
        })  # fmt: skip
    sums = [proposals.total_wan(document, source=c["source"], year=c["year"]) for c in columns]
    by_source = [(proposals.SOURCE_LABELS[s], proposals.total_wan(document, source=s)) for s in sources]
    by_year = [(y, proposals.total_wan(document, year=y)) for y in years]
    return {"years": years, "sources": sources, "columns": columns, "rows": rows, "sums": sums,
            "total": proposals.total_wan(document), "by_source": [b for b in by_source if b[1]],
            "by_year": [b for b in by_year if b[1]], "other_sources": [
                (s, label) for s, label in proposals.SOURCE_LABELS.items() if s not in sources]}  # fmt: skip


def context(row, document: dict, *, errors: dict, typed=None) -> dict:
    """Everything the edit template needs. `typed` (a QueryDict) keeps refused text in its field."""
    stated = []
    for number, info in enumerate(questions(document), 1):
        held = document["facts"].get(info.key, {})
        stated.append({"info": info, "number": number, "name": f"facts.{info.key}",
                       "value": held.get("value", ""), "evidence": held.get("evidence", "")})  # fmt: skip
    goals = [*document["goals"], {"indicator": "", "present": "", "target": "", "year": None}]
    points = {p.field: p for p in row.returned_points.filter(version=row.current_version)} if row.state == "returned" else {}
    return {
        "p": document,
        "errors": errors,
        "typed": typed,
        "progress": progress(document),
        "gaps": proposals.gaps(document),
        "goals": list(enumerate(goals)),
        "facts": stated,
        "money": money_table(document),
        "choices": {
            "construction": proposals.CONSTRUCTIONS, "mandate": proposals.MANDATES,
            "investment_type": proposals.INVESTMENT_TYPES, "kinds": proposals.COMPONENT_KINDS,
            "sources": proposals.SOURCE_LABELS, "commitments": proposals.COMMITMENTS,
        },
        "answers": ANSWERS,
        "points": points,
        "open_fields": set(points) if row.state == "returned" else None,
        "attachments": row.attachments.filter(removed=False).select_related("file"),
        "participants": row.participants.select_related("organisation"),
    }  # fmt: skip


def readable(document: dict) -> list[dict]:
    """The proposal as sections of label and value, for the detail page, the desk and the receipt."""
    d = document
    period = f"{d['start']} 至 {d['end']}" if d["start"] else ""
    goals = [f"{g['indicator']}：{g['present'] or '—'} → {g['target']}（{g['year'] or '年度未填'}）" for g in d["goals"]]
    security = d["security"]
    return [
        {"title": "基本情况", "rows": [
            ("建设类型", proposals.CONSTRUCTIONS.get(d["construction"], "")), ("起止时间", period),
            ("谁要求建设", " ".join(filter(None, [proposals.MANDATES.get(d["mandate"], ""), d["mandate_document"]]))),
            ("投资类型", " ".join(filter(None, [proposals.INVESTMENT_TYPES.get(d["investment_type"], ""),
                                              d["investment_reason"]]))),
            ("联系人", " ".join(filter(None, d["contact"].values())))]},
        {"title": "目标与绩效", "rows": [
            ("服务对象", d["service_objects"]), ("可度量目标", "\n".join(goals)), ("绩效评估机制", d["evaluation"]),
            ("建设内容", d["content"])]},
        {"title": "安全", "rows": [
            ("保护等级", f"{security['level']} 级" if security["level"] else ""), ("同步安全方案", security["plan"]),
            ("四同步承诺", "、".join(proposals.COMMITMENTS[c] for c in security["commitments"]))]},
    ]  # fmt: skip


def component_rows(document: dict) -> list[dict]:
    """Parts with money and share, for tables."""
    total = proposals.total_wan(document)
    return [
        {"id": c["id"], "name": c["name"], "kind": proposals.COMPONENT_KINDS.get(c["kind"], "未填"),
         "wan": proposals.component_wan(c),
         "share": (proposals.component_wan(c) / total * 100).quantize(Decimal("0.1")) if total else None}
        for c in document["components"]
    ]  # fmt: skip
