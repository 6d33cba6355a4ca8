"""The pages about sharing: the form's rows, the department's list and page, the reviewer's evidence rows."""

from __future__ import annotations

from governance.models import Appointment
from priorities.models import Submission
from tests.priorities.stories import proposal

DATA = {"side": "provides", "data": "社区居民健康档案", "service": "exchange", "frequency": "daily"}


def test_the_form_keeps_what_is_typed_and_refuses_what_cannot_be(stories, cast):
    row, client = stories.draft(), cast.client("health_cio")
    address = f"/priorities/submissions/{row.reference}/edit/"
    page = client.get(address)
    base = page.context["base"]
    typed = {"base": base, "version": row.version, "once": "a", "title": row.proposal["title"]}
    typed |= {f"sharing.0.{key}": value for key, value in DATA.items()} | {"sharing.1.side": "uses"}
    assert client.post(address, typed | {"sharing.1.frequency": "daily"}).status_code == 422
    assert client.post(address, typed | {"once": "b"}).status_code == 302
    row.refresh_from_db()
    assert row.proposal["sharing"] == [DATA]
    page = client.get(address).content.decode()
    assert "社区居民健康档案" in page
    assert 'name="sharing.1.data"' in page


def test_the_department_answers_in_the_browser(stories, cast):
    row = stories.under_review(document=proposal(sharing=[DATA]))
    client, address = cast.client("resource"), f"/priorities/sharing/{row.number}/"
    assert row.number in client.get("/priorities/sharing/").content.decode()
    assert address in client.get("/").content.decode()
    page = client.get(address)
    assert "没有别的单位使用或申请使用" in page.content.decode()
    shown = {f"fact|{q.name}": value for q, value, _ in page.context["rows"]}
    shown |= {f"evidence|{q.name}": evidence for q, _, evidence in page.context["rows"]}
    bad = client.post(
        address, shown | {"fact||exchangeable": "no", "evidence||exchangeable": "", "version": row.version}
    )
    assert bad.status_code == 422
    assert "改动申报单位的回答要写明依据" in bad.content.decode()
    assert client.post(address, shown | {"version": row.version, "once": "z"}).status_code == 302
    assert row.confirmed_facts.get(fact="highly_shared").value == "no"
    assert cast.client("reviewer").get(address).status_code == 403


def test_the_reviewer_sees_the_evidence_and_whose_the_answer_is(stories, cast):
    row = stories.under_review(document=proposal(sharing=[DATA]))
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert "与申报不一致，待回答" in page
    assert "等信息资源管理部门（罗文 0851-5820803）回答" in page
    assert 'name="fact||exchangeable"' not in page
    Appointment.objects.filter(role="resource_department").delete()
    page = cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()
    assert 'name="fact||exchangeable"' in page
    assert "由其代行" in page


def test_answering_a_case_that_is_gone_on_is_a_sentence(stories, cast):
    row = stories.joint_approval()
    page = cast.client("resource").post(
        f"/priorities/sharing/{row.number}/", {"fact||exchangeable": "yes", "version": row.version}
    )
    assert page.status_code == 409
    assert "不能“回答共享事实”" in page.content.decode()
    assert Submission.objects.get(pk=row.pk).state == "joint_approval"
