"""接口令牌: one's own tokens of the API."""

from __future__ import annotations

from django.shortcuts import redirect, render

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import Permission
from governance.forms.accounts import TokenForm, errors_of
from governance.kernel.once import once
from governance.models import ApiToken
from governance.web import addresses, entry


@entry.page(Permission.USE, always_drawn="shows a new token once, and when each was last used")
def tokens(request):
    """The list; POST makes one, whose text stands in the answer alone, or takes one back (`revoke`)."""
    form, refusal, made = TokenForm(resources=addresses.resources), None, ""
    if "revoke" in request.POST:
        key = entry.integer(request.POST["revoke"], name="令牌", low=1, high=10**12, default=0)
        actions.revoke_token(by=request.actor, token=entry.found(ApiToken.objects, pk=key))
        return redirect("governance:tokens")
    if request.method == "POST":
        form = TokenForm(request.POST, resources=addresses.resources)
        if form.is_valid():
            try:
                with once(request.actor, actions.issue_token.event, entry.token(request)) as call:
                    if call.address is None:
                        call.address = request.path
                        made = actions.issue_token(by=request.actor, **form.cleaned_data)
                if not made:
                    return redirect("governance:tokens")
                form = TokenForm(resources=addresses.resources)
            except Refused as caught:
                refusal = caught
                errors_of(form, refusal)
    rows = ApiToken.objects.filter(user_id=request.actor.user_id).order_by("-pk")
    context = {"rows": rows, "form": form, "refusal": refusal, "made": made, "now": clock.now()}
    return render(request, "governance/tokens.html", context, status=422 if form.errors else 200)
