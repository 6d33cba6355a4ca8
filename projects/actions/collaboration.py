"""The 政务协同推进组织 (9.1.1): who sits in it, subjects, opinions, what is settled, what goes up to the head."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit, working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Body, Organisation
from governance.notices import inbox
from governance.signing import rounds, signers
from governance.signing import shown as what
from governance.signing.paper import BY_HIMSELF, PaperSignature
from governance.signing.rounds import SeatSpec
from projects.actions import signing
from projects.actions.checks import past_day, reporting, words
from projects.models import CollaborationMember, CollaborationOpinion, CollaborationSubject, Project

TERM_DAYS = 10  # working days for an opinion, 系统默认
OFFICE, HEAD = "informatisation-office", "leading-group"  # bodies: whose leader heads it; whose head decides


@dataclass(frozen=True)
class Outcome:
    """What the organisation came to: the mechanism, the minutes; `is_weighty`: its head of heads decides."""

    outcome: str
    minutes_number: str
    settled_on: dt.date | None = None
    is_weighty: bool = False

    def checked(self, since: dt.date) -> dict:
        """Its columns. Raises Invalid naming the field."""
        return {
            "outcome": words(self.outcome, "outcome", "议定意见", needed="请写明协同机制或议定意见。"),
            "minutes_number": words(
                self.minutes_number, "minutes_number", "纪要文号", limit=60, needed="请写明会议纪要文号。"
            ),
            "settled_on": past_day(self.settled_on, "settled_on", "议定日期", not_before=since),
            "is_weighty": self.is_weighty,
        }


@verb("projects.collaboration.appoint")
def appoint_member(
    *,
    by: Actor,
    organisation: Organisation,
    person: str,
    basis: str,
    post: str = "",
    phone: str = "",
    is_head: bool = False,
    from_day: dt.date | None = None,
    is_demo: bool = False,
) -> CollaborationMember:
    """A leader of a unit becomes a member; the head is one of the information office (9.1.1)."""
    access.require(by, Permission.MANAGE_PROJECT)
    body = Body.objects.select_for_update(of=("self",)).select_related("holder").filter(key=OFFICE).first()
    unit = organisation.canonical or organisation
    if unit.is_generic:
        raise Invalid("泛指不是单位（D42）。", fields={"organisation": ["请选择单位"]})
    if is_head and body and body.holder and unit.pk != body.holder.survivor_id:
        sentence = f"组长由{body.holder.name}领导兼任（9.1.1），不能由{unit.name}的人担任。"
        raise Invalid(sentence, fields={"organisation": [sentence]})
    person = words(person, "person", "姓名", limit=60, needed="请写明姓名。")
    standing = CollaborationMember.objects.filter(to_day=None)
    if standing.filter(organisation=unit, person=person).exists():
        raise Refused(f"{unit.name}{person}已是成员。")
    if is_head and (head := standing.filter(is_head=True).first()):
        raise Refused(f"现任组长是{head}；请先登记离任，再任命新的组长。")
    row = CollaborationMember.objects.create(
        organisation=unit,
        person=person,
        post=words(post, "post", "职务", limit=100),
        phone=words(phone, "phone", "电话", limit=40),
        is_head=is_head,
        from_day=past_day(from_day, "from_day", "起"),
        basis=words(basis, "basis", "依据文件", limit=200, needed="请写明依据文件及文号。"),
        by_text=by.text,
        is_demo=is_demo,
    )
    word = "组长" if is_head else "成员"
    _record(by, row, "/projects/collaboration/", person, f"政务协同推进组织{word}：{unit.name} {person}，{row.basis}")
    return row


@verb("projects.collaboration.end_member")
def end_member(*, by: Actor, member: CollaborationMember, to_day: dt.date | None = None) -> CollaborationMember:
    """A member leaves; the row stays."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = CollaborationMember.objects.select_for_update().get(pk=member.pk)
    if row.to_day:
        raise Refused(f"{row}已于 {row.to_day} 离任。")
    row.to_day = past_day(to_day, "to_day", "止", not_before=row.from_day)
    row.save(update_fields=["to_day"])
    _record(by, row, "/projects/collaboration/", row.to_day, f"政务协同推进组织：{row}自 {row.to_day} 离任")
    return row


