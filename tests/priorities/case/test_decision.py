"""What was decided reaches the applicant: a letter at every decision, on a page, as a notice, on paper of the same
bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from decimal import Decimal

import pytest

from budgets import actions as money_actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from governance import jobs
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.models import Appointment, AuditRow, Document, Job, Notice, Organisation, User
from governance.storage.files import path_of
from priorities import actions
from priorities.actions import decisions as letters
from priorities.documents import decisions
from priorities.models import DecisionLetter, PlanEntry
from tests import pdf
from tests.priorities.stories import MINUTES, components, proposal

SEATS = ("finance", "ndrc", "industry", "office_head")


@pytest.fixture(autouse=True)
def _own_media(media):
    return media


def at(row) -> str:
    return f"/priorities/submissions/{row.number}/decision/"


def words(html: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


def cut_case(stories, cast, *, co_applicant=None):
    """In joint approval with 30 of 110 万元 city money cut by 概算审核."""
    row = stories.judged()
    cut = [
        {
            "component": "c1",
            "source": "city",
            "fiscal_year": 2008,
            "approved_wan": "30",
            "clause": "概算审核",
            "reason": "单价高于同类项目",
        }
    ]
    by = cast.reviewer
    row = actions.propose_conclusion(by=by, submission=row, version=row.version, kind="candidate", amounts=cut)
    for what in ("network_centre", "expert", "scan"):
        row = actions.waive_opinion(by=by, submission=row, version=row.version, what=what, reason=f"{what} 另有材料")
    return actions.send(by=by, submission=row, version=row.version)


def signed(row, cast, **first):
    """All four sign; the first one with what is given."""
    for name in SEATS:
        row = actions.sign(by=getattr(cast, name), submission=row, version=row.version, **first)
        first = {}
    return row


def test_a_conclusion_tells_verdict_amounts_cuts_conditions_what_next_and_whom_to_call(stories, cast):
    row = cut_case(stories, cast)
    row = signed(
        row,
        cast,
        kind="conditional",
        condition="先落实自筹 10 万元，由市卫生局办理",
        condition_due=dt.date(2007, 12, 31),
    )
    letter = DecisionLetter.objects.get(submission=row)
    d = letter.content
    assert (letter.occasion, d["headline"]) == ("concluded", "列为年度计划候选")
    assert d["sums"] == {
        "asked_wan": "120.00",
        "decided_wan": "90.00",
        "cut_wan": "30.00",
        "city_asked_wan": "110.00",
        "city_decided_wan": "80.00",
        "city_cut_wan": "30.00",
    }
    assert sum(Decimal(a["decided_wan"]) for a in d["amounts"]) == 90
    assert [(c["what"], c["cut_wan"], c["clause"], c["reason"]) for c in d["cuts"]] == [
        ("业务系统", "30.00", "概算审核", "单价高于同类项目")
    ]
    [condition] = d["conditions"]
    assert condition["text"] == "先落实自筹 10 万元，由市卫生局办理"
    assert (condition["whose"][:4], condition["due"], bool(condition["phone"])) == ("市财政局", "2007-12-31", True)
    assert any(c["clause"] == "8.3.1(4)" and "这就足以成立" in c["because"] for c in d["verdict"]["clauses"])
    assert len(d["waived"]) == 3
    shown = words(cast.client("health_cio").get(at(row)).content.decode())
    for text in (
        "审定市财政80.00",
        "概算审核单价高于同类项目",
        "先落实自筹10万元",
        "2007-12-31",
        "0851-",
        "由领导小组审定",
    ):
        assert text in shown, text
    notice = Notice.objects.get(key__startswith=f"letter:{letter.pk}:")
    assert notice.address == at(row)
    assert "联合会签通过：列为年度计划候选，审定市财政 80.00（申报 110.00，核减 30.00）" in notice.sentence
    assert AuditRow.objects.filter(event="priorities.submission.issue_letter").count() == 1


def test_every_participant_gets_the_notice_and_reads_the_page_and_nobody_else(stories, cast):
    partner = Organisation.objects.get(pk=cast.network.organisation_id)
    row = stories.draft()
    row = actions.add_participant(by=cast.health_cio, submission=row, version=row.version, organisation_id=partner.pk)
    row.participants.update(confirmed_day=dt.date(2007, 8, 20))
    row.refresh_from_db()
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    by = cast.reviewer
    row = actions.settle(
        by=by, submission=actions.accept(by=by, submission=row, version=row.version), version=row.version + 1
    )
    for what in ("network_centre", "expert", "scan"):
        row = actions.waive_opinion(by=by, submission=row, version=row.version, what=what, reason=f"{what} 另有材料")
    row = signed(actions.send(by=by, submission=row, version=row.version), cast)
    letter = row.letters.get()
    told = set(Notice.objects.filter(key__startswith=f"letter:{letter.pk}:").values_list("organisation_id", flat=True))
    assert told == {row.organisation_id, partner.pk}
    assert set(letter.content["units"]) == {"市卫生局", partner.name}
    assert cast.client("district").get(at(row)).status_code == 404
    assert cast.client("sysadmin").get(at(row)).status_code == 403


@pytest.mark.parametrize("conclusion", ["deferred", "no_city_funding", "pool"])
def test_what_is_put_off_or_not_paid_says_what_would_change_it(stories, cast, conclusion):
    row = stories.concluded(conclusion)
    d = row.letters.get().content
    assert d["next"]
    assert d["changes"] or conclusion == "deferred"
    if conclusion == "deferred":
        assert (d["lacking"], d["re_review_on"]) == ("业务流程尚未确定", "2008-02-20")
        assert "2008-02-20" in d["next"][0]
    if conclusion == "no_city_funding":
        assert d["sums"]["city_decided_wan"] == "0.00"
        assert {c["clause"] for c in d["cuts"]} == {"8.3.3(4)"}
        assert any("8.3.3(4)" in s for s in d["changes"])
    assert "接下来" in cast.client("health_cio").get(at(row)).content.decode()


def test_a_refusal_is_told_with_clause_reason_and_the_way_on(stories, cast):
    row = stories.joint_approval()
    row = actions.refuse(by=cast.finance, submission=row, version=row.version, reason="growth", text="超 30 万元")
    letter = row.letters.get()
    d = letter.content
    assert (letter.occasion, d["refusal"]["clause"]) == ("refused", "9.6.1")
    assert "超 30 万元" in d["refusal"]["text"]
    assert d["amounts"] == []
    assert any("9.6.1" in s for s in d["changes"])
    assert "不用重新申报" in d["next"][0]
    assert "市财政局" in d["call"][0]["who"]
    shown = cast.client("health_cio").get(at(row)).content.decode()
    assert "超 30 万元" in shown
    assert Notice.objects.filter(key__startswith=f"letter:{letter.pk}:").exists()


def test_an_adoption_is_a_second_letter_with_the_plans_amounts_and_the_project(stories, cast):
    row = signed(cut_case(stories, cast), cast)
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    less = [
        {"source": "city", "fiscal_year": 2008, "amount_wan": "50"},
        {"source": "own", "fiscal_year": 2008, "amount_wan": "10"},
    ]
    actions.put_entry(
        by=cast.reviewer,
        plan=plan,
        version=plan.version,
        submission=row,
        decision="adjusted",
        amounts=less,
        reason="年度资金不足",
    )
    plan.refresh_from_db()
    actions.adopt(by=cast.leader, plan=plan, version=plan.version, **MINUTES)
    first, second = row.letters.all()
    d = second.content
    assert (first.occasion, second.occasion) == ("concluded", "adopted")
    assert MINUTES["minutes_number"] in d["meeting"]
    assert d["project"] == PlanEntry.objects.get(plan=plan, submission=row).project.code
    assert (d["sums"]["decided_wan"], d["sums"]["city_decided_wan"]) == ("60.00", "50.00")
    cuts = {(c["clause"], c["source"], c["fiscal_year"]): (c["cut_wan"], c["reason"]) for c in d["cuts"]}
    assert cuts["概算审核", "city", 2008] == ("30.00", "单价高于同类项目")
    assert cuts["年度计划", "city", 2009] == ("20.00", "年度资金不足")
    assert sum(Decimal(c["cut_wan"]) for c in d["cuts"]) == Decimal(d["sums"]["cut_wan"]) == 60
    page = cast.client("health_cio").get(at(row)).content.decode()
    assert "年度计划" in page
    assert f"?letter={first.pk}" in page
    older = cast.client("health_cio").get(f"{at(row)}?letter={first.pk}").content.decode()
    assert "这是以前的一份" in older
    assert cast.client("health_cio").get(f"{at(row)}?letter=999999").status_code == 404


def test_a_case_left_over_is_told_that_it_need_not_be_filed_again(stories, cast):
    row = stories.concluded()
    row = actions.leave_over(by=cast.leader, submission=row, version=row.version, reason="年度资金已满", **MINUTES)
    d = row.letters.last().content
    assert d["occasion"] == "left_over"
    assert "2009" in d["headline"]
    assert "年度资金已满" in d["sentence"]
    assert "不用重新申报" in d["next"][0]


def test_nothing_stands_there_before_a_decision_and_the_api_says_so(stories, cast):
    row = stories.joint_approval()
    client = cast.client("health_cio")
    assert client.get(at(row)).status_code == 404
    assert client.get(f"/api/v1/submissions/{row.number}/").json()["decision"] is None
    row = signed(row, cast)
    assert client.get(f"/api/v1/submissions/{row.number}/").json()["decision"] == at(row)
    assert "批复通知" in client.get(f"/priorities/submissions/{row.number}/").content.decode()


def test_the_paper_says_what_the_page_says_and_prints_the_same_bytes_whatever_changes_later(stories, cast):
    row = signed(cut_case(stories, cast), cast, kind="conditional", condition="先落实自筹")
    letter = row.letters.get()
    jobs.perform(decisions.key_of(letter.pk))
    paper = Document.objects.get(job_id=decisions.key_of(letter.pk))
    said = re.sub(r"\s+", "", pdf.text(path_of(paper.file_id).read_bytes()))
    for text in (
        "批复通知",
        row.number,
        "80.00万元",
        "概算审核单价高于同类项目",
        "先落实自筹",
        letter.sha256,
        "二〇〇七年八月二十日",
        at(row),
    ):
        assert text in said, text
    first = paper.file.sha256
    Organisation.objects.filter(pk=row.organisation_id).update(name="改了名的局", phone="1")
    row.conclusions.update(amounts=[])
    again = decisions._run(Job.objects.get(kind="decision").params, jobs.Progress(lambda *a: None))[0].content
    assert hashlib.sha256(again).hexdigest() == first
    for name, status in (("health_cio", 200), ("district", 404)):
        answer = cast.client(name).get(paper.get_absolute_url())
        assert answer.status_code == status
        if answer.streaming:
            assert b"".join(answer.streaming_content)[:5] == b"%PDF-"


def test_a_paper_is_ordered_once_and_only_by_who_sees_the_case(stories, cast):
    row = stories.concluded()
    letter = row.letters.get()
    Job.objects.filter(kind="decision").delete()
    client = cast.client("health_cio")
    assert "生成批复通知" in client.get(at(row)).content.decode()
    for _ in range(2):
        assert client.post(at(row), {"letter": letter.pk}).status_code == 302
    assert Job.objects.filter(kind="decision").count() == 1
    assert cast.client("district").post(at(row), {"letter": letter.pk}).status_code == 404
    with pytest.raises(Exception, match="没有这份批复通知"):
        actions.request_letter(by=cast.reviewer, submission=stories.submitted(), letter=letter)


def test_one_decision_has_one_letter(stories, cast):
    row = stories.concluded()
    letter = row.letters.get()
    from governance.kernel.verbs import frame

    with frame():
        again = letters.issue_letter(
            by=cast.reviewer, row=row, key=letter.key, content=letter.content | {"title": "改"}
        )
    assert again == letter
    assert row.letters.get().content["title"] == row.title


def test_hostile_words_stay_words_on_page_and_paper(stories, cast):
    title = "<img src=x onerror=1>{{ 7|add:7 }}"
    row = stories.concluded(document=proposal(title=title, components=components("60")))
    page = cast.client("health_cio").get(at(row)).content.decode()
    assert "<img src=x" not in page
    jobs.perform(decisions.key_of(row.letters.get().pk))
    paper = Document.objects.get(kind="decision")
    assert "onerror=1" in re.sub(r"\s+", "", pdf.text(path_of(paper.file_id).read_bytes()))


def test_the_share_that_the_joint_approval_settled_for_another_payer_arrives_with_the_decision(stories, cast):
    """The city requires it, the county finds 62.50 beside what was filed (D12): the signers, the applicant, the letter
    and the project's page say so, and no sum takes it in."""
    row = stories.judged(document=proposal(title="疫苗冷链监测", investment_type="government", mandate="city"))
    row = actions.propose_conclusion(
        by=cast.reviewer, submission=row, version=row.version, kind="candidate", payers={"county": "62.5"}
    )
    row = actions.send(by=cast.reviewer, submission=stories.without_papers(row), version=row.version + 3)
    said = "另由县（市、区）财政出62.50"
    assert said in words(cast.client("finance").get(f"/priorities/approvals/{row.number}/").content.decode())
    assert said in words(cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode())
    row = signed(row, cast)
    assert Notice.objects.filter(sentence__contains="另由县（市、区）财政出 62.50").exists()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    actions.adopt(by=cast.leader, plan=plan, version=plan.version, **MINUTES)
    row.refresh_from_db()
    for letter in DecisionLetter.objects.filter(submission=row):
        assert letter.content["beside"] == {"county": "62.50"}
        assert letter.content["sums"]["decided_wan"] == "120.00"
        assert any("62.50 万元配套，请与出资方落实" in s for s in letter.content["next"])
    client = cast.client("health_cio")
    assert "县（市、区）财政（会签填定，合计之外）—62.50" in words(client.get(at(row)).content.decode())
    assert said in words(client.get(f"/priorities/submissions/{row.number}/").content.decode())
    assert "县（市、区）财政配套8.1(4)未填62.50" in words(client.get(row.project.get_absolute_url()).content.decode())
    project = row.project
    assert (project.decided["county"]["beside_wan"], project.decided_wan) == ("62.50", Decimal("120.00"))
    county = LineKey(project, 2008, "county")
    money_actions.set_cell(by=cast.finance, at=county, stage="approved", typed="62.50", version=0)
    now = BudgetLine.objects.get(**vars(county)).version
    with pytest.raises(Refused, match="超过审定的 182.50"):
        money_actions.set_cell(by=cast.finance, at=county, stage="approved", typed="62.51", version=now)


