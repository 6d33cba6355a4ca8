"""Forms of what happens between offices while works are built: technical documents, needs, collaboration."""

from __future__ import annotations

from django import forms

from governance.models import Organisation
from governance.signing.shown import digest
from projects.actions import Decision
from projects.actions.collaboration import Outcome
from projects.actions.needs import Reply
from projects.forms.acceptance import ExpertsField, Paper
from projects.forms.register import Day, Long, PlainInteger, UnitField, Wan, gathered
from projects.lifecycle import approvals
from projects.models import CollaborationOpinion, Need, NeedAnswer, Project, TechnicalDocument


class DocumentForm(forms.Form):
    """报送技术文件."""

    kind = forms.ChoiceField(label="文件", choices=TechnicalDocument.KINDS)
    title = forms.CharField(label="文件名称、版本及文号", max_length=200)
    note = Long(label="说明", rows=3, required=False, help_text="与上一次的不同，或需要审批单位注意的")


class DecisionForm(Paper):
    """A view or a decision in the step under way."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    kind = forms.ChoiceField(label="意见", widget=forms.RadioSelect)
    number = forms.CharField(
        label="批文或会议纪要文号", max_length=80, required=False, help_text="同意或附条件同意时必填"
    )
    text = Long(label="意见内容", rows=3, required=False, help_text="不同意、回避必须写明理由")
    condition = Long(label="条件", rows=2, max_length=1000, required=False, help_text="附条件同意时写明条件、谁来落实")
    condition_due = Day(label="落实期限", required=False)

    field_order = ("kind", "number", "text")
    FOLDED = (("附条件同意时填", ("condition", "condition_due")),)

    def __init__(self, *args, at: approvals.Step | None, record: TechnicalDocument, **kwargs):
        super().__init__(*args, initial={"shown": digest(record)}, **kwargs)
        answers = [("agree", "同意"), ("conditional", "附条件同意"), ("refuse", "不同意")]
        if at is not None and not at.decides:
            answers.append(("abstain", "回避"))
            del self.fields["number"]
        self.fields["kind"].choices = answers

    def values(self) -> dict:
        """What the verb takes: the decision as one, the signature on paper as one."""
        return gathered(super().values(), decision=Decision)


class ConditionForm(forms.Form):
    """条件落实."""

    condition_met_on = Day(label="落实日期", required=False, help_text="不填为今天")
    condition_met_text = forms.CharField(label="落实情况及材料", max_length=300)


class ExpertsForm(forms.Form):
    """指派专家."""

    experts = ExpertsField()

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["experts"].of(day)


class NeedForm(forms.Form):
    """提出需求."""

    kind = forms.ChoiceField(label="种类", choices=Need.KINDS, widget=forms.RadioSelect, initial="business")
    title = forms.CharField(label="需求", max_length=120, help_text="一句话说清要什么")
    text = Long(label="内容和理由", rows=5)
    wanted_on = Day(label="希望何时具备", required=False)
    due = Day(label="答复期限", required=False, help_text="不填为 10 个工作日（系统默认）")


class NeedAnswerForm(forms.Form):
    """答复需求."""

    kind = forms.ChoiceField(label="答复", choices=NeedAnswer.KINDS, widget=forms.RadioSelect)
    text = Long(label="答复内容", rows=4)
    amount_wan = Wan(
        label="增减资金（万元）",
        required=False,
        allow_negative=True,
        help_text="没有影响填 0，减少填负数；不接受的不填",
    )
    days = PlainInteger(
        label="增减工期（天）", required=False, min_value=-3650, max_value=3650, help_text="没有影响填 0，提前填负数"
    )
    ready_on = Day(label="预计完成", required=False)
    document = forms.CharField(
        label="答复文号", max_length=80, required=False, help_text="信息办代录建设单位的书面答复时必填"
    )

    def values(self) -> dict:
        """What the verb takes: the answer as one."""
        return gathered(self.cleaned_data, reply=Reply)


class SettleForm(forms.Form):
    """确认或不认可答复."""

    agrees = forms.TypedChoiceField(
        label="是否认可",
        choices=[("yes", "认可，按答复办理"), ("no", "不认可，请再答复")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = Long(label="不认可的理由", rows=2, max_length=300, required=False)


class MemberForm(forms.Form):
    """任命成员."""

    organisation = UnitField(label="单位", empty_label="请选择")
    person = forms.CharField(label="姓名", max_length=60)
    post = forms.CharField(label="职务", max_length=100, required=False)
    phone = forms.CharField(label="电话", max_length=40, required=False)
    is_head = forms.BooleanField(label="组长（由市信息办领导兼任）", required=False)
    from_day = Day(label="起", required=False, help_text="不填为今天")
    basis = forms.CharField(label="依据文件", max_length=200)


class EndMemberForm(forms.Form):
    """成员离任."""

    to_day = Day(label="止", required=False, help_text="不填为今天")


class SubjectForm(forms.Form):
    """提出议题."""

    title = forms.CharField(label="议题", max_length=120)
    text = Long(label="背景和拟协调的事项", rows=5)
    project = forms.ModelChoiceField(
        label="所涉项目",
        queryset=Project.objects.order_by("order", "pk"),
        required=False,
        empty_label="（不限于一个项目）",
    )
    due = Day(label="意见期限", required=False, help_text="不填为 10 个工作日（系统默认）")


class OpinionForm(forms.Form):
    """成员意见."""

    kind = forms.ChoiceField(label="意见", choices=CollaborationOpinion.KINDS, widget=forms.RadioSelect)
    text = Long(label="意见内容", rows=3, required=False, help_text="有保留、不同意的写明理由")
    organisation = UnitField(label="单位", empty_label="请选择", required=False)

    def __init__(self, *args, units: list[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=[u.pk for u in units])
        if len(units) < 2:
            del self.fields["organisation"]


class OutcomeForm(forms.Form):
    """议定或报组长审定."""

    outcome = Long(label="协同机制或议定意见", rows=5)
    minutes_number = forms.CharField(label="会议纪要文号", max_length=60)
    settled_on = Day(label="议定日期", required=False, help_text="不填为今天")
    is_weighty = forms.BooleanField(label="重要事项，报请领导小组组长审定（9.1.1）", required=False)

    def values(self) -> dict:
        """What the verb takes: the outcome as one."""
        return gathered(self.cleaned_data, result=Outcome)
