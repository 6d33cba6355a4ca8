"""The app priorities (申报与优先级)."""

from django.apps import AppConfig


class PrioritiesConfig(AppConfig):
    name = "priorities"
    verbose_name = "申报与优先级"

    def ready(self) -> None:
        from budgets.growth import planned
        from governance import jobs
        from governance.basics import refs
        from governance.people import handover, touched
        from governance.signing import shown as signed
        from governance.web import addresses
        from priorities.approval import meeting_pack, shown
        from priorities.documents import decisions, filing_receipts, receipts
        from priorities.hooks import named
        from priorities.hooks.daily import daily, run_due_batches
        from priorities.hooks.handover import DESK
        from priorities.hooks.planned_years import adopted_years
        from priorities.hooks.touched import of_cases
        from priorities.rescreening import rescreen_job

        jobs.on_daily(daily)
        jobs.often(run_due_batches)
        for kind_of_job in (receipts, filing_receipts, decisions, rescreen_job, meeting_pack):
            kind_of_job.register()
        handover.offer(DESK)
        touched.offer(of_cases)
        refs.offer(named.cases)
        signed.offer([shown.KIND], shown.see)
        addresses.offer("criterion", "priorities:criterion")
        planned.offer(adopted_years)
        self._offer_reports()
        self._offer_rail()

    @staticmethod
    def _offer_reports() -> None:
        from governance.basics.roles import Role
        from governance.documents.printing import register_report
        from priorities import reports
        from priorities.annual_plan import plan_document

        leaders = {"readers": (Role.LEADING_GROUP,), "monthly": True}
        register_report("leaders_brief", "领导一页", reports.leaders_brief, order=5, **leaders)
        register_report("annual_plan", "年度计划", plan_document.build, order=25)
        register_report("screening_summary", "申报判定汇总报告", reports.screening_summary, order=30)
        register_report("district_filings", "区县备案报告", reports.district_filings, order=40)

    @staticmethod
    def _offer_rail() -> None:
        from governance.basics.roles import Permission, Role, scope_of
        from governance.web import rail
        from priorities.hooks import desk_counts as counts

        asks = Permission
        table = [r for r in Role if scope_of(r, asks.SIGN) or scope_of(r, asks.SCREEN)]
        to_screen = {"count": counts.to_screen, "rows": "#queue"}
        to_file = {"count": counts.mine, "rows": "#open"}
        to_answer = {"count": counts.to_answer, "rows": "#mine"}
        to_read = {"count": counts.criteria, "rows": "#criteria"}
        work, basis, approvals = "我的工作", "依据", "/priorities/approvals/"
        rail.offer(work, "审核队列", "/priorities/desk/", asks.SCREEN, **to_screen, order=10)
        rail.offer(work, "我的申报", "/priorities/mine/", asks.SUBMIT, **to_file, order=12)
        rail.offer(work, "联合会签", approvals, asks.SIGN, **to_answer, order=14)
        rail.offer(work, "待出意见", approvals, asks.GIVE_OPINION, **to_answer, order=14)
        rail.offer(
            work, "共享核定", "/priorities/sharing/", asks.ANSWER_SHARING, count=counts.sharing, rows="#rows", order=13
        )
        rail.offer(work, "会签会议", "/priorities/sittings/", asks.READ_SUBMISSIONS, order=15, roles=table)
        rail.offer(work, "年度计划", "/priorities/plan/", asks.READ_REGISTER, order=20)
        rail.offer(basis, "判据 8.3", "/priorities/criteria/", asks.READ_REGISTER, **to_read, order=20)
        rail.offer(basis, "规则集", "/priorities/rule-sets/", asks.READ_REGISTER, order=30)
        rail.offer(basis, "判定校准", "/priorities/calibration/", asks.READ_CALIBRATION, order=35)
        rail.offer("系统管理", "申报窗口", "/priorities/windows/", asks.MANAGE_CALENDAR, order=20)
