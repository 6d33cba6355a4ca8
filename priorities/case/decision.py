"""批复通知: what was decided about a case, as its applicant reads it. Built once, at the decision, and kept.

    {"number", "title", "version", "plan_year", "kind", "organisation", "units": [name], "day", "address", "issuer",
     "occasion", "headline", "sentence", "meeting", "project": code,
     "verdict": {"outcome", "override", "rule_set", "clauses": [{"clause", "text", "result", "because", "components"}]},
     "amounts": [{"source", "fiscal_year", "asked_wan", "decided_wan"}],
     "sums": {"asked_wan", "decided_wan", "cut_wan", "city_asked_wan", "city_decided_wan", "city_cut_wan"},
     "beside": {source: amount}, what payers find beside what was filed (D11, D12),
     "cuts": [{"what", "source", "fiscal_year", "asked_wan", "decided_wan", "cut_wan", "clause", "reason"}],
     "conditions": [{"text", "whose", "where", "due", "phone"}], "waived": [{"paper", "reason"}],
     "refusal": {"who", "clause", "text"}, "reason", "lacking", "re_review_on",
     "changes": [sentence], "next": [sentence], "call": [{"about", "who"}]}

Amounts are strings with two decimals in 万元, days ISO text; what does not apply is empty.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from governance.basics.roles import Role
from governance.models import Answer, Clause, Meeting
from priorities import proposal as proposals
from priorities.approval import carried, contacts
from priorities.labels import ANSWERS, OUTCOMES, RESULTS
from priorities.models import AnnualPlan, Conclusion, PlanEntry, Screening, Submission
from priorities.rule_sets import repository
from priorities.rules.criteria import heading_of
from priorities.rules.plan_2006 import POSTPONED, PRIORITISED, UNFUNDED
from priorities.screening import conclusions, decided, explained, verdicts

CITY = "city"
AGAINST = {"deferred": POSTPONED, "no_city_funding": UNFUNDED}  # the heading that speaks for the conclusion
BY_PLAN = "年度计划"  # what a plan took away names itself where a conclusion names a clause


def settled(conclusion: Conclusion | None, entry: PlanEntry | None = None) -> list[dict]:
    """审定 by source and year, beside what was asked for: the plan's entry where there is one, else the conclusion."""
    asked: dict[tuple[int, str], Decimal] = {}
    kept: dict[tuple[int, str], Decimal] = {}
    for row in conclusion.amounts if conclusion else ():
        key = (row["fiscal_year"], row["source"])
        asked[key] = asked.get(key, Decimal(0)) + Decimal(row["requested_wan"])
        kept[key] = kept.get(key, Decimal(0)) + Decimal(row["approved_wan"])
    if entry is not None:
        kept = {(a["fiscal_year"], a["source"]): Decimal(a["amount_wan"]) for a in entry.amounts}
    order = list(proposals.SOURCE_LABELS)
    return [
        {"source": s, "fiscal_year": y, "asked_wan": _text(asked.get((y, s))), "decided_wan": _text(kept.get((y, s)))}
        for y, s in sorted({*asked, *kept}, key=lambda k: (k[0], order.index(k[1])))
    ]


def of_conclusion(row: Submission, conclusion: Conclusion, day: dt.date) -> dict:
    """The letter of a joint approval that concluded."""
    frozen = verdicts.confirmed(row)
    kind = conclusion.kind
    decides = kind in decided.DECIDING  # what is deferred or waits in the pool has no decided amount
    rows = settled(conclusion) if decides else []
    said = "，".join(filter(None, (conclusion.get_kind_display(), decided.of_conclusion(row, conclusion).sentence)))
    letter = _letter(row, day, "concluded", conclusion.get_kind_display(), rows, frozen) | {
        "sentence": f"{row.number}“{row.title}”联合会签通过：{said}。",
        "beside": _beside(row, conclusion),
        "cuts": _cuts(conclusion) if decides else [],
        "reason": " ".join(filter(None, [conclusion.clause, conclusion.reason])),
        "lacking": conclusion.lacking,
        "re_review_on": conclusion.re_review_on.isoformat() if conclusion.re_review_on else "",
        "changes": _changes(frozen, kind, day),
    }
    letter["next"] = _next(letter, kind, row)
    return letter


