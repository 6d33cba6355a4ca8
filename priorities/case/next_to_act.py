"""Who must act next on a case, and whom to call: one answer for every page of it. Readers alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.basics.memo import remembered
from governance.basics.roles import Role
from governance.models import Seat
from priorities.approval import contacts, opinions
from priorities.models import Submission
from priorities.screening import sharing
from priorities.submissions import workflow


@dataclass(frozen=True)
class Next:
    """One who is waited for: `who` with phone, what he does, days since it is his."""

    who: str
    does: str
    days: int


@remembered
def next_to_act(row: Submission, day: dt.date) -> list[Next]:
    """Everybody whose turn it is; [] where nothing is left to do, and for a secret case, which goes round on paper."""
    if row.is_secret or row.state in workflow.FINAL:
        return []
    days = (day - row.state_day).days
    applicant = contacts.unit(row.organisation, day)
    office = contacts.person(row.assignee) if row.assignee_id else contacts.role(Role.REVIEWER, day)
    if row.state in (workflow.JOINT_APPROVAL, workflow.UNDER_REVIEW):
        silent = _silent(row) if row.state == workflow.JOINT_APPROVAL else _silent_opinions(row)
        found = [_of_seat(seat, day) for seat in silent]
        if not found and row.state == workflow.UNDER_REVIEW and sharing.disputes(row):
            found = [Next(sharing.answerer(row, day).words, "回答共享事实（与目录不一致）", days)]
        return found or [Next(office, "核定、判定，送联合会签", days)]
    if row.state == workflow.DRAFT:
        parts = [p.organisation for p in row.participants.all() if not p.confirmed_day]
        confirm = [Next(contacts.unit(part, day), "确认联合申报", days) for part in parts]
        return [*confirm, Next(applicant, "填写并提交申报", days)]
    again = f"{row.re_review_on:%Y-%m-%d} 复审，可以提前" if row.re_review_on else "复审"
    return {
        workflow.SUBMITTED: [Next(office, "备案" if row.is_filing_alone else "受理", days)],
        workflow.RETURNED: [Next(applicant, "逐处补正后重新提交", days)],
        workflow.CANDIDATE: [Next(contacts.role(Role.LEADING_GROUP, day), "审定年度计划", days)],
        workflow.POOL: [Next(office, "条件变化后复审", days)],
        workflow.DEFERRED: [Next(applicant, "补齐缺失条件", days), Next(office, again, days)],
        workflow.NO_CITY_FUNDING: [Next(applicant, "自筹建设，或修改后据此重报", days)],
    }.get(row.state, [])


def _silent(row: Submission) -> list[Seat]:
    rows = Seat.objects.silent().filter(round__about=row.audit_key)
    return list(rows.select_related("round", "organisation", "assigned").order_by("round_id", "pk"))


def _silent_opinions(row: Submission) -> list[Seat]:
    """Out of what the page reads anyway."""
    seats = opinions.opinion_seats(row)
    return [s for s in seats if s.given is None and s.required and s.round.state == "open"]


def _of_seat(seat: Seat, day: dt.date) -> Next:
    who = contacts.person(seat.assigned) if seat.assigned_id else contacts.unit(seat.organisation, day)
    does = "出具意见" if seat.round.kind.startswith("opinion") else "会签"
    return Next(who, does, (day - seat.round.day).days)
