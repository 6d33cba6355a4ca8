"""Rule sets: drafted by the office, tried on everything, adopted by the leading group, everything screened again."""

from __future__ import annotations

import functools
from itertools import permutations

from django.http import HttpResponse
from django.shortcuts import render

from governance.actions import request_job
from governance.basics import clock
from governance.basics.refusal import NotVisible, Refused
from governance.basics.roles import Permission
from governance.jobs.kinds import CONTENT_TYPES
from governance.kernel.access import may
from governance.web import entry
from priorities import actions
from priorities.labels import OUTCOMES
from priorities.models import Rescreening, RuleSetRecord
from priorities.rescreening import dry_run
from priorities.rule_sets import repository
from priorities.rules.rule_set import PRECEDENCE

READ = Permission.READ_REGISTER
ORDERS = [(*order, PRECEDENCE[-1]) for order in permutations(PRECEDENCE[:-1])]


def may_try(actor) -> bool:
    """Who sees a dry run: it names every case of the city."""
    return any(may(actor, p) for p in (Permission.SCREEN, Permission.ADOPT_RULE_SET, Permission.READ_AUDIT))


@entry.page(READ)
def listing(request):
    """All rule sets with their periods; the information office drafts one, or goes on with a draft (`?from=KEY`)."""
    if request.method == "POST":
        return entry.posted(
            request,
            "priorities.draft_rule_set",
            lambda: address_of(_draft(request).key),
            functools.partial(_list, request),
        )
    return _list(request)


def address_of(key: str) -> str:
    return f"/priorities/rule-sets/{key}/"


def _list(request, status: int = 200, **more):
    start = RuleSetRecord.objects.filter(key=request.GET.get("from", "")[:60], state="draft").first()
    context = {
        "rows": RuleSetRecord.objects.select_related("meeting"),
        "may_draft": may(request.actor, Permission.DRAFT_RULE_SET),
        "form": _form(request, start),
        "rescreenings": Rescreening.objects.order_by("-pk")[:10],
    }
    return render(request, "priorities/rule_sets.html", context | more, status=status)


def _form(request, start: RuleSetRecord | None) -> dict:
    """The form of a draft: what was typed, else the draft that is gone on with, else the rule set in force."""
    typed, described = request.POST, repository.described(clock.today())
    base = repository.build(start) if start else repository.in_force_on(clock.today())
    chosen = {c.clause: r.key for c, r in base.chosen}
    wanted = request.GET.get("clause", ""), request.GET.get("reading", "")
    for row in described:
        key = f"reading|{row['clause']}"
        row["chosen"] = typed.get(key) or (
            wanted[1] if wanted[0] == row["clause"] else chosen.get(row["clause"], "off")
        )
    order = typed.get("precedence") or ",".join(base.precedence)
    return {
        "clauses": described,
        "orders": [(",".join(o), " > ".join(OUTCOMES[x] for x in o), ",".join(o) == order) for o in ORDERS],
        "key": typed.get("key", start.key if start else ""),
        "title": typed.get("title", start.title if start else ""),
        "reason": typed.get("reason", start.reason if start else ""),
        "start": start,
    }


def _draft(request) -> RuleSetRecord:
    chosen, off = {}, []
    for row in repository.described(clock.today()):
        value = request.POST.get(f"reading|{row['clause']}", "")
        if value == "off":
            off.append(row["clause"])
        elif value and value != row["readings"][0]["key"]:
            chosen[row["clause"]] = value
    order = [v for name in request.POST.getlist("precedence") for v in name.split(",") if v]
    return actions.draft_rule_set(
        by=request.actor,
        key=entry.field(request, "key", limit=60),
        title=entry.field(request, "title", limit=120),
        readings=chosen,
        switched_off=off,
        precedence=[] if tuple(order) == PRECEDENCE else order,
        reason=entry.field(request, "reason", limit=2000),
    )


