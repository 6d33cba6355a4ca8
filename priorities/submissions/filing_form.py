"""What the filing form shows: sections with their progress, questions that the construction calls for, the money
table, the papers, a readable proposal. Reads proposals; writes nothing."""

from __future__ import annotations

from decimal import Decimal

from governance.basics.text import NotAnAmount, parse_wan
from priorities import proposal as proposals
from priorities.labels import ANSWERS, ATTACHMENTS
from priorities.rules import shape
from priorities.rules.criteria import heading_of
from priorities.rules.facts import COMPONENT_FACTS, FACTS, OFFICE_FACTS, Fact
from priorities.rules.plan_2006 import CLAUSE_OF, POSTPONED, PRIORITISED
from priorities.rules.rule_set import PLAN_2006
from priorities.submissions import expected_papers, merging, returned, workflow
from priorities.submissions.posted import money_years
from projects.catalogue import entries

# The sources that a new row of the money table offers first; the rest appear once they hold money or are added.
USUAL_SOURCES = ("city", "own")
OF_DISTRICTS = ("county", "own")  # who pays a district's own filing (D50)


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
    """The facts that the form asks of the whole: the department's own; a component's are asked at the parts."""
    return [FACTS[fact] for fact in Fact if fact not in OFFICE_FACTS and fact not in COMPONENT_FACTS]


def component_questions(kind: str) -> list:
    """The component facts that a part of this kind is asked."""
    return [FACTS[f] for f in Fact if f in COMPONENT_FACTS and kind in FACTS[f].kinds]


def money_table(document: dict, kind: str = "") -> dict:
    """Years × sources as columns, parts as rows; amounts as typed text; sums per column, row and in all.

    An amount that cannot be read counts as nothing in the sums; its sentence stands under the table.
    """
    years = money_years(document)
    used = {row["source"] for c in document["components"] for row in c["money"]}
    usual = OF_DISTRICTS if kind == "district" else USUAL_SOURCES
    sources = [s for s in proposals.SOURCE_LABELS if s in used or s in usual]
    if kind == "district":
        sources.sort(key=lambda s: s not in usual)
    columns = [
        {"year": y, "source": s, "label": proposals.SOURCE_LABELS[s], "key": f"{y}.{s}"} for y in years for s in sources
    ]
    sums = {
        (i, m["fiscal_year"], m["source"]): _amount(m["amount_wan"])
        for i, component in enumerate(document["components"])
        for m in component["money"]
    }

    def total(source: str | None = None, year: int | None = None) -> Decimal:
        return sum((a for (_, y, s), a in sums.items() if source in (None, s) and year in (None, y)), Decimal(0))

    return {
        "years": years,
        "sources": sources,
        "columns": columns,
        "rows": [
            _money_row(i, component, columns) | {"sum": sum((a for k, a in sums.items() if k[0] == i), Decimal(0))}
            for i, component in enumerate(document["components"])
        ],
        "total": total(),
        "sums": [(c["key"], total(c["source"], c["year"])) for c in columns],
        "by_source": [(proposals.SOURCE_LABELS[s], total(s)) for s in sources if total(s)],
        "by_year": [(y, total(year=y)) for y in years if total(year=y)],
        "other_sources": [(s, label) for s, label in proposals.SOURCE_LABELS.items() if s not in sources],
    }


def _money_row(i: int, component: dict, columns: list[dict]) -> dict:
    """A part's line: an input a column, the questions of its kind; answers to what it is not asked stay as they are."""
    amounts = {(m["fiscal_year"], m["source"]): m["amount_wan"] for m in component["money"]}
    asked = component_questions(component["kind"])
    at, facts = f"components.{i}", component["facts"]
    cells = [
        {"name": f"{at}.money.{c['key']}", "column": c["key"], "label": c["label"], "year": c["year"]}
        | {"value": amounts.get((c["year"], c["source"]), "")}
        for c in columns
    ]
    questions = [
        {"info": q, "clause": CLAUSE_OF[q.key], "name": f"{at}.facts.{q.key}", "value": facts.get(q.key, "")}
        for q in asked
    ]
    kept = [(f"{at}.facts.{fact}", value) for fact, value in facts.items() if fact not in {q.key for q in asked}]
    return {"index": i, "component": component, "cells": cells, "questions": questions, "kept": kept}


def _amount(text: object) -> Decimal:
    try:
        return parse_wan(text) or Decimal(0)
    except NotAnAmount:
        return Decimal(0)


CHOICES = {
    "construction": proposals.CONSTRUCTIONS,
    "mandate": proposals.MANDATES,
    "investment_type": proposals.INVESTMENT_TYPES,
    "kinds": proposals.COMPONENT_KINDS,
    "sources": proposals.SOURCE_LABELS,
    "commitments": proposals.COMMITMENTS,
    "attachments": ATTACHMENTS,
    "sides": proposals.SHARING_SIDES,
    "services": proposals.SHARING_SERVICES,
    "frequencies": proposals.SHARING_FREQUENCIES,
}
BLANK_SHARING = {"side": "uses", "data": "", "service": "", "frequency": ""}  # a line to type in

