"""Confirming a reading of a discrepancy; the page that shows it is floor 5's, its form posts here."""

from __future__ import annotations

from governance import actions
from governance.basics import clock
from governance.basics.roles import Permission
from governance.forms.records import DecideForm
from governance.kernel import readings
from governance.models import Discrepancy
from governance.web import entry
from governance.web.entry import form_page, found


@entry.page(Permission.DECIDE_READING)
def decide(request, code: str):
    """A reading from a day on, with a reason. Opened by itself it is the same form; a refusal keeps what was typed."""
    row = found(Discrepancy.objects.prefetch_related("decisions"), code=code)
    newest = max((d.pk for d in row.decisions.all()), default=0)
    start = {"reading": readings.current(code, clock.today()), "from_day": clock.today(), "version": newest}
    context = {
        "title": f"确认 {code} 的读法",
        "about": row.title,
        "back": row.get_absolute_url(),
        "back_label": "返回疑义",
        "button": "确认读法",
        "note": f"默认：{row.default_text}　从某日起生效，以前的记录不变。",
    }
    return form_page(
        request,
        DecideForm(request.POST or None, row=row, initial=start),
        "governance/record_form.html",
        context,
        verb="governance.decide_reading",
        address=row.get_absolute_url(),
        done="读法已确认。",
        call=lambda data: actions.decide_reading(by=request.actor, code=code, **data) and None,
    )
