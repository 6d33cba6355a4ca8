"""The content of a budget workbook or CSV, read from one consistent moment.

It is laid aside in a temporary file: a hundred thousand rows are never in memory together."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
import weakref
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from budgets.models import SOURCES, STAGES, BudgetLine, StageLock
from budgets.table import budget_table
from budgets.table.chosen import FOOTNOTES, Chosen
from governance.basics.roles import Permission, Scope
from governance.database.snapshots import snapshot_read
from governance.kernel.access import Actor
from governance.models import Discrepancy
from projects.labels import STANDALONE
from projects.models import Project, ProjectLead

OUTSIDE = "规划外项目"
CODES = (("unit_code", "预算单位代码"), ("function_code", "功能科目"), ("economic_code", "经济科目"))
STAGE_KEYS = [stage for stage, _ in STAGES]
SOURCE_LABELS = dict(SOURCES)
AT_ONCE = 500  # projects whose lines are read by one query
ZERO = Decimal(0)


@dataclass(slots=True)
class Head:
    """What a project's rows have in common."""

    code: str
    name: str
    lead: str
    time_raw: str
    estimate_wan: Decimal | None
    filed_wan: Decimal | None = None  # what its cases asked for, where a case was decided


@dataclass(slots=True)
class Line:
    """One row of the sheet. `amounts` by stage are text with two decimals or None; `first` carries the estimate."""

    head: Head
    year: int
    source: str
    amounts: list[str | None]
    codes: list[str]
    first: bool

    @property
    def key(self) -> str:
        return f"{self.head.code}|{self.year}|{self.source}"

    @property
    def total_wan(self) -> Decimal | None:
        """总概算, on the project's first row only, so that the column sums to the plan's total."""
        return self.head.estimate_wan if self.first else None

    @property
    def filed_wan(self) -> Decimal | None:
        """申报 beside it, likewise."""
        return self.head.filed_wan if self.first else None

    def values(self) -> dict[str, Decimal | None]:
        """Amounts by column: the four stages, total and left (批复 less 下达)."""
        found = {s: None if a is None else Decimal(a) for s, a in zip(STAGE_KEYS, self.amounts, strict=True)}
        approved = found["approved"]
        return found | {
            "total": self.total_wan,
            "left": None if approved is None else approved - (found["appropriated"] or ZERO),
        }


@dataclass
class Sums:
    """Rows, projects and money of a part; `wan` by column (the stages, total, left)."""

    rows: int = 0
    projects: int = 0
    wan: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, line: Line, values: dict[str, Decimal | None]) -> None:
        self.rows += 1
        self.projects += line.first
        for name, amount in values.items():
            if amount is not None:
                self.wan[name] += amount


@dataclass
class Group:
    """A programme; `planned` groups count towards the check of 6883."""

    name: str
    planned: bool
    sums: Sums = field(default_factory=Sums)


