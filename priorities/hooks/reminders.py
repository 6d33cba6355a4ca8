"""Reminders before and after a step is due, in working days (系统默认, no date but the window blocks anything).
`remind` is asked for daily and tells each thing once: two working days before the due day, then every five after
it."""

from __future__ import annotations

import datetime as dt

from governance.basics.refs import all_of, pk_of
from governance.basics.roles import Permission, Role, roles_with
from governance.kernel import working_days
from governance.kernel.verbs import frame
from governance.models import Seat
from governance.notices import inbox
from priorities.actions.telling import tell_applicant, tell_seat, tell_unit
from priorities.models import Conclusion, FilingWindow, Submission
from priorities.screening import work_list
from priorities.submissions import filing_windows, workflow

BEFORE, AFTER_EVERY = 2, 5  # working days
WINDOW_BEFORE = (5, 1)
RE_REVIEW_BEFORE = 10
TOPIC = "deadline"


def remind(day: dt.date) -> int:
    """Tell everybody what is due soon or late on the day; returns how many things there were to say."""
    calendar = working_days.WorkingDays()
    with frame():
        return _steps(day, calendar) + _seats(day, calendar) + _window(day, calendar) + _re_reviews(day, calendar)


def words(day: dt.date, due: dt.date, left: int) -> tuple[str, str] | None:
    """What is said on the day of something with `left` working days to go, and the key's part that makes it once."""
    if day <= due and left <= BEFORE:
        return (f"{due} 到期，还有 {left} 个工作日" if day < due else f"今天（{due}）到期"), f"due:{due}"
    if left < 0:
        return f"{due} 到期，已过 {-left} 个工作日", f"late:{due}:{(-left - 1) // AFTER_EVERY}"
    return None


def _steps(day: dt.date, calendar: working_days.WorkingDays) -> int:
    """受理, 审核 and 补正 by the days that a step usually takes."""
    states = (workflow.SUBMITTED, workflow.UNDER_REVIEW, workflow.RETURNED)
    rows = Submission.objects.filter(state__in=states, is_secret=False).select_related("organisation").order_by("pk")
    verbs = {workflow.SUBMITTED: "受理", workflow.UNDER_REVIEW: "审核", workflow.RETURNED: "补正"}
    said = 0
    for row in rows.defer("search_text"):
        due = calendar.add(row.state_day, work_list.STEP_DAYS[row.state])
        found = words(day, due, calendar.between(day, due))
        if found is None:
            continue
        text = f"{row.number}“{row.title}”{verbs[row.state]}{found[0]}（系统默认期限）。"
        key = f"step:{row.pk}:{row.state}:{row.state_day}:{found[1]}"
        if row.state == workflow.RETURNED:
            tell_applicant(row, key, text, topic=TOPIC)
        else:
            inbox.tell(
                key=key,
                sentence=text,
                address=row.get_absolute_url(),
                is_demo=row.is_demo,
                topic=TOPIC,
                user_id=row.assignee_id,
                role="" if row.assignee_id else Role.REVIEWER,
            )
        said += 1
    return said


def _seats(day: dt.date, calendar: working_days.WorkingDays) -> int:
    """Silent seats of joint approvals and opinions."""
    silent = Seat.objects.silent().filter(round__about__startswith=all_of("submission")).order_by("round_id", "pk")
    about = {s: pk_of(s.round.about) for s in silent.select_related("round", "organisation")}
    rows = Submission.objects.in_bulk(set(about.values()))
    said = 0
    for seat, pk in about.items():
        row, round_ = rows.get(pk), seat.round
        due = seat.due_day or round_.due_day or calendar.add(round_.day, work_list.STEP_DAYS["joint_approval"])
        found = words(day, due, calendar.between(day, due))
        if row and found:
            what = "会签" if round_.kind == "joint_approval" else "意见"
            tell_seat(row, seat, f"seat:{found[1]}", f"{row.number}“{row.title}”等您{what}，{found[0]}。", topic=TOPIC)
            said += 1
    return said


def _window(day: dt.date, calendar: working_days.WorkingDays) -> int:
    """Units with a draft, before the window closes for them and once when it has."""
    said = 0
    rows = (
        Submission.objects.filter(state=workflow.DRAFT, is_secret=False).select_related("organisation").order_by("pk")
    )
    open_windows = {w.plan_year: w for w in FilingWindow.objects.prefetch_related("extensions") if w.opens <= day}
    for row in rows.defer("proposal", "search_text"):
        window = open_windows.get(row.plan_year)
        if window is None:
            continue
        last = filing_windows.last_day(window, row.organisation)
        left = calendar.between(day, last)
        step = next((n for n in reversed(WINDOW_BEFORE) if day <= last and left <= n), None)
        name = f"草稿“{row.title or '（未命名）'}”"
        if step is not None:
            text = f"{name}还没有申报，{row.plan_year} 年度申报窗口 {last} 截止，还有 {left} 个工作日。"
        elif day > last:
            text = f"{name}没有在窗口内申报（{last} 截止）；需要延期请与信息办联系（D49，系统默认）。"
        else:
            continue
        tell_unit(
            row,
            row.organisation.survivor_id,
            roles_with(Permission.SUBMIT),
            f"window:{row.pk}:{last}:{'over' if day > last else step}",
            text,
            topic=TOPIC,
        )
        said += 1
    return said


def _re_reviews(day: dt.date, calendar: working_days.WorkingDays) -> int:
    """Applicants of deferred cases, so that what is lacking is there on the day."""
    said = 0
    rows = Submission.objects.filter(state=workflow.DEFERRED, re_review_on__gt=day).select_related("organisation")
    lacking = dict(
        Conclusion.objects.filter(submission__in=rows, in_force=True).values_list("submission_id", "lacking")
    )
    for row in rows.defer("proposal", "search_text").order_by("pk"):
        left = calendar.between(day, row.re_review_on)
        if left <= RE_REVIEW_BEFORE:
            text = f"{row.number}“{row.title}”{row.re_review_on} 复审，还有 {left} 个工作日；"
            text += f"还缺：{lacking.get(row.pk) or '见结论'}。"
            tell_applicant(row, f"re-review-soon:{row.pk}:{row.re_review_on}", text, topic=TOPIC)
            said += 1
    return said
