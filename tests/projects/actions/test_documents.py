"""Technical documents: filed, judged by named experts, decided by the bodies of 9.1.1, and what they open."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.kernel import audit
from governance.models import Appointment, Body, Notice, Organisation, Seat, User
from governance.signing import signers
from governance.signing.paper import PaperSignature
from governance.signing.shown import digest
from projects import actions
from projects.hooks import desk
from projects.hooks.daily import daily
from projects.models import Project, TechnicalDocument
from tests.house.forms import forms_of
from tests.page import words
from tests.projects.gates import accept, go, record_papers

D = dt.date
DAY = D(2007, 8, 20)


def file(cast, project: Project, kind: str = "scheme", by=None) -> TechnicalDocument:
    return actions.file_document(by=by or cast.health_cio, project=project, kind=kind, title=f"{kind} 送审稿 1.0")


def sign(by, document: TechnicalDocument, kind: str = "agree", number: str = "筑信办批〔2007〕8号", **more) -> str:
    paper = {"paper": more.pop("paper")} if "paper" in more else {}
    decision = actions.Decision(kind, number=number, **more)
    return actions.sign_document(by=by, row=document, decision=decision, **paper)


def named(cast, document: TechnicalDocument) -> TechnicalDocument:
    return actions.name_experts(by=cast.reviewer, row=document, experts=[cast.user("expert")])


def tasks(by) -> str:
    return "\n".join(t.sentence for t in desk.waiting(by, DAY))


def test_a_scheme_is_approved_in_two_steps_and_only_then_opens_the_purchase(cast, under_way):
    project = under_way("P17", "approved")
    with pytest.raises(Refused, match="建设方案（技术方案）经预审批和审批，还没有办结") as refused:
        go(cast, project, "procure")
    assert "牵头单位在“技术文件”报送，电子政务管理部门和领导小组审批" in refused.value.blockers[0][1]
    row = file(cast, project)
    assert "P17 建设方案（技术方案）（第 1 次报送）电子政务管理部门预审批等待签署" in tasks(cast.office_head)
    assert sign(cast.office_head, row) == "signing"
    row.refresh_from_db()
    with pytest.raises(Refused, match="现在待领导小组审批，不由您办理"):
        sign(cast.office_head, row)
    with pytest.raises(Refused, match="还没有办结"):
        go(cast, project, "procure")
    assert sign(cast.leader, row, number="筑信领〔2007〕5号") == "concluded"
    row.refresh_from_db()
    assert (row.approved_on, row.approval) == (DAY, "市信息化领导小组（领导小组审批）同意，筑信领〔2007〕5号")
    assert go(cast, project, "procure").state == "procurement"
    told = Notice.objects.get(
        key__startswith=f"document:{row.audit_key}", organisation_id=cast.health_cio.organisation_id
    )
    assert "已批准" in told.sentence
    events = set(audit.done_about(row).values_list("event", flat=True))
    assert {"projects.document.file", "projects.document.sign"} <= events


def test_the_pre_approval_is_acted_for_until_the_department_has_somebody(cast, under_way):
    row = file(cast, under_way("P17", "approved"))
    seat = Seat.objects.get(round_id=row.round_id)
    assert (seat.organisation.name, bool(seat.acting_for)) == ("市信息办", True)
    actions.withdraw_signing(by=cast.health_cio, row=row, reason="补充附件")
    unit = Body.objects.get(key="egov-department").holder
    user = User.objects.create(username="egov", full_name="林科", password="!")
    Appointment.objects.create(user=user, organisation=unit, role="office_head", from_day=D(2007, 1, 1))
    again = file(cast, row.project)
    seat = Seat.objects.get(round_id=again.round_id)
    assert (seat.organisation, seat.acting_for, again.edition) == (unit, "", 2)
    with clock.at(D(2006, 11, 1)):  # D05: before it was set up the office acts for it
        assert signers.decides_for("egov-department", clock.today()).acting_for


@pytest.mark.parametrize("kind", ["requirements", "outline"])
def test_experts_give_their_view_and_the_group_decides(cast, under_way, kind):
    project = under_way("P17", "procurement")
    row = file(cast, project, kind)
    assert row.state == "proposed"
    assert f"{row}待指派专家" in tasks(cast.reviewer)
    with pytest.raises(WrongRole):
        actions.name_experts(by=cast.health_cio, row=row, experts=[cast.user("expert")])
    with pytest.raises(Invalid, match="至少选一位专家"):
        actions.name_experts(by=cast.reviewer, row=row, experts=[])
    row = named(cast, row)
    assert sign(cast.expert, row, text="接口部分要补充") == "signing"
    row.refresh_from_db()
    assert row.step == "group"
    with pytest.raises(Invalid, match="专家工作组审批要写明批文或会议纪要的文号"):
        sign(cast.expert, row, number="")
    assert sign(cast.expert, row, number="筑信专〔2007〕2号") == "concluded"


def test_experts_who_all_stand_aside_are_replaced(cast, under_way):
    row = named(cast, file(cast, under_way("P17", "procurement"), "outline"))
    assert sign(cast.expert, row, "abstain", number="", text="参与编写") == "proposed"
    row.refresh_from_db()
    assert f"{row}待指派专家" in tasks(cast.reviewer)
    assert named(cast, row).state == "signing"


def test_a_scheme_sent_back_is_filed_again_and_both_stay(cast, under_way):
    project = under_way("P17", "approved")
    row = file(cast, project)
    with pytest.raises(Refused, match="正在办理"):
        file(cast, project)
    with pytest.raises(Invalid, match="不同意必须写明理由"):
        sign(cast.office_head, row, "refuse")
    assert sign(cast.office_head, row, "refuse", text="没有统一认证") == "refused"
    with pytest.raises(Refused, match="现在不能签署"):
        sign(cast.office_head, row)
    assert file(cast, project).edition == 2


def test_a_condition_is_owed_before_the_first_acceptance_and_says_by_whom(cast, under_way):
    project = under_way("P17", "approved")
    row = file(cast, project)
    with pytest.raises(Invalid, match="何时以前落实"):
        sign(cast.office_head, row, "conditional", condition="接入统一认证")
    sign(cast.office_head, row, "conditional", condition="接入统一认证", condition_due=D(2007, 8, 30))
    row.refresh_from_db()
    sign(cast.leader, row)
    row.refresh_from_db()
    assert row.condition == "电子政务管理部门预审批：接入统一认证（2007-08-30 前）"
    assert "所附条件待落实" in tasks(cast.health_cio)
    with clock.at(D(2007, 9, 3)):
        daily(clock.today())
        assert "已经逾期" in Notice.objects.get(key=f"condition-owed:{row.pk}").sentence
    for step in ("procure", "build", "accept_first"):
        record_papers(cast.reviewer, project, step)
        if step != "accept_first":
            go(cast, project, step)
    with pytest.raises(Refused, match="所附条件还没有落实：电子政务管理部门预审批：接入统一认证"):
        accept(cast, project, "first")
    with pytest.raises(NotVisible):
        actions.meet_condition(by=cast.finance, row=row, condition_met_on=None, condition_met_text="是")
    actions.meet_condition(by=cast.health_cio, row=row, condition_met_on=None, condition_met_text="接口函 3号")
    with pytest.raises(Refused, match="没有待落实的条件"):
        actions.meet_condition(by=cast.health_cio, row=row, condition_met_on=None, condition_met_text="再")
    assert go(cast, project, "accept_first").state == "first_acceptance"


def test_what_was_decided_on_paper_is_entered_with_its_day(cast, under_way):
    row = file(cast, under_way("P17", "approved"))
    sign(cast.office_head, row)
    row.refresh_from_db()
    sign(cast.leader, row, paper=PaperSignature("杨正", D(2007, 8, 10)))
    row.refresh_from_db()
    assert row.approved_on == D(2007, 8, 10)


def test_whoever_has_no_seat_signs_nothing_and_whoever_does_not_lead_files_nothing(cast, under_way):
    project = under_way("P17", "approved")
    row = file(cast, project)
    for by in (cast.leader, cast.finance, cast.expert):  # the leading group's turn comes after the pre-approval
        with pytest.raises(NotVisible):
            sign(by, row)
    for by in (cast.health_cio, cast.auditor, cast.district):
        with pytest.raises(WrongRole):
            sign(by, row)
    with pytest.raises(NotVisible):
        file(cast, project, by=cast.finance)
    with pytest.raises(WrongRole):
        file(cast, project, by=cast.expert)


def test_where_the_plan_asks_for_no_approval_the_gate_says_so(cast, under_way):
    project = under_way("P17", "procurement")
    Project.objects.filter(pk=project.pk).update(level_922="1")
    project.refresh_from_db()
    with pytest.raises(Refused, match="9.1.1 只对业务应用系统要求"):
        file(cast, project, "outline")
    shown = words(cast.client("auditor").get("/projects/P17/life/").content.decode())
    assert "总体工程（一级），9.1.1 只对业务应用系统要求" in shown
    Project.objects.filter(pk=project.pk).update(origin="district")
    project.refresh_from_db()
    with pytest.raises(Refused, match="备案制"):
        file(cast, project)


def test_before_its_approval_only_the_scheme_is_filed_and_after_the_end_nothing(cast, under_way):
    project = Project.objects.get(code="P17")
    with pytest.raises(Refused, match="尚未立项，概要设计在立项以后报送"):
        file(cast, project, "outline")
    row = file(cast, project)
    project = under_way("P17", "building")
    go(cast, project, "terminate", reason="不再实施")
    row.refresh_from_db()
    assert (row.state, row.round.state) == ("refused", "closed")
    with pytest.raises(Refused, match="不再报送"):
        file(cast, project)


def test_a_gate_that_follows_from_a_record_is_not_typed(cast, under_way):
    project = under_way("P17", "procurement")
    record = {"by": cast.reviewer, "project": project, "document": "批复1号"}
    for key, page in (("scheme_approved", "技术文件"), ("sync_planning", "安全")):
        with pytest.raises(Invalid, match=f"随“{page}”里的记录生效"):
            actions.record_gate_item(**record, key=key)
    with pytest.raises(Invalid, match="必备材料"):
        actions.record_gate_item(**record, key="scheme_approved", status="not_applicable")
    row = actions.record_gate_item(**record | {"document": "只购设备"}, key="outline_approved", status="not_applicable")
    assert row.status == "not_applicable"


def test_projects_that_stand_further_keep_their_state(cast, under_way):
    for code, state in (("P01", "building"), ("P20", "trial"), ("P24", "operating")):
        assert under_way(code, state).state == state
    assert go(cast, Project.objects.get(code="P24"), "evaluate").state == "evaluation"


def shown_of() -> str:
    """What the page of the only document shows, as its form says it."""
    return digest(TechnicalDocument.objects.get())


def test_the_pages_file_name_sign_and_refuse(cast, under_way):
    under_way("P17", "procurement")
    lead, office = cast.client("health_cio"), cast.client("reviewer")
    wrong = lead.post("/projects/P17/documents/new/", {"kind": "outline", "title": " ", "note": "说明在此"})
    assert wrong.status_code == 422
    assert "说明在此" in wrong.content.decode()
    assert lead.post("/projects/P17/documents/new/", {"kind": "outline", "title": "概要设计 1.0"}).status_code == 302
    row = TechnicalDocument.objects.get()
    at = row.get_absolute_url()
    assert lead.get(f"{at}experts/").status_code == 403
    assert office.post(f"{at}experts/", {"experts": [cast.user("expert").pk]}).status_code == 302
    expert = cast.client("expert")
    assert "等您办理：专家意见" in words(expert.get(at).content.decode())
    assert expert.post(at, {"kind": "agree", "text": "可行"}).status_code == 428
    assert expert.post(at, {"kind": "agree", "text": "可行", "shown": shown_of()}).status_code == 302
    refused = expert.post(at, {"kind": "agree", "text": "同意批准", "shown": shown_of()})
    assert refused.status_code == 422
    assert "同意批准" in refused.content.decode()
    approval = {"kind": "agree", "number": "筑信专〔2007〕3号", "shown": shown_of()}
    assert expert.post(at, approval).status_code == 302
    assert expert.post(at, {"kind": "agree", "number": "筑信专〔2007〕3号"}).status_code == 409
    shown = words(lead.get("/projects/P17/documents/").content.decode())
    assert "项目专家工作组（专家工作组审批）同意，筑信专〔2007〕3号" in shown
    assert "概要设计 1.0" in words(cast.client("auditor").get("/projects/documents/").content.decode())
    assert cast.client("finance").post(at, {"kind": "agree"}).status_code == 404


def test_a_bureau_that_leads_names_no_expert_for_its_own_works(cast, under_way):
    project = under_way("P01", "procurement")
    Project.objects.filter(pk=project.pk).update(level_922="2")
    row = file(cast, project, "outline", by=cast.industry)
    with pytest.raises(Refused, match="市信息产业局牵头本项目"):
        actions.name_experts(by=cast.industry, row=row, experts=[cast.user("expert")])
    assert str(row) not in tasks(cast.industry)
    insider = User.objects.create(username="insider", full_name="内部专家", password="!")
    lead = Organisation.objects.get(name="市信息产业局")
    Appointment.objects.create(user=insider, organisation=lead, role="expert", from_day=D(2007, 1, 1))
    with pytest.raises(Invalid, match="须回避"):
        actions.name_experts(by=cast.reviewer, row=row, experts=[insider])


ALLOWED = {  # the table of a document's states: every other verb is refused with a sentence
    "proposed": {"name", "withdraw"},
    "signing": {"sign", "withdraw"},
    "concluded": set(),
    "refused": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
def test_what_is_not_in_the_row_of_a_state_is_refused(cast, under_way, state):
    row = file(cast, under_way("P17", "procurement"), "outline")
    named(cast, row)
    TechnicalDocument.objects.filter(pk=row.pk).update(state=state, approved_on=DAY)
    row.refresh_from_db()
    verbs = {
        "name": lambda: named(cast, row),
        "sign": lambda: sign(cast.expert, row, number=""),
        "withdraw": lambda: actions.withdraw_signing(by=cast.health_cio, row=row, reason="补充"),
        "meet": lambda: actions.meet_condition(
            by=cast.health_cio, row=row, condition_met_on=None, condition_met_text="已落实"
        ),
    }
    for name, act in verbs.items():
        if name not in ALLOWED[state]:
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.sentence.endswith("。"), name
    row.refresh_from_db()
    assert row.state == state


def test_whoever_decides_signs_by_the_form_of_the_page_as_a_browser_sends_it(cast, under_way):
    row = file(cast, under_way("P17", "approved"))
    at = row.get_absolute_url()
    for name, number in (("office_head", "筑信办批〔2007〕9号"), ("leader", "筑信领〔2007〕6号")):
        client = cast.client(name)
        (form,) = [f for f in forms_of(client.get(at).content.decode(), at) if "number" in f.kinds]
        assert len(form.data["shown"]) == 64
        answer = client.post(at, form.data | {"kind": "agree", "number": number})
        assert answer.status_code == 302, words(answer.content.decode())[:300]
    row.refresh_from_db()
    assert row.approval == "市信息化领导小组（领导小组审批）同意，筑信领〔2007〕6号"
