"""Template words of the printed report."""

from __future__ import annotations

import re
from decimal import Decimal

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()
_DIGITS = "〇一二三四五六七八九"
CITED = re.compile(r"\bD\d{2,3}\b", re.ASCII)


MOST_TEXT = 2000  # characters of one text on paper: 10,000 in a column would be pages of one cell


def brief(text: str) -> str:
    """A text as long as paper takes it; the workbook has it whole."""
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}……（全文 {len(text):,} 字，见 XLSX）"


def shown(value, kind: str) -> str | None:
    """A value as the paper shows it; None where it is 未填."""
    if value is None or value == "":
        return None
    if kind == "percent":
        return f"{value}%"
    if kind == "wan" or isinstance(value, Decimal):
        return f"{Decimal(value):,.2f}"
    return brief(str(value))


@register.simple_tag
def cell(value, kind: str):
    text = shown(value, kind)
    if text is None:
        return (
            mark_safe('<span class="unfilled">—</span>')
            if kind == "text"
            else mark_safe('<span class="unfilled">未填</span>')
        )
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


@register.simple_tag(takes_context=True)
def noted(context, text: str):
    """A text, escaped; the first citation of a discrepancy in the report brings its footnote with it."""
    untold: dict[str, str] = context["footnotes"]
    said = str(conditional_escape(brief(text)))
    for code in dict.fromkeys(CITED.findall(said)):
        if code in untold:
            foot = format_html('<span class="told"><b>{}</b>　{}</span>', code, untold.pop(code))
            said = said.replace(code, f"{code}{foot}", 1)
    return mark_safe(said)


_HAN = "零一二三四五六七八九十"


def han(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十, 105 → 一百零五 (a sitting may have so many cases)."""
    if number <= 10:
        return _HAN[number]
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        tail = "" if not rest else f"零{han(rest)}" if rest < 10 else ("一" if rest < 20 else "") + han(rest)
        return f"{han(hundreds)}百{tail}"
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")


@register.filter
def han_date(day) -> str:
    """2007-12-31 → 二〇〇七年十二月三十一日."""
    return f"{''.join(_DIGITS[int(c)] for c in str(day.year))}年{han(day.month)}月{han(day.day)}日"
