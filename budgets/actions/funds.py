"""Outside money (9.6.2): calls entered, applications drafted, sent and answered, an award booked once it has been seen
what it does. Nothing here counts before the finance bureau books it with the verb of every other entry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from budgets.actions import checks, entries
from budgets.actions.papers import Paper
from budgets.funds import draft, effects, fit
from budgets.ledger.booking import LineKey
from budgets.models import FISCAL_YEARS, FundingApplication, FundingCall
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission, Role
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Job
from governance.notices import inbox
from projects.actions.checks import past_day, reporting, words
from projects.models import Project

OPEN = ("drafting", "sent")


@dataclass(frozen=True)
class CallTerms:
    """What a call says; amounts in 万元 per project, `rules` as budgets.funds.fit reads them."""

    issuer: str
    kind: str
    title: str
    subject: str
    opens: dt.date
    closes: dt.date
    conditions: str
    document_number: str = ""
    least_wan: Decimal | None = None
    most_wan: Decimal | None = None
    total_wan: Decimal | None = None
    rules: list[dict] = field(default_factory=list)

    def checked(self) -> dict:
        """Its columns. Raises Invalid naming the field."""
        if self.kind not in dict(FundingCall.KINDS):
            raise Invalid("请选择资金来源。", fields={"kind": ["请选择一项"]})
        if self.closes < self.opens:
            raise Invalid("截止日期早于开始日期。", fields={"closes": ["不早于开始日期"]})
        if self.least_wan is not None and self.most_wan is not None and self.most_wan < self.least_wan:
            raise Invalid("单项上限低于单项下限。", fields={"most_wan": ["不低于单项下限"]})
        if unknown := [rule for rule in self.rules if rule.get("fact") not in fit.RULES]:
            raise Invalid(f"没有这种可核对的条件：{unknown[0].get('fact')}。")
        return {
            **vars(self),
            "issuer": words(self.issuer, "issuer", "发布单位", limit=120, needed="请写明发布单位。"),
            "title": words(self.title, "title", "专项名称", limit=200, needed="请写明专项名称。"),
            "subject": words(self.subject, "subject", "支持方向", needed="请写明支持方向。"),
            "conditions": words(self.conditions, "conditions", "申报条件", needed="请照通知写明申报条件。"),
            "document_number": words(self.document_number, "document_number", "通知文号", limit=80),
        }


@verb("budgets.call.record")
def record_call(
    *, by: Actor, terms: CallTerms, call: FundingCall | None = None, version: int = 0, is_demo: bool = False
) -> FundingCall:
    """Enter a call, or correct one that stands; the leads of projects that fit it are told once."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(FundingCall, call, version) if call else FundingCall(is_demo=is_demo, version=0)
    if row.withdrawn:
        raise Refused(f"{row}已作废：{row.withdrawn}。")
    was = f"{row.closes} 截止" if row.pk else ""
    for name, value in terms.checked().items():
        setattr(row, name, value)
    row.by_text, row.version = by.text, row.version + 1
    row.save()
    audit.record(
        by=by,
        about=row,
        was=was,
        now=f"{row.closes} 截止",
        sentence=f"{'更正' if was else '登记'}专项资金申报通知：{row}，{row.opens} 至 {row.closes}",
    )
    _tell_those_that_fit(row)
    return row


def _tell_those_that_fit(call: FundingCall) -> None:
    if not call.is_open(clock.today()) or not call.rules:
        return
    named: dict[int, list[str]] = {}
    for one in fit.fits(call, Project.objects.exclude(state="registered").prefetch_related("leads__organisation")):
        for unit in one.project.belongs_to() if one.answer == fit.YES else ():
            named.setdefault(unit, []).append(one.project.code)
    for unit, codes in named.items():
        inbox.tell(
            key=f"call-fits:{call.pk}:{unit}",
            organisation_id=unit,
            address=call.get_absolute_url(),
            is_demo=call.is_demo,
            sentence=f"{call}{call.closes} 截止申报，本单位的 {'、'.join(codes[:5])}"
            f"{'等' if len(codes) > 5 else ''}符合条件（9.6.2）。",
        )


