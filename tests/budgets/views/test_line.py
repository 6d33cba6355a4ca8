"""One line's page: it books, moves and carries over, keeps what was typed, is the department's own."""

from __future__ import annotations

import pytest

from budgets.models import BudgetLine, Entry
from governance.models import AuditRow
from tests.budgets.cells import fill

pytestmark = pytest.mark.django_db


PAPER = {"document_number": "筑财预〔2007〕40号", "reason": "工程顺延"}


def test_another_department_s_line_is_not_there(cast):
    line = fill(cast, "P06", "approved", "10")
    assert cast.client("health_cio").get(f"/budgets/lines/{line.pk}/").status_code == 404
    assert cast.client("auditor").get(f"/budgets/lines/{line.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({"what": "book", "stage": "approved", "kind": "clawback", "amount_wan": "20"}, {"initial", "clawback"}),
        ({"what": "transfer", "stage": "approved", "to_project": "p01", "amount_wan": "20"}, {"initial", "transfer"}),
        ({"what": "carry_over", "amount_wan": "20"}, {"initial", "carry_over"}),
    ],
)
def test_a_line_s_page_books_moves_and_carries_over(cast, body, kinds):
    line = fill(cast, "P06", "approved", "100")
    client = cast.client("finance")
    assert client.get(f"/budgets/lines/{line.pk}/").status_code == 200
    once = {"once": "b" * 32, "version": str(line.version)}
    for _ in range(2):  # the second click changes nothing
        assert client.post(f"/budgets/lines/{line.pk}/", body | PAPER | once).status_code == 302
    assert BudgetLine.objects.get(pk=line.pk).approved_wan == 80
    assert set(Entry.objects.values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"what": "carry_over", "amount_wan": "1000"}, 409, "可结转的 100.00 万元"),
        ({"what": "transfer", "stage": "approved", "to_project": "P99", "amount_wan": "1"}, 422, "没有项目“P99”"),
        ({"what": "transfer", "stage": "approved", "to_project": "P06", "amount_wan": "1"}, 422, "两个项目之间"),
        ({"what": "book", "stage": "approved", "kind": "adjust", "amount_wan": "三五百"}, 422, "三五百"),
        (
            {"what": "book", "stage": "approved", "kind": "adjust", "amount_wan": "5", "version": "1"},
            409,
            "已被别人改过",
        ),
        ({"what": "god"}, 422, "没有这个动作"),
    ],
)
def test_a_refusal_on_the_line_s_page_keeps_what_was_typed(cast, body, status, said):
    line = fill(cast, "P06", "approved", "100")
    answer = cast.client("finance").post(f"/budgets/lines/{line.pk}/", PAPER | body)
    page = answer.content.decode()
    assert answer.status_code == status
    assert said in page
    assert f'value="{PAPER["document_number"]}"' in page or body["what"] == "god"
    assert Entry.objects.count() == 1


def test_codes_are_kept_on_the_line(cast):
    line = fill(cast, "P06", "approved", "100")
    body = {"what": "codes", "unit_code": "0101", "function_code": "2070101", "economic_code": ""}
    assert cast.client("finance").post(f"/budgets/lines/{line.pk}/", body).status_code == 302
    line.refresh_from_db()
    assert (line.unit_code, line.function_code, line.economic_code) == ("0101", "2070101", "")


@pytest.mark.parametrize("what", ["transfer", "carry_over"])
def test_what_a_move_changes_is_shown_before_it_counts_and_nothing_is_stored(cast, what):
    """Both lines, stage by stage, now and then; 文号 and reason may be missing yet; else the verb's own refusal."""
    line = fill(cast, "P06", "approved", "100")
    client, address = cast.client("finance"), f"/budgets/lines/{line.pk}/"
    typed = {"what": what, "stage": "approved", "to_project": "p01", "amount_wan": "30", "look": "1"}
    part = client.post(address, typed, headers={"HX-Request": "true"})
    assert [(e.stage, e.before, e.after) for e in part.context["effects"]] == [("批复", 100, 70), ("批复", None, 30)]
    html = part.content.decode()
    assert 'data-effect="shown"' in html
    assert "<html" not in html
    page = client.post(address, typed).content.decode()
    assert ('data-effect="shown"' in page, 'value="30"' in page) == (True, True)
    too_much = client.post(address, typed | {"amount_wan": "1000"}).content.decode()
    assert 'data-effect="refused"' in too_much
    assert 'data-effect="refused"' in client.post(address, typed | {"amount_wan": "三五百"}).content.decode()
    assert client.post(address, typed | {"amount_wan": ""}).status_code == 200
    assert (Entry.objects.count(), BudgetLine.objects.count()) == (1, 1)
    assert not AuditRow.objects.filter(event__in=["budgets.transfer", "budgets.carry_over"]).exists()
    assert cast.client("auditor").post(address, typed).status_code == 403
