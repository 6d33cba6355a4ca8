"""/api/v1/ of the register: plan items (10.4, verbatim, with the project that lives on), projects, plan tasks."""

from __future__ import annotations

from django.db.models import OuterRef, Prefetch, Subquery
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from governance.api.filters import KnownFilter, LabelFilter, SearchFilter, TextFilter, UnitFilter, YearFilter
from governance.api.resources import IDEMPOTENCY, Reading
from governance.basics.roles import Permission
from governance.kernel.once import once
from governance.models import PlanItem, PlanItemLead
from projects import actions
from projects.lifecycle import guards
from projects.models import PlanTask, Programme, Project, ProjectLead, TaskLink

MONTH = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
MONTH_OR_NULL = MONTH | {"nullable": True}


class LeadSerializer(serializers.Serializer):
    """A lead unit: the plan's wording, the canonical unit, whether it is generic (各相关部门)."""

    as_named = serializers.CharField()
    organisation = serializers.CharField(source="organisation.name")
    generic = serializers.BooleanField(source="is_generic")


class MonthField(serializers.Field):
    """A date as `YYYY-MM`: the first or last month of what the plan states."""

    def to_representation(self, value) -> str:
        return f"{value.year:04d}-{value.month:02d}"


# What the register keeps of a row of 10.4 as it stands there.
ROW = (
    "code",
    "order",
    "name",
    "content",
    "time_raw",
    "start",
    "end",
    "precision",
    "estimate_wan",
    "leads",
    "leads_open_ended",
)


class PlanItemSerializer(serializers.ModelSerializer):
    """A row of 10.4, verbatim."""

    start = extend_schema_field(MONTH)(MonthField)()
    end = extend_schema_field(MONTH)(MonthField)()
    leads = LeadSerializer(many=True)
    project = serializers.CharField(source="project_code", allow_null=True)

    class Meta:
        model = PlanItem
        fields = (*ROW, "project")
        read_only_fields = fields


class PlanItemFilter(filters.FilterSet):
    code = TextFilter(field_name="code")
    precision = LabelFilter(field_name="precision", choices=[("year", "年"), ("month", "月")])
    name = TextFilter(field_name="name")
    project = KnownFilter(field_name="project_code", of=Project.objects.all, key="code", word="项目")
    organisation = UnitFilter(field_name="leads__organisation")
    search = SearchFilter(fields=("code", "name", "content"))


class PlanItems(Reading):
    """规划 10.4 的 27 行。"""

    queryset = PlanItem.objects.annotate(
        project_code=Subquery(Project.objects.filter(plan_item=OuterRef("pk")).values("code")[:1])
    ).prefetch_related(Prefetch("leads", PlanItemLead.objects.select_related("organisation")))
    serializer_class = PlanItemSerializer
    filterset_class = PlanItemFilter
    lookup_field = "code"
    lookup_value_regex = r"[A-Za-z0-9-]{1,12}"


class ProjectSerializer(serializers.ModelSerializer):
    """A living project; null where it has no plan item. `state` is the Chinese word, `state_code` ours."""

    name = serializers.CharField()
    time_raw = serializers.CharField(source="plan_item.time_raw", default=None, allow_null=True)
    start = extend_schema_field(MONTH_OR_NULL)(MonthField)(allow_null=True)
    end = extend_schema_field(MONTH_OR_NULL)(MonthField)(allow_null=True)
    latest_start = extend_schema_field(MONTH_OR_NULL)(MonthField)(allow_null=True)
    latest_end = extend_schema_field(MONTH_OR_NULL)(MonthField)(allow_null=True)
    leads = LeadSerializer(many=True)
    state = serializers.CharField(source="get_state_display")
    state_code = serializers.CharField(source="state")
    plan_item = serializers.CharField(source="plan_item.code", default=None, allow_null=True)
    programme = serializers.CharField(source="programme.name", default=None, allow_null=True)
    # What its cases asked for, what was cut and decided; null where there was no case.
    cut_wan = serializers.DecimalField(max_digits=12, decimal_places=2, read_only=True, allow_null=True)
    approved_wan = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = (
            *ROW,
            "state",
            "state_code",
            "origin",
            "plan_item",
            "programme",
            "latest_start",
            "latest_end",
            "percent",
            "filed_wan",
            "cut_wan",
            "decided_wan",
            "approved_wan",
        )
        read_only_fields = fields

    def get_approved_wan(self, row) -> str | None:
        """The approved total is floor 3's; the root of the API hands it in (`approved_totals`), null is 未填."""
        totals = self.context.get("approved_totals")
        amount = totals.get(row.pk) if totals else None
        return None if amount is None else f"{amount:.2f}"


