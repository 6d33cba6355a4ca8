"""业务需求 and 变更需求 of works that somebody else builds for a department (9.1.5): asked, answered with what it means
for money and time, agreed to or asked again. The money itself changes on floor 4 alone (提出变更)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.basics.text import MAX_WAN, quantise
from governance.kernel import access, audit, working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.notices import inbox
from projects import steps
from projects.actions.checks import reporting, words
from projects.lifecycle import life, needs
from projects.models import Need, NeedAnswer, Project

ANSWER_DAYS = 10  # working days, 系统默认
MOST_DAYS = 3650


@dataclass(frozen=True)
class Reply:
    """An answer: accept, partly, decline; what it adds to money (万元) and time (days), negative where it saves;
    `document` is the builder's paper, where the office enters it."""

    kind: str
    text: str
    amount_wan: Decimal | None = None
    days: int | None = None
    ready_on: dt.date | None = None
    document: str = ""

    def checked(self, is_entered: bool) -> dict:
        """Its columns. Raises Invalid naming the field."""
        if self.kind not in dict(NeedAnswer.KINDS):
            raise Invalid("请选择接受、部分接受或不接受。", fields={"kind": ["请选择一项"]})
        declines = self.kind == "decline"
        lacking = {name: ["请填数，没有影响填 0"] for name in ("amount_wan", "days") if vars(self)[name] is None}
        if lacking and not declines:
            raise Invalid("接受需求要写明对资金和工期的影响，没有影响填 0。", fields=lacking)
        if self.amount_wan is not None and abs(self.amount_wan) > MAX_WAN:
            raise Invalid("金额太大。", fields={"amount_wan": ["超出范围"]})
        if self.days is not None and (isinstance(self.days, bool) or abs(self.days) > MOST_DAYS):
            raise Invalid("工期增减应在十年以内。", fields={"days": ["超出范围"]})
        if self.ready_on and self.ready_on < clock.today():
            raise Invalid("预计完成日期早于今天。", fields={"ready_on": ["不早于今天"]})
        needed = "信息办代录建设单位的书面答复，要写明文号。" if is_entered else ""
        return {
            "kind": self.kind,
            "text": words(self.text, "text", "答复内容", needed="请写明答复内容。"),
            "amount_wan": None if declines or self.amount_wan is None else quantise(self.amount_wan),
            "days": None if declines else self.days,
            "ready_on": None if declines else self.ready_on,
            "document": words(self.document, "document", "答复文号", limit=80, needed=needed),
        }


@verb("projects.need.raise")
def raise_need(
    *,
    by: Actor,
    project: Project,
    kind: str,
    title: str,
    text: str,
    wanted_on: dt.date | None = None,
    due: dt.date | None = None,
    is_demo: bool = False,
) -> Need:
    """The using department asks its builder for something (business), or for a change of it (change)."""
    access.require(by, Permission.REPORT_PROGRESS, project)
    row = steps.lock(project)
    if why := needs.why_not(row):
        raise Refused(f"{why[0]}。", blockers=[why])
    if row.is_unapproved or row.state in life.ENDED:
        raise Refused(f"{row.code} 现在是“{row.get_state_display()}”，立项以后、结束以前才提建设需求。")
    if kind not in dict(Need.KINDS):
        raise Invalid("请选择业务需求或变更需求。", fields={"kind": ["请选择一项"]})
    today = clock.today()
    due = due or working_days.add(today, ANSWER_DAYS)
    for name, day in (("wanted_on", wanted_on), ("due", due)):
        if day and not today <= day <= today + dt.timedelta(days=MOST_DAYS):
            raise Invalid("日期应在今天以后、十年以内。", fields={name: ["应在今天以后、十年以内"]})
    need = Need.objects.create(
        project=row,
        number=row.needs.count() + 1,
        kind=kind,
        title=words(title, "title", "需求", limit=120, needed="请用一句话写明需求。"),
        text=words(text, "text", "内容和理由", needed="请写明内容和理由。"),
        wanted_on=wanted_on,
        asker_id=by.organisation_id,
        builder_id=row.builder.survivor_id,
        due=due,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
    )
    _record(by, need, kind, f"{need}：提出“{need.title}”，请{need.builder.name}在 {due} 前答复")
    asked = f"{row.code} {row.name}的{need.get_kind_display()}“{need.title}”请在 {due} 前答复"
    _tell(need, need.builder_id, "raised", asked)
    return need


