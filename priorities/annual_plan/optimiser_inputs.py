"""What the optimiser is asked about a year: candidates with their settled money and value, money already approved,
phases, leads. Read only; a fixed number of queries whatever the number of candidates."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from budgets.ledger import ceilings as budget_ceilings
from budgets.models import SOURCES
from budgets.table import budget_table
from governance.basics import clock
from governance.kernel import readings
from priorities import optimiser
from priorities.models import AnnualPlan, Conclusion, PlanEntry, Screening, Submission
from priorities.optimiser import Growth, Item, Option, Parts, Problem
from priorities.optimiser.value import parts_of
from priorities.rules.plan_2006 import PRIORITISED
from priorities.screening import conclusions, decided
from priorities.screening.decided import Decided
from priorities.submissions import workflow
from projects.models import Project, ProjectLead

PHASES = "一二三四五六七八九十"
BUILDING = ("approved", "procurement", "building", "first_acceptance", "trial")
BUILT = (*BUILDING, "final_acceptance", "operating", "evaluation", "closed")
STATE_REQUIRED = "8.3.1(7)"


@dataclass(frozen=True)
class Candidate:
    """A candidate as the page shows it. `amounts` by (year, source) in 万元; `must` says why it has to be taken."""

    submission: Submission
    lead: str
    clauses: tuple[str, ...]
    parts: Parts
    amounts: dict[tuple[int, str], Decimal]
    must: str
    money: Decided  # what was asked for and what is cut
    earlier: tuple[str, ...]  # keys of candidates, or of phases that are neither built nor candidates ("missing:P02")

    @property
    def key(self) -> str:
        return str(self.submission.pk)


@dataclass(frozen=True)
class Inputs:
    """Everything read for a year and `years` years from it on."""

    year: int
    years: tuple[int, ...]
    candidates: tuple[Candidate, ...]
    missing: dict[str, str]  # earlier phases that cannot be taken: key to title
    held: dict[tuple[int, str], Decimal]
    ceilings: dict[tuple[int, str], tuple[Decimal, str]]  # amount and paper
    running: dict[str, int]
    reading: str  # of D06

    @property
    def before_wan(self) -> Decimal | None:
        """City money of the year before, from which growth is counted; None is 未填."""
        return self.held.get((self.year - 1, "city"))


def read(year: int, horizon: int = 1) -> Inputs:
    """The candidates of a plan year and what binds their choice."""
    years = tuple(range(year, year + horizon))
    approved = budget_table.approved_money()
    held: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for (fiscal_year, source, _), amount in approved.items():
        if year - 1 <= fiscal_year <= years[-1]:
            held[fiscal_year, source] += amount
    rows = list(
        Submission.objects.filter(state=workflow.CANDIDATE, plan_year__lte=year)
        .select_related("organisation__canonical", "project__programme")
        .order_by("number")
    )
    found = Conclusion.objects.filter(
        submission__in=rows, in_force=True, version__number=F("submission__current_version")
    )
    concluded = {c.submission_id: c for c in found}
    verdicts = {
        s.submission_id: s for s in Screening.objects.filter(submission__in=rows, confirmed=True).order_by("pk")
    }
    draft = AnnualPlan.objects.filter(plan_year=year, state="draft").first()
    adjusted = {}
    if draft is not None:
        adjusted = {e.submission_id: e.amounts for e in PlanEntry.objects.filter(plan=draft, decision="adjusted")}
    earlier, missing = _earlier(rows)
    candidates = tuple(
        _candidate(row, concluded.get(row.pk), verdicts.get(row.pk), adjusted.get(row.pk), earlier.get(row.pk, ()))
        for row in rows
    )
    known = budget_ceilings.ceilings(years)
    return Inputs(
        year,
        years,
        candidates,
        missing,
        dict(held),
        {key: (row.ceiling_wan, row.document) for key, row in known.items()},
        _running(),
        readings.current("D06", clock.today()),
    )


def _candidate(row: Submission, conclusion, verdict, adjusted, earlier) -> Candidate:
    met = tuple(conclusions.clauses_met(verdict, PRIORITISED)) if verdict else ()
    money = decided.of_conclusion(row, conclusion, adjusted)
    amounts = {(y, s): a.decided_wan for y, s, a in money.rows() if a.decided_wan}
    must = f"国家要求的重要项目，{STATE_REQUIRED}" if STATE_REQUIRED in met else ""
    if row.kind == "continuation":
        must = "续建"
    unit, value = row.organisation.canonical or row.organisation, parts_of(met, verdict.facts if verdict else {})
    return Candidate(row, unit.name, met, value, amounts, must, money, tuple(earlier))


def _earlier(rows: list[Submission]) -> tuple[dict[int, list[str]], dict[str, str]]:
    """The phase before, of every candidate that is for a later phase of a programme (一期 before 二期 before 三期)."""
    ranked = {
        row.pk: rank
        for row in rows
        if row.project and row.project.programme_id and (rank := phase_rank(row.project)) > 1
    }
    if not ranked:
        return {}, {}
    programmes = {row.project.programme_id for row in rows if row.pk in ranked}
    family = [p for p in Project.objects.filter(programme__in=programmes).exclude(phase_label="") if phase_rank(p)]
    by_rank = {(p.programme_id, phase_rank(p)): p for p in family}
    candidates = {row.project_id: row for row in rows if row.project_id}
    found: dict[int, list[str]] = {}
    missing: dict[str, str] = {}
    for row in rows:
        before = by_rank.get((row.project.programme_id, ranked[row.pk] - 1)) if row.pk in ranked else None
        if before is None or before.state in BUILT:
            continue
        if before.pk in candidates:
            found[row.pk] = [str(candidates[before.pk].pk)]
        else:
            key = f"missing:{before.code}"
            missing[key] = f"{before.name}（{before.get_state_display()}，不在候选里）"
            found[row.pk] = [key]
    return found, missing


def phase_rank(project: Project) -> int:
    """一期 1, 二期 2, …; 0 for a project that is no phase."""
    label = project.phase_label
    return next((PHASES.index(c) + 1 for c in label if c in PHASES), 0) if "期" in label else 0


def _running() -> dict[str, int]:
    """Projects under way by their first lead (D43)."""
    leads = (
        ProjectLead.objects.filter(project__state__in=BUILDING)
        .select_related("organisation__canonical")
        .order_by("project_id", "order")
    )
    first: dict[int, str] = {}
    for lead in leads:
        unit = lead.organisation.canonical or lead.organisation
        first.setdefault(lead.project_id, unit.name)
    return dict(Counter(first.values()))


def problem_of(
    inputs: Inputs, settings: dict, *, into: frozenset[str] = frozenset(), out: frozenset[str] = frozenset()
) -> Problem:
    """The optimiser's question under a scenario's settings (annual_plan.scenarios) and the decisions by hand."""
    spared = set(settings["spared"])
    items = []
    for candidate in inputs.candidates:
        must = candidate.must
        if candidate.key in spared or (candidate.submission.kind != "continuation" and not settings["must_state"]):
            must = ""
        options = []
        for shift in range(len(inputs.years) if not must else 1):
            costs = {(y + shift, s): amount for (y, s), amount in candidate.amounts.items()}
            # 急用先建: a year later is worth less
            late = shift * (candidate.parts.urgency + 1) * settings["weights"]["urgency"]
            value = max(optimiser.score(candidate.parts, settings["weights"]) - late, 0)
            options.append(Option(inputs.year + shift, costs, value))
        after = candidate.earlier if settings["phases"] else ()
        items.append(Item(candidate.key, candidate.submission.title, tuple(options), candidate.lead, must, after))
    if settings["phases"]:
        items += [Item(key, title, ()) for key, title in inputs.missing.items()]
    growth = None
    if settings["floor"] is not None and inputs.before_wan and inputs.reading in ("a", "c"):
        growth = Growth(inputs.years, Decimal(settings["floor"]) / 100)
    bounds = {
        (int(key.partition(":")[0]), key.partition(":")[2]): Decimal(amount)
        for key, amount in settings["ceilings"].items()
    }
    running = dict(inputs.running)
    for lead, more in settings["extra_load"].items():
        running[lead] = running.get(lead, 0) - more
    bonds = (bounds, inputs.held, growth, settings["load"], running)
    return Problem(tuple(items), *bonds, into, out, frozenset(settings["waived"]), dict(SOURCES))
