"""The ledger, for every verb and step that books: entries, a line's totals, the project's year.

It refuses what breaks 专款专用 (9.2.2): spent ≤ appropriated ≤ approved. Called inside verbs, on locked lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from budgets.ledger import ceilings, decided
from budgets.models import FISCAL_YEARS, SOURCES, STAGES, BudgetLine, Entry, ProjectYear, StageLock
from governance.basics.refs import Ref
from governance.basics.refusal import Invalid, Refused
from governance.basics.text import MAX_WAN, quantise
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from projects.models import Project

LABELS = dict(STAGES)
FIELD = {stage: f"{stage}_wan" for stage, _ in STAGES}
ABOVE = {"spent": "appropriated", "appropriated": "approved"}  # a stage is at most the one named
BELOW = {"approved": "appropriated", "appropriated": "spent"}


@dataclass(frozen=True)
class LineKey:
    """What a budget line is the line of. A refusal that names it concerns its project."""

    project: Project
    fiscal_year: int
    source: str

    @property
    def audit_key(self) -> Ref:
        return self.project.audit_key


@dataclass(frozen=True)
class Posting:
    """What an entry says beside its line, stage and amount; the names are Entry's."""

    kind: str
    document_number: str = ""
    reason: str = ""
    as_typed: str = ""
    is_demo: bool = False


