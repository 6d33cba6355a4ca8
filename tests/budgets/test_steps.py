"""What floor 4 calls inside its own verb: an adopted plan opens lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import steps
from budgets.models import BudgetLine
from governance.kernel import verbs

pytestmark = pytest.mark.django_db


def test_adoption_opens_lines_initial_first_and_adjust_after(cast, p06):
    with verbs.frame():
        steps.open_lines(
            by=cast.leader,
            project=p06,
            amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "80.00"}],
            document_number="筑信领〔2007〕3号",
        )
        steps.open_lines(
            by=cast.leader,
            project=p06,
            amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "-5.00"}],
            document_number="筑信领〔2008〕1号",
        )
    line = BudgetLine.objects.get()
    assert line.approved_wan == Decimal(75)
    assert [e.kind for e in line.entries.all()] == ["initial", "adjust"]


def test_a_step_refuses_to_run_outside_a_verb(cast, p06):
    with pytest.raises(RuntimeError, match="only inside a verb"):
        steps.open_lines(by=cast.leader, project=p06, amounts=[], document_number="")
