"""Floor 5 as a Django app: commands and pages, no models."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "guiyang_egov"
    verbose_name = "总览"

    def ready(self) -> None:
        from governance.basics.roles import Permission
        from governance.web import addresses, rail
        from guiyang_egov import celery  # noqa: F401  # in every process: the doorbell of the jobs rings through it

        addresses.offer("calendar", "calendar")
        addresses.offer("search", "search")
        rail.offer("我的工作", "首页", "/", Permission.READ_REGISTER, order=1)
        rail.offer("项目总册", "项目", "/projects/", Permission.READ_REGISTER, order=10)
        rail.offer("项目总册", "工程", "/projects/programmes/", Permission.READ_REGISTER, order=15)
        rail.offer("依据", "规划原文", "/governance/plan/", Permission.READ_REGISTER, order=10)
        rail.offer("依据", "疑义登记", "/governance/discrepancies/", Permission.READ_REGISTER, order=40)
        rail.offer("依据", "机构与别名", "/governance/organisations/", Permission.READ_REGISTER, order=60)
        rail.offer("依据", "日历", "/calendar/", Permission.READ_REGISTER, order=70)
