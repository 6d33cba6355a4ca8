"""All addresses. Every view names its permission or is marked public (tests/house/test_addresses.py walks them)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from governance.views import health, session
from governance.web.entry import public
from guiyang_egov.pages import (
    as_of,
    benefits,
    calendar,
    compare,
    discrepancies,
    footnotes,
    home,
    organisations,
    plan_text,
    programmes,
    projects,
    search,
)


@public
def favicon(request):
    """Browsers ask for it by this name, whatever the page says."""
    return redirect(static("img/favicon.svg"))


@public
def robots(request):
    """An intranet system: no crawler."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


handler500 = session.server_error

urlpatterns = [
    path("", home.page, name="home"),
    path("login/", session.login, name="login"),
    path("login/code/", session.login_code, name="login_code"),
    path("logout/", session.logout, name="logout"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", robots),
    path("favicon.ico", favicon),
    path("search/", search.page, name="search"),
    path("calendar/", calendar.page, name="calendar"),
    path("projects/", projects.listing, name="project_list"),
    path("governance/discrepancies/", discrepancies.listing, name="discrepancies"),
    path("governance/discrepancies/export/", footnotes.download, name="footnotes"),
    re_path(r"^governance/discrepancies/(?P<code>D\d{2})/$", discrepancies.page, name="discrepancy"),
    path("governance/organisations/", organisations.listing, name="organisations"),
    path("governance/organisations/<int:pk>/", organisations.page, name="organisation"),
    path("governance/plan/", plan_text.page, name="plan_text"),
    path("governance/", include("governance.urls")),
    path("projects/as-of/", as_of.page, name="as_of"),
    path("projects/compare/", compare.page, name="compare"),
    path("projects/benefits/", benefits.page, name="benefits"),
    path("projects/programmes/", programmes.index, name="programmes"),
    path("projects/programmes/<slug:key>/", programmes.page, name="programme"),
    path("projects/", include("projects.urls")),
    re_path(r"^projects/(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)/$", projects.page, name="project"),
    path("budgets/", include("budgets.urls")),
    path("priorities/", include("priorities.urls")),
    path("api/schema/", SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation), name="schema"),
    path("api/v1/", include("guiyang_egov.api")),
]
