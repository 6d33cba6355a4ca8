"""What a merge or a reform of a unit touches on the register's floor (governance.people.touched)."""

from __future__ import annotations

from governance.models import Organisation
from governance.people.touched import KEEPS, MOVES, Touch
from projects.models import CollaborationMember, DataParty, Project, ProjectLead, TopicHead


def of_register(unit: Organisation) -> list[Touch]:
    """Projects that name it as a lead, as budget unit or as builder, its shared data, memberships, 课题 that its
    people answer for."""
    return [
        Touch(
            "列名牵头的项目",
            ProjectLead.objects.filter(organisation=unit).count(),
            f"牵头{KEEPS}；汇总和待办{MOVES}",
            rows=f"/projects/?lead={unit.pk}",
        ),
        Touch(
            "提供或使用的共享数据",
            DataParty.objects.filter(organisation=unit).exclude(state="ended").count(),
            f"登记{KEEPS}；重复和缺口{MOVES}",
        ),
        Touch("以它为预算单位的项目", Project.objects.filter(budget_unit=unit).count(), KEEPS),
        Touch(
            "由它建设（代建）的项目",
            Project.objects.filter(builder=unit).count(),
            f"建设单位{KEEPS}；需求的待办{MOVES}",
            "/projects/needs/",
        ),
        Touch(
            "政务协同推进组织的成员",
            CollaborationMember.objects.filter(organisation=unit, to_day=None).count(),
            f"成员{KEEPS}；意见{MOVES}",
            "/projects/collaboration/",
        ),
        Touch(
            "由它的人负责的课题",
            TopicHead.objects.filter(organisation=unit, to_day=None).count(),
            "负责人不变，另行改任",
            "/projects/duties/",
        ),
    ]