def of_refusal(row: Submission, answer: Answer, day: dt.date) -> dict:
    """The letter of a joint approval that one seat refused: the case is back at the office, nothing is decided yet."""
    frozen = verdicts.confirmed(row)
    conclusion = conclusions.in_force(row)
    text = answer.text or answer.reason
    words = clause_text(answer.clause)
    changes = [f"{answer.seat.label}的理由消除后重新会签：{answer.clause}{'“' + words + '”' if words else ''}。"]
    letter = _letter(row, day, "refused", "会签没有通过，退回审核", [], frozen)
    return letter | {
        "sentence": f"{row.number}“{row.title}”联合会签没有通过（{answer.seat.label}，{answer.clause}）：{text}",
        "refusal": {"who": answer.seat.label, "clause": answer.clause, "text": text},
        "changes": changes + _changes(frozen, conclusion.kind if conclusion else "", day),
        "next": [
            "不用重新申报：由信息办重新审核，能改的退回贵单位补正，或另拟结论再送会签；进展另行通知。",
            "对理由有异议或能补充材料的，与信息办审核人联系。",
        ],
        "call": [_person("提出不同意见的席位", contacts.unit(answer.seat.organisation, day)), *letter["call"]],
    }


def of_plan(
    row: Submission, plan: AnnualPlan, entry: PlanEntry, occasion: str, meeting: Meeting, day: dt.date, need: str = ""
) -> dict:
    """The letter of an annual plan that was adopted: 列入 (`adopted`), 结转 (`left_over`; `need`: what it would have
    needed), or a later `adjusted`."""
    conclusion, listed = conclusions.in_force(row), entry.decision in ("listed", "adjusted")
    rows = settled(conclusion, entry) if listed else []
    year = plan.plan_year
    what = (
        "列入" if occasion == "adopted" else entry.get_decision_display()
    )  # with other amounts it is taken in all the same
    headline = f"{what} {plan}（{meeting.minutes_number}）"
    if occasion == "left_over":
        headline = f"没有列入 {plan}（{meeting.minutes_number}），转为 {row.plan_year} 年度候选"
    letter = _letter(row, day, occasion, headline, rows, verdicts.confirmed(row)) | {
        "meeting": str(meeting),
        "project": entry.project.code if entry.project_id else "",
        "reason": entry.reason,
        "cuts": [*_cuts(conclusion), *_plan_cuts(conclusion, entry)] if listed and conclusion else [],
    }
    said = decided.of_cases([row])[row.pk].adopting(entry.amounts).sentence if listed else entry.reason
    letter["sentence"] = f"{row.number}“{row.title}”{headline}{'，' if listed else '：'}{said}。"
    if listed:
        letter["beside"] = _beside(row, conclusion)
        letter["next"] = [
            f"项目编号 {letter['project']}，按批复内容办理采购和合同，核减的部分不得列入。",
            f"{year} 年度的预算行已按审定金额开立，资金下达由市财政局办理。",
            "内容、时间或总额要变更的，在项目页提出变更；超过审定总额的须重新会签。",
        ]
        letter["next"] += _find(letter)
        letter["call"].insert(0, _person("资金下达", contacts.role(Role.FINANCE, day)))
    elif occasion == "left_over":
        letter["next"] = [f"不用重新申报：本件已是 {row.plan_year} 年度的候选，编制该年度计划时一并考虑。"]
        letter["changes"] = [f"没有列入的理由：{entry.reason}。", *([f"列入还差：{need}。"] if need else [])]
    else:
        letter["next"] = [f"本件不再列入 {year} 年度计划；已批复未用的资金按会议纪要处理，请与信息办联系。"]
    if letter["conditions"]:
        letter["next"].append("所附条件仍须按期满足。")
    return letter


