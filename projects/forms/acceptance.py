"""Forms of acceptance, evaluation and security."""

from __future__ import annotations

from django import forms

from governance.basics.roles import Role
from governance.models import Appointment, Organisation, User
from governance.signing.paper import PaperSignature
from governance.signing.shown import digest
from projects.actions import AcceptanceResult, Measured
from projects.forms.register import Day, Long, PlainInteger, UnitField, Versioned, gathered
from projects.models import Acceptance, SecurityAssessment, SecurityFinding, SecuritySync
from projects.security import protection

FINDINGS, MOST_FINDINGS = 3, 12  # rows of findings on the form: in sight, and with those folded away
FINDING = ("finding", "weight", "measure", "due")


class Count(PlainInteger):
    """A whole number that may stay unmeasured."""

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault(
            "error_messages",
            {"invalid": "请填整数，没有测得就不填。", "min_value": "不能小于 0。", "max_value": "超出范围。"},
        )
        super().__init__(**kwargs)


class IndependentField(forms.ModelChoiceField):
    """A unit without interest in the project (D44)."""

    def __init__(self, **kwargs):
        super().__init__(
            label="独立签署单位（D44）",
            queryset=Organisation.objects.none(),
            required=False,
            empty_label="（不需要）",
            help_text="验收（评估）单位牵头本项目时必选",
            error_messages={"required": "请选择独立签署单位。"},
            **kwargs,
        )


