"""The gates of a project's life: papers, trial run, contracts, phases."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, WrongRole
from governance.kernel import audit
from governance.models import Organisation
from projects import actions
from projects.lifecycle import gates, life
from projects.models import GateItem, Phase, Project
from projects.panels import stages
from tests.page import words
from tests.projects.gates import accept, approve, go, record_papers, record_syncs


@pytest.mark.parametrize(
    "requirement", [r for r in gates.REQUIREMENTS if r.gate == "accept_finally"], ids=lambda r: r.key
)
def test_without_any_one_paper_the_final_acceptance_is_refused_and_names_it(cast, under_way, requirement):
    row = under_way("P20", "trial", day=dt.date(2007, 1, 1))
    record_papers(cast.reviewer, row, "accept_finally")
    actions.withdraw_gate_item(by=cast.reviewer, item=row.gate_items.get(key=requirement.key), reason="材料有误")
    with pytest.raises(Refused, match=f"还缺关口材料 1 项：“{requirement.label[:4]}"):
        go(cast, row, "accept_finally")
    actions.record_gate_item(by=cast.reviewer, project=row, key=requirement.key, document="补交1号")
    assert go(cast, row, "accept_finally").state == "final_acceptance"


def test_the_gates_ask_for_trial_security_and_sharing():
    asked = {r.key for r in gates.of_gate("accept_finally")}
    assert {"trial_report", "security_assessment", "sharing_test", "accounts", "archive"} <= asked
    assert set(gates.GATES) <= set(life.BY_VERB)


def test_a_trial_run_is_at_least_a_month(cast, under_way):
    row = under_way("P20", "trial", day=dt.date(2007, 2, 20))
    record_papers(cast.reviewer, row, "accept_finally")
    with clock.at(dt.date(2007, 3, 10)), pytest.raises(Refused, match="最早 2007-03-22 终验"):
        go(cast, row, "accept_finally")
    with clock.at(dt.date(2007, 3, 22)):
        with pytest.raises(Invalid, match="终验日期不早于 2007-03-22"):
            go(cast, row, "accept_finally", day=dt.date(2007, 3, 20))
        assert go(cast, row, "accept_finally").state == "final_acceptance"


def test_what_must_be_there_cannot_be_said_not_to_apply_and_only_the_office_says_so(cast, under_way):
    row = under_way("P17", "building")
    with pytest.raises(Invalid, match="必备材料"):
        actions.record_gate_item(
            by=cast.reviewer, project=row, key="contract_done", status="not_applicable", document="无"
        )
    with pytest.raises(WrongRole):
        actions.record_gate_item(
            by=cast.health_cio, project=row, key="supervision_report", status="not_applicable", document="无"
        )
    actions.record_gate_item(
        by=cast.reviewer, project=row, key="supervision_report", status="not_applicable", document="零星工程"
    )
    assert actions.record_gate_item(by=cast.health_cio, project=row, key="contract_done", document="总结1号").by_text


def test_a_second_record_replaces_the_first_and_both_stay(cast, under_way):
    row = under_way("P20", "building")
    for paper in ("1号", "2号"):
        actions.record_gate_item(by=cast.reviewer, project=row, key="manuals", document=paper)
    assert list(GateItem.objects.filter(withdrawn="").values_list("document", flat=True)) == ["2号"]
    assert GateItem.objects.count() == 2


def test_a_contract_of_its_kind_opens_the_gate_and_a_void_one_closes_it(cast, under_way):
    row = under_way("P20", "procurement")
    approve(row, "requirements"), approve(row, "outline"), record_syncs(cast.reviewer, row, "design")
    with pytest.raises(Refused, match="还缺关口材料 2 项：“建设合同”、“监理"):
        go(cast, row, "build")
    made = {
        kind: actions.record_contract(
            by=cast.reviewer,
            project=row,
            terms=actions.ContractTerms(kind, f"HT-{kind}", "合同", "贵州某公司", dt.date(2007, 6, 1)),
        )
        for kind in ("build", "supervision")
    }
    with pytest.raises(Invalid, match="已登记编号"):
        actions.record_contract(
            by=cast.reviewer,
            project=row,
            terms=actions.ContractTerms("build", "HT-build", "合同", "乙", dt.date(2007, 6, 1)),
        )
    actions.void_contract(by=cast.reviewer, contract=made["supervision"], reason="录错")
    with pytest.raises(Refused, match="还缺关口材料 1 项：“监理"):
        go(cast, row, "build")
    actions.record_gate_item(
        by=cast.reviewer, project=row, key="supervisor", status="not_applicable", document="金额不足限额"
    )
    assert go(cast, row, "build").state == "building"
    assert [c.supplier for c in stages.stages(row).suppliers] == ["贵州某公司"]


def test_what_runs_without_an_operator_is_not_handed_over(cast, under_way):
    row = under_way("P20", "final_acceptance")
    record_syncs(cast.reviewer, row, "use")
    with pytest.raises(Refused, match="没有运营单位"):
        go(cast, row, "operate")
    unit = Organisation.objects.get(key="information-centre")
    row.refresh_from_db()
    actions.classify(by=cast.reviewer, project=row, version=row.version, operator=unit)
    assert go(cast, row, "operate").state == "operating"


def test_each_phase_lives_by_itself_and_the_whole_is_accepted_after_all_of_them(cast, under_way):
    """P15: 首期 and 二期 in one row."""
    row = under_way("P15", "approved")
    first, second = row.phases.all()
    row.refresh_from_db()
    actions.classify(
        by=cast.reviewer, project=row, version=row.version, budget_unit=Organisation.objects.get(key="finance-bureau")
    )
    seen = []
    for step in ("procure", "build", "accept_first", "try", "accept_finally"):
        record_papers(cast.reviewer, row, step, phase=first)
        go(cast, row, step, phase=first, day=dt.date(2007, 5, 1) + dt.timedelta(days=60 * (step == "accept_finally")))
        seen.append(row.state)
    first.refresh_from_db(), second.refresh_from_db()
    assert seen == [
        "procurement",
        "building",
        "building",
        "building",
        "building",
    ]  # the first phase leads the whole that far
    assert (first.state, second.state) == ("final_acceptance", "registered")
    assert [str(a) for a in first.acceptances.order_by("pk")] == [f"P15 {first.name} 初验", f"P15 {first.name} 终验"]
    record_papers(cast.reviewer, row, "accept_first")
    with pytest.raises(Refused, match=f"P15 的{second.name}还没有初验"):
        accept(cast, row, "first")
    go(cast, row, "terminate", phase=second, reason="并入首期")
    assert go(cast, row, "accept_first").state == "first_acceptance"
    assert audit.verify()["ok"]


def test_a_phase_is_accepted_with_the_list_and_the_signatures_of_its_own(cast, under_way):
    row = under_way("P15", "building")
    first, second = row.phases.all()
    for phase in (first, second):
        row.refresh_from_db()
        actions.take_over(
            by=cast.reviewer,
            project=row,
            version=row.version,
            state="building",
            day=dt.date(2007, 1, 1),
            document="开工报告",
            phase=phase,
        )
    record_papers(cast.reviewer, row, "accept_first", phase=first)
    with pytest.raises(Refused, match=f"P15 {second.name}还不能通过初验：还缺关口材料 4 项"):
        accept(cast, row, "first", phase=second)
    with pytest.raises(Refused, match=f"{first.name}现在是“建设中”，只有“试运行”的可以通过终验"):
        accept(cast, row, "final", phase=first)
    passed = accept(cast, row, "first", phase=first, document_number="筑信产验〔2007〕5号")
    first.refresh_from_db(), second.refresh_from_db()
    assert {m["document"] for m in passed.materials if m["key"] != "sync_construction"} == {
        i.document for i in first.gate_items.all()
    }
    assert (first.state, second.state, Project.objects.get(code="P15").state) == (
        "first_acceptance",
        "building",
        "building",
    )
    assert row.state_changes.filter(phase=first).last().reason == "初验通过 筑信产验〔2007〕5号"
    with pytest.raises(Refused, match="不能再补录"):
        actions.take_over(
            by=cast.reviewer,
            project=row,
            version=Project.objects.get(pk=row.pk).version,
            state="trial",
            day=dt.date(2007, 1, 1),
            document="文",
            phase=second,
        )


def test_an_acceptance_is_no_change_of_state_that_somebody_writes(cast, under_way):
    """Not with every paper there, and not of a phase either: it has a conclusion and signatures (D44)."""
    row, phased = under_way("P01", "building"), under_way("P15", "building")
    record_papers(cast.reviewer, row, "accept_first")
    row.refresh_from_db()
    with pytest.raises(Refused, match="随验收结论和会签生效") as refused:
        actions.change_state(
            by=cast.industry, project=row, version=row.version, step="accept_first", reason="第二签署 市财政局 李四"
        )
    assert refused.value.blockers == (
        ("初验随验收结论和会签生效，不单独改状态（9.2.7、D44）", "信息产业局（组织初验）"),
    )
    phase = phased.phases.first()
    actions.take_over(
        by=cast.reviewer,
        project=phased,
        version=phased.version,
        state="building",
        day=dt.date(2007, 1, 1),
        document="文",
        phase=phase,
    )
    record_papers(cast.reviewer, phased, "accept_first", phase=phase)
    phased.refresh_from_db()
    with pytest.raises(Refused, match="随验收结论和会签生效"):
        actions.change_phase_state(by=cast.industry, phase=phase, version=phased.version, step="accept_first")


def test_a_phase_of_a_project_without_approval_stands_still(cast):
    phase = Phase.objects.filter(project__code="P15").first()
    with pytest.raises(Refused, match="尚未立项"):
        go(cast, phase.project, "procure", phase=phase)


def test_the_page_of_a_projects_life_records_and_shows(cast, under_way):
    row = under_way("P17", "building")
    client = cast.client("health_cio")
    assert "还缺 5 项" in words(client.get("/projects/P17/life/").content.decode())
    answer = client.post("/projects/P17/gates/manuals/", {"status": "provided", "document": "用户手册 V1"})
    assert (answer.status_code, answer["Location"]) == (302, "/projects/P17/life/")
    shown = client.get("/projects/P17/life/").content.decode()
    assert "用户手册 V1" in shown
    assert "还缺 4 项" in words(shown)
    wrong = client.post(
        "/projects/P17/contract/",
        {
            "kind": "build",
            "number": "甲",
            "title": "建设",
            "supplier": "某公司",
            "amount_wan": "很多",
            "signed_on": "2007-06-01",
        },
    )
    assert wrong.status_code == 422
    assert "某公司" in wrong.content.decode()
    right = {
        "kind": "build",
        "number": "甲",
        "title": "建设",
        "supplier": "某公司",
        "amount_wan": "１２０．５",
        "signed_on": "2007-06-01",
    }
    assert client.post("/projects/P17/contract/", right).status_code == 302
    assert str(row.contracts.get().amount_wan) == "120.50"
    assert cast.client("district").get("/projects/P17/gates/manuals/").status_code in (403, 404)
    assert client.get("/projects/P17/gates/nothing/").status_code == 404
    assert client.get("/projects/P17/life/?phase=9").status_code == 404


def test_an_assessment_that_says_no_keeps_the_works_from_their_final_acceptance_until_another_says_yes(cast, under_way):
    row = under_way("P20", "trial", day=dt.date(2007, 1, 1))
    record_papers(cast.reviewer, row, "accept_finally")
    told = {
        "project": row,
        "kind": "evaluation",
        "assessor": "测评组",
        "findings": [{"text": "弱口令", "due": dt.date(2007, 9, 1)}],
    }
    actions.record_assessment(
        by=cast.reviewer, **told, assessed_on=dt.date(2007, 6, 1), result="fail", document="测评1号"
    )
    with pytest.raises(Refused, match="最近一次安全测评（2007-06-01，测评1号）结论为不符合") as refused:
        accept(cast, row, "final")
    assert refused.value.blockers[0][1] == "牵头单位（整改后登记复测）"
    assert "测评1号）结论为不符合" in cast.client("auditor").get("/projects/P20/").content.decode()
    actions.record_assessment(
        by=cast.reviewer, **told, assessed_on=dt.date(2007, 7, 1), result="mostly", document="复测2号"
    )
    assert accept(cast, row, "final").passed


@pytest.mark.parametrize(
    ("state", "name", "address", "data", "sentence", "gate"),
    [
        ("procurement", "reviewer", "state/", {"step": "build"}, "还缺关口材料 2 项：“建设合同”、“监理合同", "build"),
        ("building", "industry", "acceptance/", {"stage": "first"}, "还缺关口材料 4 项：“合同内容完成", "accept_first"),
        ("first_acceptance", "reviewer", "state/", {"step": "try"}, "还缺关口材料 1 项：“初验意见", "try"),
        ("trial", "industry", "acceptance/", {"stage": "final"}, "还缺关口材料 13 项：“终验申请", "accept_finally"),
        ("final_acceptance", "reviewer", "state/", {"step": "operate"}, "没有运营单位，不能交付运行", "operate"),
    ],
)
def test_every_gate_is_closed_in_a_browser_with_a_sentence_until_its_papers_are_there(
    cast, under_way, state, name, address, data, sentence, gate
):
    row, client, at = under_way("P20", state), cast.client(name), f"/projects/P20/{address}"
    row.refresh_from_db()
    typed = {"version": row.version, "conclusion": "pass", "text": "合格，同意", "reason": "按程序"} | data
    refused = client.post(at, typed)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert sentence in page
    assert typed["text" if "stage" in data else "reason"] in page  # what was typed is still there
    assert sentence in client.get("/projects/P20/").content.decode()
    record_papers(cast.reviewer, row, gate)
    row.refresh_from_db()
    assert client.post(at, typed | {"version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.state == life.BY_VERB[gate].target


@pytest.mark.parametrize("asked", ["9", "-1", "x", "²", "1" * 40])
def test_a_phase_that_is_not_there_is_missing_on_every_page_that_takes_one(cast, under_way, asked):
    under_way("P15")
    for name, address in (("auditor", "life/"), ("reviewer", "gates/manuals/"), ("industry", "acceptance/")):
        assert cast.client(name).get(f"/projects/P15/{address}", {"phase": asked}).status_code == 404, address
