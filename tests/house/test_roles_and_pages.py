"""What every address refuses alike (GET of a verb, POST without the form's token),
and how many queries a page makes."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls.resolvers import RegexPattern, RoutePattern

from budgets.models import BudgetLine
from governance.models import Round, Seat
from priorities.models import Submission
from projects.models import Project, ProjectLead
from tests.conftest import NAMES
from tests.house.test_addresses import PAGES
from tests.rows import twin_of

RECORDS = {"reference": "SB2008-011", "code": "P04", "year": "2007", "slug": "8.3.2-3", "key": "plan-2006", "pk": "1"}


def address_of(route: str) -> str:
    """A real address of a route, with a record of the demonstration in it."""

    def fill(match):
        return RECORDS.get(match[1] or match[2], "1")

    route = route.replace("<uuid:pk>", "00000000-0000-4000-8000-000000000000")
    if "tasks/" in route:
        route = re.sub(r"\(\?P<code>T[^)]*\)", "T2-01", route)
    if "discrepancies/" in route:
        route = re.sub(r"\(\?P<code>D[^)]*\)", "D06", route)
    route = re.sub(r"\(\?P<code>GX[^)]*\)", "GX-001", route)
    route = re.sub(r"\(\?P<code>\[A-Z\].*?\)\?\)", "P04", route)
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)|<\w+:(\w+)>", fill, route)
    return "/" + route.replace("^", "").replace("$", "")


def closed_pages():
    for route, pattern in PAGES:
        assert isinstance(pattern.pattern, RoutePattern | RegexPattern)
        if not getattr(pattern.callback, "is_public", False):
            yield address_of(route), pattern.callback.permission


def holder(offices, permission) -> str:
    return next(name for name in NAMES if getattr(offices, name).scope(permission))


def test_a_post_without_the_forms_token_is_403_everywhere(offices):
    clients = {name: offices.client(name, enforce_csrf_checks=True) for name in NAMES}
    found = {
        address: clients[holder(offices, permission)].post(address, {"x": "y"}).status_code
        for address, permission in closed_pages()
    }
    assert {address: status for address, status in found.items() if status != 403} == {}
    assert len(found) > 70
    assert offices.client("reviewer", enforce_csrf_checks=True).post("/login/", {"username": "x"}).status_code == 403


def test_put_patch_delete_and_trace_are_405_everywhere(offices):
    clients = {name: offices.client(name) for name in NAMES}
    wrong = {}
    for address, permission in closed_pages():
        for method in ("put", "patch", "delete", "trace"):
            status = getattr(clients[holder(offices, permission)], method)(address).status_code
            if status != 405:
                wrong[method, address] = status
    assert wrong == {}


MAIN = [
    ("reviewer", "/"),
    ("health_cio", "/"),
    ("finance", "/"),
    ("leader", "/"),
    ("reviewer", "/projects/"),
    ("reviewer", "/projects/P04/"),
    ("reviewer", "/projects/tasks/"),
    ("reviewer", "/projects/progress/"),
    ("reviewer", "/projects/as-of/"),
    ("finance", "/budgets/2007/"),
    ("reviewer", "/priorities/desk/"),
    ("reviewer", "/priorities/desk/SB2008-011/"),
    ("finance", "/priorities/approvals/"),
    ("finance", "/priorities/approvals/SB2008-010/"),
    ("health_cio", "/priorities/mine/"),
    ("health_cio", "/priorities/submissions/draft-3/edit/"),
    ("health_cio", "/priorities/submissions/SB2008-012/"),
    ("reviewer", "/priorities/plan/2008/"),
    ("reviewer", "/priorities/criteria/"),
    ("reviewer", "/priorities/criteria/8.3.2-3/"),
    ("reviewer", "/priorities/rule-sets/plan-2006-b/"),
    ("reviewer", "/search/?q=系统"),
    ("reviewer", "/calendar/"),
    ("reviewer", "/governance/organisations/"),
    ("reviewer", "/governance/discrepancies/"),
    ("reviewer", "/governance/documents/"),
    ("auditor", "/governance/audit/"),
    ("reviewer", "/priorities/desk/plan-projects/"),
    ("reviewer", "/api/v1/projects/?page_size=500"),
    ("reviewer", "/api/v1/plan-items/?page_size=500"),
    ("reviewer", "/api/v1/submissions/?page_size=500"),
    ("finance", "/api/v1/budget-lines/?page_size=500"),
    ("reviewer", "/api/v1/screenings/?page_size=500"),
]
FRAME = re.compile(r'"(django_session|governance_user|governance_appointment|governance_notice)"|SAVEPOINT')
MOST = 17  # a case that is signed says what was waived, its decided amounts and what is shared
MOST_OF_TASKS = 22  # beside the tasks the registers that prove them
MOST_OF_HOME = 52  # it asks every app once what waits for whoever came in, and the year's money
MOST_OF_SEARCH = 30  # once for every kind of record


def _most(name: str) -> int:
    most = {" /": MOST_OF_HOME, " /projects/tasks/": MOST_OF_TASKS}
    return next((n for end, n in most.items() if name.endswith(end)), MOST_OF_SEARCH if " /search/" in name else MOST)


def _queries(client, address: str) -> int:
    """Queries of the page itself: session, user, appointments and notices belong to the frame of every page."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200, address
    return sum(not FRAME.search(q["sql"].partition(" WHERE ")[0]) for q in seen.captured_queries)


def _counts(offices) -> dict:
    clients = {who: offices.client(who) for who in {who for who, _ in MAIN}}
    for who, address in MAIN:
        clients[who].get(address)  # what is read once a process does not count
    return {(who, address): _queries(clients[who], address) for who, address in MAIN}


def _grow():
    """100 more projects with leads and money, 30 more cases of several states with what hangs on them."""
    template = Project.objects.get(code="P17")
    lead, line = template.leads.first(), BudgetLine.objects.filter(project=template).first()
    for n in range(100):
        project = twin_of(template, code=f"N2007-{n:02d}", plan_item=None, order=100 + n)
        twin_of(ProjectLead.objects.get(pk=lead.pk), project=project)
        twin_of(line, project=project)
    for n in range(30):
        row = Submission.objects.by_reference(("SB2008-011", "SB2008-010", "SB2008-012")[n % 3]).get()
        screening, version = row.screenings.order_by("pk").last(), row.versions.order_by("pk").last()
        twin = twin_of(row, number=f"SB2008-{500 + n}", receipt_number=None)
        kept = twin_of(version, submission=twin) if version else None
        if screening:
            twin_of(screening, submission=twin, **({"version": kept} if hasattr(screening, "version_id") else {}))
        for round_ in Round.objects.filter(about=row.audit_key):
            again = twin_of(round_, about=twin.audit_key)
            for seat in Seat.objects.filter(round_id=round_.pk):
                twin_of(seat, round=again)


def test_no_page_makes_more_queries_for_more_rows(offices):
    few = _counts(offices)
    _grow()
    many = _counts(offices)
    table = {f"{who} {address}": (few[who, address], many[who, address]) for who, address in MAIN}
    for name, (a, b) in table.items():
        print(f"{a:4d} {b:4d}  {name}")
    assert {name: pair for name, pair in table.items() if pair[1] > pair[0] or pair[1] > _most(name)} == {}
