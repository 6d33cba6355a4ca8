"""Who may do what: one table, pure. 三权分立: the auditor reads and changes nothing, the system administrator sees no
business, the security administrator alone grants roles (GB/T 22239-2019)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is appointed to; the values are stored, the Chinese words stand in ROLE_LABELS."""

    DEPARTMENT_CIO = "department_cio"
    DISTRICT = "district"
    REVIEWER = "reviewer"
    OFFICE_HEAD = "office_head"
    FINANCE = "finance"
    NDRC = "ndrc"
    INDUSTRY = "industry"
    LEADING_GROUP = "leading_group"
    EXPERT = "expert"
    NETWORK_CENTRE = "network_centre"
    RESOURCE_DEPARTMENT = "resource_department"
    CA_DEPARTMENT = "ca_department"
    AUDITOR = "auditor"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"


class Permission(StrEnum):
    """What one may do. A verb names one, a page names one."""

    USE = "use"  # any appointed person: own account, notices, help
    READ_REGISTER = "read_register"  # plan, projects, tasks, criteria, discrepancies, organisations
    READ_SUBMISSIONS = "read_submissions"
    SUBMIT = "submit"
    SCREEN = "screen"
    SIGN = "sign"
    GIVE_OPINION = "give_opinion"
    ANSWER_SHARING = "answer_sharing"  # what 8.3 asks about sharing, answered for the whole city (9.1.2.2)
    SHARE_DATA = "share_data"  # propose an entry of the catalogue of shared data, ask to provide or use one
    MANAGE_CATALOGUE = "manage_catalogue"
    COMPILE_PLAN = "compile_plan"
    ADOPT_PLAN = "adopt_plan"
    DRAFT_RULE_SET = "draft_rule_set"
    ADOPT_RULE_SET = "adopt_rule_set"
    READ_CALIBRATION = "read_calibration"  # how reviewers agree and drift
    DECIDE_READING = "decide_reading"
    READ_BUDGET = "read_budget"
    EDIT_BUDGET = "edit_budget"
    REPORT_PROGRESS = "report_progress"
    MANAGE_PROJECT = "manage_project"
    ACCEPT_WORKS = "accept_works"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_ORGANISATIONS = "manage_organisations"
    REQUEST_REPORT = "request_report"
    READ_AUDIT = "read_audit"
    OPERATE_JOBS = "operate_jobs"
    READ_STATUS = "read_status"
    MANAGE_ACCOUNTS = "manage_accounts"
    GRANT_ROLES = "grant_roles"
    VOUCH_PASSWORD = "vouch_password"  # the second person of a one-time link


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"  # records of the actor's organisation, and those it takes part in
    INVOLVED = "involved"  # records in whose round the actor's organisation has a seat
    ASSIGNED = "assigned"  # records assigned to the person
    CITY = "city"


_R, _P, _S = Role, Permission, Scope
_READERS = {_P.USE: _S.CITY, _P.READ_REGISTER: _S.CITY}
_SIGNER = _READERS | {
    _P.READ_SUBMISSIONS: _S.CITY,
    _P.SIGN: _S.INVOLVED,
    _P.READ_BUDGET: _S.CITY,
    _P.REQUEST_REPORT: _S.CITY,
    _P.REPORT_PROGRESS: _S.OWN,
}
_CATALOGUE = {_P.SHARE_DATA: _S.CITY, _P.MANAGE_CATALOGUE: _S.CITY}

