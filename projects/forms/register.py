"""Forms of the register: what was typed as values; what it means is the verbs' matter."""

from __future__ import annotations

import unicodedata
from dataclasses import fields

from django import forms

from governance.basics.text import parse_wan
from governance.models import Organisation
from projects.actions import ContractTerms, ReportedProgress
from projects.labels import STATES
from projects.lifecycle import life, periods
from projects.models import Change, Contract, GateItem, Phase, PlanTask, ProgressReport, Project

NONE = [("", "（未定）")]


def gathered(data: dict, **kinds: type) -> dict:
    """`data` with the fields of each dataclass taken together, as a verb's argument of that name."""
    rest = dict(data)
    made = {
        name: kind(**{f.name: rest.pop(f.name) for f in fields(kind) if f.name in rest}) for name, kind in kinds.items()
    }
    return rest | made


class PlainInteger(forms.IntegerField):
    """A whole number, full-width digits included (３０)."""

    def to_python(self, value):
        return super().to_python(unicodedata.normalize("NFKC", value).strip("% ") if isinstance(value, str) else value)


class Day(forms.DateField):
    """A day from the browser's own picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"])
        kwargs.setdefault("error_messages", {"invalid": "请写作 2007-08-20 这样的日期。"})
        super().__init__(**kwargs)


class Long(forms.CharField):
    """Several lines."""

    def __init__(self, *, rows: int = 3, **kwargs):
        kwargs.setdefault("max_length", 2000)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Wan(forms.CharField):
    """An amount in 万元 as people write it (１２０万, 1,200.5); None where it is left out."""

    def __init__(self, *, allow_negative: bool = False, **kwargs):
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)
        self.allow_negative = allow_negative

    def clean(self, value):
        try:
            return parse_wan(super().clean(value), allow_negative=self.allow_negative)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class UnitField(forms.ModelChoiceField):
    """A real, unmerged unit."""

    def __init__(self, **kwargs):
        kwargs.setdefault("empty_label", "（未定）")
        super().__init__(queryset=Organisation.objects.units().order_by("kind", "pk"), **kwargs)


class Versioned(forms.Form):
    """A form about a row with a version: the one that was read goes along."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ProgressForm(forms.Form):
    """进度填报."""

    period = forms.ChoiceField(label="填报期")
    percent = PlainInteger(
        label="完成 %（占整个项目）",
        min_value=0,
        max_value=100,
        error_messages={"invalid": "请填 0—100 的整数。", "min_value": "不能小于 0。", "max_value": "不能大于 100。"},
    )
    spent_wan = Wan(label="累计支出（万元，自报；以预算行为准）", required=False)
    done_text = Long(label="完成情况", rows=4)
    problems = Long(label="问题", required=False)
    next_steps = Long(label="下一步", required=False)
    self_rating = forms.ChoiceField(label="自评", choices=ProgressReport.RATINGS, widget=forms.RadioSelect)

    def values(self) -> dict:
        """What the verb takes: what the report says as one."""
        return gathered(self.cleaned_data, progress=ReportedProgress)

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        open_ones = periods.open_on(day)
        if self.is_bound and (asked := self.data.get("period")) and asked not in open_ones:
            open_ones.append(asked)  # the verb says why it cannot be
        self.fields["period"].choices = [(p, _period_label(p)) for p in open_ones]


def _period_label(period: str) -> str:
    try:
        return periods.label(period)
    except ValueError:
        return period


class StateForm(Versioned):
    """A step of the project's life."""

    step = forms.ChoiceField(label="变更", widget=forms.RadioSelect)
    day = Day(label="发生日期", required=False, help_text="不填为今天")
    reason = Long(label="理由或依据", required=False, max_length=250)

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        steps = [(o["transition"].verb, f"{o['transition'].label}（→ {o['target']}）") for o in offered if o["may"]]
        if self.is_bound and self.data.get("step") in life.BY_VERB and self.data["step"] not in dict(steps):
            steps.append((self.data["step"], life.BY_VERB[self.data["step"]].label))
        self.fields["step"].choices = steps


class PhaseField(forms.ModelChoiceField):
    """A phase of the project, or the whole."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Phase.objects.none(), required=False, empty_label="（整个项目）", **kwargs)


class GateForm(forms.Form):
    """One requirement of a gate."""

    status = forms.ChoiceField(label="情况", choices=GateItem.STATUSES, widget=forms.RadioSelect, initial="provided")
    document = Long(label="材料名称及文号；不适用的写理由", rows=2, max_length=300)
    dated = Day(label="材料日期", required=False)

    def __init__(self, *args, may_not_apply: bool, by_record: bool = False, **kwargs):
        """`by_record`: it is met by a record of the register, so that here it can only be said not to apply."""
        super().__init__(*args, **kwargs)
        if by_record:
            self.fields["status"].choices, self.fields["status"].initial = GateItem.STATUSES[1:], "not_applicable"
            return
        if not may_not_apply and not self.is_bound:
            self.fields["status"].choices = GateItem.STATUSES[:1]


class ReasonForm(forms.Form):
    """A record taken back."""

    reason = Long(label="理由", rows=2, max_length=300)


class OwnMilestoneForm(forms.Form):
    """A milestone of one's own."""

    text = forms.CharField(label="节点", max_length=200)
    due = Day(label="到期日")
    start = Day(label="起日", required=False, help_text="不填与到期日相同")
    owner = UnitField(label="责任单位", required=False)


