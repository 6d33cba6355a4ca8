"""The form as a browser meets it: what is typed is never lost, two tabs, a returned case, another table of money."""

from __future__ import annotations

import re

import pytest
from django.utils.html import strip_tags

from priorities import actions
from priorities import proposal as proposals
from priorities.rules.facts import FACTS
from tests.priorities.browser import filled
from tests.priorities.screening.test_decided import with_a_machine_room
from tests.priorities.stories import components, proposal


@pytest.fixture
def browser(stories, cast):
    return cast.client("health_cio")


def page(browser, row) -> dict:
    """What the form on the page would post."""
    return filled(browser.get(f"/priorities/submissions/{row.reference}/edit/"), "filing")


def post(browser, row, values: dict):
    return browser.post(f"/priorities/submissions/{row.reference}/edit/", values)


def test_the_form_posted_unchanged_changes_nothing(stories, browser):
    row = stories.draft()
    assert post(browser, row, page(browser, row)).status_code == 302
    before = proposals.canonical(row.proposal)
    row.refresh_from_db()
    assert (proposals.canonical(row.proposal), row.version) == (before, 1)


def test_two_tabs_that_change_different_fields_lose_nothing(stories, browser):
    row = stories.draft()
    first, second = page(browser, row), page(browser, row)
    post(browser, row, first | {"title": "第一页改的"})
    answer = browser.post(f"/priorities/submissions/{row.reference}/autosave/", second | {"evaluation": "第二页改的"})
    assert answer.status_code == 200
    assert answer.json()["others"] == ["项目名称"]
    row.refresh_from_db()
    assert (row.proposal["title"], row.proposal["evaluation"]) == ("第一页改的", "第二页改的")


