"""A figure leads to the rows that it adds up; here every one is followed and its rows are added up,
on the 27 projects and in the middle of the offices' work. What is a figure and what is not says tests/house/numbers.py.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse

from governance.models import User
from priorities.models import Participant, Submission
from projects.models import Project
from projects.panels.lists import PAGE_ROWS
from tests.conftest import NAMES
from tests.house.numbers import NUMBER, Page, Reader
from tests.house.walk import pages

LINK = re.compile(r'<a data-figure="(count|wan)" href="(/projects/[^"]+)">([\d,.]+)</a>')


def test_every_figure_of_the_portfolio_is_the_sum_of_the_rows_behind_it(offices):
    client = offices.client("reviewer")
    found = LINK.findall(client.get("/").content.decode())
    behind: dict[str, tuple[int, Decimal]] = {}
    for kind, address, text in found:
        address = address.replace("&amp;", "&")
        if address not in behind:
            projects = [row.project for row, _ in client.get(address).context["rows"]]
            behind[address] = len(projects), sum((p.estimate_wan or Decimal(0) for p in projects), Decimal(0))
        count, wan = behind[address]
        assert Decimal(text.replace(",", "")) == (count if kind == "count" else wan), address
    assert len(found) >= 2 * (3 + 4 + 5)
    for part in ("&state=", "&programme=", "&basis=first"):
        mine = [value for address, value in behind.items() if part in address]
        assert (sum(n for n, _ in mine), sum(w for _, w in mine)) == (27, Decimal(6883)), part
    assert behind["/projects/?origin=plan"] == (27, Decimal(6883))


def test_the_lists_own_closing_lines_add_up_to_the_rows_above_them(offices):
    client = offices.client("reviewer")
    for query in ("", "?state=building", "?year=2007", "?programme=none", "?q=系统"):
        context = client.get(f"/projects/{query}").context
        rows = [row.project for row, _ in context["rows"]]
        totals = context["totals"]
        assert (totals.shown, totals.shown_wan) == (
            len(rows),
            sum((p.estimate_wan or Decimal(0) for p in rows), Decimal(0)),
        )
        inside = sum((p.estimate_wan for p in rows if p.plan_item_id), Decimal(0))
        assert inside + totals.outside_wan == (totals.planned_wan if query else inside)


@pytest.mark.parametrize("role", ["reviewer", "finance", "health_cio", "auditor", "district"])
def test_the_homes_counts_of_cases_lead_to_those_cases_whoever_looks(offices, role):
    health, day = offices.health_cio, dt.date(2007, 8, 1)
    for n, state in enumerate(("draft", "submitted", "submitted", "adopted")):
        Submission.objects.create(
            kind="new",
            plan_year=2008,
            state=state,
            organisation_id=health.organisation_id,
            author_id=health.user_id,
            created_day=day,
            state_day=day,
            submitted_day=day if n else None,
            number=f"SB2008-{900 + n}" if n else None,
        )
    reader = Reader(offices.client(role))
    counted = [f for f in reader.page("/").figures if f[1].endswith("#cases")]
    for kind, href, text in counted:
        assert int(text) == reader.behind(href, kind), href
    seen_by_him = Submission.objects.visible_to(getattr(offices, role)).count()
    assert sum(int(text) for _, _, text in counted) == seen_by_him
    assert seen_by_him >= 3 or role == "district"


FILTERED = (
    "/projects/security/?level=none",
    "/projects/?tasks=none",
    "/projects/tasks/?state=done",
    "/projects/as-of/?day=2007-07-31&state=building",
    "/projects/as-of/?day=2007-07-31&part=tasks",
    "/projects/as-of/?day=2007-07-31&part=tasks&state=done",
    "/governance/discrepancies/?weight=A",
)
ELSEWHERE = (
    "/export/",
    "?person=nobody",
    ".xlsx",
    "/template/",  # files, not pages
    "/rule-sets/plan-2006/",
)  # what the draft's page shows, of the rules in force


def addresses(offices, role: str) -> list[str]:
    actor = getattr(offices, role)
    return [*FILTERED, *(p.address for p in pages() if p.status(actor) == 200 and not p.address.endswith(ELSEWHERE))]


def test_every_number_of_every_page_leads_to_rows_that_make_it_whoever_looks(offices):
    """What an earlier reader has followed and added up is not asked for again where a later one reads the same number,
    may open such a page and sees the same rows: everybody sees the whole register,
    a unit its own money and cases alone."""
    proven: set[tuple[str, str, Decimal]] = set()
    wordless: set[str] = set()  # forms without a number: read once
    loose, wrong, checked = [], [], {}
    for role in ("reviewer", "health_cio", "finance", "auditor"):
        shares = ("/projects/", "/governance/") if role == "health_cio" else ("/",)
        reader = Reader(offices.client(role), proven, shares=shares)
        mine = [a for a in addresses(offices, role) if a not in wordless]
        loose += [f"{role} {address} {words} 没有链接" for address in mine for words in reader.page(address).loose]
        wrong += [f"{role} {sentence}" for address in mine for sentence in reader.wrong(address)]
        checked[role] = sum(len(reader.page(address).own_figures) for address in mine)
        wordless |= {address for address in mine if reader.page(address).is_wordless}
    assert (loose, wrong) == ([], [])
    assert min(checked.values()) > 400


@pytest.mark.parametrize("role", NAMES)
def test_a_badge_of_the_rail_counts_the_rows_of_the_page_that_it_leads_to(offices, role):
    """Drafts of one's own, of others with one's part in them, and secret ones, which nobody writes on."""
    cio, day = offices.health_cio, dt.date(2007, 8, 1)
    other = User.objects.get(username="demo-finance").appointments.first().organisation_id
    for unit, is_secret in ((cio.organisation_id, False), (cio.organisation_id, True), (other, False)):
        row = Submission.objects.create(
            kind="new",
            plan_year=2008,
            organisation_id=unit,
            author_id=cio.user_id,
            created_day=day,
            state_day=day,
            is_secret=is_secret,
        )
        if unit == other:
            Participant.objects.create(submission=row, organisation_id=cio.organisation_id)
    reader = Reader(offices.client(role))
    badges = reader.page("/governance/notices/choices/").figures
    for kind, href, text in badges:
        assert int(NUMBER.findall(text)[-1]) == reader.behind(href, kind), href
    assert len(badges) >= {"reviewer": 3, "health_cio": 3, "industry": 2}.get(role, 0)


def test_the_closing_line_of_a_list_of_several_pages_leads_to_the_whole_filtered_list(offices):
    count = PAGE_ROWS + 30
    Project.objects.bulk_create(
        Project(
            code=f"N2009-{n:03}",
            name=f"分页 {n}",
            origin="annual_plan",
            order=1000 + n,
            estimate_wan=Decimal(n),
            search_text=f"分页 {n}",
            registered_on=dt.date(2007, 8, 1),
        )
        for n in range(count)
    )
    reader = Reader(offices.client("reviewer"))
    first = "/projects/?q=分页"
    second = urljoin(first, reader.page(first).after["rows"])
    assert reader.page(first).behind("count", "rows") == PAGE_ROWS
    assert reader.page(second).behind("count", "rows") == 30
    for address in (first, second):
        closing = [
            f
            for f in reader.page(address).own_figures
            if urlsplit(f[1]).query.startswith("q=") and f[0] in ("count", "wan")
        ]
        said = {kind: Decimal(text.replace(",", "")) for kind, _, text in closing}
        assert said == {"count": count, "wan": sum(range(count))}
        for kind, href, _ in closing:
            assert "after=" not in href
            assert reader.behind(urljoin(address, href), kind) == said[kind]
        assert reader.wrong(address) == []


class Planted:
    """A browser that reads one page wrongly."""

    def __init__(self, client, address: str, was: str, now: str) -> None:
        self.client, self.address, self.was, self.now = client, address, was, now

    def get(self, address: str):
        answer = self.client.get(address)
        if address != self.address:
            return answer
        text = answer.content.decode()
        assert self.was in text
        return HttpResponse(text.replace(self.was, self.now, 1))


def test_a_planted_wrong_number_is_found(offices):
    at = "/governance/training/"
    told = '<a data-figure="heads" href="?block=10.2&amp;group=leaders#courses">{}</a>'
    right = re.search(
        re.escape(told).replace(re.escape("{}"), r"(\d+)").replace("10\\.2", "[^&]+").replace("leaders", r"\w+"),
        offices.client("reviewer").get(at).content.decode(),
    )
    wrong = Reader(
        Planted(offices.client("reviewer"), at, right[0], right[0].replace(f">{right[1]}<", f">{int(right[1]) + 1}<"))
    ).wrong(at)
    assert [sentence for sentence in wrong if f"heads {int(right[1]) + 1} ≠ {right[1]}" in sentence]
    assert len(wrong) == 1
    assert Reader(offices.client("reviewer")).wrong(at) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<h2>疑义 8 条</h2>", True),
        ('<h2>疑义 <a data-figure="count" href="#x">8</a> 条</h2>', False),
        ('<td class="num">8.50</td>', True),
        ('<td class="num">0</td>', False),
        ('<td class="num">42.1%</td>', False),
        ('<table><tr data-row><td class="num">8.50</td></tr></table>', False),
        ('<table><tr data-row><td class="num"><a href="/">8</a></td></tr></table>', True),
        ('<nav class="tabs"><a href="?a=1">等审核 3</a></nav>', True),
        ('<nav class="tabs"><a href="?a=1">2007</a></nav>', False),
        ("<p>2007 年第 3 次会议，8 月 23 日</p>", False),
        ("<p>共 12 项</p>", True),
        ("<dd>联网 12 家</dd>", False),
        ("<svg><text>1,765</text></svg>", True),
        ('<svg><text>1,765</text></svg><a data-figure="wan" href="#x">1,765.00</a>', False),
    ],
)
def test_a_number_that_leads_nowhere_is_told_from_a_datum(page, found):
    assert bool(Page(f"<html>{page}</html>").loose) is found