def test_a_decision_from_before_letters_were_kept_gets_its_letter_once_dated_on_its_day(stories, cast):
    """Without a letter until now: the applicant gets the page and a notice, its paper on asking."""
    adopted, pool, open_ = stories.adopted(), stories.concluded("pool"), stories.under_review()
    DecisionLetter.objects.all().delete()
    Notice.objects.all().delete()
    with clock.at(dt.date(2008, 1, 15)):
        assert [letters.issue_missing(clock.today()), letters.issue_missing(clock.today())] == [2, 0]
    found = {x.submission_id: x for x in DecisionLetter.objects.all()}
    assert set(found) == {adopted.pk, pool.pk}
    assert open_.pk not in found
    assert [found[r.pk].content["day"] for r in (adopted, pool)] == ["2007-08-20", "2007-08-20"]
    assert found[adopted.pk].content["project"] == adopted.project.code
    assert found[pool.pk].content["headline"] == "进入储备库"
    assert Notice.objects.filter(address=found[pool.pk].get_absolute_url()).count() == 1
    client = cast.client("health_cio")
    page = client.get(at(adopted))
    assert "生成批复通知" in page.content.decode()
    client.post(at(adopted), {"letter": found[adopted.pk].pk})
    assert Job.objects.filter(pk=decisions.key_of(found[adopted.pk].pk)).exists()


