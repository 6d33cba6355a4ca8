"""联合会签: four signatures on three seats, conflicts of interest, 代行, paper, reopening, refusal."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.basics.roles import ROLE_LABELS, Permission, Role, roles_with
from governance.kernel.access import actor_for
from governance.models import (
    Answer,
    Appointment,
    AuditRow,
    Body,
    Discrepancy,
    Notice,
    Organisation,
    ReadingDecision,
    User,
)
from governance.signing import rounds, signers
from priorities import actions
from priorities.approval import meeting_pack, seats
from priorities.case import guards
from tests.conftest import log_in
from tests.priorities.stories import components, proposal


def sign(row, by, **more):
    return actions.sign(by=by, submission=row, version=row.version, **more)


def all_sign(cast, row):
    for by in (cast.finance, cast.ndrc, cast.industry, cast.office_head):
        row = sign(row, by)
    return row


def open_seats(row) -> dict:
    return {s.organisation.name: s for s in actions.rounds_of(row)[0].seats.all()}


def test_three_seats_are_four_signatures(stories):
    row = stories.joint_approval()
    rows = actions.rounds_of(row)[0].seats.all()
    assert [(s.organisation.name, s.label) for s in rows] == [
        ("市财政局", "市财政局（财政席）"),
        ("市发改委", "市发改委（发改席）"),
        ("市信息产业局", "市信息产业局（信息化主管部门席）"),
        ("市信息办", "市信息办（信息化主管部门席）"),
    ]
    assert not any(s.conflict for s in rows)


def test_all_four_must_agree(stories, cast):
    row = stories.joint_approval()
    for by in (cast.finance, cast.ndrc, cast.industry):
        row = sign(row, by)
        assert row.state == "joint_approval"
    assert sign(row, cast.office_head).state == "candidate"


def test_a_seat_signs_once(stories, cast):
    row = sign(stories.joint_approval(), cast.finance)
    with pytest.raises(Refused, match="已于 2007-08-20 签过"):
        sign(row, cast.finance)


def test_who_has_no_seat_does_not_sign(stories, cast):
    row = stories.joint_approval()
    with pytest.raises(Refused, match="不在这一轮的签署席位里"):
        sign(row, cast.leader)
    with pytest.raises(WrongRole):
        sign(row, cast.health_cio)


def test_who_screened_a_case_does_not_sign_it(stories, cast):
    row = stories.joint_approval()
    reviewer = cast.user("reviewer")
    hat = Appointment.objects.create(
        user=reviewer,
        organisation_id=cast.finance.organisation_id,
        role=Role.FINANCE,
        manner="兼任",
        from_day=dt.date(2007, 1, 1),
    )
    with pytest.raises(Refused, match="审、签分离") as caught:
        sign(row, actor_for(reviewer, hat.pk))
    assert caught.value.blockers[0][1].startswith("市财政局")


def test_one_person_fills_one_seat_whatever_hats_he_has(stories, cast):
    row = stories.joint_approval()
    person = cast.user("finance")
    hat = Appointment.objects.create(
        user=person,
        organisation_id=cast.ndrc.organisation_id,
        role=Role.NDRC,
        manner="兼任",
        from_day=dt.date(2007, 1, 1),
    )
    row = sign(row, cast.finance)
    with pytest.raises(Refused, match="一人在一轮里只能填一个席位"):
        sign(row, actor_for(person, hat.pk))


def test_a_signature_can_be_taken_back_until_the_round_closes_and_both_rows_stay(stories, cast):
    row = sign(stories.joint_approval(), cast.finance)
    row = actions.withdraw_signature(by=cast.finance, submission=row, version=row.version, text="再看概算")
    seat = open_seats(row)["市财政局"]
    assert [(a.kind, a.in_force) for a in seat.answers.all()] == [("agree", False), ("withdrawn", False)]
    with pytest.raises(Refused, match="没有可撤回的签署"):
        actions.withdraw_signature(by=cast.finance, submission=row, version=row.version)
    row = all_sign(cast, row)
    assert row.state == "candidate"
    with pytest.raises(Refused, match="现在是“年度计划候选”"):
        actions.withdraw_signature(by=cast.finance, submission=row, version=row.version)


def test_a_refusal_has_reason_and_clause_closes_the_round_and_goes_back(stories, cast):
    row = sign(stories.joint_approval(), cast.ndrc)
    with pytest.raises(Invalid) as caught:
        actions.refuse(by=cast.finance, submission=row, version=row.version, reason="", clause="")
    assert set(caught.value.fields) == {"reason", "clause"}
    row = actions.refuse(by=cast.finance, submission=row, version=row.version, reason="自筹不落实", clause="8.1(5)")
    assert row.state == "under_review"
    assert actions.rounds_of(row)[0].state == "refused"
    assert row.transitions.latest("pk").reason == "市财政局（财政席）不同意（8.1(5)）：自筹不落实"
    row = actions.send(by=cast.reviewer, submission=row, version=row.version)
    assert [r.number for r in actions.rounds_of(row) if r.kind == "joint_approval"] == [2, 1]


def test_a_condition_needs_its_text_and_counts_as_agreement(stories, cast):
    row = stories.joint_approval()
    with pytest.raises(Invalid, match="附条件同意必须写明条件"):
        sign(row, cast.finance, kind="conditional")
    row = sign(
        row, cast.finance, kind="conditional", condition="2008 年底前接入共享平台", condition_due=dt.date(2008, 12, 31)
    )
    for by in (cast.ndrc, cast.industry, cast.office_head):
        row = sign(row, by)
    assert row.state == "candidate"


def test_a_plain_agreement_with_a_condition_is_refused_and_the_trail_says_what_was_signed(stories, cast):
    row = stories.joint_approval()
    with pytest.raises(Invalid, match="请用附条件同意"):
        sign(row, cast.finance, condition="2008 年底前接入共享平台")
    assert not AuditRow.objects.filter(event="priorities.submission.sign", ok=True).exists()
    row = sign(row, cast.finance, condition="  ")
    sign(row, cast.ndrc, kind="conditional", condition="2008 年底前接入共享平台")
    said = AuditRow.objects.filter(event="priorities.submission.sign", ok=True).order_by("seq")
    assert [(a.now, a.sentence.rpartition("签署")[2]) for a in said] == [
        ("agree", "同意"),
        ("conditional", "附条件同意"),
    ]


def test_a_changed_amount_reopens_the_seats_that_signed_before(stories, cast):
    row = sign(stories.joint_approval(), cast.finance)
    stale = row.version
    cut = [{"component": "c1", "source": "city", "fiscal_year": 2008, "approved_wan": "40", "clause": "概算审核"}]
    with pytest.raises(Invalid, match="要用附条件同意"):
        sign(row, cast.ndrc, amounts=cut)
    row = sign(row, cast.ndrc, kind="conditional", condition="压减概算", amounts=cut)
    assert {s.organisation.name for s in rounds.silent(actions.rounds_of(row)[0])} == {
        "市财政局",
        "市信息产业局",
        "市信息办",
    }
    with pytest.raises(Stale):
        actions.sign(by=cast.finance, submission=row, version=stale)
    for by in (cast.finance, cast.industry, cast.office_head):
        row = sign(row, by)
    settled = row.conclusions.get(in_force=True)
    assert (row.state, settled.amounts[0]["approved_wan"]) == ("candidate", "40.00")
    assert row.conclusions.count() == 2


def test_paper_signatures_say_who_signed_when_and_who_entered_them(stories, cast):
    row = stories.joint_approval()
    for day in (None, dt.date(2007, 8, 21)):
        with pytest.raises(Invalid, match="签署日期"):
            sign(row, cast.finance, paper=actions.PaperSignature("张局长", day))
    row = sign(row, cast.finance, paper=actions.PaperSignature("张局长", dt.date(2007, 8, 18)))
    answer = open_seats(row)["市财政局"].answers.get()
    assert (answer.signer, answer.signed_on, answer.user_id) == ("张局长", dt.date(2007, 8, 18), cast.finance.user_id)


# --- whose seat ----------------------------------------------------------------------------------------------------

OFFICE_OF = {
    "市财政局": Role.FINANCE,
    "市发改委": Role.NDRC,
    "市信息产业局": Role.INDUSTRY,
    "市信息办": Role.OFFICE_HEAD,
    "市信息化领导小组": Role.LEADING_GROUP,
}


def appointed(seat, role: Role):
    """A new person with the role at the seat's unit."""
    user = User.objects.create(username=f"{seat.key}-{role}", full_name="丁一")
    Appointment.objects.create(user=user, organisation=seat.organisation, role=role, from_day=dt.date(2007, 1, 1))
    return actor_for(user)


