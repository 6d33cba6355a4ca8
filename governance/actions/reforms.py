"""Verbs about which unit is which: a new one, merges that keep history and references, a reform with its day."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from governance.actions.organisations import locked, said
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, verb
from governance.models import Organisation, OrganisationAlias, Succession
from governance.notices import inbox


@verb("governance.organisation.add")
def add_organisation(
    *,
    by: Actor,
    name: str,
    kind: str,
    paper: str,
    parent: Organisation | None = None,
    phone: str = "",
    valid_from: dt.date | None = None,
    is_demo: bool = False,
) -> Organisation:
    """A unit that the plan does not name: set up by a reform, or met in a paper. `kind` is one that units have."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    name = said(name, "name", "名称", limit=100, needed="请写明规范名称。")
    paper = said(paper, "paper", "依据文件", limit=200, needed="请写明依据文件及文号。")
    taken = Organisation.objects.filter(Q(name=name) | Q(aliases__as_named=name)).first()
    if taken is not None:
        raise Invalid(f"“{name}”已经指{taken.name}。", fields={"name": [f"已经指{taken.name}"]})
    if not Organisation.objects.filter(kind=kind, is_generic=False).exists():
        raise Invalid("请选择类别。", fields={"kind": ["请选择一类"]})
    newest = Organisation.objects.select_for_update(of=("self",)).order_by("-pk").first()
    row = Organisation.objects.create(
        key=f"added-{newest.pk + 1}",
        name=name,
        kind=kind,
        parent=parent,
        valid_from=valid_from,
        is_demo=is_demo,
        phone=said(phone, "phone", "电话", limit=40),
        note=f"依据 {paper}",
    )
    audit.record(
        by=by,
        about=row,
        now=name,
        address=row.get_absolute_url(),
        sentence=f"登记单位{name}（{kind}）{f'，自 {valid_from}' if valid_from else ''}：{paper}",
    )
    return row


def _pair(organisation: Organisation, version: int, into: Organisation) -> tuple[Organisation, Organisation]:
    """Both units locked in the order of their ids, fit to become one. Raises what stands against it."""
    list(Organisation.objects.select_for_update(of=("self",)).filter(pk__in=(organisation.pk, into.pk)).order_by("pk"))
    row, survivor = locked(organisation, version), Organisation.objects.get(pk=into.pk)
    if row.pk == survivor.pk:
        raise Invalid("不能并入它自己。", fields={"into": ["请另选单位"]})
    if row.canonical_id:
        raise Refused(f"{row.name}已并入{row.canonical.name}。")
    if survivor.canonical_id:
        raise Invalid(
            f"{survivor.name}已并入{survivor.canonical.name}，请直接并入后者。", fields={"into": ["请选并入后的单位"]}
        )
    if row.is_generic or survivor.is_generic:
        raise Invalid("泛指不是单位，不能合并（D42）。", fields={"into": ["请选择单位"]})
    if planned := Succession.objects.filter(organisation=row, revoked="").first():
        raise Refused(f"{row.name}已登记自 {planned.from_day} 起由{planned.successor.name}承接；要改请先撤销。")
    return row, survivor


def _point(row: Organisation, survivor: Organisation) -> None:
    """The unit and those merged into it point to the survivor: no chains."""
    for member in (row, *Organisation.objects.filter(canonical=row)):
        member.canonical = survivor
        member.version += 1
        member.save()


@verb("governance.organisation.merge")
def merge_organisation(
    *, by: Actor, organisation: Organisation, version: int, into: Organisation, reason: str
) -> Organisation:
    """Two names of one unit: no reference is rewritten, `canonical` points to the survivor, roll-ups go through it.

    Old signatures keep the old name, which becomes one of the survivor's names. `separate` takes it back.
    """
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    row, survivor = _pair(organisation, version, into)
    reason = said(reason, "reason", "理由", limit=300, needed="合并要写明依据。")
    _point(row, survivor)
    if not survivor.aliases.filter(as_named=row.name).exists():
        OrganisationAlias.objects.create(organisation=survivor, as_named=row.name)
    audit.record(
        by=by,
        about=(row, survivor),
        was=row.name,
        now=survivor.name,
        sentence=f"{row.name}并入{survivor.name}：{reason}",
    )
    return row


