"""Addresses of responsibility, acceptance, evaluation and security."""

from __future__ import annotations

from django.urls import path, re_path

from projects import views_acceptance, views_duties, views_security

CODE = r"(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)"

urlpatterns = [
    path("leads/", views_duties.leads, name="leads"),
    path("duties/", views_duties.tree, name="duties"),
    path("duties/new/", views_duties.create, name="topic_create"),
    path("duties/place/", views_duties.place, name="topic_place"),
    path("duties/<int:pk>/", views_duties.topic, name="topic"),
    path("duties/<int:pk>/head/", views_duties.head, name="topic_head"),
    path("duties/<int:pk>/end/", views_duties.end, name="topic_end"),
    path("duties/<int:pk>/report/", views_duties.report, name="topic_report"),
    path("duties/<int:pk>/supervise/", views_duties.supervise, name="topic_supervise"),
    path("duties/<int:pk>/edit/", views_duties.edit, name="topic_edit"),
    path("duties/<int:pk>/strike/", views_duties.strike, name="topic_strike"),
    path("duties/visits/<int:pk>/", views_duties.settle, name="topic_settle"),
    path("duties/visits/<int:pk>/file/", views_duties.visit_file, name="topic_visit_file"),
    path("duties/reports/<int:pk>/return/", views_duties.give_back, name="topic_report_return"),
    path("duties/reports/<int:pk>/", views_duties.report_file, name="topic_report_file"),
    path("acceptances/", views_acceptance.board, name="acceptances"),
    path("acceptances/<int:pk>/", views_acceptance.acceptance, name="acceptance"),
    path("acceptances/<int:pk>/withdraw/", views_acceptance.withdraw_acceptance, name="acceptance_withdraw"),
    path("evaluations/<int:pk>/withdraw/", views_acceptance.withdraw_evaluation, name="evaluation_withdraw"),
    path("acceptances/<int:pk>/correction/", views_acceptance.correct, name="acceptance_correct"),
    re_path(rf"^{CODE}/acceptance/$", views_acceptance.conclude, name="conclude"),
    path("signatures/scans/<int:pk>/", views_acceptance.scan, name="signature_scan"),
    path("evaluations/", views_acceptance.evaluations, name="evaluations"),
    path("evaluations/report/", views_acceptance.report, name="evaluations_report"),
    path("evaluations/target/", views_acceptance.target, name="annual_target"),
    path("evaluations/<int:pk>/", views_acceptance.evaluation, name="evaluation"),
    re_path(rf"^{CODE}/evaluation/$", views_acceptance.evaluate, name="evaluate"),
    path("security/", views_security.overview, name="security"),
    re_path(rf"^{CODE}/security/$", views_security.project, name="project_security"),
    re_path(rf"^{CODE}/security/grading/$", views_security.grading, name="grading"),
    re_path(rf"^{CODE}/security/sync/$", views_security.sync, name="security_sync"),
    re_path(rf"^{CODE}/security/assessment/$", views_security.assessment, name="security_assessment"),
    path("security/gradings/<int:pk>/sign/", views_security.sign, name="grading_sign"),
    path("security/gradings/<int:pk>/file/", views_security.filing, name="grading_file"),
    path("security/gradings/<int:pk>/withdraw/", views_security.withdraw_grading, name="grading_withdraw"),
    path("security/assessments/<int:pk>/withdraw/", views_security.withdraw_assessment, name="assessment_withdraw"),
    path("security/syncs/<int:pk>/withdraw/", views_security.withdraw, name="sync_withdraw"),
    path("security/findings/<int:pk>/", views_security.finding, name="security_finding"),
]
