"""The drill's kinds of jobs, registered as an app's own."""

import os
from dataclasses import replace

from django.apps import AppConfig


class DrillConfig(AppConfig):
    name = "tests.governance.drill"
    label = "drill"

    def ready(self):
        from governance import jobs
        from governance.jobs import bell, queue
        from tests.governance.drill.kinds import ALL

        for each in ALL:
            jobs.register(each)
        if os.environ.get("DRILL_HURRY"):
            jobs.register(replace(jobs.find("quick"), is_report=True))  # somebody asks for it on the page
            queue.LEASE_S, queue.RESEND_AFTER_S, queue.MAX_ATTEMPTS, bell.REST_S = 3, 2, 10**6, 2.0