@verb("projects.collaboration.raise")
def raise_subject(
    *,
    by: Actor,
    title: str,
    text: str,
    project: Project | None = None,
    due: dt.date | None = None,
    is_demo: bool = False,
) -> CollaborationSubject:
    """A subject comes before the organisation; its member units are asked (承办: 电子政务管理部门)."""
    access.require(by, Permission.MANAGE_PROJECT)
    today = clock.today()
    members = list(CollaborationMember.objects.in_force(today))
    if not any(m.is_head for m in members) or len(members) < 2:
        raise Refused("政务协同推进组织还没有组长和成员，不能提议题；请先登记组长和成员（9.1.1）。")
    due = due or working_days.add(today, TERM_DAYS)
    if not today <= due <= today + dt.timedelta(days=366):
        raise Invalid("期限应在今天以后、一年以内。", fields={"due": ["应在今天以后、一年以内"]})
    row = CollaborationSubject.objects.create(
        title=words(title, "title", "议题", limit=120, needed="请写明议题。"),
        text=words(text, "text", "背景和拟协调的事项", needed="请写明背景和拟协调的事项。"),
        project=project,
        due=due,
        by_text=by.text,
        is_demo=is_demo,
    )
    _record(by, row, row.get_absolute_url(), "open", f"提出{row}，请成员单位在 {due} 前提出意见")
    _tell_members(row, "raised", f"{row}请提出意见，{due} 前", members)
    return row