@verb("projects.need.answer")
def answer_need(*, by: Actor, need: Need, reply: Reply, is_demo: bool = False) -> NeedAnswer:
    """The builder answers, or the office enters what it wrote."""
    access.require(by, reporting(by))
    row = _locked(need)
    enters = bool(by.scope(Permission.MANAGE_PROJECT))
    if not enters and by.organisation_id != row.builder.survivor_id:
        raise NotVisible()
    if row.state != "open":
        raise Refused(f"{row}{row.get_state_display()}，现在不用答复。")
    values = reply.checked(enters and by.organisation_id != row.builder.survivor_id)
    answer = NeedAnswer.objects.create(need=row, by_text=by.text, is_demo=is_demo or row.is_demo, **values)
    row.state = "answered"
    row.save(update_fields=["state"])
    effect = needs.effect(answer.amount_wan, answer.days)
    said = f"{answer.get_kind_display()}{'，' + effect if effect else ''}"
    _record(by, row, answer.kind, f"{row}“{row.title}”：{row.builder.name}答复，{said}。{answer.text}")
    _tell(row, row.asker_id, f"answer-{answer.pk}", f"{row}“{row.title}”已答复：{said}，请确认")
    return answer


@verb("projects.need.settle")
def settle_need(*, by: Actor, need: Need, agrees: bool, reason: str = "") -> Need:
    """The department takes the answer, or says why not and asks again."""
    access.require(by, Permission.REPORT_PROGRESS, need)
    row = _locked(need)
    if row.state != "answered":
        raise Refused(f"{row}{row.get_state_display()}，{row.builder.name}答复以后才能确认。")
    answer = row.answers.last()
    if agrees:
        row.state = "settled"
        row.save(update_fields=["state"])
        _record(by, row, "settled", f"{row}“{row.title}”：认可{row.builder.name}的答复（{answer.get_kind_display()}）")
    else:
        answer.objection = words(reason, "reason", "理由", limit=300, needed="不认可要写明理由。")
        answer.objected_on = clock.today()
        answer.save(update_fields=["objection", "objected_on"])
        row.state, row.due = "open", working_days.add(clock.today(), ANSWER_DAYS)
        row.save(update_fields=["state", "due"])
        _record(by, row, "open", f"{row}“{row.title}”：不认可答复，{row.due} 前再答复。{answer.objection}")
    word = "已认可" if agrees else f"不认可，请在 {row.due} 前再答复：{answer.objection}"
    _tell(row, row.builder_id, f"settle-{answer.pk}", f"{row}“{row.title}”的答复{word}")
    return row


@verb("projects.need.withdraw")
def withdraw_need(*, by: Actor, need: Need, reason: str) -> Need:
    """Nothing is asked for any more; what was said stays."""
    access.require(by, Permission.REPORT_PROGRESS, need)
    row = _locked(need)
    if row.state not in Need.LIVE:
        raise Refused(f"{row}{row.get_state_display()}，不能撤回。")
    row.withdrawn = words(reason, "reason", "理由", limit=300, needed="撤回要写明理由。")
    row.state = "withdrawn"
    row.save(update_fields=["state", "withdrawn"])
    _record(by, row, "withdrawn", f"撤回{row}“{row.title}”：{row.withdrawn}")
    _tell(row, row.builder_id, "withdrawn", f"{row}“{row.title}”已撤回，不必再办：{row.withdrawn}")
    return row


def _locked(need: Need) -> Need:
    rows = Need.objects.select_for_update(of=("self",)).select_related("project", "builder", "asker")
    return rows.get(pk=need.pk)


def _record(by: Actor, need: Need, now: str, sentence: str) -> None:
    about = (need, need.project)
    audit.record(by=by, about=about, now=now, address=need.get_absolute_url(), sentence=sentence[:500])


def _tell(need: Need, unit_id: int, what: str, sentence: str) -> None:
    inbox.tell(
        key=f"need:{need.pk}:{what}:{unit_id}",
        organisation_id=unit_id,
        address=need.get_absolute_url(),
        sentence=f"{sentence}（9.1.5）。"[:500],
        is_demo=need.is_demo,
    )
