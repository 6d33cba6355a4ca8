"""Where a case goes and with how much money: what each conclusion asks for (8.3, D16, D19), the 审定 amounts.

`amounts`: [{"component", "source", "fiscal_year", "requested_wan", "approved_wan", "clause", "reason"}] in the order of
the proposal; `clause` of a cut is a clause of 8.3.3 or 概算审核.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F

from governance.basics.memo import remembered
from governance.basics.refusal import Invalid
from governance.basics.text import NotAnAmount, clean_text, parse_wan
from priorities import proposal as proposals
from priorities.models import Conclusion, Screening, Submission
from priorities.rules.criteria import heading_of, under
from priorities.rules.plan_2006 import CLAUSES, PRIORITISED, UNFUNDED

ESTIMATE_REVIEW = "概算审核"
NO_CITY = "no_city_funding"


@remembered
def in_force(submission: Submission) -> Conclusion | None:
    """The conclusion proposed on the current version, if any."""
    rows = submission.conclusions.filter(in_force=True, version__number=submission.current_version)
    return rows.select_related("version").first()


def standing(submissions: Iterable[int]) -> set[int]:
    """Which of the cases (ids) have a conclusion on their current version."""
    rows = Conclusion.objects.filter(
        submission__in=submissions, in_force=True, version__number=F("submission__current_version")
    )
    return set(rows.values_list("submission_id", flat=True))


def cut_clauses() -> list[str]:
    """What a cut may name."""
    return [*under(UNFUNDED, CLAUSES), ESTIMATE_REVIEW]


def is_advisory(submission: Submission) -> bool:
    """8.3 only advises on what the plan itself lists: the 27 enter as planned or continued (D20)."""
    project = submission.project
    return submission.kind in ("planned", "continuation") and project is not None and project.plan_item_id is not None


def clauses_met(screening: Screening, heading: str) -> list[str]:
    """Clauses of a heading (8.3.1) that are met in a screening, its reviewer's decisions on partly ones included."""
    decided = [clause for clause, held in screening.decisions.items() if held]
    met = [*screening.result["met"], *decided]
    return under(heading, dict.fromkeys(met))


def hit_components(screening: Screening) -> dict[str, str]:
    """The components that are hit, by name, with the first clause that hits each."""
    hit: dict[str, str] = {}
    for entry in screening.result["trace"]:
        if entry["result"] == "met" and heading_of(entry["clause"]) == UNFUNDED:
            for name in entry["components"]:
                hit.setdefault(name, entry["clause"])
    return hit


def on_the_whole(screening: Screening) -> bool:
    """Whether a clause of 8.3.3 holds for the whole, not only for components below half of the money."""
    hit, total, money = hit_components(screening), Decimal(0), Decimal(0)
    for part in screening.components:
        total += Decimal(part["amount_wan"])
        money += Decimal(part["amount_wan"]) if part["name"] in hit else 0
    plain = [c for c in clauses_met(screening, UNFUNDED) if c not in hit.values()]
    return bool(plain) or (bool(hit) and money * 2 >= total)


def unmet(submission: Submission, conclusion: Conclusion, screening: Screening) -> list[str]:
    """The conditions that a conclusion does not fulfil, as sentences without a full stop."""
    found = []
    if conclusion.kind == "deferred" and not (conclusion.lacking and conclusion.re_review_on):
        found.append("缓建要写明缺失条件和复审日期（D26）")
    if conclusion.kind == NO_CITY and not clauses_met(screening, UNFUNDED):
        found.append("市财政不支持至少要有一条 8.3.3 成立")
    if conclusion.kind == "candidate":
        overridden = conclusion.reason and conclusion.clause
        departed = screening.override == "priority"
        if not (overridden or departed or is_advisory(submission)):
            if not clauses_met(screening, PRIORITISED):
                found.append("列为候选至少要有一条 8.3.1 成立，或写明条款和理由另作结论（D16、D19）")
            if on_the_whole(screening):
                found.append("有 8.3.3 对整个项目成立，不能列为候选；另作结论要写明条款和理由（D16）")
        if conclusion.amounts and not any(Decimal(a["approved_wan"]) for a in conclusion.amounts):
            found.append("审定金额全部为 0，不能列为候选")
    return found


