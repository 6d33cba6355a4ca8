"""Rows of a plan as data: frozen, verbatim where the field says so, amounts in 万元 as Decimal.

`line` is a 1-based line of the plan's text. `start` is the first day and `end` the last day of what the plan states;
`precision` ("year" or "month") says how much of it was stated (D32). Organisations are named by key, never by name.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """Words of the plan, verbatim, and the line that holds them."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A name as the plan writes it (D40, D45), and the lines where it stands on its own."""

    as_named: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A unit or body. `valid_from` is the first day of the block whose task founds it (D05), else None.

    `budget_unit` is its own key where it is its own budget unit, another key, or None where that is open (D41).
    `source` is 规划, or 系统默认 where the plan does not name it.
    """

    key: str
    name: str
    kind: str
    aliases: tuple[AliasRow, ...]
    is_generic: bool
    is_temporary: bool
    is_internal: bool
    parent: str | None
    budget_unit: str | None
    founded_by: str | None
    valid_from: dt.date | None
    phone: str | None
    source: str
    lines: tuple[int, ...]
    note: str


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead unit in the order of 10.4; generic entries are not units (D42)."""

    order: int
    as_named: str
    organisation: str
    generic: bool


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase inside one row of 10.4 (D34)."""

    label: str
    name: str | None
    start: dt.date
    end: dt.date
    precision: str
    quote: str


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone that the row states. `due` is the last day that still keeps it under the default reading;
    `due_by_reading` pairs a reading's key with its day where the row's discrepancy decides it (D29)."""

    text: str
    quote: str
    start: dt.date
    end: dt.date
    precision: str
    due: dt.date
    due_by_reading: tuple[tuple[str, dt.date], ...]
    outside_window: bool
    discrepancy: str | None


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A measurable goal that the row states: `target` stands word by word in its `quote`; `due` as of a milestone."""

    indicator: str
    target: str
    quote: str
    due: dt.date
    precision: str
    due_by_reading: tuple[tuple[str, dt.date], ...]
    discrepancy: str | None


@dataclass(frozen=True, slots=True)
class PlanItemRow:
    """A row of 10.4, verbatim: `name content time_raw estimate_raw leads_raw` is the line."""

    code: str
    order: int
    name: str
    content: str
    time_raw: str
    start: dt.date
    end: dt.date
    precision: str
    estimate_raw: str
    estimate_wan: Decimal
    leads_raw: str
    leads: tuple[LeadRow, ...]
    leads_open_ended: bool
    programme: str | None
    phase: str | None
    phases: tuple[PhaseRow, ...]
    milestones: tuple[MilestoneRow, ...]
    goals: tuple[GoalRow, ...]
    line: int
    discrepancies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearRow:
    """A row of 10.5, verbatim: `time_raw name estimate_raw leads_raw` is the line; `item` is the row of 10.4."""

    order: int
    time_raw: str
    name: str
    estimate_raw: str
    estimate_wan: Decimal
    leads_raw: str
    item: str
    line: int


@dataclass(frozen=True, slots=True)
class TaskLinkRow:
    """A project that carries a task; certainty is "sure" or "possible"."""

    code: str
    certainty: str


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A register that shows how far a task is: `of` names its row (`*`: all of them), `state` how far a project has to
    be; where `enough` is "begun", having begun is all that the task asks for."""

    register: str
    of: str
    state: str
    enough: str


