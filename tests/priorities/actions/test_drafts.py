"""The working copy: drafted, saved, declared secret, shared with co-applicants, open where it was returned."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.models import AuditRow, Organisation
from priorities import actions
from priorities import proposal as proposals
from priorities.models import Submission
from projects.models import Project
from tests.priorities.stories import proposal, save, unit


def test_a_draft_comes_with_unit_contact_and_the_year_that_is_being_filed_for(stories, cast):
    row = actions.create_draft(by=cast.health_cio)
    assert (row.plan_year, row.number, row.state, row.organisation.name) == (2008, None, "draft", "市卫生局")
    assert row.proposal["contact"] == {"name": "陈立明", "phone": "0851-5820101"}


def test_a_draft_of_another_unit_looks_as_if_it_did_not_exist(stories, cast):
    row = stories.draft()
    with pytest.raises(NotVisible):
        actions.save_draft(by=cast.industry, submission=row, version=row.version, proposal=proposal(title="别人的"))
    with pytest.raises(NotVisible):
        actions.submit(by=cast.district, submission=row, version=row.version)
    assert not Submission.objects.visible_to(cast.district).exists()
    assert not Submission.objects.visible_to(cast.reviewer).exists()
    assert Submission.objects.visible_to(cast.health_cio).get() == row


@pytest.mark.parametrize("role", ["reviewer", "finance", "leader", "expert", "auditor", "sysadmin", "secadmin"])
def test_only_units_draft_proposals(cast, role):
    with pytest.raises(WrongRole):
        actions.create_draft(by=getattr(cast, role))


def test_a_planned_proposal_is_prefilled_from_its_project_and_only_by_a_lead(stories, cast):
    row = actions.create_draft(by=cast.industry, kind="planned", project_code="P05")
    assert row.proposal["title"] == Project.objects.get(code="P05").name
    assert row.proposal["content"] == Project.objects.get(code="P05").content
    assert row.proposal["components"] == []  # the plan splits no money by year
    with pytest.raises(Refused, match="只有牵头单位能为它申报"):
        actions.create_draft(by=cast.health_cio, kind="planned", project_code="P05")
    with pytest.raises(Refused, match="已有一件规划内立项申报"):
        actions.create_draft(by=cast.industry, kind="planned", project_code="P05")
    with pytest.raises(Refused, match="还没有立项"):
        actions.create_draft(by=cast.industry, kind="continuation", project_code="P05")


def test_a_district_files_for_the_record_and_nothing_else(cast):
    with pytest.raises(Invalid, match="备案制"):
        actions.create_draft(by=cast.district, kind="new")
    with pytest.raises(Invalid, match="只由区县申报"):
        actions.create_draft(by=cast.health_cio, kind="district")


def test_a_case_can_be_filed_again_from_an_earlier_one(stories, cast):
    earlier = stories.withdrawn()
    row = actions.create_draft(by=cast.health_cio, from_earlier=earlier)
    assert row.earlier == earlier
    assert row.proposal["goals"] == earlier.proposal["goals"]
    with pytest.raises(NotVisible):
        actions.create_draft(by=cast.industry, from_earlier=earlier)


def test_a_patch_saves_single_fields_and_an_older_version_gets_what_is_there_now(stories, cast):
    row = stories.draft()
    saved = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, patch={"title": "新名称"})
    assert (saved.version, saved.title, saved.proposal["title"]) == (row.version + 1, "新名称", "新名称")
    with pytest.raises(Stale) as caught:
        actions.save_draft(by=cast.health_cio, submission=row, version=row.version, patch={"title": "另一个"})
    assert caught.value.current["version"] == saved.version
    assert caught.value.current["proposal"]["title"] == "新名称"


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"components.0.money.0.amount_wan": "1e400"}, "components.0.money.0.amount_wan"),
        ({"components.0.money.0.amount_wan": "-5"}, "components.0.money.0.amount_wan"),
        ({"goals.0.year": "0"}, "goals.0.year"),
        ({"end": "2006"}, "end"),
        ({"title": "坏\x00字"}, "title"),
        ({"facts.narrow_scope": "no"}, "facts.narrow_scope"),
        ({"facts.exchangable": "no"}, "facts.exchangable"),
        ({"nowhere.at.all": "1"}, "nowhere.at.all"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field_and_nothing_is_stored(stories, cast, patch, path):
    row = stories.draft()
    with pytest.raises(Invalid) as caught:
        actions.save_draft(by=cast.health_cio, submission=row, version=row.version, patch=patch)
    assert path in caught.value.fields
    assert Submission.objects.get(pk=row.pk).version == row.version


def test_a_draft_never_filed_may_be_discarded_and_a_filed_case_may_not(stories, cast):
    row = stories.draft()
    actions.discard_draft(by=cast.health_cio, submission=row, version=row.version)
    assert not Submission.objects.filter(pk=row.pk).exists()
    filed = stories.submitted()
    with pytest.raises(Refused, match="不能“删除草稿”"):
        actions.discard_draft(by=cast.health_cio, submission=filed, version=filed.version)


def test_a_secret_case_keeps_unit_paper_number_and_title_alone(stories, cast, media):
    row = stories.draft()
    actions.attach(by=cast.health_cio, submission=row, kind="scheme", name="方案.pdf", content=b"%PDF-1.4 x")
    row = actions.declare_secret(
        by=cast.health_cio, submission=row, version=row.version, paper_number="筑卫密〔2007〕3号", title="某业务系统"
    )
    row.refresh_from_db()
    assert row.proposal == proposals.empty()
    assert (row.title, row.paper_number, row.total_wan) == ("某业务系统", "筑卫密〔2007〕3号", None)
    assert not row.attachments.exists()
    for call in (
        lambda: actions.submit(by=cast.health_cio, submission=row, version=row.version),
        lambda: save(cast, row, title="改名"),
        lambda: actions.attach(by=cast.health_cio, submission=row, kind="scan", name="a.pdf", content=b"%PDF-1.4 y"),
    ):
        with pytest.raises(Refused, match="涉密项目不在本系统"):
            call()


def test_a_secret_case_without_paper_number_is_refused(cast):
    with pytest.raises(Invalid) as caught:
        actions.declare_secret(by=cast.health_cio, paper_number=" ", title="")
    assert set(caught.value.fields) == {"paper_number", "title"}


# --- co-applicants -------------------------------------------------------------------------------------------------


def test_a_co_applicant_sees_edits_and_confirms_before_the_submit(stories, cast):
    row = stories.draft()
    row = actions.add_participant(
        by=cast.health_cio, submission=row, version=row.version, organisation_id=cast.industry.organisation_id
    )
    assert Submission.objects.visible_to(cast.industry).get() == row
    row = actions.save_draft(by=cast.industry, submission=row, version=row.version, patch={"service_objects": "居民"})
    with pytest.raises(Refused, match="联合申报单位市信息产业局还没有确认"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    with pytest.raises(Refused, match="由牵头申报单位办理"):
        actions.submit(by=cast.industry, submission=row, version=row.version)
    actions.confirm_participation(by=cast.industry, submission=row)
    assert actions.submit(by=cast.health_cio, submission=row, version=row.version).state == "submitted"


def test_a_confirmation_lapses_when_somebody_else_changes_the_proposal(stories, cast):
    row = stories.draft()
    row = actions.add_participant(
        by=cast.health_cio, submission=row, version=row.version, organisation_id=cast.industry.organisation_id
    )
    actions.confirm_participation(by=cast.industry, submission=row)
    row = save(cast, row, title="改过的名称")
    assert row.participants.get().confirmed_day is None


def test_the_applicant_takes_a_co_applicant_off_again_and_nobody_else_does(stories, cast):
    row = stories.draft()
    partner = Organisation.objects.get(pk=cast.industry.organisation_id)
    row = actions.add_participant(by=cast.health_cio, submission=row, version=row.version, organisation=partner)
    button = f'name="remove" value="{partner.pk}"'
    edit = f"/priorities/submissions/{row.reference}/edit/"
    shown = " ".join(cast.client("health_cio").get(edit).content.decode().split())
    assert button in shown
    assert button not in " ".join(cast.client("industry").get(edit).content.decode().split())
    with pytest.raises(Refused, match="由牵头申报单位办理"):
        actions.remove_participant(by=cast.industry, submission=row, version=row.version, organisation=partner)
    address = f"/priorities/submissions/{row.reference}/participants/"
    sent = cast.client("health_cio").post(address, {"remove": partner.pk, "version": row.version})
    assert sent.status_code == 302
    assert not row.participants.exists()
    assert AuditRow.objects.latest("seq").sentence == f"{row.reference} 减去联合申报单位 {partner}"
    row.refresh_from_db()
    with pytest.raises(Refused, match="不是这件申报的联合申报单位"):
        actions.remove_participant(by=cast.health_cio, submission=row, version=row.version, organisation=partner)


def test_a_generic_entry_or_the_lead_itself_is_no_co_applicant(stories, cast):
    row = stories.draft()
    for name, sentence in (("各相关部门", "泛指"), ("市卫生局", "不用再列")):
        with pytest.raises(Invalid, match=sentence):
            actions.add_participant(by=cast.health_cio, submission=row, version=row.version, organisation=unit(name))


# --- returned ------------------------------------------------------------------------------------------------------


def test_a_returned_case_opens_only_the_fields_that_were_asked_about(stories, cast):
    row = stories.returned(points=[("evaluation", "写明由谁评估"), ("money", "自筹部分漏了")])
    with pytest.raises(Refused) as caught:
        save(cast, row, title="顺手改名", evaluation="由卫生局评估")
    assert "title" in caught.value.fields
    parts = row.proposal["components"]
    parts[1]["money"] = [{"source": "own", "fiscal_year": 2008, "amount_wan": "30"}]
    row = save(cast, row, evaluation="由卫生局每年评估", components=parts)
    assert (row.proposal["evaluation"], str(row.city_wan)) == ("由卫生局每年评估", "80.00")
