"""Forms of the ledger of promises and of the units' yearly assessment."""

from __future__ import annotations

from django import forms

from projects.actions.benefits import Assessed
from projects.forms.register import Day, Long, PlainInteger, UnitField, gathered
from projects.models import Benefit, UnitAssessment

YES_NO = [("yes", "达到"), ("no", "没有达到")]


class GoalForm(forms.Form):
    """登记目标."""

    indicator = forms.CharField(label="指标", max_length=200)
    baseline = forms.CharField(label="现值", max_length=60, required=False, help_text="没有测过就不填")
    target = forms.CharField(label="目标值", max_length=60, help_text="照文件写，如 90%以上、2 小时以内")
    due = Day(label="到期日")
    paper = forms.CharField(label="依据", max_length=200, help_text="定下这个目标的文件和文号")


class MeasureForm(forms.Form):
    """填报测量值."""

    value = forms.CharField(label="测量值", max_length=60)
    reached = forms.ChoiceField(label="是否达到目标", choices=YES_NO, widget=forms.RadioSelect)
    measured_on = Day(label="测量日期", required=False, help_text="不填为今天")
    evidence = Long(label="证据", rows=2, max_length=300, help_text="统计报表、调查、系统记录及文号")

    def __init__(self, *args, benefit: Benefit, **kwargs):
        super().__init__(*args, **kwargs)
        if goal := benefit.goal:
            self.fields["value"].help_text = f"目标读作 {goal.words}" + (f"，以“{goal.unit}”计" if goal.unit else "")
            del self.fields["reached"]

    def values(self) -> dict:
        """What the verb takes; whether a number reaches its goal is not asked."""
        data = dict(self.cleaned_data)
        if "reached" in data:
            data["reached"] = data["reached"] == "yes"
        return data


class CheckForm(forms.Form):
    """确认测量值."""

    verdict = forms.ChoiceField(
        label="意见", choices=[("confirmed", "确认"), ("rejected", "不予确认")], widget=forms.RadioSelect
    )
    text = Long(label="说明", rows=2, max_length=300, required=False, help_text="不予确认必须写明理由")


class AssessmentForm(forms.Form):
    """单位工作考核 (9.2.8)."""

    organisation = UnitField(label="单位", empty_label="请选择")
    year = PlainInteger(label="年度", min_value=2005, max_value=2100)
    development = Long(label="电子政务发展的规划", rows=2, max_length=500)
    drive = Long(label="推进力度大小", rows=2, max_length=500)
    economy = Long(label="主要经济指标", rows=2, max_length=500)
    conclusion = Long(label="考核结论", rows=2, max_length=500)
    award = forms.ChoiceField(label="奖惩", choices=UnitAssessment.AWARDS, widget=forms.RadioSelect)
    award_text = forms.CharField(label="奖惩内容", max_length=300, required=False, help_text="有奖惩时必填")
    document = forms.CharField(label="文号", max_length=100, required=False, help_text="有奖惩时必填")

    def values(self) -> dict:
        """What the verb takes: what is said as one."""
        return gathered(self.cleaned_data, assessed=Assessed)
