"""Verbs about units and bodies: their names and days, who holds a body of 9.1 from when, facts of 9.4."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Body, Organisation, OrganisationAlias, ServiceRecord

EDITABLE = ("phone", "parent", "budget_unit", "valid_from", "valid_to", "note")


def said(value: object, field: str, label: str, *, limit: int, needed: str = "") -> str:
    """Clean text of a field; `needed` is the sentence where it may not be empty."""
    text = clean_text(value, limit=limit, field=label)
    if needed and not text:
        raise Invalid(needed, fields={field: [needed]})
    return text


def locked(organisation: Organisation, version: int) -> Organisation:
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if row.version != version:
        raise Stale(
            f"{row.name}刚被别人改过，请看过现在的内容再改。",
            current={
                "version": row.version,
                "电话": row.phone,
                "上级": row.parent or "",
                "设立": row.valid_from or "",
                "撤销": row.valid_to or "",
                "并入": row.canonical or "",
                "说明": row.note,
            },
        )
    return row


@verb("governance.organisation.alias")
def add_alias(*, by: Actor, organisation: Organisation, as_named: str) -> OrganisationAlias:
    """Another name of a unit, as papers write it."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    as_named = said(as_named, "as_named", "名称", limit=100, needed="请写明名称。")
    taken = OrganisationAlias.objects.filter(as_named=as_named).select_related("organisation").first()
    unit = Organisation.objects.filter(name=as_named).first() or (taken.organisation if taken else None)
    if unit is not None:
        raise Invalid(f"“{as_named}”已经指{unit.name}。", fields={"as_named": [f"已经指{unit.name}"]})
    row = OrganisationAlias.objects.create(organisation=organisation, as_named=as_named)
    audit.record(by=by, about=organisation, now=as_named, sentence=f"{organisation.name}又名“{as_named}”")
    return row


@verb("governance.organisation.edit")
def edit_organisation(*, by: Actor, organisation: Organisation, version: int, **values) -> Organisation:
    """What people keep of a unit: phone, upper unit, budget unit, its days, a note.
    Its name is the plan's or a merge's."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    if strangers := set(values) - set(EDITABLE):
        raise Invalid(f"不能这样设置：{'、'.join(sorted(strangers))}。")
    row = locked(organisation, version)
    for name in ("phone", "note"):
        if name in values:
            values[name] = said(values[name], name, name, limit=40 if name == "phone" else 300)
    above, seen = values.get("parent"), {row.pk}
    while above is not None:
        if above.pk in seen:
            raise Invalid("上级不能是它自己或它的下级。", fields={"parent": ["请另选上级"]})
        seen.add(above.pk)
        above = above.parent
    first, last = values.get("valid_from", row.valid_from), values.get("valid_to", row.valid_to)
    if first and last and last < first:
        raise Invalid("撤销日期不能早于设立日期。", fields={"valid_to": ["早于设立日期"]})
    if last and last != row.valid_to and row.appointments.in_force(last + dt.timedelta(days=1)).exists():
        raise Refused(
            f"{row.name}撤销以后还有人任职；有承接单位的请办“机构承接”，没有的先结束任职。",
            blockers=(("办理机构承接，或结束任职", "信息办、安全管理员"),),
        )
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        raise Refused("没有需要保存的变化。")
    was = {name: str(getattr(row, name) or "") for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    labels = "、".join(str(Organisation._meta.get_field(name).verbose_name) for name in changed)
    audit.record(
        by=by, about=row, was=was, now={n: str(v or "") for n, v in changed.items()}, sentence=f"{row.name}修改{labels}"
    )
    return row


@verb("governance.body.set")
def set_body(
    *,
    by: Actor,
    body: Body,
    holder: Organisation | None,
    acting: Organisation | None,
    valid_from: dt.date | None,
    paper: str,
    version: int | None = None,
) -> Body:
    """Who holds a body of 9.1 and from when; until that day `acting` does its work and is marked 代行 (D05)."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    row = Body.objects.select_for_update(of=("self",)).get(pk=body.pk)
    if version is not None and row.version != version:
        raise Stale(
            f"{row.name}刚被别人改过，请看过现在的内容再改。",
            current={
                "version": row.version,
                "承担": row.holder or "",
                "代行": row.acting or "",
                "设立": row.valid_from or "",
            },
        )
    paper = said(paper, "paper", "依据文件", limit=200, needed="请写明依据文件及文号。")
    for field, unit in (("holder", holder), ("acting", acting)):
        if unit is not None and unit.is_generic:
            raise Invalid(f"“{unit.name}”是泛指，不是单位（D42）。", fields={field: ["请选择单位"]})
    if valid_from and valid_from > clock.today() and acting is None:
        raise Invalid("设立以前要有代行单位（D05）。", fields={"acting": ["请选择代行单位"]})
    if (row.holder_id, row.acting_id, row.valid_from) == (holder and holder.pk, acting and acting.pk, valid_from):
        raise Refused("没有需要保存的变化。")
    was = {"holder": str(row.holder or ""), "acting": str(row.acting or ""), "valid_from": str(row.valid_from or "")}
    row.holder, row.acting, row.valid_from = holder, acting, valid_from
    row.version += 1
    row.save()
    about = (row, *(unit for unit in (holder, acting) if unit is not None))
    audit.record(
        by=by,
        about=about,
        was=was,
        address="/governance/bodies/",
        now={"holder": str(holder or ""), "acting": str(acting or ""), "valid_from": str(valid_from or "")},
        sentence=f"{row.name}由{holder or '（未定）'}承担，自 {valid_from or '规划期初'}；"
        f"此前{acting or '无'}代行。依据 {paper}",
    )
    return row


