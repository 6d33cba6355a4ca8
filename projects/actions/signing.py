"""How a record of the register is signed: a round of the body that answers for it,
and of an independent unit where that body leads the project (D44). Used by acceptance, evaluation and grading;
a verb of its own only hands out a scan."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission, Role
from governance.kernel import access, audit, working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import Answer, Body, Organisation, Seat, StoredFile
from governance.notices import inbox
from governance.signing import rounds, signers
from governance.signing import shown as what
from governance.signing.paper import PaperSignature
from governance.signing.rounds import SeatSpec
from projects.actions.checks import reporting, words
from projects.lifecycle import approvals
from projects.models import Acceptance, CollaborationSubject, Project, SecurityGrading, TechnicalDocument

ACCEPTING, INDEPENDENT, CONFIRMING = "accepting", "independent", "confirming"
TERM_DAYS = 10  # working days that a seat has, 系统默认
# Who has no interest by its office: finance, development and reform, the experts (D44).
INDEPENDENT_BODIES = ("finance-seat", "development-seat", "expert-group")


def independents(project: Project) -> list[Organisation]:
    """The units that may sign as the second, in the order of their offer: none that leads the project."""
    leads = project.belongs_to()
    bodies = {b.key: b for b in Body.objects.filter(key__in=INDEPENDENT_BODIES).select_related("holder__canonical")}
    units = [(b.holder.canonical or b.holder) for key in INDEPENDENT_BODIES if (b := bodies.get(key)) and b.holder]
    return [unit for unit in units if unit.pk not in leads]


def interest(project: Project, organisation_id: int, name: str) -> str:
    """Why the body's own signature does not suffice; empty where it does (it leads nothing,
    or D44 is read otherwise)."""
    if organisation_id not in project.belongs_to() or not signers.independent_required(clock.today()):
        return ""
    return f"{name}牵头本项目，又负责验收和评估（D44）"


@step
def open_signing(
    *, by: Actor, row, kind: str, project: Project, independent: Organisation | None, paper: PaperSignature
) -> str:
    """Open the round of an acceptance or evaluation and give the accepting body's own signature (`paper`: as its head
    gave it); returns its state."""
    paper = paper.stored(by)
    conflict = interest(project, by.organisation_id, by.organisation_name)
    seats = [SeatSpec(ACCEPTING, by.organisation_name, by.organisation_id, conflict=conflict)]
    if conflict:
        if independent is None:
            named = "、".join(unit.name for unit in independents(project))
            raise Invalid(
                f"{conflict}，须由没有利害关系的单位独立签署：{named}。", fields={"independent": ["请选择独立签署单位"]}
            )
        unit = independent.canonical or independent
        if unit.pk not in {u.pk for u in independents(project)}:
            raise Invalid(
                f"{unit.name}不能独立签署：要是财政、发改或专家组，且不牵头本项目（D44）。",
                fields={"independent": ["请另选单位"]},
            )
        seats.append(SeatSpec(INDEPENDENT, unit.name, unit.pk, stands_for=ACCEPTING))
    row.conflict = conflict
    due = working_days.add(clock.today(), TERM_DAYS)
    state = _open(row, kind=kind, seats=seats, due=due)
    for seat in row.round.seats.filter(key=INDEPENDENT):
        inbox.tell(
            key=f"signing:{row.audit_key}",
            organisation_id=seat.organisation_id,
            address=row.get_absolute_url(),
            sentence=f"{row}请{seat.label}独立签署，{due} 前（D44）。",
            is_demo=row.is_demo,
        )
    reply = rounds.Reply(rounds.AGREE, shown=what.digest(row))
    return _answer(by, row, reply, paper) if state == rounds.OPEN else state


def _open(row, *, kind: str, seats: list[SeatSpec], due: dt.date, title: str = "") -> str:
    row.state = "signing"
    row.round = rounds.open_round(
        kind=kind,
        about=row.audit_key,
        about_version="",
        title=title or str(row),
        address=row.get_absolute_url(),
        seats=seats,
        due_day=due,
        is_demo=row.is_demo,
    )
    row.save()
    return rounds.OPEN


@step
def open_confirmation(*, row: Acceptance) -> None:
    """Ask the independent unit of an acceptance to confirm that its corrections are done, in a round of its own."""
    if Acceptance.objects.filter(project=row.project, stage=row.stage, phase=row.phase, state="signing").exists():
        raise Refused(f"{row}另有一次正在会签，请等它结束。")
    units = {
        s.organisation_id: s.organisation.name
        for s in _seats_about(row).filter(key=INDEPENDENT).select_related("organisation")
    }
    due = working_days.add(clock.today(), TERM_DAYS)
    row.state = "signing"
    seats = [SeatSpec(CONFIRMING, f"{name}（整改确认）", pk) for pk, name in list(units.items())[-1:]]
    _open(row, kind="acceptance", seats=seats, due=due)
    for seat in row.round.seats.all():
        inbox.tell(
            key=f"confirming:{row.audit_key}:{row.round_id}",
            organisation_id=seat.organisation_id,
            address=row.get_absolute_url(),
            sentence=f"{row}的整改已登记完成，请{seat.label}，{due} 前（D44）。",
            is_demo=row.is_demo,
        )


def confirms(row: Acceptance) -> bool:
    """Whether its present round is about its corrections."""
    return row.round_id is not None and row.round.seats.filter(key=CONFIRMING).exists()


@step
def reopen_correction(*, by: Actor, row: Acceptance) -> None:
    """Corrections that were not confirmed are owed again; the conclusion itself stands."""
    row.state, row.corrected_on, row.corrected_text = "concluded", None, ""
    row.save()
    audit.record(
        by=by,
        event="projects.acceptance.correct_again",
        about=(row, row.project),
        address=row.get_absolute_url(),
        sentence=f"{row}的整改没有得到确认，仍待整改",
    )


def _seats_about(row):
    """The seats of every round about a record, oldest first."""
    return Seat.objects.filter(round__about=row.audit_key).order_by("round_id", "pk")


@step
def open_grading(*, row, seats: list[SeatSpec]) -> None:
    """Open the experts' round of a grading and tell each."""
    due = working_days.add(clock.today(), TERM_DAYS)
    _open(row, kind="grading", seats=seats, due=due)
    _tell_seats(row, seats, f"请审定{row}的安全保护等级，{due} 前（9.3.2）。")


