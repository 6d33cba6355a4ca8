"""Addresses of projects. The list and a project's page are composed on floor 5."""

from __future__ import annotations

from django.urls import path, re_path

from projects.views import acceptance, duties, life, progress, register, security

CODE = r"(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)"
TASK = r"(?P<code>T\d-\d{2})"

app_name = "projects"
urlpatterns = [
    path("tasks/", register.tasks, name="tasks"),
    re_path(rf"^tasks/{TASK}/$", register.task, name="task"),
    re_path(rf"^tasks/{TASK}/confirm/$", register.confirm_task, name="confirm_task"),
    path("progress/", register.progress, name="progress"),
    path("progress/call/", progress.call, name="call"),
    path("progress/calls/<int:pk>/withdraw/", progress.withdraw_call, name="withdraw_call"),
    path("progress/reports/<int:pk>/return/", progress.give_back, name="return_progress"),
    re_path(rf"^{CODE}/rate/$", progress.rate, name="rate"),
    re_path(rf"^{CODE}/milestone/$", progress.add_milestone, name="add_milestone"),
    path("milestones/<int:pk>/drop/", progress.drop_milestone, name="drop_milestone"),
    re_path(rf"^{CODE}/progress/$", register.report_progress, name="report_progress"),
    re_path(rf"^{CODE}/state/$", register.change_state, name="change_state"),
    re_path(rf"^{CODE}/take-over/$", register.take_over, name="take_over"),
    re_path(rf"^{CODE}/classify/$", register.classify, name="classify"),
    re_path(rf"^{CODE}/first-lead/$", register.first_lead, name="first_lead"),
    re_path(rf"^{CODE}/change/$", register.change, name="change"),
    re_path(rf"^{CODE}/life/$", life.life, name="life"),
    re_path(rf"^{CODE}/gates/(?P<key>[-a-z0-9_]{{1,40}})/$", life.gate, name="gate"),
    path("gates/<int:pk>/withdraw/", life.withdraw_gate, name="withdraw_gate"),
    re_path(rf"^{CODE}/contract/$", life.contract, name="contract"),
    path("contracts/<int:pk>/void/", life.void_contract, name="void_contract"),
    re_path(rf"^{CODE}/phases/(?P<order>\d{{1,2}})/$", life.phase_state, name="phase_state"),
    path("milestones/<int:pk>/", register.milestone, name="milestone"),
    # Responsibility, acceptance, evaluation and security
    path("leads/", duties.leads, name="leads"),
    path("duties/", duties.tree, name="duties"),
    path("duties/new/", duties.create, name="topic_create"),
    path("duties/place/", duties.place, name="topic_place"),
    path("duties/<int:pk>/", duties.topic, name="topic"),
    path("duties/<int:pk>/head/", duties.head, name="topic_head"),
    path("duties/<int:pk>/end/", duties.end, name="topic_end"),
    path("duties/<int:pk>/report/", duties.report, name="topic_report"),
    path("duties/<int:pk>/supervise/", duties.supervise, name="topic_supervise"),
    path("duties/<int:pk>/edit/", duties.edit, name="topic_edit"),
    path("duties/<int:pk>/strike/", duties.strike, name="topic_strike"),
    path("duties/visits/<int:pk>/", duties.settle, name="topic_settle"),
    path("duties/visits/<int:pk>/file/", duties.visit_file, name="topic_visit_file"),
    path("duties/reports/<int:pk>/return/", duties.give_back, name="topic_report_return"),
    path("duties/reports/<int:pk>/", duties.report_file, name="topic_report_file"),
    path("acceptances/", acceptance.board, name="acceptances"),
    path("acceptances/<int:pk>/", acceptance.acceptance, name="acceptance"),
    path("acceptances/<int:pk>/withdraw/", acceptance.withdraw_acceptance, name="acceptance_withdraw"),
    path("evaluations/<int:pk>/withdraw/", acceptance.withdraw_evaluation, name="evaluation_withdraw"),
    path("acceptances/<int:pk>/correction/", acceptance.correct, name="acceptance_correct"),
    re_path(rf"^{CODE}/acceptance/$", acceptance.conclude, name="conclude"),
    path("signatures/scans/<int:pk>/", acceptance.scan, name="signature_scan"),
    path("evaluations/", acceptance.evaluations, name="evaluations"),
    path("evaluations/report/", acceptance.report, name="evaluations_report"),
    path("evaluations/target/", acceptance.target, name="annual_target"),
    path("evaluations/<int:pk>/", acceptance.evaluation, name="evaluation"),
    re_path(rf"^{CODE}/evaluation/$", acceptance.evaluate, name="evaluate"),
    path("security/", security.overview, name="security"),
    re_path(rf"^{CODE}/security/$", security.project, name="project_security"),
    re_path(rf"^{CODE}/security/grading/$", security.grading, name="grading"),
    re_path(rf"^{CODE}/security/sync/$", security.sync, name="security_sync"),
    re_path(rf"^{CODE}/security/assessment/$", security.assessment, name="security_assessment"),
    path("security/gradings/<int:pk>/sign/", security.sign, name="grading_sign"),
    path("security/gradings/<int:pk>/file/", security.filing, name="grading_file"),
    path("security/gradings/<int:pk>/withdraw/", security.withdraw_grading, name="grading_withdraw"),
    path("security/assessments/<int:pk>/withdraw/", security.withdraw_assessment, name="assessment_withdraw"),
    path("security/syncs/<int:pk>/withdraw/", security.withdraw, name="sync_withdraw"),
    path("security/findings/<int:pk>/", security.finding, name="security_finding"),
]
