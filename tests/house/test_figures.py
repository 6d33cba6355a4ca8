"""A figure leads to the rows that it adds up; for the 27 projects the rows are added up here."""

from __future__ import annotations

import re
from decimal import Decimal

LINK = re.compile(r'<a data-figure="(count|wan)" href="([^"]+)">([\d,.]+)</a>')


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