@step
def open_step(*, row: TechnicalDocument, seats: list[SeatSpec]) -> None:
    """Open the round of the step that a document has come to, and tell each seat."""
    at = approvals.STEPS[row.step]
    due = working_days.add(clock.today(), TERM_DAYS)
    _open(row, kind=at.round_kind, seats=seats, due=due, title=f"{row}{at.label}")
    _tell_seats(row, seats, f"请对{row}“{row.title}”办理{at.label}，{due} 前（9.1.1）。")


@step
def open_head(*, row: CollaborationSubject, seats: list[SeatSpec]) -> None:
    """Take a weighty subject of the collaboration up to the head of the leading group (9.1.1)."""
    due = working_days.add(clock.today(), TERM_DAYS)
    _open(row, kind="collaboration", seats=seats, due=due)
    _tell_seats(row, seats, f"{row}报请组长审定，{due} 前（9.1.1）。")


def _tell_seats(row, seats: list[SeatSpec], sentence: str) -> None:
    """Whoever is assigned to a seat hears that it waits for him, else the unit whose seat it is."""
    for seat in seats:
        whom = {"user_id": seat.assigned_id} if seat.assigned_id else {"organisation_id": seat.organisation_id}
        inbox.tell(
            key=f"signing:{row.audit_key}:{row.round_id}:{seat.key}",
            address=row.get_absolute_url(),
            sentence=sentence,
            is_demo=row.is_demo,
            **whom,
        )


def signing(by: Actor) -> Permission:
    """By which right somebody signs: bodies by 会签, experts by 出具意见."""
    return Permission.SIGN if by is not None and by.scope(Permission.SIGN) else Permission.GIVE_OPINION


@step
def sign(*, by: Actor, row, kind: str, text: str, paper: PaperSignature, shown: str | None = None) -> str:
    """Answer for one's seat on the record's locked row; returns signing, concluded or refused, and writes it. `shown`:
    what the page said it showed of the record."""
    paper = paper.stored(by)
    if row.round_id is None:
        raise NotVisible()
    if not row.is_signing:
        raise Refused(f"{row}{row.get_state_display()}，不能再签。")
    seen = what.check(shown, what.digest(row))
    return _answer(by, row, rounds.Reply(kind, words(text, "text", "意见", limit=1000), shown=seen), paper)


