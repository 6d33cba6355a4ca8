"""Forms of the catalogue of shared data."""

from __future__ import annotations

from django import forms

from projects.forms.register import Long, UnitField, Versioned
from projects.labels import PARTY_STATES
from projects.models import Project, SharedData
from projects.sharing_words import FREQUENCIES, SERVICES, SIDES

OPEN = [("", "（未定）")]


class JoinForm(forms.Form):
    """A unit's side of an entry; who keeps the catalogue may name another unit."""

    side = forms.ChoiceField(label="提供还是使用", choices=list(SIDES.items()), widget=forms.RadioSelect)
    service = forms.ChoiceField(label="服务方式", choices=OPEN + list(SERVICES.items()), required=False)
    frequency = forms.ChoiceField(label="频率", choices=OPEN + list(FREQUENCIES.items()), required=False)
    terms = Long(label="条件与责任（9.6.3）", required=False, rows=2, max_length=500)
    organisation = UnitField(label="单位", required=False, empty_label="（本单位）")

    def __init__(self, *args, for_others: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not for_others:
            del self.fields["organisation"]


class ProposeForm(JoinForm):
    """Data that a unit provides or wants."""

    name = forms.CharField(label="数据名称", max_length=200, help_text="目录里已有同名的，就登记在那一条上")
    content = Long(label="数据项", required=False, rows=3, help_text="有哪些字段、按什么对象、覆盖多大范围")
    field_order = ("name", "content")


class RegisterForm(Versioned):
    """An entry as it stands in the catalogue."""

    name = forms.CharField(label="数据名称", max_length=200)
    content = Long(label="数据项", rows=4)
    project = forms.ModelChoiceField(Project.objects.all(), label="承载项目", required=False, empty_label="（未定）")


class WithdrawForm(Versioned):
    """注销, or 并入 another entry."""

    into = forms.ModelChoiceField(
        SharedData.objects.none(), label="并入", required=False, empty_label="（不并入，提供和使用一并停止）"
    )
    reason = Long(label="理由", rows=2, max_length=300)

    def __init__(self, *args, data: SharedData, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = SharedData.objects.living().exclude(pk=data.pk)


class SettleForm(Versioned):
    """What was settled with a unit."""

    state = forms.ChoiceField(label="状态", choices=list(PARTY_STATES.items()), widget=forms.RadioSelect)
    service = forms.ChoiceField(label="服务方式", choices=OPEN + list(SERVICES.items()), required=False)
    frequency = forms.ChoiceField(label="频率", choices=OPEN + list(FREQUENCIES.items()), required=False)
    terms = Long(label="条件与责任（9.6.3）", required=False, rows=2, max_length=500)
