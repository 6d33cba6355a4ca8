"""Progress reports: one per project and period, a later one supersedes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import MAX_WAN, quantise
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation
from governance.notices import inbox
from projects import steps
from projects.actions.checks import reporting, words
from projects.lifecycle import life, periods
from projects.models import ExpertRating, ProgressReport, Project, ReportCall


@dataclass(frozen=True)
class ReportedProgress:
    """What a report says: `percent` of the whole project, `spent_wan` what the unit says it has spent by then, in all;
    the books are the budget lines'."""

    percent: int
    done_text: str
    self_rating: str
    problems: str = ""
    next_steps: str = ""
    spent_wan: Decimal | None = None

    def checked(self) -> dict:
        """Its columns. Raises Invalid naming the field."""
        if isinstance(self.percent, bool) or not isinstance(self.percent, int) or not 0 <= self.percent <= 100:
            raise Invalid("完成比例应是 0—100 的整数。", fields={"percent": ["请填 0—100 的整数"]})
        if self.self_rating not in dict(ProgressReport.RATINGS):
            raise Invalid("请选择自评。", fields={"self_rating": ["请选择正常、关注或滞后"]})
        if self.spent_wan is not None and not 0 <= self.spent_wan <= MAX_WAN:
            raise Invalid("累计支出应是不小于 0 的万元数。", fields={"spent_wan": ["请填不小于 0 的万元数"]})
        needed = "自评不是“正常”，请写明问题。" if self.self_rating != "normal" else ""
        return {
            "percent": self.percent,
            "self_rating": self.self_rating,
            "done_text": words(self.done_text, "done_text", "完成情况", needed="请写明完成情况。"),
            "problems": words(self.problems, "problems", "问题", needed=needed),
            "next_steps": words(self.next_steps, "next_steps", "下一步"),
            "spent_wan": None if self.spent_wan is None else quantise(self.spent_wan),
        }


@verb("projects.progress.file")
def file_progress(
    *, by: Actor, project: Project, period: str, progress: ReportedProgress, is_demo: bool = False
) -> ProgressReport:
    """File the report of a period (`2006`, `2007H1`).

    By a lead unit, or the information office for it. The newest period's percentage becomes the project's.
    """
    access.require(by, reporting(by), project)
    start, end = _period(period)
    row = steps.lock(project)
    _may_report(row, period, end)
    values, percent = progress.checked(), progress.percent
    standing = list(row.progress_reports.filter(superseded=False).order_by("period_end", "pk"))
    before = [r for r in standing if r.period_end < end]
    if before and percent < before[-1].percent and not values["problems"]:
        sentence = f"完成比例低于 {periods.label(before[-1].period)}的 {before[-1].percent} %，请在“问题”里写明原因。"
        raise Invalid(sentence, fields={"problems": [sentence]})
    replaced = [r for r in standing if r.period == period]
    for old in replaced:
        old.superseded = True
        old.save(update_fields=["superseded"])
    report = ProgressReport.objects.create(
        project=row,
        period=period,
        period_end=end,
        **values,
        organisation=_unit(row, by),
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
    )
    if all(r.period_end <= end for r in standing):
        row.percent = percent
        row.save()
    audit.record(
        by=by,
        about=row,
        was=replaced[0].percent if replaced else "",
        now=percent,
        sentence=f"{'更正' if replaced else '填报'} {row.code} {periods.label(period)}进度 {percent} %，"
        f"自评{report.get_self_rating_display()}",
    )
    return report


@verb("projects.progress.return")
def return_progress(*, by: Actor, report: ProgressReport, reason: str) -> ProgressReport:
    """Give a report back to the unit that filed it: it is owed again, with the reason in sight until another comes,
    and the project's percentage is again that of the newest report that stands."""
    access.require(by, Permission.MANAGE_PROJECT)
    project = steps.lock(report.project)
    row = ProgressReport.objects.get(pk=report.pk)
    if row.superseded:
        raise Refused(
            f"{project.code} {periods.label(row.period)}的这份填报"
            f"{'已经退回' if row.returned else '已被更正'}，请看最新的一份。"
        )
    row.returned = words(reason, "reason", "退回理由", limit=300, needed="退回要写明哪里要补。")
    row.superseded, row.returned_on, row.returned_by = True, clock.today(), by.text
    row.save()
    newest = project.progress_reports.filter(superseded=False).first()
    project.percent = newest.percent if newest else None
    project.save()
    what = f"{project.code} {periods.label(row.period)}进度"
    audit.record(
        by=by, about=project, was=row.percent, now=project.percent or "", sentence=f"退回 {what}：{row.returned}"
    )
    inbox.tell(
        key=f"progress-returned:{row.pk}",
        organisation_id=row.organisation_id,
        is_demo=row.is_demo,
        topic="deadline",
        address=f"/projects/{project.code}/progress/?period={row.period}",
        sentence=f"{what}填报被退回：{row.returned}。请补正后重新填报。",
    )
    return row


