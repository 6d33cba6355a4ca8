"""A returned case: its remarks stand on the form and on the confirmation, each with what was changed for it."""

from __future__ import annotations

import re

from priorities import actions
from priorities.submissions import returned

POINTS = (("evaluation", "写明由谁评估"), ("content", "写明与交换平台怎样对接"), ("attachments.scheme", "补建设方案"))


def words(html: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


def test_the_remarks_stand_on_form_and_confirmation_with_what_was_changed_and_the_untouched_one_is_named(stories, cast):
    row = stories.returned(points=POINTS)
    client = cast.client("health_cio")
    form = words(client.get(f"/priorities/submissions/{row.number}/edit/").content.decode())
    for _, sentence in POINTS:
        assert sentence in form
    assert form.count("还没有改") == 3
    row = actions.save_draft(
        by=cast.health_cio, submission=row, version=row.version, patch={"evaluation": "由市卫生局每年评估"}
    )
    actions.attach(by=cast.health_cio, submission=row, kind="scheme", name="方案.pdf", content=b"%PDF-1.4 scheme")
    form = words(client.get(f"/priorities/submissions/{row.number}/edit/").content.decode())
    assert "→由市卫生局每年评估" in form
    assert "新上传“方案.pdf”" in form
    assert form.count("还没有改") == 1
    page = client.get(f"/priorities/submissions/{row.number}/review/").content.decode()
    named = page[page.index('id="unchanged"') :]
    named = words(named[: named.index("</div>")])
    assert "还有1处没有改" in named
    assert "写明与交换平台怎样对接" in named
    assert "写明由谁评估" not in named
    assert "1处没有改，仍然提交" in words(page)
    row.refresh_from_db()
    row = actions.save_draft(
        by=cast.health_cio, submission=row, version=row.version, patch={"content": "经前置机对接。"}
    )
    page = client.get(f"/priorities/submissions/{row.number}/review/").content.decode()
    assert 'id="unchanged"' not in page
    assert "确认提交" in page


def test_each_remark_counts_what_lies_in_its_field_alone(stories, cast):
    row = stories.returned(points=(("money", "2009 年的钱重分"), ("title", "名称写全")))
    document = row.proposal
    document["components"][0]["money"][1]["amount_wan"] = "15.00"
    money, title = returned.remarks(row, document)
    assert ([d.new for d in money.changes], title.changes) == (["15.00"], ())
    assert not title.is_changed
    assert returned.remarks(stories.submitted(), document) == []


def test_a_file_that_was_there_before_the_return_answers_nothing(stories, cast):
    row = stories.submitted()
    actions.attach(by=cast.health_cio, submission=row, kind="evidence", name="旧.pdf", content=b"%PDF-1.4 old")
    row = actions.return_for_correction(
        by=cast.reviewer, submission=row, version=row.version, points=(("attachments.evidence", "补证据"),)
    )
    assert not returned.remarks(row, row.proposal)[0].is_changed
    actions.attach(by=cast.health_cio, submission=row, kind="evidence", name="新.pdf", content=b"%PDF-1.4 new")
    assert returned.remarks(row, row.proposal)[0].files == ("新.pdf",)


def test_the_list_leads_to_the_form_of_a_return_and_an_empty_one_is_refused_with_what_was_typed(stories, cast):
    row, office = stories.submitted(), cast.client("reviewer")
    assert f"/priorities/desk/{row.number}/#return" in office.get("/priorities/desk/").content.decode()
    page = office.get(f"/priorities/desk/{row.number}/").content.decode()
    form = page[page.index('id="return"') :]
    assert "required" in form[: form.index("</form>")]
    answer = office.post(f"/priorities/desk/{row.number}/return/", {"field": ["", "title"], "sentence": ["缺评估", ""]})
    assert answer.status_code == 422
    assert "缺评估" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "submitted"
    office.post(f"/priorities/desk/{row.number}/return/", {"field": ["evaluation"], "sentence": ["缺评估"]})
    row.refresh_from_db()
    assert row.state == "returned"


def test_more_than_three_remarks_go_out_at_once_and_all_come_back_where_one_is_refused(stories, cast):
    row, office = stories.submitted(), cast.client("reviewer")
    fields = ["title", "content", "evaluation", "security.plan", "goals"]
    said = [f"第 {n} 处请写清" for n in range(1, 6)]
    page = office.get(f"/priorities/desk/{row.number}/").content.decode()
    form = page[page.index('id="return"') :]
    assert form[: form.index("</form>")].count('name="sentence"') >= 8
    address = f"/priorities/desk/{row.number}/return/"
    refused = office.post(address, {"field": [*fields, ""], "sentence": [*said, "没有选字段"]})
    assert all(f'value="{s}"' in refused.content.decode() for s in [*said, "没有选字段"])
    office.post(address, {"field": fields, "sentence": said})
    row.refresh_from_db()
    assert [p.sentence for p in row.returned_points.order_by("pk")] == said
