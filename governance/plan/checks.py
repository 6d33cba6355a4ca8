"""What must hold between the files of a plan: references, counts, totals, and 10.4 against 10.5."""

from __future__ import annotations

from decimal import Decimal

from governance.plan.context import Context
from governance.plan.entries import Entry
from governance.plan.rows import Plan


def check(plan: Plan, context: Context, head: Entry) -> None:
    """Raise FixtureError for the first thing that does not hold."""
    context.settle()
    _order(plan, context)
    _organisations(plan, context)
    _years(plan, context)
    _discrepancies(plan, context)
    _programmes(plan, context)
    _founded(plan, context)
    _readings_of_due_days(plan, context)
    _counts(plan, head)
    _totals(plan, head)


def _order(plan: Plan, context: Context) -> None:
    """Rows count 1, 2, 3 … in the order of the text, tasks within their block."""
    for number, row in enumerate(plan.items, 1):
        if row.order != number:
            raise context.places["item", row.code].refuse(f"“order”为 {row.order}，按次序应为 {number}")
    for before, row in zip(plan.items, plan.items[1:], strict=False):
        if row.line <= before.line:
            raise context.places["item", row.code].refuse(f"原文行号 {row.line} 不在 {before.code} 之后")
    counted: dict[str, int] = {}
    for row in plan.tasks:
        counted[row.block] = counted.get(row.block, 0) + 1
        if row.order != counted[row.block]:
            raise context.places["task", row.code].refuse(f"“order”为 {row.order}，按次序应为 {counted[row.block]}")
    lines = [row.line for row in plan.tasks]
    for row in plan.tasks:
        if lines.count(row.line) > 1:
            raise context.places["task", row.code].refuse(f"原文第 {row.line} 行被两项任务引用")


def _organisations(plan: Plan, context: Context) -> None:
    """Names are unambiguous, parents form no circle, generic marks agree with the leads."""
    by_key = {row.key: row for row in plan.organisations}
    owner = {row.name: row.key for row in plan.organisations}
    for row in plan.organisations:
        place = context.places["organisation", row.key]
        for alias in row.aliases:
            if owner.get(alias.as_named, row.key) != row.key:
                raise place.refuse(f"原文名称“{alias.as_named}”是另一单位的规范名称")
        seen, at = {row.key}, row.parent
        while at is not None:
            if at in seen:
                raise place.refuse(f"上级单位“{row.parent}”循环")
            seen.add(at)
            at = by_key[at].parent
        if row.is_generic and (row.budget_unit or row.parent):
            raise place.refuse("泛指不能有上级单位或预算单位")
    for item in plan.items:
        place = context.places["item", item.code]
        for lead in item.leads:
            unit = by_key[lead.organisation]
            if lead.as_named not in {unit.name, *(alias.as_named for alias in unit.aliases)}:
                raise place.refuse(f"牵头单位“{lead.as_named}”不是“{unit.name}”的名称")
            if lead.generic != unit.is_generic:
                raise place.refuse(f"牵头单位“{lead.as_named}”的“generic”与单位登记不符")


def _years(plan: Plan, context: Context) -> None:
    """10.5 agrees with 10.4 in name, estimate and leads, and in time but for the rows that plan.json excepts (D36)."""
    items = {row.code: row for row in plan.items}
    for row in plan.years:
        item, place = items[row.item], context.places["year row", row.item]
        for key, label in (("name", "名称"), ("estimate_raw", "预算"), ("leads_raw", "牵头单位"), ("time_raw", "时间")):
            same = getattr(row, key) == getattr(item, key)
            excepted = key == "time_raw" and row.item in plan.checks.years_differ
            if same == excepted:
                raise place.refuse(f"10.5 的{label}与 10.4 的 {row.item} {'并无不同' if same else '不一致'}")
    for item in plan.items:
        if ("year row", item.code) not in context.places:
            raise context.places["item", item.code].refuse("10.5 没有对应的一行")


def _discrepancies(plan: Plan, context: Context) -> None:
    """Rows and discrepancies name each other."""
    for kind, rows, touched in (
        ("item", plan.items, {row.code: set(row.touches.projects) for row in plan.discrepancies}),
        ("task", plan.tasks, {row.code: set(row.touches.tasks) for row in plan.discrepancies}),
        ("clause", plan.clauses, {row.code: set(row.touches.clauses) for row in plan.discrepancies}),
    ):
        for row in rows:
            key = row.clause if kind == "clause" else row.code
            named = set(row.discrepancies)
            for code, keys in touched.items():
                if (key in keys) != (code in named):
                    first, second = (code, key) if key in keys else (key, code)
                    raise context.places[kind, key].refuse(f"{first} 列出 {second}，而 {second} 没有列出 {first}")


