"""Addresses of governance."""

from __future__ import annotations

from django.urls import path

from governance import views

app_name = "governance"
urlpatterns: list = [
    path("hat/", views.hat, name="hat"),
    path("notices/", views.notice_list, name="notices"),
]