class CallForm(forms.Form):
    """填报通知."""

    period = forms.CharField(label="填报期", max_length=12, help_text="年度写作 2007，半年写作 2007H1")
    due = Day(label="截止日期")
    note = Long(label="要求", required=False, rows=2, max_length=300)


class ExpertForm(forms.Form):
    """专家评级."""

    rating = forms.ChoiceField(label="评级", choices=ProgressReport.RATINGS, widget=forms.RadioSelect)
    reason = Long(label="依据", max_length=500)


class ContractForm(forms.Form):
    """合同."""

    kind = forms.ChoiceField(label="种类", choices=Contract.KINDS)
    number = forms.CharField(label="合同编号", max_length=80)
    title = forms.CharField(label="合同名称", max_length=200)
    supplier = forms.CharField(label="乙方（供应商、监理或测评机构）全称", max_length=200)
    amount_wan = Wan(label="合同金额（万元）", required=False)
    signed_on = Day(label="签订日期")
    ends_on = Day(label="履约期止", required=False)
    warranty_until = Day(label="质保期止", required=False)
    phase = PhaseField(label="分期")

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = project.phases.all()
        if not project.phases.exists():
            del self.fields["phase"]

    def values(self) -> dict:
        """What the verb takes: what the contract says as one."""
        return gathered(self.cleaned_data, terms=ContractTerms)


class TakeOverForm(Versioned):
    """补录."""

    state = forms.ChoiceField(label="现在的状态", choices=[(s, STATES[s]) for s in life.CHAIN[1:]])
    day = Day(label="进入这一状态的日期")
    document = forms.CharField(label="依据文件及文号", max_length=200)
    phase = PhaseField(label="分期")

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = project.phases.all()
        if not project.phases.exists():
            del self.fields["phase"]


class ClassifyForm(Versioned):
    """分类与单位: 9.2.2 and 9.2.7 are separate axes (D47)."""

    budget_unit = UnitField(label="预算单位（D41）", required=False)
    level_922 = forms.ChoiceField(label="管理级别（9.2.2）", choices=NONE + Project.LEVELS, required=False)
    tier_927 = forms.ChoiceField(label="课题层级（9.2.7）", choices=NONE + Project.TIERS, required=False)
    parent = forms.ModelChoiceField(
        label="上级课题", queryset=Project.objects.none(), required=False, empty_label="（无）"
    )
    investment_type = forms.ChoiceField(
        label="投资类型（8.2）", choices=NONE + Project.INVESTMENT_TYPES, required=False
    )
    mandate = forms.ChoiceField(label="谁要求建设（8.1(3)、(4)）", choices=NONE + Project.MANDATES, required=False)
    on_shared_list = forms.TypedChoiceField(
        label="列入 8.1(2) 由市财政投资的系统",
        choices=[*NONE, ("1", "是"), ("0", "否")],
        coerce=lambda v: v == "1",
        empty_value=None,
        required=False,
    )
    construction = forms.ChoiceField(
        label="建设类型（9.3.8）",
        choices=NONE + Project.CONSTRUCTIONS,
        required=False,
        help_text="新建、改建必须同步规划和三同时，扩建、升级、运维为建议（D52）；没有填的按新建",
    )
    protection_level = forms.TypedChoiceField(
        label="安全保护等级（9.3.2）",
        choices=[*NONE, *((n, str(n)) for n in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    builder = UnitField(label="建设（代建）单位（D46）", required=False)
    operator = UnitField(label="运营单位（D46）", required=False)

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Project.objects.exclude(pk=project.pk).filter(
            tier_927__in=("total", "application")
        )


class FirstLeadForm(Versioned):
    """第一牵头 (D43)."""

    organisation = forms.ModelChoiceField(
        label="第一牵头", queryset=Organisation.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    reason = Long(label="依据", max_length=300, rows=2)

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        leads = project.leads.filter(is_generic=False).values("organisation_id")
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=leads)


class ChangeForm(Versioned):
    """A change that was approved on paper."""

    field = forms.ChoiceField(label="变更什么", choices=[f for f in Change.FIELDS if f[0] != "budget"])
    now = Long(label="变更后", help_text="工期写作“2007-03 至 2008-12”；牵头单位用顿号分开，第一牵头在前")
    reason = Long(label="变更理由", max_length=1000)
    approver = forms.CharField(label="批准单位及文号", max_length=200)
    effect = Long(
        label="影响",
        required=False,
        rows=2,
        max_length=300,
        help_text="对内容、工期、资金、其他项目的影响；工期的偏差自动算出",
    )


class MilestoneForm(forms.Form):
    """节点完成."""

    done_on = Day(label="完成日期", required=False, help_text="不填为今天")
    evidence = forms.CharField(label="凭据", max_length=300, help_text="文件、验收单、网址")


class ReopenForm(forms.Form):
    """撤销节点完成."""

    reason = Long(label="撤销的理由", max_length=300, rows=2)


class TaskForm(Versioned):
    """任务状态."""

    state = forms.ChoiceField(label="状态", choices=PlanTask.STATES, widget=forms.RadioSelect)
    day = Day(label="日期", required=False, help_text="不填为今天")
    evidence = forms.CharField(label="凭据", max_length=300, required=False, help_text="完成、不再实施时必填")
