"""All addresses."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("governance/", include("governance.urls")),
    path("projects/", include("projects.urls")),
    path("budgets/", include("budgets.urls")),
    path("priorities/", include("priorities.urls")),
]
