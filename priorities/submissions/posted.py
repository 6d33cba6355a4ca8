"""The filing form: names of inputs are paths of the proposal, so what is posted becomes a raw proposal, nothing else.

title · goals.0.indicator · components.0.money.2008.city · components.0.facts.closed_and_independent
sharing.0.data · facts.exchangeable.value · facts.exchangeable.evidence · security.commitments (several)
"""

from __future__ import annotations

import copy
import json

from django.http import QueryDict

from governance.basics.text import storable
from priorities import proposal as proposals
from priorities.submissions import merging

MAX_INPUTS = 3000


def raw_proposal(post: QueryDict) -> dict:
    """A raw proposal from a POST; proposal.clean judges it. Inputs that are no path of a proposal are left out."""
    raw: dict = {
        "goals": {},
        "components": {},
        "sharing": {},
        "facts": {},
        "security": {},
        "contact": {},
        "prior_investment": {},
        "running_cost": {},
    }
    blank = proposals.empty()
    for name in list(post)[:MAX_INPUTS]:
        parts = name.split(".")
        value = post.get(name, "")
        head, rest = parts[0], parts[1:]
        if not rest and isinstance(blank.get(head), str):
            raw[head] = value
        elif head in ("goals", "components", "sharing") and len(rest) >= 2 and rest[0].isascii() and rest[0].isdigit():
            row = raw[head].setdefault(int(rest[0][:4]), {})
            _put_row(row, rest[1:], value)
        elif head == "facts" and len(rest) == 2:
            raw["facts"].setdefault(rest[0], {})[rest[1]] = value
        elif name == "security.commitments":
            raw["security"]["commitments"] = post.getlist(name)
        elif head in ("security", "contact", "prior_investment", "running_cost") and len(rest) == 1:
            raw[head][rest[0]] = value
    for head in ("goals", "components", "sharing"):
        raw[head] = [_row(raw[head][i]) for i in sorted(raw[head])]
    return raw


def _put_row(row: dict, path: list[str], value: str) -> None:
    if path[0] == "money" and len(path) == 3:
        row.setdefault("money", {})[path[1], path[2]] = value
    elif path[0] == "facts" and len(path) == 2:
        if value:
            row.setdefault("facts", {})[path[1]] = value
    elif len(path) == 1 and path[0] not in ("money", "facts"):
        row[path[0]] = value


def _row(row: dict) -> dict:
    if isinstance(row.get("money"), dict):
        row["money"] = [
            {"fiscal_year": year, "source": source, "amount_wan": amount}
            for (year, source), amount in row["money"].items()
            if amount.strip()
        ]
    return row


def base_of(post: QueryDict) -> dict | None:
    """The proposal as the page showed it when it was last saved (hidden input `base`), None where it cannot be read."""
    try:
        base, errors = proposals.clean(json.loads(post.get("base", "")))
    except (ValueError, RecursionError):
        return None
    return None if errors else base


def as_typed(document: dict, raw: dict, errors: dict, held: dict) -> dict:
    """What a refused form shows again: the cleaned proposal with the refused places as they were typed."""
    shown = copy.deepcopy(document)
    heads = {path.partition(".")[0] for path in errors}
    for path in errors:
        head, _, rest = path.partition(".")
        if not rest and isinstance(shown.get(head), str):
            shown[head] = storable(raw.get(head, ""))
        elif head in ("security", "contact", "prior_investment", "running_cost") and rest in shown[head]:
            typed = raw[head].get(rest, "")
            shown[head][rest] = storable(typed) if isinstance(typed, str) else shown[head][rest]
        elif head == "facts" and rest.endswith(".evidence"):
            fact = rest.removesuffix(".evidence")
            row = shown["facts"].setdefault(fact, {"value": raw["facts"][fact].get("value", ""), "evidence": ""})
            row["evidence"] = storable(raw["facts"][fact].get("evidence", ""))
    if "goals" in heads:
        blank = {"indicator": "", "present": "", "target": "", "year": ""}
        rows = [{k: storable(row.get(k, "")) for k in blank} for row in raw["goals"]]
        shown["goals"] = [row for row in rows if any(row.values())]
    if "sharing" in heads:
        rows = [{k: storable(str(row.get(k, ""))) for k in merging.SHARING} for row in raw["sharing"]]
        shown["sharing"] = [row for row in rows if row["data"] or row["service"] or row["frequency"]]
    if "components" in heads:
        known = {part["id"]: part for part in held["components"]}
        shown["components"] = [_part_as_typed(row, known.get(row.get("id"), {})) for row in raw["components"]]
    return shown


def _part_as_typed(row: dict, held: dict) -> dict:
    money = [
        {"source": m["source"], "fiscal_year": int(m["fiscal_year"]), "amount_wan": storable(m["amount_wan"])}
        for m in row.get("money", [])
        if m["source"] in proposals.SOURCE_LABELS
        and m["fiscal_year"].isascii()
        and m["fiscal_year"].isdigit()
        and int(m["fiscal_year"][:9]) in proposals.YEARS
    ]
    texts = {key: storable(str(row.get(key, held.get(key, "")))) for key in ("id", "name", "kind")}
    return texts | {"facts": {k: str(v) for k, v in row.get("facts", {}).items()}, "money": money}


def money_years(proposal: dict) -> list[int]:
    """The years that the money table shows: the project's period, and those that already hold money (at most 10)."""
    years = {row["fiscal_year"] for c in proposal["components"] for row in c["money"]}
    first, last = proposal["start"][:4], proposal["end"][:4]
    if all(year.isascii() and year.isdigit() for year in (first, last)):  # a refused form is shown as it was typed
        first, last = int(first), int(last)
        years |= set(range(first, min(last, first + 9) + 1))
    return sorted(years)
