"""Units, bodies, CIOs, services, training, texts of regulations, new discrepancies:
the office's own records (9.1–9.5)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.kernel import access
from governance.models import (
    Appointment,
    Body,
    Discrepancy,
    Organisation,
    OrganisationAlias,
    Plan,
    Regulation,
    RegulationText,
    ServiceRecord,
)
from governance.people import training
from governance.people.institutions import cio_coverage, standing_of_bodies
from projects.models import Project, ProjectLead

pytestmark = pytest.mark.django_db
D = dt.date


def unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def merge(cast, row: Organisation, into: Organisation, **more) -> Organisation:
    row.refresh_from_db()
    return actions.merge_organisation(
        by=cast.reviewer, organisation=row, into=into, reason="机构改革", **{"version": row.version} | more
    )


def test_a_merge_keeps_references_and_history_and_rolls_up_to_the_survivor(cast):
    row, survivor = unit("市规划局"), unit("市建设局")
    leads = list(ProjectLead.objects.filter(organisation=row).values_list("pk", "organisation_id", "as_named"))
    assert leads
    merge(cast, row, survivor)
    assert list(ProjectLead.objects.filter(organisation=row).values_list("pk", "organisation_id", "as_named")) == leads
    assert survivor.pk in Project.objects.get(code="P21").belongs_to()
    assert row.history.filter(canonical=None).exists()
    assert row.history.filter(canonical=survivor).exists()
    assert OrganisationAlias.objects.get(as_named="市规划局", organisation=survivor)
    page = cast.client("reviewer").get(survivor.get_absolute_url()).content.decode()
    assert "并入和承接的单位" in page
    row.refresh_from_db()
    actions.separate_organisation(by=cast.reviewer, organisation=row, version=row.version, reason="恢复设置")
    assert Project.objects.get(code="P21").belongs_to() == {row.pk, survivor.pk}


def test_people_of_a_merged_unit_act_for_the_survivor(cast):
    survivor = unit("市民政局")
    merge(cast, unit("市卫生局"), survivor)
    assert access.actor_for(cast.user("health_cio")).organisation_id == survivor.pk
    assert access.actor_for(cast.user("health_cio")).organisation_name == "市卫生局"


def test_what_cannot_be_merged_says_why(cast):
    row, survivor = unit("市规划局"), unit("市建设局")
    with pytest.raises(Invalid, match="并入它自己"):
        merge(cast, row, row)
    with pytest.raises(Invalid, match="泛指不是单位"):
        merge(cast, unit("运营商"), survivor)
    with pytest.raises(Stale):
        merge(cast, row, survivor, version=99)
    merge(cast, row, survivor)
    with pytest.raises(Refused, match="已并入市建设局"):
        merge(cast, row, unit("市交通局"))
    with pytest.raises(Invalid, match="请直接并入后者"):
        merge(cast, unit("市交通局"), row)
    merge(cast, survivor, unit("市房管局"))  # those merged before go along: no chains
    assert Organisation.objects.get(pk=row.pk).canonical == unit("市房管局")
    with pytest.raises(WrongRole):
        actions.merge_organisation(by=cast.office_head, organisation=row, version=1, into=survivor, reason="甲")


def test_a_name_means_one_unit(cast):
    actions.add_alias(by=cast.reviewer, organisation=unit("市环保局"), as_named="市环境保护局")
    with pytest.raises(Invalid, match="已经指市环保局"):
        actions.add_alias(by=cast.reviewer, organisation=unit("市卫生局"), as_named="市环境保护局")
    with pytest.raises(Invalid, match="已经指市信息产业局"):
        actions.add_alias(by=cast.reviewer, organisation=unit("市卫生局"), as_named="信息产业局")


def test_units_are_edited_and_stand_below_no_unit_of_their_own(cast):
    parent, child = unit("市信息办"), unit("市电子政务管理部门")
    with pytest.raises(Invalid, match="它自己或它的下级"):
        actions.edit_organisation(by=cast.reviewer, organisation=parent, version=parent.version, parent=child)
    actions.edit_organisation(
        by=cast.reviewer, organisation=child, version=child.version, phone="0851-1", valid_from=D(2007, 5, 1)
    )
    child.refresh_from_db()
    assert (child.phone, child.version) == ("0851-1", 2)
    assert child.history.count() == 2


def test_a_body_of_2007_is_acted_for_in_2006(cast):
    body = Body.objects.get(key="egov-department")
    before = {s.body.key: s for s in standing_of_bodies(D(2006, 6, 30))}[body.key]
    assert (before.exists, before.words) == (False, "市信息办（代行）")
    actions.set_body(
        by=cast.reviewer,
        body=body,
        holder=body.holder,
        acting=body.acting,
        valid_from=D(2007, 9, 1),
        paper="筑编〔2007〕8号",
    )
    assert {s.body.key: s.words for s in standing_of_bodies(D(2007, 8, 20))}[body.key] == "市信息办（代行）"
    assert {s.body.key: s.words for s in standing_of_bodies(D(2007, 9, 1))}[body.key] == "市电子政务管理部门"
    with pytest.raises(Invalid, match="代行单位"):
        actions.set_body(
            by=cast.reviewer, body=body, holder=body.holder, acting=None, valid_from=D(2008, 1, 1), paper="甲"
        )


def test_pilots_are_due_with_the_first_block_and_everybody_with_the_second(cast):
    coverage = cio_coverage(D(2007, 8, 20))
    assert len(coverage.pilots) == 7
    assert {row.unit.name for row, late in coverage.missing if late} == {row.unit.name for row in coverage.pilots}
    assert next(row for row in coverage.rows if row.unit.name == "市卫生局").appointment is not None
    assert all(late for _, late in cio_coverage(D(2009, 1, 1)).missing)
    Appointment.objects.create(
        user=cast.user("finance"), organisation=unit("市招商局"), role="department_cio", from_day=D(2006, 3, 1)
    )
    assert cio_coverage(D(2007, 8, 20)).pilots_held == 1


def test_services_belong_to_a_unit_and_end(cast):
    centre = unit("市电子政务网络管理中心")
    with pytest.raises(Invalid, match="请写明电话"):
        actions.record_service(by=cast.reviewer, organisation=centre, kind="hotline", subject="咨询电话")
    row = actions.record_service(
        by=cast.reviewer, organisation=centre, kind="hotline", subject="咨询电话", phone="0851-9"
    )
    client = cast.client("auditor")
    assert "0851-9" in client.get(centre.get_absolute_url()).content.decode()
    assert "0851-9" in client.get("/governance/services/").content.decode()
    actions.end_service(by=cast.reviewer, service=row, to_day=None)
    with clock.at(D(2007, 8, 21)):
        assert "0851-9" not in client.get("/governance/services/").content.decode()
    assert ServiceRecord.objects.count() == 1


def test_training_counts_in_the_block_of_its_day(cast):
    plan, base = Plan.objects.get(), unit("信息产业部贵阳信息技术培训基地")
    common = {"by": cast.reviewer, "title": "信息安全", "organiser": base, "evidence": "签到册"}
    actions.set_training_target(by=cast.reviewer, plan=plan, block="10.1", group="leaders", heads=400)
    actions.set_training_target(by=cast.reviewer, plan=plan, block="10.1", group="leaders", heads=300)
    actions.record_training(**common, group="leaders", held_on=D(2006, 12, 31), heads=120)
    late = actions.record_training(**common, group="leaders", held_on=D(2007, 1, 1), heads=7)
    cells = {line.code: line.cells["leaders"] for line in training.by_block(plan)}
    assert (cells["10.1"].target, cells["10.1"].heads, cells["10.2"].heads, cells["10.2"].target) == (300, 120, 7, None)
    actions.withdraw_training(by=cast.reviewer, session=late, reason="重复")
    assert training.by_block(plan)[1].cells["leaders"].heads == 0
    with pytest.raises(Invalid, match="已经举办"):
        actions.record_training(**common, group="leaders", held_on=D(2007, 9, 1), heads=5)


def test_what_was_held_in_no_block_is_a_line_of_its_own_and_every_cell_leads_to_its_courses(cast):
    base = unit("信息产业部贵阳信息技术培训基地")
    common = {"by": cast.reviewer, "organiser": base, "evidence": "签到册"}
    actions.record_training(**common, title="安全", group="leaders", held_on=D(2006, 12, 31), heads=120)
    actions.record_training(**common, title="早年", group="leaders", held_on=D(2004, 3, 1), heads=11)
    client = cast.client("auditor")
    for query, titles in (
        ("block=outside", ["早年"]),
        ("block=10.1&group=leaders", ["安全"]),
        ("group=leaders", ["安全", "早年"]),
        ("block=10.2", []),
    ):
        assert [row.title for row in client.get(f"/governance/training/?{query}").context["page"]] == titles
    last = client.get("/governance/training/").context["lines"][-1]
    assert (last.code, last.heads, last.courses) == (training.OUTSIDE, 11, 1)
    assert client.get("/governance/training/?block=10.9").status_code == 422


def test_an_instrument_keeps_every_text_with_the_state_it_was_in(cast, media):
    row, client = Regulation.objects.get(clause="9.2.2"), cast.client("reviewer")
    paper = SimpleUploadedFile("稿.pdf", b"%PDF-1.4 draft")
    assert client.post(f"/governance/regulations/{row.pk}/text/", {"title": "初稿", "file": paper}).status_code == 302
    actions.set_regulation_state(by=cast.reviewer, regulation=row, version=row.version, state="consulting")
    fake = SimpleUploadedFile("稿.pdf", b"MZ no pdf")
    assert client.post(f"/governance/regulations/{row.pk}/text/", {"title": "二稿", "file": fake}).status_code == 422
    actions.attach_regulation_text(
        by=cast.reviewer, regulation=row, title="征求意见稿", name="稿.pdf", content=b"%PDF-1.4 second"
    )
    assert list(RegulationText.objects.values_list("title", "state")) == [
        ("征求意见稿", "consulting"),
        ("初稿", "drafting"),
    ]
    page = client.get("/governance/regulations/").content.decode()
    assert "征求意见稿" in page
    assert 'href="/governance/plan/#c8.3"' in page  # 8.3 leans on 9.2.2
    text = RegulationText.objects.get(title="初稿")
    assert b"".join(client.get(f"/governance/regulations/texts/{text.pk}/").streaming_content) == b"%PDF-1.4 draft"


NEW = {
    "weight": "B",
    "title": "“统一发展部署”未定义",
    "quotes": "L22 按照电子政务统一发展部署",
    "default": "b",
    "default_text": "按本规划核对",
    "readings": "指年度计划 | 随年度计划核对\n指本规划 | 随规划核对",
    "projects": "P03、P20",
    "clauses": "8.1(5)",
    "tasks": "T2-24",
    "organisations": "信息产业局",
}


def test_a_person_with_the_right_registers_a_discrepancy_and_it_stands_where_it_matters(cast):
    client = cast.client("office_head")
    answer = client.post("/governance/discrepancies/new/", NEW)
    assert answer["Location"] == "/governance/discrepancies/D57/"
    row = Discrepancy.objects.get(code="D57")
    assert (row.default, row.added_on, [r["key"] for r in row.readings]) == ("b", D(2007, 8, 20), ["a", "b"])
    assert "登记" in client.get("/governance/discrepancies/D57/").content.decode()
    assert "D57" in client.get("/projects/P20/").content.decode()
    assert "D57" not in client.get("/projects/P01/").content.decode()
    assert "D57" in client.get("/governance/plan/").content.decode()
    assert "D57" in client.get("/projects/tasks/T2-24/").content.decode()
    assert "D57" in client.get(unit("市信息产业局").get_absolute_url()).content.decode()
    assert (
        client.post(
            "/governance/discrepancies/D57/decide/", {"reading": "a", "from_day": "2007-08-20", "reason": "会议议定"}
        ).status_code
        == 302
    )
    assert cast.client("reviewer").post("/governance/discrepancies/new/", NEW).status_code == 403


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quotes": "L22 并没有这句话"}, "没有“并没有这句话”"),
        ({"quotes": "按照电子政务"}, "应写作"),
        ({"readings": "只有一种"}, "至少写两种读法"),
        ({"default": "z"}, "默认读法应是 a、b 之一"),
        ({"projects": "P99"}, "P99不是规划的项目"),
        ({"organisations": "市某某局"}, "没有叫“市某某局”的单位"),
        ({"quotes": "L99999 按照"}, "L99999 没有"),
    ],
)
def test_a_discrepancy_that_does_not_quote_the_plan_is_refused(cast, changes, said):
    answer = cast.client("office_head").post("/governance/discrepancies/new/", NEW | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Discrepancy.objects.count() == 56


def test_the_plan_has_an_anchor_for_every_clause_and_line(cast):
    page = cast.client("auditor").get("/governance/plan/").content.decode()
    for anchor in ("c8.3", "c8.3.2-3", "c9.2.7", "c9.2.7-2", "c10.4", "L180"):
        assert page.count(f'id="{anchor}"') == 1, anchor


def test_a_decision_is_kept_from_whoever_did_not_see_the_last_one_and_what_he_typed_stays(cast):
    office, leader = cast.client("office_head"), cast.client("leader")
    at, form = (
        "/governance/discrepancies/D48/decide/",
        {"reading": "b", "from_day": "2007-08-20", "reason": "次年一月汇总", "version": "0"},
    )
    assert office.post(at, form).status_code == 302
    late = leader.post(at, form | {"reading": "a", "reason": "照默认"})
    assert late.status_code == 409
    assert "次年一月汇总" in late.content.decode()
    assert "照默认" in late.content.decode()
    again = leader.post(at, form | {"version": str(Discrepancy.objects.get(code="D48").decisions.get().pk)})
    assert again.status_code == 409
    assert "不用再定" in again.content.decode()
    assert leader.post(at, form | {"reason": "", "version": ""}).status_code == 422
    assert leader.post(at, form | {"from_day": "2007-08-19", "reading": "a", "version": ""}).status_code == 422
    assert cast.client("reviewer").post(at, form).status_code == 403


@pytest.mark.parametrize(("code", "said"), [("D15", "由规则集规定"), ("D36", "只有一种读法")])
def test_what_is_not_decided_here_says_where(cast, code, said):
    row = Discrepancy.objects.get(code=code)
    with pytest.raises(Refused, match=said):
        actions.decide_reading(
            by=cast.office_head, code=code, reading=row.readings[0]["key"], from_day=D(2007, 8, 20), reason="甲"
        )
    page = cast.client("office_head").get(row.get_absolute_url()).content.decode()
    assert "确认读法</button>" not in page


def test_an_entry_of_the_criteria_shows_what_the_rule_set_in_force_reads(cast):
    from priorities.actions import adopt_rule_set, draft_rule_set

    def shown(day):
        with clock.at(day):
            context = cast.client("auditor").get("/governance/discrepancies/D15/").context
        return context["rule_set"], context["ruled"]

    before, (clause, text, _) = shown(D(2007, 8, 20))[0], shown(D(2007, 8, 20))[1][0]
    assert (before, clause) == ("plan-2006", "8.3.2(2)")
    draft = draft_rule_set(
        by=cast.reviewer, key="plan-2006-x", title="占一项即缓建", readings={"8.3.2(2)": "any"}, reason="试"
    )
    adopt_rule_set(
        by=cast.leader,
        record=draft,
        version=draft.version,
        from_day=D(2007, 9, 1),
        held_on=D(2007, 8, 20),
        minutes_number="筑信领纪〔2007〕6号",
        meeting_title="领导小组会议",
    )
    after, rows = shown(D(2007, 9, 3))
    assert after == "plan-2006-x"
    assert rows[0][1] != text


def test_an_entry_shows_what_it_touches_and_is_shown_there(cast):
    client = cast.client("auditor")
    page = client.get("/governance/discrepancies/D44/").content.decode()
    judge = unit("市信息产业局")
    assert f'href="{judge.get_absolute_url()}"' in page
    assert 'href="/governance/discrepancies/D44/"' in client.get(judge.get_absolute_url()).content.decode()
    assert "23 项 5,793 万元" in page  # what the reading means today
    assert "仅作说明" in client.get("/governance/discrepancies/D27/").content.decode()
    assert [r.row.code for r in client.get("/governance/discrepancies/?q=十八项&by=code").context["rows"]] == []
    found = client.get("/governance/discrepancies/?q=p13").context["rows"]
    assert {"D29", "D43"} <= {r.row.code for r in found}
    assert all("P13" in r.projects for r in found)


def test_a_quote_is_marked_in_its_line(cast):
    page = cast.client("auditor").get("/governance/discrepancies/D27/").content.decode()
    assert "<mark>2006年初步搭建综合应急指挥调度系统</mark>" in page
    assert "P19" in page.partition("<svg")[2]


def test_words_are_found_in_the_plan_with_their_lines(cast):
    client = cast.client("district")
    answer = client.get("/governance/plan/?q=ｃｉｏ")
    assert [hit["number"] for hit in answer.context["hits"]] == [134, 136, 338, 342, 390]
    assert [hit["number"] for hit in client.get("/governance/plan/?q=l306").context["hits"]] == [306]
    assert "没有这个词" in client.get("/governance/plan/?q=<script>alert(1)</script>").content.decode()


def test_a_step_back_of_an_instrument_needs_its_reason(cast):
    row, client = Regulation.objects.get(clause="9.2.3"), cast.client("reviewer")
    at = row.get_absolute_url()
    assert (
        client.post(
            at, {"version": 1, "state": "issued", "issued_on": "2007-08-01", "document_number": "筑府发〔2007〕40号"}
        ).status_code
        == 302
    )
    back = client.post(at, {"version": 2, "state": "reviewing"})
    assert back.status_code == 422
    assert "退回审议要写明理由" in back.content.decode()
    assert client.post(at, {"version": 2, "state": "reviewing", "note": "文号有误"}).status_code == 302
    assert client.post(at, {"version": 3, "state": "reviewing"}).status_code == 409
    row.refresh_from_db()
    assert (row.state, row.issued_on, row.document_number) == ("reviewing", None, "")
    page = cast.client("auditor").get(at).content.decode()
    assert "文号有误" in page
    assert "更新状态" not in page


def test_the_footnotes_are_a_sheet_that_runs_no_formula(cast):
    import io

    from openpyxl import load_workbook

    actions.decide_reading(
        by=cast.office_head, code="D48", reading="b", from_day=D(2007, 8, 20), reason="=1+1 次年一月汇总"
    )
    answer = cast.client("finance").get("/governance/discrepancies/export/")
    assert "attachment" in answer["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[1]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=4) if row[0].value}
    assert len([code for code in rows if code.startswith("D")]) == 56
    assert "L180" in rows["D48"][3].value
    assert "次年1月31日" in rows["D48"][4].value
    assert "刘志远" in rows["D48"][5].value
    assert all(cell.data_type != "f" for row in rows.values() for cell in row)


def test_a_unit_without_a_phone_is_called_at_that_of_whoever_was_appointed_there_first(cast):
    from django.template import Context, Template

    unit = Organisation.objects.get(pk=cast.health_cio.organisation_id)
    user = cast.user("health_cio")
    user.phone = "0851-5820101"
    user.save(update_fields=["phone"])
    said = Template("{% phone unit.phone unit.pk %}")
    assert said.render(Context({"unit": unit})) == "0851-5820101"
    unit.phone = "0851-5820100"
    assert said.render(Context({"unit": unit})) == "0851-5820100"
    user.phone = unit.phone = ""
    user.save(update_fields=["phone"])
    assert said.render(Context({"unit": unit})) == "未登记"
