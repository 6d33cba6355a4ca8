"""Calls for reports, reminders, expert ratings, milestones of one's own, effects of changes."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from budgets import actions as budgets
from budgets.ledger.booking import LineKey
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, WrongRole
from governance.models import Notice, Organisation
from projects import actions, panels
from projects.hooks import desk
from projects.hooks.daily import daily
from projects.models import ExpertRating, Project
from projects.progress import owing
from tests.page import words


def shown(code: str, actor, day: dt.date):
    return panels.parts(panels.with_facts(Project.objects.filter(code=code)).get(), actor, day=day)


def test_a_call_makes_every_project_under_way_owe_its_report_and_reminds_before_it_is_late(cast, under_way):
    row = under_way("P17")
    actions.call_reports(by=cast.reviewer, period="2007H1", due=dt.date(2007, 8, 31), note="附支出明细")
    with pytest.raises(Refused, match="已经发出"):
        actions.call_reports(by=cast.reviewer, period="2007H1", due=dt.date(2007, 9, 1))
    daily(dt.date(2007, 8, 23))
    assert not Notice.objects.filter(key__startswith="progress-soon:P17:2007H1").exists()
    daily(dt.date(2007, 8, 24))
    daily(dt.date(2007, 8, 25))
    assert Notice.objects.filter(key__startswith="progress-soon:P17:2007H1").count() == 1
    late = dt.date(2007, 9, 1)
    assert ("P17", "2007 年上半年") in {(o.project.code, o.label) for o in owing.owed(late)}
    daily(late)
    assert Notice.objects.filter(key__startswith="progress-owed:P17:2007H1").count() == 1
    with clock.at(late):
        actions.file_progress(
            by=cast.health_cio,
            project=row,
            period="2007H1",
            progress=actions.ReportedProgress(20, "接入", "normal", spent_wan=Decimal("35.555")),
        )
    assert "2007H1" not in {o.period for o in owing.owed(late) if o.project.code == "P17"}
    assert row.progress_reports.get().spent_wan == Decimal("35.56")


def test_a_report_that_is_given_back_is_owed_again_and_the_unit_is_told_why(cast, under_way):
    row = under_way("P17")
    file = {"by": cast.health_cio, "project": row}
    actions.file_progress(**file, period="2006", progress=actions.ReportedProgress(30, "接入", "normal"))
    half = actions.file_progress(**file, period="2007H1", progress=actions.ReportedProgress(60, "接入", "normal"))
    day = dt.date(2007, 8, 20)
    assert {o.period for o in owing.owed(day) if o.project == row} == set()
    with pytest.raises(WrongRole):
        actions.return_progress(by=cast.health_cio, report=half, reason="自己退")
    actions.return_progress(by=cast.reviewer, report=half, reason="没有写经费")
    assert [(o.period, o.returned) for o in owing.owed(day) if o.project == row] == [("2007H1", "没有写经费")]
    row.refresh_from_db()
    assert row.percent == 30
    assert any("被退回：没有写经费" in t.sentence and t.late for t in desk.waiting(cast.health_cio, day))
    assert "没有写经费" in Notice.objects.get(key=f"progress-returned:{half.pk}").sentence
    with pytest.raises(Refused, match="已经退回"):
        actions.return_progress(by=cast.reviewer, report=half, reason="再退")
    actions.file_progress(**file, period="2007H1", progress=actions.ReportedProgress(55, "接入", "normal"))
    assert [o for o in owing.owed(day) if o.project == row] == []


def test_half_year_reports_leave_the_yearly_summary_owed(cast, under_way):
    row = under_way("P17")
    actions.file_progress(
        by=cast.health_cio,
        project=row,
        period="2006H2",
        progress=actions.ReportedProgress(30, "接入", "normal"),
    )
    assert {o.period for o in owing.owed(dt.date(2007, 8, 20)) if o.project == row} == {"2006"}


def test_a_call_that_was_withdrawn_is_owed_by_nobody(cast, under_way):
    under_way("P17")
    call = actions.call_reports(by=cast.reviewer, period="2007H1", due=dt.date(2007, 8, 31))
    actions.withdraw_call(by=cast.reviewer, call=call, reason="改为年度填报")
    assert "2007H1" not in {o.period for o in owing.owed(dt.date(2007, 10, 1))}
    with pytest.raises(Invalid, match="不能在今天之前"):
        actions.call_reports(by=cast.reviewer, period="2007H1", due=dt.date(2007, 8, 1))


def test_an_experts_rating_stands_beside_the_others_and_greys_out_after_a_cycle(cast, under_way):
    row = under_way("P17")
    actions.file_progress(
        by=cast.health_cio,
        project=row,
        period="2006",
        progress=actions.ReportedProgress(60, "接入", "normal"),
    )
    actions.rate_project(by=cast.expert, project=row, rating="attention", reason="接口未定")
    actions.rate_project(by=cast.reviewer, project=row, rating="late", reason="专家组复核意见〔2007〕2号")
    found = shown("P17", cast.reviewer, dt.date(2007, 8, 20))
    assert (found.own.own_label, found.expert.label, found.expert.stale) == ("正常", "滞后", False)
    assert shown("P17", cast.reviewer, dt.date(2008, 9, 1)).expert.stale
    assert ExpertRating.objects.count() == 2
    text = cast.client("reviewer").get("/projects/P17/").content.decode()
    assert "自评 / 测算 / 专家" in words(text)
    table = text.partition('id="ratings"')[2].partition("</section>")[0]
    for reason in (
        "完成 60 %；没有报问题",
        "专家组复核意见〔2007〕2号",
        "市信息办 2007-08-20",
        "2007-08-20 按原基线和最新基线计算",
    ):
        assert reason in words(table), reason
    with clock.at(dt.date(2008, 9, 1)):
        later = cast.client("reviewer").get("/projects/P17/").content.decode()
    assert "已过一年" in later
    assert "数据已旧" in later


def test_who_leads_a_project_is_no_expert_of_it(cast, under_way):
    row = under_way("P01")
    lead = Organisation.objects.get(pk=cast.reviewer.organisation_id)
    row.leads.update(organisation=lead)
    with pytest.raises(Refused, match="利害关系"):
        actions.rate_project(by=cast.reviewer, project=Project.objects.get(code="P01"), rating="normal", reason="好")


def test_a_milestone_of_ones_own_has_its_owner_is_flagged_outside_the_time_and_can_be_dropped(cast, under_way):
    row = under_way("P17")
    client = cast.client("health_cio")
    unit = Organisation.objects.get(key="finance-bureau")
    asked = {"text": "二院接入", "due": "2007-12-31", "owner": unit.pk}
    assert client.post("/projects/P17/milestone/", asked).status_code == 302
    made = row.milestones.get(text="二院接入")
    assert (made.owner, made.outside_window, made.is_own) == (unit, False, True)
    text = client.get("/projects/P17/").content.decode()
    assert "责任单位 市财政局" in text
    assert client.post("/projects/P17/milestone/", asked).status_code == 422
    far = actions.add_milestone(by=cast.health_cio, project=row, text="推广", due=dt.date(2012, 1, 1))
    assert far.outside_window
    drawn = [cast.client("reviewer").get(page).content.decode().count("二院接入") for page in ("/", "/projects/")]
    assert min(drawn) >= 1
    actions.drop_milestone(by=cast.reviewer, milestone=made, reason="并入全市平台")
    for page in ("/", "/projects/"):
        assert "二院接入" not in cast.client("reviewer").get(page).content.decode()
    pictures = re.findall(r"<svg.*?</svg>", cast.client("reviewer").get("/projects/P17/").content.decode(), re.DOTALL)
    assert pictures
    assert not any("二院接入" in svg for svg in pictures)
    with pytest.raises(Refused, match="已取消"):
        actions.set_milestone(by=cast.health_cio, milestone=made, done_on=None, evidence="单")
    of_the_plan = Project.objects.get(code="P03").milestones.exclude(quote="").first()
    with pytest.raises(Refused, match="规划所列"):
        actions.drop_milestone(by=cast.reviewer, milestone=of_the_plan, reason="不要")


def test_a_new_time_says_its_effect_against_the_original_baseline_and_the_original_stays(cast, under_way):
    row = under_way("P20")
    for end in ("2009", "2010"):
        actions.record_change(
            by=cast.reviewer,
            project=row,
            version=Project.objects.get(pk=row.pk).version,
            field="time",
            now=f"2007 至 {end}",
            reason="晚",
            approver="文1号",
            effect="顺延 P21",
        )
    row.refresh_from_db()
    assert (row.end, row.latest_end, row.rebaselined) == (dt.date(2008, 12, 31), dt.date(2010, 12, 31), 2)
    first, second = row.changes.all()
    assert first.effect == "止期比原基线晚 365 天；顺延 P21"
    assert second.effect.startswith("止期比原基线晚 730 天")


def test_a_project_re_baselined_twice_to_hide_a_fourfold_cost_is_red_on_every_page_that_rates_it(cast, under_way):
    """The Dutch example replayed through the verbs: each new time and each new amount was approved,
    the unit says 正常."""
    row = under_way("P20")  # 140 万元, 2007—2008
    for end, year, wan in (("2009", 2007, "300"), ("2010", 2008, "260")):
        budgets.set_cell(by=cast.finance, at=LineKey(row, year, "city"), stage="approved", typed=wan)
        actions.record_change(
            by=cast.reviewer,
            project=row,
            version=Project.objects.get(pk=row.pk).version,
            field="time",
            now=f"2007 至 {end}",
            reason="需求增加",
            approver="领导小组会议纪要",
        )
    actions.file_progress(
        by=cast.reviewer,
        project=row,
        period="2007H1",
        progress=actions.ReportedProgress(40, "按新计划推进", "normal"),
    )
    office = cast.client("reviewer")
    page = office.get("/projects/P20/").content.decode()
    strip = page.partition("strip-refused")[2].partition("</div>")[0]
    assert "测算滞后" in strip
    for sentence in ("总额由 140.00 增至 560.00 万元（+300%）", "止期比原基线晚 730 天", "改基线 2 次"):
        assert sentence in words(strip), sentence
    assert "正常 / 滞后" in words(page)
    assert "原基线 2007 年—2008 年、140 万元 保留" in words(page)
    assert "最新基线 2007—2010" in words(page)  # beside the plan's own time, which stands first
    table = page.partition('id="ratings"')[2].partition("</section>")[0]
    assert "总额由 140.00 增至 560.00 万元（+300%）" in words(table)
    for address in ("/projects/?programme=gis", "/projects/programmes/gis/"):
        line = (
            office.get(address)
            .content.decode()
            .partition("<tbody>")[2]
            .partition('href="/projects/P20/"')[2]
            .partition("</tr>")[0]
        )
        assert re.search(r'<span class="tag tag-green">正常</span>\s*≠ 测算\s*<span\s+class="tag tag-red"', line), (
            address
        )


def test_who_owes_nothing_is_not_read_and_the_others_are_the_same(cast, under_way, monkeypatch):
    rows = {code: under_way(code) for code in ("P01", "P02", "P12", "P15", "P17", "P20", "P24")}
    actions.call_reports(by=cast.reviewer, period="2007H1", due=dt.date(2007, 8, 20))
    for code, periods in (
        ("P01", ("2006", "2007H1")),
        ("P02", ("2006",)),
        ("P12", ("2007H1",)),
        ("P17", ("2006H1", "2007H1")),
        ("P20", ("2007H1",)),
    ):
        for period in periods:
            actions.file_progress(
                by=cast.reviewer,
                project=rows[code],
                period=period,
                progress=actions.ReportedProgress(10, "推进", "normal"),
            )
    read = []
    lacking, of_unit = owing._LACKING, owing._OF_UNIT

    def every(asked, unit=None):
        under_way = Project.objects.exclude(state__in=("registered", *owing.life.FINISHED, *owing.life.ENDED))
        return list((under_way.led_by(unit) if unit else under_way).exclude(latest_start=None).order_by("order"))

    def watched(*asked):
        found = (of_unit if len(asked) > 1 else lacking)(*asked)
        read.append({p.code for p in found})
        return found

    for day in (dt.date(2007, 3, 1), dt.date(2007, 8, 21), dt.date(2008, 1, 1), dt.date(2009, 6, 1)):
        for actor in (None, cast.reviewer, cast.health_cio, cast.industry):
            with clock.at(day):
                for name in ("_LACKING", "_OF_UNIT"):
                    monkeypatch.setattr(owing, name, every)
                whole = [(o.project.code, o.period, o.due, o.unit) for o in owing.owed(day, actor)]
                for name in ("_LACKING", "_OF_UNIT"):
                    monkeypatch.setattr(owing, name, watched)
                assert [(o.project.code, o.period, o.due, o.unit) for o in owing.owed(day, actor)] == whole
            assert {code for code, *_ in whole} == read[-1] or actor is cast.health_cio
    assert "P01" not in read[4]  # on 2007-08-21 it has reported everything
    assert {"P12", "P15", "P24"} <= read[4]
