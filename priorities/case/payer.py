"""谁出钱 for a proposal: 8.1 and 8.2 as budgets.payers reads them, with what 8.3.3 cuts taken off."""

from __future__ import annotations

from decimal import Decimal

from budgets.models import SOURCES
from budgets.panels import money
from priorities import proposal as proposals
from priorities.models import Conclusion, Submission
from priorities.rules.criteria import heading_of
from priorities.rules.plan_2006 import UNFUNDED
from priorities.screening import shares


def panel(row: Submission, document: dict, result: dict, conclusion: Conclusion | None = None) -> dict | None:
    """`{"requested", "cuts", "ceiling", "paying"}` in 万元; None while no money is asked for. `conclusion` is what
    settles the open shares."""
    requested = proposals.total_wan(document, source="city")
    if not proposals.total_wan(document):
        return None
    cuts = [] if result["outcome"] == "no_city_funding" else cuts_of(document, result)
    ceiling = (
        Decimal(0) if result["outcome"] == "no_city_funding" else requested - sum((c["wan"] for c in cuts), Decimal(0))
    )
    return {"requested": requested, "cuts": cuts, "ceiling": ceiling, "paying": paying(row, document, conclusion)}


def cuts_of(document: dict, result: dict) -> list[dict]:
    """The city money of the components that 8.3.3 hits; what others pay for them is not the city's to cut (D18)."""
    hit = {
        name: step["clause"]
        for step in result["trace"]
        if step["result"] == "met" and heading_of(step["clause"]) == UNFUNDED
        for name in step["components"]
    }
    found = []
    for part in document["components"]:
        city = sum((Decimal(m["amount_wan"]) for m in part["money"] if m["source"] == "city"), Decimal(0))
        if part["name"] in hit and city:
            found.append({"id": part["id"], "name": part["name"], "clause": hit[part["name"]], "wan": city})
    return found


def paying(row: Submission, document: dict, conclusion: Conclusion | None = None) -> money.Paying:
    """8.1 and 8.2 for the proposal, beside what it asks of every source and what its conclusion settled."""
    held = {source: amount for source, _ in SOURCES if (amount := proposals.total_wan(document, source=source))}
    settled = shares.by_source(conclusion) if conclusion else {}
    return money.paying(shares.question(row, document), held, "申报", settled)
