"""Technical documents and their approval (9.1.1): filed, decided step by step, the conditions met."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Answer, Round, Seat
from governance.notices import inbox
from governance.signing import rounds, signers
from governance.signing import shown as what
from governance.signing.paper import BY_HIMSELF, PaperSignature
from governance.signing.rounds import SeatSpec
from projects import steps
from projects.actions import experts as experts_room
from projects.actions import signing
from projects.actions.checks import past_day, reporting, words
from projects.labels import STATES
from projects.lifecycle import approvals, life
from projects.models import Project, TechnicalDocument

KINDS = dict(TechnicalDocument.KINDS)
WORDS = {"agree": "同意", "conditional": "附条件同意", "refuse": "不同意", "abstain": "回避"}


@dataclass(frozen=True)
class Decision:
    """What somebody decides in a step: agree, conditional, refuse (or abstain, of an expert); `number` is the paper's
    by which a body approves."""

    kind: str
    text: str = ""
    number: str = ""
    condition: str = ""
    condition_due: dt.date | None = None

    def reply(self, at: approvals.Step) -> rounds.Reply:
        """Checked for a step. Raises Invalid naming the field."""
        approves = at.decides and self.kind in (rounds.AGREE, rounds.CONDITIONAL)
        needed = f"{at.label}要写明批文或会议纪要的文号。" if approves else ""
        conditional = self.kind == rounds.CONDITIONAL
        if conditional and at.decides and (self.condition_due is None or self.condition_due < clock.today()):
            raise Invalid("附条件要写明何时以前落实，不早于今天。", fields={"condition_due": ["请写明落实期限"]})
        return rounds.Reply(
            self.kind,
            words(self.text, "text", "意见", limit=2000),
            condition=words(self.condition, "condition", "条件", limit=1000) if conditional else "",
            condition_due=self.condition_due if conditional else None,
            document=words(self.number, "number", "文号", limit=80, needed=needed),
        )


@verb("projects.document.file")
def file_document(
    *, by: Actor, project: Project, kind: str, title: str, note: str = "", is_demo: bool = False
) -> TechnicalDocument:
    """File an edition of 建设方案, 需求说明书 or 概要设计 for approval; its first step begins (experts are named by the
    office). Another edition may follow one that was sent back, or revise one that was approved."""
    access.require(by, reporting(by), project)
    row = steps.lock(project)
    if kind not in KINDS:
        raise Invalid("请选择建设方案、需求说明书或概要设计。", fields={"kind": ["请选择一项"]})
    if row.state in life.ENDED:
        raise Refused(f"{row.code} 已{STATES[row.state]}，不再报送技术文件。")
    if row.is_unapproved and kind not in approvals.FROM_REGISTERED:
        raise Refused(
            f"{row.code} 尚未立项，{KINDS[kind]}在立项以后报送（D04）。",
            blockers=[
                ("立项随领导小组审定年度计划办理（9.1.1）", "市信息化领导小组（年度计划）；已在建的由信息办补录")
            ],
        )
    if why := approvals.not_asked(kind, row.origin, row.level_922):
        raise Refused(f"{row.code} 的{KINDS[kind]}不需审批：{why}。")
    if under_way := row.technical_documents.filter(kind=kind, state__in=TechnicalDocument.OPEN).first():
        raise Refused(f"{under_way}正在办理（{approvals.STEPS[under_way.step].label}），要另行报送请先撤回。")
    first = approvals.CHAINS[kind][0]
    document = TechnicalDocument(
        project=row,
        kind=kind,
        edition=row.technical_documents.filter(kind=kind).count() + 1,
        step=first.key,
        state="proposed",
        title=words(title, "title", "文件名称", limit=200, needed="请写明文件名称、版本及文号。"),
        note=words(note, "note", "说明"),
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
    )
    document.save()
    audit.record(
        by=by,
        about=(document, row),
        now=kind,
        address=document.get_absolute_url(),
        sentence=f"{document}报送：{document.title}，待{first.label}",
    )
    if first.decides:
        signing.open_step(row=document, seats=[_seat_of(document, first)])
    else:
        experts_room.ask_for(row=document)
    return document


def _seat_of(document: TechnicalDocument, at: approvals.Step) -> SeatSpec:
    """The seat of the body that decides a step, as it stands today (D05). Raises Refused where nobody holds it."""
    found = signers.decides_for(at.body, clock.today())
    if found.unit is None:
        raise Refused(f"{found.body}还没有承担单位，不能办理{at.label}（D05）；请信息办在“机构与任职”指定。")
    leads = found.unit.pk in document.project.belongs_to()
    return SeatSpec(
        at.key,
        f"{found.unit.name}（{at.label}{'，代行' if found.acting_for else ''}）",
        found.unit.pk,
        conflict=f"{found.unit.name}牵头本项目（D44）" if leads else "",
        acting_for=found.acting_for,
    )


@verb("projects.document.sign", signs=True)
def sign_document(
    *,
    by: Actor,
    row: TechnicalDocument,
    decision: Decision,
    paper: PaperSignature = BY_HIMSELF,
    shown: str | None = None,
) -> str:
    """An expert's view, or a body's decision (one's own or entered from paper) in the step under way; the next step
    begins once it is there. Returns the document's state: proposed (all experts stood aside), signing, concluded,
    refused."""
    access.require(by, signing.signing(by), row)
    row = _locked(row)
    if not row.is_signing:
        raise Refused(f"{row}{row.get_state_display()}，现在不能签署。")
    at = approvals.STEPS[row.step]
    seen = what.check(shown, what.digest(row))
    paper = paper.stored(by)
    round_ = rounds.lock(row.round_id)
    if signers.may_sign(round_, by).seat is None:
        raise Refused(f"{row}现在待{at.label}，不由您办理；您的一步已经办过。")
    seat = rounds.seat_for(round_, by)
    reply = replace(decision.reply(at), shown=seen)
    result = rounds.answer(by=by, round_=round_, seat=seat, reply=reply, paper=paper, hears_all=not at.decides)
    said = WORDS[reply.kind] + "".join(f"，{part}" for part in (reply.document, reply.condition, reply.text) if part)
    audit.record(
        by=by,
        about=(row, row.project),
        now=reply.kind,
        address=row.get_absolute_url(),
        sentence=f"{row}{seat.label}：{said}{paper.said(by)}"[:500],
    )
    if result == rounds.CONCLUDED:
        _go_on(row, round_)
    elif result == rounds.REFUSED:
        row.state = "refused"
        row.save(update_fields=["state"])
        _tell_leads(row, f"{row}没有通过{at.label}：{reply.text}。修改以后可以重新报送。")
    return row.state


def _go_on(row: TechnicalDocument, round_: Round) -> None:
    """The step is taken: keep its condition, open the next one, or conclude with the last."""
    at = approvals.STEPS[row.step]
    answers = list(Answer.objects.filter(seat__round=round_, in_force=True).select_related("seat").order_by("pk"))
    if not at.decides and all(a.kind == rounds.ABSTAIN for a in answers):
        row.state = "proposed"
        row.save(update_fields=["state"])
        experts_room.ask_for(row=row)
        return
    for a in (a for a in answers if a.condition and at.decides):
        row.condition = "；".join(filter(None, (row.condition, f"{at.label}：{a.condition}（{a.condition_due} 前）")))
        row.condition_due = min(filter(None, (row.condition_due, a.condition_due)))
    following = approvals.after(row.kind, row.step)
    if following is not None:
        row.step = following.key
        signing.open_step(row=row, seats=[_seat_of(row, following)])
        return
    last = answers[-1]
    row.state, row.approved_on = "concluded", last.signed_on or clock.today()
    row.approval = f"{last.seat.label}{WORDS[last.kind]}，{last.document}"[:300]
    row.save()
    owed = f"；附条件，请在 {row.condition_due} 前落实：{row.condition}" if row.condition else ""
    _tell_leads(row, f"{row}已批准：{row.approval}{owed}。")


@verb("projects.document.meet_condition")
def meet_condition(
    *, by: Actor, row: TechnicalDocument, condition_met_on: dt.date | None, condition_met_text: str
) -> TechnicalDocument:
    """What an approval was made conditional on is done, with its paper; before that no first acceptance."""
    access.require(by, reporting(by), row.project)
    row = _locked(row)
    if not row.owes_condition:
        raise Refused(f"{row}没有待落实的条件。")
    row.condition_met_text = words(
        condition_met_text, "condition_met_text", "落实情况", limit=300, needed="请写明怎样落实、凭什么材料。"
    )
    row.condition_met_on = past_day(condition_met_on, "condition_met_on", "落实日期", not_before=row.approved_on)
    row.save()
    audit.record(
        by=by,
        about=(row, row.project),
        was=row.condition,
        now=row.condition_met_on,
        address=row.get_absolute_url(),
        sentence=f"{row}所附条件已落实：{row.condition_met_text}",
    )
    for unit in sorted(set(Seat.objects.filter(round_id=row.round_id).values_list("organisation_id", flat=True))):
        inbox.tell(
            key=f"condition:{row.audit_key}:{unit}",
            organisation_id=unit,
            address=row.get_absolute_url(),
            sentence=f"{row}所附条件已登记落实：{row.condition_met_text}。",
            is_demo=row.is_demo,
        )
    return row


def _locked(row: TechnicalDocument) -> TechnicalDocument:
    return TechnicalDocument.objects.select_for_update(of=("self",)).select_related("project").get(pk=row.pk)


def _tell_leads(row: TechnicalDocument, sentence: str) -> None:
    for unit in sorted(row.project.belongs_to()):
        inbox.tell(
            key=f"document:{row.audit_key}:{row.round_id}:{unit}",
            organisation_id=unit,
            address=row.get_absolute_url(),
            sentence=sentence[:500],
            is_demo=row.is_demo,
        )