def lock_projects(*ids: int) -> None:
    """Lock projects by id until the verb ends: every booking passes here before it touches a line, so that two verbs on
    different lines of a project neither wait for each other in a circle nor sum a year that the other is changing.

    NO KEY: a row that only points at the project need not wait.
    """
    list(Project.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


@step
def lock_line(at: LineKey, *, is_demo: bool = False) -> BudgetLine:
    """The line of a key, made where there is none, locked (after its project) until the verb ends."""
    if at.source not in dict(SOURCES):
        raise Invalid(f"没有资金来源“{str(at.source)[:20]}”。", fields={"source": ["没有这个来源"]})
    check_year(at.fiscal_year)
    lock_projects(at.project.pk)
    BudgetLine.objects.get_or_create(**vars(at), defaults={"is_demo": is_demo})
    line: BudgetLine = BudgetLine.objects.select_for_update(of=("self",)).select_related("project").get(**vars(at))
    return line


def check_year(fiscal_year: int) -> None:
    low, high = FISCAL_YEARS
    if not low <= fiscal_year <= high:
        raise Invalid(f"{fiscal_year} 不是有效的年度。", fields={"fiscal_year": [f"{low}—{high}"]})


@step
def move(
    *, by: Actor, origin: BudgetLine, target: BudgetLine, stages: list[tuple[str, Decimal]], posting: Posting
) -> list[Entry]:
    """Book amounts off one locked line and onto another: down from below, then up from above, so that no moment in
    between breaks the order of the stages. Returns the entries made."""
    order = [stage for stage, _ in STAGES]
    down = sorted(stages, key=lambda x: -order.index(x[0]))
    off = [book(by=by, line=origin, stage=stage, amount_wan=-amount, posting=posting) for stage, amount in down]
    on = [book(by=by, line=target, stage=stage, amount_wan=amount, posting=posting) for stage, amount in reversed(down)]
    return off + on


COLUMN_GATES = 2006_09_22  # the first key of this kind of advisory lock


def pass_gate(fiscal_year: int, *, freezing: bool = False) -> None:
    """Stand in the gate of a year until the verb ends: bookings by hand side by side, whoever freezes a column alone.

    A lock on the year's lines cannot do it: a line that is made while its column is being frozen is seen by nobody.
    Taken after projects and lines, before counters and the audit head. SQLite has one writer at a time: no gate.
    """
    if connection.vendor != "postgresql":
        return
    call = "pg_advisory_xact_lock" if freezing else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(%s, %s)", [COLUMN_GATES, fiscal_year])


def is_locked(fiscal_year: int, stage: str) -> bool:
    """Whether the column of a year is frozen."""
    return StageLock.objects.filter(fiscal_year=fiscal_year, stage=stage).exists()


@step
def book(
    *,
    by: Actor | None,
    line: BudgetLine,
    stage: str,
    amount_wan: Decimal,
    posting: Posting,
    reverses: Entry | None = None,
) -> Entry:
    """Append an entry to a locked line and set its totals. Raises Refused where a stage would exceed the one above."""
    if stage not in FIELD:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    amount = quantise(amount_wan)
    now = (getattr(line, FIELD[stage]) or Decimal(0)) + amount
    if now < 0:
        raise Refused(f"没有保存：{LABELS[stage]}会变成 {now:,.2f} 万元，金额不能小于 0。")
    if now > MAX_WAN:
        raise Refused(f"没有保存：{LABELS[stage]} {now:,.2f} 万元超出了能记的金额。")
    check(line, stage, now)
    if stage == "approved" and amount > 0:
        ceilings.hold(line.fiscal_year, line.source)
        decided.hold(line.project_id)
    who = by.text if by else "系统"
    entry = Entry.objects.create(
        line=line, stage=stage, amount_wan=amount, by_text=who, reverses=reverses, **vars(posting)
    )
    setattr(line, FIELD[stage], now)
    line.version += 1
    line.save()
    keep_year(line.project_id, line.fiscal_year)
    return entry


def check(line: BudgetLine, stage: str, now: Decimal) -> None:
    """Refuse an amount that breaks the order of the stages, with the numbers, the clause and the cure."""
    if upper := ABOVE.get(stage):
        ceiling = getattr(line, FIELD[upper]) or Decimal(0)
        if now > ceiling:
            raise Refused(
                f"没有保存：{LABELS[stage]} {now:,.2f} 超过{LABELS[upper]} {ceiling:,.2f}，"
                f"多出 {now - ceiling:,.2f} 万元。"
                f"{LABELS[stage]}不得大于{LABELS[upper]}，专款专用（9.2.2）。",
                blockers=[(f"改为 {ceiling:,.2f}，或申请调整{LABELS[upper]}", "市财政局")],
                current={"ceiling_wan": f"{ceiling:.2f}"},
            )
    if lower := BELOW.get(stage):
        floor = getattr(line, FIELD[lower]) or Decimal(0)
        if now < floor:
            raise Refused(
                f"没有保存：{LABELS[stage]} {now:,.2f} 小于已有的{LABELS[lower]} {floor:,.2f} 万元。"
                f"先收回{LABELS[lower]}，再调减{LABELS[stage]}（9.2.2）。",
                current={"floor_wan": f"{floor:.2f}"},
            )


@step
def keep_year(project_id: int, fiscal_year: int) -> None:
    """Recompute the project's row of the year from its lines; null where no line holds the stage."""
    sums = BudgetLine.objects.filter(project_id=project_id, fiscal_year=fiscal_year).aggregate(
        **{field: Sum(field) for field in FIELD.values()}
    )
    ProjectYear.objects.update_or_create(project_id=project_id, fiscal_year=fiscal_year, defaults=sums)


@step
def keep_years(projects: Iterable[int], years: Iterable[int]) -> None:
    """keep_year for many projects and years at once; sums are rounded to two decimals, for SQLite adds in floats."""
    table, held, ids, years = ProjectYear._meta.db_table, BudgetLine._meta.db_table, sorted(projects), sorted(years)
    names = ", ".join(FIELD.values())
    sums = ", ".join(f"ROUND(SUM({field}), 2)" for field in FIELD.values())
    sets = ", ".join(f"{field} = excluded.{field}" for field in FIELD.values())
    with connection.cursor() as cursor:
        for start in range(0, len(ids), 5000):
            some = ids[start : start + 5000]
            cursor.execute(
                f"INSERT INTO {table} (project_id, fiscal_year, {names})"
                f" SELECT project_id, fiscal_year, {sums} FROM {held}"
                f" WHERE project_id IN ({_marks(some)}) AND fiscal_year IN ({_marks(years)})"
                " GROUP BY project_id, fiscal_year"
                f" ON CONFLICT (project_id, fiscal_year) DO UPDATE SET {sets}",
                [*some, *years],
            )


def _marks(values: list[int]) -> str:
    return ", ".join(["%s"] * len(values))
