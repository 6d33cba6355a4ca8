"""What the office says of a project: budget unit, levels, tier, type; the first lead; approved changes."""

from __future__ import annotations

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation
from projects import steps
from projects.actions.checks import locked, words
from projects.actions.duties import follow_project
from projects.models import Change, Project

CHOICES = {
    "level_922": Project.LEVELS,
    "tier_927": Project.TIERS,
    "investment_type": Project.INVESTMENT_TYPES,
    "mandate": Project.MANDATES,
    "construction": Project.CONSTRUCTIONS,
}
UNITS = ("budget_unit", "builder", "operator")
MAY_SET = (*CHOICES, "on_shared_list", *UNITS, "parent", "protection_level")


@verb("projects.project.classify")
def classify(*, by: Actor, project: Project, version: int, **values) -> Project:
    """Set any of budget_unit, builder, operator (units), level_922, tier_927, investment_type, mandate, on_shared_list
    (True, False or None 未定; both decide who pays, 8.1), parent (a project), protection_level (1–5),
    construction (whether 9.3.8 binds it, D52).

    Levels of 9.2.2 and tiers of 9.2.7 are separate axes (D47)."""
    access.require(by, Permission.MANAGE_PROJECT)
    if strangers := set(values) - set(MAY_SET):
        raise Invalid(f"不能这样设置：{'、'.join(sorted(strangers))}。")
    row = locked(project, version)
    changed = []
    for name, value in values.items():
        _check(row, name, value)
        if getattr(row, name) != value:
            changed.append((name, str(_shown(row, name)), value))
            setattr(row, name, value)
    _check_tier(row)
    if not changed:
        raise Refused("没有需要保存的变化。")
    row.version += 1
    row.save()
    if {"tier_927", "parent"} & {name for name, _, _ in changed}:
        follow_project(project=row)
    said = "；".join(
        f"{Project._meta.get_field(n).verbose_name} {was or '未填'} → {_shown(row, n) or '未填'}"
        for n, was, _ in changed
    )
    audit.record(
        by=by,
        about=row,
        sentence=f"{row.code} {said}"[:1000],
        was={n: was for n, was, _ in changed},
        now={n: str(_shown(row, n)) for n, _, _ in changed},
    )
    return row


def _shown(row: Project, name: str):
    if name in CHOICES:
        return dict(CHOICES[name]).get(getattr(row, name), "")
    value = getattr(row, name)
    if name == "on_shared_list":
        return {True: "是", False: "否"}.get(value, "")
    return "" if value is None else value


def _check(row: Project, name: str, value) -> None:
    if name in CHOICES and value not in ("", *dict(CHOICES[name])):
        raise Invalid("请从列出的各项中选择。", fields={name: ["请选择一项"]})
    if name == "on_shared_list" and value not in (True, False, None):
        raise Invalid("是否列入 8.1(2) 请选是、否或未定。", fields={name: ["请选择一项"]})
    if name in UNITS and value is not None:
        if value.is_generic:
            raise Invalid(f"“{value.name}”是泛指，不是单位（D42）。", fields={name: ["请选择单位"]})
        if name == "budget_unit" and value.is_temporary:
            raise Invalid(f"{value.name}是临时机构，不能作预算单位（D41）。", fields={name: ["请选择预算单位"]})
    if name == "protection_level" and value is not None and value not in (1, 2, 3, 4, 5):
        raise Invalid("安全保护等级是 1—5（9.3.2）。", fields={name: ["请选择 1—5"]})
    if name == "protection_level" and value != row.protection_level and row.gradings.filter(state="concluded").exists():
        sentence = "等级已经专家审定（9.3.2），要改请在“安全”重新定级。"
        raise Invalid(sentence, fields={name: [sentence]})
    if name == "parent" and value is not None:
        at = value
        while at is not None:
            if at.pk == row.pk:
                raise Invalid("上级课题不能是它自己或它的下级。", fields={name: ["请另选上级课题"]})
            at = at.parent


ABOVE = {"application": "total", "subsystem": "application"}


def _check_tier(row: Project) -> None:
    """A subsystem reports to an application, an application to the total system (9.2.7)."""
    if row.parent_id is None or not row.tier_927:
        return
    wanted, tiers = ABOVE.get(row.tier_927), dict(Project.TIERS)
    parent = Project.objects.get(pk=row.parent_id)  # as it is now, not as the caller read it
    if wanted is None:
        raise Invalid("总系统（一级课题）没有上级课题（9.2.7）。", fields={"parent": ["请清空上级课题"]})
    if parent.tier_927 and parent.tier_927 != wanted:
        raise Invalid(
            f"{tiers[row.tier_927]}的上级应是{tiers[wanted]}，{parent.code} 是{tiers[parent.tier_927]}（9.2.7）。",
            fields={"parent": ["请另选上级课题"]},
        )


@verb("projects.project.confirm_first_lead")
def confirm_first_lead(
    *, by: Actor, project: Project, version: int, organisation: Organisation, reason: str
) -> Project:
    """Confirm who leads first (D43): the unit must be one of the named leads; the others keep their order."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked(project, version)
    reason = words(reason, "reason", "理由", limit=300, needed="确认第一牵头要写明依据。")
    leads = list(row.leads.select_related("organisation"))
    chosen = next((lead for lead in leads if organisation.survivor_id == lead.organisation.survivor_id), None)
    if chosen is None or chosen.is_generic:
        raise Invalid(
            f"{organisation.name}不是 {row.code} 列名的牵头单位。", fields={"organisation": ["请从列名的单位中选择"]}
        )
    was = "、".join(lead.as_named for lead in leads)
    ordered = [chosen, *(lead for lead in leads if lead is not chosen)]
    if ordered != leads:
        for number, lead in enumerate(ordered, 1):  # out of the way of the unique order first
            lead.order = 1000 + number
            lead.save()
        for number, lead in enumerate(ordered, 1):
            lead.order = number
            lead.save()
    row.version += 1
    row.save()
    now = "、".join(lead.as_named for lead in ordered)
    Change.objects.create(
        project=row,
        field="lead",
        was=was,
        now=now,
        reason=reason,
        approver=by.organisation_name,
        by_text=by.text,
        is_demo=row.is_demo,
    )
    audit.record(
        by=by, about=row, was=was, now=now, sentence=f"确认 {row.code} 第一牵头为{chosen.as_named}（D43）：{reason}"
    )
    return row


@verb("projects.project.record_change")
def record_change(
    *, by: Actor, project: Project, version: int, field: str, now: str, reason: str, approver: str, effect: str = ""
) -> Project:
    """Record a change that was approved elsewhere, on paper: content, time, lead or name.

    Money is not the register's: a change of budget is proposed as 变更 and goes by the approved total (floor 4).
    """
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked(project, version)
    if field == "budget":
        raise Refused("预算变更由牵头单位提出，超过批复总额的回到联合会签；登记簿不改金额。")
    now = words(now, "now", "变更后", needed="请写明变更后的内容。")
    reason = words(reason, "reason", "变更理由", limit=1000, needed="请写明变更理由。")
    approver = words(approver, "approver", "批准单位及文号", limit=200, needed="请写明谁批准、文号。")
    return steps.apply_change(
        by=by,
        project=row,
        field=field,
        now=now,
        reason=reason,
        approver=approver,
        effect=words(effect, "effect", "影响", limit=300),
    )