@verb("projects.collaboration.opine")
def give_subject_opinion(
    *,
    by: Actor,
    row: CollaborationSubject,
    kind: str,
    text: str = "",
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> CollaborationOpinion:
    """A member unit's opinion, its own or (`organisation`) entered by the office; a later one replaces it."""
    access.require(by, reporting(by), row)
    row = _locked(row)
    unit = organisation.survivor_id if organisation else by.organisation_id
    if unit not in row.belongs_to():
        raise Invalid("只有成员单位提出意见。", fields={"organisation": ["请选择成员单位"]})
    if unit != by.organisation_id and not by.scope(Permission.MANAGE_PROJECT):
        raise NotVisible()
    if row.state != "open":
        raise Refused(f"{row}{row.get_state_display()}，不再征求意见。")
    if kind not in dict(CollaborationOpinion.KINDS):
        raise Invalid("请选择同意、有保留或不同意。", fields={"kind": ["请选择一项"]})
    needed = "" if kind == "agree" else "有保留或不同意要写明理由。"
    text = words(text, "text", "意见内容", needed=needed)
    row.opinions.filter(organisation_id=unit, in_force=True).update(in_force=False)
    opinion = CollaborationOpinion.objects.create(
        subject=row, organisation_id=unit, kind=kind, text=text, by_text=by.text, is_demo=is_demo or row.is_demo
    )
    said = f"{opinion.get_kind_display()}{'，' + text if text else ''}"
    _record(by, row, row.get_absolute_url(), kind, f"{opinion.organisation.name}对{row}：{said}")
    return opinion


@verb("projects.collaboration.settle")
def settle_subject(*, by: Actor, row: CollaborationSubject, result: Outcome) -> CollaborationSubject:
    """Write down what the organisation came to; a weighty one goes up to the head of the leading group and holds once
    he has agreed. Refused while a member unit is silent within its term."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(row)
    if row.state != "open":
        raise Refused(f"{row}{row.get_state_display()}，不能再议定。")
    said = {o.organisation.survivor_id for o in row.opinions.filter(in_force=True).select_related("organisation")}
    members = CollaborationMember.objects.in_force(clock.today())
    silent = dict.fromkeys(m.organisation.name for m in members if m.organisation.survivor_id not in said)
    if silent and clock.today() <= row.due:
        raise Refused(
            f"还没有提出意见的成员单位：{'、'.join(silent)}，期限 {row.due}。",
            blockers=[("提出意见，或等期限届满", "、".join(silent))],
        )
    for name, value in result.checked(row.day).items():
        setattr(row, name, value)
    if row.is_weighty:
        head = signers.decides_for(HEAD, clock.today())
        if head.unit is None:
            raise Refused("领导小组还没有承担单位，不能报组长审定；请信息办在“机构与任职”指定。")
        row.sent_back = ""
        signing.open_head(row=row, seats=[SeatSpec(HEAD, f"{head.unit.name}组长", head.unit.pk)])
    else:
        row.state = "settled"
        row.save()
        _tell_members(row, "settled", f"{row}已议定：{row.outcome}")
    word = "报请组长审定" if row.is_weighty else "议定"
    _record(by, row, row.get_absolute_url(), row.state, f"{row}{word}（{row.minutes_number}）：{row.outcome}")
    return row


@verb("projects.collaboration.sign", signs=True)
def sign_subject(
    *,
    by: Actor,
    row: CollaborationSubject,
    kind: str,
    text: str = "",
    paper: PaperSignature = BY_HIMSELF,
    shown: str | None = None,
) -> str:
    """组长审定: with 同意 the outcome holds, with 不同意 the subject goes back to the organisation."""
    access.require(by, Permission.SIGN, row)
    row = _locked(row)
    if row.state != "signing":
        raise Refused(f"{row}{row.get_state_display()}，现在不审定。")
    text = words(text, "text", "意见", limit=300)
    reply = rounds.Reply(kind, text, shown=what.check(shown, what.digest(row)))
    paper = paper.stored(by)
    round_ = rounds.lock(row.round_id)
    seat = rounds.seat_for(round_, by)
    result = rounds.answer(by=by, round_=round_, seat=seat, reply=reply, paper=paper)
    row.state = "concluded" if result == rounds.CONCLUDED else "open"
    row.sent_back = "" if row.state == "concluded" else text
    row.save()
    word = "审定同意" if row.state == "concluded" else "退回再议"
    said = f"{row}{seat.label}{word}{paper.said(by)}{'：' + text if text else ''}"
    _record(by, row, row.get_absolute_url(), kind, said)
    _tell_members(row, f"head-{row.round_id}", said)
    return row.state


@verb("projects.collaboration.withdraw")
def withdraw_subject(*, by: Actor, row: CollaborationSubject, reason: str) -> CollaborationSubject:
    """A subject that nobody pursues; its opinions stay, the head is not waited for."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(row)
    if row.state not in ("open", "signing"):
        raise Refused(f"{row}{row.get_state_display()}，不能撤回。")
    row.sent_back = words(reason, "reason", "理由", limit=300, needed="撤回要写明理由。")
    if row.state == "signing":
        rounds.close(round_=rounds.lock(row.round_id))
    row.state = "withdrawn"
    row.save()
    _record(by, row, row.get_absolute_url(), "withdrawn", f"撤回{row}：{row.sent_back}")
    _tell_members(row, "withdrawn", f"{row}已撤回：{row.sent_back}")
    return row


def _locked(row: CollaborationSubject) -> CollaborationSubject:
    return CollaborationSubject.objects.select_for_update(of=("self",)).select_related("project").get(pk=row.pk)


def _record(by: Actor, row, address: str, now: object, sentence: str) -> None:
    about = (row, row.project) if getattr(row, "project", None) else row
    audit.record(by=by, about=about, now=now, address=address, sentence=sentence[:500])


def _tell_members(row: CollaborationSubject, what: str, sentence: str, members=None) -> None:
    for unit in sorted({m.organisation.survivor_id for m in members} if members else row.belongs_to()):
        inbox.tell(
            key=f"collaboration:{row.pk}:{what}:{unit}",
            organisation_id=unit,
            address=row.get_absolute_url(),
            sentence=f"{sentence}（9.1.1）。"[:500],
            is_demo=row.is_demo,
        )
