"""Addresses of governance."""

from __future__ import annotations

from django.urls import path, re_path

from governance import views

app_name = "governance"
urlpatterns: list = [
    path("hat/", views.hat, name="hat"),
    path("kept/", views.kept, name="kept"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/choices/", views.notice_choices, name="notice_choices"),
    path("password/", views.password, name="password"),
    path("documents/", views.documents, name="documents"),
    path("documents/progress/", views.progress, name="progress"),
    path("documents/request/", views.request_report, name="request_report"),
    path("documents/verify/", views.verify, name="verify_document"),
    path("documents/<uuid:pk>/", views.document, name="document"),
    path("jobs/<uuid:pk>/cancel/", views.cancel, name="cancel_job"),
    path("jobs/<uuid:pk>/retry/", views.retry, name="retry_job"),
    re_path(r"^discrepancies/(?P<code>D\d{2})/decide/$", views.decide, name="decide"),
    path("audit/", views.audit_page, name="audit"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<int:pk>/", views.account, name="account"),
    path("roles/", views.appointments, name="roles"),
    path("roles/<int:pk>/end/", views.appointment_end, name="end_appointment"),
    path("regulations/", views.regulations, name="regulations"),
    path("regulations/<int:pk>/", views.regulation, name="regulation"),
    path("regulations/<int:pk>/text/", views.regulation_text, name="regulation_text"),
    path("regulations/texts/<int:pk>/", views.regulation_file, name="regulation_file"),
    path("organisations/new/", views.unit_new, name="unit_new"),
    path("organisations/<int:pk>/merge/", views.merge, name="merge"),
    path("organisations/<int:pk>/separate/", views.separate, name="separate"),
    path("organisations/<int:pk>/succession/", views.succeed, name="succeed"),
    path("organisations/<int:pk>/alias/", views.alias, name="alias"),
    path("organisations/<int:pk>/edit/", views.edit, name="edit_organisation"),
    path("organisations/<int:pk>/service/", views.service, name="service"),
    path("services/", views.services, name="services"),
    path("services/<int:pk>/end/", views.service_end, name="service_end"),
    path("bodies/", views.bodies, name="bodies"),
    path("bodies/<int:pk>/", views.body, name="body"),
    path("training/", views.trainings, name="training"),
    path("training/new/", views.training_new, name="training_new"),
    path("training/target/", views.training_target, name="training_target"),
    path("training/<int:pk>/withdraw/", views.training_withdraw, name="training_withdraw"),
    path("discrepancies/new/", views.discrepancy_new, name="discrepancy_new"),
]
