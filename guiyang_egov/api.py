"""The root of /api/v1/: each app's viewsets under the names of the contract."""

from __future__ import annotations

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from budgets.api import BudgetLines, ProjectsWithMoney
from governance.api import Discrepancies, Documents, Organisations
from priorities.api import AnnualPlans, ClauseDetail, Clauses, Screenings, Submissions
from projects.api import PlanItems, PlanTasks

router = SimpleRouter()
router.register("plan-items", PlanItems)
router.register("projects", ProjectsWithMoney)
router.register("plan-tasks", PlanTasks)
router.register("budget-lines", BudgetLines)
router.register("submissions", Submissions)
router.register("annual-plans", AnnualPlans)
router.register("documents", Documents)
router.register("organisations", Organisations)
router.register("discrepancies", Discrepancies)

urlpatterns = [
    path("", include(router.urls)),
    path("screenings/", Screenings.as_view()),
    path("clauses/", Clauses.as_view()),
    re_path(r"^clauses/(?P<clause>[0-9.()-]{5,12})/$", ClauseDetail.as_view()),
]
