"""Words of every page's look: money, days, badges, links to clauses and discrepancies, form parts, charts.

A builtin library: no `{% load %}` needed. Links go down, or to what a higher floor offers (`addresses`). Classes are
those of static/css/app.css.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal, InvalidOperation

from django import template
from django.http import QueryDict
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from governance.basics import clock, limits
from governance.charts import written
from governance.charts.colours import COLOURS, DARK
from governance.charts.colours import TONES as TONE_COLOURS
from governance.people import institutions
from governance.web import addresses, rail

register = template.Library()

UNFILLED = mark_safe('<span class="unfilled">未填</span>')
MINUS = "\u2212"

TONES = frozenset({"green", "slate", "amber", "red", "violet", "brand"})

_CRITERION = re.compile(r"^(8\.3\.[123])\((\d)\)$")


# --- pure helpers ------------------------------------------------------------------------------------------------


def clause_address(clause: str) -> str:
    """`8.3.2(3)` leads to the page of that criterion; any other clause to its place in the plan's text."""
    if match := _CRITERION.match(clause):
        return addresses.of("criterion", f"{match[1]}-{match[2]}")
    return f"/governance/plan/#{anchor_of(clause)}"


def anchor_of(clause: str) -> str:
    """The id of a clause in the plan's text: `9.2.7(2)` → `c9.2.7-2`."""
    return "c" + clause.replace("(", "-").replace(")", "")


def _decimal(value) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def money(value, *, whole: bool = False) -> str:
    """万元 as text: `1,200.00`; `whole` leaves .00 away; `−` for less than nothing; empty for None."""
    number = _decimal(value)
    if number is None:
        return ""
    text = f"{abs(number):,.2f}"
    if whole:
        text = text.removesuffix(".00")
    return (MINUS if number < 0 and text.strip("0.,") else "") + text


