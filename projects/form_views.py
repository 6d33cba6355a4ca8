"""What the register's form pages share: the project, the frame of a form, one verb a post."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.shortcuts import redirect, render

from governance.once import once
from governance.refusal import Refused
from governance.web import found
from projects import life
from projects.models import Project


def project_of(request, code: str) -> Project:
    return found(Project.objects.visible_to(request.actor).select_related("budget_unit"), code=code)


def about(project: Project, title: str, note: str, button: str = "") -> dict:
    return {"project": project, "title": title, "note": note, "button": button or title}


def form_page(request, form, template: str, context: dict, *, verb: str, address: str, done: str, call: Callable):
    """Show a form; on POST do its verb once and go on. A refusal keeps what was typed and says why.

    Where `call` returns an address, the page goes on to it instead of `address`.
    """
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with once(request.actor, verb, request.POST.get("once")) as first:
                    if first.address is None:
                        went = call(form.cleaned_data)
                        first.address = went if isinstance(went, str) else address
                messages.success(request, done)
                return redirect(first.address)
            except Refused as refused:
                if refused.status in (403, 404):
                    raise
                refusal, status = refused, refused.status
                for name, sentences in refused.fields.items():
                    for sentence in sentences:
                        form.add_error(name if name in form.fields else None, sentence)
    return render(request, template, context | {"form": form, "refusal": refusal, "life": life}, status=status)
