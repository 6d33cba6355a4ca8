"""Scenarios of a year's plan: saved, decided by hand with a reason, compared, taken over into the draft."""

from __future__ import annotations

from budgets.growth import whole_period
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from priorities.actions.plans import put_entry
from priorities.annual_plan import cautions, optimiser_inputs, scenarios
from priorities.models import AnnualPlan, PlanOverride, PlanScenario, Submission
from priorities.submissions import workflow

MOST = 12  # of a year on show at a time


@verb("priorities.scenario.save")
def save_scenario(*, by: Actor, plan_year: int, name: str, settings: dict, is_demo: bool = False) -> PlanScenario:
    """Keep the settings under a name with the figures that come of them. Shapes: priorities.annual_plan.scenarios."""
    access.require(by, Permission.COMPILE_PLAN)
    clean = scenarios.clean_settings(settings, plan_year)
    inputs = optimiser_inputs.read(plan_year, clean["years"])
    row = _new(by, plan_year, name, "choice", clean, is_demo)
    row.figures = scenarios.compute(inputs, clean, ())
    row.save()
    open_ = cautions.of_scenario(row, inputs, clock.today())
    noted = f"；保存时留意：{'；'.join(open_)}" if open_ else ""
    _record(by, row, "save", f"保存 {row}：{len(inputs.candidates)} 项候选，{_said(row)}{noted}")
    return row


@verb("priorities.scenario.save_period")
def save_period(*, by: Actor, plan_year: int, kind: str, is_demo: bool = False) -> PlanScenario:
    """Keep one repair of the whole period (extend, money or floor) with the split that proves it; nothing is booked
    (D08)."""
    access.require(by, Permission.COMPILE_PLAN)
    repair = next((r for r in whole_period.find().repairs if r.kind == kind), None)
    if repair is None:
        raise Refused("现在没有这一种修补；全期检验的结果可能已变，请刷新页面。")
    row = _new(by, plan_year, repair.title, "period", {"repair": kind}, is_demo)
    row.figures = whole_period.as_figures(repair)
    row.save()
    _record(by, row, "save_period", f"据修补建方案“{row.name}”：{repair.sentence}")
    return row


@verb("priorities.scenario.override")
def override(
    *, by: Actor, scenario: PlanScenario, version: int, submission: Submission, kind: str, reason: str
) -> PlanScenario:
    """强制列入 or 强制不列 one candidate by hand, with a reason; figures and every price are made anew."""
    access.require(by, Permission.COMPILE_PLAN)
    row = _lock(scenario, version)
    if kind not in dict(PlanOverride.KINDS):
        raise Invalid("请选择列入或不列。", fields={"kind": ["请选择一项"]})
    reason = clean_text(reason, limit=300, field="理由")
    if not reason:
        raise Invalid("手工改动要写明理由，代价和您的名字会一起留下。", fields={"reason": ["请写明理由。"]})
    if submission.state != workflow.CANDIDATE or submission.plan_year > row.plan_year:
        raise Refused(f"{submission.reference} 不是 {row.plan_year} 年度的候选。")
    standing = row.overrides.filter(submission=submission, taken_back_day=None).first()
    if standing is not None:
        _take_back(by, standing)
    PlanOverride.objects.create(
        scenario=row, submission=submission, kind=kind, reason=reason, by_text=by.text, is_demo=row.is_demo
    )
    _compute(row)
    price = row.figures["prices"].get(str(submission.pk), {})
    cost = "使方案不可行" if price.get("value") is None else f"代价 {price['value']} 价值，{price['wan']} 万元"
    text = f"{row}：{submission.reference} {dict(PlanOverride.KINDS)[kind]}，{cost}：{reason}"
    _record(by, row, "override", text, submission)
    return row


@verb("priorities.scenario.take_back")
def take_back(*, by: Actor, scenario: PlanScenario, version: int, override: PlanOverride) -> PlanScenario:
    """Undo a decision by hand; its row stays. With the last one undone the optimum is back."""
    access.require(by, Permission.COMPILE_PLAN)
    row = _lock(scenario, version)
    if override.scenario_id != row.pk or override.taken_back_day is not None:
        raise Refused("这处改动已经撤回。")
    _take_back(by, override)
    _compute(row)
    _record(by, row, "take_back", f"{row}：撤回 {override}", override.submission)
    return row


@verb("priorities.scenario.recompute")
def recompute(*, by: Actor, scenario: PlanScenario, version: int) -> PlanScenario:
    """重新计算: the same settings and decisions by hand on today's candidates and money."""
    access.require(by, Permission.COMPILE_PLAN)
    row = _lock(scenario, version)
    _compute(row)
    _record(by, row, "recompute", f"重新计算 {row}：{_said(row)}")
    return row


@verb("priorities.scenario.withdraw")
def withdraw_scenario(*, by: Actor, scenario: PlanScenario, version: int) -> PlanScenario:
    """Take a scenario off the comparison; it stays on record."""
    access.require(by, Permission.COMPILE_PLAN)
    row = _lock(scenario, version)
    row.withdrawn, row.version = True, row.version + 1
    row.save()
    _record(by, row, "withdraw", f"撤下 {row}")
    return row


