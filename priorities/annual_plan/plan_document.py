"""The plan document: what a version says, frozen with its sha256 at adoption; a draft is read as it stands.

{"year", "number", "note", "meeting": {"title", "held_on", "minutes_number"} | null, "adopted_day",
 "entries": [{"number", "title", "organisation", "decision", "reason", "project", "amounts": [...], "conflict",
              "filed_wan", "cut_wan", "decided_wan"}],
 "evidence": {…} of priorities.annual_plan.evidence, from adoption on,
 "differences": [{"number", "title", "change", "was_wan", "now_wan"}]}   amounts are strings in 万元
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

from django.conf import settings

from budgets.ledger import ceilings
from budgets.table import budget_table
from governance import charts
from governance.basics import clock
from governance.basics.figures import Column, Figure, Report, Section, Table, rows_of, table_columns
from governance.kernel.verbs import step
from priorities import proposal as proposals
from priorities.annual_plan import evidence, plan_versions
from priorities.approval import seats
from priorities.models import AnnualPlan, Participant, PlanEntry
from priorities.proposal import SOURCE_LABELS
from priorities.screening import decided
from projects.models import ProjectLead
from projects.reports import frame

LISTED = plan_versions.LISTED
NOTED = ("D03", "D06", "D16", "D43", "D44")
BASIS = "金额为会签审定、领导小组列入的数，按项目计，每个项目只计一次；自筹和备案项目不列"


@step
def freeze(plan: AnnualPlan, chosen_from: dict | None = None) -> None:
    """Keep the version's document, what it was chosen from (annual_plan.evidence) and the hash; called as the last step
    of an adoption."""
    plan.document = as_document(plan) | {"evidence": chosen_from}
    plan.sha256 = digest(plan.document)
    AnnualPlan.objects.filter(pk=plan.pk).update(document=plan.document, sha256=plan.sha256)


def digest(document: dict) -> str:
    """sha256 over the canonical JSON."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def of(plan: AnnualPlan) -> dict:
    """The frozen document of an adopted version, the present one of a draft."""
    return plan.document if plan.sha256 else as_document(plan)


