"""Loading a plan into governance's own tables, verbatim. Called by load_plan inside its frame; idempotent: what the
fixture says is upserted, what people enter (phones, decisions, a regulation's state) is left alone."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass

from governance.models import (
    Body,
    Clause,
    Discrepancy,
    Organisation,
    OrganisationAlias,
    PilotUnit,
    Plan,
    PlanItem,
    PlanItemLead,
    PlanLine,
    Regulation,
)
from governance.verbs import step


def plain(value):
    """A fixture dataclass as JSON: dates as ISO text, decimals as text, tuples as lists."""
    if is_dataclass(value):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value if isinstance(value, int | bool | None) else str(value)


class Tally:
    """What a load did, per table: created, updated, unchanged."""

    def __init__(self) -> None:
        self.rows: dict[str, list[int]] = {}

    def add(self, table: str, what: str) -> None:
        self.rows.setdefault(table, [0, 0, 0])[("created", "updated", "unchanged").index(what)] += 1

    def put(self, model, table: str, lookup: dict, values: dict):
        """Create or update one row, writing only what differs."""
        row = model.objects.filter(**lookup).first()
        if row is None:
            row = model(**lookup, **values)
            row.save()
            self.add(table, "created")
            return row
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if changed:
            for name in changed:
                setattr(row, name, values[name])
            row.save()
        self.add(table, "updated" if changed else "unchanged")
        return row


@step
def load(*, plan, tally: Tally) -> Plan:
    """Every table of governance from a checked fixture (governance.plan.rows.Plan); returns the Plan row."""
    row = tally.put(Plan, "规划", {"key": plan.key}, {
        "title": plan.title, "city": plan.city, "first_year": plan.first_year, "last_year": plan.last_year,
        "data": plain(plan.data)})  # fmt: skip
    _lines(row, plan, tally)
    units = _organisations(plan, tally)
    _items(row, plan, units, tally)
    for order, unit in enumerate(plan.pilot_units, 1):
        tally.put(PilotUnit, "试点单位", {"plan": row, "order": order}, {
            "as_named": unit.as_named, "organisation": units[unit.organisation], "is_focus": unit.focus})  # fmt: skip
    for c in plan.clauses:
        tally.put(Clause, "条款", {"plan": row, "clause": c.clause}, {
            "kind": c.kind, "heading": c.heading[:100], "text": c.text, "line": c.line, "order": c.order})  # fmt: skip
    for r in plan.regulations:
        tally.put(Regulation, "制度", {"plan": row, "clause": r.clause}, {
            "verb": r.verb, "title": r.title, "text": r.text, "line": r.heading_line})  # fmt: skip
    for b in plan.bodies:
        first = b.duties[0] if b.duties else None
        tally.put(Body, "机构职责", {"key": b.key}, {
            "name": b.name, "duties": "\n".join(q.text for q in b.duties), "line": first.line if first else b.line,
            "clause": b.clause or "", "holder": units.get(b.holder), "acting": units.get(b.acting),
            "founded_by": b.founded_by or "", "valid_from": b.valid_from,
            "data": plain({"kind": b.kind, "cosigners": b.cosigners, "note": b.note, "discrepancies": b.discrepancies}),
        })  # fmt: skip
    for d in plan.discrepancies:
        tally.put(Discrepancy, "疑义", {"plan": row, "code": d.code}, {
            "weight": d.weight, "title": d.title, "quotes": plain(d.quotes), "readings": plain(d.readings),
            "default": d.default, "default_text": d.default_text, "touches": plain(d.touches),
            "read_by_code": d.read_by_code, "note": d.source_note or ""})  # fmt: skip
    return row


def _lines(row: Plan, plan, tally: Tally) -> None:
    held = dict(PlanLine.objects.filter(plan=row).values_list("number", "text"))
    fresh = dict(enumerate(plan.lines, 1))
    if held == fresh:
        for _ in fresh:
            tally.add("原文行", "unchanged")
        return
    PlanLine.objects.filter(plan=row).delete()
    PlanLine.objects.bulk_create(PlanLine(plan=row, number=n, text=t) for n, t in fresh.items())
    for _ in fresh:
        tally.add("原文行", "updated" if held else "created")


def _organisations(plan, tally: Tally) -> dict[str, Organisation]:
    """Units by key; parents and budget units in a second pass. Phone and validity that people entered stay."""
    units: dict[str, Organisation] = {}
    for o in plan.organisations:
        values = {"name": o.name, "kind": o.kind, "is_generic": o.is_generic, "is_temporary": o.is_temporary,
                  "is_internal": o.is_internal, "lines": plain(o.lines)}  # fmt: skip
        existing = Organisation.objects.filter(key=o.key).first()
        if existing is None:
            values |= {"note": (o.note or "")[:300], "valid_from": o.valid_from}
        elif existing.version > 1:  # people edited it
            values = {"lines": plain(o.lines)}
        units[o.key] = tally.put(Organisation, "单位", {"key": o.key}, values)
        held = set(units[o.key].aliases.values_list("as_named", flat=True))
        for alias in o.aliases:
            if alias.as_named not in held:
                line = alias.lines[0] if alias.lines else None
                OrganisationAlias.objects.create(organisation=units[o.key], as_named=alias.as_named, line=line)
                tally.add("原文名称", "created")
    for o in plan.organisations:
        unit = units[o.key]
        for name, key in (("parent", o.parent), ("budget_unit", o.budget_unit)):
            if key and getattr(unit, f"{name}_id") is None and unit.version == 1 and key != o.key:
                setattr(unit, name, units[key])
                unit.save()
    return units


def _items(row: Plan, plan, units: dict, tally: Tally) -> None:
    for item in plan.items:
        stored = tally.put(PlanItem, "10.4 项目行", {"plan": row, "code": item.code}, {
            "order": item.order, "name": item.name, "content": item.content, "time_raw": item.time_raw,
            "start": item.start, "end": item.end, "precision": item.precision, "estimate_wan": item.estimate_wan,
            "leads_raw": item.leads_raw, "leads_open_ended": item.leads_open_ended, "programme": item.programme or "",
            "line": item.line,
            "data": plain({"phase": item.phase, "phases": item.phases, "milestones": item.milestones,
                           "discrepancies": item.discrepancies})})  # fmt: skip
        for lead in item.leads:
            tally.put(PlanItemLead, "牵头单位", {"item": stored, "order": lead.order}, {
                "as_named": lead.as_named, "organisation": units[lead.organisation], "is_generic": lead.generic})  # fmt: skip