@pytest.mark.parametrize("kind", ["deferred", "pool"])
def test_what_is_deferred_or_waits_in_the_pool_is_told_of_no_decided_amount(stories, cast, kind):
    """Nothing is decided about its money: a letter that said 审定 120.00 would promise it."""
    row = stories.concluded(kind)
    content = DecisionLetter.objects.get(submission=row).content
    assert (content["amounts"], content["cuts"], content["sums"]["decided_wan"]) == ([], [], "0.00")
    page = cast.client("health_cio").get(at(row)).content.decode()
    assert "审定市财政" not in page
    assert "审定" not in Notice.objects.get(address=row.letters.get().get_absolute_url()).sentence


def test_whoever_is_to_be_called_can_be_called(stories, cast):
    """The case's reviewer has no phone on record: the letter names one of the office who has."""
    row = stories.joint_approval()
    mine = Appointment.objects.get(user=row.assignee)
    User.objects.filter(pk=mine.user_id).update(phone="")
    other = User.objects.create(username="colleague", full_name="许静", phone="0851-5820299")
    Appointment.objects.create(user=other, organisation=mine.organisation, role=mine.role, from_day=dt.date(2007, 1, 1))
    row = signed(row, cast)
    call = row.letters.get().content["call"]
    assert {"about": "审核与复审", "who": "信息办审核人（许静 0851-5820299）"} in call
