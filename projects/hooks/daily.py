"""What becomes due by itself and who hears of it: progress reports, what 课题 owe upwards, security, answers to needs,
conditions of approvals, promised goals. Idempotent: once per occasion before it is due and once when it is late."""

from __future__ import annotations

import datetime as dt

from governance.basics.roles import Role
from governance.kernel.verbs import frame
from governance.notices import inbox
from projects.benefits import ledger
from projects.duties import owed as duties
from projects.lifecycle import needs
from projects.models import TechnicalDocument
from projects.progress import owing
from projects.security import safeguards

REMIND_DAYS = 7


def daily(day: dt.date) -> int:
    """Tell whoever owes something or soon will (the unit that answers for it), or the office where nobody can be told;
    returns how much is late."""
    until = day + dt.timedelta(days=REMIND_DAYS + 1)
    with frame():
        found = _progress(day, until) + _topics(day, until) + _security(day, until)
        return found + _between(day, until) + _benefits(day)


def _progress(day: dt.date, until: dt.date) -> int:
    owed = owing.owed(day, until=until)
    for one in owed:
        late = one.due < day
        key = f"progress-{_word(late)}:{one.project.code}:{one.period}:{one.organisation_id or 'office'}"
        what = f"{one.label}{'总结报告' if one.period.isdigit() else '进度'}"
        sentence = (
            f"{one.project.code} {one.project.name}的 {what}应于 {one.due} 前填报，"
            f"{'还没有收到' if late else '请按时填报'}。"
        )
        _tell(key, sentence, f"/projects/{one.project.code}/progress/", one.organisation_id, one.project.is_demo)
    return sum(one.due < day for one in owed)


def _topics(day: dt.date, until: dt.date) -> int:
    found = duties.owing(day, until=until)
    for one in found:
        late = one.due < day
        sentence = f"{one.sentence}，期限 {one.due}，{'已经逾期' if late else '请按时办理'}。"
        _tell(f"topic-{_word(late)}:{one.topic.pk}:{one.key}", sentence, one.address, one.unit_id, one.topic.is_demo)
    return sum(one.due < day for one in found)


def _security(day: dt.date, until: dt.date) -> int:
    found = safeguards.dated(until)
    for one in found:
        late = one.due < day
        end = "已经逾期" if late else "请按时办理"
        sentence = f"{one.project.code} {one.project.name} {one.sentence}，期限 {one.due}，{end}（9.3）。"
        _tell(f"security-{_word(late)}:{one.key}", sentence, one.address, one.unit_id, one.project.is_demo)
    return sum(one.due < day for one in found)


def _between(day: dt.date, until: dt.date) -> int:
    """Answers that a builder owes (9.1.5), conditions that a lead has to meet (9.1.1)."""
    found = list(needs.owed(until))
    for one in found:
        late = one.due < day
        sentence = f"{one}“{one.title}”应于 {one.due} 前答复，{'已经逾期' if late else '请按时答复'}（9.1.5）。"
        key = f"need-{_word(late)}:{one.pk}:{one.due}"
        _tell(key, sentence, one.get_absolute_url(), one.builder.survivor_id, one.is_demo)
    conditions = TechnicalDocument.objects.filter(state="concluded", condition_met_on=None, condition_due__lt=until)
    conditions = list(conditions.exclude(condition="").select_related("project").order_by("condition_due", "pk"))
    for one in conditions:
        late = one.condition_due < day
        sentence = f"{one}所附条件应于 {one.condition_due} 前落实，{'已经逾期' if late else '请按时落实'}（9.1.1）。"
        answers = safeguards.answers(one.project)
        key = f"condition-{_word(late)}:{one.pk}"
        _tell(key, sentence, one.get_absolute_url(), answers.pk if answers else None, one.is_demo)
    return sum(one.due < day for one in found) + sum(one.condition_due < day for one in conditions)


def _benefits(day: dt.date) -> int:
    """Values of promised goals whose day has come (8.1(6), 9.2.8)."""
    found = ledger.to_measure(ledger.lines(day), day)
    for one in found:
        goal, late = one.benefit, one.due < day
        unit = next((lead.organisation.survivor_id for lead in goal.project.leads.all() if not lead.is_generic), None)
        sentence = f"{goal.project.code} 的目标“{goal.indicator}”（{goal.target}）{one.due} 到期，"
        sentence += "已经到期，还没有测量值，请填报。" if late else "请按时测量、填报。"
        _tell(f"benefit-{_word(late)}:{goal.pk}:{one.due}", sentence, goal.get_absolute_url(), unit, goal.is_demo)
    return sum(one.due < day for one in found)


def _word(late: bool) -> str:
    return "owed" if late else "soon"


def _tell(key: str, sentence: str, address: str, unit_id: int | None, is_demo: bool) -> None:
    whom = {"organisation_id": unit_id} if unit_id else {"role": Role.REVIEWER}
    inbox.tell(key=key, sentence=sentence, address=address, is_demo=is_demo, topic="deadline", **whom)
