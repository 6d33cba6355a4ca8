"""The sheets of the first-run workbook, in the order of a real office: each row is one call of an existing verb, by a
person whose role may do it. A row that stands already is passed over, so that a book can be brought again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from budgets import actions as money
from budgets.actions.papers import Paper
from budgets.models import SOURCES, Ceiling, CityRevenue
from governance import actions
from governance.basics.refusal import Invalid
from governance.basics.roles import ROLE_LABELS, Permission
from governance.kernel.access import Actor
from governance.models import Appointment, Body, Organisation, User
from priorities import actions as filing
from priorities.models import FilingWindow

Row = dict[str, str]
THERE = "已有，跳过"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its headings (those with * must be filled), who may bring it, and what a row does.

    `act(by, row)` returns what came of it in a few words; it raises Refused.
    """

    name: str
    heads: tuple[str, ...]
    permission: Permission
    act: Callable[[Actor, Row], str]


def _unit(row: Row, head: str) -> Organisation | None:
    """The unit by its name or alias; None where the cell is empty."""
    name = row[head]
    if not name:
        return None
    units = Organisation.objects.filter(Q(name=name) | Q(aliases__as_named=name)).order_by("pk")
    if (found := units.select_related("canonical").first()) is None:
        raise Invalid(f"{head}“{name}”不在单位里；请先在“单位”表登记，或用它的规范名称。")
    return found.canonical or found


def _day(row: Row, head: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(row[head][:10]) if row[head] else None
    except ValueError:
        raise Invalid(f"{head}应写作 2007-08-20，现在是“{row[head][:20]}”。") from None


def _year(row: Row, head: str) -> int:
    text = row[head].removesuffix(".0").removesuffix("年")
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Invalid(f"{head}应是四位数字的年份，现在是“{row[head][:20]}”。")
    return int(text)


def _code(row: Row, head: str, labels: dict[str, str]) -> str:
    """The code behind a Chinese word."""
    codes = {label: str(code) for code, label in labels.items()}
    if row[head] not in codes:
        raise Invalid(f"{head}“{row[head]}”不对；可以是：{'、'.join(codes)}。")
    return codes[row[head]]


def _person(row: Row) -> User:
    if (user := User.objects.filter(username__iexact=row["用户名"]).first()) is None:
        raise Invalid(f"没有用户名为“{row['用户名']}”的账号；请系统管理员先导入“人员”。")
    return user


def add_person(by: Actor, row: Row) -> str:
    if User.objects.filter(username__iexact=row["用户名"]).exists():
        return THERE
    user = actions.create_account(
        by=by,
        username=row["用户名"],
        full_name=row["姓名"],
        email=row["电子邮箱"],
        phone=row["办公电话"],
    )
    return f"设密码的链接 /governance/password/{actions.ask_password_link(by=by, user=user)}/"


def appoint(by: Actor, row: Row) -> str:
    user, unit, role = _person(row), _unit(row, "单位"), _code(row, "角色", ROLE_LABELS)
    from_day, to_day = _day(row, "起"), _day(row, "止")
    if Appointment.objects.filter(user=user, organisation=unit, role=role, from_day=from_day).exists():
        return THERE
    actions.grant(
        by=by,
        user=user,
        organisation=unit,
        role=role,
        manner=row["方式"] or "正式",
        on_behalf_of=_unit(row, "代哪个单位"),
        from_day=from_day,
        to_day=to_day,
    )
    code = actions.first_code(by=by, user=user)
    return f"已任命，确认码 {code}" if code else "已任命"


def add_unit(by: Actor, row: Row) -> str:
    if Organisation.objects.filter(Q(name=row["名称"]) | Q(aliases__as_named=row["名称"])).exists():
        return THERE
    actions.add_organisation(
        by=by,
        name=row["名称"],
        kind=row["类别"],
        parent=_unit(row, "上级单位"),
        phone=row["办公电话"],
        valid_from=_day(row, "设立日期"),
        paper=row["依据文件"],
    )
    return "已登记"


def set_body(by: Actor, row: Row) -> str:
    body = Body.objects.filter(name=row["机构"]).first()
    if body is None:
        raise Invalid(f"9.1 里没有“{row['机构']}”；名称见“机构与任职”页。")
    holder, acting, day = _unit(row, "承担单位"), _unit(row, "代行单位"), _day(row, "设立日期")
    if (body.holder, body.acting, body.valid_from) == (holder, acting, day):
        return THERE
    actions.set_body(by=by, body=body, holder=holder, acting=acting, valid_from=day, paper=row["依据文件"])
    return "已设定"


def open_window(by: Actor, row: Row) -> str:
    year, opens, closes = _year(row, "计划年度"), _day(row, "开始"), _day(row, "截止")
    if FilingWindow.objects.filter(plan_year=year, opens=opens, closes=closes).exists():
        return THERE
    filing.open_window(by=by, plan_year=year, opens=opens, closes=closes)
    return "已设定"


def set_revenue(by: Actor, row: Row) -> str:
    year, amount = _year(row, "年度"), row["市本级财政收入（万元）"]
    held = CityRevenue.objects.in_force().filter(fiscal_year=year).first()
    if held is not None and amount in (held.as_typed, str(held.revenue_wan)):
        return THERE
    paper = Paper(document_number=row["文号"], reason=row["更正理由"])
    money.set_revenue(by=by, fiscal_year=year, typed=amount, document=row["依据文件"], paper=paper)
    return "已登记"


def set_ceiling(by: Actor, row: Row) -> str:
    year, source, amount = _year(row, "年度"), _code(row, "来源", dict(SOURCES)), row["上限（万元）"]
    held = Ceiling.objects.filter(fiscal_year=year, source=source, document=row["依据文件"]).first()
    if held is not None and amount in (str(held.ceiling_wan), f"{held.ceiling_wan:f}".rstrip("0").rstrip(".")):
        return THERE
    money.set_ceiling(by=by, fiscal_year=year, source=source, typed=amount, document=row["依据文件"])
    return "已设定"


SHEETS = (
    Sheet("人员", ("用户名*", "姓名*", "办公电话", "电子邮箱"), Permission.MANAGE_ACCOUNTS, add_person),
    Sheet("任职", ("用户名*", "单位*", "角色*", "方式", "代哪个单位", "起*", "止"), Permission.GRANT_ROLES, appoint),
    Sheet(
        "单位",
        ("名称*", "类别*", "上级单位", "办公电话", "设立日期", "依据文件*"),
        Permission.MANAGE_ORGANISATIONS,
        add_unit,
    ),
    Sheet(
        "机构席位",
        ("机构*", "承担单位", "代行单位", "设立日期", "依据文件*"),
        Permission.MANAGE_ORGANISATIONS,
        set_body,
    ),
    Sheet("申报窗口", ("计划年度*", "开始*", "截止*"), Permission.MANAGE_CALENDAR, open_window),
    Sheet(
        "财政收入",
        ("年度*", "市本级财政收入（万元）*", "依据文件*", "文号", "更正理由"),
        Permission.EDIT_BUDGET,
        set_revenue,
    ),
    Sheet("年度上限", ("年度*", "来源*", "上限（万元）*", "依据文件*"), Permission.EDIT_BUDGET, set_ceiling),
)
