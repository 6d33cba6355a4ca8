"""The ledger of promises (8.1(6), 9.2.8): goals added and dropped by the office, values reported and confirmed, and the
yearly assessment of units with 奖惩."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation
from governance.notices import inbox
from projects import steps, targets
from projects.actions.checks import past_day, reporting, words
from projects.benefits import assessments
from projects.models import Benefit, Measurement, Project, UnitAssessment

CENT = Decimal("0.0001")


def confirming(by: Actor) -> Permission:
    """Who confirms a value: the body that checks how things are used (9.2.8), or the office."""
    return Permission.ACCEPT_WORKS if by.scope(Permission.ACCEPT_WORKS) else Permission.MANAGE_PROJECT


def why_not_confirm(by: Actor, value: Measurement) -> str:
    """Why he does not confirm this value, "" where he may: nobody confirms his own, nor his unit's."""
    if value.user_id == by.user_id:
        return "这个值是您自己填报的，要由另一个人确认"
    if by.organisation_id in value.belongs_to():
        return f"{by.organisation_name}牵头本项目，测量值要由没有牵头的单位确认（D44）；请市信息办或市信息产业局办理"
    return ""


@verb("projects.benefit.add")
def add_goal(
    *,
    by: Actor,
    project: Project,
    indicator: str,
    target: str,
    due: dt.date | None,
    paper: str,
    baseline: str = "",
    is_demo: bool = False,
) -> Benefit:
    """A goal that a paper sets for a project that was not filed here; what was filed comes by itself."""
    access.require(by, Permission.MANAGE_PROJECT)
    promise = steps.Promise(
        indicator=words(indicator, "indicator", "指标", limit=200, needed="请写明指标。"),
        baseline=words(baseline, "baseline", "现值", limit=60),
        target=words(target, "target", "目标值", limit=60, needed="请写明目标值。"),
        paper=words(paper, "paper", "依据", limit=200, needed="请写明依据的文件和文号；目标不能自拟。"),
        source="office",
        due=due,
        precision="day",
    )
    if due is None or not 2000 <= due.year <= 2100:
        raise Invalid("请写明到期日。", fields={"due": ["请写明到期日"]})
    row = steps.lock(project)
    if Benefit.objects.in_force().filter(project=row, indicator=promise.indicator).exists():
        sentence = f"{row.code} 已有指标“{promise.indicator}”；改目标由牵头单位提出变更申报，原目标和已测的值留存。"
        raise Invalid(sentence, fields={"indicator": [sentence]})
    steps.take_goals(by=by, project=row, promises=[promise], is_demo=is_demo)
    return Benefit.objects.in_force().get(project=row, indicator=promise.indicator)


@verb("projects.benefit.drop")
def drop_goal(*, by: Actor, benefit: Benefit, reason: str) -> Benefit:
    """Take back a goal that the office added; what was filed or what the plan states stays promised."""
    access.require(by, Permission.MANAGE_PROJECT)
    project = steps.lock(benefit.project)
    row = Benefit.objects.select_for_update().get(pk=benefit.pk)
    if row.source != "office":
        raise Refused(f"“{row.indicator}”出自{row.get_source_display()}（{row.paper}），不能撤销；改目标走变更申报。")
    if not row.is_in_force:
        raise Refused(f"“{row.indicator}”已经撤销或被新的目标代替。")
    row.dropped_reason = words(reason, "reason", "理由", limit=300, needed="撤销要写明理由。")
    row.dropped_on = clock.today()
    row.save(update_fields=["dropped_reason", "dropped_on"])
    audit.record(by=by, about=(project, row), sentence=f"{row} 撤销：{row.dropped_reason}"[:500])
    return row


@verb("projects.benefit.measure")
def measure(
    *,
    by: Actor,
    benefit: Benefit,
    value: str,
    evidence: str,
    measured_on: dt.date | None = None,
    reached: bool | None = None,
    is_demo: bool = False,
) -> Measurement:
    """Report a measured value with its evidence; it counts once somebody else has confirmed it. `reached` is asked for
    only where the goal is no number."""
    access.require(by, reporting(by), benefit)
    project = steps.lock(benefit.project)
    row = Benefit.objects.select_related("replaced_by").get(pk=benefit.pk)
    if not row.is_in_force:
        now = f"，现为“{row.replaced_by.target}”（{row.replaced_by.paper}）" if row.replaced_by else ""
        raise Refused(f"“{row.indicator}”的这个目标已经撤销或被代替{now}。")
    if project.is_unapproved:
        raise Refused(f"{project.code} 尚未立项，还没有可测的成效；立项随年度计划办理，已在建的请信息办补录。")
    text = words(value, "value", "测量值", limit=60, needed="请写明测得的值。")
    number, is_reached = _read(row, text, reached)
    made = Measurement.objects.create(
        benefit=row,
        value=text,
        number=number,
        reached=is_reached,
        measured_on=past_day(measured_on, "measured_on", "测量日期", not_before=project.start, what="项目开始的"),
        evidence=words(evidence, "evidence", "证据", limit=300, needed="请写明证据：统计报表、调查、系统记录及文号。"),
        organisation_id=by.organisation_id,
        user_id=by.user_id,
        by_text=by.text,
        is_demo=is_demo or project.is_demo,
    )
    audit.record(
        by=by,
        about=(project, row, made),
        now=text,
        sentence=f"{row} 测得 {text}（目标 {row.target}），{made.measured_on}，证据：{made.evidence}"[:500],
    )
    _ask_to_confirm(made)
    return made