def as_document(plan: AnnualPlan) -> dict:
    """A fixed number of queries whatever the number of entries."""
    entries = list(
        plan.entries.select_related("submission__organisation", "submission__project", "project").order_by(
            "order", "pk"
        )
    )
    found = conflicts(entries, plan.adopted_day or clock.today())
    money = money_in(entries)
    meeting = plan.meeting
    return {
        "year": plan.plan_year,
        "number": plan.number,
        "note": plan.note,
        "meeting": None
        if meeting is None
        else {"title": meeting.title, "held_on": meeting.held_on.isoformat(), "minutes_number": meeting.minutes_number},
        "adopted_day": plan.adopted_day.isoformat() if plan.adopted_day else None,
        "entries": [
            {
                "number": e.submission.number,
                "title": e.submission.title,
                "organisation": e.submission.organisation.name,
                "decision": e.decision,
                "reason": e.reason,
                "amounts": e.amounts,
                "filed_wan": _text(money[e.submission_id].total.filed_wan),
                "cut_wan": _text(money[e.submission_id].total.cut_wan),
                "decided_wan": _text(money[e.submission_id].total.decided_wan),
                "conflict": "、".join(found.get(e.submission_id, ())),
                "project": (e.project or e.submission.project).code if (e.project or e.submission.project) else "",
            }
            for e in entries
        ],
        "differences": [
            {"number": d.entry.submission.number, "title": d.entry.submission.title, "change": d.change}
            | {"was_wan": f"{d.was_wan:.2f}", "now_wan": f"{d.now_wan:.2f}"}
            for d in plan_versions.differences(plan)
            if d.change != "same"
        ],
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def money_in(entries: list[PlanEntry]) -> dict[int, decided.Decided]:
    """What each entry's case asked for and what the plan gives it, by submission; what is not listed as settled."""
    settled = decided.settled_on(e.submission for e in entries)
    return {
        e.submission_id: settled[e.submission_id].adopting(e.amounts)
        if e.decision in LISTED
        else settled[e.submission_id]
        for e in entries
    }


def interested_units(entries: list[PlanEntry]) -> dict[int, set[int]]:
    """Organisations (as survivors) that lead or co-lead each entry's case or project, by submission; three queries."""
    found = {e.submission_id: {e.submission.organisation.survivor_id} for e in entries}
    for row in Participant.objects.filter(submission__in=found).select_related("organisation"):
        found[row.submission_id].add(row.organisation.survivor_id)
    projects: dict[int, set[int]] = {}
    for lead in ProjectLead.objects.filter(project__in=[e.submission.project_id for e in entries]).select_related(
        "organisation"
    ):
        projects.setdefault(lead.project_id, set()).add(lead.organisation.survivor_id)
    for entry in entries:
        found[entry.submission_id] |= projects.get(entry.submission.project_id, set())
    return found


def conflicts(entries: list[PlanEntry], day: dt.date) -> dict[int, list[str]]:
    """Approving bodies that lead or co-lead a listed entry, by submission (D44)."""
    bodies = seats.signing_units(day)
    units = interested_units(entries)
    found = {}
    for entry in entries:
        if entry.decision in LISTED and (
            names := [bodies[u] for u in sorted(units[entry.submission_id]) if u in bodies]
        ):
            found[entry.submission_id] = names
    return found


def money_of(document: dict) -> dict[tuple[int, str], Decimal]:
    """What the listed entries approve by (year, source)."""
    return proposals.sums_of(a for e in document["entries"] if e["decision"] in LISTED for a in e["amounts"])


def build(year: int) -> Report:
    """年度计划 as PDF, xlsx and JSON: the version in force, else the draft; called inside one snapshot."""
    versions = list(AnnualPlan.objects.filter(plan_year=year).select_related("meeting").order_by("number"))
    plan = next((v for v in versions if v.is_adopted), None) or next((v for v in versions if v.is_draft), None)
    sections = _sections(plan, versions) if plan else (Section("none", "编制情况", (f"{year}年度计划还没有编制。",)),)
    state = "" if plan is None or plan.is_adopted else "（草案）"
    day = (plan.adopted_day if plan else None) or clock.today()
    return frame.report(
        "annual_plan",
        year,
        f"年度计划{state}",
        BASIS,
        "",
        NOTED,
        sections,
        day=day,
        issuer=(f"{settings.CITY_NAME}信息化领导小组",),
        is_demo=bool(plan and plan.is_demo),
    )


def _sections(plan: AnnualPlan, versions: list[AnnualPlan]) -> tuple[Section, ...]:
    document = of(plan)
    listed = [e for e in document["entries"] if e["decision"] in LISTED]
    money = money_of(document)
    whole, city = sum(money.values(), Decimal(0)), money.get((plan.plan_year, "city"), Decimal(0))
    meeting = document["meeting"]
    if meeting:
        adopted = frame.said(dt.date.fromisoformat(document["adopted_day"]))
        said = f"{meeting['title']}于{adopted}审定第{plan.number}版（{meeting['minutes_number']}），"
        said += f"摘要 {plan.sha256[:16]}。"
    else:
        said = f"第{plan.number}版草案，尚未审定，各数随草案变动。"
    figures = (
        Figure("listed", "列入项目", len(listed), "项", ("9.1.1",)),
        Figure("total_wan", "列入金额（各年各来源）", whole, "万元"),
        Figure("city_wan", f"其中{plan.plan_year}年市财政", city, "万元", ("8.1",)),
        Figure("others", "未列入或结转", len(document["entries"]) - len(listed), "项"),
    )
    sections = [
        Section("basics", "审定情况", (said, *((document["note"],) if document["note"] else ())), figures),
        _listed(plan.plan_year, listed),
        _money(money),
    ]
    rest = [e for e in document["entries"] if e["decision"] not in LISTED]
    if rest:
        columns = table_columns(
            "number 编号 text 13, title 项目 text 27, decision 处理 text 10, reason 理由 text 24, need 还差 text 26"
        )
        words, need = dict(PlanEntry.DECISIONS), evidence.needs_by_case(document.get("evidence"))
        rows = rows_of(
            columns,
            ((e["number"], e["title"], words[e["decision"]], e["reason"], need.get(e["number"])) for e in rest),
        )
        sections.append(
            Section("rest", "未列入和结转的候选", tables=(Table("rest", "未列入和结转的候选", columns, rows),))
        )
    if (chosen_from := evidence.section(document)) is not None:
        sections.append(chosen_from)
    sections += [_limits(plan, document), _conflicts(listed), _differences(document), _versions(versions)]
    return tuple(sections)


def _listed(year: int, listed: list[dict]) -> Section:
    columns = table_columns(
        "number 编号 text 13, title 项目 text 25, organisation 申报单位 text 14, project 项目号 text 10, "
        f"filed 申报 wan 12, year {year}年市财政 wan 13, total 审定合计 wan 13"
    )
    rows = []
    for e in listed:
        sums = proposals.sums_of(e["amounts"])
        filed = Decimal(e["filed_wan"]) if "filed_wan" in e else None  # frozen before it was kept
        money = (filed, sums.get((year, "city"), Decimal(0)), sum(sums.values(), Decimal(0)))
        rows += rows_of(columns, [(e["number"], e["title"], e["organisation"], e["project"] or None, *money)])
    totals = {
        "title": "合计",
        "filed": sum(asked, Decimal(0)) if (asked := [r["filed"] for r in rows if r["filed"] is not None]) else None,
        "year": sum((r["year"] for r in rows), Decimal(0)),
        "total": sum((r["total"] for r in rows), Decimal(0)),
    }
    return Section(
        "listed", "列入项目", tables=(Table("listed", f"{year}年度列入项目", columns, tuple(rows), "万元", totals),)
    )


def _money(money: dict[tuple[int, str], Decimal]) -> Section:
    years = sorted({y for y, _ in money})
    columns = (
        Column("source", "来源", "text", 30),
        *(Column(f"y{y}", str(y), "wan", 16) for y in years),
        Column("total", "合计", "wan", 18),
    )
    rows = tuple(
        {
            "source": label,
            **{f"y{y}": money.get((y, s)) for y in years},
            "total": sum((w for (_, k), w in money.items() if k == s), Decimal(0)),
        }
        for s, label in SOURCE_LABELS.items()
        if any(k == s for _, k in money)
    )
    totals = {
        "source": "合计",
        **{f"y{y}": sum((w for (k, _), w in money.items() if k == y), Decimal(0)) for y in years},
        "total": sum(money.values(), Decimal(0)),
    }
    values = [charts.YearValue(y, float(totals[f"y{y}"]), f"{totals[f'y{y}']:,.0f}") for y in years]
    drawn = (
        (("列入金额按年度（万元）", charts.years(values, title="列入金额按年度", uid="plan-years", height=150)),)
        if years
        else ()
    )
    return Section(
        "money",
        "资金按来源和年度",
        tables=(Table("money", "资金按来源和年度", columns, rows, "万元", totals),),
        charts=drawn,
    )


def _limits(plan: AnnualPlan, document: dict) -> Section:
    """Ceilings and both growth tests on what is approved; a draft's own money on top."""
    year = plan.plan_year
    approved = approved_with(plan, document)
    sums: dict[tuple[int, str], Decimal] = {}
    for (y, s, _), amount in approved.items():
        sums[y, s] = sums.get((y, s), Decimal(0)) + amount
    figures = []
    for (y, s), row in sorted(ceilings.ceilings(range(year, year + 6)).items()):
        figures += [
            Figure(f"ceiling_{y}_{s}", f"{y}年{SOURCE_LABELS[s]}上限", row.ceiling_wan, "万元", (), row.document),
            Figure(f"held_{y}_{s}", f"{y}年{SOURCE_LABELS[s]}批复合计", sums.get((y, s), Decimal(0)), "万元"),
        ]
    tests = budget_table.year_growth(year, approved).tests
    figures += [Figure(f"growth_{i}", t.name, t.word, "", ("9.6.1",), t.sentence) for i, t in enumerate(tests, 1)]
    return Section("limits", "上限与增长检验", () if figures else ("没有定上限。",), tuple(figures))


def approved_with(plan: AnnualPlan, document: dict) -> budget_table.Approved:
    """Approved money of the whole city; a draft's own as if it were adopted."""
    approved = dict(budget_table.approved_money())
    for (year, source), amount in ({} if plan.sha256 else new_money(plan, document)).items():
        key = (year, source, False)
        approved[key] = approved.get(key, Decimal(0)) + amount
    return approved


def new_money(plan: AnnualPlan, document: dict) -> dict[tuple[int, str], Decimal]:
    """What an adoption of the draft would add to the approved money: its own less the version's before."""
    sums = money_of(document)
    before = plan_versions.adopted_before(plan)
    for key, amount in money_of(of(before)).items() if before else ():
        sums[key] = sums.get(key, Decimal(0)) - amount
    return {key: amount for key, amount in sums.items() if amount}


def money_rows(plan: AnnualPlan, document: dict) -> list[dict]:
    """Every year and source that the plan moves: approved before, with it, the ceiling and what stays under it."""
    more = new_money(plan, document)
    held: dict[tuple[int, str], Decimal] = {}
    for (y, s, _), amount in budget_table.approved_money().items():
        held[y, s] = held.get((y, s), Decimal(0)) + amount
    known = ceilings.ceilings({y for y, _ in more})
    order = list(SOURCE_LABELS)
    rows = []
    for year, source in sorted(more, key=lambda k: (k[0], order.index(k[1]))):
        after = held.get((year, source), Decimal(0))
        before = after - more[year, source] if plan.sha256 else after
        after = before + more[year, source]
        limit = known.get((year, source))
        money = {"before": before, "more": more[year, source], "after": after}
        money |= (
            {"limit": limit.ceiling_wan, "left": limit.ceiling_wan - after} if limit else {"limit": None, "left": None}
        )
        rows.append({"label": f"{year} 年{SOURCE_LABELS[source]}", "year": year, "source": source} | money)
    return rows


def _conflicts(listed: list[dict]) -> Section:
    found = [e for e in listed if e["conflict"]]
    if not found:
        return Section("conflicts", "利害关系", ("列入项目中没有审批机构牵头或联合牵头的。",))
    columns = table_columns("number 编号 text 16, title 项目 text 48, conflict 牵头或联合牵头的审批机构 text 36")
    rows = tuple({k: e[k] for k in ("number", "title", "conflict")} for e in found)
    text = (
        "下列项目由审批机构自己牵头或联合牵头，会签时已另有独立签署或由领导小组签署（D44）；审定时请有关机构的成员回避。",
    )
    return Section("conflicts", "利害关系", text, tables=(Table("conflicts", "审批机构牵头的列入项目", columns, rows),))


def _differences(document: dict) -> Section:
    if document["number"] == 1 or not document["differences"]:
        return Section("differences", "与前一版的差异", ("没有前一版，或与前一版没有差异。",))
    columns = table_columns(
        "number 编号 text 14, title 项目 text 40, change 变化 text 14, was 原 wan 16, now 现 wan 16"
    )
    words = plan_versions.CHANGES
    rows = rows_of(
        columns,
        (
            (d["number"], d["title"], words[d["change"]], Decimal(d["was_wan"]), Decimal(d["now_wan"]))
            for d in document["differences"]
        ),
    )
    totals = {
        "title": "合计",
        "was": sum((r["was"] for r in rows), Decimal(0)),
        "now": sum((r["now"] for r in rows), Decimal(0)),
    }
    return Section(
        "differences", "与前一版的差异", tables=(Table("differences", "与前一版的差异", columns, rows, "万元", totals),)
    )


def _versions(versions: list[AnnualPlan]) -> Section:
    columns = table_columns(
        "number 版次 text 10, state 状态 text 18, minutes 纪要文号 text 28, day 审定日期 text 16, sha 摘要 text 28"
    )
    rows = []
    for v in versions:
        minutes = v.meeting.minutes_number if v.meeting else None
        day = v.adopted_day.isoformat() if v.adopted_day else None
        rows += rows_of(columns, [(f"第{v.number}版", v.get_state_display(), minutes, day, v.sha256[:16] or None)])
    return Section("versions", "各版", tables=(Table("versions", "各版", columns, tuple(rows)),))