@verb("budgets.call.withdraw")
def withdraw_call(*, by: Actor, call: FundingCall, version: int, reason: str) -> FundingCall:
    """A call that was entered wrongly or called off; what was sent under it stays."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(FundingCall, call, version)
    if row.withdrawn:
        raise Refused(f"{row}已作废：{row.withdrawn}。")
    row.withdrawn = words(reason, "reason", "理由", limit=300, needed="作废要写明理由。")
    row.version += 1
    row.save()
    audit.record(by=by, about=row, sentence=f"作废{row}：{row.withdrawn}"[:500])
    return row


@dataclass(frozen=True)
class Asked:
    """What an applicant types; the rest of the application is drafted from what is known."""

    form: str
    asked_wan: Decimal | None
    purpose: str
    preparation: str = ""

    def checked(self, call: FundingCall) -> dict:
        """Its columns, within what the call gives to one project. Raises Invalid naming the field."""
        if self.form not in dict(FundingApplication.FORMS):
            raise Invalid("请选择申请形式。", fields={"form": ["请选择一项"]})
        amount, low, high = self.asked_wan, call.least_wan, call.most_wan
        if not amount or amount < 0:
            raise Invalid("请填写申请金额（万元，大于 0）。", fields={"asked_wan": ["填写金额"]})
        if (low is not None and amount < low) or (high is not None and amount > high):
            span = f"{'' if low is None else f'不低于 {low:,.2f} '}{'' if high is None else f'不超过 {high:,.2f} '}万元"
            raise Invalid(f"通知规定单项{span}。", fields={"asked_wan": [f"单项{span}"]})
        return {
            "form": self.form,
            "asked_wan": amount,
            "purpose": words(self.purpose, "purpose", "申请理由和用途", limit=5000, needed="请写明申请理由和用途。"),
            "preparation": words(self.preparation, "preparation", "前期准备", limit=5000),
        }


@verb("budgets.application.draft")
def draft_application(
    *, by: Actor, call: FundingCall, project: Project, asked: Asked, is_demo: bool = False
) -> FundingApplication:
    """Begin an application of a project that the call's rules do not shut out, while the call is open."""
    access.require(by, reporting(by), project)
    row = FundingCall.objects.select_for_update().get(pk=call.pk)
    _must_be_open(row)
    fitting = fit.fits(row, Project.objects.filter(pk=project.pk))
    if not fitting:
        raise Refused(f"{project.code} 已经结题或终止，不再申请。")
    if against := fitting[0].against:
        found = [(f"{one.asked}，现为{one.known}", "更正登记的事实，或更正通知的条件：市信息办") for one in against]
        raise Refused(f"{project.code} 不符合{row}：" + "；".join(text for text, _ in found) + "。", blockers=found)
    if FundingApplication.objects.filter(call=row, project=project).exclude(state="withdrawn").exists():
        raise Refused(f"{project.code} 已有这个专项的申请。")
    made = FundingApplication.objects.create(
        call=row, project=project, by_text=by.text, is_demo=is_demo or project.is_demo, **asked.checked(row)
    )
    audit.record(
        by=by,
        about=(project, made, row),
        now=f"{made.asked_wan:.2f}",
        sentence=f"起草{made}，申请 {made.asked_wan:,.2f} 万元（{made.get_form_display()}）",
    )
    return made


def _must_be_open(call: FundingCall) -> None:
    if call.withdrawn:
        raise Refused(f"{call}已作废：{call.withdrawn}。")
    if not call.is_open(clock.today()):
        raise Refused(f"{call}已于 {call.closes} 截止；延期的请市信息办更正截止日期。")


@verb("budgets.application.edit")
def edit_application(*, by: Actor, application: FundingApplication, version: int, asked: Asked) -> FundingApplication:
    """Change what was typed, until it is sent."""
    access.require(by, reporting(by), application)
    row = _entered(application, version, ("drafting",))
    for name, value in asked.checked(row.call).items():
        setattr(row, name, value)
    return _kept(by, row, f"修改{row}，申请 {row.asked_wan:,.2f} 万元")


