"""Addresses of money."""

from __future__ import annotations

from django.urls import path

from budgets import views, views_ceilings, views_line, views_revenue, views_workbook

app_name = "budgets"
urlpatterns: list = [
    path("", views.index, name="index"),
    path("<int:year>/", views.year, name="year"),
    path("<int:year>/cells/", views.cells, name="cells"),
    path("<int:year>/lock/", views.lock, name="lock"),
    path("<int:year>/export/", views_workbook.export_year, name="export"),
    path("all/", views.every_year, name="all"),
    path("all/export/", views_workbook.export_all, name="export_all"),
    path("import/", views_workbook.import_workbook, name="import"),
    path("ceilings/", views_ceilings.page, name="ceilings"),
    path("revenue/", views_revenue.page, name="revenues"),
    path("revenue/<int:pk>/file/", views_revenue.file, name="revenue_file"),
    path("lines/<int:pk>/", views_line.line, name="line"),
    path("papers/<int:pk>/", views_line.paper, name="paper"),
]
