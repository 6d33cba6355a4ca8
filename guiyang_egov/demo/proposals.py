"""The proposals of the demonstration, for story and tests: invented, but such as a city would file."""

from __future__ import annotations

from guiyang_egov.demo import read
from priorities import proposal as proposals

OURS = {"key", "like", "level", "plan", "answers"}  # words of the file; all others are a proposal's own


def paper(key: str) -> dict:
    """One proposal of proposals.json: a whole one checked by proposal.clean, so that the demonstration cannot hold what
    people could not file; a complement of a row of the plan (it has no title) as it stands.

    Raises LookupError where there is none of that key, FixtureError where it is wrong.
    """
    rows = {entry.values.get("key"): entry for entry in read("proposals.json")}
    if key not in rows:
        raise LookupError(f"proposals.json 里没有“{key}”")
    entry = rows[key]
    try:
        raw = _document(rows[entry.values["like"]].values | entry.values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise entry.refuse(f"申报书不完整或写法不对（{error}）") from error
    if "title" not in raw:
        return raw
    clean, errors = proposals.clean(proposals.empty() | raw)
    if errors:
        raise entry.refuse("；".join(f"{field}：{'，'.join(wrong)}" for field, wrong in errors.items()))
    return clean


def _document(told: dict) -> dict:
    """The row in the shape of a proposal."""
    groups = {entry.text("key"): entry.values["facts"] for entry in read("answers.json")}
    facts = {}  # what a department answers of itself, group by group, then what is special to the case
    for answers in (*(groups[key] for key in told["answers"]), told.get("facts", {})):
        facts |= answers
    return {field: value for field, value in told.items() if field not in OURS} | {
        "goals": [dict(zip(("indicator", "present", "target", "year"), goal, strict=True)) for goal in told["goals"]],
        "components": [_component(row) for row in told["components"]],
        "facts": {key: {"value": value, "evidence": evidence} for key, (value, evidence) in facts.items()},
        "security": {"level": told["level"], "plan": told["plan"], "commitments": list(proposals.COMMITMENTS)},
    }


def _component(row: dict) -> dict:
    """`money` stands as {"city 2008": "12.00"}: source and year, 万元."""
    money = [(*key.split(), amount) for key, amount in row["money"].items()]
    return (
        {"facts": {}}
        | row
        | {"money": [{"source": s, "fiscal_year": int(year), "amount_wan": wan} for s, year, wan in money]}
    )
