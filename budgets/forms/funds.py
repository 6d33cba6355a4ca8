"""Forms of outside money: what was typed as values, the rules of a call as data."""

from __future__ import annotations

import copy
import re

from django import forms

from budgets.actions import Asked, CallTerms, Outcome, Paper
from budgets.funds import fit
from budgets.models import FISCAL_YEARS, FundingApplication, FundingCall
from projects.forms.register import Day, Long, PlainInteger, Versioned, Wan, gathered
from projects.labels import INVESTMENT_TYPES

LOW, HIGH = FISCAL_YEARS
RULE = "rule_"
_SPLIT = re.compile(r"[、，,；;\s]+")


def _several(label: str, labels: dict[str, str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=labels.items(), required=False, widget=forms.CheckboxSelectMultiple
    )


RULE_FIELDS: dict[str, forms.Field] = {  # by fact of budgets.funds.fit
    "words": forms.CharField(
        label="核对：名称或内容写到",
        max_length=200,
        required=False,
        help_text="写到任一个即可，用顿号分开，如 农村、卫生",
    ),
    "mandate": _several("核对：谁要求建设", fit.MANDATES),
    "investment_type": _several("核对：投资类型（8.2）", INVESTMENT_TYPES),
    "stage": _several("核对：建设阶段", fit.STAGES),
    "least_wan": Wan(label="核对：概算不低于（万元）", required=False),
    "most_wan": Wan(label="核对：概算不超过（万元）", required=False),
    "year": PlainInteger(label="核对：建设周期含年度", min_value=LOW, max_value=HIGH, required=False),
    "protection_level": PlainInteger(label="核对：安全保护等级不低于", min_value=1, max_value=5, required=False),
    "goals": forms.BooleanField(label="核对：要有可度量的目标（8.1(6)）", required=False),
    "city_money": forms.BooleanField(label="核对：要有本级配套资金", required=False),
}


class CallForm(Versioned):
    """专项资金申报通知; the fields `rule_…` are the conditions that the register answers, each left out where empty."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    issuer = forms.CharField(label="发布单位", max_length=120)
    kind = forms.ChoiceField(label="资金来源", choices=FundingCall.KINDS)
    title = forms.CharField(label="专项名称", max_length=200)
    document_number = forms.CharField(label="通知文号", max_length=80, required=False)
    subject = Long(label="支持方向", rows=2)
    opens = Day(label="开始申报")
    closes = Day(label="截止申报")
    least_wan = Wan(label="单项不低于（万元）", required=False)
    most_wan = Wan(label="单项不超过（万元）", required=False)
    total_wan = Wan(label="总额（万元）", required=False)
    conditions = Long(label="申报条件", rows=4, help_text="照通知原文")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= {RULE + fact: copy.deepcopy(field) for fact, field in RULE_FIELDS.items()}

    @staticmethod
    def initial_of(call: FundingCall) -> dict:
        """A call as the form shows it."""
        rules = {RULE + rule["fact"]: rule["value"] for rule in call.rules}
        if isinstance(rules.get("rule_words"), list):
            rules["rule_words"] = "、".join(rules["rule_words"])
        names = CallTerms.__dataclass_fields__
        return {name: getattr(call, name) for name in names} | rules | {"version": call.version}

    def values(self) -> dict:
        """What the verb takes: the terms as one, in them the rules that were filled in."""
        data = dict(self.cleaned_data)
        rules = []
        for fact in fit.RULES:
            value = data.pop(RULE + fact)
            if fact == "words":
                value = [word for word in _SPLIT.split(value) if word]
            elif fact in ("least_wan", "most_wan"):
                value = None if value is None else f"{value:.2f}"
            if value not in (None, "", [], False):
                rules.append({"fact": fact, "value": value})
        return gathered(data | {"rules": rules}, terms=CallTerms)


class AskedForm(forms.Form):
    """申请书里由申请单位写的部分."""

    form = forms.ChoiceField(label="申请形式（9.6.2）", choices=FundingApplication.FORMS)
    asked_wan = Wan(label="申请金额（万元）")
    purpose = Long(label="申请理由和用途", rows=6, max_length=5000, help_text="已照登记的内容和目标起草，请修改")
    preparation = Long(
        label="前期准备",
        rows=4,
        max_length=5000,
        required=False,
        help_text="小规模试点、软课题或委托试点研究、与主管部委和省有关部门的沟通（9.6.2）",
    )

    def values(self) -> dict:
        """What the verb takes: what is asked as one."""
        return gathered(self.cleaned_data, asked=Asked)


class EditForm(AskedForm, Versioned):
    """The same, of a draft that is there."""


class SendForm(Versioned):
    """报出."""

    sent_on = Day(label="报出日期", required=False, help_text="不填为今天")
    sent_number = forms.CharField(label="报送文号", max_length=80)


class OutcomeForm(Versioned):
    """结果."""

    verdict = forms.ChoiceField(
        label="结果", choices=[("granted", "获批"), ("refused", "未获批")], widget=forms.RadioSelect
    )
    outcome_on = Day(label="结果日期", required=False, help_text="不填为今天")
    outcome_number = forms.CharField(label="结果文号", max_length=80, required=False, help_text="获批时必填")
    granted_wan = Wan(label="获批金额（万元）", required=False, help_text="获批时必填")
    fiscal_year = PlainInteger(label="列入年度", min_value=LOW, max_value=HIGH, required=False, help_text="获批时必填")
    outcome_text = Long(label="说明", rows=2, max_length=500, required=False)

    def values(self) -> dict:
        """What the verb takes: the outcome as one."""
        return gathered(self.cleaned_data, outcome=Outcome)


class ReasonForm(Versioned):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=300)


class BookForm(Versioned):
    """登记批复: `seen` is the digest of the effect that stood beside the form."""

    relief = forms.CharField(
        label="相应减少当年市财政批复（万元）",
        max_length=40,
        required=False,
        widget=forms.HiddenInput,
    )
    seen = forms.CharField(widget=forms.HiddenInput)
    document_number = forms.CharField(label="下达或批复的文号", max_length=60)

    def values(self) -> dict:
        """What the verb takes: the paper as one."""
        data = dict(self.cleaned_data)
        return data | {"paper": Paper(data.pop("document_number"))}
