"""A figure leads to the rows that it adds up; for the 27 projects the rows are added up here.

The convention of the pages: `<a data-figure="count|wan|…" href="…">`, and rows that carry `data-row` and, for money,
`data-<kind>`; a fragment in the address narrows the rows to that element, and `data-row="outside"` is a row of the
element of that name alone (governance.templatetags.look.figure).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import pytest

from governance.models import Organisation
from priorities.models import Submission

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
        assert (totals.shown, totals.shown_wan) == (len(rows), sum((p.estimate_wan or Decimal(0) for p in rows), Decimal(0)))
        inside = sum((p.estimate_wan for p in rows if p.plan_item_id), Decimal(0))
        assert inside + totals.outside_wan == (totals.planned_wan if query else inside)


@pytest.mark.parametrize("role", ["reviewer", "finance", "health_cio", "auditor", "district"])
def test_the_homes_counts_of_cases_lead_to_those_cases_whoever_looks(offices, role):
    health, day = offices.health_cio, dt.date(2007, 8, 1)
    for n, state in enumerate(("draft", "submitted", "submitted", "adopted")):
        Submission.objects.create(kind="new", plan_year=2008, state=state, organisation_id=health.organisation_id,
                                  author_id=health.user_id, created_day=day, state_day=day, submitted_day=day if n else None,
                                  number=f"SB2008-{900 + n}" if n else None)  # fmt: skip
    client, seen = offices.client(role), {}
    counted = [f for f in Page(client.get("/").content.decode()).figures if f[1].endswith("#cases")]
    for kind, href, text in counted:
        assert int(text) == figured(client, href, seen).behind(kind, "cases"), href
    seen_by_him = Submission.objects.visible_to(getattr(offices, role)).count()
    assert sum(int(text) for _, _, text in counted) == seen_by_him
    assert seen_by_him >= 3 or role == "district"


def test_how_many_cases_meet_a_clause_leads_to_those_cases(offices):
    client, seen = offices.client("reviewer"), {}
    counted = Page(client.get("/priorities/criteria/").content.decode()).figures
    for kind, href, text in counted:
        assert int(text) == figured(client, href, seen).behind(kind, "cases"), href
    assert len(counted) >= 5


VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
HEADED = re.compile(r"\b[1-9]\d* ?[项条份个件]")


class Page(HTMLParser):
    """What a page counts and what it is counted by: figures, rows by the elements that hold them, numbers that lead nowhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.figures: list[tuple[str, str, str]] = []  # kind, address, text
        self.rows: dict[str, list[dict]] = defaultdict(list)  # "" is the whole page
        self.loose: list[str] = []
        self._open: list[tuple[str, dict]] = []
        self._text: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        if tag in VOID:
            return
        named = dict(attrs)
        self._open.append((tag, named))
        self._text.append([])
        if "data-row" in named:
            for place in {"", *(a["id"] for _, a in self._open if a.get("id"))}:
                self.rows[place].append(named)

    def handle_data(self, data) -> None:
        for text in self._text:
            text.append(data)

    def handle_endtag(self, tag) -> None:
        while self._open and tag not in VOID:
            was, named = self._open.pop()
            self._end(was, named, " ".join("".join(self._text.pop()).split()))
            if was == tag:
                return

    def _end(self, tag: str, named: dict, text: str) -> None:
        if "data-figure" in named:
            self.figures.append((named["data-figure"], named["href"], text))
        inside_row = any("data-row" in a for _, a in self._open)
        number = tag in ("td", "th") and "num" in (named.get("class") or "").split() and NUMBER.fullmatch(text) and text.strip("0.,")
        headed = tag == "h2" and HEADED.search(text)
        last = self.figures[-1][2] if self.figures else ""
        if (number or headed) and not inside_row and not (last and last in text):
            self.loose.append(f"{tag}: {text}")

    def behind(self, kind: str, fragment: str) -> Decimal:
        """How many rows there are, or what they add up to."""
        rows = [r for r in self.rows[fragment] if r["data-row"] in (None, "", fragment)]
        return Decimal(len(rows)) if kind == "count" else sum((Decimal(r.get(f"data-{kind}") or 0) for r in rows), Decimal(0))


def figured(client, address: str, seen: dict[str, Page]) -> Page:
    plain = urldefrag(address).url
    if plain not in seen:
        answer = client.get(plain)
        assert answer.status_code == 200, plain
        seen[plain] = Page(answer.content.decode())
    return seen[plain]


PAGES = ("/projects/security/", "/projects/security/?level=none", "/projects/acceptances/", "/projects/evaluations/?year=2007",
         "/", "/projects/", "/projects/?programme=none", "/projects/?tasks=none", "/projects/tasks/", "/projects/tasks/?state=done",
         "/projects/progress/", "/projects/duties/", "/projects/as-of/?day=2007-07-31", "/projects/as-of/?day=2007-07-31&state=building",
         "/projects/as-of/?day=2007-07-31&part=tasks", "/projects/as-of/?day=2007-07-31&part=tasks&state=done",
         "/governance/discrepancies/", "/governance/discrepancies/?weight=A", "/governance/organisations/")  # fmt: skip


@pytest.mark.parametrize("role", ["reviewer", "finance", "health_cio"])
def test_a_number_leads_to_rows_that_make_it_whoever_looks(offices, role):
    client, seen, wrong, checked = offices.client(role), {}, [], 0
    unit = Organisation.objects.get(name="市信息产业局").get_absolute_url()
    for address in (*PAGES, unit):
        page = figured(client, address, seen)
        wrong += [f"{address} {what} 没有链接" for what in page.loose]
        for kind, href, text in page.figures:
            target = urljoin(address, href)
            behind = figured(client, target, seen).behind(kind, urldefrag(target).fragment)
            said = Decimal(NUMBER.findall(text)[-1].replace(",", ""))
            checked += 1
            if said != behind:
                wrong.append(f"{address} {kind} {text} ≠ {behind}（{target}）")
    assert wrong == []
    assert checked > 150
