"""A change proposed through its page: at once within the approved total, a case above it."""

from __future__ import annotations

from budgets import actions as money
from projects.models import Project
from tests.projects.conftest import under_way  # noqa: F401


def test_above_the_approved_total_a_change_goes_to_joint_approval_and_within_it_is_recorded(cast, under_way):  # noqa: F811
    row = under_way("P17")
    money.set_cell(by=cast.finance, project=row, fiscal_year=2007, source="city", stage="approved", typed="120", document_number="文1号")
    client = cast.client("health_cio")
    assert "批复总额 120.00 万元" in client.get("/priorities/changes/P17/").content.decode()
    asked = {"field": "time", "now": "2006 至 2011", "reason": "设备到货晚", "total_wan": "１２０"}
    assert client.post("/priorities/changes/P17/", asked)["Location"] == "/projects/P17/"
    change = row.changes.get()
    assert "变更后总额 120.00 万元" in change.effect
    above = client.post("/priorities/changes/P17/", asked | {"field": "budget", "now": "增加终端", "total_wan": "480"})
    assert above["Location"].startswith("/priorities/submissions/")
    assert row.changes.count() == 1
    assert Project.objects.get(code="P17").end == row.end
    assert client.post("/priorities/changes/P17/", asked | {"reason": ""}).status_code == 422
    assert cast.client("health_cio").get("/priorities/changes/P01/").status_code == 404
    assert cast.client("auditor").get("/priorities/changes/P17/").status_code == 403
