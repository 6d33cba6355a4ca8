"""The app budgets (资金)."""

from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = "资金"

    def ready(self) -> None:
        from budgets import reports
        from budgets.daily import daily
        from governance import documents, jobs, rail
        from governance.roles import Permission, Role
        from projects import scopes

        documents.register_report(
            "annual_budget",
            "年度预算报告",
            reports.build,
            order=20,
            scopes=scopes.offered,
            readers=(Role.FINANCE, Role.LEADING_GROUP),
        )
        rail.offer("资金", "预算表", "/budgets/", Permission.READ_BUDGET, order=10)
        rail.offer("资金", "各年资金", "/budgets/all/", Permission.READ_BUDGET, order=20)
        rail.offer("资金", "年度上限", "/budgets/ceilings/", Permission.READ_BUDGET, order=40)
        rail.offer("资金", "财政收入", "/budgets/revenue/", Permission.READ_BUDGET, order=50)
        jobs.on_daily(daily)
