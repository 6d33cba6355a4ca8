"""One budget line: its entries, who pays, and what the finance bureau may do with it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.shortcuts import render
from django.urls import reverse

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import STAGES, BudgetLine, Entry, EntryPaper
from budgets.panels import money
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.kernel.access import may
from governance.storage import files
from governance.web.entry import field, found, integer, page, posted, uploaded
from projects.models import Project

READ, EDIT = Permission.READ_BUDGET, Permission.EDIT_BUDGET


@page(READ)
def line(request, pk: int):
    """GET: the line. POST `what`=reverse|book|transfer|carry_over|codes|paper: one verb; with `look` the effect of a
    transfer or carry_over, before it counts.

    A refusal keeps what was typed.
    """
    row = found(BudgetLine.objects.visible_to(request.actor).select_related("project"), pk=pk)
    if request.method != "POST":
        return render(request, "budgets/line.html", _context(request, row))
    what = request.POST.get("what", "reverse")
    if what in MOVES and request.POST.get("look"):
        return _look(request, row, what)

    def act() -> str:
        messages.success(request, VERBS[what](request, row))
        return reverse("budgets:line", args=[row.pk])

    def again(status: int, **more):
        row.refresh_from_db()
        return render(request, "budgets/line.html", _context(request, row, what=what, **more), status=status)

    if what not in VERBS:
        unknown = Invalid("没有这个动作。", fields={"what": ["没有这个动作"]})
        return again(unknown.status, refusal=unknown, typed=request.POST)
    return posted(request, f"budgets.line.{what}", act, again)


def _entry(request, row: BudgetLine) -> Entry:
    pk = integer(request.POST.get("entry"), name="记账", low=1, high=10**9)
    return found(Entry.objects.filter(line=row), pk=pk)


def _booking(request) -> dict:
    """What the verbs that book by hand take from the form: amount as typed, paper, version."""
    return {
        "by": request.actor,
        "typed": field(request, "amount_wan", limit=60, label="金额"),
        "paper": actions.Paper(
            field(request, "document_number", limit=60, label="文号"),
            field(request, "reason", limit=300, label="理由"),
            **uploaded(request.FILES.get("file")),
        ),
        "version": integer(request.POST.get("version"), name="版本", low=1, high=10**8),
    }


def _reverse(request, row: BudgetLine) -> str:
    reason = field(request, "reason", limit=300, label="冲正理由")
    actions.reverse_entry(by=request.actor, entry=_entry(request, row), reason=reason)
    return "已冲正。"


def _book(request, row: BudgetLine) -> str:
    stage, kind = field(request, "stage", limit=12), field(request, "kind", limit=12)
    made = actions.book(at=_key(row), stage=stage, kind=kind, **_booking(request))
    return f"已记账：{made.get_stage_display()} {made.amount_wan:+,.2f} 万元。"


def _look(request, row: BudgetLine, what: str):
    """The effect of a 调剂 or 结转 before it counts: beside the form as it is typed, else the page with it."""
    found: dict = {"effects": (), "not_so": None}
    try:
        if request.POST.get("amount_wan", "").strip():
            act, given = MOVES[what](request, row, paper=REHEARSED)
            found["effects"] = actions.rehearse(act, line=row, **given)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        found["not_so"] = refusal
    if request.headers.get("HX-Request"):
        return render(request, "budgets/parts/effect.html", found | {"looked": True})
    return render(
        request, "budgets/line.html", _context(request, row, what=what, typed=request.POST, looked=True, **found)
    )


REHEARSED = actions.Paper("预演", "预演")  # number and reason may still be missing while one looks


def _transfer(request, row: BudgetLine) -> str:
    act, given = _transferring(request, row)
    return f"已调剂到 {act(line=row, **given)}。"


def _transferring(request, row: BudgetLine, **more) -> tuple[Callable, dict]:
    """The verb with what the form gives it, its line apart."""
    code = field(request, "to_project", limit=12, label="调入项目")
    target = Project.objects.filter(code=code.upper()).first()
    if target is None:
        raise Invalid(f"没有保存：没有项目“{code}”；请写项目编号，如 P06。", fields={"to_project": ["没有这个项目"]})
    stage = field(request, "stage", limit=12)
    return actions.transfer, {"to_project": target, "stage": stage} | _booking(request) | more


def _carry_over(request, row: BudgetLine) -> str:
    act, given = _carrying(request, row)
    return f"已结转到 {act(line=row, **given)}。"


def _carrying(request, row: BudgetLine, **more) -> tuple[Callable, dict]:
    return actions.carry_over, _booking(request) | more


MOVES: dict[str, Callable] = {"transfer": _transferring, "carry_over": _carrying}


def _codes(request, row: BudgetLine) -> str:
    names = {"unit_code": "预算单位代码", "function_code": "功能科目", "economic_code": "经济科目"}
    codes = {name: field(request, name, limit=20, label=label) for name, label in names.items()}
    actions.set_codes(by=request.actor, at=_key(row), **codes)
    return "代码已保存。"


def _key(row: BudgetLine) -> LineKey:
    return LineKey(row.project, row.fiscal_year, row.source)


def _attach(request, row: BudgetLine) -> str:
    entry, upload = _entry(request, row), uploaded(request.FILES.get("file"))
    if not upload:
        raise Invalid("请选择要附的文件。", fields={"file": ["选择文件"]})
    all_of_number = request.POST.get("all_of_number") == "1"
    held = actions.attach_paper(by=request.actor, entry=entry, all_of_number=all_of_number, **upload)
    return f"已附在 {held} 笔记账上。" if held > 1 else "已附上。"


@page(READ, methods=("GET", "HEAD"))
def paper(request, pk: int):
    """The file behind an entry, for whoever sees the entry's line."""
    lines = BudgetLine.objects.visible_to(request.actor).values("pk")
    return files.serve(found(EntryPaper.objects.filter(entry__line__in=lines).select_related("file"), pk=pk).file)


VERBS: dict[str, Callable] = {
    "reverse": _reverse,
    "book": _book,
    "transfer": _transfer,
    "carry_over": _carry_over,
    "codes": _codes,
    "paper": _attach,
}


def _context(request, row: BudgetLine, **more) -> dict:
    papers = Prefetch("papers", EntryPaper.objects.select_related("file"))
    entries = list(row.entries.select_related("reverses", "reversed_by").prefetch_related(papers).order_by("-pk"))
    numbers = {e.document_number for e in entries if e.document_number}
    others = dict(
        Entry.objects.filter(document_number__in=numbers)
        .order_by()
        .values_list("document_number")
        .annotate(Count("pk"))
    )
    left = None if row.approved_wan is None else row.approved_wan - (row.spent_wan or 0)
    return {
        "row": row,
        "entries": [(e, others.get(e.document_number, 1) - 1) for e in entries],
        "may_edit": may(request.actor, EDIT),
        "history": audit.history(row),
        "stages": STAGES,
        "kinds": list(actions.BY_HAND.items()),
        "papers": ",".join(f".{kind}" for kind in actions.KINDS),
        "left": left,
        "paying": money.paying_of(row.project, money.project_money(row.project, request.actor, clock.today())),
    } | more
