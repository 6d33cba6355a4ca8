"""load_plan's part of floor 1: the plan's text, units, bodies, rows, clauses, discrepancies and regulations.

Every step compares what stands in the database with the plan and writes only what differs. What people decide is
written once and never again: a unit's phone, parent, budget unit and merge, a body's holder and day, a regulation's
state, decisions on readings. Nothing is deleted but text lines, pilot units and lead rows, which no person writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db.models import Model

from governance.basics.refusal import Refused
from governance.kernel.verbs import step
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
from governance.plan import rows

REGULATION_STATES = {"拟订中": "drafting", "征求意见": "consulting", "审议": "reviewing", "印发": "issued"}


@dataclass(frozen=True)
class Tally:
    """What happened to one table. `kept` counts rows that the plan no longer lists and that stay."""

    table: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0

    def __str__(self) -> str:
        kept = f"，规划不再列出而保留 {self.kept}" if self.kept else ""
        return f"{self.table}：新增 {self.created}，更新 {self.updated}，未变 {self.unchanged}{kept}"


@step
def sync(
    label: str, model: type[Model], existing: dict, wanted: dict, *, once: Iterable[str] = (), remove: bool = False
) -> Tally:
    """Make the rows of `model` say what `wanted` says, both by key; fields named in `once` are left as they stand."""
    made, updated = [], 0
    for key, values in wanted.items():
        row = existing.get(key)
        if row is None:
            made.append(model(**values))
            continue
        changed = [name for name, value in values.items() if name not in once and getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            row.save(update_fields=changed)
            updated += 1
    create(model, made)
    gone = [row for key, row in existing.items() if key not in wanted]
    if remove and gone:
        model.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return Tally(label, len(made), updated, len(wanted) - len(made) - updated, 0 if remove else len(gone))


@step
def create(model: type[Model], made: list) -> list:
    """Insert rows at once, their first history row with them where the model keeps one."""
    model.objects.bulk_create(made, batch_size=500)
    if made and hasattr(model, "history"):
        model.history.bulk_history_create(made, batch_size=500)
    return made


@step
def load_plan(*, plan: rows.Plan, digest: str) -> tuple[Plan, list[Tally]]:
    """The whole of floor 1. Refused where another plan was loaded before: its codes are taken."""
    other = Plan.objects.exclude(key=plan.key).first()
    if other is not None:
        raise Refused(
            f"数据库里已有{other.title}，项目编号已被占用；请为{plan.title}另建一个数据库（GUIYANG_DATA 或 DATABASE_URL）。"
        )
    row, created = Plan.objects.get_or_create(
        key=plan.key,
        defaults={"title": plan.title, "city": plan.city, "first_year": plan.first_year, "last_year": plan.last_year},
    )
    row.title, row.city, row.first_year, row.last_year = plan.title, plan.city, plan.first_year, plan.last_year
    row.data = _data(plan) | {"digest": digest}
    row.save()
    tallies = [
        Tally("规划", int(created), int(not created)),
        _lines(row, plan),
        _organisations(plan),
        _aliases(plan),
        _bodies(plan),
        _items(row, plan),
        _item_leads(row, plan),
        _pilot_units(row, plan),
        _clauses(row, plan),
        _discrepancies(row, plan),
        _regulations(row, plan),
    ]
    return row, tallies


def _data(plan: rows.Plan) -> dict:
    """plan.json with the levels of 9.2.2 and the tiers of 9.2.7."""
    levels = [asdict(level) | {"quotes": [asdict(q) for q in level.quotes]} for level in plan.levels]
    tiers = [asdict(tier) | {"quotes": [asdict(q) for q in tier.quotes]} for tier in plan.tiers]
    return plan.data | {"levels": levels, "tiers": tiers, "levels_note": plan.levels_note}


def _lines(row: Plan, plan: rows.Plan) -> Tally:
    wanted = {n: {"plan_id": row.pk, "number": n, "text": text} for n, text in enumerate(plan.lines, 1)}
    return sync("原文行", PlanLine, {line.number: line for line in row.lines.all()}, wanted, remove=True)


def _organisations(plan: rows.Plan) -> Tally:
    """Units are written once; later only what the plan says of them, and only while no person has edited them."""
    existing = {unit.key: unit for unit in Organisation.objects.filter(key__in=[r.key for r in plan.organisations])}
    made, updated = [], 0
    for unit in plan.organisations:
        stated = {
            "name": unit.name,
            "kind": unit.kind,
            "is_generic": unit.is_generic,
            "is_temporary": unit.is_temporary,
            "is_internal": unit.is_internal,
            "note": unit.note,
            "lines": list(unit.lines),
            "valid_from": unit.valid_from,
        }
        row = existing.get(unit.key)
        if row is None:
            made.append(Organisation(key=unit.key, phone=unit.phone or "", **stated))
            continue
        changed = [name for name, value in stated.items() if getattr(row, name) != value]
        if changed and row.version == 1 and row.canonical_id is None:
            for name in changed:
                setattr(row, name, stated[name])
            row.save()
            updated += 1
    Organisation.objects.bulk_create(made, batch_size=500)
    every = existing | {unit.key: unit for unit in made}
    stated_by_key = {unit.key: unit for unit in plan.organisations}
    for row in made:
        unit = stated_by_key[row.key]
        row.parent_id = every[unit.parent].pk if unit.parent else None
        row.budget_unit_id = every[unit.budget_unit].pk if unit.budget_unit else None
    Organisation.objects.bulk_update(made, ["parent", "budget_unit"])
    if made:  # the first history row already knows its parent
        Organisation.history.bulk_history_create(made, batch_size=500)
    return Tally("单位", len(made), updated, len(existing) - updated)


def _units() -> dict[str, int]:
    return dict(Organisation.objects.values_list("key", "pk"))


def _aliases(plan: rows.Plan) -> Tally:
    units = _units()
    existing = {(a.organisation_id, a.as_named): a for a in OrganisationAlias.objects.all()}
    wanted = {
        (units[unit.key], alias.as_named): {
            "organisation_id": units[unit.key],
            "as_named": alias.as_named,
            "line": alias.lines[0] if alias.lines else None,
            "lines": list(alias.lines),
        }
        for unit in plan.organisations
        for alias in unit.aliases
    }
    return sync("原文名称", OrganisationAlias, existing, wanted)


def _bodies(plan: rows.Plan) -> Tally:
    units = _units()
    wanted = {
        body.key: {
            "key": body.key,
            "name": body.name,
            "duties": "\n".join(quote.text for quote in body.duties),
            "line": body.line,
            "clause": body.clause,
            "holder_id": units[body.holder] if body.holder else None,
            "acting_id": units[body.acting] if body.acting else None,
            "founded_by": body.founded_by or "",
            "valid_from": body.valid_from,
            "data": {
                "kind": body.kind,
                "duties": [asdict(quote) for quote in body.duties],
                "cosigners": list(body.cosigners),
                "note": body.note,
                "discrepancies": list(body.discrepancies),
            },
        }
        for body in plan.bodies
    }
    existing = {body.key: body for body in Body.objects.all()}
    return sync("机构职责", Body, existing, wanted, once=("holder_id", "acting_id", "valid_from"))


def _items(row: Plan, plan: rows.Plan) -> Tally:
    years = {year.item: year for year in plan.years}
    wanted = {
        item.code: {
            "plan_id": row.pk,
            "code": item.code,
            "order": item.order,
            "name": item.name,
            "content": item.content,
            "time_raw": item.time_raw,
            "start": item.start,
            "end": item.end,
            "precision": item.precision,
            "estimate_wan": item.estimate_wan,
            "leads_raw": item.leads_raw,
            "leads_open_ended": item.leads_open_ended,
            "programme": item.programme or "",
            "line": item.line,
            "data": {
                "phase": item.phase or "",
                "phases": [
                    _window(phase) | {"label": phase.label, "name": phase.name or "", "quote": phase.quote}
                    for phase in item.phases
                ],
                "milestones": [_milestone(one) for one in item.milestones],
                "discrepancies": list(item.discrepancies),
                "years": {
                    "line": years[item.code].line,
                    "order": years[item.code].order,
                    "time_raw": years[item.code].time_raw,
                },
            },
        }
        for item in plan.items
    }
    return sync("规划项目行", PlanItem, {item.code: item for item in row.items.all()}, wanted)


def _window(one: rows.PhaseRow | rows.MilestoneRow) -> dict:
    return {"start": one.start.isoformat(), "end": one.end.isoformat(), "precision": one.precision}


def _milestone(one: rows.MilestoneRow) -> dict:
    return _window(one) | {
        "text": one.text,
        "quote": one.quote,
        "due": one.due.isoformat(),
        "due_by_reading": {key: day.isoformat() for key, day in one.due_by_reading},
        "outside_window": one.outside_window,
        "discrepancy": one.discrepancy or "",
    }


def _item_leads(row: Plan, plan: rows.Plan) -> Tally:
    units, items = _units(), {item.code: item.pk for item in row.items.all()}
    existing = {(lead.item_id, lead.order): lead for lead in PlanItemLead.objects.filter(item__plan=row)}
    wanted = {
        (items[item.code], lead.order): {
            "item_id": items[item.code],
            "order": lead.order,
            "as_named": lead.as_named,
            "organisation_id": units[lead.organisation],
            "is_generic": lead.generic,
        }
        for item in plan.items
        for lead in item.leads
    }
    return sync("项目行牵头单位", PlanItemLead, existing, wanted, remove=True)


def _pilot_units(row: Plan, plan: rows.Plan) -> Tally:
    units = _units()
    wanted = {
        unit.order: {
            "plan_id": row.pk,
            "order": unit.order,
            "as_named": unit.as_named,
            "organisation_id": units[unit.organisation],
            "is_focus": unit.focus,
        }
        for unit in plan.pilot_units
    }
    return sync("试点单位", PilotUnit, {unit.order: unit for unit in row.pilot_units.all()}, wanted, remove=True)


def _clauses(row: Plan, plan: rows.Plan) -> Tally:
    wanted = {
        one.clause: {
            "plan_id": row.pk,
            "clause": one.clause,
            "kind": one.kind,
            "heading": one.heading,
            "text": one.text,
            "line": one.line,
            "order": one.order,
        }
        for one in plan.clauses
    }
    return sync("条款", Clause, {one.clause: one for one in row.clauses.all()}, wanted)


def _discrepancies(row: Plan, plan: rows.Plan) -> Tally:
    wanted = {
        one.code: {
            "plan_id": row.pk,
            "code": one.code,
            "weight": one.weight,
            "title": one.title,
            "quotes": [asdict(quote) for quote in one.quotes],
            "readings": [asdict(reading) for reading in one.readings],
            "default": one.default,
            "default_text": one.default_text,
            "touches": {name: list(keys) for name, keys in asdict(one.touches).items()},
            "read_by_code": one.read_by_code,
            "note": one.source_note,
        }
        for one in plan.discrepancies
    }
    return sync("疑义", Discrepancy, {one.code: one for one in row.discrepancies.all()}, wanted)


def _regulations(row: Plan, plan: rows.Plan) -> Tally:
    wanted = {
        one.clause: {
            "plan_id": row.pk,
            "clause": one.clause,
            "verb": one.verb,
            "title": one.title,
            "text": one.text,
            "line": one.heading_line,
            "state": REGULATION_STATES[one.state],
        }
        for one in plan.regulations
    }
    return sync("制度", Regulation, {one.clause: one for one in row.regulations.all()}, wanted, once=("state",))
