"""Pages of responsibility (9.2.7): the tree, one 课题, its reports and supervision visits."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics import clock
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.storage import files
from governance.web.entry import found, one_of
from governance.web.entry import page as may_enter
from projects import actions
from projects.actions.checks import reporting
from projects.actions.upwards import overseeing
from projects.duties import owed
from projects.forms import duties as forms
from projects.models import Project, Supervision, Topic, TopicReport
from projects.panels.leads import open_flags
from projects.views.frame import duty_page, form_page

READ, MANAGE = Permission.READ_REGISTER, Permission.MANAGE_PROJECT
ADDRESS = "/projects/duties/"


MOST_LOOSE = 300  # projects without a 课题 that are offered at once


def _tree(request, *, place=None) -> dict:
    """`?tier=application`, `?head=none`: the nodes behind one of the figures."""
    day = clock.today()
    roots = owed.tree(day)
    nodes = owed.flat(roots)
    unplaced = Project.objects.filter(topic=None).order_by("order", "pk")
    loose = list(unplaced[:MOST_LOOSE])
    manages = access.may(request.actor, MANAGE)
    tier, headless = one_of(request.GET, "tier", dict(Topic.TIERS)), one_of(request.GET, "head", {"none"})
    shown = [n for n in nodes if tier in ("", n.topic.tier) and (not headless or n.head is None)]
    return {
        "day": day,
        "nodes": shown,
        "only": "，".join(filter(None, (dict(Topic.TIERS).get(tier, ""), headless and "没有负责人"))),
        "mine": request.actor.organisation_id,
        "late": sorted((d for n in nodes for d in n.missing if d.due < day), key=lambda d: (d.due, d.topic.code)),
        "headless": [n for n in nodes if n.head is None],
        "tiers": [(key, label, sum(n.topic.tier == key for n in nodes)) for key, label in Topic.TIERS],
        "loose": loose,
        "unplaced": unplaced.count() if len(loose) == MOST_LOOSE else len(loose),
        "place": place or (forms.PlaceForm() if manages else None),
        "may_manage": manages,
    }


@may_enter(READ, methods=("GET", "HEAD"))
def tree(request):
    """The tree with a named person at each 课题, what each owes, and exactly what is missing below it."""
    return render(request, "projects/duties.html", _tree(request))


@may_enter(MANAGE, methods=("POST",))
def place(request):
    """Give projects their place in the tree."""
    form = forms.PlaceForm(request.POST)
    context = _tree(request, place=form)
    return form_page(
        request,
        form,
        context,
        actions.place_projects,
        template="projects/duties.html",
        done="已归入课题树。",
        address=ADDRESS,
    )


@may_enter(MANAGE)
def create(request):
    """A 课题 without a project."""
    form = forms.TopicForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})
    context = {
        "title": "登记课题",
        "note": "总系统和不单独立项的子系统在这里登记；有项目的课题在课题树下方归入。",
        "back": ADDRESS,
        "back_label": "返回课题树",
    }
    return duty_page(
        request, form, context, actions.create_topic, done="已登记课题。", address=lambda row: row.get_absolute_url()
    )


def _topic(pk: int) -> Topic:
    return found(
        Topic.objects.standing().select_related("project", "parent__project").prefetch_related(owed.HEADS, owed.LEADS),
        pk=pk,
    )


@may_enter(READ, methods=("GET", "HEAD"))
def topic(request, pk: int):
    """One 课题: who answers, to whom it reports, what is owed, what is missing below, visits."""
    day, actor = clock.today(), request.actor
    nodes = {n.topic.pk: n for n in owed.flat(owed.tree(day))}
    if pk not in nodes:
        raise NotVisible()
    node = nodes[pk]
    row = node.topic
    if row.parent_id:
        row.parent = nodes[row.parent_id].topic  # read with its heads and leads
    context = {
        "t": row,
        "node": node,
        "day": day,
        "children": node.children,
        "heads": list(row.heads.all()),
        "addressee": owed.addressee(row, day, row.parent),
        "level_line": owed.accountable_to(row.project.level_922, day) if row.project_id else "",
        "reports": list(row.reports.all()),
        "visits": list(row.visits.all()),
        "may_manage": access.may(actor, MANAGE),
        "may_report": access.may(actor, reporting(actor), row),
        "may_oversee": access.may(actor, *overseeing(actor, row)),
        "history": audit.history(row, limit=20),
    }
    return render(request, "projects/topic.html", context)


@may_enter(MANAGE)
def head(request, pk: int):
    """Name the responsible person."""
    row = _topic(pk)
    form = forms.HeadForm(request.POST or None, initial={"version": row.version})
    context = _about(row, "指定课题负责人", "负责人对本级课题及下级课题负有全面责任（9.2.7）；前任留在记录里。")
    return duty_page(request, form, context, actions.name_head, topic=row, done="已指定负责人。")


@may_enter(MANAGE)
def end(request, pk: int):
    """A 课题 without a project has ended."""
    row = _topic(pk)
    form = forms.EndForm(request.POST or None, initial={"version": row.version})
    context = _about(row, "课题结束", "结束以后应呈报课题研究工作总报告和技术报告（9.2.7）。")
    return duty_page(request, form, context, actions.end_topic, topic=row, done="已登记课题结束。")


@may_enter(MANAGE)
def edit(request, pk: int):
    """Correct a 课题 without a project."""
    row = _topic(pk)
    initial = {"version": row.version, "name": row.name, "parent": row.parent_id, "ends_on": row.ends_on}
    form = forms.EditForm(request.POST or None, topic=row, initial=initial)
    context = _about(row, "更正课题", "改名称、上级和计划结束日期；层级不改，原来的写法留在历史里。")
    return duty_page(request, form, context, actions.edit_topic, topic=row, done="已更正课题。")


@may_enter(MANAGE)
def strike(request, pk: int):
    """Strike off a 课题 that was registered by mistake."""
    row = _topic(pk)
    form = forms.StrikeForm(request.POST or None, initial={"version": row.version})
    context = _about(row, "撤销课题", "误登的才撤销，此后不再应报；已经结束的请登记“课题结束”。")
    return duty_page(request, form, context, actions.strike_topic, topic=row, done="已撤销课题。", address=ADDRESS)


@may_enter(READ)
def report(request, pk: int):
    """File a report upwards; what the level below has not filed is listed beside the form."""
    row, day = _topic(pk), clock.today()
    access.require(request.actor, reporting(request.actor), row)
    year = request.GET.get("year", "")
    year = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else day.year
    kind = request.GET.get("kind") if request.GET.get("kind") in owed.KINDS else "annual"
    initial = {"kind": kind, "year": year if kind == "annual" else "", "version": row.version}
    form = forms.ReportForm(request.POST or None, request.FILES or None, year=day.year, initial=initial)
    lacking = owed.missing_below(row, kind, year if kind == "annual" else 0, day)
    context = _about(row, "报送课题报告", f"呈报：{owed.addressee(row, day)}") | {"lacking": lacking, "multipart": True}
    return duty_page(request, form, context, actions.file_report, topic=row, done="已报送。")


@may_enter(READ, methods=("GET", "HEAD"))
def report_file(request, pk: int):
    """The document of a report."""
    row = found(TopicReport.objects.exclude(file=None).select_related("file"), pk=pk)
    return files.serve(row.file)


@may_enter(READ)
def give_back(request, pk: int):
    """Give a report back to whoever filed it."""
    row = found(TopicReport.objects.select_related("topic__project", "topic__parent__project"), pk=pk, superseded=False)
    topic = row.topic
    access.require(request.actor, *overseeing(request.actor, topic))
    note = f"{row.by_text} {row.day} 报送。退回以后仍为应报，通知负责人的单位，待办里写明理由。"
    form = forms.ReturnForm(request.POST or None)
    context = _about(topic, f"退回{row.title}", note) | {"button": "退回"}
    return duty_page(request, form, context, actions.return_report, report=row, done="已退回。")


@may_enter(READ)
def supervise(request, pk: int):
    """Record a supervision visit of the level above."""
    row = _topic(pk)
    access.require(request.actor, *overseeing(request.actor, row))
    form = forms.VisitForm(request.POST or None, request.FILES or None)
    note = "上级课题对下级课题实行定期或不定期的督导及协调（9.2.7）；提出的要求通知负责人的单位，到期催办。"
    context = _about(row, "登记督导", note) | {"multipart": True}
    return duty_page(request, form, context, actions.record_supervision, topic=row, done="已登记督导。")


@may_enter(READ, methods=("GET", "HEAD"))
def visit_file(request, pk: int):
    """The document of a visit."""
    return files.serve(found(Supervision.objects.exclude(file=None).select_related("file"), pk=pk).file)


@may_enter(READ)
def settle(request, pk: int):
    """How the demand of a visit was met."""
    visit = found(Supervision.objects.select_related("topic__project", "topic__parent"), pk=pk)
    access.require(request.actor, reporting(request.actor), visit.topic)
    form = forms.SettleForm(request.POST or None)
    context = _about(visit.topic, "落实督导要求", f"要求：{visit.demand or '（无）'}")
    return duty_page(request, form, context, actions.settle_supervision, visit=visit, done="已登记落实情况。")


def _about(row: Topic, title: str, note: str) -> dict:
    return {
        "title": title,
        "note": note,
        "about": f"{row.code} {row.name}",
        "back": row.get_absolute_url(),
        "back_label": "返回课题",
    }


@may_enter(READ, methods=("GET", "HEAD"))
def leads(request):
    """Leads that are open-ended, generic, temporary, differently written or not ranked,
    until somebody resolves them."""
    flags = open_flags()
    codes = sorted({f.code for f in flags})
    context = {
        "flags": flags,
        "counts": [(c, sum(f.code == c for f in flags)) for c in codes],
        "may_manage": access.may(request.actor, MANAGE),
    }
    return render(request, "projects/leads.html", context)
