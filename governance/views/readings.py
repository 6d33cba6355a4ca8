"""Confirming a reading of a discrepancy; the page that shows it is floor 5's, its form posts here."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.shortcuts import redirect

from governance import actions, web
from governance.once import once
from governance.refusal import Invalid
from governance.roles import Permission


@web.page(Permission.DECIDE_READING, methods=("POST",))
def decide(request, code: str):
    """A reading from a day on, with a reason."""
    typed = web.field(request, "from_day", limit=12, label="生效日期")
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        raise Invalid(f"生效日期应写作 2007-08-20，您填的是“{typed}”。") from None
    address = f"/governance/discrepancies/{code}/"
    with once(request.actor, "governance.decide_reading", request.POST.get("once")) as call:
        if call.address is None:
            actions.decide_reading(by=request.actor, code=code, reading=web.field(request, "reading", limit=10), from_day=day,
                                   reason=web.field(request, "reason", limit=1000))  # fmt: skip
            call.address = address
            messages.success(request, "读法已确认。")
    return redirect(address)
