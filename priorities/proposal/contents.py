"""What a proposal says: its canonical text and hash, its sums, what the rules take of it, how two differ. Pure."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from priorities.proposal.shape import SOURCE_LABELS
from priorities.rules.facts import FACTS


def canonical(proposal: dict) -> str:
    """The one text of a document: sorted keys, no white space; equal content gives equal text."""
    return json.dumps(proposal, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(proposal: dict) -> str:
    """The content hash of a version and its receipt."""
    return hashlib.sha256(canonical(proposal).encode()).hexdigest()


def amounts(proposal: dict):
    """Yields `(component id, source, fiscal_year, Decimal)`."""
    for component in proposal["components"]:
        for row in component["money"]:
            yield component["id"], row["source"], row["fiscal_year"], Decimal(row["amount_wan"])


def component_wan(component: dict) -> Decimal:
    """A component's money over all years and sources."""
    return sum((Decimal(m["amount_wan"]) for m in component["money"]), Decimal(0))


def total_wan(proposal: dict, *, source: str | None = None, year: int | None = None) -> Decimal:
    """The sum, of one source or year where asked."""
    return sum((a for _, s, y, a in amounts(proposal) if source in (None, s) and year in (None, y)), Decimal(0))


def sums_of(amounts: Iterable[dict]) -> dict[tuple[int, str], Decimal]:
    """`[{"source", "fiscal_year", "amount_wan"}]` added up by (year, source)."""
    sums: dict[tuple[int, str], Decimal] = {}
    for row in amounts:
        key = (row["fiscal_year"], row["source"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount_wan"])
    return sums


def as_amounts(sums: Mapping[tuple[int, str], Decimal]) -> list[dict]:
    """The sums as amounts again, by year and in the order of the sources; zeros are left out."""
    order = list(SOURCE_LABELS)
    keys = sorted((key for key in sums if sums[key]), key=lambda key: (key[0], order.index(key[1])))
    return [{"source": s, "fiscal_year": y, "amount_wan": f"{sums[y, s]:.2f}"} for y, s in keys]


# A part's kind is an answer too: who calls a part 业务系统 states that it is no network, pure database or machine room.
_SAID_BY_KIND = {fact: info.kinds[0] for fact, info in FACTS.items() if info.names_kind}


def for_rules(proposal: dict, *, kinds: bool = True) -> tuple[dict[str, str], list[dict]]:
    """The facts and components as `screen` takes them: stated values, and what the parts' kinds say."""
    facts = {key: row["value"] for key, row in proposal["facts"].items()}
    components = [
        {"name": c["name"] or c["id"], "amount_wan": f"{component_wan(c):.2f}", "facts": dict(c["facts"])}
        for c in proposal["components"]
    ]
    if kinds:
        say_by_kind(proposal, facts, components)
    return facts, components


def say_by_kind(proposal: dict, facts: dict[str, str], components: list[dict]) -> None:
    """Fill in, where neither the part nor the whole has an answer, the “no” that a part's kind states."""
    for part, component in zip(proposal["components"], components, strict=True):
        for fact, kind in _SAID_BY_KIND.items():
            if part["kind"] not in ("", "other", kind) and facts.get(fact) in (None, "unknown"):
                component["facts"].setdefault(str(fact), "no")


def sharing_of(proposal: dict) -> list[dict]:
    """The data that the project takes and gives; a document from before there was a catalogue names none."""
    return proposal.get("sharing", [])


def flat(proposal: dict) -> dict[str, str]:
    """Every leaf by its path as text, for differences between versions and side-by-side conflicts."""
    out: dict[str, str] = {}

    def walk(value, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                walk(inner, f"{path}.{i}")
        elif value not in ("", None):
            out[path] = str(value)

    walk(proposal, "")
    return out


def differences(old: dict, new: dict) -> list[tuple[str, str, str]]:
    """`(path, old text, new text)` of every leaf that differs."""
    a, b = flat(old), flat(new)
    paths = list(dict.fromkeys([*a, *b]))
    return [(p, a.get(p, ""), b.get(p, "")) for p in paths if a.get(p, "") != b.get(p, "")]


def put(proposal: dict, path: str, value: object) -> dict:
    """A copy with one field replaced, for autosave; unknown paths raise KeyError."""
    out = copy.deepcopy(proposal)
    parts = path.split(".")
    target = out
    for part in parts[:-1]:
        target = target[int(part)] if isinstance(target, list) else target[part]
    last = parts[-1]
    if isinstance(target, list):
        target[int(last)] = value
    elif last in target or parts[0] == "facts":
        target[last] = value
    else:
        raise KeyError(path)
    return out
