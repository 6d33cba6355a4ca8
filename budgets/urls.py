"""Addresses of money."""

from __future__ import annotations

from django.urls import path, re_path

from budgets.views import ceilings, funds, line, revenue, table, workbook

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
    path("funds/", funds.calls, name="funds"),
    path("funds/new/", funds.record, name="record_call"),
    path("funds/<int:pk>/", funds.call, name="call"),
    path("funds/<int:pk>/edit/", funds.record, name="edit_call"),
    path("funds/<int:pk>/withdraw/", funds.withdraw_call, name="withdraw_call"),
    re_path(r"^funds/(?P<pk>\d{1,9})/apply/(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)/$", funds.apply, name="apply"),
    path("funds/applications/<int:pk>/", funds.application, name="application"),
    path("funds/applications/<int:pk>/edit/", funds.edit, name="edit_application"),
    path("funds/applications/<int:pk>/send/", funds.send, name="send_application"),
    path("funds/applications/<int:pk>/outcome/", funds.outcome, name="application_outcome"),
    path("funds/applications/<int:pk>/withdraw/", funds.withdraw, name="withdraw_application"),
    path("funds/applications/<int:pk>/book/", funds.book, name="book_award"),
    path("papers/<int:pk>/", line.paper, name="paper"),
]
