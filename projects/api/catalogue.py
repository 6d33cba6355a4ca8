"""/api/v1/shared-data/: the catalogue of shared data with who provides and who uses each entry; read only."""

from __future__ import annotations

from django.db.models import Prefetch
from django_filters import rest_framework as filters
from rest_framework import serializers

from governance.api.filters import LabelFilter, SearchFilter, TextFilter, UnitFilter
from governance.api.resources import Reading
from projects.models import DataParty, SharedData


class PartySerializer(serializers.Serializer):
    """A unit that provides or uses the entry; the words as the page has them."""

    organisation = serializers.CharField(source="organisation.name")
    side = serializers.CharField(source="get_side_display")
    service = serializers.CharField(source="get_service_display")
    frequency = serializers.CharField(source="get_frequency_display")
    state = serializers.CharField(source="get_state_display")
    terms = serializers.CharField()


class SharedDataSerializer(serializers.ModelSerializer):
    """An entry; `project` is the code of the project that carries it."""

    state = serializers.CharField(source="get_state_display")
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    parties = PartySerializer(many=True)

    class Meta:
        model = SharedData
        fields = ("code", "name", "content", "state", "reason", "project", "parties")
        read_only_fields = fields


class SharedDataFilter(filters.FilterSet):
    code = TextFilter(field_name="code")
    state = LabelFilter(field_name="state", choices=SharedData.STATES)
    organisation = UnitFilter(field_name="parties__organisation")
    search = SearchFilter()


class SharedDataList(Reading):
    """共享目录。"""

    queryset = SharedData.objects.select_related("project").prefetch_related(
        Prefetch("parties", DataParty.objects.exclude(state="ended").select_related("organisation").order_by("pk"))
    )
    serializer_class = SharedDataSerializer
    filterset_class = SharedDataFilter
    lookup_field = "code"
    lookup_value_regex = r"[A-Za-z0-9-]{1,12}"
