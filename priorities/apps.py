"""The app priorities (申报与优先级)."""

from django.apps import AppConfig


class PrioritiesConfig(AppConfig):
    name = "priorities"
    verbose_name = "申报与优先级"

    def ready(self) -> None:
        from governance import jobs
        from governance.basics.roles import Permission, Role, scope_of
        from governance.documents import printing
        from governance.people import handover, touched
        from governance.web import addresses, rail
        from priorities import reports
        from priorities.annual_plan import plan_document
        from priorities.approval import meeting_pack
        from priorities.documents import decisions, filing_receipts, receipts
        from priorities.hooks import desk_counts as counts
        from priorities.hooks.daily import daily, run_due_batches
        from priorities.hooks.handover import DESK
        from priorities.hooks.touched import of_cases
        from priorities.rescreening import rescreen_job

        printing.register_report(
            "leaders_brief", "领导一页", reports.leaders_brief, order=5, readers=(Role.LEADING_GROUP,), monthly=True
        )
        printing.register_report("annual_plan", "年度计划", plan_document.build, order=25)
        printing.register_report("screening_summary", "申报判定汇总报告", reports.screening_summary, order=30)
        printing.register_report("district_filings", "区县备案报告", reports.district_filings, order=40)
        jobs.on_daily(daily)
        receipts.register()
        filing_receipts.register()
        decisions.register()
        jobs.often(run_due_batches)
        rescreen_job.register()
        meeting_pack.register()
        handover.offer(DESK)
        touched.offer(of_cases)
        addresses.offer("criterion", "priorities:criterion")

        rail.offer(
            "我的工作",
            "审核队列",
            "/priorities/desk/",
            Permission.SCREEN,
            count=counts.to_screen,
            rows="#queue",
            order=10,
        )
        rail.offer(
            "我的工作", "我的申报", "/priorities/mine/", Permission.SUBMIT, count=counts.mine, rows="#open", order=12
        )
        rail.offer(
            "我的工作",
            "联合会签",
            "/priorities/approvals/",
            Permission.SIGN,
            count=counts.to_answer,
            rows="#mine",
            order=14,
        )
        rail.offer(
            "我的工作",
            "待出意见",
            "/priorities/approvals/",
            Permission.GIVE_OPINION,
            count=counts.to_answer,
            rows="#mine",
            order=14,
        )
        table = [r for r in Role if scope_of(r, Permission.SIGN) or scope_of(r, Permission.SCREEN)]
        rail.offer("我的工作", "会签会议", "/priorities/sittings/", Permission.READ_SUBMISSIONS, order=15, roles=table)
        rail.offer("我的工作", "年度计划", "/priorities/plan/", Permission.READ_REGISTER, order=20)
        rail.offer(
            "依据",
            "判据 8.3",
            "/priorities/criteria/",
            Permission.READ_REGISTER,
            count=counts.criteria,
            rows="#criteria",
            order=20,
        )
        rail.offer("依据", "规则集", "/priorities/rule-sets/", Permission.READ_REGISTER, order=30)
        rail.offer("依据", "判定校准", "/priorities/calibration/", Permission.READ_CALIBRATION, order=35)
        rail.offer("系统管理", "申报窗口", "/priorities/windows/", Permission.MANAGE_CALENDAR, order=20)