class Content:
    """All that a workbook shows: groups in order with their sums, rows by `lines()` in the same order."""

    def __init__(self, scope: int | str, day: dt.date, chosen: Chosen):
        self.scope, self.day, self.chosen = str(scope), day, chosen
        self.words = chosen.words
        self.groups: list[Group] = []
        self.by_lead: dict[str, Sums] = defaultdict(Sums)
        self.by_source: dict[str, Sums] = defaultdict(Sums)
        self.rest = Sums()  # planned projects that are not among the rows
        self.planned = 0
        self.is_demo = False
        self.whole = True  # the reader sees the city's money; others get their own projects and no check against 6883
        self.locks: set[tuple[int, str]] = set()
        self.years: set[int] = set()
        self.check_wan = ZERO
        self.growth: list[tuple[str, str, str]] = []  # (name, word, sentence)
        self.notes: list[tuple[str, str, str]] = []  # (code, title, how it is read)
        self._file = tempfile.SpooledTemporaryFile(max_size=2_000_000, mode="w+", encoding="utf-8")  # noqa: SIM115 – read later
        weakref.finalize(self, self._file.close)  # an export that nobody reads to its end leaves no file open
        self._sha = hashlib.sha256()
        self._heads: list[Head] = []

    def take(self, head: Head, lines: list[tuple]) -> None:
        """A project of the last group: (year, source, amounts, codes) in order."""
        number = len(self._heads)
        self._heads.append(head)
        said = (head.code, head.name, head.lead, head.time_raw, str(head.estimate_wan), str(head.filed_wan))
        self._sha.update(repr(said).encode())
        for place, (year, source, amounts, codes) in enumerate(lines):
            text = json.dumps([number, year, source, amounts, codes], ensure_ascii=False, separators=(",", ":"))
            self._sha.update(text.encode())
            self._file.write(text + "\n")
            line = Line(head, year, source, amounts, codes, first=not place)
            values = line.values()
            for sums in (self.groups[-1].sums, self.by_lead[head.lead], self.by_source[source]):
                sums.add(line, values)
            self.years.add(year)

    def lines(self) -> Iterator[Line]:
        """The rows again, from the temporary file."""
        self._file.seek(0)
        before = -1
        for text in self._file:
            number, year, source, amounts, codes = json.loads(text)
            yield Line(self._heads[number], year, source, amounts, codes, first=number != before)
            before = number

    def close(self) -> None:
        """Throw the temporary file away."""
        self._file.close()

    @property
    def rows(self) -> int:
        return sum(g.sums.rows for g in self.groups)

    @property
    def projects(self) -> int:
        return len(self._heads)

    @property
    def title(self) -> str:
        of_all = self.scope == "all"
        return "贵阳市电子政务项目预算表（全部年度）" if of_all else f"贵阳市电子政务项目{self.scope}年度预算表"

    def is_open(self, year: int, stage: str) -> bool:
        """Whether a stage of a year may be filled in the workbook."""
        return self.whole and (year, stage) not in self.locks

    def sha256(self) -> str:
        """Over everything that the sheets print, so that a name never stands for two contents."""
        body = {
            "scope": self.scope,
            "day": self.day.isoformat(),
            "groups": [[g.name, g.sums.rows] for g in self.groups],
            "rows": self._sha.hexdigest(),
            "locks": sorted(map(list, self.locks)),
            "check": str(self.check_wan),
            "whole": self.whole,
            "growth": self.growth,
            "notes": self.notes,
            "demo": self.is_demo,
            "chosen": self.words,
            "rest": [self.rest.projects, str(self.rest.wan["total"])],
        }
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def collect(scope: int | str, actor: Actor, day: dt.date, chosen: Chosen | None = None) -> Content:
    """The workbook's content as the actor may see it: a fixed number of queries and one more for each 500 projects."""
    with snapshot_read():
        return _collect(scope, actor, day, chosen or Chosen())


def _collect(scope: int | str, actor: Actor, day: dt.date, chosen: Chosen) -> Content:
    found = Content(scope, day, chosen)
    found.whole = actor.scope(Permission.READ_BUDGET) is Scope.CITY
    years = list(settings.PLAN_YEARS) if scope == "all" else [scope]
    leads = _leads()
    lines = BudgetLine.objects.all() if scope == "all" else BudgetLine.objects.in_year(scope)
    if not found.whole:
        lines = lines.filter(pk__in=BudgetLine.objects.visible_to(actor).values("pk"))
    lines = lines.filter(source=chosen.source) if chosen.source else lines
    places: dict[tuple, list[tuple]] = defaultdict(list)
    for row in Project.objects.order_by("order").values_list(
        "pk",
        "code",
        "name",
        "estimate_wan",
        "plan_item_id",
        "plan_item__time_raw",
        "latest_start",
        "latest_end",
        "is_demo",
        "programme__order",
        "programme__name",
        "programme__key",
        "filed_wan",
    ):
        places[_place(row[4], row[9], row[10])].append(row)
    for place in sorted(places):
        found.groups.append(Group(place[2], place[0] < 2))
        for start in range(0, len(places[place]), AT_ONCE):
            _take(found, places[place][start : start + AT_ONCE], lines, leads, years, actor)
        if not found.groups[-1].sums.rows:
            found.groups.pop()
    found.locks = set(StageLock.objects.filter(fiscal_year__in=found.years).values_list("fiscal_year", "stage"))
    found.check_wan = budget_table.plan_total()
    found.growth = _growth(years, scope) if found.whole else []
    found.notes = [
        (d.code, d.title, d.default_text) for d in Discrepancy.objects.filter(code__in=FOOTNOTES).order_by("code")
    ]
    return found