def requested(proposal: dict) -> list[dict]:
    """Every requested amount, approved as requested; none of a case without text (涉密)."""
    return [
        {"component": component, "source": source, "fiscal_year": year}
        | dict.fromkeys(("requested_wan", "approved_wan"), f"{amount:.2f}")
        | {"clause": "", "reason": ""}
        for component, source, year, amount in (proposals.amounts(proposal) if proposal else ())
    ]


def suggested(proposal: dict, screening: Screening | None, kind: str) -> list[dict]:
    """The amounts that a conclusion starts from: the city money of hit components is cut, 市财政不支持 takes away all
    of it; what others pay stays (D18)."""
    rows = requested(proposal)
    hit = hit_components(screening) if screening else {}
    names = [part["name"] for part in screening.components] if screening else []
    ids = [c["id"] for c in proposal["components"]]
    cut_by = {key: hit[name] for key, name in zip(ids, names, strict=False) if name in hit}
    whole = next(iter(clauses_met(screening, UNFUNDED)), "") if screening else ""
    for row in rows:
        clause = cut_by.get(row["component"], "") if row["source"] == "city" else ""
        if kind == NO_CITY:
            clause = (clause or whole) if row["source"] == "city" else ""
        elif kind != "candidate" or screening is None or on_the_whole(screening):
            clause = ""
        if clause:
            row["approved_wan"], row["clause"] = "0.00", clause
    return rows


def settle(proposal: dict, given: list[dict], kind: str) -> list[dict]:
    """The given 审定 amounts over the requested ones. Raises Invalid naming every row that is wrong.

    What is not given stays as requested; approved ≤ requested; each cut names a clause of 8.3.3 or 概算审核.
    """
    rows = requested(proposal)
    at = {(r["component"], r["source"], r["fiscal_year"]): r for r in rows}
    errors: dict[str, list[str]] = {}
    for i, item in enumerate(given):
        key = (str(item.get("component", "")), str(item.get("source", "")), item.get("fiscal_year"))
        path = f"amounts.{i}"
        row = at.get(key)
        if row is None:
            errors[path] = [f"申报书里没有这笔钱：{key[0]} {key[1]} {key[2]}。"]
            continue
        try:
            amount = parse_wan(item.get("approved_wan"))
            clause = clean_text(item.get("clause"), limit=20, field="核减依据")
            reason = clean_text(item.get("reason"), limit=300, field="核减说明")
        except (NotAnAmount, ValueError) as error:
            errors[path] = [str(error)]
            continue
        if amount is None:
            errors[path] = ["审定金额没有填；不核减就照申报金额填。"]
        elif amount > Decimal(row["requested_wan"]):
            errors[path] = [f"审定 {amount:.2f} 万元超过申报 {row['requested_wan']} 万元；审定只能小于或等于申报。"]
        elif amount < Decimal(row["requested_wan"]) and clause not in cut_clauses():
            errors[path] = [f"核减要写明依据：8.3.3 的条款，或“{ESTIMATE_REVIEW}”。"]
        else:
            cut = amount < Decimal(row["requested_wan"])
            row |= {"approved_wan": f"{amount:.2f}", "clause": clause if cut else "", "reason": reason if cut else ""}
    if kind == NO_CITY and any(r["source"] == "city" and Decimal(r["approved_wan"]) for r in rows):
        errors["amounts"] = ["结论是市财政不支持，市财政的审定金额应全部为 0。"]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], fields=errors)
    return rows


def approved(conclusion: Conclusion) -> list[dict]:
    """What adoption opens: [{"source", "fiscal_year", "amount_wan"}], summed over the components, zeros left out."""
    sums: dict[tuple[int, str], Decimal] = {}
    for row in conclusion.amounts:
        key = (row["fiscal_year"], row["source"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["approved_wan"])
    order = list(proposals.SOURCE_LABELS)
    return [
        {"source": s, "fiscal_year": y, "amount_wan": f"{sums[y, s]:.2f}"}
        for y, s in sorted(sums, key=lambda k: (k[0], order.index(k[1])))
        if sums[y, s]
    ]


def re_review_day(value: dt.date | None, day: dt.date) -> dt.date:
    """A re-review date lies ahead."""
    if value is None or value <= day:
        raise Invalid("复审日期要写在今天之后。", fields={"re_review_on": ["写一个今天之后的日期"]})
    return value
