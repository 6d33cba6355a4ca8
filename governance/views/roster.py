"""Who was trained (9.5.2): the picture for 政绩考核 by unit and person, and the workbook that brings the names in."""

from __future__ import annotations

from urllib.parse import quote

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access
from governance.people import attendance
from governance.people.attendance import UnitLine
from governance.storage import files
from governance.web import entry
from governance.workbooks import roster
from governance.workbooks.writer import MEDIA_TYPE, Book, UnsafeWorkbook, letter, read_safely

READ, MANAGE = Permission.READ_REGISTER, Permission.MANAGE_ORGANISATIONS
SALT, KEPT_SECONDS = "governance.roster", 2 * 3600  # how long a rehearsal waits for its confirmation
MOST_SHOWN = 200
SUMMED = ("trained", "courses", "hours", "passed", "failed")
FIRST_YEAR = 2000


def _year(request) -> int:
    year = entry.integer(request.GET.get("year"), name="年度", low=FIRST_YEAR, high=2100)
    return year or clock.today().year


@entry.page(READ, methods=("GET", "HEAD"))
def people(request):
    """By unit: who is on the roll, was trained, has none; `?unit=` its people, for whom may see them; `?year=`."""
    year, asked = _year(request), entry.integer(request.GET.get("unit"), name="单位", low=1, high=10**9)
    lines = sorted(attendance.assess(year, clock.today()), key=lambda line: not line.people)
    chosen = next((line for line in lines if line.unit.pk == asked), None)
    if asked and chosen is None:
        raise Refused("没有这个单位的名册。", status=404)
    context = {
        "year": year,
        "lines": [(line, attendance.may_see_people(request.actor, line.unit.pk)) for line in lines],
        "chosen": chosen,
        "may_see": bool(chosen) and attendance.may_see_people(request.actor, chosen.unit.pk),
        "may_manage": access.may(request.actor, MANAGE),
        "totals": {name: sum(getattr(line, name) for line in lines) for name in SUMMED}
        | {"people": sum(len(line.people) for line in lines), "without": sum(len(line.without) for line in lines)},
    }
    return render(request, "governance/trained_people.html", context)


@entry.page(READ, methods=("GET", "HEAD"))
def export(request):
    """政绩考核用表: every person that the actor may see, with courses, hours and results of the year."""
    year = _year(request)
    lines = [
        line
        for line in attendance.assess(year, clock.today())
        if attendance.may_see_people(request.actor, line.unit.pk)
    ]
    return _workbook(_assessment(lines, year), f"培训情况-政绩考核-{year}.xlsx")


def _assessment(lines: list[UnitLine], year: int) -> bytes:
    book = Book()
    sheet = book.sheet("政绩考核")
    heads = ("单位", "姓名", "工号", "职务", "培训对象", "期数", "学时", "合格", "不合格", "课程")
    widths = (24, 12, 12, 16, 26, 8, 8, 8, 8, 70)
    for at, (head, width) in enumerate(zip(heads, widths, strict=True), 1):
        book.text(sheet, f"{letter(at)}1", head, "head", fill="head")
        sheet.column_dimensions[letter(at)].width = width
    number = 2
    for line in lines:
        for p in line.people:
            t, courses = p.trainee, "；".join(f"{a.session.held_on} {a.session.title}" for a in p.attended)
            words = (line.unit.name, t.name, t.staff_no, t.post, t.get_group_display())
            figures = (p.courses, p.hours, p.passed, p.failed)
            for at, value in enumerate((*words, *figures, courses or f"{year} 年没有培训"), 1):
                book.text(sheet, f"{letter(at)}{number}", str(value), wrap=at == len(heads))
            number += 1
        for name in line.unlisted:
            for at, value in ((1, line.unit.name), (2, name), (10, "在任而不在名册，没有培训记录")):
                book.text(sheet, f"{letter(at)}{number}", value)
            number += 1
    sheet.freeze_panes = "C2"
    return book.content(day=clock.today(), title=f"{year} 年培训情况")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f"attachment; filename=\"training.xlsx\"; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer


@entry.page(MANAGE, methods=("GET", "HEAD"))
def template(request):
    """The workbook to fill in, with the courses that are recorded."""
    return _workbook(roster.template(clock.today()), "培训名单.xlsx")


@entry.page(MANAGE)
def upload(request):
    """GET: the page. POST with a file: every error, or what will be stored. POST with a token: exactly that, or
    nothing."""
    if request.method != "POST":
        return _page(request)
    try:
        return _commit(request) if request.POST.get("token") else _rehearse(request)
    except UnsafeWorkbook as unsafe:
        return _page(request, refusal=Invalid(str(unsafe)), status=Invalid.status)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return _page(request, refusal=refusal, status=refusal.status)


def _rehearse(request) -> HttpResponse:
    sent = entry.uploaded(request.FILES.get("file"))
    if not sent:
        raise Invalid("请选择填好的培训名单（.xlsx）。", fields={"file": ["选择文件"]})
    name, _ = files.check(**sent, kinds=("xlsx",))
    rows = roster.rows_of(read_safely(sent["content"], roster.LIMITS))
    found = roster.judge(rows)
    if found.errors:
        return _page(request, found=found, name=name, status=422)
    token = signing.dumps({"user": request.actor.user_id, "rows": rows}, salt=SALT, compress=True)
    return _page(request, found=found, name=name, token=token if found.changes else "")


def _commit(request) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["token"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        raise Invalid("预演已过期；请重新选择文件。") from None
    if kept["user"] != request.actor.user_id:
        raise Invalid("这个预演不是您做的；请重新选择文件。")

    def store() -> str:
        actions.import_roster(by=request.actor, rows=kept["rows"])
        return reverse("governance:trained_people")

    return entry.posted(request, "governance.training.roster", store, done="培训名单已整份写入。")


def _page(request, *, found=None, name="", token="", refusal=None, status=200) -> HttpResponse:
    context = {
        "found": found,
        "errors": found.errors[:MOST_SHOWN] if found else (),
        "changes": found.changes[:MOST_SHOWN] if found else (),
        "most_shown": MOST_SHOWN,
        "most_rows": roster.MOST_ROWS,
        "heads": roster.HEADS,
        "name": name,
        "token": token,
        "refusal": refusal,
    }
    return render(request, "governance/roster.html", context, status=status)
