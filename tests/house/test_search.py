"""Search over everything that the viewer may see, two characters included."""

from __future__ import annotations

import datetime as dt

import pytest

from budgets import actions as money
from budgets.ledger.booking import LineKey
from priorities.models import Submission
from projects import actions
from projects.models import Project
from tests.projects.conftest import under_way  # noqa: F401


def groups(client, q: str) -> dict[str, list[str]]:
    answer = client.get("/search/", {"q": q})
    assert answer.status_code == 200
    return {g.title: [code or name for code, name, *_ in g.hits] for g in answer.context["groups"]}


@pytest.fixture
def recorded(cast, under_way):  # noqa: F811
    row = under_way("P17", "building")
    actions.record_contract(
        by=cast.reviewer,
        project=row,
        kind="build",
        number="HT-07",
        title="卫生平台集成",
        supplier="筑城软件公司",
        signed_on=dt.date(2007, 6, 1),
    )
    actions.record_gate_item(by=cast.reviewer, project=row, key="manuals", document="筑卫〔2007〕55号")
    actions.file_progress(
        by=cast.reviewer, project=row, period="2007H1", percent=20, done_text="两所医院接入", self_rating="normal"
    )
    for code in ("P01", "P17"):
        money.set_cell(
            by=cast.finance,
            at=LineKey(Project.objects.get(code=code), 2007, "city"),
            stage="approved",
            typed="10",
            paper=money.Paper(document_number="筑财〔2007〕40号"),
        )
    return row


@pytest.mark.parametrize(
    ("query", "title", "code"),
    [
        ("卫生", "项目", "P17"),
        ("卫生", "规划任务", "T2-32"),
        ("筑城", "合同", "P17"),
        ("HT", "合同", "P17"),
        ("55号", "关口材料", "P17"),
        ("医院", "进度填报", "P17"),
        ("40号", "预算记账", "P17"),
        ("普及", "节点", "P03"),
        ("Ｐ１７", "项目", "P17"),
        ("D27", "疑义", "D27"),
        ("8.3.2(3)", "条款", "8.3.2(3)"),
        ("８．３．２（３）", "条款", "8.3.2(3)"),
        ("8.3.2 (3)", "条款", "8.3.2(3)"),
        ("代建代运", "规划原文", "L138"),
        ("卫生 平台", "项目", "P17"),
        ("T2-01", "规划任务", "T2-01"),
        ("t2-01", "规划任务", "T2-01"),
        ("医院 接入", "进度填报", "P17"),
        ("管理办法", "制度", "9.2.2"),
        ("ht－07", "合同", "P17"),
    ],
)
def test_whatever_was_recorded_is_found_by_a_few_characters(cast, recorded, query, title, code):
    found = groups(cast.client("reviewer"), query)
    assert title in found
    assert code in found[title]


def test_what_may_not_be_seen_is_not_found(cast, recorded):
    assert set(groups(cast.client("health_cio"), "〔2007〕40号")["预算记账"]) == {"P17"}
    assert set(groups(cast.client("reviewer"), "〔2007〕40号")["预算记账"]) == {"P01", "P17"}
    assert "预算记账" not in groups(cast.client("district"), "〔2007〕40号")
    assert cast.client("sysadmin").get("/search/?q=卫生").status_code == 403


def test_a_unit_is_found_by_the_plans_own_spelling(cast):
    from governance.models import OrganisationAlias

    alias = (
        OrganisationAlias.objects.exclude(organisation__name__contains="信息")
        .filter(organisation__canonical=None)
        .first()
    )
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
            assert len(answer.context["rows"]) == sum(
                query in row.project.name + row.project.content for row, _ in answer.context["rows"]
            )
    for query in ("卫\x00生", "长" * 4_000):
        answer = client.get(address, {"q": query})
        assert answer.status_code in (200, 400, 422)
        assert "长" * 201 not in answer.content.decode()


def test_a_case_is_found_by_number_and_title_by_who_may_see_it_alone(offices):
    row = Submission.objects.get(number="SB2008-011")
    for query in (row.number, row.number.lower(), row.title[:2]):
        assert row.number in groups(offices.client("reviewer"), query)["申报"], query
        assert row.number not in groups(offices.client("health_cio"), query).get("申报", [])


def test_what_was_said_of_responsibility_acceptance_and_security_is_found(offices):
    client = offices.client("reviewer")
    for query, title, code in (
        ("罗建国", "课题", "P01"),
        ("接口方案", "督导", "P12"),
        ("筑信产验", "验收", "P04"),
        ("登录 640", "使用评估", "P04"),
        ("口令", "安全隐患", "P04"),
        ("接入协议", "变更", "P05"),
        ("数据库管理", "培训", "信息系统安全技术、数据库管理与备份"),
    ):
        assert code in groups(client, query)[title], (query, title)


def test_the_words_that_were_looked_for_are_marked_and_nothing_typed_is_markup(cast):
    client = cast.client("reviewer")
    text = client.get("/search/", {"q": "卫生 综合"}).content.decode()
    assert "<mark>卫生</mark><mark>综合</mark>" in text
    text = client.get("/search/", {"q": "<mark>a&b</mark>"}).content.decode()
    assert "<mark>" not in text
    assert "&lt;mark&gt;a&amp;b&lt;/mark&gt;" in text


NOTHING = ("' OR 1=1 --", "'; DROP TABLE projects_project;--", "%_%", "a" * 60, "\u3000", "🂡", "%生", "卫_")


@pytest.mark.parametrize("query", NOTHING)
def test_hostile_input_finds_nothing_and_breaks_nothing(cast, query):
    answer = cast.client("reviewer").get("/search/", {"q": query})
    assert (answer.status_code, answer.context["total"]) == (200, 0)


@pytest.mark.parametrize("query", ["卫 生 综 合 信 息 管 理 系 统", "()[]*+?\\", "(", "％", "1 " * 30])
def test_many_words_and_signs_of_patterns_are_read_as_they_stand(cast, query):
    answer = cast.client("reviewer").get("/search/", {"q": query})
    assert answer.status_code == 200
    for group in answer.context["groups"]:
        assert all(group.hits)


def test_one_two_and_three_characters_find_the_project(cast):
    client = cast.client("reviewer")
    for query in ("卫", "卫生", "卫生综"):
        assert "P17" in groups(client, query)["项目"]
