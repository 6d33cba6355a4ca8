"""Addresses of priorities."""

from __future__ import annotations

app_name = "priorities"
urlpatterns: list = []