@verb("governance.organisation.succeed")
def succeed_organisation(
    *,
    by: Actor,
    organisation: Organisation,
    version: int,
    into: Organisation,
    from_day: dt.date | None,
    paper: str,
    is_demo: bool = False,
) -> Succession:
    """A reform: `into` goes on with the unit's work from a day on. What was signed keeps the old name; open work and
    roll-ups move on the day: at once where it has come, else with `apply_successions`."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    row, survivor = _pair(organisation, version, into)
    paper = said(paper, "paper", "依据文件", limit=200, needed="请写明依据文件及文号。")
    if from_day is None:
        raise Invalid("承接要写明从哪一天起。", fields={"from_day": ["写明日期"]})
    if row.valid_from and from_day <= row.valid_from:
        raise Invalid(f"承接不能早于{row.name}的设立日期 {row.valid_from}。", fields={"from_day": ["早于设立日期"]})
    if (survivor.valid_from and from_day < survivor.valid_from) or (survivor.valid_to and from_day > survivor.valid_to):
        span = f"{survivor.valid_from or '规划期初'} 至 {survivor.valid_to or '今'}"
        raise Invalid(f"{survivor.name}在 {from_day} 不存在（{span}）。", fields={"from_day": ["承接单位那一天不存在"]})
    if survivor.pk == row.parent_id and Organisation.objects.filter(parent=row, canonical=None).exists():
        below = "、".join(Organisation.objects.filter(parent=row, canonical=None).values_list("name", flat=True)[:5])
        raise Refused(f"{row.name}下面还有{below}；请先改它们的上级。")
    planned = Succession.objects.create(
        organisation=row, successor=survivor, from_day=from_day, paper=paper, by_text=by.text, is_demo=is_demo
    )
    audit.record(
        by=by,
        about=(row, survivor),
        was=row.name,
        now=survivor.name,
        sentence=f"{row.name}自 {from_day} 起由{survivor.name}承接：{paper}",
    )
    for concerned in (row, survivor):
        inbox.tell(
            key=f"succession:{planned.pk}:{concerned.pk}",
            organisation_id=concerned.pk,
            address=row.get_absolute_url(),
            is_demo=is_demo,
            sentence=f"{row.name}自 {from_day} 起由{survivor.name}承接（{paper}），"
            f"没有办完的事从那天起归{survivor.name}。",
        )
    if from_day <= clock.today():
        _apply(planned)
    return planned


def _apply(planned: Succession) -> None:
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=planned.organisation_id)
    row.valid_to = planned.from_day - dt.timedelta(days=1)
    _point(row, planned.successor.canonical or planned.successor)
    planned.applied = True
    planned.save(update_fields=["applied"])


def apply_successions(day: dt.date) -> int:
    """Let the reforms begin whose day has come; how many did. Idempotent, called daily."""
    due = list(Succession.objects.filter(applied=False, revoked="", from_day__lte=day).values_list("pk", flat=True))
    for pk in due:
        with frame():
            planned = (
                Succession.objects.select_for_update(of=("self",))
                .select_related("organisation", "successor__canonical")
                .get(pk=pk)
            )
            if planned.applied or planned.revoked or planned.organisation.canonical_id:
                continue
            _apply(planned)
            audit.record(
                by=None,
                event="governance.organisation.succession_begins",
                about=(planned.organisation, planned.successor),
                sentence=f"{planned.organisation.name}由{planned.successor.name}承接，自 {planned.from_day} 起",
            )
    return len(due)


@verb("governance.organisation.separate")
def separate_organisation(*, by: Actor, organisation: Organisation, version: int, reason: str) -> Organisation:
    """Take a merge or a succession (begun or not) back; what happened meanwhile stays where it was recorded, and units
    that had come along with this one come back with it."""
    access.require(by, Permission.MANAGE_ORGANISATIONS)
    row = locked(organisation, version)
    reason = said(reason, "reason", "理由", limit=300, needed="撤销要写明理由。")
    planned = Succession.objects.select_for_update(of=("self",)).filter(organisation=row, revoked="").first()
    if row.canonical_id is None and planned is None:
        raise Refused(f"{row.name}没有并入别的单位。")
    was = row.canonical or planned.successor
    if row.canonical_id:
        for member in Organisation.objects.filter(canonical=was).exclude(pk=row.pk):
            before = member.history.exclude(canonical=was).order_by("-history_id").first()
            if before is not None and before.canonical_id == row.pk:
                member.canonical, member.version = row, member.version + 1
                member.save()
        row.canonical = None
    if planned is not None:
        if planned.applied:
            row.valid_to = None
        planned.revoked = reason
        planned.save(update_fields=["revoked"])
    row.version += 1
    row.save()
    word = "承接" if planned else "合并"
    audit.record(by=by, about=(row, was), was=was.name, sentence=f"{row.name}与{was.name}的{word}撤销：{reason}")
    return row
