"""The app budgets (资金)."""

from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = "资金"

    def ready(self) -> None:
        from governance import rail
        from governance.roles import Permission

        rail.offer("资金", "预算表", "/budgets/", Permission.READ_BUDGET, order=10)
