"""The applicant's way: drafts, co-applicants, secret cases, the window, submit, return, withdraw."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.models import AuditRow, Notice
from priorities import actions
from priorities import proposal as proposals
from priorities.models import Submission
from priorities.screening import work_list
from projects.models import Project
from tests.priorities.stories import proposal, unit

LATE = dt.date(2007, 9, 3)


def save(cast, row, **changes):
    document = proposals.clean(row.proposal | changes)[0]
    return actions.save_draft(by=cast.health_cio, submission=row, version=row.version, proposal=document)


# --- drafts --------------------------------------------------------------------------------------------------------


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


# --- submit --------------------------------------------------------------------------------------------------------


def test_the_first_submit_takes_the_number_and_freezes_the_version(stories, cast):
    row = stories.submitted()
    assert row.number == "SB2008-001"
    version = row.versions.get()
    assert (version.number, row.current_version) == (1, 1)
    assert proposals.sha256(version.proposal) == version.sha256
    assert proposals.canonical(version.proposal) == proposals.canonical(row.proposal)
    screening = row.screenings.get()
    assert (screening.confirmed, screening.version, screening.rule_set) == (False, version, "plan-2006")
    assert screening.result["outcome"] == "undetermined"  # nobody has answered the office facts yet
    assert Notice.objects.filter(role="reviewer", address=row.get_absolute_url()).exists()


def test_a_proposal_with_gaps_is_refused_with_its_fields(stories, cast):
    row = stories.draft(document=proposal(evaluation="", goals=[]))
    with pytest.raises(Invalid) as caught:
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert set(caught.value.fields) == {"goals", "evaluation"}
    assert "8.1(6)" in caught.value.sentence
    assert caught.value.blockers[0][1] == "市卫生局（0851-5820101）"
    row.refresh_from_db()
    assert (row.state, row.number) == ("draft", None)


def test_a_refused_submit_gives_its_number_back(stories, cast):
    bad = stories.draft(document=proposal(evaluation=""))
    with pytest.raises(Refused):
        actions.submit(by=cast.health_cio, submission=bad, version=bad.version)
    assert [stories.submitted().number for _ in range(3)] == ["SB2008-001", "SB2008-002", "SB2008-003"]


def test_a_second_submit_of_the_same_draft_is_refused(stories, cast):
    row = stories.draft()
    actions.submit(by=cast.health_cio, submission=row, version=row.version)
    with pytest.raises(Refused, match="现在是“已申报”"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert Submission.objects.get(pk=row.pk).versions.count() == 1


def test_a_self_funded_proposal_asks_for_no_city_money(stories, cast):
    row = stories.draft(kind="self_funded", document=proposal())
    with pytest.raises(Refused, match="自筹申报不能有市财政资金"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)


# --- the window ----------------------------------------------------------------------------------------------------


def test_after_the_window_only_an_extension_lets_a_unit_file(stories, cast):
    row, other = stories.draft(), stories.draft(by=cast.industry)
    with clock.at(LATE):
        with pytest.raises(Refused, match="已于 2007-08-31 截止") as caught:
            actions.submit(by=cast.health_cio, submission=row, version=row.version)
        assert caught.value.blockers[0][1] == "信息办审核人（周敏 0851-5820201）"
        actions.extend_window(
            by=cast.reviewer, plan_year=2008, until=dt.date(2007, 9, 10), reason="停电", organisation=unit("市卫生局")
        )
        assert actions.submit(by=cast.health_cio, submission=row, version=row.version).state == "submitted"
        with pytest.raises(Refused, match="截止"):
            actions.submit(by=cast.industry, submission=other, version=other.version)
        actions.extend_window(by=cast.office_head, plan_year=2008, until=dt.date(2007, 9, 5), reason="全市停电")
        assert actions.submit(by=cast.industry, submission=other, version=other.version).state == "submitted"


def test_before_the_window_nothing_is_filed(stories, cast):
    row = stories.draft()
    with clock.at(dt.date(2007, 6, 30)), pytest.raises(Refused, match="2007-07-01 开始"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)


def test_leave_lets_in_a_supplementary_proposal_and_no_new_one(stories, cast):
    new, more = stories.draft(), stories.draft(kind="supplementary")
    with clock.at(LATE):
        with pytest.raises(Refused, match="追加许可"):
            actions.submit(by=cast.health_cio, submission=more, version=more.version)
        actions.grant_leave(
            by=cast.reviewer,
            plan_year=2008,
            organisation=unit("市卫生局"),
            until=dt.date(2007, 9, 30),
            reason="非典防控急需",
        )
        assert actions.submit(by=cast.health_cio, submission=more, version=more.version).state == "submitted"
        with pytest.raises(Refused, match="截止"):
            actions.submit(by=cast.health_cio, submission=new, version=new.version)
    later = stories.draft(kind="supplementary")
    with clock.at(dt.date(2007, 10, 8)), pytest.raises(Refused, match="截止"):
        actions.submit(by=cast.health_cio, submission=later, version=later.version)


@pytest.mark.parametrize("role", ["health_cio", "finance", "leader", "auditor"])
def test_only_the_office_moves_the_window(cast, role):
    with pytest.raises(WrongRole):
        actions.extend_window(by=getattr(cast, role), plan_year=2008, until=dt.date(2007, 9, 10), reason="x")


def test_an_extension_needs_a_reason_and_a_later_day(cast):
    with pytest.raises(Invalid, match="写明理由"):
        actions.extend_window(by=cast.reviewer, plan_year=2008, until=dt.date(2007, 9, 10), reason=" ")
    with pytest.raises(Invalid, match="2007-08-31 之后"):
        actions.extend_window(by=cast.reviewer, plan_year=2008, until=dt.date(2007, 8, 31), reason="x")
    with pytest.raises(Invalid, match="早于开始日期"):
        actions.open_window(by=cast.reviewer, plan_year=2009, opens=dt.date(2008, 8, 1), closes=dt.date(2008, 7, 1))


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


def test_a_returned_submission_may_be_submitted_again_as_a_second_version(stories, cast):
    row = stories.returned()
    first = row.versions.get().sha256
    row = save(cast, row, evaluation="由卫生局每年评估")
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert (row.number, row.current_version, row.state) == ("SB2008-001", 2, "submitted")
    assert [v.sha256 == first for v in row.versions.all()] == [True, False]


def test_a_return_names_every_point_or_none(stories, cast):
    row = stories.submitted()
    for points, sentence in (
        ([], "一次写全"),
        ([("nowhere", "补")], "没有“nowhere”这个字段"),
        ([("title", " ")], "写明"),
    ):
        with pytest.raises(Invalid, match=sentence):
            actions.return_for_correction(by=cast.reviewer, submission=row, version=row.version, points=points)


# --- withdraw ------------------------------------------------------------------------------------------------------


def test_a_withdrawal_needs_a_reason_once_the_case_was_accepted(stories, cast):
    row = stories.under_review()
    with pytest.raises(Invalid, match="已经受理的申报，撤回要写明理由"):
        actions.withdraw(by=cast.health_cio, submission=row, version=row.version)
    row = actions.withdraw(by=cast.health_cio, submission=row, version=row.version, reason="改为自筹")
    assert row.state == "withdrawn"


def test_a_withdrawal_closes_the_round_and_tells_the_seats(stories, cast):
    row = stories.joint_approval()
    actions.withdraw(by=cast.health_cio, submission=row, version=row.version, reason="改为自筹")
    assert [r.state for r in actions.rounds_of(row)] == ["closed"]
    assert work_list.waiting(cast.finance, clock.today()) == []


# --- what a correction does ----------------------------------------------------------------------------------------


def test_a_corrected_fact_is_told_and_may_be_answered_within_five_working_days(stories, cast):
    row = stories.under_review()
    fact = {"fact": "operators_qualified", "value": "no", "evidence": "无持证人员"}
    row = actions.confirm_facts(by=cast.reviewer, submission=row, version=row.version, facts=[fact])
    notice = Notice.objects.filter(organisation_id=row.organisation_id).latest("pk")
    assert "2007-08-27" in notice.sentence
    with clock.at(dt.date(2007, 8, 27)):
        answer = actions.answer_correction(
            by=cast.health_cio, submission=row, fact="operators_qualified", text="附名单"
        )
    assert (answer.stated, answer.corrected) == ("yes", "no")
    with clock.at(dt.date(2007, 8, 28)), pytest.raises(Refused, match="答复期限是 2007-08-27"):
        actions.answer_correction(by=cast.health_cio, submission=row, fact="operators_qualified", text="再附")
    with pytest.raises(Refused, match="没有被核定改动"):
        actions.answer_correction(by=cast.health_cio, submission=row, fact="shareable", text="x")


def test_every_step_of_a_case_is_in_the_trail(stories, cast):
    row = stories.joint_approval()
    events = [
        r.event.rpartition(".")[2]
        for r in AuditRow.objects.filter(ok=True).order_by("seq")
        if row.audit_key in r.concerns
    ]
    assert events == [
        "create_draft",
        "submit",
        "accept",
        "confirm_facts",
        "confirm_verdict",
        "propose_conclusion",
        *["waive_opinion"] * 3,  # each paper by itself
        "send",
    ]


# --- changes of a running project ----------------------------------------------------------------------------------


def test_a_change_within_the_approved_total_is_applied_and_one_above_it_goes_to_joint_approval(stories, cast):
    row = stories.adopted()
    code = row.project.code

    def propose(by=cast.health_cio, **asked):
        return actions.propose_change(by=by, project_code=code, version=Project.objects.get(code=code).version, **asked)

    done = propose(field="content", now="改为两期建设", reason="按意见调整")
    assert done is None
    assert Project.objects.get(code=code).content == "改为两期建设"
    within = {"field": "budget", "now": "120 万元", "reason": "结构调整", "total_wan": Decimal("120")}
    assert propose(**within) is None
    above = propose(**(within | {"total_wan": Decimal("120.01")}))
    assert (above.kind, above.project.code, above.state) == ("change", code, "draft")
    with pytest.raises(Refused, match="不由贵单位牵头"):
        propose(by=cast.industry, **within)