def test_the_second_tab_gets_both_versions_side_by_side_and_chooses(stories, browser):
    row = stories.draft()
    first, second = page(browser, row), page(browser, row)
    post(browser, row, first | {"title": "第一页改的", "service_objects": "第一页的对象"})
    answer = post(browser, row, second | {"title": "第二页改的", "evaluation": "第二页的评估"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "第一页改的" in html
    assert "两边都改过 1 处" in html
    again = filled(answer, "filing")
    assert (again["title"], again["service_objects"], again["evaluation"]) == (
        "第二页改的",
        "第一页的对象",
        "第二页的评估",
    )
    assert post(browser, row, again | {"take": "title"}).status_code == 302
    row.refresh_from_db()
    assert (row.proposal["title"], row.proposal["evaluation"]) == ("第一页改的", "第二页的评估")


def test_what_is_refused_comes_back_as_it_was_typed(stories, browser):
    row = stories.draft()
    typed = page(browser, row) | {
        "components.0.money.2008.city": "三千万吨",
        "goals.0.year": "两千年",
        "title": "新名称",
    }
    answer = post(browser, row, typed)
    again = filled(answer, "filing")
    assert answer.status_code == 422
    tokens = {"once", "csrfmiddlewaretoken"}
    assert {k: again[k] for k in typed if k not in tokens} == {k: v for k, v in typed.items() if k not in tokens}
    row.refresh_from_db()
    assert row.version == 1


def test_a_base_that_cannot_be_read_is_no_server_error(stories, browser):
    row = stories.draft()
    typed = page(browser, row)
    for base in ("", "[" * 5000, "{}", '{"title": 5}', '{"goals": "x"}', "\x00", '{"nothing": 1}'):
        assert post(browser, row, typed | {"base": base, "title": "改名", "once": f"t{len(base)}"}).status_code in (
            302,
            409,
        ), base


def test_a_returned_form_opens_only_what_was_asked_and_keeps_the_rest(stories, browser):
    row = stories.returned(
        points=[("evaluation", "写明由谁评估"), ("money", "自筹部分漏了"), ("facts.exchangeable", "附上证明")]
    )
    before = row.proposal
    html = browser.get(f"/priorities/submissions/{row.reference}/edit/").content.decode()
    values = page(browser, row)
    open_ = set(values) - {"csrfmiddlewaretoken", "once", "version", "base", "then"}
    hidden = {n for n in open_ if n.endswith(".id") or re.match(r"facts\.(?!exchangeable)", n)}
    assert {n.split(".money.")[0] for n in open_ - hidden} == {
        "evaluation",
        "facts.exchangeable.value",
        "facts.exchangeable.evidence",
        "components.0",
        "components.1",
    }
    assert "补正：写明由谁评估" in html
    assert (
        post(browser, row, values | {"evaluation": "卫生局每年评估", "components.1.money.2008.own": "5"}).status_code
        == 302
    )
    row.refresh_from_db()
    changed = [path for path, _, _ in proposals.differences(before, row.proposal)]
    assert {p.split(".")[0] for p in changed} == {"evaluation", "components"}
    assert row.proposal["evaluation"] == "卫生局每年评估"


def test_a_closed_field_that_is_posted_all_the_same_is_refused(stories, browser):
    row = stories.returned(points=[("evaluation", "写明由谁评估")])
    answer = post(browser, row, page(browser, row) | {"title": "顺手改名"})
    assert answer.status_code == 409
    assert "没有要求补正" in answer.content.decode()


def test_the_money_table_follows_the_years_and_the_kind_that_are_typed(stories, browser):
    row = stories.draft()
    typed = page(browser, row) | {
        "end": "2010",
        "components.1.kind": "machine_room",
        "components.1.money.2008.city": "坏数",
    }
    html = browser.post(f"/priorities/submissions/{row.reference}/money/", typed).content.decode()
    assert "2010 年" in html
    assert "各部门的新建机房" in html
    assert 'value="坏数"' in html
    row.refresh_from_db()
    assert row.version == 1


def test_a_verdict_that_filing_changes_says_before_and_after_why_and_who_has_to_answer(stories, browser):
    row = stories.draft()
    address = f"/priorities/submissions/{row.reference}/"
    for page in (f"{address}edit/", f"{address}review/"):
        words = strip_tags(browser.get(page).content.decode())
        assert "提交后先是“待定”，不是“优先建设”：等信息办核定 6 项" in words, page
    filed = browser.post(f"{address}review/", {"version": row.version}, follow=True)
    words = " ".join(strip_tags(filed.content.decode()).split())
    assert "判定由“优先建设”成为“待定”：等信息办核定 6 项（" in words
    (turn,) = filed.context["turns"]
    assert (turn.was, turn.now, turn.by_text) == ("priority", "undetermined", "系统")
    assert FACTS["narrow_scope"].question in turn.why
    against = [{"fact": "leadership_committed", "value": "no", "evidence": "没有分管领导"}]
    row = stories.judged(facts=against)
    turns = browser.get(row.get_absolute_url()).context["turns"]
    assert [(t.was, t.now, t.why) for t in turns][0] == ("undetermined", "defer", "8.3.2(1) 成立")


def test_the_panel_keeps_what_decides_now_in_sight_and_folds_the_rest(stories, browser):
    row = stories.draft()
    page = browser.get(f"/priorities/submissions/{row.reference}/edit/").content.decode()
    panel = page[page.index('id="live"') :]
    seen = re.sub(r"<details(?![^>]* open).*?</details>", "", panel, flags=re.S)
    assert "8.3.1(4)" in seen
    assert "条判据" in panel
    assert "条判据" not in seen
    live = browser.post(
        f"/priorities/submissions/{row.reference}/live/",
        filled(browser.get(f"/priorities/submissions/{row.reference}/edit/"), "filing"),
    )
    assert live.content.decode().count('id="progress"') == 1
    assert 'hx-swap-oob="true"' in live.content.decode()


BOTH, ALONE = 'data-way="both"', 'data-way="filing"'


def test_a_district_that_asks_for_city_money_is_told_at_once_that_8_1_decides_too(stories, cast):
    """20 万元 of the city: said while it is typed, on the form, the confirmation, the desk and to the office (D50)."""
    row = stories.draft(kind="district")
    client, at = cast.client("district"), f"/priorities/submissions/{row.reference}/"
    typed = page(client, row) | {"components.0.money.2008.city": "20"}
    assert ALONE in client.get(f"{at}edit/").content.decode()
    assert BOTH in client.post(f"{at}live/", typed).content.decode()
    assert post(client, row, typed).status_code == 302
    for shown in ("edit/", "review/", ""):
        html = client.get(at + shown).content.decode()
        assert (html.count(BOTH), ALONE in html) == (1, False), shown
        assert "申请市财政 20.00 万元" in html
    row.refresh_from_db()
    filed = client.post(f"{at}review/", {"version": row.version}, follow=True).content.decode()
    assert "市财政 20.00 万元另按 8.1 联合审批" in filed
    row.refresh_from_db()
    office = cast.client("reviewer")
    assert "要市财政 20.00，另按 8.1 会签" in office.get("/priorities/desk/").content.decode()
    case = office.get(f"/priorities/desk/{row.number}/").content.decode()
    assert BOTH in case
    assert "受理时备案、发回执" in case
    actions.accept(by=cast.reviewer, submission=row, version=row.version)
    row.refresh_from_db()
    shown = " ".join(strip_tags(client.get(at).content.decode()).split())
    assert f"已备案，回执 {row.receipt_number}" in shown
    assert "/acknowledge/" not in case  # 备案 alone is not offered, 受理 is
    assert "另按 8.1 联合审批" in office.get("/governance/notices/").content.decode()


def test_a_department_reads_nothing_about_districts(stories, browser):
    html = browser.get(f"/priorities/submissions/{stories.draft().reference}/edit/").content.decode()
    assert "data-way" not in html


def test_the_money_table_of_a_district_starts_with_county_and_own_money(stories, cast):
    document = proposal(components=components("20"))
    for kind, first in (("district", ["county", "own", "city"]), ("new", ["city", "own"])):
        row = stories.draft(kind=kind, document=document)
        client = cast.client("district" if kind == "district" else "health_cio")
        table = client.get(f"/priorities/submissions/{row.reference}/edit/").context["money"]
        assert table["sources"] == first
    empty = stories.draft(kind="district")
    table = cast.client("district").get(f"/priorities/submissions/{empty.reference}/edit/").context["money"]
    assert table["sources"] == ["county", "own"]


def test_what_8_3_3_will_cut_is_said_while_it_is_typed_and_before_it_is_filed(stories, browser):
    document = with_a_machine_room()
    row = stories.draft(document=document)
    at = f"/priorities/submissions/{row.reference}/"
    typed = page(browser, row)
    for answer in (browser.get(f"{at}edit/"), browser.get(f"{at}review/"), browser.post(f"{at}live/", typed)):
        words = "".join(strip_tags(answer.content.decode()).split())
        assert "照此核减市财政90.00万元：机房90.00（8.3.3(5)）" in words
    review = "".join(strip_tags(browser.get(f"{at}review/").content.decode()).split())
    assert "机房100.0023.3%核减90.00，余10.008.3.3(5)" in review


def test_a_returned_case_is_not_told_of_others_where_nobody_else_wrote(stories, browser):
    """The dates of a month are shut, so they are not posted: their precision stays as it is too."""
    row = stories.returned(points=[("evaluation", "写明由谁评估")])
    typed = page(browser, row) | {"evaluation": "卫生局每年评估"}
    answer = browser.post(f"/priorities/submissions/{row.reference}/edit/", typed | {"then": "stay"}, follow=True)
    assert "别人同时改过" not in answer.content.decode()
    row.refresh_from_db()
    assert (row.proposal["evaluation"], row.proposal["precision"]) == ("卫生局每年评估", "month")


def test_the_departments_own_list_says_what_is_proposed_and_what_was_decided_beside_what_it_filed(stories, browser):
    def listed() -> str:
        return " ".join(strip_tags(browser.get("/priorities/mine/").content.decode()).split())

    stories.joint_approval(document=with_a_machine_room())
    assert "430.00 拟审定 340.00" in listed()
    stories.concluded(document=with_a_machine_room())
    assert "430.00 审定 340.00" in listed()