GRANTS: dict[Role, dict[Permission, Scope]] = {
    _R.DEPARTMENT_CIO: _READERS
    | {
        _P.READ_SUBMISSIONS: _S.OWN,
        _P.SUBMIT: _S.OWN,
        _P.SHARE_DATA: _S.OWN,
        _P.READ_BUDGET: _S.OWN,
        _P.REPORT_PROGRESS: _S.OWN,
    },
    _R.DISTRICT: _READERS | {_P.READ_SUBMISSIONS: _S.OWN, _P.SUBMIT: _S.OWN, _P.SHARE_DATA: _S.OWN},
    _R.REVIEWER: _READERS
    | _CATALOGUE
    | {
        _P.READ_SUBMISSIONS: _S.CITY,
        _P.SCREEN: _S.CITY,
        _P.COMPILE_PLAN: _S.CITY,
        _P.DRAFT_RULE_SET: _S.CITY,
        _P.READ_BUDGET: _S.CITY,
        _P.MANAGE_PROJECT: _S.CITY,
        _P.MANAGE_CALENDAR: _S.CITY,
        _P.MANAGE_ORGANISATIONS: _S.CITY,
        _P.REQUEST_REPORT: _S.CITY,
        _P.OPERATE_JOBS: _S.CITY,
    },
    _R.OFFICE_HEAD: _SIGNER | {_P.COMPILE_PLAN: _S.CITY, _P.DECIDE_READING: _S.CITY, _P.MANAGE_CALENDAR: _S.CITY},
    _R.FINANCE: _SIGNER | {_P.EDIT_BUDGET: _S.CITY},
    _R.NDRC: _SIGNER,
    _R.INDUSTRY: _SIGNER | {_P.ACCEPT_WORKS: _S.CITY, _P.SUBMIT: _S.OWN, _P.SHARE_DATA: _S.OWN},
    _R.LEADING_GROUP: _SIGNER
    | {
        _P.ADOPT_PLAN: _S.CITY,
        _P.ADOPT_RULE_SET: _S.CITY,
        _P.READ_CALIBRATION: _S.CITY,
        _P.DECIDE_READING: _S.CITY,
    },
    _R.EXPERT: _READERS | {_P.READ_SUBMISSIONS: _S.ASSIGNED, _P.GIVE_OPINION: _S.ASSIGNED},
    _R.NETWORK_CENTRE: _READERS | {_P.READ_SUBMISSIONS: _S.INVOLVED, _P.GIVE_OPINION: _S.INVOLVED},
    _R.RESOURCE_DEPARTMENT: _READERS
    | _CATALOGUE
    | {_P.READ_SUBMISSIONS: _S.CITY, _P.GIVE_OPINION: _S.INVOLVED, _P.ANSWER_SHARING: _S.CITY},
    _R.CA_DEPARTMENT: _READERS | {_P.READ_SUBMISSIONS: _S.INVOLVED, _P.GIVE_OPINION: _S.INVOLVED},
    _R.AUDITOR: _READERS
    | {
        _P.READ_SUBMISSIONS: _S.CITY,
        _P.READ_BUDGET: _S.CITY,
        _P.READ_AUDIT: _S.CITY,
        _P.READ_CALIBRATION: _S.CITY,
        _P.VOUCH_PASSWORD: _S.CITY,
        _P.READ_STATUS: _S.CITY,
    },
    _R.SYSADMIN: {_P.USE: _S.CITY, _P.MANAGE_ACCOUNTS: _S.CITY, _P.READ_STATUS: _S.CITY},
    _R.SECADMIN: {_P.USE: _S.CITY, _P.GRANT_ROLES: _S.CITY, _P.VOUCH_PASSWORD: _S.CITY, _P.READ_STATUS: _S.CITY},
}

if _missing := set(Role) - set(GRANTS):
    raise RuntimeError(f"GRANTS 缺少角色：{_missing}")

ROLE_LABELS: dict[Role, str] = {
    _R.DEPARTMENT_CIO: "部门CIO",
    _R.DISTRICT: "区县经办人",
    _R.REVIEWER: "信息办审核人",
    _R.OFFICE_HEAD: "信息办主任",
    _R.FINANCE: "财政局",
    _R.NDRC: "发改委",
    _R.INDUSTRY: "信息产业局",
    _R.LEADING_GROUP: "领导小组",
    _R.EXPERT: "专家组",
    _R.NETWORK_CENTRE: "网络管理中心",
    _R.RESOURCE_DEPARTMENT: "信息资源管理部门",
    _R.CA_DEPARTMENT: "安全认证和密钥管理部门",
    _R.AUDITOR: "审计",
    _R.SYSADMIN: "系统管理员",
    _R.SECADMIN: "安全管理员",
}

PERMISSION_LABELS: dict[Permission, str] = {
    _P.USE: "使用本系统",
    _P.READ_REGISTER: "查看项目总册",
    _P.READ_SUBMISSIONS: "查看申报",
    _P.SUBMIT: "提交申报",
    _P.SCREEN: "审核申报",
    _P.SIGN: "联合会签",
    _P.GIVE_OPINION: "出具意见",
    _P.ANSWER_SHARING: "回答共享事实",
    _P.SHARE_DATA: "提出共享数据",
    _P.MANAGE_CATALOGUE: "管理共享目录",
    _P.COMPILE_PLAN: "编制年度计划",
    _P.ADOPT_PLAN: "审定年度计划",
    _P.DRAFT_RULE_SET: "起草规则集",
    _P.ADOPT_RULE_SET: "审定规则集",
    _P.READ_CALIBRATION: "查看判定校准",
    _P.DECIDE_READING: "确认疑义读法",
    _P.READ_BUDGET: "查看预算",
    _P.EDIT_BUDGET: "填报预算",
    _P.REPORT_PROGRESS: "填报进度",
    _P.MANAGE_PROJECT: "管理项目",
    _P.ACCEPT_WORKS: "组织验收",
    _P.MANAGE_CALENDAR: "管理日历",
    _P.MANAGE_ORGANISATIONS: "管理机构",
    _P.REQUEST_REPORT: "生成报告",
    _P.READ_AUDIT: "查看留痕",
    _P.OPERATE_JOBS: "管理后台任务",
    _P.READ_STATUS: "查看系统状态",
    _P.MANAGE_ACCOUNTS: "管理账号",
    _P.GRANT_ROLES: "授予角色",
    _P.VOUCH_PASSWORD: "复核密码链接",
}


def scope_of(role: Role | str, permission: Permission) -> Scope | None:
    """How far the role holds the permission; None where it does not."""
    return GRANTS[Role(role)].get(permission)


def roles_with(permission: Permission) -> list[Role]:
    """The roles that hold a permission, in the table's order."""
    return [role for role, grants in GRANTS.items() if permission in grants]


def holders(permission: Permission) -> list[str]:
    """Their Chinese names, for refusals that say who can."""
    return [ROLE_LABELS[role] for role in roles_with(permission)]
