"""Forms of accounts, appointments, passwords and regulations: what is typed becomes clean values; the verbs decide."""

from __future__ import annotations

from django import forms

from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import ROLE_LABELS
from governance.basics.text import clean_text
from governance.models import ApiToken, Appointment, Organisation, Regulation, User
from governance.people import passwords

REQUIRED = {"required": "这一项要填"}


class CleanText(forms.CharField):
    """Text without control characters or broken encodings."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("error_messages", REQUIRED)
        super().__init__(*args, **kwargs)

    def to_python(self, value):
        try:
            return clean_text(super().to_python(value), field=self.label or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class Day(forms.DateField):
    """A day as browsers send it."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault("error_messages", REQUIRED | {"invalid": "日期应写作 2007-08-20"})
        super().__init__(*args, **kwargs)

    def clean(self, value):
        day = super().clean(value)
        if day and not 1990 <= day.year <= 2100:
            raise forms.ValidationError("年份应在 1990—2100 之间")
        return day


class Password(forms.CharField):
    """A password, taken as it is typed (no strip)."""

    def __init__(self, label: str, **kwargs):
        autocomplete = kwargs.pop("autocomplete", "new-password")
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=label, max_length=200, strip=False, widget=widget, error_messages=REQUIRED, **kwargs)


class AccountForm(forms.Form):
    """A new account."""

    username = CleanText(label="用户名", max_length=60, help_text="英文字母、数字和 . _ -")
    full_name = CleanText(label="姓名", max_length=60)
    phone = CleanText(label="办公电话", max_length=40, required=False)
    email = forms.EmailField(label="电子邮箱", required=False, error_messages={"invalid": "电子邮箱不对"})


class NewPassword(forms.Form):
    """A password that one chooses for oneself, typed twice."""

    new = Password("新密码")
    again = Password("再输一次新密码")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = passwords.help_text()

    def clean(self):
        values = super().clean()
        if values.get("new") and values.get("again") and values["new"] != values["again"]:
            self.add_error("again", "两次输入的新密码不一样")
        return values


class LinkForm(NewPassword):
    """One's own password by a one-time link."""

    code = CleanText(label="确认码", max_length=20, help_text="八位数字，由复核人交给您")

    field_order = ("code",)


class FactorLinkForm(forms.Form):
    """One's second factor taken off by a one-time link."""

    code = CleanText(label="确认码", max_length=20, help_text="八位数字，由复核人交给您")
    password = Password("您的密码", autocomplete="current-password")


class PasswordForm(NewPassword):
    """One's own password."""

    old = Password("现在的密码", autocomplete="current-password")

    field_order = ("old",)


class TokenForm(forms.Form):
    """A token of one's own; `resources` are the names under /api/v1/."""

    name = CleanText(label="名称", max_length=60, help_text="用在哪里，例如“统计局取数”")
    can_write = forms.BooleanField(label="也可以写（不勾为只读）", required=False)
    days = forms.IntegerField(
        label="有效期（天）", min_value=1, max_value=ApiToken.DAYS, initial=30, error_messages=REQUIRED
    )
    resources = forms.MultipleChoiceField(label="只用于", required=False, help_text="不选为您能看的全部；可多选")

    def __init__(self, *args, resources=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["resources"].choices = [(name, name) for name in resources]


class GrantForm(forms.Form):
    """An appointment."""

    user = forms.ModelChoiceField(
        label="人", queryset=User.objects.none(), empty_label="请选择", error_messages=REQUIRED
    )
    organisation = forms.ModelChoiceField(
        label="单位", queryset=Organisation.objects.none(), empty_label="请选择", error_messages=REQUIRED
    )
    role = forms.ChoiceField(label="角色", error_messages=REQUIRED)
    manner = forms.ChoiceField(label="方式", choices=Appointment.MANNERS, initial="正式")
    on_behalf_of = forms.ModelChoiceField(
        label="代哪个单位",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="—",
        help_text="代行、委托时要填",
    )
    from_day = Day(label="起")
    to_day = Day(label="止", required=False, help_text="不填为无限期")
    second = forms.BooleanField(label="再任一位", required=False, help_text="这个部门已有 CIO，仍再任一位（9.1.4）")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = Organisation.objects.units().order_by("name")
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("username")
        self.fields["organisation"].queryset = units
        self.fields["on_behalf_of"].queryset = units
        self.fields["role"].choices = [("", "请选择"), *((r.value, label) for r, label in ROLE_LABELS.items())]
        self.fields["from_day"].initial = clock.today()


class RegulationForm(forms.Form):
    """How far an instrument has come."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**8)
    state = forms.ChoiceField(label="状态", choices=Regulation.STATES)
    issued_on = Day(label="印发日期", required=False, help_text="印发时必填")
    document_number = CleanText(label="文号", max_length=60, required=False, help_text="印发时必填")
    note = CleanText(label="说明", max_length=300, required=False, help_text="退回前一步或撤回印发时必填")


def errors_of(form: forms.Form, refusal: Refused) -> None:
    """The verb's sentences under the fields that they name."""
    for name, sentences in refusal.fields.items():
        for sentence in sentences:
            if name in form.fields and sentence not in form.errors.get(name, []):
                form.add_error(name, sentence)
