"""Tags, frame and error pages: what a reader sees and what the browser is allowed to run."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from governance import charts
from governance.templatetags import look
from tests.page import words

ROOT = Path(__file__).resolve().parents[3]
CSS = (ROOT / "static/css/app.css").read_text()
JS = (ROOT / "static/js/app.js").read_text()
FILING = (ROOT / "static/js/filing.js").read_text()


def render(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1200"), "1,200.00"),
        (Decimal("0"), "0.00"),
        ("96.5", "96.50"),
        (Decimal("-144"), "−144.00"),
        (Decimal("-0.00"), "0.00"),
    ],
)
def test_money_has_two_decimals_and_thousands(value, shown):
    assert look.wan(value) == shown


@pytest.mark.parametrize("value", [None, "", "待定"])
def test_empty_money_reads_unfilled_and_never_zero(value):
    assert words(look.wan(value)) == "未填"
    assert words(look.wan0(value)) == "未填"


def test_whole_money_leaves_the_zeros_away_and_keeps_parts():
    assert look.wan0(Decimal("6883.00")) == "6,883"
    assert look.wan0(Decimal("8.73")) == "8.73"


def test_a_difference_has_its_sign():
    assert look.wan_signed(Decimal("30")) == "+30.00"
    assert words(look.wan_signed(Decimal("-144"))) == "−144.00"
    assert look.wan_signed(Decimal("0")) == "0.00"


def test_days_are_written_as_precisely_as_they_are_known():
    day = dt.date(2007, 8, 5)
    assert look.day(day) == "2007-08-05"
    assert look.day(day, "month") == "2007 年 8 月"
    assert look.day(day, "year") == "2007 年"
    assert look.day("2006-01") == "2006 年 1 月"
    assert look.day(None) == "—"


def test_waiting_counts_from_the_business_day():
    assert look.ago(dt.date(2007, 8, 9)) == "已等 11 天"
    assert look.ago(3) == "已等 3 天"
    assert look.ago(dt.date(2007, 8, 20)) == "今天"
    assert look.ago(None) == ""


def test_a_due_day_is_ahead_today_or_past():
    assert look.until(dt.date(2007, 8, 31)) == "还剩 11 天"
    assert look.until(dt.date(2007, 8, 20)) == "今天到期"
    assert words(look.until(dt.date(2007, 8, 18))) == "逾 2 天"


@pytest.mark.parametrize(
    ("clause", "address"),
    [
        ("8.3.2(3)", "/priorities/criteria/8.3.2-3/"),
        ("8.3.1(8)", "/priorities/criteria/8.3.1-8/"),
        ("9.6.1", "/governance/plan/#c9.6.1"),
    ],
)
def test_a_clause_leads_to_its_page(clause, address):
    assert look.clause_address(clause) == address
    assert look.clause(clause) == f'<a class="clause-id" href="{address}">{clause}</a>'


def test_what_is_given_to_a_badge_is_escaped():
    assert "<script" not in look.clause("<script>") + look.dcode("<script>")
    assert "<script" not in look.state_badge("<script>", "<script>")
    assert "<script" not in look.field_errors({"a": ["<script>"]}, "a") + look.highlight("<script>", ["<script>"])


def test_the_plan_is_quoted_verbatim_with_the_way_to_its_line():
    html = render(
        '{% plan_quote line=508 source="10.4 第 15 行" %}{{ text }}{% endplan_quote %}', text="2006年试点。<b>"
    )
    assert "2006年试点。&lt;b&gt;" in html
    assert 'href="/governance/plan/#L508"' in html


def test_a_form_token_is_fresh_at_every_rendering():
    assert look.form_frame(Context()) != look.form_frame(Context())
    assert re.fullmatch(r'<input type="hidden" name="once" value="[0-9a-f]{32}">', look.form_frame(Context()))
    assert 'name="csrfmiddlewaretoken" value="t"' in look.form_frame(Context({"csrf_token": "t"}))


def test_the_version_comes_from_a_row_or_a_number():
    read_at_7 = '<input type="hidden" name="version" value="7" data-version>'
    assert look.form_frame(Context(), SimpleNamespace(version=7)).endswith(read_at_7)
    assert look.form_frame(Context(), 7).endswith(read_at_7)


def test_field_errors_are_named_for_their_field_and_absent_without_any():
    assert look.field_errors({}, "title") == ""
    assert look.field_errors("", "title") == ""
    assert 'id="e-title"' in look.field_errors({"title": ["没有填。"]}, "title")


class Sample(forms.Form):
    title = forms.CharField(label="项目名称", help_text="写全称")
    kind = forms.ChoiceField(label="类别", choices=[("a", "新建")], widget=forms.RadioSelect)


def test_a_form_field_ties_label_help_and_error_to_its_control():
    html = look.form_field(Sample({"kind": "a"})["title"])
    assert '<label class="field-label" for="id_title">' in html
    assert 'aria-invalid="true"' in html
    described = re.search(r'aria-describedby="([^"]+)"', html)[1].split()
    assert described == ["id_title_help", "id_title_error"]
    assert all(f'id="{name}"' in html for name in described)


def test_radio_buttons_are_a_named_group():
    html = look.form_field(Sample()["kind"])
    assert 'role="group" aria-labelledby="id_kind_label"' in html
    assert html.count("<input") == 1


def test_blockers_are_numbered_with_who_lifts_them_and_his_phone():
    found = [
        ("判定还没有确认", "信息办"),
        ("意见未回", "网络中心", "0851-5820000"),
        {"sentence": "没有盖章", "who": "申报单位"},
    ]
    html = look.blockers(found, "送会签还不能")
    assert words(html) == "送会签还不能1 判定还没有确认 信息办2 意见未回 网络中心，电话 0851-58200003 没有盖章 申报单位"
    assert look.blockers([]) == ""
    assert look.blockers(None) == ""


def test_pages_keep_the_filters_of_the_address():
    request = RequestFactory().get("/projects/?state=%E7%AB%8B%E9%A1%B9&page=2")
    page = Paginator(range(95), 10).page(2)
    html = look.paginate({"request": request}, page)
    assert 'href="?state=%E7%AB%8B%E9%A1%B9&amp;page=3" rel="next"' in html
    assert html.count("aria-current") == 1
    assert look.paginate({"request": request}, Paginator(range(5), 10).page(1)) == ""


def sample_charts():
    day = dt.date
    row = charts.Row(
        "P15",
        "新农村<b>",
        "/projects/P15/",
        day(2006, 1, 1),
        day(2010, 12, 31),
        0.3,
        (
            charts.Milestone("试点", day(2006, 1, 1), day(2006, 12, 31)),
            charts.Milestone("越界", day(2005, 12, 1), day(2005, 12, 31)),
        ),
        (),
        "780",
        "建设中",
        "22",
        (charts.Mark("D27", "/governance/discrepancies/D27/", True),),
    )
    frame = {"first": day(2005, 12, 1), "last": day(2010, 12, 31), "today": day(2007, 8, 20)}
    return [
        charts.gantt(
            [charts.Group("工程", (row,), "1 项", "780")],
            **frame,
            total_label="合计",
            yearly={2007: "1.00"},
            yearly_label="示意",
        ),
        charts.gantt_row(row, **frame),
        charts.project_time(
            row,
            **frame,
            tasks=[("T", "/t/", day(2007, 1, 1), day(2008, 12, 31))],
            gaps=[("无任务", day(2006, 1, 1), day(2006, 12, 31))],
        ),
        charts.bar(1, 2),
        charts.bars([charts.BarRow("单列<b>", 3, "3", url="/x/")], title="按工程"),
        charts.stacked(
            [charts.Segment("保留", 3, "keep", text="3"), charts.Segment("核减", 1, "cut", True, "1")],
            title="核减",
            height=30,
            labels=True,
        ),
        charts.years([charts.YearValue(2006, 1, "1.00", True), charts.YearValue(2007, None, "")], title="分年"),
        charts.wait(7, 10),
    ]


@pytest.mark.parametrize("chart", sample_charts(), ids=lambda c: c.kind)
def test_every_picture_is_well_formed_svg_by_presentation_attributes_alone(chart):
    from xml.etree import ElementTree

    drawn = look.svg(chart)
    root = ElementTree.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    names = {name for node in root.iter() for name in node.attrib}
    assert "style" not in names
    assert not [n for n in names if n.startswith("on")]
    assert not root.findall(".//{http://www.w3.org/2000/svg}style")
    assert "None" not in drawn
    assert root.get("role") in ("img", "group") or root.get("aria-hidden") == "true"


def test_a_picture_of_figures_has_a_title_and_its_links():
    drawn = look.svg(sample_charts()[0])
    assert "<title>时间总图</title>" in drawn
    assert 'href="/projects/P15/"' in drawn
    assert "新农村&lt;b&gt;" in drawn


def test_a_unit_that_is_flagged_is_flagged_in_the_picture_and_in_the_table():
    flagged = charts.bars([charts.BarRow("市委组织部远教办", 780, "780", "1", "/o/1/", "内设机构")], title="按牵头")
    assert "内设机构" in look.svg(flagged)
    table = render_to_string(
        "parts/bar_table.html", {"c": flagged, "heading": "第一牵头", "total_label": "合计", "total": "780"}
    )
    assert words(table) == "第一牵头项比例万元市委组织部远教办 内设机构1780合计780"


def test_no_template_has_inline_script_style_or_handlers():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", text), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path


def test_the_style_sheet_needs_nothing_newer_than_chrome_86():
    assert not re.search(r"color-mix|oklch|oklab|light-dark\(|@layer|:has\(|@container|\binset:|@import|url\(", CSS)
    assert not re.search(r"\baspect-ratio|:is\(|:where\(", CSS)


def test_every_class_that_templates_use_beyond_bootstrap_is_in_a_style_sheet():
    bootstrap = Path(finders.find("vendor/bootstrap/css/bootstrap.min.css")).read_text()
    paper = (ROOT / "templates" / "report" / "report.css").read_text()
    known = set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", CSS + bootstrap + paper))
    hooks = {
        "grid",
        "filing",
        "money",
        "blank",
        "key",
        "home-top",
        "seg-yes",
        "seg-no",
        "years",
    }  # names without a look of their own
    used = {}
    for path in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"\{%.*?%\}", " ", path.read_text())
        text = re.sub(r"\{\{.*?\}\}", "{}", text)  # a computed name cannot be checked here
        for value in re.findall(r'class="([^"]*)"', text):
            for name in value.split():
                used.setdefault(name, path.name)
    assert {k: v for k, v in used.items() if k not in known | hooks and "{}" not in k and not k.endswith("-")} == {}


def test_the_script_is_short_and_evaluates_nothing():
    assert max(len(JS.splitlines()), len(FILING.splitlines())) <= 200
    assert not re.search(r"\beval\(|new Function|document\.write|localStorage", JS + FILING)


def test_the_frame_shows_person_day_work_and_search():
    actor = SimpleNamespace(
        name="周敏", organisation_name="市信息办", role_label="审核人", appointment_id=1, manner="正式", on_behalf_of=""
    )
    rail = [
        {
            "title": "我的工作",
            "links": [{"url": "/desk/", "rows": "#queue", "label": "审核队列", "count": 6, "current": True}],
        }
    ]
    html = render_to_string(
        "base.html",
        {
            "product": "项目组合管理系统",
            "today": dt.date(2007, 8, 20),
            "demo_day": True,
            "actor": actor,
            "rail": rail,
            "hats": [],
            "notices_count": 4,
            "search_url": "/search/",
            "csrf_token": "t",
        },
    )
    for expected in (
        "演示日期 2007-08-20",
        "市信息办 · 周敏",
        'href="/desk/#queue" data-figure="count" aria-current="page"',
        'action="/search/"',
        'href="#main"',
        "退出登录",
    ):
        assert expected in html
    assert html.count("<main") == html.count("</main>") == 1
    assert "htmx" in html


def test_a_person_with_two_appointments_can_change_hats_by_a_post():
    def hat(pk, name):
        unit = SimpleNamespace(name=name)
        return SimpleNamespace(pk=pk, organisation=unit, get_role_display="审核人", manner="正式")

    actor = SimpleNamespace(
        name="周敏", organisation_name="市信息办", role_label="审核人", appointment_id=1, manner="正式", on_behalf_of=""
    )
    html = render_to_string(
        "base.html", {"actor": actor, "hats": [hat(1, "市信息办"), hat(2, "市信息中心")], "csrf_token": "t", "rail": []}
    )
    form = re.search(r'<form method="post" action="/governance/hat/">.*?</form>', html, re.S)[0]
    assert re.findall(r'name="appointment" value="(\d)"', form) == ["1", "2"]
    assert form.count("aria-current") == 1


@pytest.mark.parametrize("code", ["400", "403", "404", "409", "413", "500"])
def test_an_error_page_is_one_sentence_and_a_way_back_even_without_any_context(code):
    html = render_to_string(f"{code}.html", {})
    assert len(re.findall(r'<h1 class="sentence">[^<]+。</h1>', html)) == 1
    assert "回首页" in html


def test_a_refusal_keeps_its_own_sentence_and_says_who_lifts_it():
    refusal = SimpleNamespace(blockers=(("判定还没有确认", "信息办"),), current=None)
    html = render_to_string("409.html", {"sentence": "这件申报正在会签。", "refusal": refusal})
    assert "这件申报正在会签。" in html
    assert "信息办" in words(html)


def test_the_login_page_says_what_was_wrong_beside_the_fields():
    form = SimpleNamespace(
        errors={"x": 1}, non_field_errors=["用户名或口令不对。"], username=SimpleNamespace(value="demo-cio")
    )
    html = render_to_string("registration/login.html", {"form": form, "csrf_token": "t", "next": "/projects/P04/"})
    assert 'aria-describedby="login-refused"' in html
    assert 'name="next" value="/projects/P04/"' in html
    assert 'name="username"' in html
    assert 'name="password" type="password"' in html


@pytest.mark.parametrize("words", ["概算审核", "年度计划"])
def test_what_is_no_clause_leads_nowhere(words):
    assert look.clause(words) == words
