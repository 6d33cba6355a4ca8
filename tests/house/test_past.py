"""Two days and two annual reports beside each other, as pages."""

from __future__ import annotations

from governance import differences, documents


def test_two_annual_reports_differ_exactly_where_their_cells_do(offices):
    before, after = documents.build("annual_budget", 2006), documents.build("annual_budget", 2007)
    found = differences.between(before, after)
    assert differences.between(before, before) == []
    told = {(d.section, d.what) for d in found if not d.row}
    for old, new in zip(before.sections, after.sections, strict=False):
        then = {f.id: f for f in old.figures}
        for figure in new.figures:
            unit = f"（{figure.unit}）" if figure.unit else ""
            same = figure.id in then and then[figure.id].value == figure.value
            assert same is ((new.title, f"{figure.label}{unit}") not in told)
    rows = {d.row for d in found if d.row}
    assert "P17" in rows


def test_the_pages_of_the_past_show_it(offices):
    client = offices.client("reviewer")
    text = client.get("/projects/compare/?from=2007-01-01&to=2007-08-20").content.decode()
    assert "P04" in text
    assert "待立项" in text
    assert client.get("/projects/compare/?kind=annual_progress&a=2006&b=2007").status_code == 200
    assert client.get("/projects/compare/?kind=nothing").status_code == 422
    assert client.get("/projects/compare/?from=2007-13-01").status_code == 422
    assert offices.client("health_cio").get("/projects/compare/?kind=annual_progress").status_code == 404
    assert client.get("/projects/as-of/?code=P99").status_code == 404
