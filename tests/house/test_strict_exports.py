"""Every workbook that goes out is well-formed XML, whatever stands in the fields that it is made of."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.db.models import CharField, TextField, Value
from django.db.models.functions import Concat, Left

from budgets.models import BudgetLine, Entry
from governance.documents import printing
from governance.models import Clause, Discrepancy, Organisation, PlanItem, Regulation
from priorities.models import Submission
from projects.models import Milestone, PlanTask, Project

HOSTILE = "\ufffe\uffff\x01\x1f]]>&<b>\ufdd0\U0010ffff"
CODES = set("code key kind state clause form section weight hash sha256 role default number".split())
MODELS = (
    *(Project, PlanItem, PlanTask, Milestone, Organisation, Submission),
    *(Discrepancy, Clause, Regulation, BudgetLine, Entry),
)


def poison() -> list[str]:
    """Puts the hostile text before what every field of words holds; returns the fields."""
    done = []
    for model in MODELS:
        for field in model._meta.concrete_fields:
            words = isinstance(field, CharField | TextField) and not field.choices and not field.unique
            if not words or field.name in CODES or field.primary_key:
                continue
            longer = Concat(Value(HOSTILE), field.name, output_field=TextField())
            value = Left(longer, field.max_length) if field.max_length else longer
            model._base_manager.exclude(**{field.name: ""}).update(**{field.name: value})
            done.append(f"{model.__name__}.{field.name}")
    return done


def strictly(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(parts.read(name))


@pytest.fixture
def poisoned(offices):
    assert len(poison()) > 20
    return offices


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("finance", "/budgets/2007/export/"),
        ("finance", "/budgets/all/export/"),
        ("reviewer", "/governance/discrepancies/export/"),
        ("health_cio", "/priorities/submissions/draft-3/offline/template/"),
        ("reviewer", "/priorities/rule-sets/plan-2006-b/dry-run.xlsx"),
    ],
)
def test_an_export_of_hostile_fields_is_read_by_a_strict_parser(poisoned, who, address):
    answer = poisoned.client(who).get(address)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content[:2] == b"PK"
    strictly(content)


@pytest.mark.parametrize("kind", ["annual_progress", "annual_budget"])
def test_a_report_of_hostile_fields_is_read_by_a_strict_parser(poisoned, kind):
    strictly(printing.print_report(printing.build(kind, 2007), "xlsx").content)