@verb("priorities.scenario.apply")
def apply_scenario(*, by: Actor, scenario: PlanScenario, version: int) -> AnnualPlan:
    """Take the scenario's choice over into the year's draft: 列入, or 不列入 / 结转候选 with the reason. Adoption
    stays the leading group's; an amount adjusted in the draft stays adjusted."""
    access.require(by, Permission.COMPILE_PLAN)
    plan = AnnualPlan.objects.select_for_update().filter(plan_year=scenario.plan_year, state="draft").first()
    if plan is None:
        raise Refused(f"{scenario.plan_year} 年度计划没有编制中的草案；先开始编制。")
    row = _lock(scenario, version)
    standing = _standing(row)
    inputs = optimiser_inputs.read(row.plan_year, row.settings.get("years", 1))
    chosen = row.figures.get("plans", {}).get("human", {}).get("chosen")
    if row.kind != "choice" or chosen is None:
        raise Refused(f"{row}没有可行的取舍，不能写入草案。")
    if row.figures["inputs"] != scenarios.fingerprint(inputs, row.settings, standing):
        raise Refused(f"{row}算过以后候选或资金有变，请先重新计算。")
    by_hand = {str(o.submission_id): o for o in standing}
    entries = {e.submission_id: e for e in plan.entries.all()}
    for candidate in inputs.candidates:
        entry, start = entries.get(candidate.submission.pk), chosen.get(candidate.key)
        if start == row.plan_year and entry is not None and entry.decision == "adjusted":
            continue
        why = by_hand[candidate.key].reason if candidate.key in by_hand else f"方案“{row.name}”"
        decision, reason = ("listed", why) if start == row.plan_year else ("left_over", why)
        if start == row.plan_year and candidate.key not in by_hand:
            reason = f"按{why}列入"
        elif start not in (None, row.plan_year):
            reason = f"{why}，排在 {start} 年"
        elif start is None and candidate.key not in by_hand:
            reason = f"{why}未选入"
        put_entry(
            by=by,
            plan=plan,
            version=plan.version,
            submission=candidate.submission,
            decision=decision,
            reason=reason[:300],
        )
        plan.refresh_from_db()
    AnnualPlan.objects.filter(pk=plan.pk).update(scenario=row)
    _record(by, row, "apply", f"{row}写入 {plan}：列入 {sum(s == row.plan_year for s in chosen.values())} 项")
    return plan


def _new(by: Actor, plan_year: int, name: str, kind: str, settings: dict, is_demo: bool) -> PlanScenario:
    name = clean_text(name, limit=60, field="方案名称")
    if not name:
        raise Invalid("请给方案起个名字。", fields={"name": ["请填名称。"]})
    shown = PlanScenario.objects.filter(plan_year=plan_year, withdrawn=False)
    if shown.filter(name=name).exists():
        raise Invalid(f"{plan_year} 年度已有方案“{name}”，请换个名字。", fields={"name": ["已有同名方案。"]})
    if shown.count() >= MOST:
        raise Refused(f"{plan_year} 年度已有 {MOST} 个方案，先撤下不用的。")
    return PlanScenario(plan_year=plan_year, name=name, kind=kind, settings=settings, by_text=by.text, is_demo=is_demo)


def _lock(scenario: PlanScenario, version: int) -> PlanScenario:
    row = PlanScenario.objects.select_for_update().filter(pk=scenario.pk).first()
    if row is None or row.withdrawn:
        raise NotVisible("这个方案已撤下。")
    if row.version != version:
        raise Stale(f"{row}已被别人改过，您的改动没有保存。", current={"version": row.version})
    return row


def _standing(row: PlanScenario) -> list[PlanOverride]:
    return list(row.overrides.filter(taken_back_day=None))


def _take_back(by: Actor, standing: PlanOverride) -> None:
    standing.taken_back_day, standing.taken_back_by = clock.today(), by.text
    standing.save(update_fields=["taken_back_day", "taken_back_by"])


def _compute(row: PlanScenario) -> None:
    if row.kind != "choice":
        raise Refused("全期分年的方案没有候选取舍，不能改动；请按新的修补另建一个。")
    row.figures = scenarios.compute(
        optimiser_inputs.read(row.plan_year, row.settings["years"]), row.settings, _standing(row)
    )
    row.version += 1
    row.save()


def _said(row: PlanScenario) -> str:
    plan = row.figures["plans"]["human"]
    return (
        "不可行" if plan.get("value") is None else f"列入 {plan['count']} 项，价值 {plan['value']}，{plan['cost']} 万元"
    )


def _record(by: Actor, row: PlanScenario, what: str, sentence: str, *more) -> None:
    audit.record(
        by=by,
        event=f"priorities.scenario.{what}",
        about=(row, *more),
        sentence=sentence,
        address=row.get_absolute_url(),
    )
