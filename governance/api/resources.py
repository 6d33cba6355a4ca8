"""/api/v1/ of governance: organisations, discrepancies, documents."""

from __future__ import annotations

from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import mixins, serializers, viewsets

from governance.api.filters import LabelFilter, SearchFilter, TextFilter, YearFilter
from governance.api.manners import Invisible
from governance.basics import clock
from governance.basics.roles import Permission
from governance.models import Discrepancy, Document, Organisation

# What a verb of the API takes beside its form: the same key twice is the same call.
IDEMPOTENCY = OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, required=False)


class Reading(mixins.ListModelMixin, mixins.RetrieveModelMixin, Invisible, viewsets.GenericViewSet):
    """A list and its details; `permission` says who may read, `get_queryset` how far."""

    permission = Permission.READ_REGISTER


class OrganisationSerializer(serializers.ModelSerializer):
    """A unit with the names under which the plan mentions it; `canonical` is the survivor after a merge."""

    aliases = serializers.SlugRelatedField(slug_field="as_named", many=True, read_only=True)

    class Meta:
        model = Organisation
        fields = (
            "id",
            "key",
            "name",
            "kind",
            "aliases",
            "parent",
            "canonical",
            "is_generic",
            "is_temporary",
            "is_internal",
            "phone",
            "valid_from",
            "valid_to",
        )
        read_only_fields = fields


class OrganisationFilter(filters.FilterSet):
    search = SearchFilter(fields=("name", "aliases__as_named"), distinct=True)
    kind = TextFilter(field_name="kind")
    name = TextFilter(field_name="name")


class Organisations(Reading):
    """单位。"""

    queryset = Organisation.objects.prefetch_related("aliases")
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter
    lookup_value_regex = r"\d{1,9}"

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset).distinct()


class DiscrepancySerializer(serializers.ModelSerializer):
    """An open question of the plan: quotes, readings, default, and the decision in force today (null = default)."""

    quotes = serializers.ListField(child=serializers.DictField(), read_only=True)
    readings = serializers.ListField(child=serializers.DictField(), read_only=True)
    touches = serializers.DictField(read_only=True)
    decision = serializers.SerializerMethodField()

    class Meta:
        model = Discrepancy
        fields = (
            "code",
            "weight",
            "title",
            "quotes",
            "readings",
            "default",
            "default_text",
            "touches",
            "read_by_code",
            "decision",
        )
        read_only_fields = fields

    def get_decision(self, row) -> dict | None:
        day = clock.today()
        decisions = [d for d in row.decisions.all() if d.from_day <= day]
        if not decisions:
            return None
        last = max(decisions, key=lambda d: (d.from_day, d.pk))
        return {
            "reading": last.reading,
            "from_day": last.from_day.isoformat(),
            "reason": last.reason,
            "by": last.by_text,
        }


class DiscrepancyFilter(filters.FilterSet):
    weight = LabelFilter(field_name="weight", choices=[("A", "A"), ("B", "B"), ("C", "C")])
    code = TextFilter(field_name="code")
    search = SearchFilter(fields=("title", "default_text", "code"))


class Discrepancies(Reading):
    """疑义登记。"""

    queryset = Discrepancy.objects.prefetch_related("decisions")
    serializer_class = DiscrepancySerializer
    filterset_class = DiscrepancyFilter
    lookup_field = "code"
    lookup_value_regex = r"D\d{2}"


class DocumentSerializer(serializers.ModelSerializer):
    """A document that a job made; its bytes are at `address`."""

    sha256 = serializers.CharField(source="file.sha256", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    address = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Document
        fields = (
            "id",
            "kind",
            "year",
            "title",
            "format",
            "snapshot",
            "rule_set",
            "engine",
            "pages",
            "sha256",
            "size",
            "by_text",
            "day",
            "recorded_at",
            "address",
        )
        read_only_fields = fields


class DocumentFilter(filters.FilterSet):
    kind = TextFilter(field_name="kind")
    year = YearFilter(field_name="year")
    format = LabelFilter(field_name="format", choices=[("pdf", "pdf"), ("xlsx", "xlsx"), ("json", "json")])
    search = SearchFilter(fields=("title",))


class Documents(Reading):
    """报告与文档。"""

    queryset = Document.objects.select_related("file")
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    permission = Permission.REQUEST_REPORT
    lookup_value_regex = r"[0-9a-f-]{36}"
