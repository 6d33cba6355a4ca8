"""Addresses of projects. The list and a project's page are composed on floor 5."""

from __future__ import annotations

from django.urls import path, re_path

from projects import urls_duties, views, views_life, views_progress

CODE = r"(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)"
TASK = r"(?P<code>T\d-\d{2})"

app_name = "projects"
urlpatterns = [
    path("tasks/", views.tasks, name="tasks"),
    re_path(rf"^tasks/{TASK}/$", views.task, name="task"),
    path("progress/", views.progress, name="progress"),
    path("progress/call/", views_progress.call, name="call"),
    path("progress/calls/<int:pk>/withdraw/", views_progress.withdraw_call, name="withdraw_call"),
    path("progress/reports/<int:pk>/return/", views_progress.give_back, name="return_progress"),
    re_path(rf"^{CODE}/rate/$", views_progress.rate, name="rate"),
    re_path(rf"^{CODE}/milestone/$", views_progress.add_milestone, name="add_milestone"),
    path("milestones/<int:pk>/drop/", views_progress.drop_milestone, name="drop_milestone"),
    re_path(rf"^{CODE}/progress/$", views.report_progress, name="report_progress"),
    re_path(rf"^{CODE}/state/$", views.change_state, name="change_state"),
    re_path(rf"^{CODE}/take-over/$", views.take_over, name="take_over"),
    re_path(rf"^{CODE}/classify/$", views.classify, name="classify"),
    re_path(rf"^{CODE}/first-lead/$", views.first_lead, name="first_lead"),
    re_path(rf"^{CODE}/change/$", views.change, name="change"),
    re_path(rf"^{CODE}/life/$", views_life.life, name="life"),
    re_path(rf"^{CODE}/gates/(?P<key>[-a-z0-9_]{{1,40}})/$", views_life.gate, name="gate"),
    path("gates/<int:pk>/withdraw/", views_life.withdraw_gate, name="withdraw_gate"),
    re_path(rf"^{CODE}/contract/$", views_life.contract, name="contract"),
    path("contracts/<int:pk>/void/", views_life.void_contract, name="void_contract"),
    re_path(rf"^{CODE}/phases/(?P<order>\d{{1,2}})/$", views_life.phase_state, name="phase_state"),
    path("milestones/<int:pk>/", views.milestone, name="milestone"),
    *urls_duties.urlpatterns,
]
