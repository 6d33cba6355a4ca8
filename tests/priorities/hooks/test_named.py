"""The trail of one case: the same wherever it is read, taken away as a workbook, its times the city's."""

from __future__ import annotations

import io

import openpyxl

from governance.basics import clock
from governance.kernel import audit
from governance.models import AuditConcern, AuditRow
from priorities import actions

PAGE = "/governance/audit/"


def test_the_trail_of_a_case_is_the_same_by_its_number_as_on_its_own_page(cast, stories):
    row = stories.concluded()
    stories.submitted()
    seqs = set(AuditConcern.objects.filter(key=row.audit_key).values_list("seq", flat=True))
    assert AuditRow.objects.filter(seq__in=seqs).exclude(sentence__contains=row.number).exists()
    auditor = cast.client("auditor")
    found = auditor.get(PAGE, {"record": row.number.lower()}).context["page"].paginator.object_list
    assert set(found.values_list("seq", flat=True)) == seqs
    assert {r.seq for r in audit.history(row, limit=500)} <= seqs
    assert f'href="{PAGE}?record={row.number}"' in auditor.get(row.get_absolute_url()).content.decode()
    draft = stories.draft()
    assert auditor.get(PAGE, {"record": draft.reference}).context["page"].paginator.count == 1


def test_the_auditor_takes_the_trail_of_a_case_away_and_that_is_on_the_trail_too(cast, stories):
    row = stories.submitted()
    answer = cast.client("auditor").get(f"{PAGE}export/", {"record": row.number})
    heads, *lines = openpyxl.load_workbook(io.BytesIO(answer.content)).active.values
    rows = list(audit.chosen(since=None, until=None, person="", record=row.number, ok=""))
    assert [line[0] for line in lines] == [str(r.seq) for r in rows]
    at = dict(zip(heads, lines[0], strict=True))
    assert at["记录时间"] == f"{clock.timezone.localtime(rows[0].recorded_at):%Y-%m-%d %H:%M:%S}"
    assert (at["事项"], at["摘要"]) == (rows[0].sentence, rows[0].hash)
    kept = AuditRow.objects.get(event="governance.audit.export")
    assert (kept.sentence, kept.by_text) == (f"导出操作留痕 {len(rows)} 条（record {row.number}）", cast.auditor.text)
    assert cast.client("reviewer").get(f"{PAGE}export/").status_code == 403
    assert cast.client("auditor").get(f"{PAGE}export/", {"from": "昨天"}).status_code == 422


def test_a_time_in_the_trail_is_the_city_s(cast, stories):
    row = stories.submitted()
    batch = actions.plan_batch(by=cast.reviewer, act="accept", items=[(row, row.version)])
    said = AuditRow.objects.filter(sentence__contains="起办理").latest("pk").sentence
    assert f"{clock.timezone.localtime(batch.leaves_at):%H:%M:%S} 起办理" in said