def _letter(
    row: Submission, day: dt.date, occasion: str, headline: str, rows: list[dict], frozen: Screening | None
) -> dict:
    """What every letter has."""
    with_it = carried.of_case(row, day)
    knows = row.assignee_id and row.assignee.phone and not row.assignee.is_disabled
    reviewer = contacts.person(row.assignee) if knows else contacts.role(Role.REVIEWER, day)
    units = [row.organisation.name, *(p.organisation.name for p in row.participants.select_related("organisation"))]
    return {
        "number": row.number,
        "title": row.title,
        "version": row.current_version,
        "plan_year": row.plan_year,
        "kind": row.get_kind_display(),
        "organisation": row.organisation.name,
        "units": list(dict.fromkeys(units)),
        "day": day.isoformat(),
        "address": f"{settings.PUBLIC_ADDRESS}{reverse('priorities:decision', args=[row.reference])}",
        "issuer": f"{settings.CITY_NAME}信息化领导小组办公室",
        "occasion": occasion,
        "headline": headline,
        "meeting": "",
        "project": "",
        "verdict": _verdict(frozen),
        "amounts": rows,
        "sums": _sums(rows),
        "beside": {},
        "cuts": [],
        "conditions": [
            {
                "text": c.text,
                "whose": c.whose,
                "where": c.where,
                "due": c.due.isoformat() if c.due else "",
                "phone": c.phone,
            }
            for c in with_it.conditions
        ],
        "waived": [{"paper": w.paper, "reason": w.reason} for w in with_it.waived],
        "refusal": {},
        "reason": "",
        "lacking": "",
        "re_review_on": "",
        "changes": [],
        "next": [],
        "call": [_person("审核与复审", reviewer)],
    }


def _verdict(frozen: Screening | None) -> dict:
    """Outcome and the clauses that hold, because of which facts."""
    if frozen is None:
        return {"outcome": "", "override": "", "rule_set": "", "clauses": []}
    reasons = explained.why(frozen.facts, frozen.components, frozen.day)
    found = []
    for step in frozen.result["trace"]:
        if step["result"] not in ("met", "partly"):
            continue
        clause = step["clause"]
        because = reasons[clause].sentence if clause in reasons else ""
        result = RESULTS[step["result"]]
        if clause in frozen.decisions:
            result += "，审核人计为成立" if frozen.decisions[clause] else "，审核人不计"
        found.append(
            {
                "clause": clause,
                "text": step["text"],
                "result": result,
                "because": because or "；".join(verdicts.question(f) for f in step["because"]),
                "components": step["components"],
            }
        )
    override = ""
    if frozen.override:
        override = f"另作判定为{OUTCOMES[frozen.override]}（{frozen.override_clause}）：{frozen.override_reason}"
    return {
        "outcome": OUTCOMES.get(frozen.outcome, ""),
        "override": override,
        "rule_set": frozen.rule_set,
        "clauses": found,
    }


def _cuts(conclusion: Conclusion) -> list[dict]:
    """Every amount that the joint approval cut, with clause and reason; a clause of the plan speaks for itself."""
    names = {c["id"]: c["name"] for c in conclusion.version.proposal["components"]}
    cut = [a for a in conclusion.amounts if Decimal(a["approved_wan"]) < Decimal(a["requested_wan"])]
    return [
        _cut(
            names.get(a["component"], a["component"]),
            a["source"],
            a["fiscal_year"],
            Decimal(a["requested_wan"]),
            Decimal(a["approved_wan"]),
            a["clause"],
            a["reason"] or clause_text(a["clause"]) or "没有另写说明",
        )
        for a in cut
    ]


def _plan_cuts(conclusion: Conclusion, entry: PlanEntry) -> list[dict]:
    """What the plan's entry has less than the conclusion, by source and year."""
    now = {(a["fiscal_year"], a["source"]): Decimal(a["amount_wan"]) for a in entry.amounts}
    rows = [
        (a["source"], a["fiscal_year"], Decimal(a["amount_wan"]), now.get((a["fiscal_year"], a["source"]), Decimal(0)))
        for a in conclusions.approved(conclusion)
    ]
    return [
        _cut("全部组成", source, year, was, kept, BY_PLAN, entry.reason)
        for source, year, was, kept in rows
        if kept < was
    ]


