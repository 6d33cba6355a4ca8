"""The app governance (机构、规划与留痕)."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "机构、规划与留痕"

    def ready(self) -> None:
        from axes.signals import user_locked_out

        from governance import jobs
        from governance.actions import apply_successions, purge, tell_head
        from governance.basics import clock
        from governance.basics.roles import Permission, Role
        from governance.documents import printing
        from governance.kernel import anchors, demonstration
        from governance.web import rail, visitor

        clock.ask_for_demonstration_day(demonstration.kept_day)
        jobs.load_before(printing.warm)
        jobs.on_daily(apply_successions)
        jobs.on_daily(tell_head)
        jobs.on_daily(purge)
        jobs.often(anchors.drop)
        user_locked_out.connect(visitor.locked_out)

        business = tuple(r for r in Role if r not in (Role.SYSADMIN, Role.SECADMIN))
        rail.offer("依据", "制度建设 9.2", "/governance/regulations/", Permission.READ_REGISTER, order=50)
        rail.offer("依据", "机构与任职", "/governance/bodies/", Permission.READ_REGISTER, order=62)
        rail.offer("依据", "服务保障 9.4", "/governance/services/", Permission.READ_REGISTER, order=64)
        rail.offer("依据", "培训 9.5", "/governance/training/", Permission.READ_REGISTER, order=66)
        rail.offer("报告", "文档与报表", "/governance/documents/", Permission.USE, order=10, roles=business)
        rail.offer("系统管理", "操作留痕", "/governance/audit/", Permission.READ_AUDIT, order=30)
        rail.offer("系统管理", "系统状态", "/governance/status/", Permission.READ_STATUS, order=20)
        rail.offer("系统管理", "账号", "/governance/accounts/", Permission.MANAGE_ACCOUNTS, order=40)
        rail.offer("系统管理", "任职与角色", "/governance/roles/", Permission.GRANT_ROLES, order=50)
        rail.offer("系统管理", "密码链接复核", "/governance/passwords/", Permission.VOUCH_PASSWORD, order=60)
        rail.offer("系统管理", "我的密码", "/governance/password/", Permission.USE, order=90)
        rail.offer("系统管理", "接口令牌", "/governance/tokens/", Permission.USE, order=94)
        rail.offer("系统管理", "我的登录", "/governance/logins/", Permission.USE, order=92)
