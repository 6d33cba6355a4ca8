"""The budget table by keyboard alone: arrows, Escape, a block from a spreadsheet, Enter; a frozen column takes nothing."""

from __future__ import annotations

import pytest

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from projects.models import Project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """([name, text]) => {
  const field = document.querySelector(`[name="${name}"]`), data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_a_column_is_filled_by_keyboard_and_takes_nothing_once_it_is_frozen(cast, people):
    for code, source in (("P01", "city"), ("P07", "city"), ("P07", "own"), ("P16", "city")):
        project = Project.objects.get(code=code)
        actions.set_cell(by=cast.finance, at=LineKey(project, 2007, source), stage="approved", typed="50")
    finance = people("demo-finance")
    finance.go("/budgets/2007/?stage=appropriated")
    page = finance.page

    def here() -> str:
        return page.evaluate("document.activeElement.name")

    page.focus('[name="cell|P01|city"]')
    page.keyboard.press("ArrowDown")  # over P06, which has no approved amount
    assert here() == "cell|P07|city"
    page.keyboard.press("ArrowRight")
    assert here() == "cell|P07|own"
    page.keyboard.type("999")
    page.keyboard.press("Escape")
    assert page.input_value('[name="cell|P07|own"]') == ""
    page.evaluate(PASTE, ["cell|P07|city", "１２\t3\n40\t7\n"])
    assert page.inner_text("[data-pasted]").startswith("已填入 3 格，还没有保存；1 格落在不能填的格里")
    page.focus('[name="cell|P07|city"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "已保存 3 处" in page.inner_text("body")
    held = BudgetLine.objects.exclude(appropriated_wan=None).order_by("project__order", "source")
    assert [(x.project.code, x.source, x.appropriated_wan) for x in held] == [
        ("P07", "city", 12),
        ("P07", "own", 3),
        ("P16", "city", 40),
    ]
    finance.click("text=冻结下达")
    assert page.locator('input[name^="cell|"]').count() == 0
    assert "已冻结，只能查看" in page.inner_text("main")
