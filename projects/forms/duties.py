"""Forms of responsibility (9.2.7)."""

from __future__ import annotations

from django import forms

from governance.basics import limits
from governance.web.entry import uploaded
from projects.actions import Reported, Visit
from projects.duties import owed
from projects.forms.register import Day, Long, UnitField, Versioned, gathered
from projects.models import Project, Supervision, Topic, TopicReport


def _with_file(data: dict, **kinds: type) -> dict:
    """What a verb takes: the fields of each dataclass taken together, the file as name and bytes."""
    values = gathered(data, **kinds)
    return values | uploaded(values.pop("file"))


class TopicField(forms.ModelChoiceField):
    """A 课题 above: a total system or an application system."""

    def __init__(self, **kwargs):
        kwargs.setdefault("empty_label", "（无）")
        super().__init__(
            queryset=Topic.objects.standing().filter(tier__in=("total", "application")).select_related("project"),
            **kwargs,
        )

    def label_from_instance(self, topic: Topic) -> str:
        return f"{topic.code} {topic.name}"


class TopicForm(forms.Form):
    """登记课题: one that no project carries."""

    name = forms.CharField(label="课题名称", max_length=200)
    tier = forms.ChoiceField(label="课题层级", choices=Topic.TIERS)
    parent = TopicField(label="上级课题", required=False)
    ends_on = Day(label="计划结束日期", required=False)


class EditForm(Versioned):
    """更正课题: its tier stays."""

    name = forms.CharField(label="课题名称", max_length=200)
    parent = TopicField(label="上级课题", required=False)
    ends_on = Day(label="计划结束日期", required=False)

    def __init__(self, *args, topic: Topic, **kwargs):
        super().__init__(*args, **kwargs)
        wanted = owed.ABOVE[topic.tier]
        self.fields["parent"].queryset = Topic.objects.standing().filter(tier=wanted or "").select_related("project")


class StrikeForm(Versioned):
    """撤销误登的课题."""

    reason = forms.CharField(label="理由", max_length=300)


class ReturnForm(forms.Form):
    """退回报告."""

    reason = Long(label="退回理由", rows=3, max_length=300, help_text="写明哪里要补，报送单位按此补正后重新报送")


class PlaceForm(forms.Form):
    """把项目归入课题树."""

    projects = forms.ModelMultipleChoiceField(
        label="项目",
        queryset=Project.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选择一个项目。"},
    )
    tier = forms.ChoiceField(label="课题层级", choices=Topic.TIERS, initial="application")
    parent = TopicField(label="上级课题", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["projects"].queryset = Project.objects.order_by("order", "pk")


class HeadForm(Versioned):
    """课题负责人."""

    person = forms.CharField(label="姓名", max_length=60)
    post = forms.CharField(label="职务", max_length=80, required=False)
    organisation = UnitField(label="单位", empty_label="请选择")
    phone = forms.CharField(label="电话", max_length=40, required=False)
    from_day = Day(label="起任日期", required=False, help_text="不填为今天")
    basis = forms.CharField(label="依据文件", max_length=200, required=False)


class EndForm(Versioned):
    """课题结束."""

    ended_on = Day(label="结束日期", required=False, help_text="不填为今天")


class ReportForm(Versioned):
    """呈报上级课题负责人的报告."""

    kind = forms.ChoiceField(label="报告", choices=TopicReport.KINDS)
    year = forms.TypedChoiceField(
        label="年度", coerce=int, empty_value=0, required=False, help_text="总报告、技术报告不填年度"
    )
    text = Long(label="内容", rows=8, max_length=10_000)
    problems = Long(label="问题与建议", required=False)
    missing_reason = Long(
        label="缺报说明", rows=2, max_length=300, required=False, help_text="下级报告没有齐的，写明原因才能汇总"
    )
    file = forms.FileField(label="报告文件", required=False, help_text=f"PDF、Word、WPS 或图片，最大 {limits.UPLOAD}")

    def __init__(self, *args, year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "—"), *((y, str(y)) for y in range(year, 2004, -1))]

    def values(self) -> dict:
        """What the verb takes."""
        return _with_file(self.cleaned_data, report=Reported)


class VisitForm(forms.Form):
    """督导."""

    visited_on = Day(label="督导日期", required=False, help_text="不填为今天")
    manner = forms.ChoiceField(label="方式", choices=Supervision.MANNERS)
    visitors = forms.CharField(label="督导人", max_length=200)
    findings = Long(label="发现")
    demand = forms.CharField(label="要求", max_length=300, required=False, help_text="需要对方落实的；写了就要有限期")
    due = Day(label="限期", required=False)
    file = forms.FileField(label="督导文件", required=False, help_text=f"PDF、Word、WPS 或图片，最大 {limits.UPLOAD}")

    def values(self) -> dict:
        """What the verb takes."""
        return _with_file(self.cleaned_data, visit=Visit)


class SettleForm(forms.Form):
    """督导要求的落实."""

    settled_on = Day(label="落实日期", required=False, help_text="不填为今天")
    settled_text = forms.CharField(label="落实情况", max_length=300)
