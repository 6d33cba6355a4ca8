"""Template words of the printed report."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()
_DIGITS = "〇一二三四五六七八九"


def shown(value, kind: str) -> str | None:
    """A value as the paper shows it; None where it is 未填."""
    if value is None or value == "":
        return None
    if kind == "percent":
        return f"{value}%"
    if kind == "wan" or isinstance(value, Decimal):
        return f"{Decimal(value):,.2f}"
    return str(value)


@register.simple_tag
def cell(value, kind: str):
    text = shown(value, kind)
    if text is None:
        return mark_safe('<span class="unfilled">—</span>') if kind == "text" else mark_safe('<span class="unfilled">未填</span>')
    return text


@register.simple_tag
def total(totals: dict, column):
    text = shown(totals.get(column.id), column.kind)
    return "" if text is None else text


@register.simple_tag
def figure(value, unit: str):
    text = shown(value, "wan" if isinstance(value, Decimal) else "text")
    if text is None:
        return mark_safe('<span class="unfilled">未填</span>')
    return format_html("{} {}", text, unit) if unit else text


@register.filter
def han_month(day) -> str:
    """2007-12-31 → 二〇〇七年十二月."""
    from governance.documents import han

    return f"{''.join(_DIGITS[int(c)] for c in str(day.year))}年{han(day.month)}月"