def _read(row: Benefit, text: str, reached: bool | None) -> tuple[Decimal | None, bool]:
    """The value as a number and whether it keeps the goal. Raises Invalid naming the field."""
    goal = row.goal
    if goal is None:
        if reached is None:
            sentence = f"目标“{row.target}”不是一个数，请选择是否达到。"
            raise Invalid(sentence, fields={"reached": [sentence]})
        return None, reached
    number = targets.measured(text, goal)
    if number is None:
        sentence = (
            f"目标读作 {goal.words}，您填的“{text[:20]}”读不成{f'以“{goal.unit}”计的' if goal.unit else ''}一个数。"
        )
        raise Invalid(sentence, fields={"value": [sentence]})
    return number.quantize(CENT), goal.is_reached(number)


def _ask_to_confirm(made: Measurement) -> None:
    """The body that checks use is told, and the office where that body leads the project."""
    said = {"address": made.get_absolute_url(), "sentence": f"{made.benefit} 测得 {made.value}，等待确认（9.2.8）。"}
    inbox.tell(key=f"measured:{made.pk}", role=Role.REVIEWER, is_demo=made.is_demo, **said)
    inbox.tell(key=f"measured:{made.pk}:industry", role=Role.INDUSTRY, is_demo=made.is_demo, **said)


@verb("projects.benefit.check")
def check_measurement(*, by: Actor, measurement: Measurement, verdict: str, text: str = "") -> Measurement:
    """Confirm a value, or reject it with a reason: once, by somebody who neither reported it nor leads the project."""
    access.require(by, confirming(by))
    if verdict not in ("confirmed", "rejected"):
        raise Invalid("请选择确认或不予确认。", fields={"verdict": ["请选择一项"]})
    row = Measurement.objects.select_for_update(of=("self",)).select_related("benefit__project").get(pk=measurement.pk)
    if row.state != "reported":
        raise Refused(
            f"这个值已由{row.checked_by}于 {row.checked_on} {row.get_state_display()}；有误请重新填报一个值。"
        )
    if why := why_not_confirm(by, row):
        raise Refused(f"没有保存：{why}。")
    needed = "不予确认要写明理由。" if verdict == "rejected" else ""
    said = words(text, "text", "确认意见", limit=300, needed=needed)
    row.check_text, row.state, row.checked_on, row.checked_by = said, verdict, clock.today(), by.text
    row.save(update_fields=["check_text", "state", "checked_on", "checked_by"])
    word = row.get_state_display() + (f"：{said}" if said else "")
    audit.record(
        by=by,
        about=(row.benefit.project, row.benefit, row),
        now=verdict,
        sentence=f"{row.benefit} 测得 {row.value}，{word}"[:500],
    )
    inbox.tell(
        key=f"measurement-checked:{row.pk}",
        organisation_id=row.organisation_id,
        address=row.get_absolute_url(),
        is_demo=row.is_demo,
        sentence=f"{row.benefit} 测得的 {row.value} {word}（{by.text}）。",
    )
    return row


@dataclass(frozen=True)
class Assessed:
    """What an assessment says of the three contents of 9.2.8, its conclusion, and 奖惩."""

    development: str
    drive: str
    economy: str
    conclusion: str
    award: str
    award_text: str = ""
    document: str = ""

    def checked(self) -> dict:
        """Its columns. Raises Invalid naming the field."""
        labels = dict(UnitAssessment.CONTENTS) | {"conclusion": "考核结论"}
        found = {
            name: words(getattr(self, name), name, label, limit=500, needed=f"请写明“{label}”（9.2.8）。")
            for name, label in labels.items()
        }
        if self.award not in dict(UnitAssessment.AWARDS):
            raise Invalid("请选择奖、惩或不奖不惩。", fields={"award": ["请选择一项"]})
        is_awarded = self.award != "none"
        text = words(
            self.award_text, "award_text", "奖惩内容", limit=300, needed="请写明奖惩内容。" if is_awarded else ""
        )
        document = words(self.document, "document", "文号", limit=100, needed="奖惩要有文号。" if is_awarded else "")
        return found | {"award": self.award, "award_text": text if is_awarded else "", "document": document}


@verb("projects.unit.assess")
def assess_unit(
    *, by: Actor, organisation: Organisation, year: int, assessed: Assessed, is_demo: bool = False
) -> UnitAssessment:
    """The yearly assessment of a department or district with 奖惩 (9.2.8), beside what the registers said on the day. A
    later one corrects it; both stay."""
    access.require(by, Permission.MANAGE_PROJECT)
    if organisation is None or organisation.is_generic:
        raise Invalid("请选择单位；泛指不是单位（D42）。", fields={"organisation": ["请选择单位"]})
    last = clock.today().year
    if not isinstance(year, int) or not 2005 <= year <= last:
        raise Invalid(f"年度应是 2005—{last}。", fields={"year": [f"请填 2005—{last}"]})
    unit = Organisation.objects.select_for_update().get(pk=organisation.survivor_id)
    values = assessed.checked()
    former = UnitAssessment.objects.filter(organisation=unit, year=year, superseded=False)
    was = "、".join(f"{row.conclusion}，{row.get_award_display()}" for row in former)
    former.update(superseded=True)
    row = UnitAssessment.objects.create(
        organisation=unit,
        year=year,
        by_text=by.text,
        is_demo=is_demo,
        facts=assessments.facts_of(unit, year).as_words(),
        **values,
    )
    audit.record(
        by=by,
        about=unit,
        was=was,
        now=row.conclusion,
        address=f"/projects/assessments/?year={year}",
        sentence=f"{unit.name} {year} 年工作考核：{row.conclusion}；奖惩：{row.get_award_display()}"
        f"{'，' + row.award_text if row.award_text else ''}"[:500],
    )
    return row
