"""The budget workbook: one row a project × source (× year), matched on its return by a key in a locked hidden column.

Two steps: `collect` takes everything that the workbook shows from the database, `draw` prints it. The snapshot's name
comes from the content's hash, so that the same state of the database on the same day gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from budgets import sheets, table
from budgets.models import SOURCES, STAGES, BudgetLine, ExportSnapshot, StageLock
from governance import audit
from governance.access import Actor, require
from governance.models import Discrepancy
from governance.refusal import Invalid
from governance.roles import Permission, Scope
from governance.verbs import frame
from projects.models import Project

YEARS = range(2005, 2011)  # what “all” covers at least
FOOTNOTES = ("D08", "D09", "D34", "D40", "D41", "D42", "D43")
OUTSIDE = "规划外项目"
CODES = (("unit_code", "预算单位代码"), ("function_code", "功能科目"), ("economic_code", "经济科目"))
FIELDS = [f"{stage}_wan" for stage, _ in STAGES]


@dataclass
class Line:
    """One row of the sheet. `amounts` by stage are Decimal in 万元 or None; `first` carries the project's estimate."""

    key: str
    project: Project
    year: int
    source: str
    lead: str
    time_raw: str
    amounts: dict[str, Decimal | None]
    codes: dict[str, str]
    first: bool = False

    @property
    def total_wan(self) -> Decimal | None:
        """总概算, on the project's first row only, so that the column sums to the plan's total."""
        return self.project.estimate_wan if self.first else None

    def kept(self) -> dict:
        """The row as the snapshot keeps it: what the import compares with."""
        return {
            "code": self.project.code,
            "year": self.year,
            "source": self.source,
            "amounts": {s: None if v is None else f"{v:.2f}" for s, v in self.amounts.items()},
            "codes": self.codes,
            "texts": {
                "编号": self.project.code,
                "项目": self.project.name,
                "第一牵头": self.lead,
                "时间（原文）": self.time_raw,
                "来源": dict(SOURCES)[self.source],
                "总概算": "" if self.total_wan is None else f"{self.total_wan:.2f}",
            },
        }


@dataclass
class Group:
    """A programme's rows; `planned` groups count towards the check of 6883."""

    name: str
    planned: bool
    lines: list[Line] = field(default_factory=list)


@dataclass
class Content:
    """All that a workbook shows."""

    scope: str
    day: dt.date
    groups: list[Group]
    locks: set[tuple[int, str]]
    check_wan: Decimal
    planned: int
    whole: bool  # the reader sees the city's money; others get their own projects and no check against 6883
    growth: list[tuple[str, str, str]]  # (name, word, sentence)
    notes: list[tuple[str, str, str]]  # (code, title, how it is read)
    is_demo: bool

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def title(self) -> str:
        return "贵阳市电子政务项目预算表（全部年度）" if self.scope == "all" else f"贵阳市电子政务项目{self.scope}年度预算表"

    def rows(self) -> dict[str, dict]:
        return {line.key: line.kept() for line in self.lines}

    def sha256(self) -> str:
        """Over everything that the sheets print, so that a name never stands for two contents."""
        body = {
            "scope": self.scope, "day": self.day.isoformat(), "groups": [[g.name, [x.key for x in g.lines]] for g in self.groups],
            "rows": self.rows(), "locks": sorted(map(list, self.locks)), "check": str(self.check_wan), "whole": self.whole,
            "growth": self.growth, "notes": self.notes, "demo": self.is_demo,
        }  # fmt: skip
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def export(scope: int | str, actor: Actor, day: dt.date) -> tuple[bytes, str]:
    """The workbook of a year or of "all", and its file name. Keeps what left as ExportSnapshot.

    Raises WrongRole without the right to read budgets, Invalid for another scope.
    """
    require(actor, Permission.READ_BUDGET)
    if scope != "all" and not (isinstance(scope, int) and 1990 <= scope <= 2100):
        raise Invalid(f"“{str(scope)[:12]}”不是年度；请写年份（如 2007）或 all。")
    content = collect(scope, actor, day)
    key = _keep(content, actor)
    return sheets.draw(content, key), f"{'全部年度' if scope == 'all' else scope}预算表_{key}.xlsx"


