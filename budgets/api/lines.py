"""/api/v1/ of money: budget lines, and projects with their approved totals."""

from __future__ import annotations

from django.db.models import Sum
from django_filters import rest_framework as filters
from rest_framework import serializers

from budgets.models import SOURCES, BudgetLine
from governance.api.filters import KnownFilter, LabelFilter, SearchFilter, YearFilter
from governance.api.resources import Reading
from governance.basics.roles import Permission
from projects.api.register import Projects
from projects.models import Project


class BudgetLineSerializer(serializers.ModelSerializer):
    """A line: amounts in 万元 as strings, null is 未填."""

    project = serializers.CharField(source="project.code")
    source = serializers.CharField(source="get_source_display")

    class Meta:
        model = BudgetLine
        fields = (
            "id",
            "project",
            "fiscal_year",
            "source",
            "estimate_wan",
            "approved_wan",
            "appropriated_wan",
            "spent_wan",
            "version",
        )
        read_only_fields = fields


class BudgetLineFilter(filters.FilterSet):
    fiscal_year = YearFilter(field_name="fiscal_year")
    source = LabelFilter(field_name="source", choices=SOURCES)
    project = KnownFilter(field_name="project__code", of=Project.objects.all, key="code", word="项目")
    search = SearchFilter(fields=("project__code", "project__name"))


class BudgetLines(Reading):
    """预算行。"""

    serializer_class = BudgetLineSerializer
    filterset_class = BudgetLineFilter
    permission = Permission.READ_BUDGET
    queryset = BudgetLine.objects.none()
    lookup_value_regex = r"\d{1,12}"

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return BudgetLine.objects.none()
        return BudgetLine.objects.visible_to(self.request._request.actor).select_related("project")


class ProjectsWithMoney(Projects):
    """项目，带批复合计（只给能看预算的人）。"""

    def get_serializer_context(self):
        context = super().get_serializer_context()
        actor = getattr(self.request._request, "actor", None) if self.request else None
        if actor and actor.scope(Permission.READ_BUDGET):
            rows = BudgetLine.objects.visible_to(actor).exclude(approved_wan=None)
            totals = rows.values("project_id").annotate(sum=Sum("approved_wan")).order_by()
            context["approved_totals"] = {row["project_id"]: row["sum"] for row in totals}
        return context