def _programmes(plan: Plan, context: Context) -> None:
    """A programme's rows are those that name it; the standalone one gathers the rest; totals hold."""
    amounts = {row.code: row.estimate_wan for row in plan.items}
    for row in plan.programmes:
        place = context.places["programme", row.key]
        wanted = tuple(item.code for item in plan.items if item.programme == (None if row.standalone else row.key))
        if row.items != wanted:
            raise place.refuse(f"“items”与各项目行的“programme”不符，应为{'、'.join(wanted)}")
        total = sum((amounts[code] for code in row.items), Decimal("0.00"))
        if total != row.total_wan:
            raise place.refuse(f"“total_wan”为 {row.total_wan}，各行合计 {total}")


def _founded(plan: Plan, context: Context) -> None:
    """What a task founds is not older than the task's block (D05)."""
    tasks = {row.code: row for row in plan.tasks}
    blocks = {row.code: row for row in plan.blocks}
    for kind, rows in (("organisation", plan.organisations), ("body", plan.bodies)):
        for row in rows:
            if row.founded_by is None:
                continue
            block = blocks[tasks[row.founded_by].block]
            if row.valid_from is None or not block.start <= row.valid_from <= block.end:
                raise context.places[kind, row.key].refuse(
                    f"“valid_from”不在设立任务 {row.founded_by} 的阶段 {block.code} 之内"
                )


def _readings_of_due_days(plan: Plan, context: Context) -> None:
    """A due day by reading names readings of the milestone's or goal's discrepancy, and the default one is `due`."""
    known = {row.code: row for row in plan.discrepancies}
    for item in plan.items:
        named = [(f"里程碑“{m.text}”", m) for m in item.milestones]
        for what, one in named + [(f"目标“{g.indicator}”", g) for g in item.goals]:
            if not one.due_by_reading:
                continue
            row, days = known.get(one.discrepancy or ""), dict(one.due_by_reading)
            keys = {reading.key for reading in row.readings} if row else set()
            if row is None or set(days) - keys or days.get(row.default) != one.due:
                raise context.places["item", item.code].refuse(f"{what}的“due_by_reading”与疑义的读法不符")


def _counts(plan: Plan, head: Entry) -> None:
    checks = plan.checks
    by_block = [(block.code, sum(task.block == block.code for task in plan.tasks)) for block in plan.blocks]
    for label, stated, counted in (
        ("项目行", checks.items, len(plan.items)),
        ("10.5 项目行", checks.items, len(plan.years)),
        ("推进任务", checks.tasks, len(plan.tasks)),
        *((f"{code} 推进任务", dict(checks.tasks_by_block).get(code, 0), number) for code, number in by_block),
        ("优先级别条款", checks.criteria, len(plan.kinds("priority", "defer", "no_city_funding"))),
        ("投资原则", checks.principles, len(plan.kinds("principle"))),
        ("投资类型", checks.types, len(plan.kinds("type"))),
        ("试点单位", checks.pilot_units, len(plan.pilot_units)),
        ("制度", checks.regulations, len(plan.regulations)),
        ("疑义", checks.discrepancies, len(plan.discrepancies)),
        ("原文行", plan.source.lines, len(plan.lines)),
    ):
        if stated != counted:
            raise head.refuse(f"{label}应有 {stated} 条，实有 {counted} 条")


def _totals(plan: Plan, head: Entry) -> None:
    checks = plan.checks
    stated = [("项目概算", checks.total_wan, sum((row.estimate_wan for row in plan.items), Decimal("0.00")))]
    totals = {row.key: row.total_wan for row in plan.programmes}
    stated += [(f"工程“{key}”", amount, totals.get(key)) for key, amount in checks.programmes]
    for lead in checks.leads:
        rows = [row for row in plan.items if any(one.organisation == lead.organisation for one in row.leads)]
        stated.append((f"“{lead.organisation}”牵头行数", lead.rows, len(rows)))
        stated.append(
            (f"“{lead.organisation}”牵头", lead.total_wan, sum((r.estimate_wan for r in rows), Decimal("0.00")))
        )
    for label, wanted, found in stated:
        if wanted != found:
            raise head.refuse(f"{label}合计应为 {wanted}，实为 {'无' if found is None else found}")
