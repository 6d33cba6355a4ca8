"""Reforms: a unit set up, one that another goes on with from a day, and the way back;
nobody's reference is rewritten."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.kernel import access
from governance.kernel.verbs import frame
from governance.models import Appointment, Organisation, Succession
from governance.notices import inbox
from governance.people import touched
from governance.people.institutions import chain_of_command
from priorities.models import Submission
from projects.models import Project, ProjectLead

pytestmark = pytest.mark.django_db
D = dt.date


def unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def succeed(cast, row: Organisation, into: Organisation, day: dt.date, **more) -> Succession:
    row.refresh_from_db()
    values = {
        "organisation": row,
        "version": row.version,
        "into": into,
        "from_day": day,
        "paper": "筑府发〔2007〕30号",
    } | more
    return actions.succeed_organisation(by=cast.reviewer, **values)


def test_a_new_unit_has_a_name_that_nobody_has(cast):
    row = actions.add_organisation(
        by=cast.reviewer, name="市应急办", kind="市直部门", paper="筑编〔2007〕8号", valid_from=D(2007, 7, 1)
    )
    assert row in Organisation.objects.units()
    for name in ("市应急办", "信息产业局"):
        with pytest.raises(Invalid, match="已经指"):
            actions.add_organisation(by=cast.reviewer, name=name, kind="市直部门", paper="甲")
    with pytest.raises(Invalid, match="请选择类别"):
        actions.add_organisation(by=cast.reviewer, name="市某某局", kind="泛指", paper="甲")
    with pytest.raises(WrongRole):
        actions.add_organisation(by=cast.office_head, name="市某某局", kind="市直部门", paper="甲")


def test_a_reform_moves_open_work_on_its_day_and_old_signatures_keep_the_old_name(cast):
    old, new = unit("市卫生局"), unit("市民政局")
    leads = list(ProjectLead.objects.filter(organisation=old).values_list("pk", "as_named"))
    draft = Submission.objects.create(
        kind="new",
        plan_year=2008,
        state="draft",
        organisation=old,
        author_id=cast.health_cio.user_id,
        created_day=D(2007, 8, 1),
        state_day=D(2007, 8, 1),
    )
    succeed(cast, old, new, D(2007, 8, 20))
    old.refresh_from_db()
    assert (old.canonical, old.valid_to) == (new, D(2007, 8, 19))
    assert list(ProjectLead.objects.filter(organisation=old).values_list("pk", "as_named")) == leads
    assert new.pk in Project.objects.get(code="P17").belongs_to()
    heir = access.actor_for(cast.user("health_cio"))
    assert (heir.organisation_id, heir.organisation_name) == (new.pk, "市卫生局")
    assert draft in Submission.objects.visible_to(heir)
    with frame():
        inbox.tell(key="to-the-old-unit", organisation_id=old.pk, sentence="请补正", address="/")
    assert inbox.for_actor(heir).filter(sentence="请补正").exists()
    page = cast.client("reviewer").get(old.get_absolute_url()).content.decode()
    assert "自 2007-08-20 起由" in page
    assert "筑府发〔2007〕30号" in page


def test_a_reform_of_a_later_day_waits_for_it_and_begins_once(cast):
    old, new = unit("市规划局"), unit("市建设局")
    succeed(cast, old, new, D(2007, 10, 1))
    old.refresh_from_db()
    assert old.canonical is None
    assert "待承接" in cast.client("auditor").get(old.get_absolute_url()).content.decode()
    assert actions.apply_successions(D(2007, 9, 30)) == 0
    assert actions.apply_successions(D(2007, 10, 1)) == 1
    assert actions.apply_successions(D(2007, 10, 2)) == 0
    old.refresh_from_db()
    assert (old.canonical, old.valid_to) == (new, D(2007, 9, 30))


def test_a_reform_is_taken_back_before_and_after_its_day(cast):
    old, new = unit("市规划局"), unit("市建设局")
    for day in (D(2007, 10, 1), D(2007, 8, 1)):
        succeed(cast, old, new, day)
        old.refresh_from_db()
        actions.separate_organisation(by=cast.reviewer, organisation=old, version=old.version, reason="文件撤回")
        old.refresh_from_db()
        assert (old.canonical, old.valid_to) == (None, None)
    assert Succession.objects.exclude(revoked="").count() == 2
    assert actions.apply_successions(D(2008, 1, 1)) == 0


def test_what_came_along_with_a_merge_comes_back_with_it(cast):
    first, second, third = unit("市规划局"), unit("市建设局"), unit("市房管局")
    actions.merge_organisation(
        by=cast.reviewer, organisation=first, version=first.version, into=second, reason="同一单位"
    )
    second.refresh_from_db()
    actions.merge_organisation(
        by=cast.reviewer, organisation=second, version=second.version, into=third, reason="同一单位"
    )
    assert set(Organisation.objects.filter(canonical=third)) == {first, second}
    second.refresh_from_db()
    actions.separate_organisation(by=cast.reviewer, organisation=second, version=second.version, reason="记错")
    assert Organisation.objects.get(pk=first.pk).canonical == second
    assert not Organisation.objects.filter(canonical=third).exists()


@pytest.mark.parametrize(
    ("old", "new", "day", "said"),
    [
        ("市规划局", "市规划局", D(2007, 9, 1), "并入它自己"),
        ("市规划局", "市建设局", None, "从哪一天起"),
        ("市电子政务网络管理中心", "市信息中心", D(2006, 1, 1), "不能早于市电子政务网络管理中心的设立日期"),
        ("市信息中心", "市电子政务管理部门", D(2006, 6, 1), "不存在（2007-01-01 至 今）"),
    ],
)
def test_a_reform_of_an_impossible_day_or_into_itself_says_why(cast, old, new, day, said):
    with pytest.raises(Invalid, match=said.replace("（", "[（]")):
        succeed(cast, unit(old), unit(new), day)
    assert not Succession.objects.exists()


def test_one_reform_at_a_time_and_none_on_an_older_version(cast):
    old = unit("市规划局")
    with pytest.raises(Stale, match="刚被别人改过"):
        succeed(cast, old, unit("市建设局"), D(2007, 10, 1), version=99)
    succeed(cast, old, unit("市建设局"), D(2007, 10, 1))
    with pytest.raises(Refused, match="已登记自 2007-10-01 起由市建设局承接"):
        succeed(cast, old, unit("市房管局"), D(2007, 11, 1))
    client, at = cast.client("reviewer"), f"/governance/organisations/{old.pk}/"
    version = Organisation.objects.get(pk=old.pk).version
    assert (
        client.post(f"{at}merge/", {"version": version, "into": unit("市房管局").pk, "reason": "同一单位"}).status_code
        == 409
    )
    assert "撤销承接" in client.get(f"{at}separate/").content.decode()
    form = {"version": version, "reason": "撤", "once": "a" * 32}
    assert [client.post(f"{at}separate/", form)["Location"] for _ in range(2)] == [at, at]
    assert client.post(f"{at}separate/", form | {"once": "b" * 32, "version": version + 1}).status_code == 409


def test_the_form_of_a_merge_does_not_offer_the_unit_itself_and_a_replay_does_not_take_it_back(cast):
    old, client = unit("市规划局"), cast.client("reviewer")
    at = f"/governance/organisations/{old.pk}/"
    form = {"version": old.version, "into": old.pk, "reason": "同一单位", "once": "c" * 32}
    assert client.post(f"{at}merge/", form).status_code == 422
    form["into"] = unit("市建设局").pk
    assert [client.post(f"{at}merge/", form).status_code for _ in range(2)] == [302, 302]
    assert Organisation.objects.get(pk=old.pk).canonical == unit("市建设局")


def test_the_page_says_what_a_merge_touches_before_anybody_confirms(cast):
    row = unit("市卫生局")
    told = {touch.label: touch.count for touch in touched.by(row)}
    assert told["列名牵头的项目"] == ProjectLead.objects.filter(organisation=row).count() > 0
    assert told["在任的人"] == 1
    page = cast.client("reviewer").get(f"/governance/organisations/{row.pk}/merge/").content.decode()
    assert "列名牵头的项目" in page


def test_a_unit_with_people_in_office_is_not_dissolved_by_a_date_alone(cast):
    row = unit("市卫生局")
    with pytest.raises(Refused, match="还有人任职"):
        actions.edit_organisation(by=cast.reviewer, organisation=row, version=row.version, valid_to=D(2007, 12, 31))
    Appointment.objects.filter(organisation=row).update(to_day=D(2007, 12, 31))
    actions.edit_organisation(by=cast.reviewer, organisation=row, version=row.version, valid_to=D(2007, 12, 31))


def test_a_body_is_changed_on_the_version_that_was_seen(cast):
    client, form = (
        cast.client("reviewer"),
        {"holder": unit("市信息中心").pk, "acting": "", "valid_from": "2006-03-01", "paper": "筑编〔2006〕1号"},
    )
    from governance.models import Body

    at = f"/governance/bodies/{Body.objects.get(key='network-centre').pk}/"
    assert client.post(at, form | {"version": 1}).status_code == 302
    stale = client.post(at, form | {"version": 1, "valid_from": "2006-05-01"})
    assert stale.status_code == 409
    assert "承担：市信息中心" in stale.content.decode()
    assert "筑编〔2006〕1号" in client.get(at).content.decode()


def test_the_chain_of_command_marks_what_is_not_set_up_yet(cast):
    def names(branches):
        for one in branches:
            yield one.label, one.exists
            yield from names(one.below)

    with clock.at(D(2006, 6, 30)):
        told = dict(names(chain_of_command(D(2006, 6, 30))))
        page = cast.client("auditor").get("/governance/bodies/?day=2006-06-30").content.decode()
    assert (told["市信息化领导小组"], told["项目专家工作组"]) == (True, False)
    assert page.count("stroke-dasharray") >= 3
    assert re.search(rf'<a href="{unit("市信息办").get_absolute_url()}">\s*<rect', page)


def test_who_has_no_cio_yet_is_named_with_the_task_that_asks_for_one(cast):
    page = cast.client("leader").get("/governance/bodies/").content.decode()
    assert 'href="/projects/tasks/T1-01/"' in page
    assert 'href="/projects/tasks/T2-10/"' in page
