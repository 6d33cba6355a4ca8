"""Template words of 8.3: an outcome, a clause's result, an answer, how many criteria there are. A builtin library."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from priorities.labels import ANSWERS, OUTCOME_TONES, OUTCOMES, RESULTS
from priorities.rules.criteria import Outcome, heading_of
from priorities.rules.facts import FACTS, OFFICE_FACTS
from priorities.rules.plan_2006 import CLAUSES
from priorities.rules.rule_set import OF_HEADING

register = template.Library()

_DOTS = {
    "met": '<circle cx="5" cy="5" r="4" fill="currentColor"/>',
    "partly": '<circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor"/>'
    '<path d="M5 1a4 4 0 0 0 0 8z" fill="currentColor"/>',
    "unmet": '<circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor"/>',
    "undetermined": '<circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" stroke-width="1.7"'
    ' stroke-dasharray="1.5 2.16"/>',
}


@register.simple_tag
def outcome_badge(code: str | None) -> SafeString:
    """The outcome of 8.3 as a badge; empty reads 未判定."""
    if not code:
        return mark_safe('<span class="sub">未判定</span>')
    return format_html('<span class="tag tag-{}">{}</span>', OUTCOME_TONES.get(code, "slate"), OUTCOMES.get(code, code))


@register.simple_tag
def result_dot(result: str, clause_id: str = "") -> SafeString:
    """The result of a clause: dot and word. With the clause, what holds takes the colour of its consequence."""
    tone = OUTCOME_TONES[OF_HEADING.get(heading_of(clause_id), Outcome.PRIORITY)]
    known = result if result in RESULTS else "undetermined"
    return format_html(
        '<span class="result result-{} result-of-{}"><svg class="dot" viewBox="0 0 10 10" width="10" height="10"'
        ' aria-hidden="true" focusable="false">{}</svg>{}</span>',
        known,
        tone,
        mark_safe(_DOTS[known]),
        RESULTS[known],
    )


@register.simple_tag
def answer(value: str | None) -> SafeString:
    """A fact's answer: 是, 否, 不明 (violet, never 否); nothing stated reads 未答."""
    if not value:
        return mark_safe('<span class="unfilled">未答</span>')
    return format_html('<span class="answer answer-{}">{}</span>', value, ANSWERS.get(value, value))


@register.simple_tag
def criteria_count() -> int:
    """How many criteria 8.3 has."""
    return len(CLAUSES)


@register.simple_tag
def office_topics() -> str:
    """服务范围、建设思路…: what the office alone answers."""
    return "、".join(FACTS[f].topic for f in OFFICE_FACTS)
