"""Sittings of the joint approval: convened by the office with an agenda, decided seat by seat, closed with the minutes.

A sitting replaces no signature: what a body decides in it is signed by that body on each case (`record_decisions`),
with the leader's name and the sitting's day where he signed on paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission, Role
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.once import once
from governance.kernel.verbs import verb
from governance.models import Seat
from governance.signing import rounds
from priorities.actions.approval import BY_HIMSELF, PaperSignature, refuse, sign
from priorities.actions.telling import tell_seat
from priorities.approval import contacts
from priorities.models import Sitting, SittingCase, Submission
from priorities.submissions import workflow

MOST_CASES = 60


@dataclass(frozen=True)
class Recorded:
    """What became of one case of a recording: `refusal` is empty where it was signed."""

    reference: str
    title: str
    refusal: str


@verb("priorities.sitting.convene")
def convene(
    *,
    by: Actor,
    title: str,
    held_on: dt.date | None,
    submissions: list[Submission],
    place: str = "",
    is_demo: bool = False,
) -> Sitting:
    """Call a sitting about cases in joint approval; every seat that is still silent on one of them is told."""
    access.require(by, Permission.SCREEN)
    title = clean_text(title, limit=120, field="会议名称")
    fields = {}
    if not title:
        fields["title"] = ["请填会议名称。"]
    if held_on is None or not clock.today() - dt.timedelta(days=366) <= held_on <= clock.today() + dt.timedelta(
        days=366
    ):
        fields["held_on"] = ["请填会议日期，前后一年以内。"]
    chosen = list(dict.fromkeys(s.pk for s in submissions))  # the agenda's order
    if not chosen or len(chosen) > MOST_CASES:
        fields["submissions"] = [f"请选择上会的申报，一次最多 {MOST_CASES} 件。"]
    if fields:
        raise Invalid("会议没有召集：" + "".join(s for ss in fields.values() for s in ss), fields=fields)
    locked = {pk: workflow.lock(pk) for pk in sorted(chosen)}
    rows = [locked[pk] for pk in chosen]
    if wrong := [r.reference for r in rows if r.state != workflow.JOINT_APPROVAL]:
        office = contacts.role(Role.REVIEWER, clock.today())
        raise Refused(
            f"{'、'.join(wrong)} 不在联合会签中，不能上会；先送联合会签。", blockers=[("还没有送联合会签", office)]
        )
    sitting = Sitting.objects.create(
        title=title, held_on=held_on, place=clean_text(place, limit=100, field="地点"), by_text=by.text, is_demo=is_demo
    )
    SittingCase.objects.bulk_create(
        SittingCase(sitting=sitting, submission=row, edition=row.current_version, order=i)
        for i, row in enumerate(rows, 1)
    )
    by_key = {row.audit_key: row for row in rows}
    silent = Seat.objects.silent().filter(round__about__in=by_key, round__kind="joint_approval")
    for seat in silent.select_related("round", "organisation"):
        row = by_key[seat.round.about]
        tell_seat(row, seat, sitting.audit_key, f"{row.number}“{row.title}”列入 {held_on} {title}的议程。")
    audit.record(
        by=by,
        about=(sitting, *rows),
        now=[r.reference for r in rows],
        sentence=f"召集{title}（{held_on}），上会 {len(rows)} 件",
    )
    return sitting


def record_decisions(
    *, by: Actor, sitting: Sitting, decisions: dict[int, dict], signer: str = "", token: str = ""
) -> list[Recorded]:
    """Enter one body's decisions of a sitting, many cases at once, each in a transaction of its own.

    `decisions`: submission id → {"kind": agree | conditional | refuse, "text", "condition", "reason", "clause"};
    `signer` signed on paper on the sitting's day. Raises WrongRole; what a single case refuses stands in its line.
    """
    access.require(by, Permission.SIGN)
    recorded = []
    for case in sitting.cases.filter(submission__in=decisions).select_related("submission"):
        row, decision = case.submission, decisions[case.submission_id]
        paper = PaperSignature(signer, sitting.held_on) if signer else BY_HIMSELF
        try:
            with once(by, "priorities.sitting.decide", f"{token}:{row.pk}" if token else None) as call:
                if call.address is None:
                    _decide(by, row, decision, paper)
                    call.address = row.get_absolute_url()
            recorded.append(Recorded(row.reference, row.title, ""))
        except Refused as refusal:
            recorded.append(Recorded(row.reference, row.title, refusal.sentence))
    return recorded


def _decide(by: Actor, row: Submission, decision: dict, paper: PaperSignature) -> None:
    is_refusal = decision["kind"] == rounds.REFUSE
    verb, names = (refuse, ("reason", "clause")) if is_refusal else (sign, ("kind", "condition"))
    values = {name: decision.get(name, "") for name in (*names, "text")}
    verb(by=by, submission=row, version=row.version, paper=paper, **values)


@verb("priorities.sitting.record_minutes", signs=True)
def record_minutes(
    *, by: Actor, sitting: Sitting, version: int, minutes_number: str, notes: dict[int, str] | None = None
) -> Sitting:
    """Close a sitting with the number of its minutes (typed, never invented) and what they say of each case."""
    access.require(by, Permission.SCREEN)
    row = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if not row.is_convened:
        raise Refused(f"{row}已记录（{row.minutes_number}），不能再改。")
    if row.version != version:
        raise Stale(f"{row}已被别人改过，请对照现有内容再交。", current={"version": row.version})
    minutes_number = clean_text(minutes_number, limit=60, field="纪要文号")
    if not minutes_number:
        raise Invalid("请填纪要文号；文号不由系统编造。", fields={"minutes_number": ["请填纪要文号。"]})
    if row.held_on > clock.today():
        raise Refused(f"会议定在 {row.held_on}，还没有开，不能记录。")
    cases = list(row.cases.select_related("submission"))
    for case in cases:
        case.note = clean_text((notes or {}).get(case.submission_id, ""), limit=500, field="纪要意见")
    SittingCase.objects.bulk_update(cases, ["note"])
    row.state, row.minutes_number, row.version = "recorded", minutes_number, row.version + 1
    row.save()
    audit.record(
        by=by,
        about=(row, *(c.submission for c in cases)),
        now={c.submission.reference: c.note for c in cases},
        sentence=f"记录{row}（{row.held_on}），纪要 {minutes_number}",
    )
    return row
