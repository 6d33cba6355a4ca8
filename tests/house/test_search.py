"""Search over everything that the viewer may see, two characters included."""

from __future__ import annotations

import datetime as dt

import pytest

from budgets import actions as money
from projects import actions
from projects.models import Project
from tests.projects.conftest import under_way  # noqa: F401


def groups(client, q: str) -> dict[str, list[str]]:
    answer = client.get("/search/", {"q": q})
    assert answer.status_code == 200
    return {g["title"]: [h["code"] or h["name"] for h in g["hits"]] for g in answer.context["groups"]}


@pytest.fixture
def told(cast, under_way):  # noqa: F811
    row = under_way("P17", "building")
    actions.record_contract(by=cast.reviewer, project=row, kind="build", number="HT-07", title="卫生平台集成", supplier="筑城软件公司",
                            signed_on=dt.date(2007, 6, 1))  # fmt: skip
    actions.record_gate_item(by=cast.reviewer, project=row, key="manuals", document="筑卫〔2007〕55号")
    actions.file_progress(by=cast.reviewer, project=row, period="2007H1", percent=20, done_text="两所医院接入", self_rating="normal")
    for code in ("P01", "P17"):
        money.set_cell(by=cast.finance, project=Project.objects.get(code=code), fiscal_year=2007, source="city", stage="approved",
                       typed="10", document_number="筑财〔2007〕40号")  # fmt: skip
    return row


@pytest.mark.parametrize(
    ("query", "title", "code"),
    [("卫生", "项目", "P17"), ("卫生", "规划任务", "T2-32"), ("筑城", "合同", "P17"), ("HT", "合同", "P17"), ("55号", "关口材料", "P17"),
     ("医院", "进度填报", "P17"), ("40号", "预算记账", "P17"), ("普及", "节点", "P03"), ("Ｐ１７", "项目", "P17"),
     ("D27", "疑义", "D27"), ("8.3.2(3)", "条款", "8.3.2(3)"), ("代建代运", "规划原文", "L138")],
)  # fmt: skip
def test_whatever_was_recorded_is_found_by_a_few_characters(cast, told, query, title, code):
    found = groups(cast.client("reviewer"), query)
    assert title in found
    assert code in found[title]


def test_what_may_not_be_seen_is_not_found(cast, told):
    assert set(groups(cast.client("health_cio"), "〔2007〕40号")["预算记账"]) == {"P17"}
    assert set(groups(cast.client("reviewer"), "〔2007〕40号")["预算记账"]) == {"P01", "P17"}
    assert "预算记账" not in groups(cast.client("district"), "〔2007〕40号")
    assert cast.client("sysadmin").get("/search/?q=卫生").status_code == 403


def test_a_unit_is_found_by_the_plans_own_spelling(cast):
    from governance.models import OrganisationAlias

    alias = OrganisationAlias.objects.exclude(organisation__name__contains="信息").filter(organisation__canonical=None).first()
    found = groups(cast.client("reviewer"), alias.as_named)
    assert alias.organisation.name in found["单位"]


LISTS = ("/search/", "/projects/", "/governance/discrepancies/", "/governance/organisations/")


@pytest.mark.parametrize("address", LISTS)
def test_what_is_no_word_is_looked_for_as_it_stands_or_refused_with_a_sentence(cast, address):
    client = cast.client("reviewer", raise_request_exception=False)
    for query in ("%", "_", "\\", "'", '"', "%%", "[", "*"):  # no wildcard: it stands in hardly any name
        answer = client.get(address, {"q": query})
        assert answer.status_code == 200
        if address == "/projects/":
            assert len(answer.context["rows"]) == sum(query in row.project.name + row.project.content for row, _ in answer.context["rows"])
    for query in ("卫\x00生", "长" * 4_000):
        answer = client.get(address, {"q": query})
        assert answer.status_code in (200, 400, 422)
        assert "长" * 201 not in answer.content.decode()


def test_one_two_and_three_characters_find_the_project(cast):
    client = cast.client("reviewer")
    for query in ("卫", "卫生", "卫生综"):
        assert "P17" in groups(client, query)["项目"]
