"""Addresses of projects. The list and a project's page are composed on floor 5."""

from __future__ import annotations

from django.urls import path, re_path

from projects import views

CODE = r"(?P<code>[A-Z]\d{2,4}(?:-\d{2,3})?)"
TASK = r"(?P<code>T\d-\d{2})"

app_name = "projects"
urlpatterns = [
    path("tasks/", views.tasks, name="tasks"),
    re_path(rf"^tasks/{TASK}/$", views.task, name="task"),
    path("progress/", views.progress, name="progress"),
    re_path(rf"^{CODE}/progress/$", views.report_progress, name="report_progress"),
    re_path(rf"^{CODE}/state/$", views.change_state, name="change_state"),
    re_path(rf"^{CODE}/take-over/$", views.take_over, name="take_over"),
    re_path(rf"^{CODE}/classify/$", views.classify, name="classify"),
    re_path(rf"^{CODE}/first-lead/$", views.first_lead, name="first_lead"),
    re_path(rf"^{CODE}/change/$", views.change, name="change"),
    path("milestones/<int:pk>/", views.milestone, name="milestone"),
    path("as-of/", views.as_of, name="as_of"),
]