def _answer(by: Actor, row, reply: rounds.Reply, paper: PaperSignature) -> str:
    """`paper` as it is stored."""
    round_ = rounds.lock(row.round_id)
    seat = rounds.seat_for(round_, by)
    result = rounds.answer(by=by, round_=round_, seat=seat, reply=reply, paper=paper)
    row.state = {rounds.OPEN: "signing", rounds.CONCLUDED: "concluded", rounds.REFUSED: "refused"}[result]
    row.save(update_fields=["state"])
    word = dict(agree="同意", conditional="附条件同意", refuse="不同意")[reply.kind]
    audit.record(
        by=by,
        event="projects.signing.answer",
        about=(row, row.project),
        now=reply.kind,
        address=row.get_absolute_url(),
        sentence=f"{seat.label}对{row}签署：{word}{paper.said(by)}{'：' + reply.text if reply.text else ''}",
    )
    if seat.key != ACCEPTING and not row.is_signing:
        _tell_end(row, f"{row}{row.get_state_display()}：{seat.label}{word}{'，' + reply.text if reply.text else ''}。")
    return row.state


def _tell_end(row, sentence: str) -> None:
    """Whoever waits for the end of a round hears of it: the body that opened it, the office for a grading."""
    opener = _seats_about(row).filter(key=ACCEPTING).last()
    whom = {"organisation_id": opener.organisation_id} if opener else {"role": Role.REVIEWER}
    inbox.tell(
        key=f"signed:{row.audit_key}:{row.round_id}",
        sentence=sentence[:500],
        address=row.get_absolute_url(),
        is_demo=row.is_demo,
        **whom,
    )


@verb("projects.signing.withdraw", signs=True)
def withdraw_signing(*, by: Actor, row, reason: str):
    """Take back an acceptance, evaluation, grading or technical document that nobody signs any more: its round closes,
    what was signed stays, and another may be made. By whoever opens such a round."""
    access.require(by, *opening(by, row))
    held = type(row).objects.select_for_update(of=("self",)).select_related("project").get(pk=row.pk)
    if held.state not in ("proposed", "signing"):
        raise Refused(f"{held}{held.get_state_display()}，不能撤回。")
    reason = words(reason, "reason", "理由", limit=300, needed="撤回要写明理由。")
    round_ = rounds.lock(held.round_id) if held.is_signing else None
    if round_:
        rounds.close(round_=round_)
    if isinstance(held, Acceptance) and confirms(held):
        reopen_correction(by=by, row=held)
    else:
        held.state = "withdrawn"
        held.save(update_fields=["state"])
    audit.record(
        by=by, about=(held, held.project), address=held.get_absolute_url(), sentence=f"撤回{held}，不再会签：{reason}"
    )
    for seat in round_.seats.exclude(key=ACCEPTING).filter(answers=None) if round_ else ():
        whom = {"user_id": seat.assigned_id} if seat.assigned_id else {"organisation_id": seat.organisation_id}
        inbox.tell(
            key=f"withdrawn:{held.audit_key}:{seat.pk}",
            sentence=f"{held}已撤回，不必再签：{reason}",
            address=held.get_absolute_url(),
            is_demo=held.is_demo,
            **whom,
        )
    return held


def opening(by: Actor, row) -> tuple[Permission, Project | None]:
    """By which right somebody opens such a round: the accepting body its own; who reports on a project its grading and
    its documents."""
    if isinstance(row, SecurityGrading | TechnicalDocument):
        permission = reporting(by)
        return permission, row.project
    return Permission.ACCEPT_WORKS, None


def may_sign(actor: Actor, row) -> bool:
    """Whether the record's round waits for a seat that the actor fills."""
    return row.is_signing and rounds.waiting_on(actor).filter(pk=row.round_id).exists()


@verb("projects.signing.download_scan")
def download_scan(*, by: Actor, answer: Answer) -> StoredFile:
    """Hand out the scan of a paper signature to whoever may read the register; every download is audited."""
    access.require(by, Permission.READ_REGISTER)
    audit.record(
        by=by,
        now=answer.scan.sha256,
        address=answer.seat.round.address,
        sentence=f"下载{answer.seat.label}对{answer.seat.round.title}的签字扫描件",
    )
    return answer.scan