def _days(value) -> int | None:
    """Days that something has waited: an int as it is, a date counted up to today's business day."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return (clock.today() - value).days
    return value if isinstance(value, int) else None


# --- money and days ----------------------------------------------------------------------------------------------


@register.filter
def wan(value) -> str:
    """Money in 万元 with two decimals; None and "" read 未填, never 0.00."""
    return money(value) or UNFILLED


@register.filter
def wan0(value) -> str:
    """Like `wan`, whole amounts without .00 (the plan's own estimates)."""
    return money(value, whole=True) or UNFILLED


@register.filter
def wan_signed(value) -> str:
    """A difference: `+30.00`, `−144.00` (red), `0.00`."""
    number = _decimal(value)
    if number is None:
        return UNFILLED
    if number < 0:
        return format_html('<span class="late">{}</span>', money(number))
    return ("+" if number else "") + money(number)


@register.filter
def day(value, precision: str = "day") -> str:
    """`2007-08-20`; with "month" `2007 年 8 月`, with "year" `2006 年`. Takes dates and ISO text; None reads —."""
    if value in (None, ""):
        return "—"
    parts = value.split("-") if isinstance(value, str) else f"{value:%Y-%m-%d}".split("-")
    if precision == "year" or len(parts) == 1:
        return f"{parts[0]} 年"
    if precision == "month" or len(parts) == 2:
        return f"{parts[0]} 年 {int(parts[1])} 月"
    return "-".join(parts[:3])


@register.filter
def ago(value) -> str:
    """`已等 11 天` for a date or a number of days; `今天` for none."""
    days = _days(value)
    if days is None:
        return ""
    return f"已等 {days} 天" if days > 0 else "今天"


@register.filter
def until(value) -> str:
    """A due day seen from today: `还剩 11 天`, `今天到期`, `逾 74 天` (red)."""
    days = _days(value)
    if days is None:
        return ""
    if days > 0:
        return format_html('<span class="late">逾 {} 天</span>', days)
    return f"还剩 {-days} 天" if days else "今天到期"


# --- badges and links --------------------------------------------------------------------------------------------


@register.simple_tag
def upload_limit(what: str = "") -> str:
    """How large a file may be, as words; with `"refusal"` the sentence for what was larger."""
    return limits.TOO_LARGE if what == "refusal" else limits.UPLOAD


@register.simple_tag
def state_badge(code: str, label: str, tone: str = "") -> SafeString:
    """Any state: its code (for scripts), its word, and a tone (green slate amber red violet brand)."""
    return format_html(
        '<span class="tag tag-{}" data-state="{}">{}</span>', tone if tone in TONES else "slate", code, label
    )


@register.simple_tag
def clause(clause_id: str) -> SafeString:
    """A clause id as a link: `{% clause "8.3.2(3)" %}`; what is no clause (概算审核) leads nowhere."""
    if not clause_id:
        return mark_safe("")
    if not str(clause_id)[0].isdecimal():
        return format_html("{}", clause_id)
    return format_html('<a class="clause-id" href="{}">{}</a>', clause_address(str(clause_id)), clause_id)


@register.simple_tag
def rail_links(groups) -> SafeString:
    """The left rail."""
    return rail.drawn(groups)


@register.simple_tag
def address(page: str, *args) -> str:
    """The address of a page that a higher floor offers: `{% address "task" row.task %}`."""
    return addresses.of(page, *args)


@register.simple_tag
def dcode(code: str) -> SafeString:
    """A discrepancy as a link: `{% dcode "D06" %}`."""
    if not code:
        return mark_safe("")
    return format_html('<a class="dcode" href="/governance/discrepancies/{}/">{}</a>', code, code)


@register.simple_tag
def source_tag(code: str = "") -> SafeString:
    """Marks a rule that is ours and not the plan's: `{% source_tag "D49" %}`."""
    link = format_html("（{}）", dcode(code)) if code else ""
    return format_html('<span class="source-tag">系统默认，非规划规定</span>{}', link)


@register.simple_tag
def figure(value, address: str, kind: str = "count") -> SafeString:
    """A number that leads to the rows behind it: `count` of them, or the sum of what each says as `data-<kind>` (万元,
    or a whole number of something). The rows of the page at `address` carry `data-row`; a fragment narrows them to that
    element. Nothing leads nowhere."""
    if value is None:
        return UNFILLED
    text = f"{value:,}" if isinstance(value, int) else money(value, whole=kind == "wan")
    if not value:
        return conditional_escape(text)
    return format_html('<a data-figure="{}" href="{}">{}</a>', kind, address, text)


@register.simple_tag
def demo_tag() -> SafeString:
    """Marks an invented record of the demonstration."""
    return mark_safe('<span class="tag tag-demo">演示</span>')


@register.simple_block_tag
def plan_quote(content, line=None, source: str = "") -> SafeString:
    """The plan's words verbatim with the way to their line: `{% plan_quote line=508 source="10.4 第 15 行" %}…`."""
    where = format_html('<a href="/governance/plan/#L{}">L{}</a>', line, line) if line else ""
    foot = format_html("<footer>{} {}</footer>", source, where) if source or where else ""
    return format_html('<blockquote class="plan-quote"><p>{}</p>{}</blockquote>', mark_safe(content.strip()), foot)


# --- forms -------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def form_frame(context, row=None) -> SafeString:
    """What every form that posts carries: the CSRF token, the token of governance.kernel.once (fresh each time)
    and, of a `row` (or its version), the version that it was read at; autosave renews every `data-version` of the page.
    """
    frame = format_html(
        '{}<input type="hidden" name="once" value="{}">', CsrfTokenNode().render(context), uuid.uuid4().hex
    )
    if row is None:
        return frame
    version = getattr(row, "version", row)
    return frame + format_html('<input type="hidden" name="version" value="{}" data-version>', version)


@register.simple_tag
def field_errors(errors, path: str) -> SafeString:
    """The sentences that `errors[path]` holds, under the field; `id="e-<path>"` for aria-describedby."""
    sentences = (errors or {}).get(path) or []
    if isinstance(sentences, str):
        sentences = [sentences]
    inner = format_html_join("", "<p>{}</p>", ((s,) for s in sentences))
    return format_html('<div class="invalid" id="e-{}">{}</div>', path, inner) if sentences else mark_safe("")


_CONTROL = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}


@register.simple_tag
def form_field(bound, label: str = "", help: str = "") -> SafeString:
    """A field of a Django form: label, control, help and errors, tied by aria-describedby and aria-invalid."""
    kind = getattr(bound.field.widget, "input_type", "")
    several = kind in ("radio",) or bound.widget_type == "checkboxselectmultiple"
    described = [f"{bound.auto_id}_help"] if help or bound.help_text else []
    attrs = {"class": _CONTROL.get(kind, "form-control")}
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described and not several:
        attrs["aria-describedby"] = " ".join(described)
    context = {
        "bound": bound,
        "label": label or bound.label,
        "help": help or bound.help_text,
        "kind": kind,
        "several": several,
        "described": " ".join(described),
        "control": None if several else bound.as_widget(attrs=attrs),
    }
    return mark_safe(render_to_string("parts/form_field.html", context))


