"""意见: the network centre and the expert group's four groups; side by side, independent, no party to the case."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Role
from governance.kernel import access
from governance.models import Appointment, Organisation, User
from priorities import actions
from priorities.approval import carried, opinions
from priorities.case import guards
from tests.conftest import log_in
from tests.page import words

SCHEMES, POLICY = "expert-group-schemes", "expert-group-policy"


def expert(name: str, unit: str = "项目专家工作组") -> User:
    user = User.objects.create(username=f"expert-{User.objects.count()}", full_name=name, phone="0851-5820799")
    Appointment.objects.create(
        user=user, organisation=Organisation.objects.get(name=unit), role=Role.EXPERT, from_day=dt.date(2007, 1, 1)
    )
    return user


def ask(cast, row, *people, **more):
    return actions.request_opinion(
        by=cast.reviewer, submission=row, version=row.version, what="expert", assigned=people or None, **more
    )


def give(user, row, kind="agree", **more):
    return actions.give_opinion(
        by=access.actor_for(user), submission=row, edition=row.current_version, kind=kind, **more
    )


@pytest.fixture
def row(stories):
    return stories.judged()


def test_experts_of_several_groups_are_asked_side_by_side_each_with_his_due_day(row, cast):
    one, two = expert("林一"), expert("蒋二")
    row = ask(cast, row, one, group=SCHEMES, due_day=dt.date(2007, 8, 27))
    row = ask(cast, row, two, group=POLICY, due_day=dt.date(2007, 9, 3))
    asked = opinions.asked(row, "expert", clock.today())
    assert [(a.seat.assigned, a.group, a.due_day) for a in asked] == [
        (one, "方案研究组", dt.date(2007, 8, 27)),
        (two, "政策法规组", dt.date(2007, 9, 3)),
    ]
    assert asked[0].seat.round == asked[1].seat.round
    assert asked[0].seat.round.due_day == dt.date(2007, 9, 3)
    assert asked[0].seat.organisation.name == "项目专家工作组方案研究组"


def test_the_four_groups_are_those_of_the_plan(row):
    assert [g.name for g in opinions.groups()] == ["方案研究组", "政务管理组", "标准研究组", "政策法规组"]


def test_nobody_is_asked_twice_on_a_version_and_an_unknown_group_or_day_is_refused(row, cast):
    one = expert("林一")
    row = ask(cast, row, one)
    with pytest.raises(Refused, match="已向林一征求意见"):
        ask(cast, row, one)
    with pytest.raises(Invalid, match="四个组"):
        ask(cast, row, expert("蒋二"), group="expert-group-nobody")
    for day in (dt.date(2007, 8, 19), dt.date(9999, 12, 31)):
        with pytest.raises(Invalid, match="期限"):
            ask(cast, row, expert("蒋三"), due_day=day)


def test_one_refusing_expert_does_not_silence_the_others_and_all_are_waited_for(row, cast):
    one, two = expert("林一"), expert("蒋二")
    row = ask(cast, row, one, two)
    give(one, row, "refuse", text="指标不可测")
    assert [text for text, _ in opinions.lacking(row, "expert", clock.today())] == [
        "专家组意见还没有回来（蒋二（项目专家工作组），2007-08-20 送出）"
    ]
    give(two, row)
    assert opinions.lacking(row, "expert", clock.today()) == []
    assert opinions.asked(row, "expert", clock.today())[0].seat.round.state == "concluded"


def test_who_stands_aside_says_why_and_somebody_else_is_asked(row, cast):
    one = expert("林一")
    row = ask(cast, row, one)
    with pytest.raises(Invalid, match="回避必须写明理由"):
        give(one, row, "abstain")
    give(one, row, "abstain", text="曾为该单位作过咨询")
    assert [t for t, _ in opinions.lacking(row, "expert", clock.today())] == [
        "专家组意见都已回避，请另行征求或写明理由免去"
    ]
    row.refresh_from_db()
    row = ask(cast, row)  # the first who is free and was not asked yet
    give(cast.user("expert"), row)
    assert opinions.lacking(row, "expert", clock.today()) == []


# --- conflict of interest --------------------------------------------------------------------------------------------


def why(row) -> dict[str, str]:
    return {c.user.full_name: c.why for c in opinions.candidates(row, clock.today())}


def test_a_unit_under_its_old_name_a_co_author_and_an_earlier_part_keep_an_expert_out(stories, cast):
    row = stories.draft()
    health = row.organisation
    old = Organisation.objects.create(key="old-health", name="市公共卫生管理局", kind="市直部门", canonical=health)
    writer, aunt, namesake = expert("孙笔"), expert("孙姨", unit=old.name), expert("陈立明")
    Appointment.objects.create(
        user=writer,
        organisation=health,
        role=Role.DEPARTMENT_CIO,
        from_day=dt.date(2007, 1, 1),
        to_day=dt.date(2007, 8, 25),
    )
    hat = Appointment.objects.get(user=writer, role=Role.DEPARTMENT_CIO)
    row = actions.save_draft(
        by=access.actor_for(writer, hat.pk),
        submission=row,
        version=row.version,
        patch={"content": "建设社区卫生服务业务系统，接入共享交换平台。"},
    )
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    screener = cast.user("reviewer")
    Appointment.objects.create(
        user=screener,
        organisation=Organisation.objects.get(name="项目专家工作组"),
        role=Role.EXPERT,
        from_day=dt.date(2007, 1, 1),
    )
    with clock.at(dt.date(2007, 8, 27)):  # his hat in the department has ended, what he wrote has not
        found = why(row)
    assert found == {
        "吴思远": "",
        "孙笔": "参与编写过本件的申报书",
        "孙姨": "所在单位牵头或联合申报本件",
        "陈立明": "是本件的联系人",
        "周敏": "经办过本件的审核",
    }
    for user in (writer, aunt, namesake):
        with pytest.raises(Refused, match="不能对本件出具专家意见"):
            ask(cast, row, user)


def test_a_part_in_the_earlier_case_counts_for_the_case_filed_again(stories, cast):
    earlier = stories.concluded("no_city_funding")
    signer = cast.user("ndrc")
    Appointment.objects.create(
        user=signer,
        organisation=Organisation.objects.get(name="项目专家工作组"),
        role=Role.EXPERT,
        from_day=dt.date(2007, 1, 1),
    )
    row = actions.create_draft(by=cast.health_cio, kind="new", plan_year=2008, from_earlier=earlier)
    assert why(row)["赵文静"] == f"会签过前一件申报 {earlier.reference} "


def test_the_network_centre_does_not_judge_its_own_scheme(stories, cast):
    row = stories.draft()
    row.participants.create(organisation_id=cast.network.organisation_id, confirmed_day=clock.today(), confirmed_by="x")
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    with pytest.raises(Refused, match="不能审查自己的方案"):
        actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")


def test_a_conflict_that_comes_up_later_leaves_only_standing_aside(row, cast):
    one = expert("林一", unit="市信息中心")
    row = ask(cast, row, one)
    row.participants.create(
        organisation=Organisation.objects.get(name="市信息中心"), confirmed_day=clock.today(), confirmed_by="x"
    )
    with pytest.raises(Refused, match="请填“回避”"):
        give(one, row)
    give(one, row, "abstain", text="单位成为联合申报单位")


# --- hidden until one's own is in ------------------------------------------------------------------------------------


def test_others_opinions_stay_hidden_until_ones_own_is_in(row, cast):
    one, two = expert("林一"), expert("蒋二")
    row = ask(cast, row, one, two, group=SCHEMES)
    give(one, row, "refuse", text="接口规范缺失")
    from django.test import Client

    client = Client()
    log_in(client, two)
    at = f"/priorities/approvals/{row.reference}/opinion/"
    pages = (at, f"/priorities/submissions/{row.reference}/", f"/priorities/approvals/{row.reference}/")
    for page in pages:
        body = client.get(page).content.decode()
        assert "接口规范缺失" not in body, page
        assert "不同意 08-20" not in body, page
    refused = client.post(at, {"edition": 1, "kind": "conditional", "text": "先补接口"})
    assert refused.status_code == 422
    assert "附条件同意必须写明条件" in refused.content.decode()
    assert "先补接口" in refused.content.decode()  # nothing typed is lost
    assert client.post(at, {"edition": 1, "kind": "agree", "text": "可行"}).status_code == 302
    assert "接口规范缺失" in client.get(at).content.decode()


# --- reminders -------------------------------------------------------------------------------------------------------


def test_a_silent_seat_is_reminded_once_a_day_and_an_answered_one_not_at_all(row, cast):
    from governance.notices import inbox

    one = expert("林一")
    row = ask(cast, row, one)
    seat = opinions.opinion_seats(row)[-1]
    with clock.at(dt.date(2007, 9, 5)):
        actions.remind(by=cast.reviewer, submission=row, seat=seat)
        with pytest.raises(Refused, match="今天已经催过"):
            actions.remind(by=cast.reviewer, submission=row, seat=seat)
        sentences = list(inbox.for_actor(access.actor_for(one)).values_list("sentence", flat=True))
        assert any("催办" in s and "已等 16 天，已过期限 2007-09-03" in s for s in sentences)
        give(one, row)
        with pytest.raises(Refused, match="不用催办"):
            actions.remind(by=cast.reviewer, submission=row, seat=seat)


def test_an_auditor_reminds_nobody(row, cast):
    row = ask(cast, row, expert("林一"))
    assert guards.blockers(row, "remind", cast.auditor)
    with pytest.raises(Refused, match="可以催办"):
        actions.remind(by=cast.auditor, submission=row, seat=opinions.opinion_seats(row)[-1])
    assert guards.blockers(row, "remind", cast.health_cio) == []


def test_the_case_page_asks_several_experts_of_a_group_in_one_post(row, cast):
    one, two = expert("林一"), expert("蒋二")
    client = cast.client("reviewer")
    page = client.get(f"/priorities/desk/{row.reference}/").content.decode()
    assert "方案研究组" in page
    sent = client.post(
        f"/priorities/desk/{row.reference}/opinion/",
        {"what": "expert", "group": SCHEMES, "expert": [one.pk, two.pk], "due_day": "2007-08-31"},
    )
    assert sent.status_code == 302
    assert {s.assigned for s in opinions.opinion_seats(row)} == {one, two}
    page = words(client.get(f"/priorities/desk/{row.reference}/?ask=1").content.decode())
    assert "这一版已经征求过" in page
    assert "08-31 到期" in " ".join(page.split())


def test_the_case_page_still_shows_the_seventeen_clauses_beside_the_groups(row, cast):
    page = cast.client("reviewer").get(f"/priorities/desk/{row.reference}/").content.decode()
    assert page.count('class="clause-text"') == 17


def test_a_condition_of_an_opinion_has_a_day_and_its_body_is_named_once(row, cast):
    """Until when it is to be met stands wherever the condition stands: it is signed and read with it."""
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    given = {"edition": row.current_version, "kind": "conditional", "condition": "接入方案报审"}
    answer = cast.client("network").post(
        f"/priorities/approvals/{row.number}/opinion/", given | {"condition_due": "2008-03-31"}, follow=True
    )
    assert answer.status_code == 200
    (condition,) = carried.of_case(row, clock.today()).conditions
    assert (condition.due, condition.whose) == (dt.date(2008, 3, 31), "市电子政务网络管理中心")
    assert "2008-03-31" in cast.client("reviewer").get(f"/priorities/desk/{row.number}/").content.decode()


def test_a_day_that_is_none_is_refused_and_what_was_typed_comes_back(row, cast):
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    given = {"edition": row.current_version, "kind": "conditional", "condition": "接入方案报审"}
    typed = given | {"condition_due": "三月"}
    answer = cast.client("network").post(f"/priorities/approvals/{row.number}/opinion/", typed)
    assert answer.status_code == 422
    assert "接入方案报审" in answer.content.decode()


def test_opinions_that_are_in_pass_nothing(row, cast):
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="network_centre")
    actions.give_opinion(by=cast.network, submission=row, edition=row.current_version, kind="refuse", text="另设出口")
    page = words(cast.client("health_cio").get(row.get_absolute_url()).content.decode())
    assert "意见已交齐" in page
    assert "已通过" not in page
