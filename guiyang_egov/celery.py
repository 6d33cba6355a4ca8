"""The Celery application: one task carries every job, beat calls one `daily` and one `reconcile`.

The database is the queue of record (governance.jobs); the broker is only a doorbell, so losing it loses nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")

app = Celery("guiyang_egov")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["governance.jobs"])