@register.simple_tag
def blockers(found, title: str = "还不能") -> SafeString:
    """为什么不能 as a strip: numbered sentences, each with who lifts it and his phone. Nothing found: nothing shown.

    `found`: `(sentence, who)` or `(sentence, who, phone)`, or objects or dicts with those names.
    """
    rows = []
    for item in found or ():
        if isinstance(item, dict):
            row = (item.get("sentence"), item.get("who", ""), item.get("phone", ""))
        elif isinstance(item, tuple | list):
            row = (*item, "", "")[:3]
        else:
            row = (
                item if isinstance(item, str) else item.sentence,
                getattr(item, "who", ""),
                getattr(item, "phone", ""),
            )
        rows.append({"sentence": row[0], "who": row[1], "phone": row[2]})
    return mark_safe(render_to_string("parts/blockers.html", {"rows": rows, "title": title}) if rows else "")


@register.simple_tag(takes_context=True)
def phone(context, own: str, unit_id: int | None) -> str:
    """The office phone that stands wherever somebody is waited for: the unit's own,
    else that of a person appointed there, else 未登记. Asked once a page, and only where a unit has none."""
    if own or not unit_id:
        return own or "未登记"
    request = context.get("request") or getattr(context, "request", None)
    known = getattr(request, "phones", None)
    if known is None:
        known = institutions.phones_on(clock.today())
        if request is not None:
            request.phones = known
    return known.get(unit_id, "未登记")


@register.simple_tag(takes_context=True)
def counted(context, page, rows: str = "rows") -> SafeString:
    """How many rows all pages of a Paginator have together: leads to the first one, at the element `rows`."""
    return figure(page.paginator.count, f"{_of_page(context, 1)}#{rows}")


def _of_page(context, number: int) -> str:
    """The address of a page of the same list."""
    query = context["request"].GET.copy() if "request" in context else QueryDict(mutable=True)
    query["page"] = number
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def paginate(context, page, rows: str = "rows") -> SafeString:
    """Pages of a Paginator's page, keeping the other parameters of the address; one page: nothing. `rows`:
    the element that holds the rows."""
    if page is None or page.paginator.num_pages < 2:
        return mark_safe("")

    def address(number: int) -> str:
        return _of_page(context, number)

    pages = [
        {"number": n, "url": address(n) if isinstance(n, int) else "", "current": n == page.number}
        for n in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return mark_safe(
        render_to_string(
            "parts/pages.html",
            {
                "page": page,
                "pages": pages,
                "count": counted(context, page, rows),
                "previous": address(page.previous_page_number()) if page.has_previous() else "",
                "next": address(page.next_page_number()) if page.has_next() else "",
            },
        )
    )


# --- pictures ----------------------------------------------------------------------------------------------------


@register.filter
def colour(name: str) -> str:
    """A colour of the palette as an SVG attribute takes it: `fill="{{ 'muted'|colour }}"`."""
    return COLOURS[name]


@register.filter
def tone(name: str) -> str:
    """The colour of a chart's tone; slate for one that is none."""
    return COLOURS[TONE_COLOURS.get(name, "slate")]


@register.filter
def tone_word(name: str) -> str:
    """The colour of words on a piece of that tone."""
    return COLOURS["white" if name in DARK else "ink"]


@register.simple_tag
def svg(chart) -> SafeString:
    """A chart of governance.charts, written out or drawn by its template `svg/<kind>.svg`: same bytes on screen and on
    paper."""
    if not chart:
        return mark_safe("")
    return mark_safe(written.write(chart) or render_to_string(f"svg/{chart.kind}.svg", {"c": chart}))


@register.simple_tag
def gantt_line(chart, line) -> SafeString:
    """A line of the Gantt chart."""
    return mark_safe(written.line(chart, line))


@register.simple_tag
def svg_wait(days, due_days=10, answered: bool = False) -> SafeString:
    """How long a seat has waited against its term, as a short bar with its words."""
    from governance import charts

    if days is None:
        return mark_safe("—")
    return svg(charts.wait(int(days), int(due_days or 10), answered=bool(answered)))


@register.simple_tag
def bar(value, biggest, tone: str = "mid", width: int = 160) -> SafeString:
    """A bar for a table cell: `value` of `biggest`."""
    from governance import charts

    return svg(charts.bar(float(_decimal(value) or 0), float(_decimal(biggest) or 0), tone=tone, width=width))


@register.filter
def highlight(text: str, words) -> SafeString:
    """Plain `text` with every phrase of `words` (list or one phrase) in a `<mark>`, whatever its case."""
    phrases = sorted(filter(None, [words] if isinstance(words, str) else words or ()), key=len, reverse=True)
    if not phrases:
        return conditional_escape(text)
    parts = re.split(f"({'|'.join(map(re.escape, phrases))})", str(text), flags=re.IGNORECASE)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if n % 2 else part,) for n, part in enumerate(parts))
    )
