"""What a browser would post: checked and selected values of one form, no disabled control, nothing in a template."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self, wanted: str):
        super().__init__()
        self.wanted, self.inside, self.templates = wanted, False, 0
        self.values: dict[str, object] = {}
        self.select = self.area = None

    def _put(self, name: str, value: str, *, several: bool = False) -> None:
        if several:
            self.values.setdefault(name, []).append(value)
        else:
            self.values[name] = value

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.templates += tag == "template"
        if tag == "form":
            self.inside = a.get("id") == self.wanted
        if not self.inside or self.templates:
            return
        name = None if "disabled" in a else a.get("name")
        if tag == "input" and name:
            kind = a.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in a:
                    self._put(name, a.get("value", "on"), several=kind == "checkbox")
            elif kind != "file":
                self._put(name, a.get("value", ""))
        elif tag == "select" and name:
            self.select = name
            self.values[name] = ""
        elif tag == "option" and self.select and "selected" in a:
            self.values[self.select] = a.get("value", "")
        elif tag == "textarea" and name:
            self.area = name
            self.values[name] = ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag):
        self.templates -= tag == "template"
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def filled(answer, form: str) -> dict[str, object]:
    """The values that the form with this id would post untouched."""
    reader = _Reader(form)
    reader.feed(answer.content.decode())
    return reader.values
