"""Progress reports: one per project and period, a later one supersedes."""

from __future__ import annotations

from governance import access, audit, clock
from governance.access import Actor
from governance.models import Organisation
from governance.refusal import Invalid, Refused
from governance.verbs import verb
from projects import life, periods, steps
from projects.actions.checks import reporting, words
from projects.models import ProgressReport, Project


@verb("projects.progress.file")
def file_progress(
    *, by: Actor, project: Project, period: str, percent: int, done_text: str, self_rating: str, problems: str = "",
    next_steps: str = "", is_demo: bool = False,
) -> ProgressReport:  # fmt: skip
    """File the report of a period (`2006`, `2007H1`); `percent` is of the whole project.

    By a lead unit, or the information office for it. The newest period's percentage becomes the project's.
    """
    access.require(by, reporting(by), project)
    start, end = _period(period)
    row = steps.lock(project)
    _may_report(row, period, end)
    if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= 100:
        raise Invalid("完成比例应是 0—100 的整数。", fields={"percent": ["请填 0—100 的整数"]})
    if self_rating not in dict(ProgressReport.RATINGS):
        raise Invalid("请选择自评。", fields={"self_rating": ["请选择正常、关注或滞后"]})
    done_text = words(done_text, "done_text", "完成情况", needed="请写明完成情况。")
    problems = words(problems, "problems", "问题", needed="自评不是“正常”，请写明问题。" if self_rating != "normal" else "")
    next_steps = words(next_steps, "next_steps", "下一步")
    standing = list(row.progress_reports.filter(superseded=False).order_by("period_end", "pk"))
    before = [r for r in standing if r.period_end < end]
    if before and percent < before[-1].percent and not problems:
        sentence = f"完成比例低于 {periods.label(before[-1].period)}的 {before[-1].percent} %，请在“问题”里写明原因。"
        raise Invalid(sentence, fields={"problems": [sentence]})
    replaced = [r for r in standing if r.period == period]
    for old in replaced:
        old.superseded = True
        old.save(update_fields=["superseded"])
    report = ProgressReport.objects.create(
        project=row, period=period, period_end=end, percent=percent, done_text=done_text, problems=problems,
        next_steps=next_steps, self_rating=self_rating, organisation=_unit(row, by), by_text=by.text,
        is_demo=is_demo or row.is_demo,
    )  # fmt: skip
    if all(r.period_end <= end for r in standing):
        row.percent = percent
        row.save()
    audit.record(by=by, event="projects.progress.file", about=row, was=replaced[0].percent if replaced else "", now=percent,
                 sentence=f"{'更正' if replaced else '填报'} {row.code} {periods.label(period)}进度 {percent} %，"
                          f"自评{report.get_self_rating_display()}")  # fmt: skip
    return report


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
    if row.state == "registered":
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