def test_the_roles_that_hold_sign_are_the_offices_of_the_five_units():
    assert set(roles_with(Permission.SIGN)) == set(OFFICE_OF.values())


@pytest.mark.parametrize("unit", OFFICE_OF)
def test_a_units_seat_is_filled_by_its_office_and_by_no_other_role_appointed_there(stories, cast, unit):
    row = stories.joint_approval(by=cast.industry)  # D44: the leading group has the fifth seat
    seat, round_ = open_seats(row)[unit], guards.open_round(row)
    signing = (cast.finance, cast.ndrc, cast.industry, cast.office_head, cast.leader)
    holder = next(a for a in signing if a.organisation_id == seat.organisation_id)
    office = ROLE_LABELS[OFFICE_OF[unit]]
    assert signers.offices(seat) == [OFFICE_OF[unit]]
    for role in Role:
        actor = appointed(seat, role)
        found = signers.may_sign(round_, actor)
        assert found.ok == (role == OFFICE_OF[unit]) == (round_ in rounds.waiting_on(actor)), role
        if found.ok:
            assert found.seat == seat
            continue
        assert found.why.startswith(f"{seat.label}由“{office}”签署（{holder.name}")
        assert found.why.endswith(f"您的角色是“{ROLE_LABELS[role]}”")
        if role not in OFFICE_OF.values():
            with pytest.raises(WrongRole):
                sign(row, actor)
            continue
        with pytest.raises(Refused, match=f"由“{office}”签署（{holder.name}") as caught:
            sign(row, actor)
        assert caught.value.blockers[0][1].startswith(unit)
        with pytest.raises(Refused, match=f"由“{office}”签署"):
            actions.refuse(by=actor, submission=row, version=row.version, reason="自筹不落实", clause="8.1(5)")
        with pytest.raises(Refused, match="没有可撤回的签署"):
            actions.withdraw_signature(by=actor, submission=row, version=row.version)
    assert not Answer.objects.filter(seat__round=round_).exists()
    sign(row, holder)
    assert Answer.objects.get(seat__round=round_).seat == seat


