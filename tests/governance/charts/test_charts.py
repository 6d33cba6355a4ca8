"""Geometry of the pictures: where a bar lies, what stands outside its window, what is said where nothing fits."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from governance import charts
from governance.charts import BarRow, Group, Mark, Milestone, Phase, Row, Scale, Segment, YearValue

FIRST, LAST, TODAY = dt.date(2005, 12, 1), dt.date(2010, 12, 31), dt.date(2007, 8, 20)
FRAME = {"first": FIRST, "last": LAST, "today": TODAY}
BLOCKS = [
    ("10.1 年度推进计划", dt.date(2006, 1, 1), dt.date(2006, 12, 31)),
    ("10.2", dt.date(2007, 1, 1), dt.date(2008, 12, 31)),
]


def year(label: str, number: int) -> Milestone:
    return Milestone(label, dt.date(number, 1, 1), dt.date(number, 12, 31))


def row(code="P02", start=dt.date(2006, 1, 1), end=dt.date(2010, 12, 31), **more) -> Row:
    return Row(code, "政府信息资源共享与交换平台", f"/projects/{code}/", start, end, **more)


P04 = row("P04", dt.date(2005, 12, 1), dt.date(2006, 10, 31), done=0.96)
P19 = row(
    "P19", dt.date(2007, 1, 1), milestones=(year("初步搭建", 2006), year("基本建成", 2008), year("全面建成", 2010))
)
P03 = row("P03", end=dt.date(2007, 12, 31), milestones=(year("启动试点", 2006), year("基本普及", 2010)))


def only(chart):
    return next(line for line in chart.lines if not line.is_head)


def test_charts_import_no_django():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, governance.charts; print(any(m.split('.')[0] == 'django' for m in sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "False"


def test_a_bar_covers_its_first_and_its_last_month():
    scale = Scale(FIRST, LAST, 0, 1857)  # one px a day
    assert scale.span(dt.date(2005, 12, 1), dt.date(2006, 10, 31)) == (0, 335)
    assert scale.span(FIRST, LAST) == (0, 1857)
    assert scale.x(dt.date(2006, 1, 1)) == 31


def test_days_beyond_the_scale_are_clamped_to_its_ends():
    scale = Scale(FIRST, LAST, 10, 110)
    assert scale.x(dt.date(1999, 1, 1)) == 10
    assert scale.x(dt.date(2020, 1, 1)) == 110


def test_the_row_of_2005_12_to_2006_10_starts_at_the_left_edge_and_ends_before_2007():
    chart = charts.gantt([Group("办公自动化", (P04,))], **FRAME)
    bar = only(chart).bars[0]
    january_2007 = next(y for y in chart.years if y.label == "2007").x
    assert bar.x == chart.left
    assert chart.left < bar.x + bar.width < january_2007
    assert only(chart).done[0].width == pytest.approx(bar.width * 0.96, abs=0.5)


def test_the_month_before_the_plan_years_is_labelled_as_a_month():
    chart = charts.gantt([Group("", (P04,))], **FRAME)
    assert [y.label for y in chart.years] == ["2005-12", "2006", "2007", "2008", "2009", "2010"]


def test_a_milestone_of_2006_is_outside_a_window_from_2007_on_and_drawn_to_its_edge():
    line = only(charts.gantt([Group("", (P19,))], **FRAME))
    before, inside, last = line.diamonds
    assert (before.outside, inside.outside, last.outside) == (True, False, False)
    assert before.x < before.from_x == line.bars[0].x
    assert before.tone == "amber"
    assert "在项目周期之外" in before.title


def test_a_milestone_after_the_window_hangs_on_its_right_edge():
    line = only(charts.gantt([Group("", (P03,))], **FRAME))
    late = line.diamonds[1]
    assert late.outside
    assert late.from_x == line.bars[0].x + line.bars[0].width
    assert (late.anchor, late.label) == ("start", "基本普及")


def test_a_milestone_known_to_the_year_stands_at_mid_year_and_says_so():
    scale = Scale(FIRST, LAST, 0, 1857)
    stone = year("基本建成", 2008)
    assert scale.middle(stone.start, stone.end) == scale.x(dt.date(2008, 7, 2))
    assert "画在当年中点" in only(charts.gantt([Group("", (P19,))], **FRAME)).diamonds[1].title


def test_a_milestone_that_overlaps_the_window_by_a_day_is_inside():
    assert not charts.is_outside(year("x", 2006), dt.date(2006, 12, 31), dt.date(2008, 1, 1))
    assert charts.is_outside(year("x", 2006), dt.date(2007, 1, 1), dt.date(2008, 1, 1))


def test_labels_of_milestones_never_cover_each_other():
    crowded = row(milestones=tuple(year("建设全市统一的公共卫生信息平台", n) for n in (2006, 2007, 2008, 2009, 2010)))
    spans = []
    for d in only(charts.gantt([Group("", (crowded,))], **FRAME)).diamonds:
        spans.append((d.x - 5, d.x + 5))
        if d.anchor:
            wide = charts.text_width(d.label, 11.5)
            spans.append((d.label_x, d.label_x + wide) if d.anchor == "start" else (d.label_x - wide, d.label_x))
    spans.sort()
    assert all(a[1] <= b[0] + 0.1 for a, b in zip(spans, spans[1:], strict=False))


def test_a_label_on_the_finished_part_is_white():
    piloted = row("P12", done=0.2, milestones=(Milestone("试点", dt.date(2006, 1, 1), dt.date(2006, 6, 30), "month"),))
    diamond = only(charts.gantt([Group("", (piloted,))], **FRAME)).diamonds[0]
    assert diamond.tone == "white"
    assert diamond.title.startswith("2006-01")


def test_two_phases_are_two_bars_and_what_is_done_fills_them_in_order():
    phases = (
        Phase("首期", dt.date(2006, 1, 1), dt.date(2008, 12, 31)),
        Phase("二期", dt.date(2009, 1, 1), dt.date(2010, 12, 31)),
    )
    line = only(charts.gantt([Group("", (row("P15", done=0.8, phases=phases),))], **FRAME))
    assert len(line.bars) == 2
    assert line.bars[0].x + line.bars[0].width < line.bars[1].x
    assert line.done[0].width == line.bars[0].width
    assert 0 < line.done[1].width < line.bars[1].width


def test_the_name_of_a_phase_ends_before_the_first_milestone():
    phases = (Phase("首期（新农村信息服务直通车）", dt.date(2006, 1, 1), dt.date(2008, 12, 31)),)
    line = only(charts.gantt([Group("", (row("P15", phases=phases, milestones=(year("试点", 2006),)),))], **FRAME))
    assert line.bars[0].label == "首期"
    assert line.bars[0].x + 6 + charts.text_width("首期", 12) < line.diamonds[0].x - 5


def test_nothing_reported_and_nothing_done_draw_no_dark_bar():
    assert only(charts.gantt([Group("", (row(done=None),))], **FRAME)).done == ()
    assert only(charts.gantt([Group("", (row(done=0.0),))], **FRAME)).done == ()


def test_progress_beyond_the_whole_does_not_leave_the_bar():
    line = only(charts.gantt([Group("", (row(done=1.4),))], **FRAME))
    assert line.done[0].width == line.bars[0].width


def test_today_outside_the_plan_years_is_not_drawn():
    chart = charts.gantt([Group("", (P04,))], first=FIRST, last=LAST, today=dt.date(2026, 1, 1))
    assert chart.today_x is None
    assert chart.today_label == ""


def test_a_group_has_a_head_line_and_rows_follow_it():
    chart = charts.gantt([Group("统一网络平台", (row("P01"), row("P06")), "2 项", "650")], **FRAME, blocks=BLOCKS)
    assert [line.is_head for line in chart.lines] == [True, False, False]
    assert chart.lines[0].amount == "650"
    assert [line.y for line in chart.lines] == [chart.top + n * chart.row_height for n in range(3)]


def test_a_block_label_without_room_keeps_its_number():
    assert charts.gantt([Group("", (P04,))], **FRAME, blocks=BLOCKS).blocks[0].label == "10.1 年度推进计划"
    assert charts.gantt([Group("", (P04,))], **FRAME, blocks=BLOCKS, width=680).blocks[0].label == "10.1"


def test_yearly_sums_stand_under_their_years_and_the_chart_grows_by_their_line():
    bare = charts.gantt([Group("", (P04,))], **FRAME)
    chart = charts.gantt([Group("", (P04,))], **FRAME, yearly={2005: "8.73", 2007: "2,180.00"})
    assert [text for _, text in chart.yearly] == ["8.73", "2,180.00"]
    assert chart.yearly[1][0] == next(y for y in chart.years if y.label == "2007").middle
    assert chart.height > bare.height


def test_marks_that_do_not_fit_the_last_column_are_left_out():
    many = row(marks=tuple(Mark(f"D{n:02d}", "/") for n in range(20)))
    line = only(charts.gantt([Group("", (many,))], **FRAME))
    assert 0 < len(line.marks) < 20
    assert all(x + wide <= 1180 for _, x, wide in line.marks)


def test_a_list_cell_names_what_is_outside_and_keeps_its_row():
    cell = charts.gantt_row(P19, **FRAME)
    assert cell.notes == ("“初步搭建”在项目周期之外",)
    assert cell.row is P19
    assert all(0 <= d.x <= cell.width for d in cell.diamonds)


def test_milestones_of_one_project_with_the_same_year_are_named_under_each_other():
    stones = (year("总结推广", 2008), year("完成首期项目", 2008), year("完成二期项目", 2010))
    lane = next(x for x in charts.project_time(row(milestones=stones), **FRAME).lanes if x.spots)
    assert [s.level for s in lane.spots] == [0, 1, 0]


def test_tasks_that_overlap_take_two_lanes():
    tasks = [
        ("T2-01", "/", dt.date(2007, 1, 1), dt.date(2008, 12, 31)),
        ("T2-02", "/", dt.date(2008, 1, 1), dt.date(2008, 12, 31)),
    ]
    chart = charts.project_time(
        row(), **FRAME, tasks=tasks, gaps=[("2006 年无任务", dt.date(2006, 1, 1), dt.date(2006, 12, 31))]
    )
    lanes = [x for x in chart.lanes if x.pieces and x.pieces[0].tone != "plan"]
    assert [[p.tone for p in lane.pieces] for lane in lanes] == [["gap", "task"], ["task"]]
    assert [lane.label for lane in lanes] == ["推进计划任务", ""]


def test_the_share_of_the_window_that_has_passed_stays_within_it():
    assert charts.project_time(P04, **FRAME).done_sub == "周期已过 100 %"
    assert charts.project_time(row(start=dt.date(2009, 1, 1)), **FRAME).done_sub == "周期已过 0 %"
    assert charts.project_time(row(), **FRAME).done_label == "完成 未填"


def test_bars_are_as_long_as_their_share_and_a_little_is_still_seen():
    chart = charts.bars(
        [
            BarRow("单列项目", 3872, "3,872"),
            BarRow("统一网络平台", 1936, "1,936"),
            BarRow("无", 0, "0"),
            BarRow("小", 0.1, "0.10"),
        ],
        title="按工程",
    )
    lengths = [b.length for b in chart.rows]
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=0.1)
    assert lengths[2:] == [0, 1]
    assert chart.rows[0].text_x + charts.text_width("3,872") <= chart.width


def test_a_bar_of_nothing_in_nothing_is_empty():
    assert charts.bar(0, 0).length == 0


def test_parts_of_a_whole_leave_out_nothing_but_zero():
    chart = charts.stacked(
        [Segment("试运行", 96, "green"), Segment("终止", 0, "red"), Segment("建设中", 2250, "done")], title="按状态"
    )
    assert [s.segment.label for s in chart.segments] == ["试运行", "建设中"]
    last = chart.segments[-1]
    assert last.x + last.width == pytest.approx(chart.width - 1, abs=0.2)
    assert charts.stacked([], title="空").segments == ()


def test_a_part_too_narrow_for_its_words_is_drawn_without_them():
    chart = charts.stacked(
        [Segment("大", 99, "keep"), Segment("机房", 1, "cut", True)], title="核减", height=30, labels=True
    )
    assert [s.label for s in chart.segments] == ["大", ""]


def test_a_year_without_a_figure_reads_unfilled():
    chart = charts.years(
        [YearValue(2006, 634, "634.00"), YearValue(2007, None, ""), YearValue(2008, 317, "317.00", True)], title="分年"
    )
    first, empty, shown = chart.columns
    assert (empty.text, empty.unfilled, empty.height) == ("未填", True, 0)
    assert shown.height == pytest.approx(first.height / 2, abs=0.1)
    assert first.y + first.height == pytest.approx(chart.base)


def test_waiting_past_the_term_is_red_and_an_answer_is_green():
    assert charts.wait(7, 10).tone == "done"
    assert charts.wait(11, 10).tone == "red"
    assert charts.wait(11, 10, answered=True).tone == "green"


def test_the_line_of_the_term_never_runs_through_the_words():
    for days in range(25):
        chart = charts.wait(days, 10)
        assert not chart.text_x < chart.due_x < chart.text_x + charts.text_width(chart.text)
        assert chart.text_x + charts.text_width(chart.text) <= chart.width


def test_fit_shortens_with_an_ellipsis_and_gives_up_where_nothing_fits():
    assert charts.fit("总结推广", 100, 12) == "总结推广"
    assert charts.fit("总结推广", 40, 12) == "总结…"
    assert charts.fit("总结推广", 5, 12) == ""


def test_a_frontier_climbs_in_steps_and_its_plans_lie_where_they_are():
    spots = [charts.Spot(90, 20, "最优"), charts.Spot(70, 12, "贪心", "rest", True)]
    drawn = charts.frontier([(50, 0), (60, 10), (90, 20)], spots, title="x", limit=100, limit_text="上限 100")
    assert drawn.path.count("V") == 2
    assert drawn.path.endswith(f"H{drawn.right}")
    best = next(d for d in drawn.spots if d.spot.text == "最优")
    worst = next(d for d in drawn.spots if d.spot.text == "贪心")
    assert drawn.left < worst.x < best.x < drawn.limit_x == drawn.right
    assert best.y < worst.y < drawn.bottom
    assert len({d.text_y for d in drawn.spots}) == 2
    assert charts.frontier([], title="x") is None
    assert drawn.limit_text == "上限 100"


def test_what_is_gone_of_the_window_is_counted_to_the_day_that_the_percentage_describes():
    frame = FRAME | {"done_on": P04.start}
    assert charts.project_time(P04, **frame).done_sub == f"到 {P04.start} 周期已过 0 %"


def test_a_replaced_baseline_stays_drawn_above_the_new_one():
    kept = charts.project_time(P04, original=(P04.start, P04.end), **FRAME)
    assert [lane.label for lane in kept.lanes if lane.pieces][0] == "规划周期"
    first = (P04.start, P04.end - dt.timedelta(days=60))
    moved = charts.project_time(P04, original=first, **FRAME)
    old, new = (lane for lane in moved.lanes if lane.label in ("原基线", "最新基线"))
    assert (old.y < new.y, old.pieces[0].width < new.pieces[0].width, old.pieces[0].tone) == (True, True, "note")
    assert moved.height > kept.height
    assert moved.done_sub.startswith("最新周期已过")