def _cut(what: str, source: str, year: int, was: Decimal, now: Decimal, clause: str, reason: str) -> dict:
    return {
        "what": what,
        "source": source,
        "fiscal_year": year,
        "asked_wan": _text(was),
        "decided_wan": _text(now),
        "cut_wan": _text(was - now),
        "clause": clause,
        "reason": reason,
    }


def _sums(rows: list[dict]) -> dict:
    def total(name: str, source: str | None = None) -> Decimal:
        return sum((Decimal(r[name]) for r in rows if source in (None, r["source"])), Decimal(0))

    found = {"asked": total("asked_wan"), "decided": total("decided_wan")}
    found |= {"city_asked": total("asked_wan", CITY), "city_decided": total("decided_wan", CITY)}
    found |= {
        "cut": max(found["asked"] - found["decided"], Decimal(0)),
        "city_cut": max(found["city_asked"] - found["city_decided"], Decimal(0)),
    }
    return {f"{name}_wan": _text(amount) for name, amount in found.items()}


def _changes(frozen: Screening | None, kind: str, day: dt.date) -> list[str]:
    """What would change a decision that is not the best one: the advice that the rules give, each piece tried out."""
    if frozen is None or kind == "candidate":
        return []
    advice = repository.advice(frozen.facts, frozen.components, day, frozen.decisions)
    found = [f"{'；'.join(a.sentences)}，改后判定为{OUTCOMES[a.outcome]}。" for a in advice]
    for way in explained.settled(frozen.facts, frozen.components, day, frozen.decisions):
        answers = "；".join(f"{part}{question}{ANSWERS[answer]}" for question, answer, part in way.answers)
        found.append(f"还不明的事实如果是：{answers}，判定为{OUTCOMES[way.outcome]}。")
    if not found and kind in AGAINST:
        found += [
            f"现在成立的 {step['clause']}“{step['text']}”没有贵单位单独能改的回答；"
            "情况变化、有新材料时请信息办重新核定。"
            for step in frozen.result["trace"]
            if step["result"] == "met" and heading_of(step["clause"]) == AGAINST[kind]
        ]
    if kind == "pool":
        found.append(f"有一条 {PRIORITISED} 成立即可列为候选，条款见申报页的判定。")
    return found


def _next(letter: dict, kind: str, row: Submission) -> list[str]:
    """What the applicant does now."""
    found = {
        "candidate": [
            f"现在不用办：本件是 {row.plan_year} 年度计划的候选，由领导小组审定；列入后另发批复通知，资金才开立。"
        ],
        "pool": ["本件进入储备库，不直接进入年度计划；条件变化后请信息办复审，不用重新申报。"],
        "deferred": [
            f"补齐缺失条件（{letter['lacking']}），{letter['re_review_on']} 到期自动复审；"
            "提前补齐的可请信息办提前复审。"
        ],
        "no_city_funding": [
            "自筹资金建设的，请信息办作自筹核对（统一网络、共享交换、安全认证、同步安全四项）；"
            "要市财政资金的，按下面的办法修改后在申报页“据此重报”。"
        ],
    }[kind]
    found += _find(letter)
    if letter["conditions"]:
        found.append("按期满足所附条件，把办理情况告诉提出条件的单位。")
    return found


def _beside(row: Submission, conclusion: Conclusion | None) -> dict[str, str]:
    """What payers find of whom the filing asked nothing, by source."""
    found = decided.of_conclusion(row, conclusion).beside if conclusion else ()
    return {source: _text(amount) for source, amount in found if amount}


def _find(letter: dict) -> list[str]:
    """What the applicant does about it."""
    said = [f"{proposals.SOURCE_LABELS[source]} {amount}" for source, amount in letter["beside"].items()]
    return [f"会签填定另由{'、'.join(said)} 万元配套，请与出资方落实，不足的市财政不补。"] if said else []


def clause_text(clause: str) -> str:
    """The plan's own words of a clause; empty for what is none (概算审核)."""
    row = Clause.objects.filter(clause=clause).first()
    return row.text if row else ""


def _person(about: str, who: str) -> dict:
    return {"about": about, "who": who}


def _text(amount: Decimal | None) -> str:
    return f"{amount or Decimal(0):.2f}"
