"""City revenue with its document and its corrections; the papers behind entries, and who may take them away."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import CityRevenue, Entry, EntryPaper
from budgets.table import budget_table
from governance.basics.refusal import Refused, Stale, WrongRole
from governance.models import AuditRow, StoredFile
from projects.models import Project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PDF = b"%PDF-1.4 the accounts of 2006"
ACCOUNTS = {
    "fiscal_year": "2006",
    "revenue_wan": "52亿元",
    "document": "2006年市本级财政决算",
    "document_number": "筑财〔2007〕8号",
    "version": "0",
}
BOOKED = {"document_number": "筑财预〔2007〕40号", "reason": "追加"}


def scan(name="决算.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def booked(cast, code="P17", typed="10", **more) -> Entry:
    project = Project.objects.get(code=code)
    return actions.book(
        by=cast.finance,
        at=LineKey(project, 2007, "city"),
        stage="approved",
        kind="adjust",
        typed=typed,
        paper=actions.Paper(**BOOKED, **more),
    )


def test_revenue_is_entered_with_number_and_file_and_whoever_reads_money_gets_the_file(cast):
    client = cast.client("finance")
    assert client.post("/budgets/revenue/", ACCOUNTS | {"file": scan()}).status_code == 302
    row = CityRevenue.objects.get()
    assert (row.revenue_wan, row.as_typed, row.document_number) == (Decimal(520000), "52亿元", "筑财〔2007〕8号")
    page = cast.client("auditor").get("/budgets/revenue/").content.decode()
    assert "520,000.00" in page
    assert "筑财〔2007〕8号" in page
    assert "录入收入" not in page
    answer = cast.client("auditor").get(f"/budgets/revenue/{row.pk}/file/")
    assert b"".join(answer.streaming_content) == PDF
    assert cast.client("sysadmin").get(f"/budgets/revenue/{row.pk}/file/").status_code == 403


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"document": ""}, "依据文件"),
        ({"revenue_wan": "0"}, "大于 0"),
        ({"revenue_wan": "1,20"}, "1,20"),
        ({"fiscal_year": "20066"}, "20066"),
    ],
)
def test_what_revenue_lacks_is_said_and_what_was_typed_stays(cast, changed, said):
    answer = cast.client("finance").post("/budgets/revenue/", ACCOUNTS | changed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'value="筑财〔2007〕8号"' in page
    assert not CityRevenue.objects.exists()


def test_a_correction_needs_its_reason_keeps_the_old_figure_and_its_file_and_the_tests_read_the_new_one(cast):
    first = actions.set_revenue(
        by=cast.finance,
        fiscal_year=2006,
        typed="520000",
        document="快报",
        paper=actions.Paper(name="a.pdf", content=PDF),
    )
    with pytest.raises(Refused, match="更正请写明理由"):
        actions.set_revenue(by=cast.finance, fiscal_year=2006, typed="530000", document="决算")
    second = actions.set_revenue(
        by=cast.finance,
        fiscal_year=2006,
        typed="530000",
        document="决算",
        paper=actions.Paper(reason="决算数"),
        version=1,
    )
    first.refresh_from_db()
    assert (first.superseded, first.revenue_wan, second.version, second.file_id) == (True, 520000, 2, first.file_id)
    assert budget_table.year_growth(2007).revenue_before_wan == 530000
    page = cast.client("finance").get("/budgets/revenue/").content.decode()
    for words in ("530,000.00", "已更正", "520,000.00", "决算数", "快报"):
        assert words in page
    assert "更正原 520,000.00：决算数" in AuditRow.objects.filter(event="budgets.revenue.set").last().sentence


def test_of_two_corrections_of_the_same_figure_the_second_is_told(cast):
    actions.set_revenue(by=cast.finance, fiscal_year=2006, typed="520000", document="快报", version=0)
    actions.set_revenue(
        by=cast.finance,
        fiscal_year=2006,
        typed="530000",
        document="决算",
        paper=actions.Paper(reason="决算数"),
        version=1,
    )
    answer = cast.client("finance").post("/budgets/revenue/?year=2006", ACCOUNTS | {"version": "1", "reason": "我也改"})
    assert answer.status_code == 409
    assert "线上现为 530000.00" in answer.content.decode()
    with pytest.raises(Stale):
        actions.set_revenue(by=cast.finance, fiscal_year=2006, typed="540000", document="又来", version=0)
    assert CityRevenue.objects.in_force().get().revenue_wan == 530000


def test_only_the_finance_bureau_enters_revenue(cast):
    assert cast.client("auditor").post("/budgets/revenue/", ACCOUNTS).status_code == 403
    with pytest.raises(WrongRole):
        actions.set_revenue(by=cast.reviewer, fiscal_year=2006, typed="1", document="决算")


def test_years_that_hold_money_and_no_revenue_are_listed_as_lacking(cast):
    booked(cast)
    page = cast.client("finance").get("/budgets/revenue/").content.decode()
    assert 'id="y2007"' in page
    assert re.search(r"缺 <a data-figure=.lacking. href=.#years.>1</a> 个", page)
    assert "无法判定" in page


def test_a_paper_comes_with_the_booking_and_is_served_to_whoever_sees_the_line(cast):
    booked(cast, code="P06")
    entry = booked(cast, name="批复.pdf", content=PDF)
    paper = entry.papers.get()
    for name, status in (("finance", 200), ("health_cio", 200), ("auditor", 200), ("sysadmin", 403)):
        answer = cast.client(name).get(f"/budgets/papers/{paper.pk}/")
        assert answer.status_code == status, name
        if status == 200:
            assert b"".join(answer.streaming_content) == PDF
    hidden = EntryPaper.objects.create(entry=Entry.objects.get(line__project__code="P06"), file=paper.file, by_text="x")
    assert cast.client("health_cio").get(f"/budgets/papers/{hidden.pk}/").status_code == 404
    assert "批复.pdf" in cast.client("health_cio").get(f"/budgets/lines/{entry.line_id}/").content.decode()


def test_one_letter_stands_behind_every_entry_of_its_number_and_is_stored_once(cast):
    first, second = booked(cast, code="P06"), booked(cast)
    answer = cast.client("finance").post(
        f"/budgets/lines/{first.line_id}/",
        {"what": "paper", "entry": str(first.pk), "all_of_number": "1", "file": scan("批复.pdf")},
    )
    assert answer.status_code == 302
    assert StoredFile.objects.count() == 1
    assert set(EntryPaper.objects.values_list("entry_id", flat=True)) == {first.pk, second.pk}
    with pytest.raises(Refused, match="已经附在"):
        actions.attach_paper(by=cast.finance, entry=second, name="again.pdf", content=PDF)
    assert actions.attach_paper(by=cast.finance, entry=second, name="other.pdf", content=PDF + b"2") == 1


@pytest.mark.parametrize(("name", "content"), [("批复.exe", b"MZ"), ("批复.pdf", b"<html>"), ("空.pdf", b"")])
def test_a_paper_that_is_no_paper_is_refused_and_the_booking_with_it(cast, name, content):
    line = booked(cast).line
    answer = cast.client("finance").post(
        f"/budgets/lines/{line.pk}/",
        BOOKED
        | {"what": "book", "stage": "approved", "kind": "adjust", "amount_wan": "5", "file": scan(name, content)},
    )
    assert answer.status_code == 422
    assert 'value="5"' in answer.content.decode()
    assert Entry.objects.count() == 1
    assert not StoredFile.objects.exists()


def test_both_ends_of_a_transfer_carry_its_paper(cast):
    line = booked(cast, code="P06").line
    target = actions.transfer(
        by=cast.finance,
        line=line,
        to_project=Project.objects.get(code="P01"),
        stage="approved",
        typed="4万元",
        paper=actions.Paper(**BOOKED, name="调剂函.pdf", content=PDF),
    )
    assert [
        (e.amount_wan, e.as_typed, e.papers.get().file.display_name) for e in Entry.objects.filter(kind="transfer")
    ] == [
        (-4, "4万元", "调剂函.pdf"),
        (4, "4万元", "调剂函.pdf"),
    ]
    assert target.approved_wan == 4