class Independent(forms.Form):
    """Offers the units that may sign as the second."""

    independent = IndependentField()

    def __init__(self, *args, independents: list[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["independent"].queryset = Organisation.objects.filter(pk__in=[unit.pk for unit in independents])

    def ask_independent(self, conflicted: bool) -> None:
        """Required of a body that leads the project; nobody else is asked."""
        if conflicted:
            field = self.fields["independent"]
            field.required, field.empty_label, field.help_text = (
                True,
                "请选择",
                "本单位牵头本项目，另由没有利害关系的单位签署以后才生效",
            )
        else:
            del self.fields["independent"]


class Folding(forms.Form):
    """What few need is folded away under a heading until something stands in it."""

    FOLDED: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (heading, names)
    PAPER: tuple[str, ...] = ()

    def own_fields(self) -> list[forms.BoundField]:
        """What everybody sees."""
        folded = {*self.PAPER, *(name for _, names in self.FOLDED for name in names)}
        return [field for field in self.visible_fields() if field.name not in folded]

    def folded(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """`(heading, fields, open)` of what is folded away."""
        groups = [(heading, [self[name] for name in names]) for heading, names in self.FOLDED]
        return [(heading, fields, any(f.errors or self._filled(f) for f in fields)) for heading, fields in groups]

    @staticmethod
    def _filled(field: forms.BoundField) -> bool:
        return field.value() not in (None, "", field.field.initial)


class Paper(Folding):
    """What a leader signed on paper, entered by his 经办人; left empty by whoever signs himself."""

    signer = forms.CharField(
        label="纸质签署人", max_length=60, required=False, help_text="领导在纸上签的，由经办人录入；自己签的不填"
    )
    signed_on = Day(label="签署日期", required=False, help_text="纸上的日期，不晚于今天")
    scan = forms.FileField(label="签字扫描件", required=False, help_text="PDF、JPG 或 PNG")

    PAPER = ("signer", "signed_on", "scan")

    def paper_fields(self) -> list[forms.BoundField]:
        """What only a 经办人 needs."""
        return [self[name] for name in self.PAPER]

    def values(self) -> dict:
        """What the verb takes: the signature on paper as one."""
        return gathered(self.cleaned_data, paper=PaperSignature)

    @property
    def is_on_paper(self) -> bool:
        """Whether something was typed there, so that it stays in sight."""
        return any(field.errors or field.value() for field in self.paper_fields())


class AcceptanceForm(Paper, Independent, Versioned):
    """验收结论. The stage follows from where the works stand."""

    stage = forms.ChoiceField(choices=Acceptance.STAGES, widget=forms.HiddenInput)
    conclusion = forms.ChoiceField(label="结论", choices=Acceptance.CONCLUSIONS, widget=forms.RadioSelect)
    accepted_on = Day(label="验收日期", required=False, help_text="不填为今天")
    document_number = forms.CharField(label="验收文号", max_length=80, required=False)
    text = Long(label="验收意见", rows=4)
    works = Long(label="工程技术", rows=2, max_length=1000, required=False)
    finance = Long(label="财务管理", rows=2, max_length=1000, required=False)
    archive = Long(label="档案资料", rows=2, max_length=1000, required=False)
    effect = Long(label="建设成效", rows=2, max_length=1000, required=False)
    correction = Long(label="整改要求", rows=2, required=False, help_text="整改后通过时必填")
    correction_due = Day(label="整改期限", required=False)

    field_order = ("version", "stage", "conclusion", "accepted_on", "document_number", "text", "independent")
    FOLDED = (
        ("整改要求和期限（整改后通过时填）", ("correction", "correction_due")),
        ("分项意见：工程技术、财务管理、档案资料、建设成效", ("works", "finance", "archive", "effect")),
    )

    def values(self) -> dict:
        """What the verb takes: the result as one, in it the four blocks."""
        data = super().values()
        data["opinions"] = {key: data.pop(key) for key, _ in Acceptance.BLOCKS}
        return gathered(data, result=AcceptanceResult)


class SignForm(Paper):
    """A signature; `shown` is the digest of the `record` that the page shows."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    kind = forms.ChoiceField(label="签署", choices=[("agree", "同意"), ("refuse", "不同意")], widget=forms.RadioSelect)
    text = Long(label="意见", rows=2, max_length=1000, required=False, help_text="不同意必须写明理由")

    field_order = ("kind", "text")

    def __init__(self, *args, record=None, **kwargs):
        super().__init__(*args, initial={"shown": digest(record)}, **kwargs)


class CorrectionForm(forms.Form):
    """整改完成."""

    corrected_on = Day(label="整改完成日期", required=False, help_text="不填为今天")
    corrected_text = forms.CharField(label="整改情况", max_length=300)


class EvaluationForm(Paper, Independent):
    """使用评估."""

    year = PlainInteger(label="年度", min_value=2005, max_value=2100)
    use_percent = Count(label="使用率 %", max_value=100)
    sharing_calls = Count(label="共享调用量（次）", max_value=2_000_000_000)
    goals_set = Count(label="绩效目标（个）", max_value=1000)
    goals_met = Count(label="达成（个）", max_value=1000)
    satisfaction_percent = Count(label="满意度 %", max_value=100)
    findings = Long(label="检查评估意见", rows=4)
    evidence = forms.CharField(label="依据", max_length=300, required=False)

    field_order = (
        "year",
        "use_percent",
        "sharing_calls",
        "goals_set",
        "goals_met",
        "satisfaction_percent",
        "findings",
        "evidence",
        "independent",
    )

    def values(self) -> dict:
        """What the verb takes: what was measured as one."""
        return gathered(super().values(), measured=Measured)


class ReportForm(forms.Form):
    """向领导小组汇报."""

    year = PlainInteger(label="年度", min_value=2005, max_value=2100)
    title = forms.CharField(label="会议名称", max_length=120)
    held_on = Day(label="会议日期", required=False, help_text="不填为今天")
    minutes_number = forms.CharField(label="纪要文号", max_length=60)


class TargetForm(forms.Form):
    """部门年度目标."""

    organisation = UnitField(label="单位", empty_label="请选择")
    year = PlainInteger(label="年度", min_value=2005, max_value=2100)
    score = PlainInteger(label="使用评估得分不低于", min_value=0, max_value=100)
    text = forms.CharField(label="目标", max_length=300)
    document = forms.CharField(label="目标责任书文号", max_length=100, required=False)


class ExpertsField(forms.ModelMultipleChoiceField):
    """Experts from the register, with the group that each sits in."""

    def __init__(self, **kwargs):
        super().__init__(
            label="审定专家",
            queryset=User.objects.none(),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "请至少选一位专家。"},
            **kwargs,
        )

    def of(self, day) -> None:
        """Offer whoever is in office on the day."""
        hats = Appointment.objects.in_force(day).filter(role=Role.EXPERT).select_related("organisation").order_by("pk")
        self.groups = {h.user_id: h.organisation.name for h in hats}
        self.queryset = User.objects.filter(pk__in=self.groups).order_by("full_name", "pk")

    def label_from_instance(self, user: User) -> str:
        return f"{user.full_name or user.username}（{self.groups[user.pk]}）"


class GradingForm(forms.Form):
    """定级. Experts are offered to whoever may name them."""

    level = forms.TypedChoiceField(
        label="拟定等级", coerce=int, choices=[(n, protection.names(n)) for n in protection.LEVELS]
    )
    system_name = forms.CharField(label="信息系统名称", max_length=200)
    grounds = Long(label="定级理由", rows=4)
    experts = ExpertsField(required=False, help_text="可以现在指派，也可以以后在“安全”页指派")

    def __init__(self, *args, day, names_experts: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if names_experts:
            self.fields["experts"].of(day)
        else:
            del self.fields["experts"]


class FilingForm(forms.Form):
    """等级保护备案."""

    filing_number = forms.CharField(label="备案编号", max_length=80)
    filed_on = Day(label="备案日期", required=False, help_text="不填为今天")


class SyncForm(forms.Form):
    """同步规划和三同时."""

    item = forms.ChoiceField(label="事项", choices=SecuritySync.ITEMS)
    done_on = Day(label="日期", required=False, help_text="不填为今天")
    evidence = forms.CharField(label="凭据", max_length=300, help_text="文件、方案章节、验收单")


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=300)


class AssessmentForm(Folding):
    """安全测评."""

    FOLDED = (
        (
            f"隐患 {FINDINGS + 1}—{MOST_FINDINGS}",
            tuple(f"{name}_{n}" for n in range(FINDINGS + 1, MOST_FINDINGS + 1) for name in FINDING),
        ),
    )

    kind = forms.ChoiceField(label="种类", choices=SecurityAssessment.KINDS)
    assessed_on = Day(label="日期", required=False, help_text="不填为今天")
    assessor = forms.CharField(label="测评机构或专家", max_length=200)
    result = forms.ChoiceField(label="结论", choices=SecurityAssessment.RESULTS)
    document = forms.CharField(label="报告名称及文号", max_length=200)
    next_due = Day(
        label="下次到期",
        required=False,
        help_text="不填按等级推算（系统默认）：1 级三年，2 级两年，3 级一年，4、5 级半年",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for n in range(1, MOST_FINDINGS + 1):
            self.fields[f"finding_{n}"] = forms.CharField(label=f"隐患 {n}", max_length=300, required=False)
            self.fields[f"weight_{n}"] = forms.ChoiceField(
                label="风险", choices=SecurityFinding.WEIGHTS, initial="middle", required=False
            )
            self.fields[f"measure_{n}"] = forms.CharField(label="整改措施", max_length=300, required=False)
            self.fields[f"due_{n}"] = Day(label="整改期限", required=False)

    def values(self) -> dict:
        """What the verb takes: the rows that name a finding."""
        data = self.cleaned_data
        findings = [
            {
                "text": data[f"finding_{n}"],
                "weight": data[f"weight_{n}"] or "middle",
                "measure": data[f"measure_{n}"],
                "due": data[f"due_{n}"],
            }
            for n in range(1, MOST_FINDINGS + 1)
            if data[f"finding_{n}"]
        ]
        names = ("kind", "assessed_on", "assessor", "result", "document", "next_due")
        return {name: data[name] for name in names} | {"findings": findings}


class FixForm(forms.Form):
    """隐患整改完成."""

    fixed_on = Day(label="完成日期", required=False, help_text="不填为今天")
    fixed_text = forms.CharField(label="整改情况", max_length=300)