def test_the_page_has_the_form_for_the_office_and_the_reason_for_another_role_of_the_unit(stories, cast):
    row = stories.joint_approval()
    address = f"/priorities/approvals/{row.reference}/"
    assert 'id="sign"' in cast.client("finance").get(address).content.decode()
    stranger = appointed(open_seats(row)["市财政局"], Role.NDRC)
    client = Client()
    log_in(client, User.objects.get(pk=stranger.user_id))
    shown = client.get(address).content.decode()
    assert 'id="sign"' not in shown
    assert "不能签署：市财政局（财政席）由“财政局”签署（李国栋" in shown
    told = Notice.objects.filter(organisation_id=cast.finance.organisation_id, address=row.get_absolute_url())
    assert {n.role for n in told} == {Role.FINANCE}


def test_who_holds_the_body_signs_for_it_and_a_unit_of_no_body_by_any_role_that_may_sign(stories, cast):
    """D03: another unit can be named as 信息化主管部门; the seats that are open stay where they are."""
    before = open_seats(stories.joint_approval())["市信息产业局"]
    unit = Organisation.objects.get(name="市经贸委")
    Body.objects.filter(key="informatisation-authority").update(holder=unit)
    seat = open_seats(stories.joint_approval())["市经贸委"]
    assert signers.offices(seat) == [Role.INDUSTRY]
    assert signers.may_sign(seat.round, appointed(seat, Role.INDUSTRY)).ok
    assert not signers.may_sign(seat.round, appointed(seat, Role.FINANCE)).ok
    assert set(signers.offices(before)) == set(OFFICE_OF.values())
    assert signers.may_sign(before.round, cast.industry).ok
    assert not signers.may_sign(before.round, appointed(before, Role.REVIEWER)).ok


# --- conflict of interest (D44) ------------------------------------------------------------------------------------


def test_a_body_that_leads_the_case_is_marked_and_an_independent_signature_is_required(stories, cast):
    row = stories.joint_approval(by=cast.industry)
    held = open_seats(row)
    assert "牵头或联合申报单位" in held["市信息产业局"].conflict
    assert held["市信息化领导小组"].stands_for == held["市信息产业局"].key
    row = all_sign(cast, row)
    assert row.state == "joint_approval"  # four signatures are not enough here
    assert sign(row, cast.leader).state == "candidate"


def test_a_merged_name_of_the_body_is_the_body(stories, cast):
    """市信息产业局 under another name co-applies: the conflict is seen through the survivor."""
    old = Organisation.objects.create(
        key="old-name", name="市信息化工作局", kind="市直部门", canonical_id=cast.industry.organisation_id
    )
    row = stories.draft()
    row = actions.add_participant(by=cast.health_cio, submission=row, version=row.version, organisation=old)
    row.participants.update(organisation=old)  # filed under the old name, before the merger
    row.refresh_from_db()
    assert cast.industry.organisation_id in seats.interested(row)
    specs = {s.key: s for s in seats.joint_approval(row, clock.today())}
    assert specs["industry-bureau"].conflict
    assert specs["leading-group"].stands_for == "industry-bureau"


def test_leading_the_project_is_a_conflict_as_much_as_leading_the_case(stories, cast):
    from projects.models import Project

    row = stories.draft()
    row.project = Project.objects.get(code="P05")  # 市信息产业局 is one of its leads
    specs = {s.key: s for s in seats.joint_approval(row, clock.today())}
    assert specs["industry-bureau"].conflict
    assert not specs["finance-bureau"].conflict


