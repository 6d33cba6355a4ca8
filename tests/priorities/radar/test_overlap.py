"""The overlap radar: found first when paraphrased, silent about other subjects, new rows at once, nothing shown
that may not be seen."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from priorities import actions
from priorities.models import Submission
from priorities.radar import overlap, phrases
from priorities.radar.index import Index
from priorities.radar.words import normalise
from projects.models import PlanTask, Project
from tests.priorities.overlap_pairs import DECOYS, FIRST, SECOND, THIRD
from tests.priorities.stories import proposal


@pytest.fixture(autouse=True)
def own_store():
    overlap._stores.clear()
    yield
    overlap._stores.clear()


def codes(found) -> list[str]:
    return [h.code for h in found.hits]


def test_rows_of_the_plan_are_found_first_when_paraphrased_and_other_subjects_are_not_suggested(plan):
    for pairs, most_missed in ((FIRST, 0), (SECOND, 1), (THIRD, 0)):
        missed = [
            (code, title) for code, title, content in pairs if codes(overlap.search(title, content, top=1)) != [code]
        ]
        assert len(missed) <= most_missed, missed
        assert {code for code, *_ in pairs} == {f"P{n:02}" for n in range(1, 28)}
    shown = [t for t in DECOYS if overlap.search(t).from_score(overlap.SUGGEST).hits]
    assert len(DECOYS) >= 30
    assert shown == []


def test_phases_are_told_apart_however_they_are_written_and_a_project_stands_before_its_task(plan):
    for title, code in (
        ("统一网络平台一期", "P01"),
        ("统一网络平台第２期工程", "P06"),
        ("第三期统一网络平台", "P23"),
        ("OA第Ⅱ期", "P07"),
        ("OA首期", "P04"),
    ):
        assert codes(overlap.search(title, top=1)) == [code], title
    found = codes(overlap.search("建设市教育资源库", top=3))
    assert found.index("P16") < found.index("T2-30")


def test_hits_come_best_first_with_the_phrases_that_both_have_and_words_that_mean_the_same(plan):
    hits = overlap.search("社区公共服务和市民卡系统", top=10).hits
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    best = hits[0]
    assert (best.code, best.key) == ("P12", "project:P12")
    assert set(best.shared) == {"社区公共服务", "市民卡系统"}
    for phrase in best.shared:
        assert phrase in "社区公共服务和市民卡系统"
        assert phrase in best.name + best.content
    best = overlap.search("市政府OA系统第二期", top=1).hits[0]
    assert ("oa", "办公自动化") in best.alike


def test_a_new_record_is_found_at_once_without_building_anew(stories, cast, monkeypatch):
    assert "SB" not in "".join(codes(overlap.search("社区卫生服务信息系统")))
    monkeypatch.setattr(overlap._Store, "rebuild", lambda *a: pytest.fail("built anew"))
    row = stories.submitted()
    assert row.number in codes(overlap.search("社区卫生服务信息系统"))
    other = stories.draft(document=proposal(title="殡葬服务预约"))
    assert codes(overlap.search("殡葬服务预约", top=1)) == [other.reference]
    other = actions.save_draft(
        by=cast.health_cio, submission=other, version=other.version, proposal=proposal(title="停车诱导")
    )
    assert codes(overlap.search("停车诱导", top=1)) == [other.reference]
    assert other.reference not in codes(overlap.search("殡葬服务预约"))
    actions.discard_draft(by=cast.health_cio, submission=other, version=other.version)
    assert other.reference not in codes(overlap.search("停车诱导"))


def test_a_row_that_left_no_trace_is_found_too(stories):
    row = stories.submitted()
    overlap.search("x社区")
    Submission.objects.filter(pk=row.pk).update(title="殡葬服务预约")
    assert row.number not in [h.code for h in overlap.search("社区卫生服务信息系统").hits if h.score > 0.9]
    assert codes(overlap.search("殡葬服务预约", top=1)) == [row.number]
    task = PlanTask.objects.create(
        code="T9-01", block="10.3", order=99, text="人工增雨作业指挥", line=1, due="2010-12-31"
    )
    assert codes(overlap.search("人工增雨", top=1)) == [task.code]


def test_another_process_sees_the_same(stories):
    mine, theirs = overlap._Store(), overlap._Store()
    for store in (mine, theirs):
        store.search("起", "", overlap.EVERYONE, 5, "")
    row = stories.submitted()
    for store in (mine, theirs):
        assert row.number in codes(store.search("社区卫生服务信息系统", "", overlap.EVERYONE, 5, ""))


def test_a_database_that_is_another_one_is_read_anew(stories):
    store = overlap._Store()
    store.search("起", "", overlap.EVERYONE, 5, "")
    store.mark = (store.mark[0], "of another chain")
    stories.submitted()
    built = []
    rebuild = store.rebuild
    store.rebuild = lambda *a: built.append(1) or rebuild(*a)
    store.search("起", "", overlap.EVERYONE, 5, "")
    assert built == [1]


def test_what_the_viewer_may_not_see_is_counted_and_not_shown(stories, cast):
    filed, draft = stories.submitted(), stories.draft()
    title = "社区卫生服务信息系统"
    assert {filed.number, draft.reference} <= set(codes(overlap.search(title, actor=cast.health_cio)))
    foreign = overlap.search(title, actor=cast.district)
    assert not {filed.number, draft.reference} & set(codes(foreign))
    assert foreign.masked == 1  # the filed one; a draft of others is not even counted
    office = overlap.search(title, actor=cast.reviewer)
    assert filed.number in codes(office)
    assert draft.reference not in codes(office)
    assert office.masked == 0


def test_a_secret_case_is_in_no_answer(cast):
    actions.declare_secret(
        by=cast.health_cio, kind="new", plan_year=2008, title="保密通信网改造", paper_number="筑卫密 3 号"
    )
    for actor in (cast.health_cio, cast.reviewer, overlap.EVERYONE):
        found = overlap.search("保密通信网改造", actor=actor)
        assert (found.masked, [h for h in found.hits if h.kind == "submission"]) == (0, [])


def test_the_record_that_asks_is_left_out(stories):
    row = stories.submitted()
    assert row.number not in codes(overlap.search(row.title, leave_out=row.audit_key))


def test_the_number_of_questions_does_not_grow_with_the_records(stories):
    overlap.search("起")
    row = stories.submitted()
    title = "社区卫生服务信息系统"
    overlap.search(title)
    with CaptureQueriesContext(connection) as few:
        overlap.search(title)
    Submission.objects.bulk_create(
        Submission(
            kind="new",
            plan_year=2008,
            state="submitted",
            number=f"SB2008-9{n:02}",
            title=f"{title}{n}",
            organisation=row.organisation,
            author=row.author,
            created_day=row.created_day,
            state_day=row.state_day,
        )
        for n in range(40)
    )
    overlap.search(title)
    with CaptureQueriesContext(connection) as many:
        overlap.search(title)
    assert len(many) <= len(few)


def test_hits_of_one_subject_stand_together_with_place_and_level(stories, cast):
    stories.submitted(document=proposal(title="花溪区社区卫生服务信息系统"))
    stories.submitted(document=proposal(title="乌当区社区卫生服务信息系统"))
    cluster = overlap.search("社区卫生服务信息系统").clusters[0]
    assert len(cluster.hits) == 2
    assert {"花溪区", "乌当区"} <= set(cluster.facets)


def test_the_command_prints_one_line_a_hit_as_the_contract_says(plan):
    out = io.StringIO()
    call_command("overlap", "政务呼叫中心", "--content", "热线电话", "--top", "3", stdout=out)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert 1 <= len(rows) <= 3
    assert {"kind", "code", "name", "score", "shared"} <= set(rows[0])
    assert (rows[0]["kind"], rows[0]["code"]) == ("project", "P05")
    assert Project.objects.get(code="P05").name == rows[0]["name"]


@pytest.mark.parametrize("title", ["  ", "a\x00b"])
def test_the_command_refuses_what_is_no_title(title):
    with pytest.raises(SystemExit) as end:
        call_command("overlap", title, stderr=io.StringIO())
    assert end.value.code == 2


def test_no_text_breaks_the_radar(plan):
    for text in ("", "。", "🙂🙂", "\x00", "a" * 50_000, "𠀀" * 300, "1" * 400):
        assert isinstance(overlap.search(text, text).hits, tuple)


def test_rows_added_later_score_as_if_they_had_been_there():
    titles = [normalise(t).plain for _, t, _ in FIRST]
    index = Index()
    index.build([(t, "") for t in titles[:20]])
    for title in titles[20:]:
        index.add([(title, "")])
    for i, title in enumerate(titles):
        assert index.nearest(title, "", 1)[0] == (i, pytest.approx(1, abs=1e-4))
    index.struck.add(25)
    assert 25 not in [i for i, _ in index.nearest(titles[25], "", 5)]


def test_marked_pieces_put_together_are_the_text():
    text = "统一网络平台（二期）与 GIS"
    pieces = phrases.marked(text, ["网络平台", "gis"])
    assert "".join(p for p, _ in pieces) == text
    assert [p for p, is_marked in pieces if is_marked] == ["网络平台", "GIS"]
