"""The project list and the project page."""

from __future__ import annotations

from django.shortcuts import render

from governance.roles import Permission
from governance.web import page as may_enter


@may_enter(Permission.READ_REGISTER)
def listing(request):
    return render(request, "base.html", {})


@may_enter(Permission.READ_REGISTER)
def page(request, code: str):
    return render(request, "base.html", {})
