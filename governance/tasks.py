"""Celery's side of the jobs."""

from __future__ import annotations
