"""The app budgets (资金)."""

from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = "资金"

    def ready(self) -> None:
        from budgets.funds import draft
        from budgets.hooks.daily import daily
        from budgets.reports import annual_budget
        from governance import jobs
        from governance.basics.roles import Permission, Role
        from governance.documents import printing
        from governance.web import rail
        from projects.lifecycle import scopes

        printing.register_report(
            "annual_budget",
            "年度预算报告",
            annual_budget.build,
            order=20,
            scopes=scopes.offered,
            readers=(Role.FINANCE, Role.LEADING_GROUP),
        )
        rail.offer("资金", "预算表", "/budgets/", Permission.READ_BUDGET, order=10)
        rail.offer("资金", "各年资金", "/budgets/all/", Permission.READ_BUDGET, order=20)
        rail.offer("资金", "年度上限", "/budgets/ceilings/", Permission.READ_BUDGET, order=40)
        rail.offer("资金", "财政收入", "/budgets/revenue/", Permission.READ_BUDGET, order=50)
        rail.offer("资金", "专项资金", "/budgets/funds/", Permission.READ_REGISTER, order=60)
        draft.register()
        jobs.on_daily(daily)