@verb("budgets.application.print")
def print_application(*, by: Actor, application: FundingApplication) -> Job:
    """The paper as PDF: a draft of what is known today, or what was sent."""
    access.require(by, Permission.READ_REGISTER)
    row = FundingApplication.objects.visible_to(by).select_related("call", "project__plan_item").get(pk=application.pk)
    return draft.issue(by=by, application=row)


@verb("budgets.application.send")
def send_application(
    *, by: Actor, application: FundingApplication, version: int, sent_on: dt.date | None, sent_number: str
) -> FundingApplication:
    """It has gone out: its content is frozen as it stands, with day and number."""
    access.require(by, reporting(by), application)
    row = _entered(application, version, ("drafting",))
    day = past_day(sent_on, "sent_on", "报出日期")
    if row.call.withdrawn:
        _must_be_open(row.call)
    if day > row.call.closes:
        raise Invalid(f"报出日期晚于截止日期 {row.call.closes}。", fields={"sent_on": [f"不晚于 {row.call.closes}"]})
    row.sent_number = words(sent_number, "sent_number", "报送文号", limit=80, needed="请写明报送文号。")
    row.content, row.sent_on, row.state = draft.content_of(row), day, "sent"
    return _kept(by, row, f"{row}已报出（{row.sent_number}），申请 {row.asked_wan:,.2f} 万元")


@dataclass(frozen=True)
class Outcome:
    """What the issuer decided; of an award the amount and the year that it belongs to."""

    verdict: str
    outcome_on: dt.date | None
    outcome_number: str = ""
    outcome_text: str = ""
    granted_wan: Decimal | None = None
    fiscal_year: int | None = None

    def checked(self, sent_on: dt.date) -> dict:
        """Its columns. Raises Invalid naming the field."""
        if self.verdict not in ("granted", "refused"):
            raise Invalid("请选择结果。", fields={"verdict": ["请选择一项"]})
        granted = self.verdict == "granted"
        low, high = FISCAL_YEARS
        if granted and (not self.granted_wan or self.granted_wan < 0):
            raise Invalid("获批要写明金额（万元，大于 0）。", fields={"granted_wan": ["填写金额"]})
        if granted and not (self.fiscal_year and low <= self.fiscal_year <= high):
            raise Invalid("获批要写明列入哪个年度。", fields={"fiscal_year": [f"请填 {low}—{high}"]})
        number = words(
            self.outcome_number, "outcome_number", "结果文号", limit=80, needed="获批要有文号。" if granted else ""
        )
        return {
            "state": self.verdict,
            "outcome_on": past_day(self.outcome_on, "outcome_on", "结果日期", not_before=sent_on),
            "outcome_number": number,
            "outcome_text": words(self.outcome_text, "outcome_text", "结果说明", limit=500),
            "granted_wan": self.granted_wan if granted else None,
            "fiscal_year": self.fiscal_year if granted else None,
        }


@verb("budgets.application.outcome")
def record_outcome(*, by: Actor, application: FundingApplication, version: int, outcome: Outcome) -> FundingApplication:
    """What came of it. An award is not money of the budget yet: the finance bureau is told to look and to book it."""
    access.require(by, reporting(by), application)
    row = _entered(application, version, ("sent",))
    for name, value in outcome.checked(row.sent_on).items():
        setattr(row, name, value)
    amount = f" {row.granted_wan:,.2f} 万元" if row.state == "granted" else ""
    kept = _kept(by, row, f"{row}{row.get_state_display()}{amount}（{row.outcome_number or row.outcome_on}）")
    if kept.state == "granted":
        inbox.tell(
            key=f"fund-granted:{kept.pk}",
            role=Role.FINANCE,
            address=kept.get_absolute_url(),
            is_demo=kept.is_demo,
            sentence=f"{kept}获批{amount}，列入 {kept.fiscal_year} 年；请看过对出资、上限和增长检验的影响后登记批复。",
        )
    return kept


