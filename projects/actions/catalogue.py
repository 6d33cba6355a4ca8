"""The catalogue of shared data: propose an entry, ask to provide or use one, register, settle, withdraw."""

from __future__ import annotations

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale
from governance.basics.roles import Permission, Role, Scope
from governance.basics.text import search_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation
from projects import sharing_steps
from projects.actions.checks import words
from projects.catalogue import entries
from projects.labels import PARTY_STATES
from projects.models import DataParty, Project, SharedData
from projects.sharing_words import FREQUENCIES, SERVICES, SIDES, key_of


@verb("projects.shared.propose")
def propose_data(
    *,
    by: Actor,
    name: str,
    side: str,
    content: str = "",
    service: str = "",
    frequency: str = "",
    terms: str = "",
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> SharedData:
    """A unit names data that it provides or wants, in an entry that is there (GX-001, or an equal name) or a new one.

    `organisation`: for another unit, by who keeps the catalogue.
    """
    access.require(by, Permission.SHARE_DATA)
    name = words(name, "name", "数据名称", limit=200, needed="请写明数据的名称，或从目录选。")
    content = words(content, "content", "数据项", limit=2000)
    unit = _unit(by, organisation)
    data = sharing_steps.entry_named(by=by, name=name, content=content, is_demo=is_demo)
    data = SharedData.objects.select_for_update().get(pk=data.pk)
    _join(by, data, unit, side, service, frequency, terms, is_demo)
    return data


@verb("projects.shared.join")
def join_data(
    *,
    by: Actor,
    data: SharedData,
    side: str,
    service: str = "",
    frequency: str = "",
    terms: str = "",
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> DataParty:
    """Ask to use an entry, or to provide it, for one's own unit."""
    access.require(by, Permission.SHARE_DATA)
    row = SharedData.objects.select_for_update().get(pk=data.pk)
    return _join(by, row, _unit(by, organisation), side, service, frequency, terms, is_demo)


def _unit(by: Actor, organisation: Organisation | None) -> Organisation:
    own = Organisation.objects.get(pk=by.organisation_id)
    if organisation is None or organisation.survivor_id == own.pk:
        return own
    if by.scope(Permission.SHARE_DATA) is not Scope.CITY:
        raise NotVisible()
    return Organisation.objects.get(pk=organisation.survivor_id)


def _join(by: Actor, data: SharedData, unit: Organisation, side, service, frequency, terms, is_demo) -> DataParty:
    _choice(side, SIDES, "side", "请选择提供还是使用。", may_be_empty=False)
    _choice(service, SERVICES, "service", "请选择服务方式。")
    _choice(frequency, FREQUENCIES, "frequency", "请选择频率。")
    if data.state == "withdrawn":
        raise Refused(f"{data} 已注销：{data.reason}；请从目录另选，或提出新条目。")
    if data.parties.filter(organisation=unit, side=side, about="").exclude(state="ended").exists():
        raise Refused(f"{unit}已登记为 {data} 的{SIDES[side]}单位，不用再提。")
    row = DataParty.objects.create(
        data=data,
        organisation=unit,
        side=side,
        service=service,
        frequency=frequency,
        terms=words(terms, "terms", "条件与责任", limit=500),
        by_text=by.text,
        is_demo=is_demo,
    )
    audit.record(by=by, about=data, sentence=f"{unit}提出{SIDES[side]} {data}")
    return row


@verb("projects.shared.register")
def register_data(
    *, by: Actor, data: SharedData, version: int, name: str, content: str = "", project: Project | None = None
) -> SharedData:
    """Register a proposed entry, or change one that is registered: name, data items, the project that carries it."""
    access.require(by, Permission.MANAGE_CATALOGUE)
    _require_keeper(by)
    row = _locked(data, version)
    name = words(name, "name", "数据名称", limit=200, needed="请写明数据的名称。")
    content = words(content, "content", "数据项", limit=2000, needed="在册的数据要写明数据项。")
    key = key_of(name)
    if not key:
        raise Invalid("数据的名称要有文字。", fields={"name": ["请写明名称"]})
    if other := SharedData.objects.living().filter(key=key).exclude(pk=row.pk).first():
        sentence = f"目录里已有同名的 {other}；重复的请并入它。"
        raise Invalid(sentence, fields={"name": [sentence]})
    was = f"{row.get_state_display()} {row.name}"
    if (row.state, row.name, row.content, row.project) == ("registered", name, content, project):
        raise Refused(f"{row} 没有变化，没有需要保存的内容。")
    row.name, row.key, row.content, row.project, row.state = name, key, content, project, "registered"
    row.search_text = search_text(row.code, name, content)
    _save(row)
    audit.record(by=by, about=row, sentence=f"共享目录登记 {row}", was=was, now=name)
    return row


@verb("projects.shared.withdraw")
def withdraw_data(
    *, by: Actor, data: SharedData, version: int, reason: str, into: SharedData | None = None
) -> SharedData:
    """Take an entry out of the catalogue with a reason. `into`: its providers and users go over to that entry, of which
    it is a duplicate; else they end with it."""
    access.require(by, Permission.MANAGE_CATALOGUE)
    _require_keeper(by)
    list(SharedData.objects.select_for_update().filter(pk__in=[data.pk, *([into.pk] if into else [])]).order_by("pk"))
    row = _locked(data, version)
    reason = words(reason, "reason", "理由", limit=300, needed="注销要写明理由。")
    if into is not None and (into.pk == row.pk or into.state == "withdrawn"):
        raise Invalid("请选择另一个在册或拟议的条目。", fields={"into": ["请另选条目"]})
    parties = list(row.parties.exclude(state="ended").select_related("organisation"))
    held = set(into.parties.exclude(state="ended").values_list("organisation", "side", "about")) if into else set()
    for party in parties:
        if into is not None and (party.organisation_id, party.side, party.about) not in held:
            party.data = into
        else:
            party.state = "ended"
        party.version += 1
        party.save()
    row.state, row.reason = "withdrawn", reason
    _save(row)
    audit.record(
        by=by, about=row, sentence=f"共享目录注销 {row}{f'，并入 {into}' if into else ''}：{reason}", now=reason
    )
    return row


@verb("projects.shared.settle")
def settle_party(
    *, by: Actor, party: DataParty, version: int, state: str, service: str, frequency: str, terms: str = ""
) -> DataParty:
    """商定, 接通 or 停止: by which service, how often, under which conditions a unit provides or uses an entry."""
    access.require(by, Permission.MANAGE_CATALOGUE)
    _require_keeper(by)
    row = DataParty.objects.select_for_update(of=("self",)).select_related("data", "organisation").get(pk=party.pk)
    if row.version != version:
        now = {"version": row.version, "状态": row.get_state_display(), "条件与责任": row.terms}
        raise Stale(f"{row}在您打开之后已被改过，请看过现在的内容再提交。", current=now)
    _choice(state, PARTY_STATES, "state", "请选择状态。", may_be_empty=False)
    needed = state in ("agreed", "running")
    _choice(service, SERVICES, "service", "商定和接通要写明服务方式。", may_be_empty=not needed)
    _choice(frequency, FREQUENCIES, "frequency", "商定和接通要写明频率。", may_be_empty=not needed)
    if state == "running" and row.data.state != "registered":
        raise Refused(f"{row.data} 还没有登记在册，不能接通；请先登记。")
    terms = words(terms, "terms", "条件与责任", limit=500)
    if (row.state, row.service, row.frequency, row.terms) == (state, service, frequency, terms):
        raise Refused("没有变化，没有需要保存的内容。")
    said = f"{row.data} {row.organisation}{SIDES[row.side]}：{row.get_state_display()} → {PARTY_STATES[state]}"
    said = f"{row.data} {row.organisation}{SIDES[row.side]}：{row.get_state_display()} → {PARTY_STATES[state]}"
    row.state, row.service, row.frequency, row.terms = state, service, frequency, terms
    row.version += 1
    row.save()
    audit.record(by=by, about=row.data, sentence=said)
    return row


def _require_keeper(by: Actor) -> None:
    """The resource department keeps the catalogue; 市信息办 only while nobody is appointed there (D05)."""
    kept = entries.keeper(clock.today())
    if kept.is_department and by.role != Role.RESOURCE_DEPARTMENT:
        raise Refused(
            f"共享目录由{kept.words}登记（9.1.2.2），市信息办不代为登记；请告知该部门。",
            blockers=[("共享目录的登记", kept.words)],
        )


def _locked(data: SharedData, version: int) -> SharedData:
    row = SharedData.objects.select_for_update(of=("self",)).select_related("project").get(pk=data.pk)
    if row.version != version:
        now = {"version": row.version, "名称": row.name, "状态": row.get_state_display(), "数据项": row.content[:200]}
        raise Stale(f"{row.code} 在您打开之后已被改过，请看过现在的内容再提交。", current=now)
    if row.state == "withdrawn":
        raise Refused(f"{row} 已注销：{row.reason}；需要的请提出新条目。")
    return row


def _save(row: SharedData) -> None:
    row.version += 1
    row.save()


def _choice(value: str, words_: dict, field: str, needed: str, *, may_be_empty: bool = True) -> None:
    if value not in words_ and not (may_be_empty and value == ""):
        raise Invalid(needed, fields={field: ["请从列出的各项中选择"]})
