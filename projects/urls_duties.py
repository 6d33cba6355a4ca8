"""Addresses of responsibility, acceptance, evaluation and security."""

from __future__ import annotations

from django.urls import path

from projects import views_duties

urlpatterns = [
    path("duties/", views_duties.tree, name="duties"),
    path("duties/new/", views_duties.create, name="topic_create"),
    path("duties/place/", views_duties.place, name="topic_place"),
    path("duties/<int:pk>/", views_duties.topic, name="topic"),
    path("duties/<int:pk>/head/", views_duties.head, name="topic_head"),
    path("duties/<int:pk>/end/", views_duties.end, name="topic_end"),
    path("duties/<int:pk>/report/", views_duties.report, name="topic_report"),
    path("duties/<int:pk>/supervise/", views_duties.supervise, name="topic_supervise"),
    path("duties/visits/<int:pk>/", views_duties.settle, name="topic_settle"),
    path("duties/reports/<int:pk>/", views_duties.report_file, name="topic_report_file"),
]
