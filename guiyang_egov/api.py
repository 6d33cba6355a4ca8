"""The root of /api/v1/: each app's viewsets under the names of the contract."""

from __future__ import annotations

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from budgets.api.lines import BudgetLines, ProjectsWithMoney
from governance.api.resources import Discrepancies, Documents, Organisations
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.web import addresses
from priorities.api.rules import AnnualPlans, ClauseDetail, Clauses, Screenings
from priorities.api.submissions import Submissions
from projects.api.catalogue import SharedDataList
from projects.api.register import PlanItems, PlanTasks


class NoSuchAddress(APIView):
    """An address that does not exist: 401 without login, else the same 404 as a record that is missing."""

    permission = Permission.USE
    schema = None

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise NotVisible()

    def get(self, request, *args, **kwargs):
        """Never reached: `initial` answers."""

    post = put = patch = delete = get


router = SimpleRouter()
for name, views in (
    ("plan-items", PlanItems),
    ("projects", ProjectsWithMoney),
    ("plan-tasks", PlanTasks),
    ("shared-data", SharedDataList),
    ("budget-lines", BudgetLines),
    ("submissions", Submissions),
    ("screenings", Screenings),
    ("annual-plans", AnnualPlans),
    ("documents", Documents),
    ("organisations", Organisations),
    ("discrepancies", Discrepancies),
):
    router.register(name, views, basename=name)
    addresses.resources.append(name)
addresses.resources.append("clauses")

urlpatterns = [
    path("", include(router.urls)),
    path("clauses/", Clauses.as_view()),
    re_path(r"^clauses/(?P<clause>[0-9.()-]{5,12})/$", ClauseDetail.as_view()),
    re_path(r"^(?:.*/)?$", NoSuchAddress.as_view()),
]