# A question that cannot matter once another one is answered no (its clause asks for both) comes after that one.
FOLLOWS = {f: first for table in PLAN_2006.tables for f, first in shape.follows(table).items()}
_GROUPS = ((POSTPONED, "会使项目缓建"), (PRIORITISED, "可使项目优先；没有答的按“不明”，不按“否”"))


def fact_groups(document: dict) -> list[dict]:
    """The department's questions by heading, numbered through, each with its answer and what it follows."""
    number, groups = 0, []
    for heading, title in _GROUPS:
        rows = []
        for info in questions(document):
            clause = CLAUSE_OF[info.key]
            if heading_of(clause) != heading:
                continue
            number += 1
            held = document["facts"].get(info.key, {})
            answer = {name: held.get(name, "") for name in ("value", "evidence")}
            asked = {"info": info, "clause": clause, "number": number, "name": f"facts.{info.key}"}
            rows.append(asked | answer | {"follows": FOLLOWS.get(info.key, "")})
        groups.append({"title": f"{heading}：{title}", "rows": rows})
    return groups


def context(row, document: dict, *, errors: dict, shown: dict | None = None) -> dict:
    """Everything the edit template needs. `shown` is the document with what was refused as it was typed."""
    shown = shown or document
    goals = shown["goals"] or [{"indicator": "", "present": "", "target": "", "year": None}]
    sharing = [*proposals.sharing_of(shown), BLANK_SHARING]
    points = returned.sentences(row)
    attachments = list(row.attachments.filter(removed=False).select_related("file"))
    return {
        "p": shown,
        "errors": errors,
        "progress": progress(document),
        "gaps": proposals.gaps(document),
        "goals": list(enumerate(goals)),
        "sharing": list(enumerate(sharing)),
        "blank_sharing": BLANK_SHARING,
        "catalogue": entries.offered(),
        "facts": fact_groups(shown),
        "fact_count": len(questions(document)),
        "kept_facts": [(f"facts.{key}", row) for key, row in shown["facts"].items() if key in COMPONENT_FACTS],
        "money": money_table(shown, row.kind),
        "choices": CHOICES,
        "answers": ANSWERS.items(),
        "points": points,
        "point_count": sum(len(s) for s in points.values()),
        "open_fields": set(points) if row.state == "returned" else None,
        "open": workflow.open_verbs(row),
        "attachments": attachments,
        "remarks": returned.remarks(row, document),
        "papers": expected_papers.expected(document, {a.kind for a in attachments}, is_filed=row.number is not None),
        "participants": row.participants.select_related("organisation"),
    }


def readable(document: dict) -> list[dict]:
    """The proposal as sections of label and value, for the detail page, the desk and the receipt."""
    d = document
    period = f"{d['start']} 至 {d['end']}" if d["start"] else ""
    goals = [
        f"{g['indicator']}：{g['present'] or '—'} → {g['target']}（{g['year'] or '年度未填'}）" for g in d["goals"]
    ]
    security, shared = d["security"], proposals.sharing_of(d)
    return [
        {
            "title": "基本情况",
            "rows": [
                ("建设类型", proposals.CONSTRUCTIONS.get(d["construction"], "")),
                ("起止时间", period),
                ("谁要求建设", _words(proposals.MANDATES.get(d["mandate"]), d["mandate_document"])),
                ("投资类型", _words(proposals.INVESTMENT_TYPES.get(d["investment_type"]), d["investment_reason"])),
                ("联系人", _words(*d["contact"].values())),
            ],
        },
        {
            "title": "目标与绩效",
            "rows": [
                ("服务对象", d["service_objects"]),
                ("可度量目标", "\n".join(goals)),
                ("绩效评估机制", d["evaluation"]),
                ("建设内容", d["content"]),
            ],
        },
        {
            "title": "共享",
            "rows": [
                (label, "\n".join(merging.shared_words(r).partition(" ")[2] for r in shared if r["side"] == side))
                for side, label in (("uses", "使用的数据"), ("provides", "提供的数据"))
            ],
        },
        {
            "title": "安全",
            "rows": [
                ("保护等级", f"{security['level']} 级" if security["level"] else ""),
                ("同步安全方案", security["plan"]),
                ("四同步承诺", "、".join(proposals.COMMITMENTS[c] for c in security["commitments"])),
            ],
        },
    ]


def _words(*parts: str | None) -> str:
    return " ".join(filter(None, parts))


def component_rows(document: dict) -> list[dict]:
    """Parts with money and share, for tables."""
    total = proposals.total_wan(document)
    return [
        {
            "id": c["id"],
            "name": c["name"],
            "kind": proposals.COMPONENT_KINDS.get(c["kind"], "未填"),
            "wan": proposals.component_wan(c),
            "share": (proposals.component_wan(c) / total * 100).quantize(Decimal("0.1")) if total else None,
        }
        for c in document["components"]
    ]