def _keep(content: Content, actor: Actor) -> str:
    sha256 = content.sha256()
    rows = content.rows()
    with frame():
        for size in (6, 12, 24):
            key = f"S-{content.day:%Y%m%d}-{sha256[:size]}"
            held, made = ExportSnapshot.objects.get_or_create(
                key=key, defaults={"sha256": sha256, "scope": content.scope, "rows": rows, "by_text": actor.text}
            )
            if held.sha256 == sha256:
                break
        if made:
            audit.record(by=actor, event="budgets.export", sentence=f"导出预算表（{content.scope}），快照 {key}")
    return key


def collect(scope: int | str, actor: Actor, day: dt.date) -> Content:
    """Everything that the workbook shows, as the actor may see it, in a fixed number of queries a year."""
    whole = actor.scope(Permission.READ_BUDGET) is Scope.CITY
    years = list(YEARS) if scope == "all" else [scope]
    lines = BudgetLine.objects.visible_to(actor)
    lines = lines if scope == "all" else lines.in_year(scope)
    held: dict[int, dict[tuple[int, str], BudgetLine]] = defaultdict(dict)
    for line in lines:
        held[line.project_id][line.fiscal_year, line.source] = line
    projects = Project.objects.select_related("programme", "plan_item").prefetch_related("leads__organisation__canonical").order_by("order")
    groups: dict[tuple, Group] = {}
    planned, is_demo = 0, False
    for project in projects:
        mine = held.get(project.pk, {})
        is_planned = project.plan_item_id is not None
        if not mine and not (is_planned and (whole or actor.organisation_id in project.belongs_to())):
            continue
        planned += is_planned
        programme = project.programme
        if not is_planned:
            place = (2, 0, OUTSIDE)
        elif programme:
            place = (0, programme.order, programme.name)
        else:
            place = (1, 0, table.STANDALONE)
        group = groups.setdefault(place, Group(place[2], is_planned))
        group.lines += _lines(project, mine, _years(project, mine, years, scope))
        is_demo |= project.is_demo or any(x.is_demo for x in mine.values())
    shown = {x.year for g in groups.values() for x in g.lines}
    locks = set(StageLock.objects.filter(fiscal_year__in=shown).values_list("fiscal_year", "stage"))
    return Content(
        scope=str(scope), day=day, groups=[groups[k] for k in sorted(groups)], locks=locks, check_wan=table.plan_total(),
        planned=planned, whole=whole, growth=_growth(years, scope) if whole else [], is_demo=is_demo,
        notes=[(d.code, d.title, d.default_text) for d in Discrepancy.objects.filter(code__in=FOOTNOTES).order_by("code")],
    )  # fmt: skip


def _years(project: Project, held: dict, years: list[int], scope) -> list[int]:
    if scope != "all":
        return years
    window = set()
    if project.latest_start:
        window = set(range(project.latest_start.year, (project.latest_end or project.latest_start).year + 1))
    return sorted(window & set(years) | {year for year, _ in held}) or [years[0]]


def _lines(project: Project, held: dict, years: list[int]) -> list[Line]:
    lead = table._lead(project)[0]
    time_raw = project.plan_item.time_raw if project.plan_item else ""
    made = []
    for year in years:
        sources = [s for s, _ in SOURCES if (year, s) in held] or ["city"]
        for source in sources:
            line = held.get((year, source))
            made.append(Line(
                key=f"{project.code}|{year}|{source}", project=project, year=year, source=source, lead=lead, time_raw=time_raw,
                amounts={s: getattr(line, f"{s}_wan") if line else None for s, _ in STAGES},
                codes={c: getattr(line, c) if line else "" for c, _ in CODES}, first=not made,
            ))  # fmt: skip
    return made


def _growth(years: list[int], scope) -> list[tuple[str, str, str]]:
    if scope == "all":
        funds = table.city_funds()
        years = [y for y in sorted(funds) if y in years]
    return [
        (f"{year} 年 {test.name}（9.6.1）", test.word, test.sentence) for year in years for test in table.year_growth(year).tests
    ]
