"""/api/v1/ of the rules and what comes of them: screenings that store nothing, clauses of 8.3, annual plans."""

from __future__ import annotations

from django.db.models import Prefetch
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, mixins, serializers, viewsets
from rest_framework.response import Response

from governance.api.filters import LabelFilter, SearchFilter, TextFilter, YearFilter
from governance.api.resources import Reading
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible
from governance.basics.roles import Permission
from priorities.labels import OUTCOMES
from priorities.models import AnnualPlan, PlanEntry, Screening, Submission
from priorities.rule_sets import repository
from priorities.rules import screen as screens
from priorities.rules.plan_2006 import CRITERIA

HEADINGS = tuple(dict.fromkeys(c.heading for c in CRITERIA))


class TraceSerializer(serializers.Serializer):
    """What one clause says of the item."""

    clause = serializers.CharField()
    text = serializers.CharField()
    result = serializers.CharField()
    because = serializers.ListField(child=serializers.CharField())
    components = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    """One item of `screen`'s output."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=list(OUTCOMES.items()))
    met = serializers.ListField(child=serializers.CharField())
    partly = serializers.ListField(child=serializers.CharField())
    undetermined = serializers.ListField(child=serializers.CharField())
    needs_decision = serializers.ListField(child=serializers.CharField())
    missing_facts = serializers.ListField(child=serializers.CharField())
    cut_wan = serializers.CharField()
    rule_set = serializers.CharField()
    trace = TraceSerializer(many=True)


class FrozenScreeningSerializer(serializers.ModelSerializer):
    """A frozen screening of a submission."""

    number = serializers.CharField(source="submission.reference")
    result = serializers.DictField()

    class Meta:
        model = Screening
        fields = ("number", "day", "rule_set", "outcome", "confirmed", "result")
        read_only_fields = fields


class ScreeningFilter(filters.FilterSet):
    number = TextFilter(field_name="submission__number")
    outcome = LabelFilter(field_name="outcome", choices=list(OUTCOMES.items()))
    rule_set = TextFilter(field_name="rule_set")
    search = SearchFilter(fields=("submission__number", "submission__title"))


class Screenings(mixins.ListModelMixin, viewsets.GenericViewSet):
    """判定。GET：已冻结的判定，新的在前；POST：`screen` 的一项输入，一项输出，不保存任何东西。"""

    permission = Permission.READ_REGISTER
    serializer_class = FrozenScreeningSerializer
    filterset_class = ScreeningFilter
    queryset = Screening.objects.none()

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Screening.objects.none()
        seen = Submission.objects.visible_to(self.request._request.actor)
        return Screening.objects.filter(submission__in=seen).select_related("submission").order_by("-pk")

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: VerdictSerializer})
    def create(self, request):
        """判定一项，不保存。"""
        if not isinstance(request.data, dict):
            raise Invalid('请求体应是一个对象：{"id", "title", "facts", "components"}。')
        try:
            items = screens.parse_items([request.data])
        except screens.InputError as error:
            raise Invalid(str(error)) from None
        return Response(next(iter(screens.screen(items, repository.in_force_on(clock.today())))))


class PlanEntrySerializer(serializers.ModelSerializer):
    """One candidate and what the plan decides about it."""

    submission = serializers.CharField(source="submission.reference")
    title = serializers.CharField(source="submission.title")
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    amounts = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = PlanEntry
        fields = ("submission", "title", "decision", "amounts", "reason", "project")
        read_only_fields = fields


class AnnualPlanSerializer(serializers.ModelSerializer):
    """A version of a year's plan."""

    entries = PlanEntrySerializer(many=True)
    minutes_number = serializers.CharField(source="meeting.minutes_number", default=None, allow_null=True)

    class Meta:
        model = AnnualPlan
        fields = ("id", "plan_year", "number", "state", "adopted_day", "minutes_number", "note", "entries")
        read_only_fields = fields


class AnnualPlanFilter(filters.FilterSet):
    plan_year = YearFilter(field_name="plan_year")
    state = LabelFilter(field_name="state", choices=AnnualPlan.STATES)
    search = SearchFilter(fields=("note", "meeting__minutes_number", "entries__submission__title"), distinct=True)