@verb("budgets.application.withdraw")
def withdraw_application(
    *, by: Actor, application: FundingApplication, version: int, reason: str
) -> FundingApplication:
    """Take it back before an answer came; another may be made."""
    access.require(by, reporting(by), application)
    row = _entered(application, version, OPEN)
    row.outcome_text = words(reason, "reason", "理由", limit=300, needed="撤回要写明理由。")
    row.state, row.outcome_on = "withdrawn", clock.today()
    return _kept(by, row, f"撤回{row}：{row.outcome_text}")


@verb("budgets.application.book")
def book_award(
    *, by: Actor, application: FundingApplication, version: int, relief: str, paper: Paper, seen: str
) -> FundingApplication:
    """Book an award as approved money of its source, and take off the year's city money what it relieves; by the verb
    of every other entry. `seen` is the digest of the effect that was shown: another effect by now is shown again."""
    access.require(by, Permission.EDIT_BUDGET)
    row = _locked(FundingApplication, application, version)
    if row.state != "granted" or row.is_booked:
        word = f"已登记为 {row.line} 的批复" if row.is_booked else row.get_state_display()
        raise Refused(f"{row}{word}，不能再登记。")
    relieved = checks.read_amount(relief, field="relief") or Decimal(0)
    found = effects.effect_of(row.project, row.call.kind, row.fiscal_year, row.granted_wan, relieved)
    if found.obstacles:
        raise Refused(f"没有保存：{found.obstacles[0]}。", blockers=[(text, "市财政局") for text in found.obstacles])
    if found.seen != seen:
        raise Stale("没有保存：影响与您看到的不同（有人改过预算，或减少的市财政不同），请再看一遍。")
    if not clean_text(paper.document_number):
        raise Invalid("请写明下达或批复的文号。", fields={"document_number": ["写明文号"]})
    at = LineKey(row.project, row.fiscal_year, row.call.kind)
    booked = Paper(paper.document_number, f"{row.call.issuer}专项资金（{row.outcome_number}）"[:300])
    common = {"by": by, "stage": "approved", "kind": "adjust", "is_demo": row.is_demo}
    if relieved:
        city = Paper(paper.document_number, f"由{found.source_label}专项资金替代"[:300])
        relief_at = LineKey(row.project, row.fiscal_year, effects.CITY)
        entries.book(at=relief_at, typed=f"-{relieved}", paper=city, **common)
    row.entry = entries.book(at=at, typed=f"{row.granted_wan}", paper=booked, **common)
    row.version += 1
    row.save(update_fields=["entry", "version"])
    audit.record(
        by=by,
        about=(row.project, row),
        now=f"{row.granted_wan:.2f}",
        sentence=f"{row}的 {row.granted_wan:,.2f} 万元登记为 {row.fiscal_year} 年{found.source_label}批复"
        + (f"，市财政减少 {relieved:,.2f} 万元" if relieved else "")
        + (f"；{'；'.join(found.worsens)}" if found.worsens else ""),
    )
    return row


def _locked(model: type, row, version: int):
    """The row, locked with its project where it has one; Stale where somebody wrote it since it was read."""
    if model is FundingApplication:
        Project.objects.select_for_update(no_key=True).get(pk=row.project_id)
    held = model.objects.select_for_update(of=("self",))
    if model is FundingApplication:
        held = held.select_related("call", "project__plan_item")
    found = held.get(pk=row.pk)
    if found.version != version:
        raise Stale(f"{found}在您打开之后已被改过，请看过现在的内容再提交。", current={"version": found.version})
    return found


def _entered(application: FundingApplication, version: int, states: tuple[str, ...]) -> FundingApplication:
    """The application, locked; refused outside the states."""
    row = _locked(FundingApplication, application, version)
    if row.state not in states:
        raise Refused(f"{row}{row.get_state_display()}，这一步已经过去。")
    return row


def _kept(by: Actor, row: FundingApplication, sentence: str) -> FundingApplication:
    row.version += 1
    row.save()
    audit.record(by=by, about=(row.project, row), now=row.state, sentence=sentence[:500])
    return row
