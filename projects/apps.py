"""The app projects (项目总册)."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = "项目总册"

    def ready(self) -> None:
        from governance import jobs
        from governance.basics import refs
        from governance.basics.roles import Permission, Role
        from governance.documents import printing
        from governance.people import handover, touched
        from governance.signing import shown
        from governance.web import addresses, rail
        from projects import reports
        from projects.hooks import named, signed
        from projects.hooks.daily import daily
        from projects.hooks.handover import DESK
        from projects.hooks.touched import of_register
        from projects.lifecycle import scopes

        jobs.on_daily(daily)
        handover.offer(DESK)
        touched.offer(of_register)
        refs.offer(named.register)
        shown.offer(signed.KINDS, signed.see)
        addresses.offer("task", "projects:task")
        printing.register_report(
            "annual_progress",
            "年度进度报告",
            reports.annual_progress,
            order=10,
            scopes=scopes.offered,
            readers=(Role.REVIEWER, Role.LEADING_GROUP),
        )
        printing.register_report(
            "evaluation",
            "验收与使用评估报告",
            reports.evaluation_report,
            order=50,
            readers=(Role.REVIEWER, Role.LEADING_GROUP),
        )
        printing.register_report("security", "信息安全报告", reports.security_report, order=60)
        printing.register_report("tiers", "课题总结报告", reports.tier_report, order=70)
        rail.offer("项目总册", "项目", "/projects/", Permission.READ_REGISTER, order=10)
        rail.offer("项目总册", "规划任务", "/projects/tasks/", Permission.READ_REGISTER, order=20)
        rail.offer("项目总册", "共享目录", "/projects/catalogue/", Permission.READ_REGISTER, order=25)
        rail.offer("项目总册", "进度填报", "/projects/progress/", Permission.READ_REGISTER, order=30)
        rail.offer("项目总册", "技术文件", "/projects/documents/", Permission.READ_REGISTER, order=31)
        rail.offer("项目总册", "建设需求", "/projects/needs/", Permission.READ_REGISTER, order=33)
        rail.offer("项目总册", "政务协同", "/projects/collaboration/", Permission.READ_REGISTER, order=37)
        rail.offer("项目总册", "验收", "/projects/acceptances/", Permission.READ_REGISTER, order=34)
        rail.offer("项目总册", "使用评估", "/projects/evaluations/", Permission.READ_REGISTER, order=35)
        rail.offer("项目总册", "绩效台账", "/projects/benefits/", Permission.READ_REGISTER, order=35)
        rail.offer("项目总册", "工作考核", "/projects/assessments/", Permission.READ_REGISTER, order=35)
        rail.offer("项目总册", "安全", "/projects/security/", Permission.READ_REGISTER, order=36)
        rail.offer("项目总册", "待明确的牵头", "/projects/leads/", Permission.READ_REGISTER, order=38)
        rail.offer("项目总册", "课题责任", "/projects/duties/", Permission.READ_REGISTER, order=32)
        rail.offer("项目总册", "指定日期", "/projects/as-of/", Permission.READ_REGISTER, order=40)