class AnnualPlans(Reading):
    """年度计划。"""

    queryset = AnnualPlan.objects.select_related("meeting").prefetch_related(
        Prefetch("entries", PlanEntry.objects.select_related("submission", "project"))
    )
    serializer_class = AnnualPlanSerializer
    filterset_class = AnnualPlanFilter
    lookup_value_regex = r"\d{1,9}"


class QuestionSerializer(serializers.Serializer):
    """A fact as the form asks for it; `office`: the office answers; `component`: asked of each component;
    `turned`: the question asks for the opposite of the key, 是 is the key's `no`."""

    fact = serializers.CharField()
    question = serializers.CharField()
    office = serializers.BooleanField()
    component = serializers.BooleanField()
    turned = serializers.BooleanField()


class ReadingSerializer(serializers.Serializer):
    """One way to read the clause."""

    key = serializers.CharField()
    text = serializers.CharField()
    default = serializers.BooleanField()


class ClauseSerializer(serializers.Serializer):
    """A clause of 8.3: verbatim text, facts, readings, and the reading of the rule set in force (null: left out)."""

    clause = serializers.CharField()
    heading = serializers.CharField()
    text = serializers.CharField()
    facts = serializers.ListField(child=serializers.CharField())
    questions = QuestionSerializer(many=True)
    readings = ReadingSerializer(many=True)
    reading = serializers.CharField(allow_null=True)
    in_force = serializers.BooleanField()
    outcome = serializers.CharField()
    on_components = serializers.BooleanField()
    rule_set = serializers.CharField()


def _asked(request, known: tuple[str, ...]) -> dict[str, str]:
    """The filters of a list that has no table behind it, as strict as the others (governance.api.manners)."""
    for name, values in request.query_params.lists():
        if name not in known:
            raise exceptions.ValidationError({name: [f"没有这个筛选条件。可用：{'、'.join(known)}。"]})
        if len(values) > 1:
            raise exceptions.ValidationError({name: ["同一个筛选条件只能给一次。"]})
    return {name: request.query_params[name] for name in request.query_params}


class Clauses(generics.GenericAPIView):
    """8.3 的判据：原文、事实、读法与现行读法。"""

    basename = "clauses"
    permission = Permission.READ_REGISTER
    serializer_class = ClauseSerializer
    filter_backends = ()
    KNOWN = ("clause", "heading", "search", "page", "page_size", "format")

    @extend_schema(
        responses=ClauseSerializer(many=True),
        parameters=[
            OpenApiParameter("heading", OpenApiTypes.STR, enum=HEADINGS),
            OpenApiParameter("clause", OpenApiTypes.STR, enum=[c.clause for c in CRITERIA]),
            OpenApiParameter("search", OpenApiTypes.STR),
            *(OpenApiParameter(name, OpenApiTypes.INT) for name in ("page", "page_size")),
        ],
        operation_id="clauses_list",
    )
    def get(self, request):
        """全部判据。"""
        asked = _asked(request, self.KNOWN)
        rows = repository.described(clock.today())
        for name in ("heading", "clause"):
            if name in asked:
                if asked[name] not in {r[name] for r in rows}:
                    raise exceptions.ValidationError({name: [f"没有“{asked[name][:30]}”。"]})
                rows = [r for r in rows if r[name] == asked[name]]
        if words := asked.get("search"):
            rows = [r for r in rows if words in r["text"] or words in r["clause"]]
        return self.get_paginated_response(self.paginate_queryset(rows))


class ClauseDetail(generics.GenericAPIView):
    """一条判据。"""

    basename = "clauses"
    permission = Permission.READ_REGISTER
    serializer_class = ClauseSerializer
    filter_backends = ()

    @extend_schema(responses=ClauseSerializer, operation_id="clauses_retrieve")
    def get(self, request, clause: str):
        """一条判据，`8.3.2(3)` 或 `8.3.2-3`。"""
        _asked(request, ("format",))
        head, _, number = clause.rpartition("-")
        wanted = clause if "(" in clause else f"{head}({number})"
        for row in repository.described(clock.today()):
            if row["clause"] == wanted:
                return Response(row)
        raise NotVisible()
