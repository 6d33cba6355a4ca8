"""The drill's kinds of jobs, registered as an app's own."""

from django.apps import AppConfig


class DrillConfig(AppConfig):
    name = "tests.governance.drill"
    label = "drill"

    def ready(self):
        from governance import jobs
        from tests.governance.drill.kinds import ALL

        for each in ALL:
            jobs.register(each)