def test_where_d44_is_read_as_a_remark_the_conflict_is_marked_and_no_seat_is_added(stories, cast):
    ReadingDecision.objects.create(
        discrepancy=Discrepancy.objects.get(code="D44"),
        reading="b",
        reason="x",
        by_text="x",
        from_day=dt.date(2007, 1, 1),
    )
    row = stories.draft(by=cast.industry)
    specs = seats.joint_approval(row, clock.today())
    assert [bool(s.conflict) for s in specs] == [False, False, True, False]


def test_a_conflict_that_comes_up_during_the_round_stops_the_signing(stories, cast):
    row = stories.joint_approval()
    row.participants.create(organisation_id=cast.ndrc.organisation_id, confirmed_day=clock.today(), confirmed_by="x")
    with pytest.raises(Refused, match="有了利害关系而没有独立签署席位"):
        sign(row, cast.finance)


# --- deferred, pool ------------------------------------------------------------------------------------------------


def test_the_conclusions_conditions_hold_at_the_last_signature(stories, cast):
    row = stories.concluded("deferred")
    assert (row.state, row.re_review_on) == ("deferred", dt.date(2008, 2, 20))


def test_a_case_of_the_pool_may_come_back(stories, cast):
    row = stories.concluded("pool")
    row = actions.re_review(by=cast.reviewer, submission=row, version=row.version, reason="条件具备")
    assert row.state == "under_review"


def test_a_plans_own_project_is_only_advised_by_8_3(stories, cast):
    """The 27 enter by a planned case; no clause of 8.3.1 is asked for (D20)."""
    document = proposal(facts={}, components=components("100"))
    document.pop("title")
    row = stories.concluded("candidate", by=cast.industry, kind="planned", project_code="P05", document=document)
    assert row.state == "joint_approval"
    assert sign(row, cast.leader).state == "candidate"


def test_the_page_says_how_much_of_the_plan_a_conflicted_body_leads_itself(stories, cast):
    """D44's own figures: 23 of the 27 rows, 5793 of 6883 万元."""
    row = stories.joint_approval(by=cast.industry)
    page = cast.client("finance").get(f"/priorities/approvals/{row.reference}/").content.decode()
    assert "23 / 27 项" in page
    assert "5,793 / 6,883 万元" in page


# --- the clause of a refusal, and what is left of the round -----------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "clause", "kept"),
    [
        ("growth", "", "9.6.1"),
        ("overlap", "8.3.3(2)", "8.3.3(2)"),
        ("source", "8.1(5)", "8.1(5)"),
        ("sharing", "", "8.3.2(3)"),
    ],
)
def test_a_reason_from_the_list_fills_its_own_clause(stories, cast, reason, clause, kept):
    row = stories.joint_approval()
    actions.refuse(by=cast.finance, submission=row, version=row.version, reason=reason, clause=clause)
    assert Answer.objects.get(kind="refuse").clause == kept


@pytest.mark.parametrize(
    ("reason", "clause", "text"),
    [
        ("growth", "8.3.3(4)", ""),
        ("overlap", "9.6.1", ""),
        ("other", "8.3.1(9)", "另有原因"),
        ("自筹不落实", "12.3", ""),
    ],
)
def test_a_foreign_clause_is_refused_and_nothing_is_signed(stories, cast, reason, clause, text):
    row = stories.joint_approval()
    with pytest.raises(Invalid) as caught:
        actions.refuse(by=cast.finance, submission=row, version=row.version, reason=reason, clause=clause, text=text)
    assert set(caught.value.fields) == {"clause"}
    answer = cast.client("finance").post(
        f"/priorities/approvals/{row.number}/refuse/",
        {"version": row.version, "reason": reason, "clause": clause, "text": text},
    )
    assert answer.status_code == 422
    assert not Answer.objects.exists()


def test_after_a_refusal_no_seat_still_reads_waiting(stories, cast):
    row = stories.joint_approval()
    sitting = actions.convene(by=cast.reviewer, title="会签会", held_on=clock.today(), submissions=[row])
    actions.sign(by=cast.ndrc, submission=row, version=row.version)
    actions.refuse(by=cast.finance, submission=row, version=row.version, reason="growth")
    page = cast.client("finance").get(f"/priorities/approvals/{row.number}/").content.decode()
    seats = page.partition("<h2>席位</h2>")[2].partition("</table>")[0]
    assert "等待" not in seats
    assert "等您签" not in seats
    assert seats.count("没有签，这一轮已结束") == 2
    agenda = cast.client("finance").get(f"/priorities/sittings/{sitting.pk}/").content.decode()
    assert not re.search(r"等 \d+ 天", agenda)
    sheet = next(t for s in meeting_pack.build(sitting).sections for t in s.tables if t.id.endswith("-seats"))
    assert [r["answer"] for r in sheet.rows].count("没有签") == 2
