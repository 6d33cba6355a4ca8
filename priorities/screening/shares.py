"""配套和各方份额: who pays how much of each share that the plan leaves open (D11, D12), settled in the joint approval.

A payer of whom the proposal asks money pays what is settled there; another one's share is typed, 0 where he pays
nothing. No percentage is invented. What is typed lies outside the amounts of the proposal: its payer finds it himself.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from budgets import payers
from governance.basics.refusal import Invalid
from governance.basics.text import NotAnAmount, parse_wan
from priorities.models import Conclusion, Submission
from priorities.proposal import SOURCE_LABELS


def question(row: Submission, document: dict) -> payers.PayerQuestion:
    """What decides who pays for the proposal."""
    return payers.PayerQuestion(
        mandate=document["mandate"],
        investment_type=document["investment_type"],
        is_district=row.kind == "district",
        is_self_funded=row.kind == "self_funded",
        on_shared_list=bool(row.project_id and row.project.on_shared_list),
    )


def settle(row: Submission, document: dict, amounts: list[dict], given: Mapping[str, object]) -> list[dict]:
    """The shares of a conclusion (Conclusion.payers): from its `amounts`, else from what was typed by source (`given`).
    Raises Invalid naming `payers.<source>` where that is no amount, or its payer has none of these shares to settle."""
    held: dict[str, Decimal] = {}
    for item in amounts:
        held[item["source"]] = held.get(item["source"], Decimal(0)) + Decimal(item["approved_wan"])
    typed, errors = {}, {}
    shares = payers.who_pays(question(row, document)).open_shares
    free = {source for share in shares for source in share.sources if source not in held}
    for source, text in given.items():
        try:
            amount = parse_wan(text)
        except NotAnAmount as error:
            errors[f"payers.{source}"] = [str(error)]
            continue
        if amount is None:
            continue
        if source not in free:
            name = SOURCE_LABELS.get(source, source)
            errors[f"payers.{source}"] = [f"{name}的份额不用另填：申报书里有它的金额，或原文没有留给会签定。"]
        typed[source] = f"{amount:.2f}"
    if errors:
        raise Invalid(next(iter(errors.values()))[0], fields=errors)
    settled = {source: f"{amount:.2f}" for source, amount in held.items()} | typed
    return [
        {
            "code": share.code,
            "sources": list(share.sources),
            "amounts": {source: settled[source] for source in share.sources if source in settled},
        }
        for share in shares
    ]


def blank(row: Submission, conclusion: Conclusion) -> list[str]:
    """The shares that nobody has settled yet, as sentences; one that gives no city money leaves none to settle."""
    if conclusion.kind != "candidate":
        return []
    shares = settle(row, conclusion.version.proposal, conclusion.amounts, typed(conclusion))
    return [
        f"{names(share)}出多少还没有填定，请在拟定结论里写明，不出写 0（{share['code']}）"
        for share in shares
        if not share["amounts"]
    ]


def typed(conclusion: Conclusion) -> dict[str, str]:
    """What was typed for payers of whom the proposal asks nothing."""
    asked = {item["source"] for item in conclusion.amounts}
    return {s: amount for share in conclusion.payers for s, amount in share["amounts"].items() if s not in asked}


def names(share: dict) -> str:
    return "或".join(SOURCE_LABELS[source] for source in share["sources"])


def words(conclusion: Conclusion) -> str:
    """市财政 330.00、县（市、区）财政 30.00 万元, of a conclusion that has open shares; empty where there are none."""
    return "、".join(f"{SOURCE_LABELS[source]} {amount:,.2f}" for source, amount in by_source(conclusion).items())


def by_source(conclusion: Conclusion) -> dict[str, Decimal]:
    """The shares that were settled, by who pays."""
    return {source: Decimal(amount) for share in conclusion.payers for source, amount in share["amounts"].items()}
