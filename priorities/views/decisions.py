"""批复通知: the letter of a decision, the earlier ones of the case, and its paper."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics.memo import one_page
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.web import entry
from priorities import actions
from priorities.documents import decisions
from priorities.views.frame import case_of, do


@entry.page(Permission.READ_SUBMISSIONS)
def page(request, reference: str):
    """The latest letter, or `?letter=` an earlier one; POST orders the paper of a letter that has none yet."""
    row = case_of(request, reference)
    letters = list(row.letters.all())
    if not letters:
        raise NotVisible()
    asked = request.POST.get("letter") or request.GET.get("letter")
    key = entry.integer(asked, name="通知", low=1, high=10**9, default=letters[-1].pk)
    letter = next((x for x in letters if x.pk == key), None)
    if letter is None:
        raise NotVisible()
    if request.method == "POST":
        done = "正在生成批复通知，办好后在“通知”里提醒，也可以刷新本页。"
        address = f"{letter.get_absolute_url()}?letter={letter.pk}"
        return do(request, actions.request_letter, address, done=done, submission=row, letter=letter)
    with one_page():
        context = {"row": row, "letter": letter, "d": letter.content, "papers": decisions.of(letters)}
        return render(request, "priorities/decision.html", context)