def _period(period: str):
    try:
        span = periods.parse(period)
    except ValueError as error:
        raise Invalid(str(error), fields={"period": [str(error)]}) from None
    if not periods.can_be_filed(period, clock.today()):
        sentence = f"{periods.label(period)}还没有到期，最早在期末前 {periods.EARLY_DAYS} 天填报。"
        raise Invalid(sentence, fields={"period": [sentence]})
    return span


def _may_report(row: Project, period: str, end) -> None:
    if row.is_unapproved:
        raise Refused(f"{row.code} 尚未立项，没有进度可报；立项随年度计划办理，已在建的请信息办补录。")
    if row.state in life.ENDED:
        raise Refused(f"{row.code} 已{row.get_state_display()}，不再填报进度。")
    if row.start and row.start > end:
        sentence = f"{row.code} {row.start.year} 年开始，{periods.label(period)}未到首报期。"
        raise Invalid(sentence, fields={"period": [sentence]})


def _unit(row: Project, by: Actor) -> Organisation:
    """The unit that reports: the actor's where it leads, else the first real lead that the office reports for."""
    leads = [lead.organisation for lead in row.leads.select_related("organisation__canonical") if not lead.is_generic]
    survivors = [unit.canonical or unit for unit in leads]
    mine = [unit for unit in survivors if unit.pk == by.organisation_id]
    if not survivors:
        return Organisation.objects.get(pk=by.organisation_id)
    return (mine or survivors)[0]


@verb("projects.progress.call")
def call_reports(*, by: Actor, period: str, due: dt.date, note: str = "", is_demo: bool = False) -> ReportCall:
    """Call every project under way for its report of a period by a day; units are reminded and told when they are
    late."""
    access.require(by, Permission.MANAGE_PROJECT)
    try:
        _, end = periods.parse(period)
    except ValueError as error:
        raise Invalid(str(error), fields={"period": [str(error)]}) from None
    earliest = end - dt.timedelta(days=periods.EARLY_DAYS)
    if due < max(earliest, clock.today()):
        sentence = f"{periods.label(period)}最早 {earliest} 填报，截止日期也不能在今天之前。"
        raise Invalid(sentence, fields={"due": [sentence]})
    note = words(note, "note", "要求", limit=300)
    if ReportCall.objects.filter(period=period, withdrawn="").exists():
        raise Refused(f"{periods.label(period)}的填报通知已经发出；要改截止日期请先撤回。")
    call = ReportCall.objects.create(period=period, due=due, note=note, by_text=by.text, is_demo=is_demo)
    audit.record(
        by=by, now=due, sentence=f"通知填报 {periods.label(period)}进度，{due} 截止{'：' + note if note else ''}"[:500]
    )
    return call


@verb("projects.progress.withdraw_call")
def withdraw_call(*, by: Actor, call: ReportCall, reason: str) -> ReportCall:
    """Take a call back; what was reported stays."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = ReportCall.objects.select_for_update().get(pk=call.pk)
    if row.withdrawn:
        raise Refused("这份填报通知已经撤回。")
    row.withdrawn = words(reason, "reason", "撤回理由", limit=300, needed="撤回要写明理由。")
    row.save(update_fields=["withdrawn"])
    audit.record(by=by, was=row.due, sentence=f"撤回 {periods.label(row.period)}的填报通知：{row.withdrawn}")
    return row


@verb("projects.rating.expert")
def rate_project(*, by: Actor, project: Project, rating: str, reason: str, is_demo: bool = False) -> ExpertRating:
    """An expert's rating beside the unit's own and the computed one; the office records what its experts said.

    Whoever leads the project does not rate it (D44). A later rating stands, the earlier rows stay.
    """
    access.require(
        by,
        Permission.GIVE_OPINION if by is not None and by.scope(Permission.GIVE_OPINION) else Permission.MANAGE_PROJECT,
    )
    row = steps.lock(project)
    if by.organisation_id in row.belongs_to():
        raise Refused(f"{by.organisation_name}牵头 {row.code}，构成利害关系，不能作专家评级（D44）。", status=403)
    if row.is_unapproved:
        raise Refused(f"{row.code} 尚未立项，还没有可评的进展。")
    if rating not in dict(ProgressReport.RATINGS):
        raise Invalid("请选择评级。", fields={"rating": ["请选择正常、关注或滞后"]})
    reason = words(reason, "reason", "依据", limit=500, needed="专家评级要写明依据。")
    made = ExpertRating.objects.create(
        project=row,
        rating=rating,
        reason=reason,
        organisation_id=by.organisation_id,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
    )
    audit.record(
        by=by, about=row, now=rating, sentence=f"{row.code} 专家评级{made.get_rating_display()}：{reason}"[:500]
    )
    return made
