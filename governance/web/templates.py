"""The template engine, told once that there is one language: otherwise every number of a page asks which it is."""

from __future__ import annotations

from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, Template, reraise
from django.template.context import make_context


class Templates(DjangoTemplates):
    """Numbers are written as they are, days as the settings say."""

    def from_string(self, template_code: str) -> OneLanguage:
        return OneLanguage(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> OneLanguage:
        try:
            return OneLanguage(self.engine.get_template(template_name), self)
        except TemplateDoesNotExist as exc:
            reraise(exc, self)


class OneLanguage(Template):
    def render(self, context=None, request=None) -> str:
        found = make_context(context, request, autoescape=self.backend.engine.autoescape)
        found.use_l10n = False
        try:
            return self.template.render(found)
        except TemplateDoesNotExist as exc:
            reraise(exc, self.backend)
