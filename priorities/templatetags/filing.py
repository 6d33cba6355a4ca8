"""Template words of floor 4: states and steps of a submission."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from governance.basics import clock
from governance.basics.memo import one_page
from priorities.case.next_to_act import next_to_act as who_is_next
from priorities.labels import STATES
from priorities.proposal import SOURCE_LABELS
from priorities.submissions import returned, workflow

register = template.Library()

_TONE = {
    "draft": "slate",
    "submitted": "brand",
    "under_review": "brand",
    "returned": "amber",
    "joint_approval": "brand",
    "candidate": "green",
    "pool": "slate",
    "deferred": "amber",
    "no_city_funding": "red",
    "self_funded": "slate",
    "filed": "green",
    "adopted": "green",
    "withdrawn": "slate",
}
_WAY = ("draft", "submitted", "under_review", "joint_approval", "candidate", "adopted")


@register.filter
def get(values: dict, key: str):
    """A value of a dictionary whose key is no template word (plan-task)."""
    return values.get(key, 0)


@register.simple_tag
def source_name(source: str) -> str:
    """市财政 for city."""
    return SOURCE_LABELS.get(source, source)


@register.simple_tag
def submission_state(state: str) -> str:
    """A state's word with its colour."""
    return format_html('<span class="tag tag-{}">{}</span>', _TONE.get(state, "slate"), STATES.get(state, state))


@register.simple_tag
def submission_steps(row) -> str:
    """The usual way as a line of steps; a side state ends it."""
    way = list(_WAY)
    if row.state not in way:
        cut = {"returned": 2, "withdrawn": 2, "filed": 2, "self_funded": 3}.get(row.state, 4)
        way = [*way[:cut], row.state]
    at = way.index(row.state)
    return format_html(
        '<ol class="steps">{}</ol>',
        format_html_join(
            "",
            '<li class="{}"{}>{}</li>',
            (
                (
                    "done" if i < at else "now" if i == at else "",
                    mark_safe(' aria-current="step"') if i == at else "",
                    STATES[s],
                )
                for i, s in enumerate(way)
            ),
        ),
    )


@register.inclusion_tag("priorities/parts/next_to_act.html")
def next_to_act(row) -> dict:
    """Who must act next on the case, with phone."""
    with one_page():
        return {"waits": who_is_next(row, clock.today())}


@register.inclusion_tag("priorities/parts/district_way.html")
def district_way(row, typed_wan=None) -> dict:
    """Which way a district's filing goes (D50), by the city money that is typed, else by what is saved."""
    city_wan = row.city_wan if typed_wan is None else typed_wan
    shown = row.kind == "district" and row.state not in workflow.FINAL
    return {"shown": shown, "city_wan": city_wan, "receipt_number": row.receipt_number}


@register.simple_tag(takes_context=True)
def shut(context, *path) -> str:
    """` disabled` where a returned case was not asked about this field; nothing elsewhere."""
    is_open = returned.is_open("".join(map(str, path)), context.get("open_fields"))
    return "" if is_open else mark_safe(" disabled")


@register.simple_tag(takes_context=True)
def asked(context, path: str) -> str:
    """What the office asked about this field, beside it."""
    found = (context.get("points") or {}).get(path, [])
    return format_html_join("", '<p class="asked">补正：{}</p>', ((sentence,) for sentence in found))