def _place(plan_item: int | None, order: int | None, name: str | None) -> tuple:
    if plan_item is None:
        return (2, 0, OUTSIDE)
    return (0, order, name) if name else (1, 0, STANDALONE)


def _leads() -> dict[int, tuple[int, str, set[int]]]:
    """By project: the first lead's surviving unit, its name, and all units that lead it (generic words left out)."""
    found: dict[int, tuple[int, str, set[int]]] = {}
    for project, unit, name, survivor, its_name, generic in ProjectLead.objects.order_by(
        "project_id", "order"
    ).values_list(
        "project_id",
        "organisation_id",
        "organisation__name",
        "organisation__canonical_id",
        "organisation__canonical__name",
        "is_generic",
    ):
        entry = found.setdefault(project, (survivor or unit, its_name or name, set()))
        if not generic:
            entry[2].add(survivor or unit)
    return found


def _take(found: Content, projects: list[tuple], lines, leads: dict, years: list[int], actor: Actor) -> None:
    held: dict[int, dict[tuple[int, str], tuple]] = defaultdict(dict)
    fields = [f"{stage}_wan" for stage in STAGE_KEYS] + [code for code, _ in CODES]
    rows = lines.filter(project_id__in=[p[0] for p in projects]).order_by()
    for project, year, source, is_demo, *more in rows.values_list(
        "project_id", "fiscal_year", "source", "is_demo", *fields
    ):
        held[project][year, source] = (is_demo, [None if a is None else f"{a:.2f}" for a in more[:4]], more[4:])
    every = list(dict(SOURCES))
    for pk, code, name, estimate, plan_item, time_raw, start, end, is_demo, _, _, programme, filed in projects:
        mine = held.get(pk, {})
        lead, lead_name, units = leads.get(pk, (None, "—", ()))
        is_own = found.whole or actor.organisation_id in units
        window = set(range(start.year, (end or start).year + 1)) if start else set()
        wanted = bool(mine) or (plan_item is not None and is_own and found.chosen.shows_empty())
        if found.chosen:  # a filtered sheet has the page's rows: what is planned for other years stays out
            wanted = (
                wanted
                and found.chosen.takes(lead=lead, programme=programme)
                and bool(mine or found.scope == "all" or window & set(years))
            )
        if not wanted:
            if plan_item is not None and is_own:
                found.rest.projects += 1
                found.rest.wan["total"] += estimate or ZERO
            continue
        found.planned += plan_item is not None
        found.is_demo |= is_demo or any(x[0] for x in mine.values())
        shown = (
            years if found.scope != "all" else sorted(window & set(years) | {year for year, _ in mine}) or [years[0]]
        )
        keys = []
        for year in shown:
            keys += [(year, s) for s in every if (year, s) in mine] or (
                [(year, "city")] if found.chosen.shows_empty() else []
            )
        empty = (False, [None] * 4, [""] * len(CODES))
        found.take(
            Head(code, name, lead_name, time_raw or "", estimate, filed),
            [(*key, *mine.get(key, empty)[1:]) for key in keys],
        )


def _growth(years: list[int], scope) -> list[tuple[str, str, str]]:
    approved = budget_table.approved_money()
    if scope == "all":
        years = [y for y in sorted(budget_table.city_funds(approved)) if y in years]
    return [
        (f"{grown.year} 年 {test.name}（9.6.1）", test.word, test.sentence)
        for grown in budget_table.growth_series(years, approved)
        for test in grown.tests
    ]
