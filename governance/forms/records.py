"""Forms about units, bodies, training, services, texts of regulations and new discrepancies."""

from __future__ import annotations

import re
import unicodedata

from django import forms
from django.db.models import Q

from governance.basics import limits
from governance.forms.accounts import REQUIRED, CleanText, Day
from governance.models import Discrepancy, Organisation, PlanItem, ServiceRecord
from governance.people import training
from governance.web.entry import uploaded


class Unit(forms.ModelChoiceField):
    """A real, unmerged unit."""

    def __init__(self, **kwargs):
        kwargs.setdefault("empty_label", "（无）")
        kwargs.setdefault("error_messages", REQUIRED)
        super().__init__(queryset=Organisation.objects.units().order_by("kind", "pk"), **kwargs)


class Number(forms.IntegerField):
    """A whole number, full-width digits included."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "error_messages", REQUIRED | {"invalid": "请填整数", "min_value": "太小", "max_value": "太大"}
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        return super().to_python(unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value)


class Versioned(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**8)


class Joining(Versioned):
    """A unit goes into another: never into itself."""

    def __init__(self, *args, unit: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = self.fields["into"].queryset.exclude(pk=unit.pk)


class MergeForm(Joining):
    """合并."""

    into = Unit(label="并入", empty_label="请选择")
    reason = CleanText(label="依据", max_length=300)


class SuccessionForm(Joining):
    """机构改革：承接."""

    into = Unit(label="承接单位", empty_label="请选择", help_text="新设的单位先登记")
    from_day = Day(label="承接之日", help_text="以后的日期到那一天自动生效")
    paper = CleanText(label="依据文件", max_length=200, help_text="文件名和文号")


class OrganisationForm(forms.Form):
    """登记单位."""

    name = CleanText(label="规范名称", max_length=100)
    kind = forms.ChoiceField(label="类别", choices=[])
    parent = Unit(label="上级", required=False)
    phone = CleanText(label="办公电话", max_length=40, required=False)
    valid_from = Day(label="设立日期", required=False)
    paper = CleanText(label="依据文件", max_length=200, help_text="文件名和文号")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = Organisation.objects.filter(is_generic=False).order_by("kind").values_list("kind", flat=True).distinct()
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]


class SeparateForm(Versioned):
    """撤销合并或承接."""

    reason = CleanText(label="理由", max_length=300)


class AliasForm(forms.Form):
    """又名."""

    as_named = CleanText(label="名称", max_length=100)


class EditForm(Versioned):
    """单位资料."""

    phone = CleanText(label="办公电话", max_length=40, required=False)
    parent = Unit(label="上级", required=False)
    budget_unit = Unit(label="预算单位", required=False)
    valid_from = Day(label="设立日期", required=False)
    valid_to = Day(label="撤销日期", required=False)
    note = CleanText(label="说明", max_length=300, required=False)


class BodyForm(Versioned):
    """职责席位由谁承担."""

    holder = Unit(label="承担单位", required=False)
    acting = Unit(label="设立以前代行", required=False)
    valid_from = Day(label="设立日期", required=False, help_text="不填为规划期初即有")
    paper = CleanText(label="依据文件", max_length=200)


class ServiceForm(forms.Form):
    """服务保障 (9.4)."""

    kind = forms.ChoiceField(label="事项", choices=ServiceRecord.KINDS)
    subject = CleanText(label="内容", max_length=300)
    provider = CleanText(label="承担单位或人", max_length=200, required=False)
    phone = CleanText(label="电话", max_length=40, required=False)
    document = CleanText(label="合同或文件", max_length=200, required=False)
    from_day = Day(label="起", required=False, help_text="不填为今天")
    to_day = Day(label="止", required=False)


class EndForm(forms.Form):
    to_day = Day(label="止", required=False, help_text="不填为今天")


class TrainingForm(forms.Form):
    """培训."""

    group = forms.ChoiceField(label="培训对象", choices=list(training.GROUPS.items()))
    title = CleanText(label="内容", max_length=200)
    held_on = Day(label="开始", required=False, help_text="不填为今天")
    ended_on = Day(label="结束", required=False)
    heads = Number(label="人次", min_value=1, max_value=1_000_000)
    organiser = Unit(label="主办单位", empty_label="请选择")
    evidence = CleanText(label="凭据", max_length=300, help_text="通知、签到册")


class TargetForm(forms.Form):
    """培训目标."""

    block = forms.ChoiceField(label="阶段", choices=[])
    group = forms.ChoiceField(label="培训对象", choices=list(training.GROUPS.items()))
    heads = Number(label="目标人次", min_value=0, max_value=1_000_000)

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["block"].choices = [
            (code, f"{code}（{start.year}—{end.year}）") for code, start, end in training.blocks(plan)
        ]


class ReasonForm(forms.Form):
    reason = CleanText(label="理由", max_length=300)


class TextForm(forms.Form):
    """制度文本."""

    title = CleanText(label="名称", max_length=200, help_text="如征求意见稿、审议稿、印发文本")
    file = forms.FileField(label="文件", error_messages=REQUIRED, help_text=f"PDF、Word 或 WPS，最大 {limits.UPLOAD}")

    def values(self) -> dict:
        """What the verb takes: the file as name and bytes."""
        return {"title": self.cleaned_data["title"]} | uploaded(self.cleaned_data["file"])


class DecideForm(forms.Form):
    """确认读法."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**8, required=False)
    reading = forms.ChoiceField(label="读法", choices=[], widget=forms.RadioSelect, error_messages=REQUIRED)
    from_day = Day(label="生效日期", help_text="今天或以后；不溯及既往")
    reason = CleanText(label="理由", max_length=1000, help_text="与署名一并留存，印在引文旁")

    def __init__(self, *args, row: Discrepancy, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reading"].choices = [(r["key"], f"{r['key']} {r['text']}") for r in row.readings]


class DiscrepancyForm(forms.Form):
    """登记新疑义."""

    weight = forms.ChoiceField(label="等级", choices=[(k, f"{k} {v}") for k, v in Discrepancy.WEIGHTS])
    title = CleanText(label="标题", max_length=200)
    quotes = CleanText(
        label="原文",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一处：L508 引文；引文要与那一行一字不差",
    )
    readings = CleanText(
        label="读法",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一种：怎样读 | 后果；依次为 a、b、c",
    )
    default = CleanText(label="默认读法", max_length=2, help_text="a、b、c 之一")
    default_text = CleanText(label="默认处理", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    projects = CleanText(label="牵涉项目", max_length=300, required=False, help_text="如 P03、P19")
    tasks = CleanText(label="牵涉任务", max_length=300, required=False, help_text="如 T2-24、T3-02")
    clauses = CleanText(label="牵涉条款", max_length=300, required=False, help_text="如 9.2.7、8.3.2(3)")
    organisations = CleanText(
        label="牵涉单位", max_length=300, required=False, help_text="规范名称或原文名称，用顿号分开"
    )

    def values(self) -> dict:
        """What the verb takes: what it touches as one."""
        data = dict(self.cleaned_data)
        return data | {"touches": {name: data.pop(name) for name in Discrepancy.TOUCHED}}

    def clean_quotes(self) -> list[tuple[int, str]]:
        found = []
        for line in self.cleaned_data["quotes"].splitlines():
            if match := re.fullmatch(r"\s*[Ll]?(\d{1,5})[\s:：]+(.+?)\s*", line):
                found.append((int(match[1]), match[2]))
            elif line.strip():
                raise forms.ValidationError(f"“{line.strip()[:30]}”应写作“L508 引文”")
        return found

    def clean_readings(self) -> list[tuple[str, str]]:
        lines = [line.replace("｜", "|") for line in self.cleaned_data["readings"].splitlines() if line.strip()]
        return [(text.strip(), effect.strip()) for text, _, effect in (line.partition("|") for line in lines)]

    def clean_projects(self) -> list[str]:
        codes = re.findall(r"[A-Z]\d{2,4}(?:-\d{2,3})?", self.cleaned_data["projects"].upper())
        known = set(PlanItem.objects.values_list("code", flat=True))
        if wrong := [code for code in codes if "-" not in code and code not in known]:
            raise forms.ValidationError(f"{'、'.join(wrong)}不是规划的项目")
        return codes

    def clean_tasks(self) -> list[str]:
        return re.findall(r"T\d-\d{2}", self.cleaned_data["tasks"].upper())

    def clean_organisations(self) -> list[str]:
        names = [name for name in re.split(r"[、，,;；\s]+", self.cleaned_data["organisations"]) if name]
        units = (
            Organisation.objects.filter(Q(name__in=names) | Q(aliases__as_named__in=names))
            .prefetch_related("aliases")
            .distinct()
        )
        called = {name: unit.key for unit in units for name in (*(a.as_named for a in unit.aliases.all()), unit.name)}
        if wrong := [name for name in names if name not in called]:
            raise forms.ValidationError(f"没有叫“{'”“'.join(wrong)}”的单位")
        return list(dict.fromkeys(called[name] for name in names))

    def clean_clauses(self) -> list[str]:
        return re.findall(r"\d+(?:\.\d+)+(?:\(\d+\))?", unicodedata.normalize("NFKC", self.cleaned_data["clauses"]))

    def clean_default(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["default"]).lower()