@dataclass(frozen=True, slots=True)
class PlanTaskRow:
    """A task of 10.1–10.3 without its end mark; due at the end of its block (D33)."""

    code: str
    block: str
    order: int
    text: str
    due: dt.date
    projects: tuple[TaskLinkRow, ...]
    line: int
    discrepancies: tuple[str, ...]
    proofs: tuple[ProofRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PilotUnitRow:
    """A pilot unit of 10.1; `focus` is 重点."""

    order: int
    as_named: str
    organisation: str
    focus: bool
    line: int


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """工程: a family of rows. The one that is `standalone` gathers the rows without a programme (单列项目)."""

    key: str
    name: str
    order: int
    standalone: bool
    items: tuple[str, ...]
    total_wan: Decimal


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause, without numeral and end mark. kind: principle, type, priority, defer, no_city_funding, obligation."""

    clause: str
    kind: str
    label: str
    heading: str
    heading_line: int
    text: str
    line: int
    order: int
    note: str
    discrepancies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegulationRow:
    """One of 9.2.1–9.2.9; `text` is its lines joined with a newline; none is in force in the plan (D55)."""

    clause: str
    verb: str
    title: str
    kind: str
    text: str
    heading_line: int
    lines: tuple[int, ...]
    state: str
    note: str
    discrepancies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level of 9.2.2 and the organisation that its works answer to."""

    key: str
    name: str
    label: str
    accountable_to: str
    clause: str
    quotes: tuple[QuoteRow, ...]


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier of 9.2.7; its annual summary goes to the tier `reports_to`."""

    key: str
    name: str
    label: str
    reports_to: str | None
    clause: str
    quotes: tuple[QuoteRow, ...]


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body, seat, office or duty of chapters 8 and 9 with its duties quoted; kind: 机构, 会签席位, 职责, 岗位.

    Before `valid_from` the organisation `acting` does its work, marked 代行 (D05).
    """

    key: str
    name: str
    kind: str
    clause: str
    line: int
    duties: tuple[QuoteRow, ...]
    holder: str | None
    cosigners: tuple[str, ...]
    acting: str | None
    founded_by: str | None
    valid_from: dt.date | None
    note: str
    discrepancies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One way to read an open place: the reading, and what it changes in the system."""

    key: str
    text: str
    effect: str


@dataclass(frozen=True, slots=True)
class TouchesRow:
    """What a discrepancy touches: codes, clause ids and organisation keys."""

    projects: tuple[str, ...]
    tasks: tuple[str, ...]
    clauses: tuple[str, ...]
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    """A place where the plan contradicts itself or stays silent. `default` is a reading's key.

    `read_by_code` False means 仅作说明: no logic asks for its reading.
    """

    code: str
    weight: str
    title: str
    quotes: tuple[QuoteRow, ...]
    readings: tuple[ReadingRow, ...]
    default: str
    default_text: str
    touches: TouchesRow
    read_by_code: bool
    source_note: str


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block of the yearly plan (10.1, 10.2, 10.3)."""

    code: str
    title: str
    start: dt.date
    end: dt.date
    line: int
    narrative_lines: tuple[int, ...]
    first_task_line: int
    last_task_line: int


@dataclass(frozen=True, slots=True)
class ChapterRow:
    """A heading of the text, for its table of contents."""

    number: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class TermRow:
    """A word of the plan and what the system takes it to mean."""

    term: str
    meaning: str
    line: int


@dataclass(frozen=True, slots=True)
class LeadCheckRow:
    """A check total: rows that name the organisation (or an alias of it) as a lead, and their estimates."""

    organisation: str
    rows: int
    total_wan: Decimal


@dataclass(frozen=True, slots=True)
class ChecksRow:
    """Counts and totals that the files must add up to; programme totals by key."""

    items: int
    tasks: int
    tasks_by_block: tuple[tuple[str, int], ...]
    criteria: int
    principles: int
    types: int
    pilot_units: int
    regulations: int
    discrepancies: int
    total_wan: Decimal
    programmes: tuple[tuple[str, Decimal], ...]
    leads: tuple[LeadCheckRow, ...]
    years_differ: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where the text comes from; `lines` is how many it has."""

    file: str
    title: str
    origin: str
    lines: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. `lines[0]` is line 1 of the text; `data` is plan.json as it stands, for the plan's own record."""

    key: str
    title: str
    part: str
    city: str
    first_year: int
    last_year: int
    period_first_year: int
    unit: str
    estimate_label: str
    estimate_note: QuoteRow
    source: SourceRow
    checks: ChecksRow
    blocks: tuple[BlockRow, ...]
    chapters: tuple[ChapterRow, ...]
    terms: tuple[TermRow, ...]
    lines: tuple[str, ...]
    organisations: tuple[OrganisationRow, ...]
    items: tuple[PlanItemRow, ...]
    years: tuple[YearRow, ...]
    tasks: tuple[PlanTaskRow, ...]
    pilot_units: tuple[PilotUnitRow, ...]
    programmes: tuple[ProgrammeRow, ...]
    clauses: tuple[ClauseRow, ...]
    regulations: tuple[RegulationRow, ...]
    levels: tuple[LevelRow, ...]
    tiers: tuple[TierRow, ...]
    levels_note: str
    bodies: tuple[BodyRow, ...]
    discrepancies: tuple[DiscrepancyRow, ...]
    data: dict

    def line(self, number: int) -> str:
        """The text of a 1-based line."""
        return self.lines[number - 1]

    def kinds(self, *kinds: str) -> tuple[ClauseRow, ...]:
        """Clauses of these kinds, in the plan's order; the 17 criteria are priority, defer, no_city_funding."""
        return tuple(row for row in self.clauses if row.kind in kinds)
