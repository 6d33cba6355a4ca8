"""A prepared question answers what the queryset that it was built from answers, now and after every change."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext

from governance.basics.roles import Role
from governance.database.prepared import Prepared, attach
from governance.models import Appointment, Organisation
from projects.models import GateItem, Milestone, Phase, Project, ProjectLead

LED = Prepared(lambda unit: Project.objects.led_by(unit).order_by("order", "pk"))
BY_ROLE = Prepared(
    lambda role, day: (
        Appointment.objects.in_force(day)
        .filter(role=role)
        .select_related("user", "organisation__canonical")
        .order_by("pk")
    )
)
KEYS = Prepared(lambda keys: Project.objects.filter(pk__among=keys).order_by("pk").only("code", "estimate_wan"))
STATES = Prepared(lambda: Project.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
UNION = Prepared(
    lambda key: (
        Milestone.objects.filter(project=key)
        .order_by()
        .values_list("text", "start")
        .union(Phase.objects.filter(project=key).order_by().values_list("name", "start"))
    )
)


def test_rows_and_their_relations_are_those_of_the_queryset(plan):
    for unit in Organisation.objects.all():
        assert LED(unit.pk) == list(LED.build(unit.pk)), unit
        assert LED.count(unit.pk) == len(LED(unit.pk))


def test_each_argument_stands_in_all_its_places(cast):
    for role in Role:
        for day in (dt.date(2006, 1, 1), dt.date(2007, 8, 20)):
            assert BY_ROLE(str(role), day) == list(BY_ROLE.build(str(role), day)), (role, day)
    hat = BY_ROLE("reviewer", dt.date(2007, 8, 20))[0]
    with CaptureQueriesContext(connection) as more:
        assert (hat.user.username, hat.organisation.canonical) == ("demo-reviewer", None)
    assert len(more) == 0


def test_a_list_is_one_parameter_however_long(plan):
    keys = list(Project.objects.values_list("pk", flat=True))
    for some in (keys, keys[:1], []):
        found = KEYS(some)
        assert [p.pk for p in found] == sorted(some)
    assert len(KEYS.known) == 1
    assert KEYS(keys)[0].get_deferred_fields() == Project.objects.only("code", "estimate_wan")[0].get_deferred_fields()
    assert {p.pk: p.estimate_wan for p in KEYS(keys)} == dict(Project.objects.values_list("pk", "estimate_wan"))


def test_what_changes_is_read_anew(plan):
    assert STATES() == list(STATES.build())
    Project.objects.filter(code="P01").update(state="building")
    assert STATES() == list(STATES.build())
    assert ("building", 1) in STATES()


def test_sums_and_unions_are_read_as_well(plan):
    for key in Project.objects.values_list("pk", flat=True):
        assert sorted(UNION(key)) == sorted(UNION.build(key))
    assert any(UNION(key) for key in Project.objects.values_list("pk", flat=True))


def test_a_shape_of_its_own_is_kept_apart(plan):
    of = Prepared(lambda states: Project.objects.filter(state__in=states).order_by("pk"))
    for states in (("registered",), ("registered", "building"), ()):
        assert of(states) == list(Project.objects.filter(state__in=states).order_by("pk"))


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda text: Project.objects.filter(name__startswith=str(text)), "changed on its way"),
        (lambda number: Project.objects.filter(Q(percent=3) if number else Q()), "is no parameter"),
    ],
)
def test_an_argument_that_is_no_parameter_is_refused(plan, build, why):
    with pytest.raises(AssertionError, match=why):
        Prepared(build)(2007)


def test_attached_rows_are_read_like_prefetched_ones_and_narrowed_like_an_owners(plan):
    projects = list(Project.objects.order_by("pk"))
    rows = list(ProjectLead.objects.order_by("order"))
    attach(projects, "leads", rows, "project_id")
    attach(projects, "gate_items", [], "project_id")
    with CaptureQueriesContext(connection) as more:
        held = {p.pk: [lead.pk for lead in p.leads.all()] for p in projects}
        assert all(lead.project is p for p in projects for lead in p.leads.all())
        assert not any(p.gate_items.all() for p in projects)
    assert len(more) == 0
    for project in Project.objects.prefetch_related("leads"):
        assert held[project.pk] == [lead.pk for lead in project.leads.all()]
    for project in projects:
        first = ProjectLead.objects.filter(project=project, order=1)
        assert list(project.leads.filter(order=1)) == list(first)
        assert project.leads.count() == len(held[project.pk])
    GateItem.objects.create(project=projects[0], key="x", status="provided", day=dt.date(2007, 1, 1))
    assert projects[0].gate_items.filter(key="x").exists()
