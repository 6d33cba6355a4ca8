"""Addresses of projects. The list and a project's page are composed on floor 5."""

from __future__ import annotations

from django.urls import path, re_path

from projects import urls_duties
from projects.views import life, progress, register

CODE = r"(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)"
TASK = r"(?P<code>T\d-\d{2})"

app_name = "projects"
urlpatterns = [
    path("tasks/", register.tasks, name="tasks"),
    re_path(rf"^tasks/{TASK}/$", register.task, name="task"),
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
    *urls_duties.urlpatterns,
]
