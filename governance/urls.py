"""Addresses of governance."""

from __future__ import annotations

from django.urls import path, re_path

from governance.views import audit, documents, passwords, people, readings, records, regulations, session, tokens, units

app_name = "governance"
urlpatterns: list = [
    path("hat/", session.hat, name="hat"),
    path("kept/", session.kept, name="kept"),
    path("notices/", session.notice_list, name="notices"),
    path("notices/choices/", session.notice_choices, name="notice_choices"),
    path("password/", passwords.password, name="password"),
    re_path(r"^password/(?P<secret>[\w-]{20,60})/$", passwords.link, name="password_link"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("logins/", passwords.logins, name="logins"),
    path("confirm/", passwords.confirm, name="confirm"),
    path("passwords/", passwords.vouching, name="passwords"),
    path("documents/", documents.documents, name="documents"),
    path("documents/progress/", documents.progress, name="progress"),
    path("documents/request/", documents.request_report, name="request_report"),
    path("documents/verify/", documents.verify, name="verify_document"),
    path("documents/<uuid:pk>/", documents.document, name="document"),
    path("jobs/<uuid:pk>/cancel/", documents.cancel, name="cancel_job"),
    path("jobs/<uuid:pk>/retry/", documents.retry, name="retry_job"),
    re_path(r"^discrepancies/(?P<code>D\d{2})/decide/$", readings.decide, name="decide"),
    path("audit/", audit.audit_page, name="audit"),
    path("accounts/", people.accounts, name="accounts"),
    path("accounts/<int:pk>/", people.account, name="account"),
    path("roles/", people.appointments, name="roles"),
    path("roles/<int:pk>/end/", people.appointment_end, name="end_appointment"),
    path("regulations/", regulations.regulations, name="regulations"),
    path("regulations/<int:pk>/", regulations.regulation, name="regulation"),
    path("regulations/<int:pk>/text/", records.regulation_text, name="regulation_text"),
    path("regulations/texts/<int:pk>/", records.regulation_file, name="regulation_file"),
    path("organisations/new/", units.unit_new, name="unit_new"),
    path("organisations/<int:pk>/merge/", units.merge, name="merge"),
    path("organisations/<int:pk>/separate/", units.separate, name="separate"),
    path("organisations/<int:pk>/succession/", units.succeed, name="succeed"),
    path("organisations/<int:pk>/alias/", units.alias, name="alias"),
    path("organisations/<int:pk>/edit/", units.edit, name="edit_organisation"),
    path("organisations/<int:pk>/service/", records.service, name="service"),
    path("services/", records.services, name="services"),
    path("services/<int:pk>/end/", records.service_end, name="service_end"),
    path("bodies/", units.bodies, name="bodies"),
    path("bodies/<int:pk>/", units.body, name="body"),
    path("training/", records.trainings, name="training"),
    path("training/new/", records.training_new, name="training_new"),
    path("training/target/", records.training_target, name="training_target"),
    path("training/<int:pk>/withdraw/", records.training_withdraw, name="training_withdraw"),
    path("discrepancies/new/", records.discrepancy_new, name="discrepancy_new"),
]