class ProjectFilter(filters.FilterSet):
    state = LabelFilter(field_name="state", choices=Project.STATES)
    origin = LabelFilter(field_name="origin", choices=Project.ORIGINS)
    programme = KnownFilter(field_name="programme__name", of=Programme.objects.all, key="name", word="工程")
    organisation = UnitFilter(field_name="leads__organisation")
    plan_item = KnownFilter(field_name="plan_item__code", of=PlanItem.objects.all, key="code", word="规划项目")
    code = TextFilter(field_name="code")
    name = TextFilter(field_name="name")
    year = YearFilter(method="in_year")
    search = SearchFilter()

    def in_year(self, queryset, name, value):
        return queryset.in_year(value)


class BlockerSerializer(serializers.Serializer):
    """What stands in the way of a step, and who lifts it."""

    sentence = serializers.CharField()
    who = serializers.CharField()


class StepSerializer(serializers.Serializer):
    """A step that leaves the project's state; `may`: whoever asks may take it now."""

    step = serializers.CharField()
    label = serializers.CharField()
    target = serializers.CharField()
    may = serializers.BooleanField()
    blockers = BlockerSerializer(many=True)


class LifeSerializer(serializers.Serializer):
    """Where a project stands and what comes next."""

    code = serializers.CharField()
    state = serializers.CharField()
    state_code = serializers.CharField()
    version = serializers.IntegerField()
    steps = StepSerializer(many=True)


class ChangeStateSerializer(serializers.Serializer):
    """A step by its code, at the version that was read; the day and the reason where it asks for one."""

    step = serializers.CharField(max_length=20)
    version = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=250, required=False, allow_blank=True)
    day = serializers.DateField(required=False, allow_null=True)


def life_of(project: Project, actor) -> dict:
    """What LifeSerializer says of a project."""
    steps = [
        {
            "step": o["transition"].verb,
            "label": o["transition"].label,
            "target": o["target"],
            "may": o["may"],
            "blockers": [{"sentence": sentence, "who": who} for sentence, who in o["blockers"]],
        }
        for o in guards.offered(project, actor)
    ]
    return {
        "code": project.code,
        "state": project.get_state_display(),
        "state_code": project.state,
        "version": project.version,
        "steps": steps,
    }


class Projects(Reading):
    """项目。"""

    write_permission = Permission.MANAGE_PROJECT

    queryset = Project.objects.select_related("plan_item", "programme").prefetch_related(
        Prefetch("leads", ProjectLead.objects.select_related("organisation"))
    )
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter
    lookup_field = "code"
    lookup_value_regex = r"[A-Za-z0-9-]{1,12}"

    @extend_schema(responses=LifeSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def life(self, request, code=None):
        """现在的状态、下一步和还不能办的理由。"""
        return Response(life_of(self.get_object(), request._request.actor))

    @extend_schema(request=ChangeStateSerializer, responses=LifeSerializer, parameters=[IDEMPOTENCY], filters=False)
    @action(detail=True, methods=["post"], url_path="change-state")
    def change_state(self, request, code=None):
        """变更状态；关口没有过的 409，说明缺什么、谁来补。"""
        asked = ChangeStateSerializer(data=request.data if isinstance(request.data, dict) else None)
        asked.is_valid(raise_exception=True)
        project, actor = self.get_object(), request._request.actor
        with once(actor, f"api.change_state.{project.pk}", request.headers.get("Idempotency-Key")) as call:
            if call.address is None:
                actions.change_state(by=actor, project=project, **asked.validated_data)
                call.address = project.get_absolute_url()
        return Response(life_of(self.get_object(), actor))


class TaskProjectSerializer(serializers.Serializer):
    """A project that carries the task."""

    code = serializers.CharField(source="project.code")
    certainty = serializers.ChoiceField(choices=TaskLink.CERTAINTIES)


class PlanTaskSerializer(serializers.ModelSerializer):
    """One of the 59 tasks of 10.1–10.3."""

    projects = TaskProjectSerializer(source="links", many=True)
    state = serializers.CharField(source="get_state_display")

    class Meta:
        model = PlanTask
        fields = ("code", "block", "order", "text", "line", "due", "state", "evidence", "projects")
        read_only_fields = fields


class PlanTaskFilter(filters.FilterSet):
    block = LabelFilter(field_name="block", choices=[("10.1", "10.1"), ("10.2", "10.2"), ("10.3", "10.3")])
    state = LabelFilter(field_name="state", choices=PlanTask.STATES)
    project = KnownFilter(
        field_name="links__project__code", of=Project.objects.all, key="code", word="项目", distinct=True
    )
    code = TextFilter(field_name="code")
    search = SearchFilter()


class PlanTasks(Reading):
    """规划任务。"""

    queryset = PlanTask.objects.prefetch_related(Prefetch("links", TaskLink.objects.select_related("project")))
    serializer_class = PlanTaskSerializer
    filterset_class = PlanTaskFilter
    lookup_field = "code"
    lookup_value_regex = r"[A-Za-z0-9-]{1,12}"
