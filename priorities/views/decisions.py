"""批复通知: the letter of a decision, the earlier ones of the case, and its paper."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render

from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.kernel.once import once
from governance.web import entry
from priorities import actions
from priorities.documents import decisions
from priorities.memo import reading
from priorities.views.filing import mine_or_404


@entry.page(Permission.READ_SUBMISSIONS)
def page(request, reference: str):
    """The latest letter, or `?letter=` an earlier one; POST orders the paper of a letter that has none yet."""
    row = mine_or_404(request, reference)
    letters = list(row.letters.all())
    if not letters:
        raise NotVisible()
    asked = request.POST.get("letter") or request.GET.get("letter")
    key = entry.integer(asked, name="通知", low=1, high=10**9, default=letters[-1].pk)
    letter = next((x for x in letters if x.pk == key), None)
    if letter is None:
        raise NotVisible()
    if request.method == "POST":
        with once(request.actor, "priorities.request_letter", request.POST.get("once")) as call:
            if call.address is None:
                actions.request_letter(by=request.actor, submission=row, letter=letter)
                messages.success(request, "正在生成批复通知，办好后在“通知”里提醒，也可以刷新本页。")
                call.address = f"{letter.get_absolute_url()}?letter={letter.pk}"
        return redirect(call.address)
    with reading():
        context = {"row": row, "letter": letter, "d": letter.content, "papers": decisions.of(letters)}
        return render(request, "priorities/decision.html", context)
