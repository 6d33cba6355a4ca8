"""Addresses of money."""

from __future__ import annotations

from django.urls import path

from budgets.views import ceilings, line, revenue, table, workbook

app_name = "budgets"
urlpatterns: list = [
    path("", table.index, name="index"),
    path("<int:year>/", table.year, name="year"),
    path("<int:year>/cells/", table.cells, name="cells"),
    path("<int:year>/lock/", table.lock, name="lock"),
    path("<int:year>/export/", workbook.export_year, name="export"),
    path("all/", table.every_year, name="all"),
    path("all/export/", workbook.export_all, name="export_all"),
    path("import/", workbook.import_workbook, name="import"),
    path("ceilings/", ceilings.page, name="ceilings"),
    path("revenue/", revenue.page, name="revenues"),
    path("revenue/<int:pk>/file/", revenue.file, name="revenue_file"),
    path("lines/<int:pk>/", line.line, name="line"),
    path("papers/<int:pk>/", line.paper, name="paper"),
]
