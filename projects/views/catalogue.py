"""共享目录: the entries with overlaps and gaps, one entry, and the forms of its verbs."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render

from governance.basics import clock
from governance.basics.roles import Permission, Role, Scope
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.web.entry import form_page, found, looked_for, one_of
from governance.web.entry import page as may_enter
from projects import actions
from projects.catalogue import entries
from projects.forms import catalogue as forms
from projects.models import DataParty, SharedData

READ = Permission.READ_REGISTER
VIEWS = {
    "overlap": ("重复", lambda e: e.is_overlap),
    "gap": ("缺口", lambda e: e.is_gap),
    "waiting": ("等待登记或商定", lambda e: e.is_waiting),
}


@may_enter(READ, methods=("GET", "HEAD"))
def listing(request):
    """All living entries; `?view=overlap`: two provide it or the names are alike, `gap`: wanted and provided by nobody,
    `waiting`: to be registered or settled; `?q=`."""
    view, q = one_of(request.GET, "view", VIEWS), looked_for(request.GET)
    every, kept = entries.entries(), entries.keeper(clock.today())
    rows = [e for e in every if VIEWS[view][1](e)] if view else every
    if q:
        named = set(SharedData.objects.living().matching(q).values_list("pk", flat=True))
        rows = [e for e in rows if e.data.pk in named]
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "counts": [(key, word, sum(map(holds, every))) for key, (word, holds) in VIEWS.items()],
        "all": len(every),
        "view": view,
        "q": q,
        "title": VIEWS[view][0] if view else "全部",
        "keeper": kept,
        "is_acting": not kept.is_department,
        "may_share": access.may(request.actor, Permission.SHARE_DATA),
    }
    return render(request, "projects/catalogue.html", context)


@may_enter(READ, methods=("GET", "HEAD"))
def page(request, code: str):
    """One entry: its data items, who provides and who uses it, what is alike, its trail."""
    data = found(entries.with_parties(SharedData.objects.all()), code=code)
    near = next((e.alike for e in entries.entries(SharedData.objects.filter(pk=data.pk))), ())
    kept = entries.keeper(clock.today())
    is_living = data.state != "withdrawn"
    context = {
        "entry": entries.entry_of(data, near if is_living else ()),
        "keeper": kept,
        "may_keep": is_living and _keeps(request.actor, kept),
        "may_share": is_living and access.may(request.actor, Permission.SHARE_DATA),
        "history": audit.history(data, limit=30),
    }
    return render(request, "projects/shared.html", context)


def _keeps(actor: Actor, kept: entries.Keeper) -> bool:
    return access.may(actor, Permission.MANAGE_CATALOGUE) and (
        not kept.is_department or actor.role == Role.RESOURCE_DEPARTMENT
    )


def _for_others(request) -> bool:
    return request.actor.scope(Permission.SHARE_DATA) is Scope.CITY


def _context(title: str, data: SharedData, note: str) -> dict:
    back = {"back": data.get_absolute_url(), "back_label": f"返回{data.code}"}
    return {"title": title, "about": str(data), "note": note, "is_of_entry": True} | back


def _form(request, form, context: dict, act, **about):
    return form_page(request, form, context, act, template="projects/shared_form.html", **about)


@may_enter(Permission.SHARE_DATA)
def propose(request):
    """Data that a unit provides or wants: an entry that is there, or a new one."""
    form = forms.ProposeForm(request.POST or None, for_others=_for_others(request))
    note = "提供是本单位有、可以给别的单位的数据；使用是本单位要、由别的单位提供的。登记和商定由信息资源管理部门办理。"
    context = {"title": "提出共享数据", "about": "", "note": note, "offered": entries.offered()}
    context |= {"back": "/projects/catalogue/", "back_label": "返回共享目录"}
    return _form(
        request, form, context, actions.propose_data, done="已提出。", address=lambda data: data.get_absolute_url()
    )


def _data(code: str) -> SharedData:
    return found(SharedData.objects.select_related("project"), code=code)


@may_enter(Permission.SHARE_DATA)
def join(request, code: str):
    """A unit asks to use the entry, or to provide it."""
    data = _data(code)
    form = forms.JoinForm(request.POST or None, for_others=_for_others(request))
    context = _context("提供或使用", data, "提出以后由信息资源管理部门与双方商定。")
    return _form(request, form, context, actions.join_data, data=data, done="已提出。")


@may_enter(Permission.MANAGE_CATALOGUE)
def register(request, code: str):
    """Register an entry or change it."""
    data = _data(code)
    start = {"name": data.name, "content": data.content, "project": data.project, "version": data.version}
    form = forms.RegisterForm(request.POST or None, initial=start)
    note = "在册的数据写明数据项；由哪个项目承载，供查对。"
    context = _context("登记", data, note)
    return _form(request, form, context, actions.register_data, data=data, done=f"已登记 {code}。")


@may_enter(Permission.MANAGE_CATALOGUE)
def withdraw(request, code: str):
    """Take an entry out of the catalogue, or merge it into another."""
    data = _data(code)
    form = forms.WithdrawForm(request.POST or None, data=data, initial={"version": data.version})
    note = "并入另一条的，提供和使用单位一并转过去；不并入的，提供和使用随之停止。条目和留痕都保留。"
    context = _context("注销或并入", data, note)
    return _form(request, form, context, actions.withdraw_data, data=data, done=f"已注销 {code}。")


@may_enter(Permission.MANAGE_CATALOGUE)
def settle(request, pk: int):
    """What was settled with one unit."""
    party = found(DataParty.objects.select_related("data", "organisation"), pk=pk)
    start = {name: getattr(party, name) for name in ("state", "service", "frequency", "terms", "version")}
    form = forms.SettleForm(request.POST or None, initial=start)
    context = _context("商定", party.data, f"{party}。商定和接通要写明服务方式和频率。")
    return _form(request, form, context, actions.settle_party, party=party, done="已登记。")