@entry.page(READ)
def page(request, key: str):
    """One rule set: what it reads otherwise and what each change alone does, who would flip among every case and the
    plan's own rows, what each clause decides; adoption by the leading group."""
    row = entry.found(RuleSetRecord.objects.select_related("meeting"), key=key)
    if request.method == "POST":
        again = functools.partial(_show, request, row)
        return entry.posted(request, "priorities.adopt_rule_set", lambda: _adopt(request, row), again, "规则集已审定。")
    return _show(request, row)


def _show(request, row: RuleSetRecord, status: int = 200, **more):
    day, may_adopt = clock.today(), row.is_draft and may(request.actor, Permission.ADOPT_RULE_SET)
    found = dry_run.run(row, day) if may_try(request.actor) else None
    in_force = row.state == "in_force" and repository.build(row).in_force_on(day)
    context = {
        "row": row,
        "found": found,
        "typed": request.POST,
        "steps": _steps(row, day),
        "precedence": " > ".join(OUTCOMES[o] for o in repository.build(row).precedence),
        "may_adopt": may_adopt,
        "may_draft": row.is_draft and may(request.actor, Permission.DRAFT_RULE_SET),
        "may_rescreen": in_force and may(request.actor, Permission.SCREEN),
        "behind": dry_run.behind(found, request.GET) if found else None,
        "rescreenings": Rescreening.objects.filter(rule_set=row.key).order_by("-pk")[:5],
    }
    return render(request, "priorities/rule_set.html", context | more, status=status)


def _adopt(request, row: RuleSetRecord) -> str:
    actions.adopt_rule_set(
        by=request.actor,
        record=row,
        version=entry.signed_version(request),
        from_day=entry.day(request, "from_day", "起始日期"),
        meeting_title=entry.field(request, "meeting_title", limit=120),
        held_on=entry.day(request, "held_on", "会议日期"),
        minutes_number=entry.field(request, "minutes_number", limit=60),
    )
    return address_of(row.key)


def _steps(row: RuleSetRecord, day) -> list[dict]:
    adopted = row.state == "in_force"
    begun = adopted and row.from_day <= day
    period = (
        f"自 {row.from_day}" + (f"，至 {row.to_day}（不含）" if row.to_day else "") if adopted else "此前仍用现行规则集"
    )
    return [
        {"label": "1 起草", "note": f"{row.day} {row.by_text}", "done": True},
        {"label": "2 试算", "note": "" if adopted else "试算不改任何记录", "done": adopted, "now": not adopted},
        {"label": "3 领导小组审定", "note": str(row.meeting) if row.meeting else "", "done": adopted},
        {"label": "4 生效", "note": period, "done": begun, "now": adopted},
    ]


@entry.page(READ, methods=("GET", "HEAD"))
def export(request, key: str):
    """The dry run as a workbook."""
    row = entry.found(RuleSetRecord.objects, key=key)
    if not may_try(request.actor):
        raise NotVisible()
    content = actions.export_dry_run(by=request.actor, record=row)
    answer = HttpResponse(content, content_type=CONTENT_TYPES["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="{row.key}-dry-run.xlsx"'
    return answer


@entry.page(Permission.SCREEN, methods=("POST",))
def rescreen(request, key: str):
    """重新判定: a job screens everything again under a rule set that is in force; the page goes on meanwhile."""
    row = entry.found(RuleSetRecord.objects, key=key)

    def start() -> str:
        if row.state != "in_force" or not repository.build(row).in_force_on(clock.today()):
            raise Refused(f"规则集 {row.key} 今天不在执行，不能据以重新判定；草案只能试算。")
        job = request_job(by=request.actor, kind="rescreen", params={"rule_set": row.key})
        return f"{address_of(row.key)}?job={job.pk}"

    return entry.posted(request, "priorities.rescreen", start, done="已开始重新判定，进度见本页和“文档与报表”。")
