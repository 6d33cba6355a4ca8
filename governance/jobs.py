"""One registry of job kinds; the database row is the queue of record (governance.models.Job)."""

from __future__ import annotations