@verb("governance.service.record")
def record_service(
    *,
    by: Actor,
    organisation: Organisation,
    kind: str,
    subject: str,
    provider: str = "",
    phone: str = "",
    document: str = "",
    from_day: dt.date | None = None,
    to_day: dt.date | None = None,
    is_demo: bool = False,
) -> ServiceRecord:
    """A fact of 9.4 about a unit: hotline, outsourcing, administrator, support, alliance."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    if kind not in dict(ServiceRecord.KINDS):
        raise Invalid("请选择事项。", fields={"kind": ["请选择一项"]})
    if organisation.is_generic:
        raise Invalid("泛指不是单位（D42）。")
    from_day = from_day or clock.today()
    if to_day and to_day < from_day:
        raise Invalid("止日不能早于起日。", fields={"to_day": ["早于起日"]})
    phone = said(phone, "phone", "电话", limit=40, needed="请写明电话。" if kind == "hotline" else "")
    provider = said(
        provider, "provider", "承担单位或人", limit=200, needed="外包要写明承担单位。" if kind == "outsourcing" else ""
    )
    row = ServiceRecord.objects.create(
        organisation=organisation,
        kind=kind,
        provider=provider,
        phone=phone,
        from_day=from_day,
        to_day=to_day,
        by_text=by.text,
        is_demo=is_demo,
        subject=said(subject, "subject", "内容", limit=300, needed="请写明内容。"),
        document=said(document, "document", "文件", limit=200),
    )
    audit.record(
        by=by, about=organisation, now=kind, sentence=f"{organisation.name} {row.get_kind_display()}：{row.subject}"
    )
    return row


@verb("governance.service.end")
def end_service(*, by: Actor, service: ServiceRecord, to_day: dt.date | None) -> ServiceRecord:
    """A record of 9.4 holds no longer."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    row = ServiceRecord.objects.select_for_update().select_related("organisation").get(pk=service.pk)
    to_day = to_day or clock.today()
    if row.to_day and row.to_day < clock.today():
        raise Refused("这条记录已经结束。")
    if to_day < row.from_day:
        raise Invalid("止日不能早于起日。", fields={"to_day": [f"起日是 {row.from_day}"]})
    row.to_day = to_day
    row.save(update_fields=["to_day"])
    audit.record(
        by=by, about=row.organisation, now=to_day, sentence=f"{row.organisation.name} {row.subject} 至 {to_day}"
    )
    return row
