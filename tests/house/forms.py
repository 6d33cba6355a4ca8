"""Reads the forms of a page as a browser would, and tells whether anything of the business was stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.apps import apps
from django.db import connection

# Written by requests that are refused too (that is their purpose), or by every request.
NOT_BUSINESS = {f"governance.{name}" for name in ("AuditRow", "AuditHead", "AuditConcern", "OnceKey", "Tally")}
OURS = ("governance", "projects", "budgets", "priorities")


def stored() -> str:
    """A digest of every business table, as the database holds it: asked after every hostile post, so no row is read as
    an object and no JSON parsed."""
    digest = hashlib.sha256()
    models = [m for app in OURS for m in apps.get_app_config(app).get_models() if m._meta.label not in NOT_BUSINESS]
    with connection.cursor() as cursor:
        for model in models:
            columns = [f.column for f in model._meta.concrete_fields if f.attname not in ("last_login", "password")]
            asked = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(f'SELECT {asked} FROM "{model._meta.db_table}" ORDER BY "{model._meta.pk.column}"')
            digest.update(repr((model._meta.label, cursor.fetchall())).encode())
    return digest.hexdigest()


@dataclass
class Form:
    """One form: where it goes and what it would send untouched."""

    action: str
    method: str
    data: dict = field(default_factory=dict)
    kinds: dict = field(default_factory=dict)

    def typed(self) -> list[str]:
        """The names that a person types or picks."""
        return [n for n, kind in self.kinds.items() if kind not in ("hidden", "file")]


class _Reader(HTMLParser):
    def __init__(self, address: str):
        super().__init__()
        self.address, self.forms, self.now, self.select, self.area = address, [], None, None, None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.now = Form(a.get("action") or self.address, (a.get("method") or "get").lower())
            self.forms.append(self.now)
        if self.now is None:
            return
        name = a.get("name")
        if tag in ("input", "button") and name:
            kind = a.get("type", "text")
            self.now.kinds.setdefault(name, kind)
            if kind in ("checkbox", "radio") and "checked" not in a:
                self.now.data.setdefault(name, a.get("value", "on"))
            elif kind != "file":
                self.now.data[name] = a.get("value", "")
        elif tag == "select" and name:
            self.select = name
            self.now.kinds[name] = "select"
        elif tag == "option" and self.select:
            if "selected" in a or self.select not in self.now.data:
                self.now.data[self.select] = a.get("value", "")
        elif tag == "textarea" and name:
            self.area = name
            self.now.kinds[name] = "textarea"
            self.now.data[name] = ""

    def handle_data(self, data):
        if self.area and self.now:
            self.now.data[self.area] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def forms_of(html: str, address: str) -> list[Form]:
    """The POST forms of a page, logout and hat left out."""
    reader = _Reader(address)
    reader.feed(html)
    return [f for f in reader.forms if f.method == "post" and f.action not in ("/logout/", "/governance/hat/")]
